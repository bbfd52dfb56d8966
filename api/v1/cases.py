"""Reads cases for clients: lists, one case, its history, the answer to a command.

Next: api/v1/actions.py
"""

from datetime import date
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from adapters.database.case_reader import CaseFilter, CaseReader, CaseView
from adapters.database.item_decisions import newest_revision
from adapters.database.tables import CommandRow
from adapters.resources import Resources
from api.access import note_access
from api.dependencies import TheCaller, TheCase, TheWeb
from api.guard import GuardedRoute
from api.security import Caller
from api.v1.models import (
    CaseAnswer,
    CaseLine,
    CaseLines,
    CommandAnswer,
    EventLines,
    IdentifierAnswer,
    Reference,
    SearchBody,
    actions_of,
    event_answer,
    package_of,
    rights_of,
    systems_of,
    work_items_of,
)
from domain.errors import UnknownObjectError
from domain.messages import Snapshot
from domain.rights import Right, Status

router = APIRouter(tags=["cases"], route_class=GuardedRoute)

_EVENTS_AT_ONCE = 500
_Limit = Annotated[int, Query(ge=1, le=200)]  # 200 lines are about 100 kB
_Name = Annotated[str, Query(max_length=100)]


@router.get("/cases")
def list_cases(
    who: TheCaller,
    web: TheWeb,
    *,
    status: Status | None = None,
    right: Right | None = None,
    due_before: date | None = None,
    assignee: _Name | None = None,
    q: Annotated[Reference | None, Query(description="a reference")] = None,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: _Limit = 50,
) -> CaseLines:
    """Cases, newest first."""
    wanted = CaseFilter(status=status, right=right, due_before=due_before, assignee=assignee, reference=q)
    views, following = CaseReader(web.resources).page(wanted, cursor, limit)
    return CaseLines(items=_lines(who, views), next=following)


@router.post("/cases/search")
def search_cases(body: SearchBody, who: TheCaller, web: TheWeb) -> CaseLines:
    """The cases of a person, newest first; noted in the access log."""
    views = CaseReader(web.resources).search_person(body.email)
    note_access(web, who, "search-person")
    return CaseLines(items=_lines(who, views))


@router.get("/cases/{reference}")  # noqa: FAST003 (TheCase takes the reference)
def read_case(case: TheCase, web: TheWeb) -> CaseAnswer:
    """One case as it stands."""
    return case_answer(web.resources, case)


@router.get("/cases/{reference}/events")  # noqa: FAST003 (TheCase takes the reference)
def read_events(case: TheCase, web: TheWeb, cursor: Annotated[int, Query(ge=0, le=2**31)] = 0) -> EventLines:
    """The history in its own order."""
    reader = CaseReader(web.resources)
    rows = reader.events(case.receipt.case_id, cursor, _EVENTS_AT_ONCE)
    following = str(rows[-1].sequence) if len(rows) == _EVENTS_AT_ONCE else None
    return EventLines(items=[event_answer(row) for row in rows], next=following)


@router.get("/cases/{reference}/commands/{command}", responses={202: {"model": CommandAnswer}}, response_model=CaseAnswer)  # noqa: FAST003 (TheCase takes the reference)
async def read_command(case: TheCase, command: str, web: TheWeb) -> CaseAnswer | JSONResponse:
    """The answer to a command that was not answered at once; 202 while there is none."""
    row = await to_thread.run_sync(_command, web.resources, command)
    if row is None or row.case_id != case.receipt.case_id:
        raise UnknownObjectError
    try:
        snapshot = await web.cases.answer_of(row.case_id, row.id)
    except UnknownObjectError:
        snapshot = None  # it never reached the engine: hand it in again with the same Idempotency-Key
    if snapshot is None:
        return unanswered(row.id)
    return await to_thread.run_sync(answer_of_snapshot, web.resources, case, snapshot)


def unanswered(command: str) -> JSONResponse:
    """202: handed in, and not accepted before it is answered."""
    return JSONResponse(CommandAnswer(command=command).model_dump(), 202)


def _command(resources: Resources, command: str) -> CommandRow | None:
    with resources.database.read() as session:
        return session.get(CommandRow, command)


def answer_of_snapshot(resources: Resources, view: CaseView, snapshot: Snapshot) -> CaseAnswer:
    """The case as the workflow answered it, which may be ahead of what was read before."""
    clock = snapshot.clock or view.clock
    return case_answer(resources, CaseView(receipt=view.receipt, state=snapshot.state, clock=clock, assignee=view.assignee))


def case_answer(resources: Resources, view: CaseView) -> CaseAnswer:
    """One case as clients read it (design section 11)."""
    receipt, state = view.receipt, view.state
    with resources.database.read() as session:
        revision = newest_revision(session, receipt.case_id)
    return CaseAnswer(
        case_id=receipt.case_id,
        reference=receipt.reference,
        status=state.status,
        outcome=state.outcome,
        received_at=receipt.received_at,
        channel=receipt.channel,
        risk=receipt.risk,
        held=state.held,
        assignee=view.assignee,
        rights=rights_of(state),
        clock=view.clock,
        allowed_actions=actions_of(state),
        identifiers=[
            IdentifierAnswer(id=key, kind=identifier.kind, standing=identifier.standing)
            for key, identifier in state.identifiers.items()
        ],
        systems=systems_of(state),
        work_items=work_items_of(state),
        package=package_of(state, revision),
    )


def case_line(view: CaseView) -> CaseLine:
    """One case in a list."""
    return CaseLine(
        case_id=view.receipt.case_id,
        reference=view.receipt.reference,
        status=view.state.status,
        outcome=view.state.outcome,
        received_at=view.receipt.received_at,
        rights=rights_of(view.state),
        legal_due=view.clock.legal_due,
        safe_due=view.clock.safe_due,
        assignee=view.assignee,
    )


def _lines(who: Caller, views: list[CaseView]) -> list[CaseLine]:
    # The platform sees the cases that came in by it, here as everywhere.
    return [case_line(view) for view in views if _sees(who, view)]


def _sees(who: Caller, view: CaseView) -> bool:
    try:
        return who.see(view) is view
    except UnknownObjectError:
        return False
