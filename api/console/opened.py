"""The case that a page of the console names, opened by somebody: every view leaves a row in the access log (`security.md` 2.8).

Next: api/console/queue.py
"""

from typing import Annotated

from fastapi import Depends, Path, Request
from starlette.concurrency import run_in_threadpool

from adapters.database.case_reader import CaseReader, CaseView
from adapters.database.queue_projection import mark_read
from api.access import note_access
from api.console.authority import OFFICE
from api.console.pages import caseworker
from api.console.sessions import POLL_HEADER, SignedIn
from api.dependencies import Web, web_of
from api.looks import VIEWED, noted_lately
from api.own_case import refuse_held, refuse_own_case


async def case_opened(request: Request, reference: Annotated[str, Path()]) -> CaseView:
    """The case under the reference in the path. A look is noted before anything is shown.

    Raises:
        UnknownObjectError: there is none.
        NotPermittedError: it is about whoever opens it, or the page shows what is only held, which is the restricted role's.
    """
    return await run_in_threadpool(_opened, request, web_of(request), await caseworker(request), reference.upper())


TheOpenedCase = Annotated[CaseView, Depends(case_opened)]


def _opened(request: Request, web: Web, who: SignedIn, reference: str) -> CaseView:
    view = refuse_own_case(web.resources, who, who.see(CaseReader(web.resources).find(reference)))
    if request.state.rule.content:
        refuse_held(web.resources, who, view, web.now())
    renewed = POLL_HEADER in request.headers and noted_lately(web.resources, who, view.receipt.case_id, web.now())
    if request.method == "GET" and not renewed:
        note_access(web, who, VIEWED, view.receipt.case_id)
        if who.role in OFFICE:
            with web.resources.database.write() as session:
                mark_read(session, view.receipt.case_id)
    return view
