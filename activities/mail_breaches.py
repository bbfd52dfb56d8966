"""A mail that plainly reports a breach starts the provisional clock at once and calls who is on duty (P82, Article 33(1)).

Mail that comes on a Friday evening must not wait for Monday's triage. So that nobody can call the whole night by writing, it is
one breach per sender and day, and ten a day in all; what comes beyond waits in triage with an alarm.
Next: `adapters/database/breach_intake.py`
"""

import hashlib
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import col, func, select

from adapters.database.breach_intake import IncomingBreach, open_breach
from adapters.database.mail_tables import IncomingMail
from adapters.resources import Resources
from domain.incoming import MailKind, ReadMessage
from domain.triage import Disposition, TriageReason

_SAID: Final = 3  # `Suggestion.score` of a report in so many words
_A_DAY: Final = 10
_DAY: Final = timedelta(days=1)
_WORDS: Final = 4_000  # characters of the mail that become the summary


def first_sign(resources: Resources, mail: IncomingMail, read: ReadMessage, decided: Disposition, now: datetime) -> str | None:
    """Open a breach from a mail that plainly reports one; its reference, or None where a person has to look first."""
    plain = any(each.kind == "breach_report" and each.score >= _SAID for each in read.suggestions)
    if decided.reason is not TriageReason.BREACH or read.kind is not MailKind.PERSON or not plain or read.sender is None:
        return None
    index = resources.vault.index_email(read.sender)
    with resources.database.read() as session:
        lately = (
            col(IncomingMail.breach).is_not(None),
            col(IncomingMail.arrived_at) > now - _DAY,
            col(IncomingMail.id) != mail.id,
        )
        opened = select(func.count()).select_from(IncomingMail).where(*lately)
        if session.exec(opened.where(col(IncomingMail.sender_index) == index)).one() or session.exec(opened).one() >= _A_DAY:
            return None
    mark = hashlib.sha256(f"mail:{mail.id}".encode()).hexdigest()
    report = IncomingBreach(
        summary=f"Reported by mail: {read.subject}\n\n{read.reply}"[:_WORDS],
        first_alert_at=mail.arrived_at,
        caller="system",
        idempotency_key=mark,
        body_hash=mark,
    )
    return open_breach(resources, report, now).view.dossier.reference
