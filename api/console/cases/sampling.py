"""`/console/cases/{reference}/package/check`: the approver of a large package looks at what is kept back and at a sample.

Of decisions about many, twenty of each are looked at, as by whoever made them, and twenty files where a third person is covered:
nobody can look for a name in a picture or a scan. One wrong item sends the package back and doubles
the next sample (practice.md (b) 11). Next: adapters/database/samples.py
"""
# ruff: noqa: FAST003  (TheOpenedCase takes the reference out of the path)

from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from adapters.collected import CollectedCollection
from adapters.database import samples
from adapters.database.case_reader import CaseView
from adapters.database.item_decisions import Standing, newest_revision
from adapters.database.review_tables import ReviewSample
from adapters.database.tables import PackageRow
from adapters.found_by_hand import everything_found
from api.console.cases import content, desk_lines, desk_seen, reading, shell
from api.console.cases.desk import note_look
from api.console.cases.facts import CaseFacts
from api.console.cases.known_names import known_names
from api.console.cases.own_words import own_words
from api.console.opened import TheOpenedCase
from api.console.pages import ConsoleRoute, TheCaseworker, TheForm, away_to
from api.console.sessions import SignedIn
from api.dependencies import TheWeb, Web
from api.face.forms import field
from domain.errors import InvalidInputError, NotAllowedNowError
from domain.sampling import most_wrong

router = APIRouter(prefix=shell.BASE, route_class=ConsoleRoute, include_in_schema=False)

AT_ONCE: Final = 10  # items of a page
_LONGEST: Final = 2_000  # letters of a note
_WHY: Final = {
    samples.AGAIN: "was wrong before",
    samples.SINGLE: "decided by itself",
    samples.OF_MANY: "one of those that a rule or a third person is about",
    samples.CHANCE: "chosen by chance",
}


@dataclass(frozen=True)
class Asked:
    """One item that waits for a look. `opens`: it has a page of its own, which its approver `opened` or not."""

    line: desk_lines.Line
    why: str
    title: str
    here: str
    opens: bool
    opened: bool


@router.get("/{reference}/package/check")
async def ask(web: TheWeb, who: TheCaseworker, case: TheOpenedCase, part: str = "") -> Response:
    """The next items of the sample; it is drawn when this is opened first."""

    def page() -> Response:
        note_look(web, who, case, f"{shell.BASE}/{case.receipt.reference}/package/check")
        return _page(web, who, case, part=part == "1")

    return await run_in_threadpool(page)


@router.post("/{reference}/package/check")
async def answer(web: TheWeb, who: TheCaseworker, form: TheForm, case: TheOpenedCase) -> Response:
    """What was found of the items that were shown."""
    part = field(form, "part") == "1"
    try:
        await run_in_threadpool(_answered, web, who, case, form, part)
    except InvalidInputError as refusal:
        told = refusal.message
        return await run_in_threadpool(lambda: _page(web, who, case, part=part, told=told))
    return away_to(f"{shell.BASE}/{case.receipt.reference}/package/check{'?part=1' if part else ''}#sample")


def _answered(web: Web, who: SignedIn, case: CaseView, form: FormData, part: bool) -> None:  # noqa: FBT001
    row = _row(web, case, part=part)
    vault = web.resources.vault.case(case.receipt.case_id)
    with web.resources.database.read() as session:
        sample = samples.sample_of(session, row.id)
    if sample is None or str(sample.id) != field(form, "sample"):
        raise InvalidInputError("The package was built again meanwhile, and so the sample is another one.")
    given = [(item, field(form, f"found-{item}"), field(form, f"note-{item}")[:_LONGEST]) for item in form.getlist("item")]
    said = [(str(item), found == "right", note) for item, found, note in given if found in {"right", "wrong"}]
    if not said:
        raise InvalidInputError("Say of at least one item whether it is right.")
    if any(not right and not note.strip() for _, right, note in said):
        raise InvalidInputError("Say what is wrong, so that it can be mended.")
    places = {str(each[1]): int(str(each[2])) for each in sample.items}
    _check_opened(web, who, case, [(item, places[item]) for item, right, _ in said if right and item in places])
    with web.resources.database.write() as session:
        for item, right, note in said:
            samples.check(session, vault, sample, item, who.person, web.now(), right=right, note=note.strip())


def _row(web: Web, case: CaseView, *, part: bool) -> PackageRow:
    partial = case.state.partial.package if case.state.partial else None
    package = partial if part else case.state.package
    with web.resources.database.read() as session:
        row = session.get(PackageRow, package.id) if package else None
    if row is None:
        raise NotAllowedNowError("There is no package yet.", status=case.state.status.value)
    return row


def _page(web: Web, who: SignedIn, case: CaseView, *, part: bool, told: str = "") -> Response:
    read, row = reading.read(web, case), _row(web, case, part=part)
    sample, lines, mine = None, [], {}
    with web.resources.database.read() as session:
        stale = newest_revision(session, row.case_id) > row.revision
    if row.summary.get("sampling") and not stale:
        vault = web.resources.vault.case(row.case_id)
        with web.resources.database.read() as session:
            standing = Standing.read(session, vault, row.revision)
        found = everything_found(web.resources, case.state, row.run).collections
        sample = samples.draw(web.resources.database, row, found, standing, who.person, web.now())
        with web.resources.database.read() as session:
            mine = samples.found_by(session, sample.id, who.person)
        lines = _asked(web, who, read, found, standing, [each for each in sample.items if each[1] not in mine][:AT_ONCE])
    return shell.show_case(
        web,
        who,
        read,
        "cases/check.html",
        tab="package",
        working=True,
        status=422 if told else 200,
        sample=sample,
        stale=stale,
        lines=lines,
        looked=len(mine),
        wrong=sum(not right for right in mine.values()),
        kinds=_kinds(sample),
        share=most_wrong(sample.size, sample.included) if sample else 0,
        problem=told,
        part=part,
        mine=who.person in read.state.preparers,
    )


def _kinds(sample: ReviewSample | None) -> list[tuple[str, int]]:
    whys = [each[0] for each in sample.items] if sample else []
    return [(words, whys.count(name)) for name, words in _WHY.items() if name in whys]


def _asked(  # noqa: PLR0917 (for whom, of what, under which decisions)
    web: Web,
    who: SignedIn,
    read: CaseFacts,
    found: tuple[CollectedCollection, ...],
    standing: Standing,
    wanted: list[list[object]],
) -> list[Asked]:
    own = own_words(web, read.view.receipt, read.state)
    asked = []
    for why, item_id, position in wanted:
        system, collection, _ = str(item_id).split(".")
        one = next(each for each in found if (each.system, each.name) == (system, collection))
        item = next(one.items(int(str(position))))
        line = desk_lines.line_of(web, one, item, standing, own, who.role, known_names(web, standing, one, [item.row]))
        (line,) = desk_lines.with_authors(web, read.state.case_id, who.role, standing, [item], [line])
        here = f"{shell.BASE}/{read.reference}/package/{system}/{collection}"
        opened = item.position in desk_seen.opened_by(web, who, read, (system, collection))
        opens = not desk_seen.stands_whole(one, item)
        asked.append(Asked(line, _WHY[str(why)], content.title_of(web, system, collection), here, opens, opened))
    return asked


def _check_opened(web: Web, who: SignedIn, case: CaseView, right: list[tuple[str, int]]) -> None:
    """Nobody can say of a file that it is right of which they saw the name alone.

    Raises:
        InvalidInputError: one of these items, by id and position, has a page of its own that this person did not open.
    """
    read = reading.read(web, case)
    found = {(one.system, one.name): one for one in everything_found(web.resources, case.state, case.state.run).collections}
    for item_id, position in right:
        system, collection, _ = item_id.split(".")
        one = found[system, collection]
        if desk_seen.stands_whole(one, next(one.items(position))):
            continue
        if position not in desk_seen.opened_by(web, who, read, (system, collection)):
            named = f"{content.title_of(web, system, collection)}, number {position + 1:,}"
            raise InvalidInputError(f"Open it before you call it right, since not all of it is shown here: {named}.")
