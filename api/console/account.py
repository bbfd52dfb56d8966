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
from adapters.factors import Factors
from api.console import sessions
from api.console.navigation import home_of
from api.console.pages import ConsoleRoute, TheCaseworker, TheForm, away_to, show
from api.console.passkeys import passkeys_of
from api.console.sign_in import hashes_of, proven
from api.dependencies import TheWeb, Web
from api.face.forms import field
from domain.errors import InvalidInputError, UnknownObjectError

router = APIRouter(prefix="/console", route_class=ConsoleRoute, include_in_schema=False)

_LAST: Final = 10  # sign-ins shown
SIGN_INS: Final = {
    "sign_in": "Signed in",
    "sign_out": "Signed out",
    "sign_in_failed": "Somebody tried a wrong password",
    "factor_failed": "Somebody had the password and a wrong code",
    "sign_in_recovery": "Used a recovery code",
    "factor_changed": "Set up an authenticator",
    "passkey_failed": "A passkey was refused",
    "passkey_added": "Added a passkey",
    "passkey_removed": "Removed a passkey",
}
DONE: Final = {
    "password": "Your password is changed. You were signed out everywhere else.",
    "sessions": "Ended. Whoever sat there is signed out.",
}
_REFERENCE: Final = re.compile(r"(?:HAB-?)?([0-9A-Z]{8})")


@router.get("")
async def begin(who: TheCaseworker) -> Response:
    """The first page of whoever signed in."""
    return away_to(home_of(who.role))


@router.get("/account")
async def account(web: TheWeb, who: TheCaseworker, done: str = "") -> Response:
    """Who is signed in."""
    return await run_in_threadpool(lambda: _account(web, who, done=done))


@router.post("/account/password")
async def change_password(request: Request, web: TheWeb, who: TheCaseworker, form: TheForm) -> Response:
    """Another password; every other session of this person is over."""
    new = str(form.get("new") or "")
    person = await proven(request, web, who, str(form.get("password") or ""), field(form, "code"))
    if person is None:
        errors = {"password": "This is not your present password, or not the code of this moment. Each code counts once."}
        return await run_in_threadpool(lambda: _account(web, who, errors=errors))
    database, controller = web.resources.database, web.resources.datamap.controller
    about = [controller.name, controller.trading_as or ""]
    try:
        async with hashes_of(request.app):
            await run_in_threadpool(lambda: set_password(database, email=person.email, password=new, about=about))
    except InvalidInputError as refusal:
        errors = {"new": refusal.message}
        return await run_in_threadpool(lambda: _account(web, who, errors=errors))
    answer = away_to("/console/account?done=password")
    await run_in_threadpool(lambda: sessions.begin(web, request, answer, person, before=who.session))
    return answer


@router.post("/account/sessions/end")
async def end_sessions(web: TheWeb, who: TheCaseworker, form: TheForm) -> Response:
    """End one session of one's own, or all but this one, after a fresh sign-in (ASVS 7.5.2)."""
    who.need_fresh(web.now(), "/console/account")
    await run_in_threadpool(_end_sessions, web, who, field(form, "session"))
    return away_to("/console/account?done=sessions")


@router.get("/find")
async def find(web: TheWeb, who: TheCaseworker, reference: str = "") -> Response:
    """Open the case under a reference; only references stand in addresses, never anything of a person."""
    match = _REFERENCE.fullmatch(reference.strip().upper().replace(" ", ""))
    if match is not None:
        try:
            view = who.see(await run_in_threadpool(CaseReader(web.resources).find, f"HAB-{match[1]}"))
        except UnknownObjectError:
            pass
        else:
            return away_to(f"/console/cases/{view.receipt.reference}")
    shown = match[0] if match else ""  # an address typed here by mistake is not repeated
    return show(web, "not_found.html", who, status=404, reference=shown)


def _account(web: Web, who: sessions.SignedIn, *, errors: dict[str, str] | None = None, done: str = "") -> Response:
    query = (
        select(AccessLog)
        .where(AccessLog.actor == who.person, col(AccessLog.action).in_(SIGN_INS))
        .order_by(col(AccessLog.id).desc())
        .limit(_LAST)
    )
    passkeys = passkeys_of(web)
    with web.resources.database.read() as session:
        email = session.get_one(Caseworker, who.caseworker).email
        lately = session.exec(query).all()
        here = sessions.open_sessions(session, who.caseworker, web.now())
    return show(
        web,
        "account.html",
        who,
        status=422 if errors else 200,
        email=email,
        lately=lately,
        deeds=SIGN_INS,
        here=here,
        recovery_codes=Factors(web.resources.database, web.resources.vault).recovery_codes_left(who.caseworker),
        passkeys=None if passkeys is None or who.by_provider else len(passkeys.of(who.caseworker)),
        errors=errors or {},
        told=DONE.get(done, ""),
    )


def _end_sessions(web: Web, who: sessions.SignedIn, named: str) -> None:
    """End the one of the own sessions that is named, or every other one."""
    now = web.now()
    with web.resources.database.write() as session:
        if not named:
            sessions.end_all(session, who.caseworker, now, but=who.session)
        for row in sessions.open_sessions(session, who.caseworker, now):
            if str(row.id) == named:
                row.ended_at = now
                session.add(row)
