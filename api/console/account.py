"""`/console` leads each role to its first page; `/console/account` says who is signed in; `/console/find` opens a reference.

Next: api/console/queue.py
"""

import re
from typing import Final

from fastapi import APIRouter, Request, Response
from sqlmodel import col, select
from starlette.concurrency import run_in_threadpool

from adapters.database.case_reader import CaseReader
from adapters.database.people import set_password
from adapters.database.tables import AccessLog, Caseworker
from api.console import sessions
from api.console.navigation import home_of
from api.console.pages import ConsoleRoute, TheCaseworker, TheForm, away_to, show
from api.console.sign_in import hashes_of, proven
from api.dependencies import TheWeb, Web
from domain.errors import InvalidInputError, UnknownObjectError

router = APIRouter(prefix="/console", route_class=ConsoleRoute, include_in_schema=False)

_LAST: Final = 10  # sign-ins shown
_REFERENCE: Final = re.compile(r"(?:HAB-?)?([0-9A-Z]{8})")


@router.get("")
async def begin(who: TheCaseworker) -> Response:
    """The first page of whoever signed in."""
    return away_to(home_of(who.role))


@router.get("/account")
async def account(web: TheWeb, who: TheCaseworker, done: str = "") -> Response:
    """Who is signed in."""
    return await run_in_threadpool(_account, web, who, done=done == "password")


@router.post("/account/password")
async def change_password(request: Request, web: TheWeb, who: TheCaseworker, form: TheForm) -> Response:
    """Another password; every other session of this person is over."""
    new = str(form.get("new") or "")
    person = await proven(request, web, who, str(form.get("password") or ""))
    if person is None:
        errors = {"password": "This is not your present password."}
        return await run_in_threadpool(lambda: _account(web, who, errors=errors))
    try:
        async with hashes_of(request.app):
            await run_in_threadpool(lambda: set_password(web.resources.database, email=person.email, password=new))
    except InvalidInputError as refusal:
        errors = {"new": refusal.message}
        return await run_in_threadpool(lambda: _account(web, who, errors=errors))
    answer = away_to("/console/account?done=password")
    await run_in_threadpool(sessions.begin, web, answer, person, who.session)
    return answer


@router.get("/find")
async def find(web: TheWeb, who: TheCaseworker, reference: str = "") -> Response:
    """Open the case under a reference; only references stand in addresses, never anything of a person."""
    match = _REFERENCE.fullmatch(reference.strip().upper().replace(" ", ""))
    if match is not None:
        try:
            view = await run_in_threadpool(CaseReader(web.resources).find, f"HAB-{match[1]}")
        except UnknownObjectError:
            pass
        else:
            return away_to(f"/console/cases/{view.receipt.reference}")
    shown = match[0] if match else ""  # an address typed here by mistake is not repeated
    return show(web, "not_found.html", who, status=404, reference=shown)


def _account(web: Web, who: sessions.SignedIn, *, errors: dict[str, str] | None = None, done: bool = False) -> Response:
    query = (
        select(AccessLog)
        .where(AccessLog.actor == who.person, col(AccessLog.action).startswith("sign_"))
        .order_by(col(AccessLog.id).desc())
        .limit(_LAST)
    )
    with web.resources.database.read() as session:
        email = session.get_one(Caseworker, who.caseworker).email
        lately = session.exec(query).all()
    return show(
        web, "account.html", who, status=422 if errors else 200, email=email, lately=lately, errors=errors or {}, done=done
    )
