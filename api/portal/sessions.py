"""Who is at the other end of a portal page: a token from a letter, swapped for a visit of the same purpose (`security.md` 2.9).

A visit is a row, and its cookie 32 random bytes of which the row keeps a hash. It lives two hours at most and a quarter of an
hour without use, and dies with the link it came from. Each purpose has a cookie of its own: whoever opens the link to the copy
keeps the page of the request open beside it. Next: api/portal/verify.py
"""

import hashlib
import hmac
import secrets
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, cast, get_args
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict
from sqlmodel import Session, col, delete

from adapters.database.tables import Link, SubjectSession
from adapters.vault import Vault
from api.dependencies import Web
from domain.errors import DomainError

Purpose = Literal["verify", "follow", "package"]

IDLE: Final = timedelta(minutes=15)
LIFE: Final = timedelta(hours=2)
FORM_LIFE: Final = timedelta(hours=24)  # somebody may begin the form in the morning and finish it in the evening
_SEEN_EVERY: Final = timedelta(minutes=1)  # a visit is not written at every page
_USE: Final = "habeas/1/portal"


class SessionOverError(DomainError):
    """The page was open too long, or belongs to another letter than the one opened last."""

    kind = "session-over"
    sentence = "We close a page of a request when nobody uses it for a while, to keep your data safe. Nothing is lost."


class Visit(BaseModel):
    """A visit to the pages of one case.

    Args:
        id: SHA-256 of the cookie.
        purpose: of the link; `verify` also for whoever has just filled in the form.
        identifier: the address that the link was sent to.
        link: its row; None after the form or a code.
        proven: this visit began by proving the mailbox, so the messages may be read.
        opened_by: the command handed in with the fresh code that opened the package in this visit; empty without one.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    case_id: UUID
    purpose: Purpose
    identifier: UUID | None = None
    link: UUID | None = None
    proven: bool = False
    opened_by: str = ""
    began_at: datetime

    @property
    def opened(self) -> bool:
        """Whether a fresh code opened the package in this visit."""
        return bool(self.opened_by)


def begin(
    web: Web,
    answer: Response,
    case_id: UUID,
    purpose: Purpose,
    *,
    identifier: UUID | None = None,
    link: UUID | None = None,
    proven: bool = False,
    opened_by: str = "",
    instead: Visit | None = None,
) -> Visit:
    """Begin a visit and send its cookie along; to be called in a thread.

    A change of what a visit may do is a new visit, so that an old cookie never learns more; `instead` of which it comes ends.
    """
    token, now = secrets.token_urlsafe(32), web.now()
    row = SubjectSession(
        token_sha256=_digest(token),
        case_id=case_id,
        purpose=purpose,
        identifier=identifier,
        link=link,
        proven=proven,
        opened=bool(opened_by),
        opened_by=opened_by or None,
        began_at=now,
        seen_at=now,
    )
    with web.resources.database.write() as database:
        over = col(SubjectSession.began_at) <= now - LIFE
        database.execute(delete(SubjectSession).where(over))
        if instead is not None:
            database.execute(delete(SubjectSession).where(col(SubjectSession.token_sha256) == instead.id))
        database.add(row)
    secure = web.resources.settings.public_url.startswith("https:")
    answer.set_cookie(
        _name(web, purpose), token, max_age=int(LIFE.total_seconds()), path="/", secure=secure, httponly=True, samesite="lax"
    )
    return _visit(row)


def current(request: Request, web: Web, *purposes: Purpose) -> Visit:
    """The visit that a request belongs to, the first of these purposes that is alive; to be called in a thread.

    Raises:
        SessionOverError: none, too old, or its link was ended.
    """
    now = web.now()
    with web.resources.database.read() as database:
        rows = ((each, database.get(SubjectSession, _digest(request.cookies.get(_name(web, each), "")))) for each in purposes)
        alive = (row for each, row in rows if row is not None and row.purpose == each and _alive(database, row, now))
        row = next(alive, None)
        if row is None:
            raise SessionOverError
    if row.seen_at <= now - _SEEN_EVERY:
        with web.resources.database.write() as database:
            seen = database.get(SubjectSession, row.token_sha256)
            if seen is None:  # ended meanwhile
                raise SessionOverError
            seen.seen_at = now
            database.add(seen)
    return _visit(row)


def leave(request: Request, web: Web, answer: Response) -> None:
    """End every visit on this device, the one to the copy too; to be called in a thread."""
    names = [_name(web, each) for each in get_args(Purpose)]
    digests = [_digest(request.cookies[name]) for name in names if name in request.cookies]
    with web.resources.database.write() as database:
        database.execute(delete(SubjectSession).where(col(SubjectSession.token_sha256).in_(digests)))
    for name in names:
        answer.delete_cookie(name, path="/", secure=name.startswith("__Host-"), httponly=True, samesite="lax")


def end_others(web: Web, case_id: UUID, but: Visit | None = None) -> None:
    """End every other visit to a case, when its owner said that it is not theirs; to be called in a thread."""
    with web.resources.database.write() as database:
        these = delete(SubjectSession).where(col(SubjectSession.case_id) == case_id)
        database.execute(these.where(col(SubjectSession.token_sha256) != (but.id if but else "")))


def form_key(web: Web, visit: Visit) -> str:
    """What every form of a visit carries against forged posts."""
    return _mac(web.resources.vault, "form", visit.id)


def check_form(web: Web, visit: Visit, sent: str) -> None:
    """Refuse a post that did not come from a page of this visit.

    Raises:
        SessionOverError: the page is older than the visit.
    """
    if not hmac.compare_digest(form_key(web, visit).encode(), sent.encode()):
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


def _alive(database: Session, row: SubjectSession, now: datetime) -> bool:
    idle = IDLE if row.purpose != "verify" else LIFE  # the mail with the code may take its time
    if now >= row.began_at + LIFE or now >= row.seen_at + idle:
        return False
    if row.link is None or row.purpose != "package":
        return True
    link = database.get(Link, row.link)
    return link is not None and link.expires_at > now


def _visit(row: SubjectSession) -> Visit:
    return Visit(
        id=row.token_sha256,
        case_id=row.case_id,
        purpose=cast("Purpose", row.purpose),
        identifier=row.identifier,
        link=row.link,
        proven=row.proven,
        opened_by=row.opened_by or "",
        began_at=row.began_at,
    )


def _name(web: Web, purpose: Purpose) -> str:
    # The prefix binds a cookie to one host and to https; browsers refuse it elsewhere.
    prefix = "__Host-" if web.resources.settings.public_url.startswith("https:") else ""
    return f"{prefix}habeas-{purpose}"


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _mac(vault: Vault, use: str, value: str) -> str:
    return vault.code_mac(_USE, use, value).hex()
