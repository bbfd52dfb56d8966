"""Makes an erasure plan from a look: what happens to each collection, in order, with samples for whoever approves it.

Serves Articles 17 and 19. Samples and the ids under which recipients know the person are sealed with the case's key; what is
in clear are names of collections, counts, grounds, dates and keyed hashes.

Next: activities/erasure_run.py
"""

import itertools
import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from activities.erasure_look import Look
from activities.systems.base import Connector, Lookup, SystemUnreachableError
from activities.systems.registry import Systems
from adapters.case_vault import CaseVault
from adapters.collected import CollectedCollection
from adapters.resources import Resources
from adapters.row_text import key_text, plain
from domain.datamap import Collection, ErasureAction, Step, System
from domain.datamap_parts import RecipientKind
from domain.erasure import Edit, Entry, ErasurePlan, addressed, edited, grounded, in_order, is_root, kept_until
from domain.errors import SystemFailedError
from domain.regimes import zone_of

SAMPLE_ROWS = 3
_HIDDEN = {None, "", "0", "false", "False", "f", "no"}
_MOST_IDS = 20  # of one recipient; more than one is already rare


class PlanMaker:
    """Makes the plan of one case from one look.

    Args:
        resources: opened once by the worker.
        systems: the connectors.
        case_id: the case.
        found: the look.
        now: UTC.
    """

    def __init__(self, resources: Resources, systems: Systems, case_id: UUID, found: Look, now: datetime) -> None:
        self._resources = resources
        self._systems = systems
        self._case_id = case_id
        self._look = found
        self._vault = resources.vault.case(case_id)
        self._today = local_day(resources, now)

    def plan(self, keys: Sequence[UUID], edits: Sequence[Edit]) -> ErasurePlan:
        """The plan, children before parents."""
        decided = [edited(self._entry(step), edits) for step in in_order(self._look.plan)]
        entries = tuple(grounded(one, self._resources.datamap.collection(*one.place).lawful_basis) for one in decided)
        return ErasurePlan(
            case_id=self._case_id,
            datamap=self._resources.datamap.hash,
            keys=tuple(sorted(keys)),
            entries=entries,
            addressees=addressed(self._addressees(entries)),
        )

    def sealed(self, plan: ErasurePlan, *, samples: bool = True) -> dict[str, Any]:
        """What is shown of the rows, and the ids under which addressees know the person; to be sealed."""
        shown = [entry for entry in plan.entries if samples and entry.rows and not entry.by_hand]
        rows = {".".join(entry.place): self._sample(entry) for entry in shown}
        wanted = {addressee.recipient for addressee in plan.addressees}
        ids = {name: found for name in wanted if (found := self._ids_at(name))}
        return {"samples": rows, "ids": ids}

    def _entry(self, step: Step) -> Entry:
        collection = self._resources.datamap.collection(step.system, step.collection)
        found = self._look.found.get((step.system, step.collection))
        erasure, rows = collection.erasure, found.rows if found else 0
        kept = erasure.action is ErasureAction.RETAIN
        return Entry(
            system=step.system,
            collection=step.collection,
            action=erasure.action,
            rows=rows,
            doubtful=found.doubtful if found else 0,
            keys=self._keys(step, found.names) if found and rows and found.names else None,
            by_hand=found is None or self._by_hand(step.system, erasure.action),
            ground=erasure.ground,
            until=kept_until(erasure, _last_day(found), self._today) if kept and (rows or found is None) else None,
            before=bool(found and rows and has_to_be_done_before(collection, found)),
            root=is_root(step),
            public=bool(found and rows and not kept and is_public(collection, found)),
        )

    def _by_hand(self, system: str, action: ErasureAction) -> bool:
        connector = self._connector(system)
        if connector is None or connector.by_hand:
            return True
        return action is not ErasureAction.RETAIN and not connector.erases

    def _connector(self, system: str) -> Connector | None:
        try:
            return self._systems.connector(system)
        except SystemFailedError:
            return None

    def _keys(self, step: Step, names: str) -> str:
        return self._vault.receipt_mac(f"erasure:{step.system}.{step.collection}", names)

    def _addressees(self, entries: Sequence[Entry]) -> Iterator[tuple[str, RecipientKind]]:
        for entry in entries:
            if entry.kept or not (entry.rows or entry.by_hand):
                continue
            for recipient in self._resources.datamap.recipients_of(*entry.place):
                if recipient.own_copy and not recipient.occasional:
                    yield recipient.id, recipient.kind

    def _ids_at(self, name: str) -> list[str]:
        known_by = self._resources.datamap.recipient(name).known_by
        if known_by is None:
            return []
        system, collection, field = known_by.split(".")
        found = self._look.found.get((system, collection))
        if found is None or not found.rows or field not in found.fields:
            return []
        values = (key_text(row[field]) for row in found.records())
        return list(itertools.islice(dict.fromkeys(value for value in values if value is not None), _MOST_IDS))

    def _sample(self, entry: Entry) -> list[dict[str, Any]]:
        """A few whole rows, masked as in any answer; nothing where the system is away just now."""
        connector, found = self._connector(entry.system), self._look.found.get(entry.place)
        if connector is None or found is None:
            return []
        collection = self._resources.datamap.collection(*entry.place)
        first = list(itertools.islice(found.records(), SAMPLE_ROWS))
        names = key_fields(collection, found)
        if "path" in names or not collection.primary_key:
            return first  # a file's path says what it is
        wanted = {key_of(row, names) for row in first}
        lookup = Lookup(names[0], [text for row in first if (text := key_text(row[names[0]])) is not None])
        try:
            rows = (row for batch in connector.search(collection, lookup) for row in batch)
            shown = (dict(zip(collection.fields, map(plain, row), strict=True)) for row in rows)
            return [row for row in shown if key_of(row, names) in wanted][:SAMPLE_ROWS]
        except (SystemFailedError, SystemUnreachableError):
            return first


def has_to_be_done_before(collection: Collection, found: CollectedCollection) -> bool:
    """Whether something of these rows is a person's task before anything is erased."""
    before = collection.erasure.before
    if before is None or before.field is None:
        return before is not None
    return any(key_text(row.get(before.field)) in before.values for row in found.records())


def is_public(collection: Collection, found: CollectedCollection) -> bool:
    """Whether others can see some of these rows."""
    shown = collection.shown_field
    return shown is not None and any(key_text(row.get(shown)) not in _HIDDEN for row in found.records())


def key_fields(collection: Collection, found: CollectedCollection) -> tuple[str, ...]:
    """The fields that name a row; of a file its path."""
    return collection.primary_key or tuple(name for name in found.fields if name == "path")


def key_of(row: dict[str, Any], fields: Sequence[str]) -> str:
    """What names a row, as one text."""
    return "\0".join(key_text(row[name]) or "" for name in fields)


def local_day(resources: Resources, now: datetime) -> date:
    """The day in the controller's own zone."""
    return now.astimezone(ZoneInfo(zone_of(resources.datamap.controller.country) or "UTC")).date()


def seal(vault: CaseVault, plan_id: UUID, content: dict[str, Any]) -> bytes:
    """Seal samples and ids for the plan's row."""
    return vault.seal("erasure_plan", "sealed", str(plan_id), json.dumps(content, ensure_ascii=False, default=str).encode())


def unseal(vault: CaseVault, plan_id: UUID, sealed: bytes) -> dict[str, Any]:
    """Read samples and ids."""
    content: dict[str, Any] = json.loads(vault.open("erasure_plan", "sealed", str(plan_id), sealed))
    return content


def titles(systems: Sequence[System], entry: Entry) -> tuple[str, str]:
    """What a person calls an entry's system and collection."""
    system = next(each for each in systems if each.name == entry.system)
    return system.title, next(each.title for each in system.collections if each.name == entry.collection)


def _last_day(found: CollectedCollection | None) -> date | None:
    return found.span[1] if found is not None and found.span is not None else None
