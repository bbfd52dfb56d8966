"""`/console/sign-in`: password, then the seam for a second factor, then a session (`security.md` 2.9; ASVS 6.1.1, 6.3).

The answer is the same for an unknown address and a wrong password, and takes as long. Failures are counted per account and
network, so that nobody can lock a colleague out from elsewhere; a browser that this person signed in with before is counted by
itself. Next: api/console/account.py
"""

import asyncio
import hmac
import ipaddress
import secrets
from typing import Final, cast

from fastapi import APIRouter, FastAPI, Request, Response
from sqlmodel import func, select
from starlette.concurrency import run_in_threadpool

from adapters.database.tables import AccessLog, Caseworker
from adapters.passwords import verify_password
from api.console import sessions
from api.console.navigation import home_of
from api.console.pages import ConsoleRoute, TheCaseworker, TheForm, away_to, show
from api.dependencies import TheWeb, Web
from api.face.forms import field
from api.face.windows import Window
from domain.rights import Role

router = APIRouter(prefix="/console", route_class=ConsoleRoute, include_in_schema=False)

FAILURES: Final = 10  # per account and network
FAILURES_OF_A_NETWORK: Final = 60  # over all accounts
WITHIN: Final = 900.0  # seconds
_AT_ONCE: Final = 2  # hashes of 64 MiB each
_KNOWN_FOR: Final = 180 * 86_400  # seconds a browser is remembered
_WRONG: Final = "This address and this password do not belong together. Look at both and try again."
_TOO_MANY: Final = (
    "There were too many tries from your network. Wait a quarter of an hour, or use a browser you have signed in with before."
)


class Gate:
    """What one web process knows of tries to sign in."""

    def __init__(self) -> None:
        self.accounts = Window(FAILURES, WITHIN)
        self.networks = Window(FAILURES_OF_A_NETWORK, WITHIN)
        self.hashes = asyncio.Semaphore(_AT_ONCE)


@router.get("/sign-in")
async def ask(web: TheWeb, next: str = "") -> Response:  # noqa: A002 (the word in the address)
    """The form."""
    return show(web, "sign_in.html", None, next=_inside(next), email="", told="")


@router.post("/sign-in")
async def sign_in(request: Request, web: TheWeb, form: TheForm) -> Response:
    """Check the password and begin a session."""
    email, gate = field(form, "email").lower(), gate_of(request.app)
    bucket, network = _buckets(request, web, email)
    person, told = None, _TOO_MANY
    if not gate.accounts.full(bucket) and not gate.networks.full(network):
        told = _WRONG
        async with gate.hashes:
            person = await run_in_threadpool(_checked, web, email, str(form.get("password") or ""))
    if person is None:
        status = 429 if told is _TOO_MANY else 422
        return show(web, "sign_in.html", None, status=status, next=_inside(field(form, "next")), email=email, told=told)
    gate.accounts.forget(bucket)
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
    gate = gate_of(request.app)
    if gate.accounts.full(who.key_id):
        return None
    async with gate.hashes:
        person = await run_in_threadpool(_same, web, who, password)
    if person is not None:
        gate.accounts.forget(who.key_id)
    return person


def gate_of(app: FastAPI) -> Gate:
    """The gate of the application that serves a request."""
    if not hasattr(app.state, "console_gate"):
        app.state.console_gate = Gate()
    return cast("Gate", app.state.console_gate)


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


def _buckets(request: Request, web: Web, email: str) -> tuple[str, str]:
    """Where a try counts: this browser, if this person is known in it, else account and network; and the network over all."""
    network = _network(request.client.host if request.client else "")
    nonce, _, sent = request.cookies.get(_known_name(web), "").partition(".")
    if nonce and hmac.compare_digest(_known(web, nonce, email).encode(), sent.encode()):
        return f"browser:{nonce}", f"browser:{nonce}"
    return f"account:{network}:{email}", network


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
