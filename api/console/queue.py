"""`/console/cases`: the queue. Four figures, the eight weeks ahead, filters in the address, the table (mockup 01).

Names are masked: whoever opens a case sees them, and that is noted. Next: api/console/saved_views.py
"""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from fastapi import APIRouter, Request, Response
from sqlmodel import col, select
from starlette.concurrency import run_in_threadpool

from adapters.database.due_dates import DueDates
from adapters.database.queue import PAGE, Queue, Row
from adapters.database.queue_projection import UNREAD
from adapters.database.tables import CaseReceipt, Caseworker, SavedView
from adapters.letter_words import NO_BREAK
from api.console import steps, words
from api.console.authority import OFFICE, may
from api.console.counting import Counting, counting_of
from api.console.filters import PATH, STAGES, VIEWS, WAITS, Filters, figures
from api.console.pages import ConsoleRoute, TheCaseworker, show
from api.console.saved_views import views_of
from api.console.sessions import SignedIn
from api.dependencies import TheWeb, Web
from api.face.days import zone
from api.face.forms import number_in
from api.face.strip import is_tall, strip_svg, strip_table
from domain.authority import ROLES, Action
from domain.errors import KeyMissingError, SealBrokenError
from domain.next_step import Step
from domain.rights import Right, Role

router = APIRouter(prefix="/console", route_class=ConsoleRoute, include_in_schema=False)

_MASK: Final = "•••"
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_SOON: Final = 7  # days
_FIRST_RIGHTS: Final = 4  # shown; the others are folded away
_OFTEN: Final = (Right.ACCESS, Right.ERASURE, Right.OBJECTION, Right.RECTIFICATION)
_RIGHTS: Final = (*_OFTEN, *(right for right in Right if right not in _OFTEN))


@dataclass(frozen=True)
class Line:
    """One row of the table, in words."""

    row: Row
    person: str
    right: str
    stage: str
    tone: str
    late: str
    over: str
    waits_for: str
    wrote: str
    unread: bool
    step: str
    ours: bool
    owner: str


@dataclass(frozen=True)
class OwnView:
    """A list under a name of somebody's own, with how many cases it holds now."""

    name: str
    href: str
    query: str
    count: int


@router.get("/cases")
async def queue(request: Request, web: TheWeb, who: TheCaseworker, done: str = "") -> Response:
    """The queue, or the list that the address asks for."""
    filters = Filters.read(request.query_params)
    return await run_in_threadpool(_queue, web, who, filters, counting_of(request.app), done)


def lines(web: Web, rows: list[Row]) -> list[Line]:
    """Rows as the table shows them; to be called in a thread."""
    names, now = short_names(web), web.now()
    today = now.astimezone(zone(web)).date()
    titles = {system.name: _within(system.title) for system in web.resources.datamap.systems}
    return [_line(web, row, names, titles, now, (row.entry.safe_due - today).days) for row in rows]


def short_names(web: Web) -> dict[str, str]:
    """Everybody's name in short, as A. Osei, by who they are in commands."""
    with web.resources.database.read() as session:
        people = session.exec(select(Caseworker)).all()
    return {f"caseworker:{person.id}": _short(person.name) for person in people}


def colleagues(web: Web) -> list[tuple[str, str]]:
    """Who cases can be given to: whoever works on them now."""
    working = [role.value for role in OFFICE - {Role.DPO}]
    query = select(Caseworker).where(Caseworker.active, col(Caseworker.role).in_(working)).order_by(Caseworker.name)
    with web.resources.database.read() as session:
        return [(f"caseworker:{person.id}", person.name) for person in session.exec(query).all()]


def _queue(web: Web, who: SignedIn, filters: Filters, counting: Counting, done: str) -> Response:
    reader, today = Queue(web.resources.database), web.now().astimezone(zone(web)).date()
    approves = _approves(who)
    wanted = filters.wanted(who.person, today, who.sight, approves=approves)
    rows, after = reader.page(wanted, filters.after or None)
    facets = counting.get(
        ("facets", who.person, who.sight, approves), lambda: reader.facets(who.person, who.sight, approves=approves)
    )
    strip = counting.get(("strip", today, who.sight), lambda: DueDates(web.resources).strip(today, who.sight))
    return show(
        web,
        "queue.html",
        who,
        at=PATH,
        filters=filters,
        figures=figures(facets.views, late=strip.late, this_week=strip.this_week, waiting=facets.waits_for["them"]),
        strip=strip_svg(strip, lambda day: Filters().link(due=day.isoformat()), Filters().link(due="late")),
        strip_rows=strip_table(strip),
        tall=is_tall(strip),
        late=strip.late,
        lines=lines(web, rows),
        total=counting.get(("count", wanted), lambda: reader.count(wanted)),
        page=PAGE,
        next=filters.link(after=after) if after else "",
        views=[
            (filters.link(view=view), view, label, facets.views[view])
            for view, label in VIEWS.items()
            if view != "approve" or approves or filters.view == view
        ],
        own_views=[_own(who, reader, counting, view, today) for view in views_of(web, who.caseworker)],
        waits=[(value, steps.WAITS[value], facets.waits_for[value]) for value in WAITS],
        stages=[(value, words.STATUSES[value], facets.stages[value]) for value in STAGES],
        rights=[(value.value, words.RIGHTS[value], facets.rights[value]) for value in _RIGHTS],
        first_rights=_FIRST_RIGHTS,
        may_assign=may(who.role, "POST", "/console/cases/assign"),
        may_open=may(who.role, "GET", "/console/cases/new"),
        colleagues=colleagues(web),
        done=number_in(done) or 0,
    )


def _approves(who: SignedIn) -> bool:
    """Whether the role of whoever looks may approve what others prepared."""
    return who.role in ROLES[Action.APPROVE_PACKAGE]


def _own(who: SignedIn, reader: Queue, counting: Counting, view: SavedView, today: date) -> OwnView:
    filters = Filters.of_address(view.query)
    wanted = filters.wanted(who.person, today, who.sight, approves=_approves(who))
    return OwnView(view.name, filters.link(), filters.query(), counting.get(("count", wanted), lambda: reader.count(wanted)))


def _within(title: str) -> str:
    """A title inside a sentence: the payment provider."""
    return f"the {title[4:]}" if title.startswith("The ") else title


def _line(web: Web, row: Row, names: dict[str, str], titles: dict[str, str], now: datetime, days: int) -> Line:  # noqa: PLR0917
    entry, unread = row.entry, row.entry.rank == UNREAD
    about = None if entry.step == Step.CARRY_OUT and len(row.receipt.rights) == 1 else entry.about
    tone = "late" if entry.is_owed and days < 0 else "soon" if entry.is_owed and days < _SOON else ""
    return Line(
        row=row,
        person=masked_name(web, row.receipt),
        right=words.rights_in_short(row.receipt.rights),
        stage=words.STATUSES[entry.status] if entry.is_open else words.OUTCOMES.get(entry.outcome or "", "Closed"),
        tone=tone,
        late=f"{-days}{NO_BREAK}{'day' if days == -1 else 'days'}{NO_BREAK}late" if tone == "late" else "",
        over="" if entry.is_owed else _over(row),
        waits_for=steps.WAITS["us" if unread else entry.waits_for],
        wrote=_ago(now - entry.wrote_at),
        unread=unread,
        step=steps.READ_THE_REPLY if unread else steps.step_in_words(entry.step, about, entry.tasks, titles),
        ours=unread or (entry.is_open and steps.is_ours(entry.step)),
        owner=names.get(entry.assignee or "", ""),
    )


def _over(row: Row) -> str:
    """What became of a date that nobody has to keep any more; of a complaint the law dates the acknowledgement alone."""
    if not row.entry.is_open:
        return "closed"
    return "acknowledged" if row.receipt.rights == [Right.COMPLAINT.value] else "answered"


def masked_name(web: Web, receipt: CaseReceipt) -> str:
    """A name that tells two people apart and nobody who they are: R••• A•••."""
    if receipt.subject is None:
        return "Destroyed"
    try:
        sealed = web.resources.vault.case(receipt.case_id).open("case_receipt", "subject", str(receipt.case_id), receipt.subject)
    except (KeyMissingError, SealBrokenError):
        return "Destroyed"
    subject = json.loads(sealed)
    parts = str(subject.get("name") or subject.get("email") or "").split()
    shown = [parts[0], parts[-1]] if len(parts) > 1 else parts
    return " ".join(f"{part[:1].upper()}{_MASK}" for part in shown) or "No name"


def _ago(passed: timedelta) -> str:
    if passed < _HOUR:
        return f"{max(1, passed // timedelta(minutes=1))}{NO_BREAK}min"
    if passed < _DAY:
        return f"{passed // _HOUR}{NO_BREAK}h"
    days = passed // _DAY
    return f"{days}{NO_BREAK}{'day' if days == 1 else 'days'}"


def _short(name: str) -> str:
    first, _, last = name.strip().rpartition(" ")
    return f"{first[:1]}. {last}" if first else last
