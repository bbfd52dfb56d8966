"""The case that a page of the console names, opened by somebody: every view leaves a row in the access log (`security.md` 2.8).

Next: api/console/queue.py
"""

from datetime import timedelta
from typing import Annotated, Final

from fastapi import Depends, Path, Request
from sqlmodel import select
from starlette.concurrency import run_in_threadpool

from adapters.database.case_reader import CaseReader, CaseView
from adapters.database.queue_projection import mark_read
from adapters.database.tables import AccessLog
from api.access import note_access
from api.console.authority import OFFICE
from api.console.pages import caseworker
from api.console.sessions import POLL_HEADER, SignedIn
from api.dependencies import Web, web_of
from api.own_case import refuse_own_case

VIEWED: Final = "view_case"
_STILL_OPEN: Final = timedelta(minutes=15)  # a page that renews itself is one view for as long


async def case_opened(request: Request, reference: Annotated[str, Path()]) -> CaseView:
    """The case under the reference in the path. A look is noted before anything is shown.

    Raises:
        UnknownObjectError: there is none.
    """
    return await run_in_threadpool(_opened, request, web_of(request), await caseworker(request), reference.upper())


TheOpenedCase = Annotated[CaseView, Depends(case_opened)]


def _opened(request: Request, web: Web, who: SignedIn, reference: str) -> CaseView:
    view = refuse_own_case(web.resources, who, who.see(CaseReader(web.resources).find(reference)))
    renewed = POLL_HEADER in request.headers and _noted_lately(web, who, view)
    if request.method == "GET" and not renewed:
        note_access(web, who, VIEWED, view.receipt.case_id)
        if who.role in OFFICE:
            with web.resources.database.write() as session:
                mark_read(session, view.receipt.case_id)
    return view


def _noted_lately(web: Web, who: SignedIn, view: CaseView) -> bool:
    # Asked of the log itself: a header alone must not make a look invisible.
    query = select(AccessLog.id).where(
        AccessLog.case_id == view.receipt.case_id,
        AccessLog.actor == who.person,
        AccessLog.action == VIEWED,
        AccessLog.at > web.now() - _STILL_OPEN,
    )
    with web.resources.database.read() as session:
        return session.exec(query.limit(1)).first() is not None
