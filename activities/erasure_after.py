"""Looks again after an erasure: what the plan keeps may be there, nothing else of the person (Article 17; design principle 7).

What led to a row may be gone while the row is still there, so the keys that were known before are asked for once more. A row
that was made after the erasure is no leftover: it may be a new account of the same person, or somebody else's who was given the
same number, and a person decides.

Next: activities/certificate.py
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from activities.erasure_plan import key_fields, key_of
from activities.found_keys import Keys
from adapters.collected import CollectedCollection
from adapters.resources import Resources
from domain.datamap import Collection, ErasureAction
from domain.erasure import Entry, ErasurePlan
from domain.erasure_messages import Leftover
from domain.traversal import Place


@dataclass(frozen=True)
class Before:
    """What was settled on when the erasure began."""

    rows: Mapping[Place, CollectedCollection]
    begun_at: datetime


def leftovers(
    resources: Resources, plan: ErasurePlan, before: Before, found: Mapping[Place, CollectedCollection]
) -> list[Leftover]:
    """What should not be there any more, by collection.

    Args:
        resources: for the data map and the vault.
        plan: that was carried out.
        before: the rows that were erased, and since when.
        found: what is there now.
    """
    left: list[Leftover] = []
    for entry in plan.entries:
        there = found.get(entry.place)
        if there is None or there.rows == 0 or entry.by_hand:
            continue
        known, old, new = before.rows.get(entry.place), 0, 0
        collection = resources.datamap.collection(*entry.place)
        names = key_fields(collection, there)
        judge = _Judge(resources, plan.case_id, entry, collection, known, before.begun_at)
        for row in there.records():
            verdict = judge(row, key_of(row, names))
            old, new = old + (verdict == "old"), new + (verdict == "new")
        place = {"system": entry.system, "collection": entry.collection}
        left += [Leftover(**place, rows=old)] if old else []
        left += [Leftover(**place, rows=new, newer=True)] if new else []
    return left


class _Judge:
    """Says of one row of one collection whether it may be there."""

    def __init__(  # noqa: PLR0917 (one caller)
        self,
        resources: Resources,
        case_id: UUID,
        entry: Entry,
        collection: Collection,
        known: CollectedCollection | None,
        begun_at: datetime,
    ) -> None:
        self._entry, self._collection, self._begun_at = entry, collection, begun_at
        self._vault = resources.vault.case(case_id)
        self._keys = Keys()
        if known is not None and known.rows:
            names = key_fields(collection, known)
            self._keys.update(key_of(row, names) for row in known.records())

    def __call__(self, row: Mapping[str, Any], key: str) -> str:
        """`old`: it should be gone. `new`: made since. Empty: it may be there."""
        if self._is_new(row, key):
            return "new"
        if self._entry.kept:
            return ""
        if self._entry.action in {ErasureAction.NULL, ErasureAction.HASH}:
            return "old" if any(self._still_says(row.get(name)) for name in self._collection.erasure.fields) else ""
        return "old"

    def _is_new(self, row: Mapping[str, Any], key: str) -> bool:
        if key not in self._keys and self._entry.root and self._collection.created_at_field is None:
            return True  # found by an identifier, not there before, and nothing says since when
        made = row.get(self._collection.created_at_field or "")
        if made is None:
            return False
        try:
            instant = datetime.fromisoformat(str(made))
        except ValueError:
            return False
        instant = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
        return instant > self._begun_at

    def _still_says(self, value: object) -> bool:
        if value is None:
            return False
        return self._entry.action is ErasureAction.NULL or not _is_pseudonym(str(value))


def _is_pseudonym(value: str) -> bool:
    return len(value) == 64 and all(sign in "0123456789abcdef" for sign in value)  # noqa: PLR2004 (SHA-256 in hexadecimal)
