"""One search of the controller's systems for one person: wave by wave along the data map, each collection asked once.

Serves Article 15 and the rules I2 and I4 of the security specification: only keys that were proven, only references marked
`same_person`, only rows that really match lead on. A system that is down stops nobody else: what depends on it fails with
it, everything else is finished and recorded.

Next: activities/search.py
"""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from uuid import UUID

from activities.found_keys import Keys
from activities.matching import Way
from activities.search import Search
from activities.search_receipts import Outcome, Receipts, key_macs
from activities.systems.base import Connector, SystemUnreachableError
from activities.systems.registry import Systems
from adapters.collected import CollectedCollection
from adapters.resources import Resources
from adapters.row_text import key_text
from domain.datamap import ByIdentity, ByReference, Plan, Step
from domain.erasure import fields_needed
from domain.errors import SystemFailedError
from domain.portability import portable_fields
from domain.traversal import Place


class _UpstreamError(Exception):
    """A collection cannot be searched, because one that leads to it failed."""


@dataclass(frozen=True)
class Assignment:
    """What to search for.

    Args:
        case_id: whose request it is.
        run: number of the search; 0 is the copy of short-lived collections.
        plan: made for the kinds of identifier at hand.
        identifiers: by kind, the values that may be used.
        systems: the systems to search; others only give what they gave before.
        left_out: systems that nobody will search by program; a way that starts there is no way.
        snapshots: copies taken at receipt, by place.
        erasing: only what an erasure needs of each row is read and sealed.
        portable: only the fields of a portable copy are read (Article 20).
        known: for a look after an erasure: what was found before it, whose keys are asked for once more. What led to a row
            may be gone, and the row still there.
    """

    case_id: UUID
    run: int
    plan: Plan
    identifiers: Mapping[str, list[str]]
    systems: frozenset[str]
    left_out: frozenset[str] = frozenset()
    snapshots: Mapping[Place, CollectedCollection] = field(default_factory=dict)
    erasing: bool = False
    portable: bool = False
    known: Mapping[Place, CollectedCollection] = field(default_factory=dict)


class Traversal:
    """Carries out an assignment once; afterwards it knows how each system fared.

    Args:
        resources: opened once by the worker.
        systems: the connectors.
        assignment: what to search for.
    """

    def __init__(self, resources: Resources, systems: Systems, assignment: Assignment) -> None:
        self._resources = resources
        self._systems = systems
        self._assignment = assignment
        self._vault = resources.vault.case(assignment.case_id)
        self._receipts = Receipts(resources, assignment.case_id, assignment.run)
        self._leads: dict[tuple[str, str, str], Keys] = {}
        self._connectors: dict[str, Connector] = {}
        self._lost: set[Place] = set()  # collections whose keys are missing because their search failed
        self._down: set[str] = set()
        self.rows: dict[str, int] = {}
        self.failures: dict[str, str] = {}

    def run(self) -> None:
        """Search everything that can be searched. Failures of systems are in `failures`, not raised."""
        try:
            for wave in self._assignment.plan.waves:
                self._run_wave([step for step in wave if step.system in self._assignment.systems])
            for place in self._assignment.plan.unreachable:
                if place.system in self._assignment.systems:
                    self._receipts.add(Outcome.nothing((place.system, place.collection), "unreachable", place.reason, _now()))
        finally:
            self._receipts.flush()

    def _run_wave(self, wave: Iterable[Step]) -> None:
        """Systems side by side, the collections of one system one after the other."""
        groups = [list(steps) for _, steps in groupby(sorted(wave, key=_system), key=_system)]
        if len(groups) < 2:  # noqa: PLR2004 (nothing to do side by side)
            for steps in groups:
                self._run_system(steps)
            return
        with ThreadPoolExecutor(len(groups), thread_name_prefix="search") as threads:
            list(threads.map(self._run_system, groups))

    def _run_system(self, steps: Iterable[Step]) -> None:
        for step in steps:
            place = (step.system, step.collection)
            try:
                self._run_step(step, place)
            except SystemUnreachableError:
                self._down.add(step.system)  # its other collections are not worth a timeout each
                self._fail(place, "unreachable")
            except SystemFailedError as failure:
                self._fail(place, str(failure.facts.get("reason", "refused")))
            except _UpstreamError:
                self._fail(place, "upstream")

    def _run_step(self, step: Step, place: Place) -> None:
        started = _now()
        ways = self._ways(step)
        mark = self._connector(step.system).mark
        if not ways:
            self._receipts.add(Outcome.nothing(place, "unreachable", "left_out", started))
            return
        keys = key_macs(self._vault, ways) + ([self._vault.receipt_mac("scope", mark)] if mark else [])
        if (found := self._receipts.find(place)) and list(found.keys) == keys and not self._needs_masked(step):
            self._count(step.system, found.rows)
            return
        if step.system in self._down:
            raise SystemUnreachableError(step.system)
        search = self._search(step)
        if not step.wanted:
            self._remember(place, search.follow(ways))
            return
        result = search.keep(ways, self._assignment.snapshots.get(place))
        self._remember(place, result.leads)
        self._count(step.system, result.rows)
        self._receipts.add(Outcome(place, "searched", keys, started, result.content, result.rows, result.doubtful))

    def _search(self, step: Step) -> Search:
        connector = self._connector(step.system)
        collection = self._resources.datamap.collection(step.system, step.collection)
        place = f"{step.system}.{step.collection}."
        known_by = {each.known_by for each in self._resources.datamap.recipients if each.known_by}
        theirs = [target.removeprefix(place) for target in known_by if target.startswith(place)]  # read before our rows go
        erasing = self._assignment.erasing
        only = fields_needed(collection, step, theirs) if erasing else None
        if self._assignment.portable and step.wanted and not connector.has_files:
            only = portable_fields(collection, step)
        return Search(connector, collection, step.leads_to, self._vault, self._resources.blobs, only, erasing=erasing)

    def _ways(self, step: Step) -> list[Way]:
        ways = [way for each in step.ways if (way := self._way(each)) is not None]
        collection = self._resources.datamap.collection(step.system, step.collection)
        if agreed := self._connector(step.system).agreed(collection):
            ways.append(Way(agreed[0], Keys(agreed[1])))
        return ways

    def _connector(self, system: str) -> Connector:
        if system not in self._connectors:
            self._connectors[system] = self._systems.connector(system).of_case(self._resources, self._assignment.case_id)
        return self._connectors[system]

    def _way(self, way: ByIdentity | ByReference) -> Way | None:
        """A way with its keys; None when it starts in a system that is left out and gave nothing before."""
        if isinstance(way, ByIdentity):
            return Way(way.field, Keys(self._assignment.identifiers.get(way.kind, ())), way.kind)
        place, source = (way.from_system, way.from_collection), (way.from_system, way.from_collection, way.from_field)
        if place in self._lost:
            raise _UpstreamError
        if source not in self._leads:
            found = self._receipts.find(place)
            if found is None and way.from_system in self._assignment.left_out:
                return None
            if found is None:
                raise _UpstreamError
            keys = Keys()
            _read(found, way.from_field, keys)
            self._remember(place, {way.from_field: keys})  # only now: another thread may look for it
        return Way(way.field, self._leads[source])

    def _needs_masked(self, step: Step) -> bool:
        """Whether later searches need values that the sealed rows do not show, so that they cannot be read from there."""
        fields = self._resources.datamap.collection(step.system, step.collection).fields
        return not self._assignment.erasing and any(fields[name].masked for name in step.leads_to)

    def _remember(self, place: Place, leads: Mapping[str, Keys]) -> None:
        for name, keys in leads.items():
            if place in self._assignment.known:
                _read(self._assignment.known[place], name, keys)
            self._leads[*place, name] = keys

    def _count(self, system: str, rows: int) -> None:
        self.rows[system] = self.rows.get(system, 0) + rows

    def _fail(self, place: Place, reason: str) -> None:
        self._lost.add(place)
        if self.failures.get(place[0]) in {None, "upstream"}:
            self.failures[place[0]] = reason
        if self._receipts.find(place) is None:  # what was found before stands
            self._receipts.add(Outcome.nothing(place, "failed", reason, _now()))


def _read(found: CollectedCollection, field: str, keys: Keys) -> None:
    if found.rows:
        for batch in found.column(field):
            keys.update(map(key_text, batch))


def _system(step: Step) -> str:
    return step.system


def _now() -> datetime:
    return datetime.now(UTC)
