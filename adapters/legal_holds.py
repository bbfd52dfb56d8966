"""How long a legal hold lasts (P49, P50): to its review day, and beyond a week only with a second person's word.

A hold that nobody looks at again is no hold: the minimum duration is the policy's promise. Next: activities/holds.py
"""

from datetime import datetime, timedelta
from typing import Final

from adapters.database.erasure_tables import LegalHold

ALONE: Final = timedelta(days=7)  # what one person may hold back by themselves


def lasts(hold: LegalHold, now: datetime) -> bool:
    """Whether a hold stands against an erasure now."""
    if hold.lifted_at is not None or hold.review_on < now.date():
        return False
    return hold.confirmed_at is not None or now <= hold.placed_at + ALONE
