"""Which message a letter answers, so that the person's mail program shows one conversation (RFC 5322 3.6.4).

Only what was exchanged with the very address that the letter goes to: another address of the case must not learn of it.
Next: `adapters/letter_message.py`
"""

import contextlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from adapters.database.mail_tables import IncomingMail
from adapters.database.tables import CaseIdentifierRow, Letter
from adapters.resources import Resources
from domain.errors import KeyMissingError
from domain.incoming import ReadMessage
from domain.triage import Standing

_MOST = 10  # Message-IDs in a letter's References; programs need the first and the last few


@dataclass(frozen=True)
class Thread:
    """A conversation so far.

    Args:
        newest: Message-ID of the last message; None when there is none.
        before: those before it, the oldest first.
        mail: the incoming mail that is the newest, if it is one.
    """

    newest: str | None = None
    before: tuple[str, ...] = ()
    mail: UUID | None = None


def thread_of(resources: Resources, session: Session, case_id: UUID, address: CaseIdentifierRow) -> Thread:
    """The conversation of a case with one of its addresses."""
    letters = session.exec(select(Letter).where(Letter.case_id == case_id, Letter.identifier == address.id)).all()
    said: list[tuple[datetime, str, UUID | None]] = [(letter.written_at, letter.message_id, None) for letter in letters]
    said += _mails(resources, session, case_id, address)
    if not said:
        return Thread()
    said.sort(key=lambda each: each[0])
    *before, (_, newest, mail) = said
    ids = [message_id for _, message_id, _ in before]
    return Thread(newest, tuple(ids[:1] + ids[1:][-_MOST:]), mail)


def _mails(
    resources: Resources, session: Session, case_id: UUID, address: CaseIdentifierRow
) -> list[tuple[datetime, str, UUID | None]]:
    belongs = select(IncomingMail).where(
        IncomingMail.case_id == case_id,
        IncomingMail.sender_index == address.value_index,
        col(IncomingMail.standing).in_([Standing.JOINED.value, Standing.OPENED.value]),
        col(IncomingMail.content).is_not(None),
    )
    found: list[tuple[datetime, str, UUID | None]] = []
    for row in session.exec(belongs).all():
        with contextlib.suppress(KeyMissingError):
            content = resources.vault.mail(row.key).open("incoming_mail", "content", str(row.id), row.content or b"")
            message_id = ReadMessage.model_validate_json(content).message_id
            if message_id is not None:
                found.append((row.arrived_at, message_id, row.id))
    return found
