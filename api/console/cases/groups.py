"""What belongs together among imported messages: conversations, and near copies; decided about as one (practice.md (b) 5).

A decision about a group is a rule over the messages that are in it, and one over the files that were sent along: append-only,
with the items that were seen, like any rule of the desk. Next: api/v1/deciding_many.py
"""
# ruff: noqa: FAST003  (TheOpenedCase takes the reference out of the path)

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from adapters.collected import CollectedCollection, Item
from adapters.database.case_reader import CaseView
from adapters.database.item_decisions import Standing, spans_of
from api.console.cases import content, desk_seen, reading, shell
from api.console.cases.act_page import Refused
from api.console.cases.desk import attempt, note_look, shown_on_desk
from api.console.cases.desk_lines import LONGEST_VALUE, Piece, pieces, stands_of
from api.console.cases.desk_reading import collection_of
from api.console.cases.facts import CaseFacts
from api.console.cases.known_names import known_names
from api.console.cases.own_words import own_words
from api.console.opened import TheOpenedCase
from api.console.pages import ConsoleRoute, TheCaseworker, TheForm, away_to
from api.console.sessions import SignedIn
from api.dependencies import TheWeb, Web
from api.face.forms import field
from api.v1.deciding_many import sample
from domain.archives import ATTACHMENTS, MESSAGES
from domain.authority import Action
from domain.errors import UnknownObjectError
from domain.item_rules import Condition
from domain.redaction import cover_row
from domain.suggestions import suggest
from domain.withholding import WITHHOLDINGS, ItemChoice

router = APIRouter(prefix=shell.BASE, route_class=ConsoleRoute, include_in_schema=False)

TITLES: Final = {"thread": "Conversations", "alike": "Near copies"}
_PAGE: Final = 50  # groups
_SHOWN: Final = 50  # messages of a group; of a larger one those that were drawn
Name = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
By = Annotated[str, Path(pattern=r"^(?:thread|alike)$")]
Group = Annotated[str, Path(pattern=r"^[a-z0-9]{6,32}$")]


@dataclass
class GroupLine:
    """One group in the list."""

    key: str
    subject: str
    messages: int = 0
    files: int = 0
    first: str = ""
    last: str = ""

    def add(self, row: dict[str, Any]) -> None:
        """Count one message."""
        self.messages += 1
        self.files += bool(row.get("files"))
        day = str(row.get("sent_at") or "")[:10]
        if day:
            self.first, self.last = min(self.first or day, day), max(self.last, day)


@dataclass(frozen=True)
class MessageLine:
    """One message of a group, with what may be somebody else's marked and what is decided of it."""

    position: int
    row: dict[str, Any]
    text: list[Piece]
    stands: str
    basis: str
    cut: bool


@router.get("/{reference}/package/{system}/groups/{by}")
async def listed(  # noqa: PLR0917
    system: Name, by: By, web: TheWeb, who: TheCaseworker, case: TheOpenedCase, start: Annotated[int, Query(ge=0, le=2**31)] = 0
) -> Response:
    """The groups, the largest first."""

    def page() -> Response:
        note_look(web, who, case, f"{shell.BASE}/{case.receipt.reference}/package/{system}/groups/{by}")
        read = reading.read(web, case)
        groups = groups_of(collection_of(web, read, system, MESSAGES), by, _standing(web, read))
        return shown_on_desk(
            web,
            who,
            read,
            "cases/groups.html",
            None,
            title=TITLES[by],
            of=content.title_of(web, system, MESSAGES),
            by=by,
            groups=groups[start : start + _PAGE],
            total=len(groups),
            start=start,
            following=start + _PAGE if start + _PAGE < len(groups) else None,
            system=system,
            titles=TITLES,
        )

    return await run_in_threadpool(page)


@router.get("/{reference}/package/{system}/groups/{by}/{group}")
async def one(  # noqa: PLR0917
    system: Name, by: By, group: Group, web: TheWeb, who: TheCaseworker, case: TheOpenedCase, done: str = ""
) -> Response:
    """The messages of a group in the order in which they were sent, with the files that came along."""

    def page() -> Response:
        note_look(web, who, case, f"{shell.BASE}/{case.receipt.reference}/package/{system}/groups/{by}/{group}")
        return _group(web, who, case, system, by, group, done=done)

    return await run_in_threadpool(page)


@router.post("/{reference}/package/{system}/groups/{by}/{group}")
async def decide(  # noqa: PLR0917
    system: Name, by: By, group: Group, web: TheWeb, who: TheCaseworker, form: TheForm, case: TheOpenedCase
) -> Response:
    """Decide about all of it: the messages, and the files that came along with them."""
    decision = field(form, "decision")
    keeps_back = decision in WITHHOLDINGS
    covers = decision in {ItemChoice.REDACT.value, ItemChoice.EXTRACT.value}
    words = [{"words": line.strip()} for line in field(form, "covered_words").splitlines() if line.strip()]
    body = {
        "system": system,
        "condition": {"field": by, "equals": group},
        "spans": words if covers else [],
        "decision": decision,
        "basis": (field(form, "basis") or None) if keeps_back else None,
        "reason": field(form, "reason") or None,
    }
    for collection in (MESSAGES, ATTACHMENTS):
        seen = [str(each) for each in form.getlist(f"seen_{collection}")]
        if not seen:
            continue
        given = body | {"collection": collection, "seen": seen}
        refused = await attempt(web, who, case, Action.SET_DECISION_RULE, given, form)
        if refused is not None:
            show = functools.partial(_group, web, who, case, system, by, group, refused=refused, filled=form)
            return await run_in_threadpool(show)
    here = f"{shell.BASE}/{case.receipt.reference}/package/{system}/groups/{by}/{group}"
    return away_to(f"{here}?done={Action.SET_DECISION_RULE.value}")


def groups_of(found: CollectedCollection, by: str, standing: Standing) -> list[GroupLine]:
    """The groups of more than one message; what is with legal is in none of them."""
    groups: dict[str, GroupLine] = {}
    for row in _rows(found, standing):
        if key := row.get(by):
            groups.setdefault(str(key), GroupLine(str(key), str(row.get("subject") or ""))).add(row)
    several = [each for each in groups.values() if each.messages > 1]
    return sorted(several, key=lambda each: (-each.messages, each.first, each.key))


def _rows(found: CollectedCollection, standing: Standing) -> Iterator[dict[str, Any]]:
    if not standing.with_legal(found.system, found.name):
        return found.records()
    return (item.row for item in found.items() if item.id not in standing.legal)


def _in_group(found: CollectedCollection, by: str, group: str, standing: Standing) -> Iterator[Item]:
    return (item for item in found.items() if item.row.get(by) == group and item.id not in standing.legal)


def _standing(web: Web, read: CaseFacts) -> Standing:
    with web.resources.database.read() as session:
        return Standing.read(session, web.resources.vault.case(read.state.case_id))


def _group(  # noqa: PLR0917
    web: Web,
    who: SignedIn,
    case: CaseView,
    system: str,
    by: str,
    group: str,
    *,
    done: str = "",
    refused: Refused | None = None,
    filled: FormData | None = None,
) -> Response:
    read = reading.read(web, case)
    found = collection_of(web, read, system, MESSAGES)
    condition = Condition(field=by, equals=group)
    taken = {MESSAGES: sample(web.resources, case, system, MESSAGES, condition)}
    if not taken[MESSAGES].covered:
        raise UnknownObjectError
    if by == "thread":
        taken[ATTACHMENTS] = sample(web.resources, case, system, ATTACHMENTS, condition)
    everything = taken[MESSAGES].covered <= _SHOWN
    drawn = set(taken[MESSAGES].sample)
    standing = _standing(web, read)
    items = [item for item in _in_group(found, by, group, standing) if everything or item.id in drawn]
    items.sort(key=lambda item: str(item.row.get("sent_at") or ""))
    desk_seen.note_opened(web, who, read, found, [item for item in items if desk_seen.stands_whole(found, item)])
    return shown_on_desk(
        web,
        who,
        read,
        "cases/group.html",
        refused,
        done=done,
        title=TITLES[by],
        by=by,
        lines=_lines(web, read, found, standing, items),
        total=taken[MESSAGES].covered,
        everything=everything,
        files=_files(web, read, system, group, standing) if by == "thread" else [],
        seen={name: each.sample for name, each in taken.items()},
        system=system,
        group=group,
        filled=filled or FormData(),
    )


def _lines(web: Web, read: CaseFacts, found: CollectedCollection, standing: Standing, items: list[Item]) -> list[MessageLine]:
    lines, own = [], own_words(web, read.view.receipt, read.state)
    names = known_names(web, standing, found, [item.row for item in items])
    for item in items:
        decision = standing.of(item.id, item.row)
        covers = cover_row(item.row, spans_of(decision, standing.covering(decision))).removed
        stands, basis = stands_of(decision, covers)
        text = str(item.row.get("text") or "")
        cut = len(text) > LONGEST_VALUE
        shown = f"{text[:LONGEST_VALUE]}\u2026" if cut else text
        marked = pieces(shown, suggest(shown, own=own, names=names))
        lines.append(MessageLine(item.position, item.row, marked, stands, basis, cut))
    return lines


def _files(web: Web, read: CaseFacts, system: str, group: str, standing: Standing) -> list[tuple[int, str, int]]:
    """Position, name and bytes of the files of a conversation, of which neither they nor their mail are with legal."""
    try:
        found = collection_of(web, read, system, ATTACHMENTS)
    except UnknownObjectError:
        return []
    mails = collection_of(web, read, system, MESSAGES)
    sealed = (
        {item.row["id"] for item in mails.items() if item.id in standing.legal}
        if standing.with_legal(system, MESSAGES)
        else set()
    )
    in_group = (item for item in _in_group(found, "thread", group, standing) if item.row["message"] not in sealed)
    rows = ((item.position, item.row) for item in in_group)
    return [(position, str(row["path"]).rpartition("/")[2], int(row["bytes"])) for position, row in rows]
