"""What was said in a case, both ways, in the order of time: our letters, their mails, what they wrote in the portal.

Next: `api/v1/mail.py`
"""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Literal
from uuid import UUID

from sqlmodel import Session, col, select

from adapters.database.tables import CaseEventRow, Letter, Note
from adapters.incoming.parsing import parse
from adapters.incoming.reading_room import MailView, ReadingRoom
from adapters.resources import Resources
from domain.events import Tag

_SAID_IN_PORTAL = (Tag.MESSAGE_SENT.value, Tag.CLARIFICATION_ANSWERED.value, Tag.DELIVERY_INCOMPLETE.value)


@dataclass(frozen=True)
class Message:
    """One message of a case.

    Args:
        letter: name of our letter; None for what the data subject said.
        mail: the incoming mail, with everything that was found out about it.
        accepted_at: when the mail server took our letter.
        bounce: `hard` or `soft` when it came back.
    """

    direction: Literal["in", "out"]
    at: datetime
    channel: Literal["mail", "portal"]
    subject: str
    text: str
    letter: str | None = None
    mail: MailView | None = None
    accepted_at: datetime | None = None
    bounce: str | None = None


def conversation(resources: Resources, case_id: UUID) -> list[Message]:
    """Everything that was said in a case, the oldest first."""
    messages = [
        Message("in", view.row.arrived_at, "mail", view.read.subject, view.read.reply, mail=view)
        for view in ReadingRoom(resources).of_case(case_id)
        if view.read is not None
    ]
    with resources.database.read() as session:
        messages += _letters(resources, session, case_id) + _portal(resources, session, case_id)
    return sorted(messages, key=lambda message: message.at)


def _letters(resources: Resources, session: Session, case_id: UUID) -> list[Message]:
    vault = resources.vault.case(case_id)
    rows = session.exec(select(Letter).where(Letter.case_id == case_id)).all()
    found = []
    for row in rows:
        if row.content is None:
            continue
        message = parse(vault.open("letter", "content", str(row.id), row.content))
        found.append(
            Message(
                "out",
                row.written_at,
                "mail",
                str(message["Subject"]),
                _text(message),
                letter=row.name,
                accepted_at=row.accepted_at,
                bounce=row.bounce,
            ),
        )
    return found


def _text(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""


def _portal(resources: Resources, session: Session, case_id: UUID) -> list[Message]:
    said = select(CaseEventRow).where(
        CaseEventRow.case_id == case_id, col(CaseEventRow.tag).in_(_SAID_IN_PORTAL), CaseEventRow.actor == "subject"
    )
    vault = resources.vault.case(case_id)
    found = []
    for event in session.exec(said).all():
        note = session.get(Note, UUID(str(event.facts["note"]))) if event.facts.get("note") else None
        if note is not None:
            text = vault.open("note", "text", str(note.id), note.text).decode()
            found.append(Message("in", event.at, "portal", "", text))
    return found
