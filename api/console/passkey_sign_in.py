"""`/console/sign-in/passkey`: into the console with a passkey, and with one again before what cannot be undone.

It stands for password and code together: the device has asked for a finger or a number (user verification is demanded). Before
anybody is signed in, the challenge belongs to a cookie of a few minutes; after it, to the session. Next: api/console/account.py
"""

import hashlib
import secrets
from typing import Final

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from adapters.database.tables import Caseworker
from adapters.passkeys import LIFE, Passkeys, Use
from api.console import sessions, sign_in, tries
from api.console.factor import begin_session
from api.console.navigation import home_of
from api.console.pages import ConsoleRoute, TheCaseworker, TheForm, away_to
from api.console.passkeys import as_json, mine, passkeys_of
from api.dependencies import TheWeb, Web
from api.face.forms import field
from domain.errors import UnknownObjectError
from domain.rights import Role

router = APIRouter(prefix="/console/sign-in", route_class=ConsoleRoute, include_in_schema=False)

_REFUSED: Final = "This passkey was not taken. Try again, or sign in with password and code."


@router.post("/passkey/challenge")
async def begin(request: Request, web: TheWeb) -> Response:
    """What a device is to sign, for a browser in which nobody is signed in."""
    await run_in_threadpool(_count, request, web)
    kept = secrets.token_urlsafe(32)
    options = await run_in_threadpool(_passkeys(web).ask, Use.SIGN_IN, _bound(kept), web.now())
    answer = as_json(options)
    answer.set_cookie(
        _cookie(web),
        kept,
        max_age=int(LIFE.total_seconds()),
        path="/",
        secure=web.resources.settings.public_url.startswith("https:"),
        httponly=True,
        samesite="strict",
    )
    return answer


@router.post("/passkey")
async def arrive(request: Request, web: TheWeb, form: TheForm) -> Response:
    """Begin a session for whoever's passkey has signed."""
    await run_in_threadpool(_count, request, web)
    return await run_in_threadpool(_arrived, request, web, field(form, "answer"), sign_in.inside(field(form, "next")))


@router.post("/again/challenge")
async def begin_again(web: TheWeb, who: TheCaseworker) -> Response:
    """What one of one's own devices is to sign."""
    return as_json(await run_in_threadpool(_asked_again, web, who))


@router.post("/again/passkey")
async def again(request: Request, web: TheWeb, who: TheCaseworker, form: TheForm) -> Response:
    """A new session in place of this one; only a passkey of the same person counts."""
    return await run_in_threadpool(_arrived_again, request, web, who, field(form, "answer"), sign_in.inside(field(form, "next")))


def _passkeys(web: Web) -> Passkeys:
    passkeys = passkeys_of(web)
    if passkeys is None:
        raise UnknownObjectError
    return passkeys


def _count(request: Request, web: Web) -> None:
    if tries.too_often(web, tries.of_passkeys(request)):
        raise HTTPException(429)


def _arrived(request: Request, web: Web, answer: str, onward: str) -> Response:
    bound = _bound(request.cookies.get(_cookie(web), ""))
    person = _passkeys(web).accept(Use.SIGN_IN, bound, answer, web.now())
    if person is None:
        return sign_in.page(web, next_page=onward, told=_REFUSED, status=422)
    leads = away_to(onward or home_of(Role(person.role)))
    begin_session(request, web, leads, person, by_passkey=True)
    leads.delete_cookie(_cookie(web), path="/", secure=web.resources.settings.public_url.startswith("https:"), httponly=True)
    return leads


def _asked_again(web: Web, who: sessions.SignedIn) -> str:
    with web.resources.database.read() as session:
        person = session.get_one(Caseworker, who.caseworker)
    return mine(web, who).ask(Use.AGAIN, who.key_id, web.now(), person)


def _arrived_again(request: Request, web: Web, who: sessions.SignedIn, answer: str, back: str) -> Response:
    buckets = {who.key_id: tries.FAILURES}
    person = None
    if not tries.too_often(web, buckets):
        person = mine(web, who).accept(Use.AGAIN, who.key_id, answer, web.now(), who.caseworker)
    if person is None:
        return sign_in.page_again(web, who, back, _REFUSED)
    tries.forgotten(web, buckets)
    leads = away_to(back or home_of(who.role))
    sessions.begin(web, request, leads, person, by_passkey=True, before=who.session)
    return leads


def _bound(kept: str) -> str:
    return f"browser:{hashlib.sha256(kept.encode()).hexdigest()}"


def _cookie(web: Web) -> str:
    return f"{sessions.cookie_name(web)}-passkey"
