"""Reads cases for clients: lists, one case, its history, the answer to a command.

Next: api/v1/actions.py
"""
# ruff: noqa: FAST003  (TheCase takes the reference out of the path)

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from adapters.database.case_reader import CaseFilter, CaseReader, CaseView
from adapters.database.tables import CommandRow
from adapters.resources import Resources
from api.access import note_access
from api.authority import API
from api.dependencies import TheCaller, TheCase, TheWeb
from api.guard import GuardedRoute
from api.v1.models import CaseAnswer, CaseLines, CommandAnswer, EventAnswer, EventLines, Reference, SearchBody
from api.v1.presenting import case_answer, case_line, recorded_answer, standing
from domain.authority import DESK_ACTIONS, Action
from domain.errors import NotAllowedNowError, UnknownObjectError
from domain.events import Tag
from domain.rights import Right, Role, Status

router = APIRouter(tags=["cases"], route_class=GuardedRoute)

_EVENTS_AT_ONCE = 500
_Limit = Annotated[int, Query(ge=1, le=200)]  # 200 lines are about 100 kB
_Name = Annotated[str, Query(max_length=100)]
_Cursor = Annotated[str, Query(max_length=200)]


@router.get("/cases")
def list_cases(
    who: TheCaller,
    web: TheWeb,
    *,
    status: Status | None = None,
    right: Right | None = None,
    due_before: Annotated[date | None, Query(description="cases whose safe date is before this day")] = None,
    assignee: _Name | None = None,
    q: Annotated[Reference | None, Query(description="a reference; people are found by POST /cases/search")] = None,
    cursor: _Cursor | None = None,
    limit: _Limit = 50,
) -> CaseLines:
    """Cases, newest first."""
    wanted = CaseFilter(
        status=status,
        right=right,
        due_before=due_before,
        assignee=assignee,
        reference=q,
        platform=who.platform if who.role is Role.PLATFORM else None,
        sight=who.sight,
    )
    views, following = CaseReader(web.resources).page(wanted, cursor, limit)
    return CaseLines(items=[case_line(view) for view in views], next=following)


@router.post("/cases/search")
def search_cases(body: SearchBody, who: TheCaller, web: TheWeb) -> CaseLines:
    """The cases of a person, newest first; noted in the access log."""
    note_access(web, who, "search-person")
    views = CaseReader(web.resources).search_person(body.email)
    return CaseLines(items=[case_line(view) for view in views if who.sees(view)])


@router.get("/cases/{reference}")
def read_case(case: TheCase, who: TheCaller, web: TheWeb) -> CaseAnswer:
    """One case as it stands."""
    return case_answer(web.resources, who, case)


@router.get("/cases/{reference}/events")
def read_events(case: TheCase, web: TheWeb, cursor: Annotated[int, Query(ge=0, le=2**31)] = 0) -> EventLines:
    """The history in its own order."""
    rows = CaseReader(web.resources).events(case.receipt.case_id, cursor, _EVENTS_AT_ONCE)
    items = [
        EventAnswer(sequence=row.sequence, tag=Tag(row.tag), at=row.at, actor=row.actor, facts=row.facts, hash=row.hash)
        for row in rows
    ]
    return EventLines(items=items, next=str(rows[-1].sequence) if len(rows) == _EVENTS_AT_ONCE else None)


@router.get("/cases/{reference}/commands/{command}", response_model=CaseAnswer, responses={202: {"model": CommandAnswer}})
async def read_command(case: TheCase, command: str, who: TheCaller, web: TheWeb) -> CaseAnswer | JSONResponse:
    """The answer to a command that was not answered at once: the case after it, its refusal, or 202 while there is none."""
    row = await run_in_threadpool(_command, web.resources, command)
    if row is None or row.case_id != case.receipt.case_id:
        raise UnknownObjectError
    if row.action in DESK_ACTIONS:
        return await run_in_threadpool(case_answer, web.resources, who, case)  # was answered when it was made
    if answer := await recorded_answer(web, who, case, row.id):
        return answer
    if case.state.status is Status.CLOSED and row.action != Action.REOPEN.value:
        # Nothing but a reopening is accepted any more, and what had been is recorded.
        raise NotAllowedNowError(**await run_in_threadpool(standing, web.resources, who, row.case_id))
    return unanswered(case, row.id)  # it may never have reached the engine: hand it in again under its Idempotency-Key


def unanswered(case: CaseView, command: str) -> JSONResponse:
    """202: handed in, and not accepted before it is answered at the place that `Location` names."""
    place = f"{API}/cases/{case.receipt.reference}/commands/{command}"
    return JSONResponse(CommandAnswer(command=command).model_dump(), 202, headers={"Location": place})


def _command(resources: Resources, command: str) -> CommandRow | None:
    with resources.database.read() as session:
        return session.get(CommandRow, command)
