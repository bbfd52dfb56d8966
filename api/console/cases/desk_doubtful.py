"""`/console/cases/{reference}/package/{system}/{collection}/doubtful`: rows that only look like the person's (`security.md` I4).

They lie apart, are in no copy and led the search nowhere. A caseworker sees them, and decides of each whether it is the person's,
with a reason: one that is stands with the others from then on. Next: adapters/found_doubtful.py
"""
# ruff: noqa: FAST003  (TheOpenedCase takes the reference out of the path)

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from uuid import UUID

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from adapters.collected import Item
from adapters.database.case_reader import CaseView
from adapters.database.item_decisions import Decision
from adapters.found_doubtful import decided_doubtful, is_theirs, of_files
from api.console.cases import content, desk_reading, desk_seen, reading
from api.console.cases.act_page import Refused
from api.console.cases.desk import Name, Start, attempt, note_look, shown_on_desk
from api.console.cases.desk_lines import letters_of
from api.console.cases.reading import notes_of, people_of
from api.console.cases.shell import BASE
from api.console.opened import TheOpenedCase
from api.console.pages import ConsoleRoute, TheCaseworker, TheForm, away_to
from api.console.sessions import SignedIn
from api.dependencies import TheWeb, Web
from api.face.forms import field, number_in
from domain.authority import Action
from domain.withholding import ItemChoice

router = APIRouter(prefix=BASE, route_class=ConsoleRoute, include_in_schema=False)

PAGE = desk_seen.PAGE


@dataclass(frozen=True)
class Doubtful:
    """One row on the page.

    Args:
        theirs: what was decided; None while nothing is.
        by, at, why: whose decision it is.
        revision: of what stands, 0 for nothing; only what was decided about the row itself can be taken back.
    """

    id: str
    number: int
    values: list[tuple[str, str]]
    theirs: bool | None = None
    by: str = ""
    at: datetime | None = None
    why: str = ""
    revision: int = 0


@router.get("/{reference}/package/{system}/{collection}/doubtful")
async def doubtful(  # noqa: PLR0917
    system: Name, collection: Name, web: TheWeb, who: TheCaseworker, case: TheOpenedCase, start: Start = 0, done: str = ""
) -> Response:
    """Some rows of one collection, as they were found, with what was decided of each."""

    def page() -> Response:
        note_look(web, who, case, f"{BASE}/{case.receipt.reference}/package/{system}/{collection}/doubtful")
        return _page(web, who, case, system, collection, start, done=done)

    return await run_in_threadpool(page)


@router.post("/{reference}/package/{system}/{collection}/doubtful")
async def decide(  # noqa: PLR0917
    system: Name, collection: Name, web: TheWeb, who: TheCaseworker, form: TheForm, case: TheOpenedCase
) -> Response:
    """Say whether a row is the person's, and come back to the next one."""
    number = number_in(field(form, "number")) or 1
    start = (number - 1) - (number - 1) % PAGE
    theirs = field(form, "theirs") == "yes"
    given = {
        "item": field(form, "item"),
        "decision": (ItemChoice.INCLUDE if theirs else ItemChoice.NOT_ABOUT_THE_PERSON).value,
        "reason": field(form, "reason") or None,
        "seen": number_in(field(form, "seen")),
    }
    unsaid = Refused("reason", "Say by what you know whose it is.", 422)
    refused = await attempt(web, who, case, Action.SET_ITEM_DECISION, given, form) if given["reason"] else unsaid
    if refused is not None:
        return await run_in_threadpool(_page, web, who, case, system, collection, start, refused=refused, filled=form)
    here = f"{BASE}/{case.receipt.reference}/package/{system}/{collection}/doubtful"
    return away_to(f"{here}?start={start}&done={'doubtful_theirs' if theirs else 'doubtful_not'}#doubtful-{number}")


def _page(  # noqa: PLR0917
    web: Web,
    who: SignedIn,
    case: CaseView,
    system: str,
    collection: str,
    start: int,
    *,
    done: str = "",
    refused: Refused | None = None,
    filled: FormData | None = None,
) -> Response:
    read = reading.read(web, case)
    found = desk_reading.collection_of(web, read, system, collection)
    with web.resources.database.read() as session:
        vault = web.resources.vault.case(read.state.case_id)
        decided = {at: decision for at, (_, decision) in decided_doubtful(session, vault, found).items()}
        shown = list(islice(found.doubtful_items(start), PAGE)) if start < found.doubtful else []
        here = [decided[item.position] for item in shown if item.position in decided]
        names = people_of(session, {each.author for each in here})
        reasons = notes_of(session, vault, {each.reason for each in here if each.reason and not each.of_legal})
    counted = Counter(is_theirs(each) for each in decided.values())
    end = start + len(shown)
    return shown_on_desk(
        web,
        who,
        read,
        "cases/doubtful.html",
        refused,
        done=done,
        title=content.title_of(web, system, collection),
        here=f"{BASE}/{read.reference}/package/{system}/{collection}",
        system=system,
        total=found.doubtful,
        theirs=counted[True],
        not_theirs=counted[False],
        of_files=of_files(found.fields),
        rows=[_line(item, decided.get(item.position), names, reasons) for item in shown],
        start=start,
        following=end if end < found.doubtful else None,
        filled=filled,
    )


def _line(item: Item, decision: Decision | None, names: Mapping[str, str], reasons: Mapping[UUID, str]) -> Doubtful:
    values = [(name, letters_of(value)) for name, value in item.row.items()]
    if decision is None:
        return Doubtful(item.id, item.position + 1, values)
    return Doubtful(
        item.id,
        item.position + 1,
        values,
        is_theirs(decision),
        names.get(decision.author, ""),
        decision.at,
        reasons.get(decision.reason, "") if decision.reason else "",
        decision.revision,
    )
