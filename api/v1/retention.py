"""Sweeps of retention periods by API: look, approve exactly what was found, read the receipts (Article 5(1)(e)).

The same doors as the page of retention; who asked for a look does not approve it (workflows/sweep.py).
Next: api/sweeps.py
"""

import datetime as dt
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from adapters.database import sweep_reader
from adapters.database.retention_tables import SweepRow
from api.dependencies import TheCaller, TheWeb, Web
from api.guard import GuardedRoute
from api.security import Caller
from api.v1.models import Body
from domain.errors import InvalidInputError, NotAllowedNowError
from domain.retention import RULES, Kept
from domain.source_retention import source_rule, source_rules
from domain.sweep_messages import SweepAction, Swept
from domain.texts import Name, Sha256

router = APIRouter(tags=["retention"], route_class=GuardedRoute)


class PeriodBody(Body):
    """A period to look at: of Habeas' own, or of a collection of the data map."""

    rule: Name
    system: Name | None = None
    collection: Name | None = None


class SweepBody(Body):
    """What a look found, by its hash: nothing else is approved or declined."""

    sha256: Sha256


class SweepItemAnswer(BaseModel):
    """One thing that is over: a case, breach or notice by its reference, a month of staff's own records by its first day."""

    object: str
    since: dt.date
    state: str
    reason: Annotated[str | None, Field(description="what keeps it")]


class SweepAnswer(BaseModel):
    """One look, and what became of it. `state`: waiting, carrying_out, done, declined, replaced.

    `due` would be destroyed; `suspended` is over and kept, by reason. `items` where Habeas' own records are concerned.
    """

    id: UUID
    rule: str
    system: str | None
    collection: str | None
    today: dt.date
    before: str | None
    looked_at: dt.datetime
    state: str
    due: int
    suspended: dict[str, int]
    sha256: str
    decided_by: str | None
    decided_at: dt.datetime | None
    destroyed: int
    done_at: dt.datetime | None
    items: list[SweepItemAnswer] = []


class SweepLines(BaseModel):
    """The last sweeps that were carried out or declined, the newest first."""

    items: list[SweepAnswer]


class PeriodAnswer(BaseModel):
    """One period, and the newest look at it. `approval`: a person approves before anything goes."""

    rule: str
    system: str | None
    collection: str | None
    period: str
    counted_from: str
    approval: bool
    sweep: SweepAnswer | None


class PeriodLines(BaseModel):
    """Every period, Habeas' own first."""

    items: list[PeriodAnswer]


class DestructionAnswer(BaseModel):
    """A receipt: what was destroyed, by which rule and whom, and from which day not even a backup opens it."""

    id: UUID
    kept: str
    object: str
    sweep: UUID | None
    at: dt.datetime
    effective_on: dt.date
    approver: str
    counts: dict[str, int]


class DestructionLines(BaseModel):
    """Receipts, the newest first."""

    items: list[DestructionAnswer]


@router.get("/retention/periods")
def list_periods(web: TheWeb) -> PeriodLines:
    """Every period with its newest look."""
    with web.resources.database.read() as session:
        own = [
            _period(session, Swept(rule=rule.kept.value), rule.period, rule.counted_from, approval=rule.approval)
            for rule in RULES.values()
        ]
        for each in source_rules(web.resources.datamap):
            swept = Swept(rule=each.rule, system=each.system, collection=each.collection.name)
            known = web.resources.datamap.retention_rule(each.rule)
            own.append(_period(session, swept, known.period, known.counted_from, approval=True))
    return PeriodLines(items=own)


@router.post("/retention/sweeps")
async def look(body: PeriodBody, who: TheCaller, web: TheWeb) -> SweepAnswer:
    """Look now what is over, changing nothing: a dry run with the hash that an approval names."""
    swept = _swept(web, body)
    await web.the_sweeps.perform(swept, SweepAction.LOOK, who.actor)
    return await run_in_threadpool(_newest, web, who, swept)


@router.get("/retention/sweeps")
def list_sweeps(web: TheWeb) -> SweepLines:
    """What was carried out or declined lately."""
    with web.resources.database.read() as session:
        return SweepLines(items=[_answer(row) for row in sweep_reader.carried_out(session)])


@router.get("/retention/sweeps/{sweep}")
def read_sweep(sweep: UUID, who: TheCaller, web: TheWeb) -> SweepAnswer:
    """One look, thing by thing."""
    return _one(web, who, sweep)


@router.post("/retention/sweeps/{sweep}/approve")
async def approve(sweep: UUID, body: SweepBody, who: TheCaller, web: TheWeb) -> SweepAnswer:
    """Approve exactly what a look found; what is kept meanwhile by a case, complaint, hold or incident stays."""
    return await _decided(web, who, sweep, SweepAction.APPROVE, body.sha256)


@router.post("/retention/sweeps/{sweep}/decline")
async def decline(sweep: UUID, body: SweepBody, who: TheCaller, web: TheWeb) -> SweepAnswer:
    """Leave everything as it is; the next look finds it again."""
    return await _decided(web, who, sweep, SweepAction.DECLINE, body.sha256)


@router.get("/retention/receipts")
def list_receipts(
    who: TheCaller, web: TheWeb, sweep: Annotated[UUID | None, Query(description="of this sweep alone")] = None
) -> DestructionLines:
    """What was destroyed, by which rule, who approved it, and from when it is gone for good."""
    with web.resources.database.read() as session:
        found = sweep_reader.destructions(session, sweep)
    lines = [
        DestructionAnswer(object=name, **row.model_dump(exclude={"object"}))
        for name, row in found
        if row.object not in who.sight.hidden
    ]
    return DestructionLines(items=lines)


async def _decided(web: Web, who: Caller, sweep: UUID, action: SweepAction, sha256: str) -> SweepAnswer:
    row = await run_in_threadpool(_row, web, sweep)
    await web.the_sweeps.perform(Swept(rule=row.rule, system=row.system, collection=row.collection), action, who.actor, sha256)
    return await run_in_threadpool(_one, web, who, sweep)


def _row(web: Web, sweep: UUID) -> SweepRow:
    with web.resources.database.read() as session:
        return sweep_reader.sweep_of(session, sweep)


def _one(web: Web, who: Caller, sweep: UUID) -> SweepAnswer:
    with web.resources.database.read() as session:
        row, items = sweep_reader.sweep_of(session, sweep), sweep_reader.items_of(session, sweep)
    shown = [
        SweepItemAnswer(object=name, since=item.since, state=item.state, reason=item.reason)
        for name, item in items
        if item.object not in who.sight.hidden
    ]
    return _answer(row).model_copy(update={"items": shown})


def _newest(web: Web, who: Caller, swept: Swept) -> SweepAnswer:
    with web.resources.database.read() as session:
        row = sweep_reader.newest_sweep(session, swept)
    if row is None:
        raise NotAllowedNowError("The look did not come to its end. The next night looks again.", status="idle")
    return _one(web, who, row.id)


def _period(session: Session, swept: Swept, period: str, counted_from: str, *, approval: bool) -> PeriodAnswer:
    row = sweep_reader.newest_sweep(session, swept)
    return PeriodAnswer(
        **swept.model_dump(),
        period=str(period),
        counted_from=counted_from,
        approval=approval,
        sweep=_answer(row) if row else None,
    )


def _answer(row: SweepRow) -> SweepAnswer:
    return SweepAnswer.model_validate(row, from_attributes=True)


def _swept(web: Web, body: PeriodBody) -> Swept:
    swept = Swept(rule=body.rule, system=body.system, collection=body.collection)
    own = body.rule in list(Kept) and body.system is None and body.collection is None
    if not own and source_rule(web.resources.datamap, body.rule, body.system or "", body.collection or "") is None:
        raise InvalidInputError("There is no such period.", field="rule")
    return swept
