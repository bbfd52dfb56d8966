"""Sweeps of the controller's own collections by the periods of its data map: look, and on a privacy lead's word carry out.

A person with an open case, a complaint or a hold is left alone, and a system that is frozen as evidence of a breach as a whole.
Looked at again row by row when it is carried out. Of what goes nothing is written down but how much.

Next: activities/source_rows.py
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any
from uuid import UUID

from sqlmodel import col, update

from activities.inactive_accounts import InactiveAccounts
from activities.source_rows import Ending, SourceRows
from activities.sweep_rows import begin, planned_of, replace_waiting
from activities.systems.registry import Systems
from activities.systems.sql import SqlSystem
from adapters.database.breach_reader import frozen_systems
from adapters.database.retention_due import people_kept_by
from adapters.database.retention_tables import SweepRow
from adapters.resources import Resources
from domain.retention import Suspension
from domain.source_retention import SourceRule, source_rule
from domain.sweep_messages import CarryOutSweep, PlanSweep, SweepDone, SweepPlanned
from domain.sweeping import rows_hash

_PSEUDONYM = re.compile(r"[0-9a-f]{64}")  # as `activities/source_rows.py` draws them
_AT_ONCE = 2_000  # rows: whose they are is asked for them together
_A_PASS = 50_000  # keys held in memory; then what is left is read again


class SourceSweeps:
    """Looks into the controller's systems, and takes away what is over.

    Args:
        resources: opened once by the worker.
        systems: connectors of the data map.
    """

    def __init__(self, resources: Resources, systems: Systems) -> None:
        self._resources = resources
        self._systems = systems
        self._rows = SourceRows(resources, systems)

    def plan(self, message: PlanSweep) -> SweepPlanned:
        """Count what is over; nothing is changed."""
        rule = self._rule(message)
        if rule is None:
            return SweepPlanned(sweep=message.sweep, sha256="0" * 64, due=0, suspended=0, approval=True, gone=True)
        now = datetime.now(UTC)
        due, kept, steps = self._inactive(rule, message.today) if rule.inactive else (*self._counted(rule, message.today), "")
        place = f"{rule.system}.{rule.collection.name}"
        row = SweepRow(
            id=message.sweep,
            rule=rule.rule,
            system=rule.system,
            collection=rule.collection.name,
            today=message.today,
            before=steps or message.today.isoformat(),
            looked_at=now,
            state="waiting" if due else "done",
            due=due,
            suspended=dict(kept),
            sha256=rows_hash(place, f"{rule.rule} {message.today} {steps}", due),
            done_at=None if due else now,
        )
        with self._resources.database.write() as session:
            known = session.get(SweepRow, message.sweep)
            row = known or replace_waiting(session, row)
            if known is None and row.id == message.sweep:
                session.add(row)
                session.flush()
        return planned_of(row, approval=True)

    def carry_out(self, message: CarryOutSweep) -> SweepDone:
        """Take away what is over and was there at the look; carried on where it was interrupted."""
        rule = self._rule(message)
        with self._resources.database.write() as session:
            row = begin(session, message, datetime.now(UTC))
            today, destroyed = row.today, row.destroyed
        kept = 0
        if rule is not None and rule.inactive:
            destroyed = sum(InactiveAccounts(self._resources, self._systems, rule).carry_out(today).values())
            self._count(message.sweep, destroyed)
        while rule is not None and not rule.inactive:
            gone, kept = self._pass(rule, today, message.sweep)
            destroyed += gone
            if not gone:
                break
        values = {"state": "done", "done_at": datetime.now(UTC)}
        with self._resources.database.write() as session:
            session.execute(update(SweepRow).where(col(SweepRow.id) == message.sweep).values(values))
        return SweepDone(destroyed=destroyed, kept=kept)

    def _pass(self, rule: SourceRule, today: date, sweep: UUID) -> tuple[int, int]:
        gone = kept = 0
        # Read first and let go: a database that is read and changed at once may wait for itself.
        found = list(islice(self._over(rule, today), _A_PASS))
        for start in range(0, len(found), _AT_ONCE):
            some = found[start : start + _AT_ONCE]
            reasons = self._kept(rule, some)
            free = [row for row, why in zip(some, reasons, strict=True) if why is None]
            kept += len(some) - len(free)
            if not free:
                continue
            ending = Ending(rule.action, rule.fields, rule.collection.primary_key[:1])
            changed = self._rows.erase(rule.system, rule.collection, self._rows.unchanged(rule, free), ending)
            gone += changed
            self._count(sweep, changed)
        return gone, kept

    def _count(self, sweep: UUID, changed: int) -> None:
        with self._resources.database.write() as session:
            this = update(SweepRow).where(col(SweepRow.id) == sweep)
            session.execute(this.values(destroyed=col(SweepRow.destroyed) + changed))

    def _counted(self, rule: SourceRule, today: date) -> tuple[int, Counter[str]]:
        due, kept, rows = 0, Counter[str](), self._over(rule, today)
        while some := list(islice(rows, _AT_ONCE)):
            for why in self._kept(rule, some):
                due, kept = due + (why is None), kept + Counter([why.value] if why else [])
        return due, kept

    def _inactive(self, rule: SourceRule, today: date) -> tuple[int, Counter[str], str]:
        """How many are told and how many end, in the order of the steps."""
        steps, kept = Counter[str](), Counter[str]()
        for account in InactiveAccounts(self._resources, self._systems, rule).due(today):
            (kept if account.kept_by else steps)[account.kept_by.value if account.kept_by else account.step.value] += 1
        return sum(steps.values()), kept, ", ".join(f"{name}: {number}" for name, number in sorted(steps.items()))

    def _rule(self, message: PlanSweep | CarryOutSweep) -> SourceRule | None:
        assert message.swept.system is not None
        assert message.swept.collection is not None
        return source_rule(self._resources.datamap, message.swept.rule, message.swept.system, message.swept.collection)

    def _over(self, rule: SourceRule, today: date) -> Iterator[dict[str, Any]]:
        """Rows whose period is over and that are no exception, streamed; only the fields that are needed."""
        connector, collection = self._systems.connector(rule.system), rule.collection
        assert isinstance(connector, SqlSystem)
        wanted = [rule.field, *collection.primary_key, *collection.identities, *(each.field for each in collection.references)]
        wanted += [*rule.exceptions, *rule.fields, *self._rows.led_from(rule)]
        names = list(dict.fromkeys(wanted))
        for row in connector.everybody(collection, names, None):
            values = dict(zip(names, row, strict=True))
            if rule.over(values[rule.field], today) is None or rule.excepted(values):
                continue
            if rule.fields and all(values[name] is None or _PSEUDONYM.fullmatch(str(values[name])) for name in rule.fields):
                continue  # made anonymous before
            yield values

    def _kept(self, rule: SourceRule, rows: list[dict[str, Any]]) -> list[Suspension | None]:
        with self._resources.database.read() as session:
            if rule.system in frozen_systems(session):
                return [Suspension.INCIDENT] * len(rows)
            people = self._rows.people(rule.collection, rows)
            kept = people_kept_by(session, {index for indexes in people for index in indexes})
        return [next((kept[index] for index in sorted(indexes) if index in kept), None) for indexes in people]
