"""How long a legal hold lasts (P49, P50): to its review day, and beyond a week only with a second person's word.

A hold that nobody looks at again is no hold: the minimum duration is the policy's promise,
so people are reminded of that day. Next: activities/holds.py
"""

from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, select

from adapters.database.erasure_tables import LegalHold
from adapters.desk_post import staff_with
from adapters.rates import Rate, one_too_many
from adapters.staff_post import tell
from adapters.vault import Vault
from domain.staffing import CONFIRMERS

ALONE: Final = timedelta(days=7)  # what one person may hold back by themselves
_REMINDED: Final = (3, 14)  # days before the review, the nearest first
_ONCE: Final = Rate(most=1, within=timedelta(days=15))  # longer than the stretch in which a reminder is due


def lasts(hold: LegalHold, now: datetime) -> bool:
    """Whether a hold stands against an erasure now."""
    if hold.lifted_at is not None or hold.review_on < now.date():
        return False
    return hold.confirmed_at is not None or now <= hold.placed_at + ALONE


def remind(session: Session, vault: Vault, now: datetime) -> None:
    """Tell the privacy leads and the DPO of each hold whose review day comes near: 14 days before it, and 3.

    Args:
        session: of a write transaction.
        vault: for the key under which it is noted that they were told.
        now: UTC.
    """
    last = now.date() + timedelta(days=max(_REMINDED))
    query = select(LegalHold).where(col(LegalHold.lifted_at).is_(None), col(LegalHold.review_on) <= last)
    for hold in session.exec(query):
        due = next((days for days in _REMINDED if hold.review_on - timedelta(days=days) <= now.date()), None)
        # Whoever placed it for a shorter time than that knows.
        if due is None or not lasts(hold, now) or hold.placed_at.date() >= hold.review_on - timedelta(days=due):
            continue
        key = vault.code_mac("habeas/1/rate", "hold-review", str(hold.id), hold.review_on.isoformat(), str(due)).hex()
        if not one_too_many(session, key, _ONCE, now):
            people = (person.id for person in staff_with(session, *CONFIRMERS))
            tell(session, "hold_review", *people, at=now, days=str((hold.review_on - now.date()).days))
