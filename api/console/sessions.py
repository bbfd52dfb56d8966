"""Who sits in front of the console: a row per sign-in, named by 32 random bytes in a cookie (`security.md` 2.9).

15 minutes without use or 10 hours end it; so does signing out, another password, authenticator or role. Before the second factor
it opens nothing but the page that asks for it, for ten minutes. A page that renews itself is no use of the session.

Next: api/console/pages.py
"""

import base64
import dataclasses
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from fastapi import Request, Response
from sqlmodel import Session, col, select, update

from adapters.database.case_access import sight_of
from adapters.database.tables import AccessLog, Caseworker, StaffSession
from api.console.browsers import browser_of
from api.console.turned_away import SignedOutError, SignInAgainError
from api.dependencies import Web
from api.security import Caller
from domain.rights import Role

IDLE: Final = timedelta(minutes=15)
LIFE: Final = timedelta(hours=10)
FRESH: Final = timedelta(minutes=5)  # a sign-in that covers what cannot be undone ("F" in the table of roles)
POLL_HEADER: Final = "x-habeas-poll"  # the script asks for a fragment again
HALFWAY: Final = timedelta(minutes=10)  # between the password and the second factor
_SEEN_EVERY: Final = timedelta(minutes=1)
_BYTES: Final = 32


@dataclass(frozen=True)
class SignedIn(Caller):
    """A member of staff at the console, as a caller of the same doors that API keys go through.

    Args:
        name: as colleagues know them.
        session: the row.
        began_at: UTC; new at every sign-in, also at one that repeats the password.
        proven_at: UTC; when they last showed who they are, here or at the provider of single sign-on.
        by_provider: they came by single sign-on.
        by_passkey: they came by a passkey.
        form_key: what every form of this session carries against forged posts.
    """

    name: str
    caseworker: UUID
    session: UUID
    began_at: datetime
    proven_at: datetime
    by_provider: bool
    by_passkey: bool
    form_key: str

    def is_fresh(self, now: datetime) -> bool:
        """Whether the sign-in is of the last five minutes."""
        return now < self.proven_at + FRESH

    def need_fresh(self, now: datetime, back: str) -> None:
        """Ask for a sign-in within the last five minutes.

        Raises:
            SignInAgainError: it was earlier; the guard leads to the password and back.
        """
        if not self.is_fresh(now):
            raise SignInAgainError(back)


@dataclass(frozen=True)
class ProviderProof:
    """A sign-in at the provider of single sign-on.

    Args:
        sid: of the session there; empty where the provider names none.
        proven_at: UTC; when they showed there who they are.
    """

    sid: str
    proven_at: datetime


def begin(
    web: Web,
    request: Request,
    response: Response,
    person: Caseworker,
    *,
    halfway: bool = False,
    recovered: bool = False,
    by_passkey: bool = False,
    before: UUID | None = None,
    provider: ProviderProof | None = None,
) -> None:
    """Start a session, end the one it follows, and send its cookie along.

    Args:
        web: of the process.
        request: names the browser.
        response: gets the cookie.
        person: who it is.
        halfway: the second factor is due.
        recovered: they came with a recovery code, so a new authenticator is due; with `halfway`.
        by_passkey: they came by a passkey; as the session before when it is left out.
        before: the session that ends with this.
        provider: of single sign-on; the one of the session before when it is left out.
    """
    token, now = secrets.token_bytes(_BYTES), web.now()
    with web.resources.database.write() as session:
        earlier = session.get(StaffSession, before) if before else None
        if provider is None and earlier is not None and earlier.provider_sid is not None:
            provider = ProviderProof(earlier.provider_sid, earlier.proven_at or earlier.began_at)
        _end(session, StaffSession.id == before, now)
        session.add(
            StaffSession(
                token_sha256=_hash(token),
                caseworker=person.id,
                role=person.role,
                began_at=now,
                seen_at=now,
                factor_at=None if halfway else now,
                recovered_at=now if recovered else None,
                by_passkey=by_passkey or bool(earlier and earlier.by_passkey),
                provider_sid=provider.sid if provider else None,
                proven_at=provider.proven_at if provider else None,
                browser=browser_of(request.headers.get("user-agent", "")),
            )
        )
        action = "sign_in_recovery" if recovered else "sign_in_halfway" if halfway else "sign_in"
        session.add(AccessLog(at=now, actor=f"caseworker:{person.id}", action=action))
    response.set_cookie(cookie_name(web), _text(token), path="/", secure=_https(web), httponly=True, samesite="lax")


def current(request: Request, web: Web) -> SignedIn:
    """Whoever sends this request; to be called in a thread.

    Raises:
        SignedOutError: no session, or one that is over.
    """
    row, person, token, now = _found(request, web)
    if row.factor_at is None:
        raise SignedOutError
    with web.resources.database.read() as session:
        sight = sight_of(session, web.resources.vault, web.resources.settings.case_access, person)
    if now >= row.seen_at + _SEEN_EVERY and POLL_HEADER not in request.headers:
        with web.resources.database.write() as session:
            session.execute(update(StaffSession).where(col(StaffSession.id) == row.id).values(seen_at=now))
    return dataclasses.replace(_signed_in(row, person, token), sight=sight)


def halfway(request: Request, web: Web) -> tuple[SignedIn, bool]:
    """Whoever gave their password and is asked for the second factor; and whether by a recovery code they may set up a new one.

    Raises:
        SignedOutError: no such session, or one that is over.
    """
    row, person, token, now = _found(request, web)
    if row.factor_at is not None or now >= row.began_at + HALFWAY:
        raise SignedOutError
    return _signed_in(row, person, token), row.recovered_at is not None


def end(web: Web, response: Response, who: SignedIn) -> None:
    """Sign out."""
    now = web.now()
    with web.resources.database.write() as session:
        _end(session, StaffSession.id == who.session, now)
        session.add(AccessLog(at=now, actor=who.person, action="sign_out"))
    response.delete_cookie(cookie_name(web), path="/", secure=_https(web), httponly=True, samesite="lax")


def end_all(session: Session, person: UUID, now: datetime, *, but: UUID | None = None) -> None:
    """Sign somebody out everywhere, but from one session perhaps; in the transaction of what it follows from."""
    _end(session, (col(StaffSession.caseworker) == person) & (col(StaffSession.id) != but), now)


def end_by_provider(session: Session, sid: str | None, person: UUID | None, now: datetime) -> None:
    """End what began with one session at the provider, or everything of a person."""
    which = col(StaffSession.provider_sid) == sid if sid else col(StaffSession.caseworker) == person
    _end(session, which & col(StaffSession.provider_sid).is_not(None), now)


def open_sessions(session: Session, person: UUID, now: datetime) -> list[StaffSession]:
    """Where somebody is signed in now, the newest first."""
    query = select(StaffSession).where(StaffSession.caseworker == person, col(StaffSession.ended_at).is_(None))
    owner = session.get_one(Caseworker, person)
    rows = session.exec(query.order_by(col(StaffSession.began_at).desc())).all()
    return [row for row in rows if row.factor_at is not None and _holds(row, owner, now)]


def check_form(who: SignedIn, sent: str) -> None:
    """Refuse a post that did not come from a page of this session.

    Raises:
        SignedOutError: the page is older than the session.
    """
    if not hmac.compare_digest(who.form_key.encode(), sent.encode()):
        raise SignedOutError


def cookie_name(web: Web) -> str:
    """The cookie's name; the prefix binds it to one host and to https, and browsers refuse it elsewhere."""
    return "__Host-habeas-staff" if _https(web) else "habeas-staff"


def _found(request: Request, web: Web) -> tuple[StaffSession, Caseworker, bytes, datetime]:
    token = _bytes(request.cookies.get(cookie_name(web), ""))
    now = web.now()
    with web.resources.database.read() as session:
        query = (
            select(StaffSession, Caseworker)
            .join(Caseworker, col(Caseworker.id) == col(StaffSession.caseworker))
            .where(StaffSession.token_sha256 == _hash(token))
        )
        row, person = session.exec(query).first() or (None, None)
    if row is None or person is None or not _holds(row, person, now):
        raise SignedOutError
    return row, person, token, now


def _signed_in(row: StaffSession, person: Caseworker, token: bytes) -> SignedIn:
    return SignedIn(
        key_id=f"session:{row.id}",
        person=f"caseworker:{person.id}",
        role=Role(person.role),
        decides=True,
        name=person.name,
        caseworker=person.id,
        session=row.id,
        began_at=row.began_at,
        proven_at=min(row.proven_at or row.began_at, row.began_at),
        by_provider=row.provider_sid is not None,
        by_passkey=row.by_passkey,
        form_key=hmac.new(token, b"habeas/1/console-form", "sha256").hexdigest(),
    )


def _holds(row: StaffSession, person: Caseworker, now: datetime) -> bool:
    if row.ended_at is not None or not person.active or person.role != row.role:
        return False
    if person.password_changed_at is not None and person.password_changed_at > row.began_at:
        return False
    return now < row.seen_at + IDLE and now < row.began_at + LIFE


def _end(session: Session, which: object, now: datetime) -> None:
    session.execute(update(StaffSession).where(which, col(StaffSession.ended_at).is_(None)).values(ended_at=now))  # type: ignore[arg-type]


def _https(web: Web) -> bool:
    return web.resources.settings.public_url.startswith("https:")


def _hash(token: bytes) -> str:
    return hashlib.sha256(token).hexdigest()


def _text(token: bytes) -> str:
    return base64.urlsafe_b64encode(token).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return b""
