"""`/console/cases/assign`: gives a case, or a selection of them after saying how many, to somebody (docs/decisions/0012).

Next: api/console/searching.py
"""
# ruff: noqa: FAST003  (TheOpenedCase takes the reference out of the path)

from typing import Final

from fastapi import APIRouter, Request, Response
from sqlmodel import col, select
from starlette.concurrency import run_in_threadpool

from adapters.database.case_access import may_take
from adapters.database.queue import assign
from adapters.database.tables import CaseReceipt
from api.console.counting import counting_of
from api.console.filters import PATH
from api.console.opened import TheOpenedCase
from api.console.pages import ConsoleRoute, TheCaseworker, TheForm, away_to, show
from api.console.queue import colleagues
from api.console.sessions import SignedIn
from api.dependencies import TheWeb, Web
from api.face.forms import field
from api.own_case import hidden_from
from domain.errors import InvalidInputError

router = APIRouter(prefix="/console", route_class=ConsoleRoute, include_in_schema=False)

MOST: Final = 200  # cases at once; the list shows fifty


@router.post("/cases/assign")
async def give(request: Request, web: TheWeb, who: TheCaseworker, form: TheForm) -> Response:
    """Ask first, with the number; then do it."""
    references = [str(value) for value in dict.fromkeys(form.getlist("case"))][:MOST]
    to = who.person if field(form, "to") == "me" else field(form, "to")
    back = _inside(field(form, "back"))
    people = dict(await run_in_threadpool(colleagues, web))
    if to and to not in people:
        raise InvalidInputError("Choose a colleague who works on cases.", field="to")
    if not references:
        return show(web, "assign.html", who, status=422, at=PATH, references=[], to=to, name="", back=back)
    if field(form, "sure") != "1":
        name = "yourself" if to == who.person else people.get(to, "")
        return show(web, "assign.html", who, at=PATH, references=references, to=to, name=name, back=back)
    given = await run_in_threadpool(_give, web, who, references, to or None)
    counting_of(request.app).forget()
    return away_to(f"{back}{'&' if '?' in back else '?'}done={given}")


@router.post("/cases/{reference}/owner")
async def hand_over(web: TheWeb, who: TheCaseworker, form: TheForm, case: TheOpenedCase) -> Response:
    """Give the case to a colleague, to oneself, or to nobody; decides nothing about it."""
    to = field(form, "to")
    if to and to not in dict(await run_in_threadpool(colleagues, web)):
        raise InvalidInputError("Choose a colleague who works on cases.", field="to")

    def given() -> None:
        with web.resources.database.write() as session:
            if to and not may_take(session, web.resources.vault, case.receipt.case_id, to):
                raise InvalidInputError("This colleague is kept away from the case, or it is about them.", field="to")
            assign(session, [case.receipt.case_id], to=to or None, by=who.person, at=web.now())

    await run_in_threadpool(given)
    return away_to(f"/console/cases/{case.receipt.reference}")


def _give(web: Web, who: SignedIn, references: list[str], to: str | None) -> int:
    with web.resources.database.read() as session:
        named = session.exec(select(CaseReceipt.case_id).where(col(CaseReceipt.reference).in_(references))).all()
    hidden = hidden_from(web.resources, who, named)  # or whoever knows a reference could give themselves the case
    case_ids = [case_id for case_id in named if case_id not in hidden]
    with web.resources.database.write() as session:
        case_ids = [each for each in case_ids if not to or may_take(session, web.resources.vault, each, to)]
        assign(session, case_ids, to=to, by=who.person, at=web.now())
    return len(case_ids)


def _inside(path: str) -> str:
    return path if path == PATH or path.startswith(f"{PATH}?") else PATH
