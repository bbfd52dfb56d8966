"""What the record knows about a mail: whose token it carries, who its sender is, which cases it may belong to.

A token is one part of a join and never enough (`security.md` 2.9). What is only likely becomes a suggestion with its reason.
Next: `domain/triage.py`
"""

import contextlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, select

from adapters.database.mail_tables import IncomingMail
from adapters.database.tables import CaseEventRow, CaseIdentifierRow, CaseReceipt, CaseRecord, Letter
from adapters.letter_message import reply_address
from adapters.resources import Resources
from domain.case import CaseState
from domain.errors import InvalidInputError
from domain.events import Tag
from domain.incoming import Authentication, ReadMessage
from domain.rights import Outcome, Status
from domain.triage import Circumstances

TOKEN_AFTER_CLOSE: Final = timedelta(days=90)
ANSWER_EVERY: Final = timedelta(days=1)  # one automatic answer per sender (abuse test 17)
_MOST_CASES: Final = 5
_MOST_MERGES: Final = 5
_TOKEN = re.compile(r"\+(hab-[0-9a-z]{8})-[a-z2-7]{26}@", re.IGNORECASE)
_REFERENCE = re.compile(r"\bHAB-[0-9A-HJKMNP-TV-Z]{8}\b")


@dataclass
class Knowledge:
    """What is known of one mail.

    Args:
        letter: the letter whose token it came with.
        case_id: of that letter, or of the case it was merged into.
        state: of that case.
        cases: suggestions, best first: case and why (`token`, `thread`, `reference`, `address`).
    """

    circumstances: Circumstances = field(default_factory=Circumstances)
    sender_index: bytes | None = None
    letter: Letter | None = None
    case_id: UUID | None = None
    state: CaseState | None = None
    cases: list[dict[str, str]] = field(default_factory=list)


def known_of(resources: Resources, session: Session, mail: IncomingMail, read: ReadMessage, checked: Authentication) -> Knowledge:
    """Look everything up that the rules ask for."""
    now = datetime.now(UTC)
    known = Knowledge(sender_index=_index(resources, read.sender))
    known.letter = letter_of_token(resources, session, read.recipients, now)
    if known.letter is not None:
        known.case_id = _goes_on_as(session, known.letter.case_id)
        record = session.get(CaseRecord, known.case_id)
        known.state = CaseState.model_validate(record.state) if record else None
    rows = _rows_of(session, known.sender_index)
    known.cases = _suggested(session, known, read, rows)
    known.circumstances = Circumstances(
        token=known.letter is not None,
        case_open=known.state is not None and known.state.status is not Status.CLOSED,
        aligned=checked.aligned,
        known_sender=known.state is not None and _knows(known.state, rows),
        trusted_sender=checked.aligned or (checked.dmarc == "none" and checked.dkim != "fail" and _proven(session, rows)),
        answered_today=_answered(session, known.sender_index, now),
        has_open_case=any(_is_open(session, row.case_id) for row in rows),
        by_hand=mail.origin in {"upload", "letter"},
    )
    return known


def letter_of_token(resources: Resources, session: Session, recipients: Iterable[str], now: datetime) -> Letter | None:
    """The letter whose signed reply address is among the recipients; its life is the case's, and 90 days."""
    for address in recipients:
        match = _TOKEN.search(address)
        if match is None:
            continue
        receipt = session.exec(select(CaseReceipt).where(CaseReceipt.reference == match[1].upper())).first()
        if receipt is None or _expired(session, receipt.case_id, now):
            continue
        for letter in session.exec(select(Letter).where(Letter.case_id == receipt.case_id)).all():
            if _signed(resources, receipt, letter, address):
                return letter
    return None


def _signed(resources: Resources, receipt: CaseReceipt, letter: Letter, address: str) -> bool:
    sender = resources.settings.mail_from
    made = reply_address(resources.vault, sender, receipt.reference, receipt.case_id, letter.id, letter.identifier)
    # Servers may change the case of letters, and may deliver under another domain of ours: the token is in the local part.
    return hmac.compare_digest(_local(made), _local(address))


def _local(address: str) -> str:
    return parseaddr(address)[1].rpartition("@")[0].lower().partition("+")[2]


def _expired(session: Session, case_id: UUID, now: datetime) -> bool:
    record = session.get(CaseRecord, case_id)
    return record is not None and record.closed_at is not None and record.closed_at + TOKEN_AFTER_CLOSE < now


def _goes_on_as(session: Session, case_id: UUID) -> UUID:
    """The case that a merged one goes on in: a reply to the dead one belongs to the living."""
    for _ in range(_MOST_MERGES):
        record = session.get(CaseRecord, case_id)
        if record is None or record.outcome != Outcome.DUPLICATE.value:
            break
        merged = select(CaseEventRow).where(CaseEventRow.case_id == case_id, CaseEventRow.tag == Tag.REQUEST_MERGED.value)
        event = session.exec(merged.order_by(col(CaseEventRow.sequence).desc())).first()
        if event is None:
            break
        case_id = UUID(str(event.facts["into"]))
    return case_id


def _index(resources: Resources, sender: str | None) -> bytes | None:
    with contextlib.suppress(InvalidInputError):
        return resources.vault.index_email(sender) if sender else None
    return None


def _rows_of(session: Session, index: bytes | None) -> list[CaseIdentifierRow]:
    if index is None:
        return []
    same = select(CaseIdentifierRow).where(CaseIdentifierRow.value_index == index, CaseIdentifierRow.kind == "email")
    return list(session.exec(same.order_by(col(CaseIdentifierRow.added_at).desc()).limit(50)).all())


def _knows(state: CaseState, rows: list[CaseIdentifierRow]) -> bool:
    return any(row.id in state.identifiers and state.identifiers[row.id].standing != "rejected" for row in rows)


def _proven(session: Session, rows: list[CaseIdentifierRow]) -> bool:
    for row in rows:
        record = session.get(CaseRecord, row.case_id)
        if record is not None:
            identifier = CaseState.model_validate(record.state).identifiers.get(row.id)
            if identifier is not None and identifier.standing == "proven":
                return True
    return False


def _is_open(session: Session, case_id: UUID) -> bool:
    record = session.get(CaseRecord, case_id)
    return record is None or record.status != Status.CLOSED.value


def _answered(session: Session, index: bytes | None, now: datetime) -> bool:
    if index is None:
        return False
    recent = select(IncomingMail.id).where(
        IncomingMail.sender_index == index,
        col(IncomingMail.answered_at).is_not(None),
        col(IncomingMail.answered_at) > now - ANSWER_EVERY,
    )
    return session.exec(recent).first() is not None


def _suggested(session: Session, known: Knowledge, read: ReadMessage, rows: list[CaseIdentifierRow]) -> list[dict[str, str]]:
    found: dict[UUID, str] = {}
    if known.case_id is not None:
        found[known.case_id] = "token"
    threads = [*filter(None, [read.in_reply_to, *read.references[-10:]])]
    if threads:
        for case_id in session.exec(select(Letter.case_id).where(col(Letter.message_id).in_(threads))).all():
            found.setdefault(_goes_on_as(session, case_id), "thread")
    for reference in _REFERENCE.findall(f"{read.subject}\n{read.reply[:5_000]}".upper())[:_MOST_CASES]:
        receipt = session.exec(select(CaseReceipt).where(CaseReceipt.reference == reference)).first()
        if receipt is not None:
            found.setdefault(_goes_on_as(session, receipt.case_id), "reference")
    for row in rows:
        found.setdefault(_goes_on_as(session, row.case_id), "address")
    return [{"case": str(case_id), "why": why} for case_id, why in list(found.items())[:_MOST_CASES]]
