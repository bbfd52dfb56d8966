"""Carries one measure out: finds the person's rows, compares what they hold, changes each collection in one transaction.

Serves Articles 7(3), 16 and 18. Done twice it changes nothing more. What holds neither the old value nor the new one is left
alone, all of it: whoever approved it approved something else.

Next: activities/systems/base.py
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from activities.erasure_look import Look, look
from activities.measure_targets import Target
from activities.systems.base import Amendment, Connector, Lookup, SystemUnreachableError
from activities.systems.registry import Systems
from adapters.resources import Resources
from adapters.row_text import key_text
from domain.datamap import Collection
from domain.errors import SystemFailedError
from domain.traversal import Place

BATCH_ROWS = 1_000
Rows = Sequence[Mapping[str, object]]


class MeasureRun:
    """One attempt.

    Args:
        resources: opened once by the worker.
        systems: the connectors.
        case_id: the case.
        number: of the look that finds the rows, below 0.
        targets: the fields to change.
        skipped: systems that a caseworker left out.
    """

    def __init__(  # noqa: PLR0917 (one caller)
        self,
        resources: Resources,
        systems: Systems,
        case_id: UUID,
        number: int,
        targets: Sequence[Target],
        skipped: Sequence[str],
    ) -> None:
        self._resources = resources
        self._systems = systems
        self._case_id = case_id
        self.number = number
        self._targets = [target for target in targets if target.place[0] not in skipped]
        self.failed: dict[str, str] = {}
        self.touched: set[Place] = set()
        self.unreached: set[str] = set()  # systems in which nothing known of the person leads to what is to be changed
        self.rows = 0
        self.stale = False

    @property
    def empty(self) -> bool:
        """Whether programs looked for records to change, and nobody's are there."""
        looked = any(target.place[0] not in self.unreached for target in self._targets)
        return looked and not self.rows

    def examine(self, keys: Sequence[UUID]) -> int:
        """How many rows hold what is expected; 0 when any of the corrections finds none."""
        if not self._targets:
            return 1  # all of it is a person's work
        found = self._look(keys, None)
        holding: list[set[tuple[Place, tuple[str, ...]]]] = []
        for target in self._targets if not self.failed else ():
            with self._noting(target.place[0]):
                rows = self._holding(found, target, target.old)
                holding.append({(target.place, self._name(target.place, row)) for row in rows})
        # Two fields of one row are one record.
        return len(set().union(*holding)) if holding and all(holding) else 0

    def carry_out(self, keys: Sequence[UUID], named: Mapping[str, list[str]], at: datetime, *, released: bool) -> None:
        """Change what is to be changed. A system that fails stops nobody else; `failed` says which did.

        Args:
            keys: proven identifiers; none: the effect is limited to the addresses in `named`.
            named: by kind, the values to go by where nobody has to prove them.
            at: from when it holds.
            released: for a lifting: no other case restricts the person.
        """
        if not self._targets or not (keys or named):
            return
        found = self._look(keys, None if keys else named)
        if not self.failed and self._nothing_fits(found):
            self.stale = not self.failed
            return
        for place in dict.fromkeys(target.place for target in self._targets):
            if place[0] not in self.failed and (released or not any(target.to == "gone" for target in self._of(place))):
                with self._noting(place[0]):
                    self._change(found, place, at)

    def _look(self, keys: Sequence[UUID], named: Mapping[str, list[str]] | None) -> Look:
        only = {target.place for target in self._targets}
        found = look(self._resources, self._systems, self._case_id, self.number, keys, identifiers=named, only=only)
        self.failed |= found.failed
        return found

    def _of(self, place: Place) -> list[Target]:
        return [target for target in self._targets if target.place == place]

    def _nothing_fits(self, found: Look) -> bool:
        """Whether a correction finds neither what it expects nor what it would put there, or cannot be compared."""
        for target in self._targets:
            if target.to != "value":
                continue
            with self._noting(target.place[0]):
                if self._holding(found, target, target.old) or self._holding(found, target, target.new):
                    continue
            return True
        return False

    @contextlib.contextmanager
    def _noting(self, system: str) -> Iterator[None]:
        """Remember that a system failed, and go on with the others."""
        try:
            yield
        except SystemUnreachableError:
            self.failed[system] = "unreachable"
        except SystemFailedError as failure:
            self.failed[system] = str(failure.facts.get("reason", "refused"))

    def _change(self, found: Look, place: Place, at: datetime) -> None:
        connector, collection = self._systems.connector(place[0]), self._resources.datamap.collection(*place)
        step = next((step for step in found.plan.steps if (step.system, step.collection) == place), None)
        if step is None:
            self.unreached.add(place[0])
            return
        ways = tuple(dict.fromkeys(way.field for way in step.ways))
        amendments = []
        for target in self._of(place):
            rows = self._holding(found, target, target.old) if target.to == "value" else self._where(found, target)
            new = {"value": target.new, "now": at, "no": "no", "gone": None, "words": target.new}[target.to]
            anyway = target.to in {"no", "gone", "words"}
            amendments += [Amendment(batch, ways, target.field, target.old, new, whatever=anyway) for batch in _batches(rows)]
        connector.amend(collection, amendments)
        # Counted as they stand afterwards, so that an attempt that was interrupted counts the same.
        here = {self._name(place, row) for each in self._of(place) for row in self._done(found, each)}
        self.rows += len(here)
        if here:
            self.touched.add(place)

    def _found(self, found: Look, place: Place) -> Rows:
        collected = found.found.get(place)
        return list(collected.records()) if collected is not None and collected.rows else []

    def _done(self, found: Look, target: Target) -> Rows:
        return self._holding(found, target, target.new) if target.to == "value" else self._where(found, target)

    def _where(self, found: Look, target: Target) -> Rows:
        rows = self._found(found, target.place)
        for name, values in target.when.items() if rows else ():
            now = self._now(target.place, rows, name)
            rows = [row for row in rows if any(_same(now.get(self._name(target.place, row)), value) for value in values)]
        return rows

    def _holding(self, found: Look, target: Target, value: str | None) -> Rows:
        rows = self._found(found, target.place)
        now = self._now(target.place, rows, target.field) if rows else {}
        names = ((row, self._name(target.place, row)) for row in rows)
        return [row for row, name in names if name in now and _same(now[name], value)]

    def _name(self, place: Place, row: Mapping[str, object]) -> tuple[str, ...]:
        return tuple(key_text(row[field]) or "" for field in self._resources.datamap.collection(*place).primary_key)

    def _now(self, place: Place, rows: Rows, field: str) -> dict[tuple[str, ...], Any]:
        """What a field of these rows holds at this moment, by what names the row."""
        connector, collection = self._systems.connector(place[0]), self._resources.datamap.collection(*place)
        first, values = collection.primary_key[0], dict[tuple[str, ...], Any]()
        keys = list(dict.fromkeys(text for row in rows if (text := key_text(row[first])) is not None))
        for start in range(0, len(keys), connector.most_keys):
            some = keys[start : start + connector.most_keys]
            values |= _read(connector, collection, Lookup(first, some, only=_only(collection, field)))
        return values


def _only(collection: Collection, field: str) -> tuple[str, ...]:
    return tuple(name for name in collection.fields if name in {*collection.primary_key, field})


def _read(connector: Connector, collection: Collection, lookup: Lookup) -> dict[tuple[str, ...], Any]:
    at = [lookup.only.index(name) for name in collection.primary_key]
    (wanted,) = [place for place in range(len(lookup.only)) if place not in at] or at[:1]
    return {
        tuple(key_text(row[place]) or "" for place in at): row[wanted]
        for rows in connector.search(collection, lookup)
        for row in rows
    }


def _same(held: Any, text: str | None) -> bool:  # noqa: ANN401 (whatever a driver returns)
    """Whether a field holds what somebody wrote; yes and no, and 12.50, are written otherwise from one database to another."""
    if held is None or text is None:
        return held is None and text is None
    if not isinstance(held, bool | int | float | Decimal):
        return key_text(held) == text
    try:
        return Decimal(str(held + 0)) == Decimal({"true": "1", "false": "0"}.get(text, text))
    except InvalidOperation:
        return False


def _batches(rows: Rows) -> list[Rows]:
    return [rows[start : start + BATCH_ROWS] for start in range(0, len(rows), BATCH_ROWS)]
