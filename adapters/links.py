"""Links: single-purpose, expiring, stored as a hash, spent by a POST and never by a GET (`security.md` 2.9).

A link proves control of a mailbox once (`verify`), shows the stage of a case until a month after its end (`follow`), or leads
to the package (`package`), which opens with a fresh code only, or stops an erasure (`stop`) or says "this was not me" for a
held contact (`dispute`), for which no code is asked; or takes in the proof that an agent may act (`mandate`) and shows nothing.
Next: `adapters/codes.py`
"""

import hashlib
import re
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlmodel import Session, col, select, update

from adapters.codes import CodePurpose, changed, match_code
from adapters.database.tables import Attempt, CaseIdentifierRow, CaseRecord, Link
from adapters.vault import Vault
from domain.errors import CodeRefusedError, InvalidInputError

LinkPurpose = Literal["verify", "follow", "package", "stop", "dispute", "object", "mandate"]

TOKEN = re.compile(r"hl1_[A-Za-z0-9_-]{43}")  # 32 random bytes; the prefix lets scanners of logs and code find a leaked one
# 72 h: a weekend. 7 d: each reminder brings a new one. 90 d: as long as an erasure may be waiting for something.
LIVES: dict[LinkPurpose, timedelta] = {
    "verify": timedelta(hours=72),
    "package": timedelta(days=7),
    "stop": timedelta(days=90),
    "dispute": timedelta(days=90),
    "object": timedelta(days=30),
    "mandate": timedelta(days=30),
}
FOLLOWED_AFTER_CLOSE = timedelta(days=30)
_WHILE_OPEN = datetime(9999, 12, 1, tzinfo=UTC)  # a follow link ends with its case, whose end nobody knows yet


def make_link(session: Session, case_id: UUID, purpose: LinkPurpose, identifier: UUID, now: datetime) -> str:
    """Make a link to be sent to one address of a case; its token is in the letter and nowhere else.

    Args:
        session: of a write transaction, the one of the letter that carries the link.
        case_id: the case.
        purpose: the one thing it is for.
        identifier: the address it is sent to.
        now: UTC; its life counts from here.
    """
    token = "hl1_" + secrets.token_urlsafe(32)
    expires = now + LIVES[purpose] if purpose in LIVES else _WHILE_OPEN
    session.add(
        Link(case_id=case_id, purpose=purpose, identifier=identifier, token_sha256=_digest(token).hex(), expires_at=expires),
    )
    return token


def look_up(session: Session, token: str, purpose: LinkPurpose, now: datetime) -> Link | None:
    """The link behind a token, for the page that a GET shows; changes nothing, however often it is called.

    One that was used already is given back with its `used_at`, so that the page can say so. None: unknown, of another purpose,
    or past its time; the page does not say which.
    """
    if not TOKEN.fullmatch(token):
        return None
    link = session.exec(select(Link).where(Link.token_sha256 == _digest(token).hex(), Link.purpose == purpose)).first()
    if link is None or link.expires_at <= now:
        return None
    if purpose == "follow":
        record = session.get(CaseRecord, link.case_id)
        if record and record.closed_at and record.closed_at + FOLLOWED_AFTER_CLOSE <= now:
            return None
    return link


def record_attempt(
    session: Session,
    vault: Vault,
    case_id: UUID,
    purpose: CodePurpose,
    *,
    code: str | None = None,
    token: str | None = None,
    now: datetime,
) -> UUID:
    """Write down that somebody typed a code, or pressed the button behind a verify link; judged later, once, by an activity.

    What was typed is kept as MACs and hashes only, and never enters the engine: the update carries the id given back here.
    Where no code or link is alive that it could match, nothing is written: guessing costs the engine nothing.

    Args:
        session: of a write transaction.
        vault: for the MACs.
        case_id: the case whose page or API address was used.
        purpose: what the code is for; a link is accepted for `verify` only.
        code: as typed; blanks and hyphens do not count.
        token: of the link. One of `code` and `token` is given.
        now: when it was typed, UTC. The code or link has to be alive at this instant, not when the activity comes to it.

    Raises:
        InvalidInputError: not eight digits; costs no try.
        CodeRefusedError: nothing is alive that it could match; the answer never says why.
    """
    if (code is None) == (token is None):
        raise InvalidInputError(field="code")
    if token is not None:
        link = look_up(session, token, "verify", now) if purpose == "verify" else None
        if link is None or link.used_at is not None or link.case_id != case_id:
            raise CodeRefusedError
        attempt = Attempt(case_id=case_id, purpose=purpose, kind="link", answer=_digest(token), made_at=now)
    else:
        answer = match_code(session, vault, case_id, purpose, typed=code or "", now=now)
        attempt = Attempt(case_id=case_id, purpose=purpose, kind="code", answer=answer, made_at=now)
    session.add(attempt)
    session.flush()
    return attempt.id


def spend_link(session: Session, attempt: Attempt, now: datetime) -> UUID | None:
    """Use up the verify link that an attempt names; the address it was sent to, or None when it cannot be used (any more)."""
    hashed = attempt.answer.hex()
    alive = (
        col(Link.token_sha256) == hashed,
        col(Link.case_id) == attempt.case_id,
        col(Link.purpose) == "verify",
        col(Link.used_at).is_(None),
        col(Link.expires_at) > attempt.made_at,
    )
    if not changed(session, update(Link).where(*alive).values(used_at=now)):
        return None
    return session.exec(select(Link.identifier).where(Link.token_sha256 == hashed)).one()


def spend_siblings(session: Session, case_id: UUID, identifier: UUID, now: datetime) -> None:
    """Use up the other verify links of an address that has just been proven: they have nothing left to prove."""
    others = (
        col(Link.case_id) == case_id,
        col(Link.purpose) == "verify",
        col(Link.identifier) == identifier,
        col(Link.used_at).is_(None),
    )
    session.execute(update(Link).where(*others).values(used_at=now))


def end_package_links(session: Session, case_id: UUID, now: datetime) -> None:
    """Let a case's links to its package end at once."""
    alive = (col(Link.case_id) == case_id, col(Link.purpose) == "package", col(Link.expires_at) > now)
    session.execute(update(Link).where(*alive).values(expires_at=now))


def mailbox_of_link(session: Session, attempt: Attempt) -> Iterable[bytes]:
    """The blind index of the mailbox that an attempt's link was sent to."""
    return session.exec(
        select(CaseIdentifierRow.value_index)
        .join(Link, col(Link.identifier) == col(CaseIdentifierRow.id))
        .where(Link.token_sha256 == attempt.answer.hex()),
    ).all()


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
