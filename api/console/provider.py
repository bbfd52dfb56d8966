"""`/console/sign-in/provider`: single sign-on, from the button to the session, and the end of a session told by the provider.

What has to come back is derived from one random value in the browser's cookie, so nobody can sign a colleague's browser in with
an answer of their own (ASVS 10.2.1). Next: adapters/oidc.py
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Self, cast
from urllib.parse import quote

import structlog
from fastapi import APIRouter, FastAPI, Request, Response
from sqlalchemy.exc import IntegrityError
from sqlmodel import select
from starlette.concurrency import run_in_threadpool

from adapters.database.sign_on import Arrival, arrive
from adapters.database.tables import AccessLog, AssertionUse, Caseworker
from adapters.factors import Factors
from adapters.oidc import Attempt, Identity, SignOn, SignOnFailedError
from adapters.staff_post import tell
from api.console import sessions, tries
from api.console.browsers import browser_of
from api.console.navigation import home_of
from api.console.pages import ConsoleRoute, TheForm, away_to
from api.console.sign_in import inside, page
from api.dependencies import TheWeb, Web
from api.face.forms import field
from domain.errors import UnknownObjectError
from domain.rights import Role

router = APIRouter(prefix="/console/sign-in/provider", route_class=ConsoleRoute, include_in_schema=False)

_MINUTES: Final = 10  # for a try
_LATE: Final = timedelta(seconds=60)  # between two clocks
_NEVER: Final = datetime.fromtimestamp(0, UTC)
_STALE: Final = "Your company account did not ask who you are. Try once more; if it stays, tell your administrator."
_log = structlog.get_logger("web")


@dataclass(frozen=True)
class _Try:
    """One try, as the browser's cookie carries it: `random.seconds.again.page.mac`."""

    text: str
    began_at: datetime
    again: bool
    onward: str

    @classmethod
    def new(cls, web: Web, onward: str, *, again: bool) -> Self:
        began = int(web.now().timestamp())
        page_name = base64.urlsafe_b64encode(onward.encode()).decode().rstrip("=")
        text = f"{secrets.token_urlsafe(32)}.{began}.{int(again)}.{page_name}"
        return cls(f"{text}.{_mac(web, 'try', text)}", datetime.fromtimestamp(began, UTC), again, onward)

    @classmethod
    def of(cls, web: Web, cookie: str) -> Self:
        """The try of this browser.

        Raises:
            SignOnFailedError: there is none, or it is over.
        """
        text, _, mac = cookie.rpartition(".")
        if not text or not hmac.compare_digest(_mac(web, "try", text).encode(), mac.encode()):
            raise SignOnFailedError(reason="no-try")
        _, seconds, again, page_name = text.split(".")
        began = datetime.fromtimestamp(int(seconds), UTC)
        if web.now() >= began + timedelta(minutes=_MINUTES):
            raise SignOnFailedError(reason="late")
        onward = base64.urlsafe_b64decode(page_name + "=" * (-len(page_name) % 4)).decode()
        return cls(cookie, began, again == "1", onward)

    def attempt(self, web: Web) -> Attempt:
        """What has to come back."""
        state, nonce, verifier = (_mac(web, use, self.text) for use in ("state", "nonce", "verifier"))
        address = web.resources.settings.public_url.rstrip("/")
        return Attempt(state, nonce, verifier, f"{address}/console/sign-in/provider/back")


@router.get("")
async def begin(request: Request, web: TheWeb, next: str = "", again: str = "") -> Response:  # noqa: A002 (the word in the address)
    """Send the browser to the provider."""
    sign_on, trying = _sign_on(request.app, web), _Try.new(web, inside(next), again=again == "1")
    attempt = trying.attempt(web)
    address = await run_in_threadpool(lambda: sign_on.address(attempt, fresh=trying.again, oldest=sessions.LIFE))
    answer = away_to(address)
    answer.set_cookie(
        _cookie(web),
        trying.text,
        max_age=_MINUTES * 60,
        path="/",
        secure=web.resources.settings.public_url.startswith("https:"),
        httponly=True,
        samesite="lax",
    )
    return answer


@router.get("/back")
async def back(request: Request, web: TheWeb, code: str = "", state: str = "") -> Response:
    """Take the provider's answer, and begin the session or ask for the second factor."""
    try:
        return await run_in_threadpool(_arrived, request, web, code, state)
    except SignOnFailedError as refusal:
        _log.warning("sign-on refused", reason=refusal.facts.get("reason"))
        return page(web, told=refusal.message, status=422)


@router.post("/logged-out")
async def logged_out(request: Request, web: TheWeb, form: TheForm) -> Response:
    """The provider tells that somebody signed out there: their sessions here are over too."""
    sign_on, token = _sign_on(request.app, web), field(form, "logout_token")
    try:
        await run_in_threadpool(_end, web, sign_on, token)
    except SignOnFailedError as refusal:
        _log.warning("logout refused", reason=refusal.facts.get("reason"))
        return Response(status_code=400)
    return Response(status_code=200)


def _arrived(request: Request, web: Web, code: str, state: str) -> Response:
    sign_on, now = _sign_on(request.app, web), web.now()
    trying = _Try.of(web, request.cookies.get(_cookie(web), ""))
    attempt = trying.attempt(web)
    if not code or not hmac.compare_digest(attempt.state.encode(), state.encode()):
        raise SignOnFailedError(reason="state")
    identity = sign_on.finish(attempt, code, now)
    if trying.again and (identity.auth_time is None or identity.auth_time < trying.began_at - _LATE):
        raise SignOnFailedError(_STALE, reason="auth_time")
    with web.resources.database.write() as session:
        roles = {group: Role(role) for group, role in web.resources.settings.oidc_role_names.items()}
        arrival = arrive(session, identity, roles, now)
    if arrival.person is None:
        return page(web, told=arrival.told, status=403)
    answer = _begun(request, web, arrival, identity, trying, strong=sign_on.is_strong(identity))
    # Browsers take back a cookie with this prefix only from an answer that sets it as it was set.
    secure = web.resources.settings.public_url.startswith("https:")
    answer.delete_cookie(_cookie(web), path="/", secure=secure, httponly=True, samesite="lax")
    return answer


def _begun(request: Request, web: Web, arrival: Arrival, identity: Identity, trying: _Try, *, strong: bool) -> Response:
    person = cast("Caseworker", arrival.person)
    proof = sessions.ProviderProof(identity.sid or "", min(identity.auth_time or _NEVER, web.now()))
    if not strong:
        ready = Factors(web.resources.database, web.resources.vault).has(person.id)
        onward = f"?next={quote(trying.onward, safe='/')}" if trying.onward else ""
        answer = away_to(f"/console/sign-in/factor{'' if ready else '/new'}{onward}")
        sessions.begin(web, request, answer, person, halfway=True, provider=proof)
        return answer
    answer = away_to(trying.onward or home_of(Role(person.role)))
    if not tries.known_browser(request, web, person.email):
        with web.resources.database.write() as session:
            tell(session, "new_sign_in", person.id, at=web.now(), browser=browser_of(request.headers.get("user-agent", "")))
        tries.remember(web, answer, person.email)
    sessions.begin(web, request, answer, person, provider=proof)
    return answer


def _end(web: Web, sign_on: SignOn, token: str) -> None:
    told, now = sign_on.logged_out(token, web.now()), web.now()
    use = AssertionUse(issuer=sign_on.issuer, jti_sha256=hashlib.sha256(told.jti.encode()).hexdigest(), used_at=now)
    try:
        with web.resources.database.write() as session:
            session.add(use)
            session.flush()
            query = select(Caseworker.id).where(Caseworker.issuer == sign_on.issuer, Caseworker.subject == told.subject)
            person = session.exec(query).first() if told.subject else None
            if told.sid or person:
                sessions.end_by_provider(session, told.sid, person, now)
            session.add(AccessLog(at=now, actor=f"caseworker:{person}" if person else "provider", action="sign_out_at_provider"))
    except IntegrityError:
        raise SignOnFailedError(reason="replayed") from None


def _sign_on(app: FastAPI, web: Web) -> SignOn:
    if web.resources.settings.oidc_issuer is None:
        raise UnknownObjectError
    if not hasattr(app.state, "sign_on"):
        app.state.sign_on = SignOn(web.resources.settings)
    return cast("SignOn", app.state.sign_on)


def _mac(web: Web, use: str, text: str) -> str:
    raw = web.resources.vault.code_mac("habeas/1/sign-on", use, text)
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _cookie(web: Web) -> str:
    return f"{sessions.cookie_name(web)}-try"
