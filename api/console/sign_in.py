"""`/console/sign-in`: the password, which leads to the second factor and then into the console (`security.md` 2.9; ASVS 6.3).

The answer is the same for an unknown address and a wrong password, and takes as long. What cannot be undone asks for both again.
Next: api/console/factor.py
"""

import asyncio
from typing import Final, cast
from urllib.parse import quote

from fastapi import APIRouter, FastAPI, Request, Response
from sqlmodel import func, select
from starlette.concurrency import run_in_threadpool

from adapters.database.tables import AccessLog, Caseworker
from adapters.factors import Factors
from adapters.passkey_site import site_of
from adapters.passwords import verify_password
from api.console import sessions, tries
from api.console.navigation import home_of
from api.console.pages import ConsoleRoute, TheCaseworker, TheForm, away_to, show
from api.console.passkeys import only_by_passkey, passkeys_of
from api.dependencies import TheWeb, Web
from api.face.forms import field

router = APIRouter(prefix="/console", route_class=ConsoleRoute, include_in_schema=False)

_AT_ONCE: Final = 2  # hashes of 64 MiB each
_WRONG: Final = "This address and this password do not belong together. Look at both and try again."
_WRONG_AGAIN: Final = (
    "This is not your password, or not the code of this moment. Each code counts once: wait for the next one if you used it."
)
_BY_PASSKEY: Final = "Habeas opens with your passkey alone here. If it is lost, ask your administrator and your privacy lead."
_TOO_MANY: Final = (
    "There were too many tries from your network. Wait a quarter of an hour, or use a browser you have signed in with before."
)


@router.get("/sign-in")
async def ask(web: TheWeb, next: str = "") -> Response:  # noqa: A002 (the word in the address)
    """The form."""
    return page(web, next_page=inside(next))


@router.post("/sign-in")
async def sign_in(request: Request, web: TheWeb, form: TheForm) -> Response:
    """Check the password, and ask for the second factor."""
    email, onward = field(form, "email").lower(), inside(field(form, "next"))
    buckets = tries.of_passwords(request, web, email)
    person, told = None, _TOO_MANY
    if not await run_in_threadpool(tries.too_often, web, buckets):
        told = _WRONG
        async with hashes_of(request.app):
            person = await run_in_threadpool(_checked, web, email, str(form.get("password") or ""))
    if person is None:
        status = 429 if told is _TOO_MANY else 422
        return page(web, next_page=onward, email=email, told=told, status=status)
    await run_in_threadpool(tries.forgotten, web, buckets)
    return await run_in_threadpool(_led_on, request, web, person, onward)


@router.get("/sign-in/again")
async def ask_again(web: TheWeb, who: TheCaseworker, next: str = "") -> Response:  # noqa: A002
    """Password and code once more, before something that cannot be undone."""
    return await run_in_threadpool(page_again, web, who, inside(next))


@router.post("/sign-in/again")
async def sign_in_again(request: Request, web: TheWeb, who: TheCaseworker, form: TheForm) -> Response:
    """Begin a new session in place of this one."""
    back = inside(field(form, "next"))
    if await run_in_threadpool(only_by_passkey, web, who.caseworker):
        return await run_in_threadpool(page_again, web, who, back, _BY_PASSKEY)
    person = await proven(request, web, who, str(form.get("password") or ""), field(form, "code"))
    if person is None:
        return await run_in_threadpool(page_again, web, who, back, _WRONG_AGAIN)
    answer = away_to(back or home_of(who.role))
    await run_in_threadpool(lambda: sessions.begin(web, request, answer, person, before=who.session))
    return answer


@router.post("/sign-out")
async def sign_out(web: TheWeb, who: TheCaseworker) -> Response:
    """End the session."""
    answer = away_to("/console/sign-in")
    answer.headers["Clear-Site-Data"] = '"storage"'
    await run_in_threadpool(sessions.end, web, answer, who)
    return answer


async def proven(request: Request, web: Web, who: sessions.SignedIn, password: str, code: str) -> Caseworker | None:
    """Whoever is signed in, if this is their password and their code; None also after too many tries of this session."""
    buckets = {who.key_id: tries.FAILURES}
    if await run_in_threadpool(tries.too_often, web, buckets):
        return None
    async with hashes_of(request.app):
        person = await run_in_threadpool(_same, web, who, password, code)
    if person is not None:
        await run_in_threadpool(tries.forgotten, web, buckets)
    return person


def hashes_of(app: FastAPI) -> asyncio.Semaphore:
    """Whoever hashes takes one of few places: each hash takes 64 MiB."""
    if not hasattr(app.state, "console_hashes"):
        app.state.console_hashes = asyncio.Semaphore(_AT_ONCE)
    return cast("asyncio.Semaphore", app.state.console_hashes)


def page(web: Web, *, next_page: str = "", email: str = "", told: str = "", status: int = 200) -> Response:
    """The form, with what is to be said."""
    by_provider = web.resources.settings.oidc_issuer is not None
    site = site_of(web.resources.settings.console_url)
    return show(
        web, "sign_in.html", None, status=status, next=next_page, email=email, told=told, by_provider=by_provider, site=site
    )


def page_again(web: Web, who: sessions.SignedIn, back: str, told: str = "") -> Response:
    """The form that asks once more; with what is to be said, it was refused."""
    passkeys = passkeys_of(web)
    return show(
        web,
        "sign_in_again.html",
        who,
        status=422 if told else 200,
        next=back,
        told=told,
        site=passkeys.site if passkeys and passkeys.of(who.caseworker) else None,
        only_by_passkey=only_by_passkey(web, who.caseworker),
    )


def inside(path: str) -> str:
    """A page of the console to go on with; anything else is nothing."""
    here = path == "/console" or path.startswith(("/console/", "/console?"))
    return path if here and "\\" not in path and not path.startswith("/console/sign-in") else ""


def _led_on(request: Request, web: Web, person: Caseworker, onward: str) -> Response:
    if only_by_passkey(web, person.id):
        return page(web, next_page=onward, email=person.email, told=_BY_PASSKEY, status=422)
    factors = Factors(web.resources.database, web.resources.vault)
    step = "factor" if factors.has(person.id) else "factor/new"
    answer = away_to(f"/console/sign-in/{step}?next={quote(onward, safe='/')}" if onward else f"/console/sign-in/{step}")
    sessions.begin(web, request, answer, person, halfway=True)
    return answer


def _checked(web: Web, email: str, password: str) -> Caseworker | None:
    with web.resources.database.read() as session:
        person = session.exec(select(Caseworker).where(func.lower(Caseworker.email) == email)).first()
    same = verify_password(password, person.password if person and person.active else None)
    if person is not None and same:
        return person
    # Also for nobody, so that both take as long.
    actor = f"caseworker:{person.id}" if person else "unknown"
    with web.resources.database.write() as session:
        session.add(AccessLog(at=web.now(), actor=actor, action="sign_in_failed"))
    return None


def _same(web: Web, who: sessions.SignedIn, password: str, code: str) -> Caseworker | None:
    with web.resources.database.read() as session:
        person = session.get_one(Caseworker, who.caseworker)
    if not verify_password(password, person.password):
        return None
    factors = Factors(web.resources.database, web.resources.vault)
    return person if factors.accepts(person.id, code, web.now()) else None
