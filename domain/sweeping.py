"""What an approval of a sweep binds to: the rule and exactly the things that would be destroyed (principle 5).

Next: domain/sweep_messages.py
"""

import hashlib
from collections.abc import Iterable
from uuid import UUID

from domain.chain import canonical


def things_hash(rule: str, things: Iterable[UUID]) -> str:
    """SHA-256 over what a look found, in whatever order; the day of the look is no part of it."""
    return _sha256({"rule": rule, "things": sorted(str(thing) for thing in things)})


def rows_hash(place: str, before: str, rows: int) -> str:
    """SHA-256 over what a look found in one of the controller's collections: how many rows from before an instant."""
    return _sha256({"place": place, "before": before, "rows": rows})


def _sha256(found: dict[str, object]) -> str:
    return hashlib.sha256(canonical({"type": "habeas.sweep/1", **found})).hexdigest()
