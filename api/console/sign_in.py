"""`/console/sign-in`: password, then the seam for a second factor, then a session (`security.md` 2.9; ASVS 6.1.1, 6.3).

The answer is the same for an unknown address and a wrong password, and takes as long. Failures are counted per account and
network, so that nobody can lock a colleague out from elsewhere; a browser that this person signed in with before is counted by
itself. Next: api/console/account.py
"""

import asyncio
import hmac
import ipaddress
import secrets
from datetime import timedelta
from typing import Final, cast

from fastapi import APIRouter, FastAPI, Request, Response
from sqlmodel import func, select
from starlette.concurrency import run_in_threadpool

from adapters.database.tables import AccessLog, Caseworker
from adapters.passwords import verify_password
from adapters.rates import Rate, forget, one_too_many
from api.console import sessions
from api.console.navigation import home_of
from api.console.pages import ConsoleRoute, TheCaseworker, TheForm, away_to, show
from api.dependencies import TheWeb, Web
from api.face.forms import field
from domain.rights import Role

router = APIRouter(prefix="/console", route_class=ConsoleRoute, include_in_schema=False)

FAILURES: Final = Rate(most=10, within=timedelta(minutes=15))  # per account and network, or known browser
FAILURES_OF_A_NETWORK: Final = Rate(most=60, within=timedelta(minutes=15))  # over all accounts
_AT_ONCE: Final = 2  # hashes of 64 MiB each
_KNOWN_FOR: Final = 180 * 86_400  # seconds a browser is remembered
_WRONG: Final = "This address and this password do not belong together. Look at both and try again."
_TOO_MANY: Final = (
    "There were too many tries from your network. Wait a quarter of an hour, or use a browser you have signed in with before."
)


@router.get("/sign-in")
async def ask(web: TheWeb, next: str = "") -> Response:  # noqa: A002 (the word in the address)
    """The form."""
    return show(web, "sign_in.html", None, next=_inside(next), email="", told="")


@router.post("/sign-in")
async def sign_in(request: Request, web: TheWeb, form: TheForm) -> Response:
    """Check the password and begin a session."""
    email = field(form, "email").lower()
    buckets = _buckets(request, web, email)
    person, told = None, _TOO_MANY
    if not await run_in_threadpool(_too_often, web, buckets):
        told = _WRONG
        async with hashes_of(request.app):
            person = await run_in_threadpool(_checked, web, email, str(form.get("password") or ""))
    if person is None:
        status = 429 if told is _TOO_MANY else 422
        return show(web, "sign_in.html", None, status=status, next=_inside(field(form, "next")), email=email, told=told)
    await run_in_threadpool(_forgotten, web, buckets)
    answer = away_to(_inside(field(form, "next")) or home_of(Role(person.role)))
    await run_in_threadpool(sessions.begin, web, answer, person)
    _remember(web, answer, email)
    return answer


@router.get("/sign-in/again")
async def ask_again(web: TheWeb, who: TheCaseworker, next: str = "") -> Response:  # noqa: A002
    """The password once more, before something that cannot be undone."""
    return show(web, "sign_in_again.html", who, next=_inside(next), told="")


@router.post("/sign-in/again")
async def sign_in_again(request: Request, web: TheWeb, who: TheCaseworker, form: TheForm) -> Response:
    """Begin a new session in place of this one."""
    back = _inside(field(form, "next"))
    person = await proven(request, web, who, str(form.get("password") or ""))
    if person is None:
        return show(web, "sign_in_again.html", who, status=422, next=back, told="This is not your password. Try again.")
    answer = away_to(back or home_of(who.role))
    await run_in_threadpool(sessions.begin, web, answer, person, who.session)
    return answer


@router.post("/sign-out")
async def sign_out(web: TheWeb, who: TheCaseworker) -> Response:
    """End the session."""
    answer = away_to("/console/sign-in")
    answer.headers["Clear-Site-Data"] = '"storage"'
    await run_in_threadpool(sessions.end, web, answer, who)
    return answer


async def proven(request: Request, web: Web, who: sessions.SignedIn, password: str) -> Caseworker | None:
    """Whoever is signed in, if this is their password; None also after too many tries of this session."""
    buckets = {who.key_id: FAILURES}
    if await run_in_threadpool(_too_often, web, buckets):
        return None
    async with hashes_of(request.app):
        person = await run_in_threadpool(_same, web, who, password)
    if person is not None:
        await run_in_threadpool(_forgotten, web, buckets)
    return person


def hashes_of(app: FastAPI) -> asyncio.Semaphore:
    """Whoever hashes takes one of few places: each hash takes 64 MiB."""
    if not hasattr(app.state, "console_hashes"):
        app.state.console_hashes = asyncio.Semaphore(_AT_ONCE)
    return cast("asyncio.Semaphore", app.state.console_hashes)


def _too_often(web: Web, buckets: dict[str, Rate]) -> bool:
    with web.resources.database.write() as session:
        return any(one_too_many(session, _rate_key(web, bucket), rate, web.now()) for bucket, rate in buckets.items())


def _forgotten(web: Web, buckets: dict[str, Rate]) -> None:
    with web.resources.database.write() as session:
        forget(session, _rate_key(web, next(iter(buckets))))


def _rate_key(web: Web, bucket: str) -> str:
    return web.resources.vault.code_mac("habeas/1/rate", "console-sign-in", bucket).hex()


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


def _same(web: Web, who: sessions.SignedIn, password: str) -> Caseworker | None:
    with web.resources.database.read() as session:
        person = session.get_one(Caseworker, who.caseworker)
    return person if verify_password(password, person.password) else None


def _buckets(request: Request, web: Web, email: str) -> dict[str, Rate]:
    """Where a try counts: this browser, if this person is known in it, else account and network; and the network over all."""
    network = _network(request.client.host if request.client else "")
    nonce, _, sent = request.cookies.get(_known_name(web), "").partition(".")
    if nonce and hmac.compare_digest(_known(web, nonce, email).encode(), sent.encode()):
        return {f"browser:{nonce}": FAILURES}
    return {f"account:{network}:{email}": FAILURES, f"network:{network}": FAILURES_OF_A_NETWORK}


def _network(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network(f"{found}/{24 if found.version == 4 else 56}", strict=False))  # noqa: PLR2004 (IPv4)


def _remember(web: Web, answer: Response, email: str) -> None:
    nonce = secrets.token_urlsafe(16)
    https = web.resources.settings.public_url.startswith("https:")
    answer.set_cookie(
        _known_name(web),
        f"{nonce}.{_known(web, nonce, email)}",
        max_age=_KNOWN_FOR,
        path="/",
        secure=https,
        httponly=True,
        samesite="lax",
    )


def _known(web: Web, nonce: str, email: str) -> str:
    return web.resources.vault.code_mac("habeas/1/console", "known-browser", nonce, email).hex()


def _known_name(web: Web) -> str:
    return f"{sessions.cookie_name(web)}-known"


def _inside(path: str) -> str:
    """A page of the console to go on with; anything else is nothing."""
    inside = path == "/console" or path.startswith(("/console/", "/console?"))
    return path if inside and "\\" not in path and not path.startswith("/console/sign-in") else ""
