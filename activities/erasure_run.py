"""Carries out an approved erasure plan: collection by collection, children first, a batch in one transaction.

Serves Article 17. Which rows is settled once, by a look right before the first of them goes; from then on these rows are erased
and no others, however often the work is interrupted. How far it came is written down at least once a second, and what was done
since is done again, which changes nothing.

Next: activities/erasure_after.py
"""

import itertools
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from activities.erasure_look import try_again
from activities.systems.base import Change, Connector, SystemUnreachableError
from activities.systems.registry import Systems
from adapters.collected import CollectedCollection
from adapters.database.erasure_tables import ErasureStepRow
from adapters.resources import Resources
from domain.datamap import ErasureAction
from domain.erasure import Entry, ErasurePlan
from domain.errors import SystemFailedError
from domain.traversal import Place, Step

BATCH_ROWS = 5_000  # long enough that round trips cost nothing, short enough that nobody waits for its locks
WRITE_DOWN_SECONDS = 1.0


@dataclass
class _Progress:
    position: int = 0
    changed: int = 0
    done: bool = False


class ErasureRun:
    """One attempt to carry out a plan.

    Args:
        resources: opened once by the worker.
        systems: the connectors.
        plan_id: of the plan's row.
        plan: the approved plan.
        steps: of the traversal, for the fields that led to the rows.
        rows: by place, the rows that were settled on.
    """

    def __init__(  # noqa: PLR0917 (one caller)
        self,
        resources: Resources,
        systems: Systems,
        plan_id: UUID,
        plan: ErasurePlan,
        steps: Sequence[Step],
        rows: Mapping[Place, CollectedCollection],
    ) -> None:
        self._resources = resources
        self._systems = systems
        self._plan_id = plan_id
        self._plan = plan
        self._ways = {(step.system, step.collection): _fields_of_ways(step) for step in steps}
        self._rows = rows
        self._vault = resources.vault.case(plan.case_id)
        self._progress = self._read()
        self._written = time.monotonic()
        self.failed: dict[str, str] = {}

    def run(self, skipped: Sequence[str] = ()) -> None:
        """Erase what is left to erase. A system that fails stops nobody else; `failed` says which did.

        Raises:
            SystemUnreachableError: a system did not answer and has attempts left; everything else is done.
        """
        try:
            for entry in self._plan.entries:
                if not (entry.kept or entry.by_hand or entry.system in self.failed or entry.system in skipped):
                    self._erase_or_fail(entry)
        finally:
            self._write_down()
        try_again(self._resources, self.failed)

    def _erase_or_fail(self, entry: Entry) -> None:
        try:
            self._erase(entry)
        except SystemUnreachableError:
            self.failed[entry.system] = "unreachable"
        except SystemFailedError as failure:
            self.failed[entry.system] = str(failure.facts.get("reason", "refused"))

    def _erase(self, entry: Entry) -> None:
        found, progress = self._rows.get(entry.place), self._progress.setdefault(entry.place, _Progress())
        if found is None or progress.done:
            return
        connector = self._systems.connector(entry.system)
        rows = found.records(progress.position)
        while batch := list(itertools.islice(rows, min(BATCH_ROWS, connector.most_keys))):
            progress.changed += self._change(connector, entry, batch)
            progress.position += len(batch)
            if time.monotonic() - self._written >= WRITE_DOWN_SECONDS:
                self._write_down()
        progress.done = True

    def _change(self, connector: Connector, entry: Entry, batch: Sequence[Mapping[str, object]]) -> int:
        collection = self._resources.datamap.collection(*entry.place)
        place = ".".join(entry.place)
        change = Change(
            action=entry.action,
            rows=batch,
            ways=self._ways[entry.place],
            fields=collection.erasure.fields if entry.action is not ErasureAction.DELETE else (),
            # The same for the same value, so that figures still add up; dead with the case's key, so that it leads nowhere.
            pseudonym=lambda value: self._vault.receipt_mac(f"pseudonym:{place}", value),
        )
        return connector.erase(collection, change)

    def _read(self) -> dict[Place, _Progress]:
        with self._resources.database.read() as session:
            places = {entry.place: session.get(ErasureStepRow, (self._plan_id, *entry.place)) for entry in self._plan.entries}
        return {
            place: _Progress(row.position, row.changed, row.done_at is not None)
            for place, row in places.items()
            if row is not None
        }

    def _write_down(self) -> None:
        try:
            self._write_steps()
        except IntegrityError:  # another attempt, thought dead, wrote a first row at the same moment: now it is there
            self._write_steps()
        self._written = time.monotonic()

    def _write_steps(self) -> None:
        now = datetime.now(UTC)
        with self._resources.database.write() as session:
            for (system, collection), progress in self._progress.items():
                row = session.get(ErasureStepRow, (self._plan_id, system, collection))
                row = row or ErasureStepRow(plan=self._plan_id, system=system, collection=collection)
                row.position, row.changed = progress.position, progress.changed
                row.done_at = row.done_at or (now if progress.done else None)
                session.add(row)


def _fields_of_ways(step: Step) -> tuple[str, ...]:
    return tuple(dict.fromkeys(way.field for way in step.ways))
