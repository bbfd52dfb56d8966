"""The engine as the page of retention meets it: decides as the workflow does, and carries out at once."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from sqlmodel import select

from activities.sweep_rows import planned_of
from activities.sweeps import Sweeps
from activities.systems.registry import Systems
from adapters.database.retention_tables import SweepRow
from adapters.resources import Resources
from domain.authority import check_role
from domain.commands import Actor
from domain.errors import NotAllowedNowError, StaleHashError
from domain.sweep_messages import (
    SWEEP_ROLES,
    CarryOutSweep,
    DeclineSweep,
    PlanSweep,
    SweepAction,
    SweepSnapshot,
    Swept,
)


class SweepGateway:
    """Stands in for `api/sweeps.py`. `days` moves its clock."""

    days = 0

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self._sweeps = Sweeps(resources, Systems(resources.datamap, resources.settings.home))

    async def perform(self, swept: Swept, action: SweepAction, actor: Actor, sha256: str | None = None) -> SweepSnapshot:
        check_role(SWEEP_ROLES, action, actor.role)
        if action is SweepAction.LOOK:
            today = datetime.now(UTC).date() + timedelta(days=self.days)
            found = self._sweeps.plan_sweep(PlanSweep(swept=swept, today=today, sweep=uuid4()))
            return SweepSnapshot(state="waiting" if found.due else "idle", planned=found if found.due else None)
        with self._resources.database.read() as session:
            row = session.exec(select(SweepRow).where(SweepRow.rule == swept.rule, SweepRow.state == "waiting")).first()
        if row is None:
            raise NotAllowedNowError(status="idle")
        planned = planned_of(row, approval=True)
        if planned.sha256 != sha256:
            raise StaleHashError
        if action is SweepAction.DECLINE:
            self._sweeps.decline_sweep(DeclineSweep(sweep=row.id, actor=actor.person))
        else:
            message = CarryOutSweep(swept=swept, sweep=row.id, sha256=sha256, approver=actor.person)
            self._sweeps.carry_out_sweep(message)
        return SweepSnapshot(state="idle")
