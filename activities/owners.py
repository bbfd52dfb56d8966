"""Whose an identifier is: the names that stand in the records under it, for whoever has to say whether it is the person's.

Read are the names alone, of the collections that are searched by such an identifier; they are kept as a sealed note of the
case, also where they are a stranger's: that is what the decision rests on (Articles 5(1)(f), 5(2), 32).
Next: api/console/cases/key_cards.py
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final
from uuid import uuid5

from temporalio import activity

from activities.failures import translated
from activities.found_keys import Keys
from activities.heartbeat import beating
from activities.matching import Sieve, Way
from activities.systems.base import Lookup, SystemUnreachableError
from activities.systems.registry import Systems
from adapters.database.tables import CaseIdentifierRow, Note
from adapters.resources import Resources
from adapters.row_text import key_text
from domain.datamap import Collection
from domain.errors import SystemFailedError
from domain.owners import FindOwners, FoundOwner, FoundOwners

MOST_NAMES: Final = 5  # whoever has more is looked up by hand
_REACHES: Final = frozenset({"email", "phone"})


class Owners:
    """Looks whose an identifier is.

    Args:
        resources: opened once by the worker.
        systems: the connectors.
    """

    def __init__(self, resources: Resources, systems: Systems) -> None:
        self._resources = resources
        self._systems = systems

    @activity.defn
    @translated
    def find_owners(self, message: FindOwners) -> FoundOwners:
        """Look once, at each identifier; done twice it writes the same note."""
        with self._resources.database.read() as session:
            rows = [session.get(CaseIdentifierRow, key) for key in message.identifiers]
        with beating():
            return FoundOwners(found=[self._owner(row) for row in rows if row and row.case_id == message.case_id and row.value])

    def _owner(self, row: CaseIdentifierRow) -> FoundOwner:
        vault = self._resources.vault.case(row.case_id)
        value = vault.open("case_identifier", "value", str(row.id), row.value or b"").decode()
        names: dict[tuple[str, str], None] = {}
        records, failed = 0, False
        for title, system, collection in self._places(row.kind):
            try:
                for name in self._names(system, collection, row.kind, value):
                    records += 1
                    if name and len(names) < MOST_NAMES:
                        names[title, name] = None
            except (SystemFailedError, SystemUnreachableError):
                failed = True
        if not names:
            return FoundOwner(identifier=row.id, records=records, failed=failed)
        note = Note(id=uuid5(row.id, "owner"), case_id=row.case_id, author="system", text=b"", created_at=datetime.now(UTC))
        note.text = vault.seal("note", "text", str(note.id), json.dumps([*names], ensure_ascii=False).encode())
        with self._resources.database.write() as session:
            session.merge(note)
        return FoundOwner(identifier=row.id, records=records, note=note.id, failed=failed)

    def _places(self, kind: str) -> Iterator[tuple[str, str, Collection]]:
        for system in self._resources.datamap.systems:
            for collection in system.collections:
                if kind in collection.identities.values() and named(collection):
                    yield collection.title, system.name, collection

    def _names(self, system: str, collection: Collection, kind: str, value: str) -> Iterator[str]:
        """The name in each record that holds the identifier; empty where the record has none."""
        connector = self._systems.connector(system)
        if connector.by_hand or connector.imported:
            return
        names = named(collection)
        for field in (name for name, of in collection.identities.items() if of == kind):
            sieve = Sieve(Way(field, Keys([value]), kind), [value], at=0)
            for batch in connector.search(collection, Lookup(field, [value], kind=kind, only=(field, *names))):
                mine, _ = sieve.part(batch)
                yield from (next((text for each in row[1:] if (text := key_text(each))), "") for row in mine)


def named(collection: Collection) -> tuple[str, ...]:
    """The fields that hold the name of whoever a record is about: of the kind of data by which the person is reached."""
    reached = {collection.fields[field].category for field, kind in collection.identities.items() if kind in _REACHES}
    return tuple(
        name
        for name, field in collection.fields.items()
        if (name == "name" or name.endswith("_name")) and name not in collection.identities
        if not field.masked and not field.third_party and (not reached or field.category in reached)
    )
