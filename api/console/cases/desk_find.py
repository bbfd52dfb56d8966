"""`/console/cases/{reference}/package/find`: search and filters inside what was found for a case.

By POST, so that no word about a person stands in an address or a log. Next: api/console/cases/desk_finding.py
"""
# ruff: noqa: FAST003  (TheOpenedCase takes the reference out of the path)

import itertools
from collections import Counter
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from adapters.database.case_reader import CaseView
from adapters.database.item_decisions import Standing
from adapters.database.remarks import Kind, remarks_of
from adapters.found_by_hand import everything_found
from api.access import note_access
from api.console.cases import content, desk_finding, desk_seen, reading, shell
from api.console.cases.desk import note_look
from api.console.cases.desk_finding import FilesRead, Hit, Looked, Search
from api.console.cases.desk_lines import Piece, sealed_from, stands_of
from api.console.cases.facts import CaseFacts
from api.console.opened import TheOpenedCase
from api.console.pages import ConsoleRoute, TheCaseworker, TheForm
from api.console.sessions import SignedIn
from api.dependencies import TheWeb, Web
from api.face.forms import field
from domain.archives import UNSEARCHED

router = APIRouter(prefix=shell.BASE, route_class=ConsoleRoute, include_in_schema=False)

_LONGEST: Final = 200  # letters of a word
_MOST_NAMED: Final = 10  # files of one reason


@dataclass(frozen=True)
class Line:
    """One item that was found, as the list shows it."""

    title: str
    number: int
    link: str
    stands: str
    where: str
    snippet: list[Piece]


@dataclass(frozen=True)
class Unread:
    """Files in which the word may stand without being found, for one reason; the first of them with where they are."""

    why: str
    number: int
    first: list[tuple[str, str]]


@router.get("/{reference}/package/find")
async def ask(web: TheWeb, who: TheCaseworker, case: TheOpenedCase, state: str = "") -> Response:
    """The form; with a state in the address, the items that are in it."""
    wanted = Search(state=state) if state in desk_finding.STATES else Search()
    return await run_in_threadpool(lambda: _page(web, who, case, wanted, asked=bool(wanted.state)))


@router.post("/{reference}/package/find")
async def find(web: TheWeb, who: TheCaseworker, form: TheForm, case: TheOpenedCase) -> Response:
    """The items that meet all that was filled in."""
    system, _, collection = field(form, "place").partition(".")
    wanted = Search(
        word=field(form, "word").strip()[:_LONGEST],
        state=field(form, "state") if field(form, "state") in desk_finding.STATES else "",
        tag=field(form, "tag")[:_LONGEST],
        place=(system, collection) if system and collection else None,
    )
    number, _, position = field(form, "from").partition(":")
    start = (int(number), int(position)) if number.isdigit() and position.isdigit() else (0, 0)
    return await run_in_threadpool(lambda: _page(web, who, case, wanted, start=start, asked=True))


def _page(web: Web, who: SignedIn, case: CaseView, wanted: Search, *, asked: bool, start: tuple[int, int] = (0, 0)) -> Response:
    note_look(web, who, case, f"{shell.BASE}/{case.receipt.reference}/package/find")
    read = reading.read(web, case)
    if asked:
        note_access(web, who, "items_searched", case.receipt.case_id)
    looked = _looked(web, who, read)
    page = list(itertools.islice(desk_finding.search(looked, wanted, start), desk_finding.PAGE + 1)) if asked else []
    shown, more = page[: desk_finding.PAGE], len(page) > desk_finding.PAGE
    counts = desk_finding.counted(looked, wanted) if asked and start == (0, 0) and more else None
    tags = sorted({each.text for several in looked.said.values() for each in several if each.kind is Kind.TAG})
    return shell.show_case(
        web,
        who,
        read,
        "cases/find.html",
        tab="package",
        working=True,
        wanted=wanted,
        asked=asked,
        states=list(desk_finding.STATES.items()),
        places=_places(web, looked),
        tags=[("", "Any")] + [(tag, tag) for tag in tags],
        lines=[_line(web, looked, hit) for _, hit in shown],
        unread=_unread(web, looked),
        crowded=[(content.title_of(web, *place), number) for place, number in looked.files.crowded.items()],
        following=f"{shown[-1][0][0]}:{shown[-1][0][1]}" if more else "",
        later=start != (0, 0),
        counts=_counted(web, counts),
        total=counts.total() if counts else None,
        most=desk_finding.MOST,
    )


def _counted(web: Web, counts: Counter[tuple[str, str]] | None) -> list[tuple[str, str, int]]:
    return [(".".join(place), content.title_of(web, *place), number) for place, number in counts.most_common()] if counts else []


def _places(web: Web, looked: Looked) -> list[tuple[str, str]]:
    named = [(each.system, each.name) for each in looked.collections if each.rows]
    return [("", "All parts"), *((".".join(place), content.title_of(web, *place)) for place in named)]


def _looked(web: Web, who: SignedIn, read: CaseFacts) -> Looked:
    vault = web.resources.vault.case(read.state.case_id)
    with web.resources.database.read() as session:
        standing, said = Standing.read(session, vault), remarks_of(session, vault)
    found = everything_found(web.resources, read.state, read.state.run).collections if read.state.run else ()
    return Looked(found, standing, said, desk_seen.seen_in(web, read), FilesRead(web.resources.documents), who.role)


def _unread(web: Web, looked: Looked) -> list[Unread]:
    """By reason, what could not be read among the files that were looked into so far."""
    by_reason: dict[str, list[tuple[str, str]]] = {reason: [] for reason in UNSEARCHED}
    for place, at, why in looked.files.unread.values():
        by_reason[why].append((f"{content.title_of(web, *place)}, number {at + 1:,}", _link(*place, at)))
    return [Unread(UNSEARCHED[why], len(each), each[:_MOST_NAMED]) for why, each in by_reason.items() if each]


def _link(system: str, collection: str, at: int) -> str:
    return f"package/{system}/{collection}?start={at - at % desk_seen.PAGE}#item-{at + 1}"


def _line(web: Web, looked: Looked, hit: Hit) -> Line:
    at = hit.item.position
    stands, basis = stands_of(hit.decision, ())
    sealed = sealed_from(looked.role, looked.standing, hit.item.id) or hit.item.id in looked.standing.legal
    beginning = "" if sealed else desk_finding.shown(hit.item.row)
    return Line(
        title=content.title_of(web, hit.system, hit.collection),
        number=at + 1,
        link=_link(hit.system, hit.collection, at),
        stands=f"{stands}: {basis}" if basis else stands,
        where=hit.where,
        snippet=hit.snippet or ([Piece(beginning)] if beginning else []),
    )
