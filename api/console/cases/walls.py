"""`/console/cases/{reference}/walls`: who of the staff is kept away from a case (`security.md` R8; practice.md (b) 2).

Anybody who works on the case puts a wall up, also round themselves; a privacy lead or the DPO lifts it. For whoever is behind it
the case is not there: not opened, listed, found or counted. Next: api/walling.py
"""
# ruff: noqa: FAST003  (TheOpenedCase takes the reference out of the path)

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from sqlmodel import col, select
from starlette.concurrency import run_in_threadpool

from adapters.database import walls
from adapters.database.case_reader import CaseView
from adapters.database.tables import Caseworker
from api import walling
from api.console.authority import may
from api.console.cases import reading, shell
from api.console.cases.act_page import Refused, beside
from api.console.counting import counting_of
from api.console.filters import PATH
from api.console.opened import TheOpenedCase
from api.console.pages import ConsoleRoute, TheCaseworker, TheForm, away_to
from api.console.sessions import SignedIn
from api.dependencies import TheWeb, Web
from api.face.forms import field
from domain.errors import DomainError, InvalidInputError

router = APIRouter(prefix=shell.BASE, route_class=ConsoleRoute, include_in_schema=False)

_LIFT: Final = "/console/cases/{reference}/walls/{wall}/lift"


@router.get("/{reference}/walls")
async def shown(web: TheWeb, who: TheCaseworker, case: TheOpenedCase, done: str = "") -> Response:
    """The walls of a case, and the form for another."""
    return await run_in_threadpool(lambda: _page(web, who, case, done=done))


@router.post("/{reference}/walls")
async def put_up(request: Request, web: TheWeb, who: TheCaseworker, form: TheForm, case: TheOpenedCase) -> Response:
    """Keep somebody away from now on."""
    given = {name: field(form, name) for name in ("person", "reason")}
    try:
        person = await run_in_threadpool(_put_up, web, who, case, given)
    except DomainError as refusal:
        refused = beside(refusal)
        return await run_in_threadpool(lambda: _page(web, who, case, refused=refused, given=given))
    counting_of(request.app).forget()
    return away_to(PATH if person == who.caseworker else f"{shell.BASE}/{case.receipt.reference}/walls?done=wall")


@router.post("/{reference}/walls/{wall}/lift")
async def lift(request: Request, wall: Annotated[UUID, Path()], web: TheWeb, who: TheCaseworker, case: TheOpenedCase) -> Response:
    """Let somebody see the case again; after a fresh sign-in, since it opens people's data to somebody."""
    here = f"{shell.BASE}/{case.receipt.reference}/walls"
    who.need_fresh(web.now(), here)
    await run_in_threadpool(walling.lift, web, case, wall, who.person)
    counting_of(request.app).forget()
    return away_to(f"{here}?done=wall_lifted")


def _put_up(web: Web, who: SignedIn, case: CaseView, given: dict[str, str]) -> UUID:
    try:
        person = UUID(given["person"])
    except ValueError:
        raise InvalidInputError("Choose one of the staff.", field="person") from None
    walling.put_up(web, case, person, given["reason"], who.person)
    return person


def _page(
    web: Web,
    who: SignedIn,
    case: CaseView,
    *,
    done: str = "",
    refused: Refused | None = None,
    given: dict[str, str] | None = None,
) -> Response:
    with web.resources.database.read() as session:
        found = walls.walls_of(session, web.resources.vault.case(case.receipt.case_id))
        staff = session.exec(select(Caseworker).where(Caseworker.active).order_by(col(Caseworker.name))).all()
        names = {f"caseworker:{person.id}": person.name for person in session.exec(select(Caseworker)).all()}
    return shell.show_case(
        web,
        who,
        reading.read(web, case),
        "cases/walls.html",
        tab=None,
        done=done,
        status=refused.status if refused else 200,
        walls=found,
        names=names,
        staff=[("", "Choose")] + [(str(person.id), f"{person.name}, {person.role.replace('_', ' ')}") for person in staff],
        errors={refused.about: refused.words} if refused else {},
        given=given or {},
        lifts=may(who.role, "POST", _LIFT),
    )
