"""Which values of a person could be corrected: what the systems hold of them now, for whoever proposes a correction (Article 16).

Only the fields that may be corrected are read, each value once with the number of its records; what a program cannot correct it
does not read. Next: activities/measures.py
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from activities.erasure_look import forget, look
from activities.systems.base import Connector, Lookup
from activities.systems.registry import Systems
from adapters.collected import CollectedCollection
from adapters.correctable_values import HeldValue, HeldValues
from adapters.resources import Resources
from adapters.row_text import key_text
from domain.datamap import Collection
from domain.errors import SystemFailedError

MOST_VALUES: Final = 100  # different ones of one field: nobody chooses from more, and whoever knows another types it
LONGEST_VALUE: Final = 1_000  # characters; what is longer is a text, and a text is supplemented rather than corrected
MOST_NAMES: Final = 20  # records of one value that are named: whoever approves reads them one by one
_RUN: Final = -2_000_000  # below the looks of erasures, of measures and of transfers


def correctable_now(resources: Resources, systems: Systems, case_id: UUID, number: int, keys: Sequence[UUID]) -> HeldValues:
    """Look what could be corrected.

    Args:
        resources: opened once by the worker.
        systems: the connectors.
        case_id: the case.
        number: of the look.
        keys: the identifiers that lead to the person's rows.

    Raises:
        SystemUnreachableError: a system did not answer and has attempts left.
    """
    places = {
        (system.name, collection.name): collection
        for system in resources.datamap.systems
        for collection in system.collections
        if collection.correctable and _amends(systems, system.name)
    }
    found = look(resources, systems, case_id, _RUN - number, keys, only=places.keys())
    values, cut, failed = list[HeldValue](), list[str](), set(found.failed)
    for place, collection in places.items():
        rows = found.found.get(place)
        if rows is None or not rows.rows or place[0] in failed:
            continue
        try:
            counted, named = _counted(systems.connector(place[0]), collection, rows)
        except SystemFailedError:
            failed.add(place[0])
            continue
        for field, of in counted.items():
            short = [(value, number) for value, number in of.most_common() if len(value or "") <= LONGEST_VALUE]
            values += [
                HeldValue(*place, field, value, number, tuple(named[field, value])) for value, number in short[:MOST_VALUES]
            ]
            if len(of) > len(short[:MOST_VALUES]):
                cut.append(f"{place[0]}.{place[1]}.{field}")
    forget(resources, case_id, _RUN - number)
    return HeldValues(datetime.now(UTC), tuple(values), tuple(cut), tuple(sorted(failed)))


def _amends(systems: Systems, name: str) -> bool:
    try:
        return systems.connector(name).amends
    except SystemFailedError:
        return False  # misconfigured: whoever carries a correction out there is told so


def _counted(
    connector: Connector, collection: Collection, rows: CollectedCollection
) -> tuple[dict[str, Counter[str | None]], dict[tuple[str, str | None], list[tuple[str, ...]]]]:
    """By field, how many of the person's records hold which value, and the names of the first of these."""
    first, mine = collection.primary_key[0], {_name(collection, row) for row in rows.records()}
    keys = list(dict.fromkeys(name[0] for name in mine))
    only = tuple(name for name in collection.fields if name in {*collection.primary_key, *collection.correctable})
    counted = {field: Counter[str | None]() for field in collection.correctable}
    named = defaultdict[tuple[str, str | None], list[tuple[str, ...]]](list)
    for some in _batches(keys, connector.most_keys):
        for batch in connector.search(collection, Lookup(first, some, only=only)):
            for row in batch:
                held = dict(zip(only, row, strict=True))
                if (name := _name(collection, held)) not in mine:
                    continue
                for field, of in counted.items():
                    value = key_text(held[field])
                    of[value] += 1
                    if of[value] <= MOST_NAMES:
                        named[field, value].append(name)
    return counted, named


def _name(collection: Collection, row: dict[str, object]) -> tuple[str, ...]:
    return tuple(key_text(row[field]) or "" for field in collection.primary_key)


def _batches(keys: list[str], size: int) -> Iterator[list[str]]:
    return (keys[start : start + size] for start in range(0, len(keys), size))
