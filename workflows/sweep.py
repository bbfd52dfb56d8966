"""SweepWorkflow: one period of retention, watched for as long as Habeas runs (Article 5(1)(e); the policy's retention table).

1. Once a night it is looked what is over: a dry run that changes nothing and is written down.
2. What only repeats a copy, or has an end set by law, is destroyed by itself. Everything else waits for a privacy lead, who
   approves exactly what the look found, and not the one who asked for that look; a later look that finds something else takes
   its place and voids the approval.
3. Each thing is looked at again right before it is destroyed; a case, complaint, hold or incident keeps it.

Messages: the update `command`, the query `snapshot`.
Next: `activities/sweeps.py`
"""

from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from activities.sweeps import Sweeps
    from domain.authority import check_role
    from domain.errors import DomainError, FourEyesError, NotAllowedNowError, StaleHashError
    from domain.sweep_messages import (
        SWEEP_ROLES,
        CarryOutSweep,
        DeclineSweep,
        PlanSweep,
        SweepAction,
        SweepCall,
        SweepDone,
        SweepPlanned,
        SweepSnapshot,
        WatchPeriod,
    )

from workflows.opening import whole_message
from workflows.options import CONNECTORS, EVENTS
from workflows.proceedings import refused

HOUR = 3  # UTC, when few people work
MOST_EVENTS = 1_000  # then the history starts anew; about three months of nights
_BY_RULE = "system"  # approves what no person has to


@workflow.defn
class SweepWorkflow:
    """One period. Update: `command`. Query: `snapshot`."""

    @workflow.init
    @whole_message
    def __init__(self, watched: WatchPeriod) -> None:
        self._swept = watched.swept
        self._planned: SweepPlanned | None = watched.due
        self._approved: tuple[SweepPlanned, str] | None = None
        self._declined: tuple[SweepPlanned, str] | None = None
        self._look_wanted: str | None = None
        self._looked_by = watched.looked_by
        self._busy = False

    @workflow.run
    async def run(self, watched: WatchPeriod) -> None:
        """Watch until the data map names the collection no more."""
        if watched.due is None:
            await self._look()
        while not (self._planned and self._planned.gone):
            await self._until_something_is_wanted()
            if self._approved is not None:
                await self._carry_out(*self._approved)
            elif self._declined is not None:
                await self._decline(*self._declined)
            else:
                await self._look()
            if self._long and self._quiet:
                await workflow.wait_condition(workflow.all_handlers_finished)
                workflow.continue_as_new(WatchPeriod(swept=self._swept, due=self._planned, looked_by=self._looked_by))

    @property
    def _long(self) -> bool:
        info = workflow.info()
        return info.is_continue_as_new_suggested() or info.get_current_history_length() > MOST_EVENTS

    @property
    def _quiet(self) -> bool:
        return not (self._approved or self._declined or self._look_wanted)

    async def _until_something_is_wanted(self) -> None:
        now = workflow.now()
        try:
            await workflow.wait_condition(lambda: not self._quiet, timeout=_next_night(now) - now)
        except TimeoutError:
            return

    async def _look(self) -> None:
        self._busy, self._looked_by, self._look_wanted = True, self._look_wanted, None
        message = PlanSweep(swept=self._swept, today=workflow.now().date(), sweep=workflow.uuid4())
        try:
            found: SweepPlanned = await workflow.execute_activity_method(Sweeps.plan_sweep, message, **CONNECTORS)
            self._planned = found if found.due or found.gone else None
            if found.due and not found.approval:
                await self._destroy(found, _BY_RULE)
        except ActivityError:
            return  # the next night looks again; the activity's own log says why
        finally:
            self._busy = False

    async def _carry_out(self, planned: SweepPlanned, approver: str) -> None:
        self._busy = True
        try:
            await self._destroy(planned, approver)
        except ActivityError:
            return
        finally:
            self._busy, self._approved = False, None

    async def _destroy(self, planned: SweepPlanned, approver: str) -> None:
        message = CarryOutSweep(swept=self._swept, sweep=planned.sweep, sha256=planned.sha256, approver=approver)
        done: SweepDone = await workflow.execute_activity_method(Sweeps.carry_out_sweep, message, **CONNECTORS)
        workflow.logger.info("swept", extra={"destroyed": done.destroyed, "kept": done.kept})
        self._planned = None

    async def _decline(self, planned: SweepPlanned, actor: str) -> None:
        await workflow.execute_activity_method(Sweeps.decline_sweep, DeclineSweep(sweep=planned.sweep, actor=actor), **EVENTS)
        self._planned, self._declined = None, None

    @workflow.query
    def snapshot(self) -> SweepSnapshot:
        """Where the sweep stands."""
        state = "carrying_out" if self._approved else "waiting" if self._planned else "idle"
        return SweepSnapshot(state=state, planned=self._planned)

    @workflow.update
    async def command(self, call: SweepCall) -> SweepSnapshot:
        """Take a person's command; it is carried out after the answer."""
        await workflow.wait_condition(lambda: not self._busy)
        try:
            self._decide(call)
        except DomainError as refusal:
            raise refused(refusal) from refusal
        if call.action is SweepAction.APPROVE:
            assert self._planned is not None
            self._approved = self._planned, call.actor.person
        elif call.action is SweepAction.DECLINE:
            assert self._planned is not None
            self._declined = self._planned, call.actor.person
        else:
            self._look_wanted = call.actor.person
            await workflow.wait_condition(lambda: not self._look_wanted and not self._busy)
        return self.snapshot()

    @command.validator
    def _check(self, call: SweepCall) -> None:
        try:
            check_role(SWEEP_ROLES, call.action, call.actor.role)
            if not self._busy:
                self._decide(call)
        except DomainError as refusal:
            raise refused(refusal) from refusal

    def _decide(self, call: SweepCall) -> None:
        if call.action is SweepAction.LOOK:
            return
        if self._planned is None or self._approved is not None:
            raise NotAllowedNowError("Nothing waits to be approved here.", status="idle")
        if call.sha256 != self._planned.sha256:
            raise StaleHashError
        if call.action is SweepAction.APPROVE and call.actor.person == self._looked_by:
            raise FourEyesError("You had this looked for. Somebody else approves it; what the night finds, you may approve.")


def _next_night(now: datetime) -> datetime:
    tonight = now.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    return tonight if tonight > now else tonight + timedelta(days=1)
