"""Sends a mail to one of our own people: that something waits, and where, never what it says. A retry is the same mail.

Next: `adapters/desk_letters.py`
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parseaddr
from uuid import UUID

from sqlmodel import Session, col, select

from adapters.database.tables import Caseworker
from adapters.desk_letters import desk_letter
from adapters.letter_message import Heading, compose, message_id
from adapters.mail import deliver, mailable
from adapters.resources import Resources
from domain.rights import Role


def send_to_desk(
    resources: Resources, letter: str, about: UUID, person: Caseworker, *, number: int, facts: dict[str, object]
) -> None:
    """Hand a mail to the mail server.

    Args:
        resources: opened once by the worker.
        letter: a folder below `email_templates/_desk`.
        about: the case or breach.
        person: who gets it.
        number: makes it one mail of several of this kind; the same number is the same mail.
        facts: exactly the letter's variables.

    Raises:
        MailNotTakenError: the mail server does not take it now. LetterRefusedError: it refuses it for good.
    """
    settings = resources.settings
    heading = Heading(
        sender=settings.mail_from,
        recipient=mailable(person.email),
        reply_to=settings.mail_from,
        message_id=message_id(resources.vault, settings.mail_from, about, f"{letter}/{person.id}", number),
        written_at=datetime.now(UTC).replace(microsecond=0),
        automatic=True,
    )
    sender = parseaddr(settings.mail_from)[1]  # of the envelope: the address alone
    deliver(settings, compose(desk_letter(letter, facts, settings.letters), heading), sender, person.email)


def staff_with(session: Session, *roles: Role) -> Sequence[Caseworker]:
    """Everybody who has one of some roles now."""
    wanted = [role.value for role in roles]
    query = select(Caseworker).where(col(Caseworker.active), col(Caseworker.role).in_(wanted)).order_by(Caseworker.email)
    return session.exec(query).all()
