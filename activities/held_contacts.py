"""Which contacts the systems hold of a person, and what that says about who asks (`security.md` I3, I5, I6; Article 12(6)).

Read from the rows that a search found, so no system is asked again. A contact that is new to the case becomes an identifier of
it: told of the request, never a search key. A contact that was changed lately, or silence of two years, is a doubt; a source
that cannot say when a contact was changed is none (I1). Next: workflows/holders.py
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from sqlmodel import select

from adapters.collected import CollectedCollection
from adapters.contact_changes import changed_lately
from adapters.database.identifiers import identifier_row
from adapters.database.tables import CaseIdentifierRow
from adapters.resources import Resources
from adapters.row_text import key_text
from domain.datamap import Collection
from domain.errors import InvalidInputError
from domain.identity import CHANGED_LATELY, LONG_SILENCE, Doubt
from domain.messages import HeldContacts, ReceivedIdentifier

_KINDS = ("email", "phone")
_MOST = 20  # contacts of one person; whoever has more is no ordinary person
_MOST_ROWS = 1_000  # of one collection: contacts stand in rows of which people have few


def held_contacts(resources: Resources, case_id: UUID, collections: Iterable[CollectedCollection], now: datetime) -> HeldContacts:
    """The contacts that stand in the rows found, with rows in the case; asked again, the same are found."""
    found: dict[tuple[str, str], bool] = {}
    doubts: set[Doubt] = set()
    seen: list[datetime] = []
    for each in collections:
        if each.state != "searched" or not each.rows:
            continue
        collection = resources.datamap.collection(each.system, each.name)
        named = [(name, kind) for name, kind in collection.identities.items() if kind in _KINDS and name in each.fields]
        if not named and collection.contact_changed_field is None and collection.active_at_field is None:
            continue
        for row in itertools.islice(each.records(), _MOST_ROWS):
            changed = _instant(row.get(collection.contact_changed_field or ""))
            recent = changed is not None and now - changed < CHANGED_LATELY
            doubts |= {Doubt.CONTACT_CHANGED} if recent else set()
            seen += [at for at in (_instant(row.get(collection.active_at_field or "")),) if at]
            for kind, value in _contacts(collection, row, named):
                if len(found) < _MOST or (kind, value) in found:
                    found[kind, value] = found.get((kind, value), recent) and recent
    if seen and now - max(seen) > LONG_SILENCE:
        doubts.add(Doubt.LONG_SILENCE)
    if _moved_here(resources, case_id, now):
        doubts.add(Doubt.CONTACT_CHANGED)
    written = _written(resources, case_id, found, now)
    return HeldContacts(
        found=[ReceivedIdentifier(identifier=key, kind=kind) for key, (kind, _) in written.items()],
        recent=[key for key, contact in written.items() if found[contact]],
        doubts=sorted(doubts),
    )


def _moved_here(resources: Resources, case_id: UUID, now: datetime) -> bool:
    """Whether an address of the case became the person's by a correction, a short while ago."""
    with resources.database.read() as session:
        indexes = session.exec(select(CaseIdentifierRow.value_index).where(CaseIdentifierRow.case_id == case_id)).all()
        return changed_lately(session, indexes, now)


def _contacts(collection: Collection, row: Mapping[str, Any], named: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for name, kind in named:
        text = key_text(row.get(name))
        if text and not collection.fields[name].third_party:
            yield kind, text


def _written(
    resources: Resources, case_id: UUID, contacts: Iterable[tuple[str, str]], now: datetime
) -> dict[UUID, tuple[str, str]]:
    """The contacts by identifier of the case, each written once, whatever its spelling."""
    vault = resources.vault
    known: dict[UUID, tuple[str, str]] = {}
    with resources.database.write() as session:
        rows = session.exec(select(CaseIdentifierRow).where(CaseIdentifierRow.case_id == case_id)).all()
        indexes = {(row.kind, row.value_index): row.id for row in rows}
        for kind, value in contacts:
            try:
                row = identifier_row(vault, case_id, kind, value, added_by="system", now=now, key=None)
            except InvalidInputError:
                continue  # what stands there is no address; nobody can be told at it
            key = indexes.get((kind, row.value_index))
            if key is None:
                key = uuid5(case_id, f"held/{kind}/{row.value_index.hex()}")
                session.add(identifier_row(vault, case_id, kind, value, added_by="system", now=now, key=key))
                indexes[kind, row.value_index] = key
            known.setdefault(key, (kind, value))
    return known


def _instant(value: object) -> datetime | None:
    if value is None:
        return None
    try:
        instant = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
