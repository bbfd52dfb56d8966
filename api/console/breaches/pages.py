"""`/console/breaches`: the desk, made for stress: the time left is the largest thing, next to it the next three things to do.

Next: api/console/breaches/acts.py
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Response
from sqlmodel import select

from adapters.database.breach_reader import BREACH, BreachFilter, BreachReader, BreachView
from adapters.database.breach_register import register_csv
from adapters.database.notice_reader import NoticeReader
from adapters.database.tables import Caseworker
from api.access import note_access
from api.console.authority import may
from api.console.breaches import words
from api.console.breaches.picture import (
    cells,
    clock_change,
    decisions_first,
    left,
    local_due,
    row_state,
    shared_out,
    to_do,
    urgency,
)
from api.console.breaches.timeline import moments
from api.console.breaches.told import as_todos, notices_of
from api.console.mail_words import scanned
from api.console.navigation import BADGES
from api.console.notices import words as notice_words
from api.console.pages import ConsoleRoute, TheCaseworker, show
from api.console.sessions import SignedIn
from api.dependencies import TheWeb, Web
from api.face.days import zone
from api.v1.breach_presenting import notes_of, possible, report_state
from api.v1.dossier_actions import file_of
from domain.breach import BreachOutcome, BreachState
from domain.breach_authorities import find_authority
from domain.breach_authority import BreachAction
from domain.breach_checklist import STEPS
from domain.breach_contacts import CHECKED
from domain.errors import UnknownObjectError
from domain.rights import Role

router = APIRouter(prefix="/console", route_class=ConsoleRoute, include_in_schema=False)
PATH: Final = "/console/breaches"
_OPEN_SHOWN: Final = 50
_LONGEST_TITLE: Final = 90  # two lines on a phone


@router.get("/breaches")
def desk(  # noqa: PLR0917 (FastAPI's own)
    web: TheWeb, who: TheCaseworker, view: str = "", ended: str = "", since: str = "", until: str = ""
) -> Response:
    """Open breaches, nearest time first; everything else is in the register below, cut to how they ended and when."""
    reader, now = BreachReader(web.resources), web.now()
    wanted = _wanted(web, ended, since, until) if view == "all" else BreachFilter()
    wanted = replace(wanted, exercises=view == "exercises", open_only=wanted.open_only or view == "")
    views = reader.page(wanted, limit=_OPEN_SHOWN)
    lines = [_line(web, each, now) for each in views]
    lines.sort(key=lambda line: line["due"] or now)
    return show(web, "breaches/desk.html", who, at=PATH, lines=lines, view=view, desk_words=words,
        given={"ended": ended, "since": since, "until": until},
        query=urlencode({"ended": ended, "since": since, "until": until}),
    )  # fmt: skip


@router.get("/breaches/register.csv")
def register(web: TheWeb, who: TheCaseworker, ended: str = "", since: str = "", until: str = "") -> Response:
    """The register of Article 33(5), whole or cut as it is shown."""
    note_access(web, who, "breach-register")
    wanted = _wanted(web, ended, since, until)
    text = register_csv(web.resources, web.now(), words=who.role is not Role.AUDITOR, wanted=wanted)
    headers = {"Content-Disposition": 'attachment; filename="breach-register.csv"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/breaches/{reference}")
def one(reference: str, web: TheWeb, who: TheCaseworker, done: str = "", unread: str = "") -> Response:
    """One breach."""
    view = looked_at(web, who, reference)
    told = words.ACTS[BreachAction(done)].title if done in set(BreachAction) else ""
    return show(web, "breaches/one.html", who, at=PATH, told=told, unread=unread, **facts_of(web, who, view))


@router.get("/breaches/{reference}/progress")
def progress(reference: str, web: TheWeb, who: TheCaseworker, seen: int = 0) -> Response:
    """Whether anything has happened since, for the script that opens the page anew; it shows nothing, so it is no look."""
    moved = BreachReader(web.resources).find(reference.upper()).state.sequence != seen
    return show(web, "cases/_waiting.html", who, at=PATH, moved=moved)


@router.get("/breaches/{reference}/pack")
def pack(reference: str, web: TheWeb, who: TheCaseworker) -> Response:
    """Everything on paper, with contacts: for a handover, and for the day on which Habeas itself is what was breached."""
    view = looked_at(web, who, reference)
    authorities = [find_authority(row.key) for row in BreachReader(web.resources).clocks(view.state, web.now()).rows]
    facts = facts_of(web, who, view)
    return show(
        web,
        "breaches/pack.html",
        who,
        at=PATH,
        authorities=[each for each in authorities if each],
        staff=staff(web),
        checked=CHECKED,
        **facts,
    )


@router.get("/breaches/{reference}/reports/{report}/{form}")
def report_file(reference: str, report: UUID, form: str, web: TheWeb, who: TheCaseworker) -> Response:
    """A frozen report, as PDF or text."""
    view = looked_at(web, who, reference)
    if form not in {"pdf", "text"}:
        raise UnknownObjectError
    note_access(web, who, "breach-report")
    answer = file_of(web.resources, BreachReader(web.resources).file(view.dossier.id, f"report_{form}", report), BREACH)
    name = f"{view.dossier.reference}-report.{'txt' if form == 'text' else 'pdf'}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@router.get("/breaches/{reference}/evidence/{evidence}")
def evidence(reference: str, evidence: UUID, web: TheWeb, who: TheCaseworker) -> Response:
    """A file kept as evidence."""
    view = looked_at(web, who, reference)
    note_access(web, who, "breach-evidence")
    return file_of(web.resources, BreachReader(web.resources).file(view.dossier.id, "evidence", evidence), BREACH)


def facts_of(web: Web, who: SignedIn, view: BreachView) -> dict[str, Any]:
    """Everything that the pages of one breach show."""
    state, now, reader = view.state, web.now(), BreachReader(web.resources)
    clocks = reader.clocks(state, now)
    hidden = who.role is Role.AUDITOR
    said = {} if hidden else reader.words(state.breach_id, notes_of(state))
    path, people = f"{PATH}/{view.dossier.reference}", names(web)
    titles = {system.name: system.title for system in web.resources.datamap.systems}
    due, notices, actions = clocks.first_due, notices_of(web, view), possible(who, state)
    left_to_do = to_do(state, clocks, said, path, now, as_todos(notices))
    if who.role is Role.PRIVACY_LEAD:
        left_to_do = decisions_first(left_to_do, now)
    # Whoever neither responds nor decides looks on: everything in its order.
    todos, waits = shared_out(left_to_do, actions if who.role is Role.BREACH_RESPONDER else set(BreachAction))
    return {
        "reference": view.dossier.reference,
        "path": path,
        "state": state,
        "clocks": clocks,
        "notes": said,
        "people": people,
        "scans": {key: scanned(web.resources.settings, said) for key, said in reader.scans(state.breach_id, "evidence").items()},
        "title": _title(said, state),
        "due": due,
        "left": left(due, now) if due else "",
        "urgent": urgency(due, now),
        "clock_change": clock_change(state.started, due, zone(web)) if due and state.started else "",
        "now": now,
        "cells": cells(state.started, now) if state.started else [],
        "day_marks": _day_marks(web, state),
        "todos": todos,
        "waits": waits,
        "deciders": [person for person in staff(web) if person.role == Role.PRIVACY_LEAD.value],
        "rows": [
            (row, *row_state(row, state), left(row.safe_due, now), urgency(row.safe_due, now), local_due(row, zone(web)))
            for row in clocks.rows
        ],
        "others": [
            (row, said.get(row.id, ""), left(row.due_at, now) if row.due_at and not row.told_at else "", urgency(row.due_at, now))
            for row in clocks.others
        ],
        "actions": actions,
        "timeline": moments(state, reader.events(state.breach_id), said, people),
        "frozen": [titles.get(name, name) for name in state.frozen],
        "notice_words": notice_words,
        "left_of": left,
        "urgency_of": urgency,
        "desk_words": words,
        "steps": STEPS,
        "report_state": report_state,
        "notices": notices,
        "asked_since": NoticeReader(web.resources).asked_since(view.dossier.id, state.first_alert_at)
        if state.first_alert_at
        else 0,
        "threshold": web.resources.settings.people_threshold,
        "query": urlencode,
        "A": BreachAction,
        "begins_notices": may(who.role, "GET", "/console/notices/new"),
    }


def _wanted(web: Web, ended: str, since: str, until: str) -> BreachFilter:
    """What the register is cut to; days are the controller's own, and what is no day cuts nothing."""

    def day(text: str, later: int) -> datetime | None:
        try:
            return datetime.fromisoformat(text).replace(tzinfo=zone(web)) + timedelta(days=later)
        except ValueError:
            return None

    outcome = BreachOutcome(ended) if ended in set(BreachOutcome) else None
    return BreachFilter(outcome=outcome, open_only=ended == "open", since=day(since, 0), until=day(until, 1))


def _line(web: Web, view: BreachView, now: datetime) -> dict[str, Any]:
    reader = BreachReader(web.resources)
    due = reader.clocks(view.state, now).first_due
    said = reader.words(view.dossier.id, [view.state.summary])
    return {
        "reference": view.dossier.reference,
        "title": _title(said, view.state),
        "state": view.state,
        "due": due,
        "left": left(due, now) if due else "",
        "urgent": urgency(due, now),
        "people": sum(people.high for people in view.state.affected.values()),
    }


def _title(said: dict[UUID, str], state: BreachState) -> str:
    summary = said.get(state.summary, "") if state.summary else ""
    first = summary.strip().partition("\n")[0]
    if len(first) > _LONGEST_TITLE:
        first = f"{first[:_LONGEST_TITLE].rpartition(' ')[0]} \u2026"
    return first or "A breach"


def _day_marks(web: Web, state: BreachState) -> list[datetime]:
    return [(state.started + timedelta(hours=hours)).astimezone(zone(web)) for hours in (0, 24, 48, 72)] if state.started else []


def looked_at(web: Web, who: SignedIn, reference: str) -> BreachView:
    """The breach under a reference; that it was looked at goes on record."""
    view = BreachReader(web.resources).find(reference.upper())
    note_access(web, who, "view-breach")
    return view


def staff(web: Web) -> list[Caseworker]:
    with web.resources.database.read() as session:
        return list(session.exec(select(Caseworker).where(Caseworker.active).order_by(Caseworker.name)).all())


def names(web: Web) -> dict[str, str]:
    """Who did something, by the id that events carry."""
    return {f"caseworker:{person.id}": person.name for person in staff(web)} | {"system": "Habeas"}


def staff_choices(web: Web) -> list[tuple[str, str]]:
    """Who may lead or own something."""
    wanted = {Role.BREACH_RESPONDER.value, Role.PRIVACY_LEAD.value, Role.CASEWORKER.value, Role.DPO.value}
    return [(f"caseworker:{person.id}", person.name) for person in staff(web) if person.role in wanted]


def _badge(web: Web) -> str:
    number = len(BreachReader(web.resources).page(BreachFilter(open_only=True), limit=_OPEN_SHOWN))
    return f"{number} open" if number else ""


BADGES[PATH] = _badge
