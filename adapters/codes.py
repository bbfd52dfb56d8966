"""Codes: eight digits by mail, typed back within ten minutes; stored as MACs, guessed at most 25 times a day (`security.md` 2.9).

Whoever guesses can open fifty cases for one mailbox, so the cap counts per mailbox, over all cases. It counts each purpose for
itself: anybody may ask for codes that verify, and must not use up those that open the owner's package.
Next: `activities/identity.py`
"""

import hmac
import math
import re
import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Literal, cast
from uuid import UUID

from sqlalchemy import CursorResult, Update, text
from sqlmodel import Session, col, func, select, update

from adapters.database.tables import Attempt, CaseIdentifierRow, Code
from adapters.vault import Vault
from domain.errors import CodeRefusedError, InvalidInputError, NoCodesLeftError

CodePurpose = Literal["verify", "open_package", "visit"]  # visit: to read on the page of a request, and to withdraw it

DIGITS = 8  # 25 guesses a day against 10^8: one in four million
LIFE = timedelta(minutes=10)  # ASVS 6.5.5
TRIES = 5  # per code
CODES = 5  # per mailbox and window
# A day and the life of a code: then no 24 hours hold tries of more than five codes, so never more than 25.
WINDOW = timedelta(days=1) + LIFE
_ID, _MAC = 16, 32  # bytes of a code's id and of its MAC, in an attempt's answer


def issue_code(session: Session, vault: Vault, address: CaseIdentifierRow, purpose: CodePurpose, now: datetime) -> str | None:
    """Make a code to be sent to one address of a case; the one before it ends at once.

    Args:
        session: of a write transaction, the one of the letter that carries the code.
        vault: for its MAC.
        address: where it is sent.
        purpose: what it is for.
        now: UTC; its ten minutes count from here.

    Returns None when the mailbox had its codes of the day: the letter goes without one.
    """
    one_at_a_time(session, [address.value_index])
    if codes_left(session, address, purpose, now) == 0:
        return None
    same = (col(Code.case_id) == address.case_id, col(Code.purpose) == purpose, col(Code.identifier) == address.id)
    session.execute(update(Code).where(*same, col(Code.expires_at) > now).values(expires_at=now))
    serial = (session.exec(select(func.max(Code.serial)).where(*same)).one() or 0) + 1
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    session.add(
        Code(
            case_id=address.case_id,
            purpose=purpose,
            identifier=address.id,
            mailbox_index=address.value_index,
            serial=serial,
            mac=_mac(vault, (address.case_id, purpose, address.id, serial), code),
            issued_at=now,
            expires_at=now + LIFE,
        ),
    )
    return code


def codes_left(session: Session, address: CaseIdentifierRow, purpose: CodePurpose, now: datetime) -> int:
    """How many more codes the mailbox may be sent today; whoever asks for one should be told before a letter goes out."""
    issued = select(func.count()).select_from(Code).where(*_recent(address.value_index, purpose, now))
    return max(0, CODES - session.exec(issued).one())


def next_code_in(session: Session, address: CaseIdentifierRow, purpose: CodePurpose, now: datetime) -> timedelta:
    """How long it is until the mailbox may be sent one more code; zero when it may be now."""
    if codes_left(session, address, purpose, now):
        return timedelta(0)
    oldest = select(func.min(Code.issued_at)).where(*_recent(address.value_index, purpose, now))
    return session.exec(oldest).one() + WINDOW - now


def check_code_may_be_sent(session: Session, address: CaseIdentifierRow, purpose: CodePurpose, now: datetime) -> None:
    """Tell whoever asks for a code that it would not be sent.

    Raises:
        NoCodesLeftError: the mailbox was sent its codes of the day; says when the next one may be.
    """
    if wait := next_code_in(session, address, purpose, now):
        raise NoCodesLeftError(retry_after=math.ceil(wait.total_seconds()))


def wrong_tries(session: Session, mailbox: bytes, purpose: CodePurpose, now: datetime) -> int:
    """How often a code was typed in vain for a mailbox within a day: the owner is told in the next letter."""
    unused = (*_recent(mailbox, purpose, now), col(Code.used_at).is_(None))
    return session.exec(select(func.sum(Code.tries)).where(*unused)).one() or 0


def match_code(session: Session, vault: Vault, case_id: UUID, purpose: CodePurpose, *, typed: str, now: datetime) -> bytes:
    """What was typed, as the MACs it would have if it were one of the codes alive: id and MAC of each, joined.

    Raises:
        InvalidInputError: not eight digits.
        CodeRefusedError: no code is alive.
    """
    code = re.sub(r"[\s-]", "", typed)
    if not re.fullmatch(rf"[0-9]{{{DIGITS}}}", code):
        raise InvalidInputError(f"The code has {DIGITS} digits.", field="code")
    alive = (
        Code.case_id == case_id,
        Code.purpose == purpose,
        col(Code.used_at).is_(None),
        Code.expires_at > now,
        Code.tries < TRIES,
    )
    answer = b"".join(
        row.id.bytes + _mac(vault, (case_id, purpose, row.identifier, row.serial), code)
        for row in session.exec(select(Code).where(*alive).order_by(col(Code.id))).all()
    )
    if not answer:
        raise CodeRefusedError
    return answer


def spend_code(session: Session, attempt: Attempt, now: datetime) -> UUID | None:
    """Count a try at every code the attempt could match, and use up the one it does; its address, or None.

    Both are conditional UPDATEs: whoever comes second changes no row.
    """
    for code_id, mac in _candidates(attempt):
        this = (col(Code.id) == code_id, col(Code.purpose) == attempt.purpose, col(Code.used_at).is_(None))
        in_time = (col(Code.issued_at) <= attempt.made_at, col(Code.expires_at) > attempt.made_at, col(Code.tries) < TRIES)
        if not changed(session, update(Code).where(*this, *in_time).values(tries=col(Code.tries) + 1)):
            continue
        stored, identifier = session.exec(select(Code.mac, Code.identifier).where(*this)).one()
        if hmac.compare_digest(stored, mac) and changed(session, update(Code).where(*this).values(used_at=now)):
            return identifier
    return None


def end_codes(session: Session, case_id: UUID, purpose: CodePurpose, now: datetime, identifier: UUID | None = None) -> None:
    """Let the codes of a case end that were not used, of one address or of all."""
    these = [col(Code.case_id) == case_id, col(Code.purpose) == purpose, col(Code.used_at).is_(None)]
    if identifier is not None:
        these.append(col(Code.identifier) == identifier)
    session.execute(update(Code).where(*these).values(used_at=now))


def mailboxes_of_codes(session: Session, attempt: Attempt) -> Iterable[bytes]:
    """The blind indexes of the mailboxes whose codes an attempt could match."""
    ids = [code_id for code_id, _ in _candidates(attempt)]
    return session.exec(select(Code.mailbox_index).where(col(Code.id).in_(ids)).distinct()).all()


def one_at_a_time(session: Session, mailboxes: Iterable[bytes]) -> None:
    """Let one transaction at a time deal with a mailbox, until this one ends. SQLite's writers are alone anyway.

    Caps count over all cases of a mailbox, so no row of one case could be locked in its place.
    """
    if session.get_bind().dialect.name == "postgresql":
        # In order, so that two transactions over the same mailboxes cannot wait for each other.
        for key in sorted({int.from_bytes(mailbox[:8], signed=True) for mailbox in mailboxes}):
            session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def changed(session: Session, statement: Update) -> bool:
    """Whether a conditional UPDATE changed its one row."""
    result = cast("CursorResult[tuple[()]]", session.execute(statement.execution_options(synchronize_session=False)))
    return result.rowcount == 1


def _candidates(attempt: Attempt) -> Iterator[tuple[UUID, bytes]]:
    for start in range(0, len(attempt.answer), _ID + _MAC):
        yield UUID(bytes=attempt.answer[start : start + _ID]), attempt.answer[start + _ID : start + _ID + _MAC]


def _recent(mailbox: bytes, purpose: CodePurpose, now: datetime) -> tuple[bool, bool, bool]:
    return Code.mailbox_index == mailbox, Code.purpose == purpose, Code.issued_at > now - WINDOW


def _mac(vault: Vault, place: tuple[UUID, str, UUID, int], code: str) -> bytes:
    return vault.code_mac(*map(str, place), code)
