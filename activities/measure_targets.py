"""Where a measure acts: from the data map to fields, systems that a person changes, and whoever is told (Articles 19, 28(3)).

Next: activities/measure_run.py
"""

import dataclasses
import json
from collections.abc import Collection as Group
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from activities.systems.registry import Systems
from adapters.database.tables import Note
from adapters.resources import Resources
from domain.datamap import Collection, DataMap, System, SystemKind
from domain.datamap_parts import Recipient, RecipientKind
from domain.erasure import Addressee, addressed
from domain.errors import SystemFailedError, UnknownObjectError
from domain.measure_standing import Measure
from domain.traversal import Place


@dataclass(frozen=True)
class Target:
    """One field to change.

    Args:
        place: system and collection.
        field: of it.
        to: a new text or None (a correction), an instant (`now`), switched off (`no`), emptied (`gone`), or the person's `words`.
        old: what a correction expects there.
        new: what it puts there.
        when: only rows in which each of these fields has one of its values.
    """

    place: Place
    field: str
    to: Literal["value", "now", "no", "gone", "words"]
    old: str | None = None
    new: str | None = None
    when: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)


def targets_of(resources: Resources, systems: Systems, case_id: UUID, measure: Measure) -> list[Target]:
    """The fields that programs change for a measure.

    Raises:
        UnknownObjectError: the note with the values is not this case's.
    """
    datamap = resources.datamap
    if measure.kind == "correct":
        every = [_correction(each) for each in corrections_of(resources, case_id, measure)]
    elif measure.kind == "withdraw":
        every = [
            Target((system.name, collection.name), each.field, each.to, when=each.when)
            for system, collection in _collections(datamap)
            for each in collection.withdrawals
            if each.purpose in measure.purposes
        ]
    else:
        every = [*_flags(datamap, measure), *_statements(resources, case_id, measure)]
    return [each for each in every if _amends(systems, each.place[0])]


def corrections_of(resources: Resources, case_id: UUID, measure: Measure) -> list[dict[str, Any]]:
    """The sealed values of a correction: system, collection, field, old, new.

    Raises:
        UnknownObjectError: the note is not this case's, or gone.
    """
    changes: list[dict[str, Any]] = json.loads(_note(resources, case_id, measure.changes))
    return changes


def _note(resources: Resources, case_id: UUID, named: UUID | None) -> str:
    with resources.database.read() as session:
        note = session.get(Note, named) if named else None
    if note is None or note.case_id != case_id:
        raise UnknownObjectError(note=str(named))
    return resources.vault.case(case_id).open("note", "text", str(note.id), note.text).decode()


def by_hand_of(datamap: DataMap, systems: Systems, measure: Measure) -> list[str]:
    """The systems in which a person has to do it."""
    if measure.kind == "correct":
        named = {place.split(".")[0] for place in measure.places}
        return sorted(name for name in named if not _amends(systems, name))
    done = {place[0] for place in _places(datamap, measure) if _amends(systems, place[0])}
    return sorted({system.name for system, collection in _collections(datamap) if _touches(collection, measure, system)} - done)


def addressees_of(datamap: DataMap, measure: Measure, touched: Group[Place]) -> tuple[Addressee, ...]:
    """Who is told: a processor is instructed, another recipient informed, each once."""
    return addressed(_recipients(datamap, measure, touched))


def receiving(datamap: DataMap, purposes: Group[str]) -> tuple[Addressee, ...]:
    """Who received data for one of these purposes and holds a copy of their own."""
    return addressed(
        (recipient.id, recipient.kind)
        for system, collection in _collections(datamap)
        if {collection.purpose, *collection.other_purposes} & {*purposes}
        for recipient in datamap.recipients_of(system.name, collection.name)
        if _is_told(recipient)
    )


def _recipients(datamap: DataMap, measure: Measure, touched: Group[Place]) -> Iterator[tuple[str, RecipientKind]]:
    for system, collection in _collections(datamap):
        place = (system.name, collection.name)
        if place in touched or (measure.kind != "correct" and _touches(collection, measure, system)):
            for recipient in datamap.recipients_of(*place):
                if _is_told(recipient):
                    yield recipient.id, recipient.kind


def _is_told(recipient: Recipient) -> bool:
    return recipient.own_copy and not recipient.occasional


def _correction(change: dict[str, Any]) -> Target:
    place = (str(change["system"]), str(change["collection"]))
    return Target(place, str(change["field"]), "value", old=change["old"], new=change["new"])


def _statements(resources: Resources, case_id: UUID, measure: Measure) -> Iterator[Target]:
    """Where the data map has a place for it, what the person says stands with the record that they dispute."""
    if measure.kind != "dispute" or measure.text is None:
        return
    for system, collection in _collections(resources.datamap):
        if collection.statement_field and _touches(collection, measure, system):
            words = _note(resources, case_id, measure.text)
            yield Target((system.name, collection.name), collection.statement_field, "words", new=words)


def _flags(datamap: DataMap, measure: Measure) -> Iterator[Target]:
    to: Literal["now", "gone"] = "gone" if measure.kind == "lift" else "now"
    for system, collection in _collections(datamap):
        place = (system.name, collection.name)
        if measure.purposes:  # an objection stops what it is about, and not the whole account
            stops = [each for each in collection.withdrawals if each.purpose in measure.purposes and each.to == "now"]
            yield from (Target(place, each.field, to, when=each.when) for each in stops)
            continue
        flag = collection.disputed_field if measure.kind == "dispute" else collection.restricted_field
        if flag and _touches(collection, measure, system):
            yield Target(place, flag, to)


def _places(datamap: DataMap, measure: Measure) -> set[Place]:
    if measure.kind != "withdraw":
        return {target.place for target in _flags(datamap, measure)}
    return {
        (system.name, collection.name)
        for system, collection in _collections(datamap)
        if any(each.purpose in measure.purposes for each in collection.withdrawals)
    }


def _touches(collection: Collection, measure: Measure, system: System) -> bool:
    """Whether a measure is about what stands in a collection."""
    place = f"{system.name}.{collection.name}"
    if measure.kind in {"correct", "dispute"}:
        return any(each == place or each.startswith(f"{place}.") for each in measure.places)
    purposes = {collection.purpose, *collection.other_purposes}
    return (not measure.purposes and measure.kind != "withdraw") or bool(purposes & {*measure.purposes})


def _collections(datamap: DataMap) -> Iterator[tuple[System, Collection]]:
    for system in datamap.systems:
        for collection in system.collections:
            if not collection.anonymous and system.kind is not SystemKind.HABEAS:
                yield system, collection


def _amends(systems: Systems, name: str) -> bool:
    try:
        return systems.connector(name).amends
    except SystemFailedError:
        return True  # misconfigured: the run says so
