"""BreachWorkflow: one personal data breach and its 72 hours (Articles 33, 34).

1. The first alert: provisional clocks start, evidence is frozen, whoever is on duty is called until somebody answers.
2. Awareness is confirmed or corrected with a reason, and every clock follows.
3. Durable reminders at 48, 24, 12, 4 and 1 hours left; when none are left the data protection officer is told and reasons for
   the delay become mandatory.
4. Reports are frozen for approval; people decide, hand in, and close with what was learnt.

On each failure: a call that did not go out is on record and the next person is called; a report that could not be made is on
record and is asked for again; nothing but a person's recorded act ends a breach.
Messages: the update `command`, the query `snapshot`.
Next: `activities/breach_log.py`
"""

import asyncio
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.breach_calls import BreachCalls
    from activities.breach_log import BreachLog
    from activities.breach_reports import BreachReports
    from domain.breach import BreachState, BreachStatus
    from domain.breach_decisions import decide_breach
    from domain.breach_events import BreachDraft, BreachEvent, BreachTag
    from domain.breach_folding import evolve_breach
    from domain.breach_messages import (
        BreachCall,
        BreachRef,
        BreachSnapshot,
        CallOnDuty,
        FreezeReport,
        OpenBreach,
        RecordBreachEvents,
        RemindOfBreach,
        RingWebhook,
    )
    from domain.breach_rows import BreachClocks, Mark, next_mark, next_other
    from domain.errors import DomainError

from workflows.ledger import Ledger
from workflows.opening import whole_message
from workflows.options import CALLS, EVENTS, REPORTS
from workflows.proceedings import refused

ANSWER_WITHIN = timedelta(minutes=30)  # then the next person is called (issue: until one acknowledges, then the deputy)
NOT_REACHED = timedelta(minutes=5)  # the same, when neither mail nor webhook took the call
LINGER = timedelta(minutes=10)  # a closed breach that was carried on for one more command


class BreachLedger(Ledger[BreachState, BreachDraft]):
    """One breach under way."""

    clocks: BreachClocks | None = None

    @property
    def ended(self) -> bool:
        return self.state.status is BreachStatus.CLOSED

    @property
    def sequence(self) -> int:
        return self.state.sequence

    async def append(self, drafts: list[BreachDraft], command_id: str) -> None:
        now = workflow.now()
        events = [
            BreachEvent(sequence=self.sequence + place, tag=draft.tag, at=now, actor=draft.actor, facts=draft.facts)
            for place, draft in enumerate(drafts, start=1)
        ]
        message = RecordBreachEvents(breach_id=self.state.breach_id, command_id=command_id, events=events)
        recorded = await workflow.execute_activity_method(BreachLog.record_breach_event, message, **EVENTS)
        for event in events:
            evolve_breach(self.state, event)
        self.clocks = recorded.clocks


@workflow.defn
class BreachWorkflow:
    """One breach. Update: `command`. Query: `snapshot`."""

    @workflow.init
    @whole_message
    def __init__(self, opening: OpenBreach) -> None:
        self._breach = BreachLedger(opening.state or BreachState(breach_id=opening.breach_id))
        self._being_frozen: set[UUID] = set()

    @workflow.run
    async def run(self, opening: OpenBreach) -> None:
        """Carry the breach to its end.

        Args:
            opening: the dossier's id, and the state folded from recorded events when the breach is carried on.
        """
        breach = self._breach
        await self._open(opening)
        while True:
            if not breach.ended:
                for doing in (self._call(), self._watch(), self._watch_others(), self._freeze()):
                    breach.errand(doing)
                await workflow.wait_condition(lambda: breach.ended)
                await breach.all_errands()
            await workflow.wait_condition(workflow.all_handlers_finished)
            try:
                await workflow.wait_condition(lambda: not breach.ended, timeout=LINGER)
            except TimeoutError:
                break
        await workflow.wait_condition(workflow.all_handlers_finished)

    async def _open(self, opening: OpenBreach) -> None:
        ref = BreachRef(breach_id=opening.breach_id)
        report = await workflow.execute_activity_method(BreachLog.read_breach_opening, ref, **EVENTS)
        if self._breach.sequence:  # carried on from recorded events; also brings the clocks
            await self._breach.record(BreachDraft(tag=BreachTag.RESUMED), even_if_ended=True)
            return
        facts: dict[str, Any] = report.facts
        await self._breach.record(
            BreachDraft(tag=BreachTag.OPENED, facts=facts, actor=report.actor),
            BreachDraft(tag=BreachTag.EVIDENCE_FROZEN, facts={"systems": [*report.systems]}),
        )

    async def _call(self) -> None:
        breach = self._breach
        while not breach.state.acknowledged_at:
            number = breach.state.pages + 1
            (person, mailed), rung = await asyncio.gather(self._mail_on_duty(number), self._ring("call", number))
            failed = [work for work, reached in (("call", mailed), ("webhook", rung)) if not reached]
            drafts = [BreachDraft(tag=BreachTag.WORK_FAILED, facts={"work": work, "number": number}) for work in failed]
            paged: dict[str, Any] = {"number": number} | ({"person": person} if person else {})
            await breach.record(*drafts, BreachDraft(tag=BreachTag.PAGED, facts=paged))
            wait = ANSWER_WITHIN if mailed else NOT_REACHED
            try:
                await breach.until(lambda state: state.acknowledged_at, timeout=wait)
            except TimeoutError:
                continue

    async def _mail_on_duty(self, number: int) -> tuple[str | None, bool]:
        """Who was called, and whether the mail server took it."""
        message = CallOnDuty(breach_id=self._breach.state.breach_id, number=number)
        try:
            called = await workflow.execute_activity_method(BreachCalls.call_on_duty, message, **CALLS)
        except ActivityError:
            return None, False
        return called.person, True

    async def _ring(self, kind: Literal["call", "reminder"], number: int) -> bool:
        """Tell the webhook; a dead one holds nobody up."""
        message = RingWebhook(breach_id=self._breach.state.breach_id, kind=kind, number=number)
        try:
            await workflow.execute_activity_method(BreachCalls.ring_webhook, message, **CALLS)
        except ActivityError:
            return False
        return True

    async def _watch(self) -> None:
        breach = self._breach
        while True:
            due = breach.clocks.first_due if breach.clocks else None
            mark = next_mark(breach.state, due, now=workflow.now())
            seen = (due, breach.state.started)
            if mark is None:
                await breach.until(lambda _state, known=seen: self._standing != known)  # type: ignore[misc]
            elif mark.at <= workflow.now():
                await self._reached(mark)
            else:
                try:
                    wait = mark.at - workflow.now()
                    await breach.until(lambda _state, known=seen: self._standing != known, timeout=wait)  # type: ignore[misc]
                except TimeoutError:
                    continue

    @property
    def _standing(self) -> tuple[object, object]:
        clocks = self._breach.clocks
        return clocks.first_due if clocks else None, self._breach.state.started

    async def _reached(self, mark: Mark) -> None:
        tag = BreachTag.REMINDED if mark.hours else BreachTag.TIME_PASSED
        await self._breach.record(BreachDraft(tag=tag, facts={"hours": mark.hours}))
        self._breach.errand(self._remind(mark.hours))

    async def _watch_others(self) -> None:
        """The clocks of insurer, contracts and whoever else has hours of their own."""
        breach = self._breach
        while True:
            mark = next_other(breach.state, now=workflow.now())
            if mark is None:
                await breach.until(lambda state: next_other(state, now=workflow.now()))
            elif mark.at <= workflow.now():
                facts: dict[str, Any] = {"other": str(mark.other), "hours": mark.hours}
                await breach.record(BreachDraft(tag=BreachTag.OTHER_DUE, facts=facts))
                breach.errand(self._remind(mark.hours, mark.other))
            else:
                try:
                    wait = mark.at - workflow.now()
                    await breach.until(lambda state, known=mark: next_other(state, now=workflow.now()) != known, timeout=wait)  # type: ignore[misc]
                except TimeoutError:
                    continue

    async def _remind(self, hours: int, other: UUID | None = None) -> None:
        message = RemindOfBreach(breach_id=self._breach.state.breach_id, hours=hours, other=other)
        mailed, rung = await asyncio.gather(self._mail_reminder(message), self._ring("reminder", hours))
        failed = [work for work, reached in (("reminder", mailed), ("webhook", rung)) if not reached]
        if failed:
            await self._breach.record(
                *[BreachDraft(tag=BreachTag.WORK_FAILED, facts={"work": work, "hours": hours}) for work in failed]
            )

    async def _mail_reminder(self, message: RemindOfBreach) -> bool:
        try:
            await workflow.execute_activity_method(BreachCalls.remind_of_breach, message, **CALLS)
        except ActivityError:
            return False
        return True

    async def _freeze(self) -> None:
        breach = self._breach
        while True:
            await breach.until(lambda _state: self._unfrozen())
            for report in self._unfrozen():
                self._being_frozen.add(report)
                await self._frozen(report)
                self._being_frozen.discard(report)

    def _unfrozen(self) -> list[UUID]:
        waiting = self._breach.state.reports.items()
        return [key for key, report in waiting if not report.sha256 and not report.failed and key not in self._being_frozen]

    async def _frozen(self, key: UUID) -> None:
        report = self._breach.state.reports[key]
        message = FreezeReport(
            breach_id=self._breach.state.breach_id,
            report=key,
            authority=report.authority,
            number=report.number,
            language=report.language,
            upto=report.upto,
        )
        try:
            frozen = await workflow.execute_activity_method(BreachReports.freeze_report, message, **REPORTS)
        except ActivityError:
            await self._breach.record(BreachDraft(tag=BreachTag.REPORT_FAILED, facts={"report": str(key)}))
            return
        facts: dict[str, Any] = {"report": str(key), **frozen.model_dump()}
        await self._breach.record(BreachDraft(tag=BreachTag.REPORT_FROZEN, facts=facts))

    @workflow.query
    def snapshot(self) -> BreachSnapshot:
        """Where the breach stands."""
        return BreachSnapshot(state=self._breach.state, clocks=self._breach.clocks)

    @workflow.update
    async def command(self, call: BreachCall) -> BreachSnapshot:
        """Let a person's command happen and answer with the breach as it is afterwards."""
        await workflow.wait_condition(lambda: self._settled)
        try:
            await self._breach.perform(
                call.command_id, lambda: decide_breach(self._breach.state, call.command, now=workflow.now())
            )
        except DomainError as refusal:
            raise refused(refusal) from refusal
        except ActivityError as failure:
            cause = failure.cause
            raise (cause if isinstance(cause, ApplicationError) else failure) from failure
        return self.snapshot()

    @command.validator
    def _check(self, call: BreachCall) -> None:
        # A rejected update leaves no history. Where nothing can be said yet, the handler waits and asks again.
        if self._settled:
            try:
                decide_breach(self._breach.state, call.command, now=workflow.now())
            except DomainError as refusal:
                raise refused(refusal) from refusal

    @property
    def _settled(self) -> bool:
        return self._breach.clocks is not None and not self._breach.recording
