"""Who is at the other end of a portal page: a token from a letter, swapped for a cookie of the same purpose (`security.md` 2.9).

The cookie names a case, a purpose and two instants under a keyed MAC, and nothing of a person. It lives two hours at most and
a quarter of an hour without use, and dies with the link it came from. Next: api/portal/verify.py
"""

import base64
import hmac
import secrets
from datetime import UTC, datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, ValidationError

from adapters.database.tables import Link
from adapters.vault import Vault
from api.dependencies import Web
from domain.errors import DomainError

Purpose = Literal["verify", "follow", "package"]

IDLE: Final = timedelta(minutes=15)
LIFE: Final = timedelta(hours=2)
FORM_LIFE: Final = timedelta(hours=24)  # somebody may begin the form in the morning and finish it in the evening
_USE: Final = "habeas/1/portal"


class SessionOverError(DomainError):
    """The page was open too long, or belongs to another letter than the one opened last."""

    kind = "session-over"
    sentence = "This page was open for a while, so we closed it to keep your data safe. Nothing is lost."


class PortalSession(BaseModel):
    """A visit to the pages of one case.

    Args:
        purpose: of the link; `verify` also for whoever has just filled in the form.
        identifier: the address that the link was sent to.
        link: its row; None after the form or a code.
        proven: this visit began by proving the mailbox, so the messages may be read.
        opened: a fresh code opened the package in this visit.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    case_id: UUID
    purpose: Purpose
    identifier: UUID | None = None
    link: UUID | None = None
    proven: bool = False
    opened: bool = False
    began: datetime
    seen: datetime


def begin(
    case_id: UUID,
    purpose: Purpose,
    now: datetime,
    *,
    identifier: UUID | None = None,
    link: UUID | None = None,
    proven: bool = False,
) -> PortalSession:
    """A new visit; a change of what it may do is a new one too, so that an old cookie never learns more."""
    return PortalSession(
        id=secrets.token_urlsafe(16),
        case_id=case_id,
        purpose=purpose,
        identifier=identifier,
        link=link,
        proven=proven,
        began=now,
        seen=now,
    )


def keep(response: Response, web: Web, session: PortalSession) -> None:
    """Send the visit's cookie along."""
    secure = web.resources.settings.public_url.startswith("https:")
    raw = session.model_copy(update={"seen": web.now()}).model_dump_json()
    value = base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")
    signed = f"{value}.{_mac(web.resources.vault, 'session', value)}"
    response.set_cookie(
        _name(web), signed, max_age=int(LIFE.total_seconds()), path="/", secure=secure, httponly=True, samesite="lax"
    )


def current(request: Request, web: Web, *purposes: Purpose) -> PortalSession:
    """The visit that a request belongs to; to be called in a thread.

    Raises:
        SessionOverError: none, another purpose, too old, or its link was ended.
    """
    session = _read(request, web)
    if session is None or session.purpose not in purposes:
        raise SessionOverError
    now = web.now()
    idle = IDLE if session.purpose != "verify" else LIFE  # the mail with the code may take its time
    if now >= session.began + LIFE or now >= session.seen + idle:
        raise SessionOverError
    if session.link is not None and session.purpose == "package":
        with web.resources.database.read() as database:
            link = database.get(Link, session.link)
        if link is None or link.expires_at <= now:
            raise SessionOverError
    return session


def form_key(web: Web, session: PortalSession) -> str:
    """What every form of a visit carries against forged posts."""
    return _mac(web.resources.vault, "form", session.id)


def check_form(web: Web, session: PortalSession, sent: str) -> None:
    """Refuse a post that did not come from a page of this visit.

    Raises:
        SessionOverError: the page is older than the visit.
    """
    if not hmac.compare_digest(form_key(web, session).encode(), sent.encode()):
        raise SessionOverError


def once(web: Web) -> str:
    """A mark for one filled-in form: sent twice, it is the same wish. Signed, so that we made it, and when."""
    raw = f"{secrets.token_urlsafe(16)}.{int(web.now().timestamp())}"
    return f"{raw}.{_mac(web.resources.vault, 'once', raw)}"


def is_ours(web: Web, mark: str) -> bool:
    """Whether a form's mark was made here within a day."""
    raw, _, sent = mark.rpartition(".")
    if not hmac.compare_digest(_mac(web.resources.vault, "once", raw).encode(), sent.encode()):
        return False
    return web.now() < datetime.fromtimestamp(int(raw.rpartition(".")[2]), UTC) + FORM_LIFE


def _read(request: Request, web: Web) -> PortalSession | None:
    value, _, sent = request.cookies.get(_name(web), "").rpartition(".")
    if not value or not hmac.compare_digest(_mac(web.resources.vault, "session", value).encode(), sent.encode()):
        return None
    try:
        return PortalSession.model_validate_json(base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)))
    except (ValidationError, ValueError):
        return None


def _name(web: Web) -> str:
    # The prefix binds a cookie to one host and to https; browsers refuse it elsewhere.
    return "__Host-habeas" if web.resources.settings.public_url.startswith("https:") else "habeas"


def _mac(vault: Vault, use: str, value: str) -> str:
    return vault.code_mac(_USE, use, value).hex()
