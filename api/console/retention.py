"""`/console/retention`: what is over its period, what keeps it, what was destroyed, and a privacy lead's word for the next sweep.

A page shows references and days, never whom a case was about. Next: api/sweeps.py
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Response
from sqlmodel import Session, select
from starlette.concurrency import run_in_threadpool

from adapters.database import sweep_reader
from adapters.database.desk_periods import BY_MONTH
from adapters.database.retention_tables import SweepItem, SweepRow
from adapters.database.tables import Caseworker
from api.console.navigation import BADGES
from api.console.pages import ConsoleRoute, TheCaseworker, TheForm, away_to, show
from api.console.sessions import SignedIn
from api.dependencies import TheWeb, Web
from api.face.forms import field
from domain.commands import Actor
from domain.datamap import ErasureAction
from domain.errors import InvalidInputError, UnknownObjectError
from domain.retention import RULES, Kept, RetentionRule
from domain.rights import Role
from domain.source_retention import SourceRule, source_rule, source_rules
from domain.sweep_messages import SweepAction, Swept

router = APIRouter(prefix="/console", route_class=ConsoleRoute, include_in_schema=False)

PATH: Final = "/console/retention"
TITLES: Final = {
    Kept.IDENTITY_EVIDENCE: "Proofs of identity",
    Kept.COLLECTED: "Collected copies",
    Kept.PACKAGE: "Copies as delivered",
    Kept.CASE: "Contents of a case",
    Kept.STUB: "What was left of a case",
    Kept.BREACH: "Register of breaches",
    Kept.NOTICE: "Notices to many people",
    Kept.ACCESS_LOG: "Access log",
    Kept.SIGN_INS: "Sign-ins of staff",
    Kept.STAFF_RECORD: "Changes of accounts, and alarms",
}
REASONS: Final = {
    "open_case": "the person has an open case",
    "complaint": "a complaint about it is open",
    "hold": "a legal hold",
    "incident": "evidence of an open breach",
    "not_over": "something was said or sent since",
}
_ACTIONS: Final = {
    ErasureAction.DELETE: "rows are deleted, with what hangs on them",
    ErasureAction.ANONYMISE: "rows are made anonymous",
    ErasureAction.NULL: "fields are emptied",
    ErasureAction.HASH: "fields are made unreadable",
}
_STEPS: Final = {
    "first_notice": "told for the first time",
    "second_notice": "told again",
    "end": "whose account ends",
    "came_back": "came back: their notices are forgotten",
}
STATES: Final = {
    "waiting": "waits for approval",
    "carrying_out": "being carried out",
    "done": "carried out",
    "declined": "declined",
    "replaced": "a newer look took its place",
}


@dataclass(frozen=True)
class Line:
    """One period with its newest look."""

    title: str
    period: str
    counted_from: str
    what: str
    approval: bool
    swept: Swept
    sweep: SweepRow | None


@router.get("/retention")
async def overview(web: TheWeb, who: TheCaseworker) -> Response:
    """The page."""
    return await run_in_threadpool(_overview, web, who)


@router.post("/retention/look")
async def look(web: TheWeb, who: TheCaseworker, form: TheForm) -> Response:
    """Look now, changing nothing."""
    swept = _swept(web, form)
    await web.the_sweeps.perform(swept, SweepAction.LOOK, Actor(person=who.person, role=who.role))
    return away_to(PATH)


@router.get("/retention/{sweep}")
async def one(web: TheWeb, who: TheCaseworker, sweep: UUID) -> Response:
    """What a look found, thing by thing."""
    return await run_in_threadpool(_one, web, who, sweep)


@router.post("/retention/{sweep}/approve")
async def approve(web: TheWeb, who: TheCaseworker, form: TheForm, sweep: UUID) -> Response:
    """Approve exactly what a look found, after a fresh sign-in."""
    who.need_fresh(web.now(), f"{PATH}/{sweep}")
    return await _decided(web, who, form, sweep, SweepAction.APPROVE)


@router.post("/retention/{sweep}/decline")
async def decline(web: TheWeb, who: TheCaseworker, form: TheForm, sweep: UUID) -> Response:
    """Leave everything as it is for now."""
    return await _decided(web, who, form, sweep, SweepAction.DECLINE)


async def _decided(web: Web, who: SignedIn, form: TheForm, sweep: UUID, action: SweepAction) -> Response:
    row = await run_in_threadpool(_row, web, sweep)
    swept = Swept(rule=row.rule, system=row.system, collection=row.collection)
    # What was on the screen is approved, not what may be there by now.
    await web.the_sweeps.perform(swept, action, Actor(person=who.person, role=who.role), field(form, "sha256"))
    return away_to(f"{PATH}/{sweep}")


def _overview(web: Web, who: SignedIn) -> Response:
    with web.resources.database.read() as session:
        own = [_line(session, rule) for rule in RULES.values()]
        source = [_source_line(web, session, rule) for rule in source_rules(web.resources.datamap)]
        receipts = sweep_reader.carried_out(session)
        people = _people(session)
    return show(
        web,
        "retention.html",
        who,
        at=PATH,
        own=own,
        source=source,
        receipts=receipts,
        people=people,
        titles={row.id: _title(web, row) for row in receipts},
        reasons=REASONS,
        states=STATES,
        may_look=who.role in {Role.PRIVACY_LEAD, Role.ADMINISTRATOR},
        may_open=who.role is not Role.ADMINISTRATOR,
    )


def _one(web: Web, who: SignedIn, sweep: UUID) -> Response:
    with web.resources.database.read() as session:
        row = sweep_reader.sweep_of(session, sweep)
        items = [(_month(row, item, name), item) for name, item in sweep_reader.items_of(session, sweep)]
        items = [pair for pair in items if pair[1].object not in who.sight.hidden]
        people = _people(session)
    return show(
        web,
        "sweep.html",
        who,
        at=PATH,
        row=row,
        items=items,
        people=people,
        title=_title(web, row),
        rule=RULES[Kept(row.rule)] if row.system is None else None,
        steps=_STEPS,
        reasons=REASONS,
        states=STATES,
        may_decide=who.role is Role.PRIVACY_LEAD and row.state == "waiting",
    )


def _month(row: SweepRow, item: SweepItem, name: str) -> str:
    """What no case owns is named by its month, everything else by its reference or id."""
    own = row.system is None and Kept(row.rule) in BY_MONTH
    return f"{item.since:%B %Y}" if own else name


def _line(session: Session, rule: RetentionRule) -> Line:
    swept = Swept(rule=rule.kept.value)
    found = sweep_reader.newest_sweep(session, swept)
    period = f"{rule.period}, {rule.at_most} where it was not fetched" if rule.at_most else rule.period
    return Line(TITLES[rule.kept], period, rule.counted_from, rule.what, rule.approval, swept, found)


def _source_line(web: Web, session: Session, rule: SourceRule) -> Line:
    swept = Swept(rule=rule.rule, system=rule.system, collection=rule.collection.name)
    period = web.resources.datamap.retention_rule(rule.rule)
    done = "each is told twice before the account ends" if rule.inactive else _ACTIONS[rule.action]
    found = sweep_reader.newest_sweep(session, swept)
    return Line(_named(web, rule.system, rule.collection.name), period.period, period.counted_from, done, True, swept, found)


def _title(web: Web, row: SweepRow) -> str:
    if row.system is None or row.collection is None:
        return TITLES[Kept(row.rule)]
    return _named(web, row.system, row.collection)


def _named(web: Web, system: str, collection: str) -> str:
    try:
        named = web.resources.datamap.collection(system, collection).title
    except UnknownObjectError:
        return f"{system}, {collection}"  # the data map names it no more
    return f"{named}, in {web.resources.datamap.system(system).title}"


def _row(web: Web, sweep: UUID) -> SweepRow:
    with web.resources.database.read() as session:
        return sweep_reader.sweep_of(session, sweep)


def _swept(web: Web, form: TheForm) -> Swept:
    rule, system, collection = (field(form, name) for name in ("rule", "system", "collection"))
    if rule in list(Kept) and not system:
        return Swept(rule=rule)
    if source_rule(web.resources.datamap, rule, system, collection) is None:
        raise InvalidInputError("There is no such period.", field="rule")
    return Swept(rule=rule, system=system, collection=collection)


def _people(session: Session) -> dict[str, str]:
    return {f"caseworker:{person.id}": person.name for person in session.exec(select(Caseworker)).all()} | {
        "system": "by its rule"
    }


def _badge(web: Web) -> str:
    with web.resources.database.read() as session:
        number = sweep_reader.number_waiting(session)
    return str(number) if number else ""


BADGES[PATH] = _badge
