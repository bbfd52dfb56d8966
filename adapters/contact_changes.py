"""Addresses that a correction made somebody's a short while ago: a thief's address may be among them (`security.md` section 3).

A source that notes when a contact was changed says it by itself; this holds where it does not. Next: activities/held_contacts.py
"""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session, col, delete, select

from adapters.database.measure_tables import ContactChange
from domain.identity import CHANGED_LATELY


def remember(session: Session, index: bytes, now: datetime) -> None:
    """Write down that an address became the person's; doing it again soon changes nothing.

    Args:
        session: of a write transaction.
        index: blind index of the new address.
        now: UTC.
    """
    if not changed_lately(session, [index], now):
        session.add(ContactChange(subject_index=index, changed_at=now))


def changed_lately(session: Session, indexes: Collection[bytes], now: datetime) -> bool:
    """Whether one of these addresses became the person's within the last 30 days."""
    since = now - CHANGED_LATELY
    found = select(ContactChange.id).where(col(ContactChange.subject_index).in_(indexes), col(ContactChange.changed_at) > since)
    return session.exec(found).first() is not None


def forget(session: Session, now: datetime) -> None:
    """Delete what is older and says nothing any more."""
    session.execute(delete(ContactChange).where(col(ContactChange.changed_at) <= now - CHANGED_LATELY))
