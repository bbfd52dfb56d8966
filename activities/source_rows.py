"""Rows of the controller's systems whose period is over: whose they are, and how they go with what hangs on them.

Serves the sweeps of retention. Whose a row is, is found by its own identifiers and by the references that lead to it, in batches.

Next: activities/systems/base.py
"""

import secrets
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from activities.systems.base import Change, Lookup
from activities.systems.registry import Systems
from adapters.resources import Resources
from adapters.row_text import key_text
from domain.datamap import Collection, ErasureAction
from domain.errors import InvalidInputError
from domain.source_retention import SourceRule

_PSEUDONYM_BYTES = 32
_DEEPEST = 6  # references from a row to a person; the data map's go in no circle
Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Ending:
    """What becomes of rows. `ways` are fields that they still have to hold as they were read."""

    action: ErasureAction
    fields: tuple[str, ...]
    ways: tuple[str, ...]


class SourceRows:
    """Looks behind rows and takes them away.

    Args:
        resources: of the worker.
        systems: connectors of the data map.
    """

    def __init__(self, resources: Resources, systems: Systems) -> None:
        self._resources = resources
        self._systems = systems

    def people(self, collection: Collection, rows: Rows, depth: int = _DEEPEST) -> list[set[bytes]]:
        """For each row the blind indexes of every identifier that stands in it or leads to it."""
        found = [self._own(collection, row) for row in rows]
        for reference in collection.references if depth else ():
            if not reference.same_person:
                continue
            above, name, field = reference.source
            parents = self._lookup(above, name, field, {text for row in rows if (text := key_text(row.get(reference.field)))})
            owners: dict[str, set[bytes]] = defaultdict(set)
            collection_above = self._resources.datamap.collection(above, name)
            for parent, indexes in zip(parents, self.people(collection_above, parents, depth - 1), strict=True):
                owners[str(key_text(parent[field]))] |= indexes
            for row, mine in zip(rows, found, strict=True):
                mine.update(owners.get(str(key_text(row.get(reference.field))), set()))
        return found

    def led_from(self, rule: SourceRule) -> list[str]:
        """Fields by which other rows hang on the rows of a collection."""
        every = (each for system in self._resources.datamap.systems for each in system.collections)
        sources = (reference.source for child in every for reference in child.references)
        return [field for system, name, field in sources if (system, name) == (rule.system, rule.collection.name)]

    def unchanged(self, rule: SourceRule, rows: Rows) -> list[Mapping[str, Any]]:
        """Those of some rows that still hold what their period was counted from: somebody may have written right now."""
        key = rule.collection.primary_key
        keys = {text for row in rows if (text := key_text(row[key[0]]))}
        there = self._lookup(rule.system, rule.collection.name, key[0], keys)
        now = {tuple(key_text(row[name]) for name in key): key_text(row[rule.field]) for row in there}
        return [row for row in rows if now.get(tuple(key_text(row[name]) for name in key), "") == key_text(row[rule.field])]

    def erase(self, system: str, collection: Collection, rows: Rows, how: Ending) -> int:
        """Carry out an action on rows; before rows are deleted, what hangs on them and has the same period goes too."""
        connector, changed = self._systems.connector(system), 0
        if how.action is ErasureAction.DELETE:
            for below, child, way, source in self._hanging_on(system, collection):
                keys = {text for row in rows if (text := key_text(row.get(source)))}
                found = self._lookup(below, child.name, way, keys)
                if found and child.erasure.action is not ErasureAction.RETAIN:
                    self.erase(below, child, found, Ending(child.erasure.action, child.erasure.fields, (way,)))
        for start in range(0, len(rows), connector.most_keys):
            some = rows[start : start + connector.most_keys]
            change = Change(action=how.action, rows=some, ways=how.ways, fields=how.fields, pseudonym=_drawn)
            changed += connector.erase(collection, change)
        return changed

    def _hanging_on(self, system: str, collection: Collection) -> Iterator[tuple[str, Collection, str, str]]:
        for other in self._resources.datamap.systems:
            for child in other.collections:
                ends_with_it = child.retention == collection.retention and not (child.retention_from and child.sweep)
                if not ends_with_it or not self._systems.connector(other.name).erases:
                    continue  # it has a period of its own, or only a person can take it away
                for reference in child.references:
                    above, name, field = reference.source
                    if (above, name) == (system, collection.name) and reference.same_person:
                        yield other.name, child, reference.field, field

    def _lookup(self, system: str, name: str, field: str, keys: set[str]) -> list[dict[str, Any]]:
        connector, collection = self._systems.connector(system), self._resources.datamap.collection(system, name)
        found: list[dict[str, Any]] = []
        names, ordered = connector.fields(collection), sorted(keys)
        for start in range(0, len(ordered), connector.most_keys):
            lookup = Lookup(field=field, keys=ordered[start : start + connector.most_keys])
            for batch in connector.search(collection, lookup):
                found += [dict(zip(names, row, strict=True)) for row in batch]
        return found

    def _own(self, collection: Collection, row: Mapping[str, Any]) -> set[bytes]:
        found = set()
        for field, kind in collection.identities.items():
            if text := key_text(row.get(field)):
                try:
                    found.add(self._index(kind, text))
                except InvalidInputError:
                    continue  # nobody can have asked under something that is no address
        return found

    def _index(self, kind: str, value: str) -> bytes:
        vault = self._resources.vault
        if kind == "email":
            return vault.index_email(value)
        return vault.index_phone(value) if kind == "phone" else vault.index_id(kind, value)


def _drawn(_value: str) -> str:
    """In the place of a value: random, so that it leads back to nobody."""
    return secrets.token_hex(_PSEUDONYM_BYTES)
