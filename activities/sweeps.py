"""Looks what is over its period, and destroys it once that was approved: for what Habeas holds itself (Article 5(1)(e)).

A look writes down exactly which cases, breaches or notices it found; their hash is what a privacy lead approves. Right before
each one is destroyed it is looked at again: nothing goes for which a case, complaint, hold or incident came up meanwhile.

Next: adapters/destruction.py
"""

from collections import Counter
from datetime import UTC, date, datetime
from uuid import UUID

from sqlmodel import Session, col, select, update
from temporalio import activity

from activities.failures import translated
from activities.heartbeat import beating
from activities.source_sweeps import SourceSweeps
from activities.sweep_rows import begin, planned_of, replace_waiting
from activities.systems.registry import Systems
from adapters.database.retention_due import Over, RetentionDue
from adapters.database.retention_tables import Destruction, SweepItem, SweepRow
from adapters.destruction import Authorised, destroy
from adapters.resources import Resources
from domain.retention import RULES, Kept
from domain.sweep_messages import CarryOutSweep, DeclineSweep, PlanSweep, SweepDone, SweepPlanned
from domain.sweeping import things_hash


class Sweeps:
    """Sweeps of Habeas' own data.

    Args:
        resources: opened once by the worker.
        systems: connectors of the data map, for the controller's own collections.
    """

    def __init__(self, resources: Resources, systems: Systems) -> None:
        self._resources = resources
        self._source = SourceSweeps(resources, systems)

    @activity.defn
    @translated
    def plan_sweep(self, message: PlanSweep) -> SweepPlanned:
        """Write down what is over; nothing is changed. A repetition finds what the first one wrote."""
        with beating():
            return self._source.plan(message) if message.swept.system else self._planned(message)

    @activity.defn
    @translated
    def carry_out_sweep(self, message: CarryOutSweep) -> SweepDone:
        """Destroy what a look found, one thing after another; carried on where it was interrupted.

        Raises:
            StaleHashError: what was approved is not what the look found.
        """
        with beating():
            return self._source.carry_out(message) if message.swept.system else self._carried_out(message)

    @activity.defn
    @translated
    def decline_sweep(self, message: DeclineSweep) -> None:
        """Write down that nothing is destroyed."""
        now = datetime.now(UTC)
        with self._resources.database.write() as session:
            these = col(SweepRow.id) == message.sweep, col(SweepRow.state) == "waiting"
            values = {"state": "declined", "decided_by": message.actor, "decided_at": now, "done_at": now}
            session.execute(update(SweepRow).where(*these).values(values))

    def _planned(self, message: PlanSweep) -> SweepPlanned:
        kept, now = Kept(message.swept.rule), datetime.now(UTC)
        with self._resources.database.write() as session:
            row = session.get(SweepRow, message.sweep)
            if row is None:
                over = RetentionDue(self._resources, session, message.today).over(kept)
                row = self._row(message, over, now)
                row = replace_waiting(session, row)
                if row.id == message.sweep:
                    session.add(row)
                    session.flush()
                    session.add_all(_items(message.sweep, over))
        return planned_of(row, approval=RULES[kept].approval)

    def _row(self, message: PlanSweep, over: list[Over], now: datetime) -> SweepRow:
        due = [each.object for each in over if each.kept_by is None]
        return SweepRow(
            id=message.sweep,
            rule=message.swept.rule,
            today=message.today,
            looked_at=now,
            state="waiting" if due else "done",
            due=len(due),
            suspended=dict(Counter(each.kept_by.value for each in over if each.kept_by)),
            sha256=things_hash(message.swept.rule, due),
            done_at=None if due else now,
        )

    def _carried_out(self, message: CarryOutSweep) -> SweepDone:
        kept, now = Kept(message.swept.rule), datetime.now(UTC)
        with self._resources.database.write() as session:
            today = begin(session, message, now).today
            waiting = (SweepItem.sweep == message.sweep, SweepItem.state == "waiting")
            things = session.exec(select(SweepItem.object).where(*waiting).order_by(col(SweepItem.since))).all()
        for thing in things:
            self._one(kept, thing, today, message)
        return self._done(message.sweep)

    def _one(self, kept: Kept, thing: UUID, today: date, message: CarryOutSweep) -> None:
        with self._resources.database.read() as session:
            gone = select(Destruction.id).where(Destruction.sweep == message.sweep, Destruction.object == thing)
            why, by = None, None
            if session.exec(gone).first() is None:  # else it was interrupted right after
                why = self._kept(session, kept, thing, today)
                by = Authorised(approver=message.approver, now=datetime.now(UTC), sweep=message.sweep)
        if why is None and by is not None:
            destroy(self._resources, kept, thing, by)
        with self._resources.database.write() as session:
            this = col(SweepItem.sweep) == message.sweep, col(SweepItem.object) == thing
            session.execute(update(SweepItem).where(*this).values(state="kept" if why else "destroyed", reason=why))

    def _kept(self, session: Session, kept: Kept, thing: UUID, today: date) -> str | None:
        still = RetentionDue(self._resources, session, today).over(kept, only=thing)
        if not still:
            return "not_over"  # something was said or sent since
        return still[0].kept_by.value if still[0].kept_by else None

    def _done(self, sweep: UUID) -> SweepDone:
        with self._resources.database.write() as session:
            states = Counter(session.exec(select(SweepItem.state).where(SweepItem.sweep == sweep)).all())
            destroyed = states["destroyed"]
            this = col(SweepRow.id) == sweep
            session.execute(update(SweepRow).where(this).values(state="done", destroyed=destroyed, done_at=datetime.now(UTC)))
        return SweepDone(destroyed=destroyed, kept=states["kept"])


def _items(sweep: UUID, over: list[Over]) -> list[SweepItem]:
    """What is kept is written down too, with the reason: a privacy lead sees it beside what would go."""
    return [
        SweepItem(
            sweep=sweep,
            object=each.object,
            since=each.since,
            state="suspended" if each.kept_by else "waiting",
            reason=each.kept_by.value if each.kept_by else None,
        )
        for each in over
    ]
