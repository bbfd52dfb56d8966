"""What moves a case: take the lock, look at the state as it is now, record, fold. The base of `workflows/proceedings.py`.

The lock is held only round that; letters and connectors run outside it, so that a slow mail server stops no command.
Next: `activities/case_log.py`
"""

import asyncio
import copy
from collections.abc import Callable
from typing import Self
from uuid import UUID

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.case_log import CaseLog
    from domain.afterwards import check_time
    from domain.alone import check_cooling
    from domain.authority import Action
    from domain.case import CaseState
    from domain.commands import Command, ConfirmIdentityCode, OpenPackage
    from domain.conclusion import concluded
    from domain.deadline import Clock
    from domain.decisions import decide
    from domain.errors import CodeRefusedError, DomainError, NotAllowedNowError
    from domain.events import CaseEvent, Draft, Tag
    from domain.folding import evolve
    from domain.identity_decisions import check_wait
    from domain.messages import CommandCall, RecordAttempt, Recorded, RecordEvents, Snapshot, Verdict
    from domain.milestones import extension_lapsed
    from domain.minor import check_ground
    from domain.rights import Right, Status

from workflows.options import EVENTS


class CaseEnded(Exception):  # noqa: N818 (not an error: the case was closed while something waited)
    """The case, or the right that is carried out, was ended while a step of it waited."""


class _Common:
    """What all views of a case share.

    Args:
        clock: as last computed.
        copying: early copies of short-lived data are being made; nothing is searched before they are there.
        closings: how often the case was closed; what was begun before the last time is over, also when it was reopened since.
    """

    def __init__(self) -> None:
        self.clock: Clock | None = None
        self.copying = False
        self.closings = 0


class CaseLedger:
    """The record of a case under way, or of one right of it.

    Args:
        case_id: the receipt's id.
        state: what the recorded events make of it so far.
    """

    def __init__(self, case_id: UUID, state: CaseState) -> None:
        self.case_id = case_id
        self.state = state
        self._right: Right | None = None
        self._common = _Common()
        self._begun = 0
        self._lock = asyncio.Lock()

    def of(self, right: Right) -> Self:
        """The same case, as the carrying out of one right sees it: it is over when the right has ended."""
        part = copy.copy(self)
        part._right = right  # noqa: SLF001 (its own class)
        return part

    def again(self) -> Self:
        """The same case after it was reopened."""
        anew = copy.copy(self)
        anew._begun = self._common.closings  # noqa: SLF001 (its own class)
        return anew

    @property
    def right(self) -> Right:
        """The right that is carried out."""
        assert self._right is not None
        return self._right

    @property
    def clock(self) -> Clock | None:
        return self._common.clock

    @property
    def copying(self) -> bool:
        return self._common.copying

    @copying.setter
    def copying(self, value: bool) -> None:
        self._common.copying = value

    @property
    def snapshot(self) -> Snapshot:
        return Snapshot(state=self.state, clock=self.clock)

    @property
    def ended(self) -> bool:
        if self.state.status is Status.CLOSED or self._begun != self._common.closings:
            return True
        item = self.state.item(self._right) if self._right else None
        return item is not None and item.ended

    @property
    def recording(self) -> bool:
        """Whether an event is on its way to the record: a reader of the record may already see what is not folded in here."""
        return self._lock.locked()

    async def record(self, *drafts: Draft) -> None:
        """Record what Habeas itself found or did.

        Raises:
            CaseEnded: somebody closed the case in the meantime; nothing is recorded.
        """
        async with self._lock:
            if self.ended:
                raise CaseEnded
            await self._append(list(drafts), f"run:{self.state.sequence + 1}")

    async def record_if(self, condition: Callable[[CaseState], object], *drafts: Draft) -> bool:
        """Record it only if the state still fulfils a condition once no other event can come between.

        False when it does not; nothing is recorded then.

        Raises:
            CaseEnded: somebody closed the case in the meantime.
        """
        async with self._lock:
            if self.ended:
                raise CaseEnded
            if not condition(self.state):
                return False
            await self._append(list(drafts), f"run:{self.state.sequence + 1}")
            return True

    async def conclude(self, *drafts: Draft, still: Callable[[CaseState], object] = bool) -> None:
        """Record what ends a right, if the state still fulfils a condition; with the last right the case is closed.

        Raises:
            CaseEnded: somebody was faster.
        """
        async with self._lock:
            if self.ended:
                raise CaseEnded
            if not still(self.state):
                return
            closing = concluded(self.state, list(drafts), now=workflow.now())
            await self._append(closing, f"run:{self.state.sequence + 1}")

    async def record_even_if_ended(self, *drafts: Draft) -> None:
        """Record what is done after the end: destruction that the end itself demands."""
        async with self._lock:
            await self._append(list(drafts), f"run:{self.state.sequence + 1}")

    async def perform(self, call: CommandCall) -> None:
        """Let a command happen, if it is still legal now that the lock is held.

        Raises:
            DomainError: it is not; or the code or link that came with it does not hold, which is counted all the same.
        """
        async with self._lock:
            drafts = self.check(call.command)  # a code is not used up by a command that is not legal now
            if isinstance(call.command, ConfirmIdentityCode | OpenPackage):
                await self._attempt(call, call.command)
            else:
                await self._append(drafts, call.command_id)

    async def _attempt(self, call: CommandCall, command: ConfirmIdentityCode | OpenPackage) -> None:
        """Judge what was typed or opened and record what it makes happen, in one step: which address it proves is known there."""
        outcomes = {
            address: self._numbered(self.check(command, Verdict(accepted=True, identifier=address)))
            for address in self.state.identifiers
        }
        message = RecordAttempt(case_id=self.case_id, command_id=call.command_id, attempt=command.attempt, outcomes=outcomes)
        judged = await workflow.execute_activity_method(CaseLog.record_attempt, message, **EVENTS)
        if judged.verdict.identifier is None:
            raise CodeRefusedError
        if judged.recorded is not None:
            self._happened(outcomes[judged.verdict.identifier], judged.recorded)

    def check(self, command: Command, verdict: Verdict | None = None) -> list[Draft]:
        """What a command would make happen now.

        Raises:
            DomainError: it is not legal now.
        """
        drafts = decide(self.state, command, verdict)
        check_time(self.state, command.action, workflow.now())
        check_wait(self.state, command.action, workflow.now())
        check_ground(self.state, command, workflow.now())
        check_cooling(self.state, command, workflow.now())
        late = self.clock is not None and extension_lapsed(self.clock, self.state.regimes, now=workflow.now())
        if command.action is Action.EXTEND_DEADLINE and late:
            raise NotAllowedNowError(
                "The first month is over. The law lets nobody extend after it.", status=self.state.status.value
            )
        return drafts

    async def _append(self, drafts: list[Draft], command_id: str) -> None:
        if not drafts:
            return
        events = self._numbered(drafts)
        message = RecordEvents(case_id=self.case_id, command_id=command_id, events=events)
        self._happened(events, await workflow.execute_activity_method(CaseLog.record_case_event, message, **EVENTS))

    def _numbered(self, drafts: list[Draft]) -> list[CaseEvent]:
        now, last = workflow.now(), self.state.sequence
        return [
            CaseEvent(sequence=last + place, tag=draft.tag, at=now, actor=draft.actor, facts=draft.facts)
            for place, draft in enumerate(drafts, start=1)
        ]

    def _happened(self, events: list[CaseEvent], recorded: Recorded) -> None:
        for event in events:
            evolve(self.state, event)
            self._common.closings += event.tag is Tag.REQUEST_CLOSED
        self._common.clock = recorded.clock


def refused(refusal: DomainError) -> ApplicationError:
    """The one form in which an update handler may fail: a bare DomainError would block the workflow task."""
    return ApplicationError(refusal.message, refusal.facts, type=refusal.kind, non_retryable=True)
