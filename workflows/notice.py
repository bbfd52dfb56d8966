"""NoticeWorkflow: one message to many people (Article 34; changes of the policy; inactive accounts).

1. A list is loaded and counted, letters are written; both are fixed by hash.
2. Somebody who prepared neither approves exactly these hashes.
3. Sent in chunks by one activity after another: throttled, paused and continued at a window's border, each person once. What a
   mail server puts off is tried again, five times in all; what it refuses is counted. After the end what came back for now is
   sent again by itself, an hour, a day and six days later, and everybody who is not told when somebody wishes it.
4. People who write back are answered, many at once, also after the end: then the door carries the notice on for the command.

On each failure: what was sent stays sent and is on record per person; a chunk that is lost with its worker is carried on by the
next, with the same Message-ID for whoever was under way. When our own mail server does not answer, the workflow waits.
Messages: the update `command`, the query `snapshot`.
Next: `activities/notices.py`
"""

from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.breach_log import BreachLog
    from activities.notices import Notices
    from domain.errors import DomainError
    from domain.notice import NoticeState, NoticeStatus
    from domain.notice_commands import NoticeCall
    from domain.notice_decisions import decide_notice
    from domain.notice_events import NoticeDraft, NoticeTag, segment_facts
    from domain.notice_messages import (
        LoadRecipients,
        NoticeRef,
        NoticeSnapshot,
        OpenNotice,
        SendTestLetters,
        SentSome,
    )

from workflows.notice_ledger import NoticeLedger
from workflows.opening import whole_message
from workflows.options import EVENTS, LISTS
from workflows.proceedings import refused

TRY_AGAIN_AFTER = timedelta(minutes=15)  # grey-listing lasts about as long
WAIT_FOR_SERVER = timedelta(minutes=1)
# After the end: a full mailbox is emptied, a server that was away comes back; the longest that servers keep trying is five days.
RETURNS = (timedelta(hours=1), timedelta(days=1), timedelta(days=6))
_PATIENCE = 60  # minutes that a round waits for our own mail server
LINGER = timedelta(minutes=10)  # a notice that was carried on after its end, for one more command


@workflow.defn
class NoticeWorkflow:
    """One notice. Update: `command`. Query: `snapshot`."""

    @workflow.init
    @whole_message
    def __init__(self, opening: OpenNotice) -> None:
        self._notice = NoticeLedger(opening.state or NoticeState(notice_id=opening.notice_id))
        self._ready = opening.continued

    @workflow.run
    async def run(self, opening: OpenNotice) -> None:
        """Carry the notice to its end.

        Args:
            opening: the dossier's id, and the state when it is carried on or continued as new.
        """
        notice = self._notice
        if not opening.continued:
            await self._open(opening)
        if notice.ended:
            await self._linger()
            return
        for doing in (self._load(), self._prepare(), self._test(), self._send(), self._answer()):
            notice.errand(doing)
        await workflow.wait_condition(lambda: notice.ended or self._long)
        if notice.ended:
            await notice.all_errands()
            if self._rounds():
                await self._linger()
            else:
                await self._answer_all()
            return
        await workflow.wait_condition(lambda: workflow.all_handlers_finished() and not notice.recording)
        workflow.continue_as_new(OpenNotice(notice_id=opening.notice_id, state=notice.state, continued=True))

    @property
    def _long(self) -> bool:
        # Between two chunks only: a chunk under way belongs to this run.
        return workflow.info().is_continue_as_new_suggested() and not self._sending and not self._answering

    _sending = _answering = False

    async def _linger(self) -> None:
        """After the end: what came back, a public notice, answers. The run ends ten minutes after the last of them."""
        rounds = self._rounds()
        while True:
            await self._answer_all()
            if self._notice.state.resend:
                await self._send_again(returned=True)
                rounds = self._rounds()
            known = self._notice.sequence
            wait = max(rounds[0] - workflow.now(), timedelta()) if rounds else LINGER
            try:
                await workflow.wait_condition(lambda known=known: self._notice.sequence != known, timeout=wait)  # type: ignore[misc]
            except TimeoutError:
                if not rounds:
                    return
                rounds.pop(0)
                await self._send_again()

    def _rounds(self) -> list[datetime]:
        """When what came back for now is sent again; those that lie behind are over."""
        state = self._notice.state
        if state.status is not NoticeStatus.FINISHED or state.exercise or state.finished_at is None:
            return []
        since = max(state.finished_at, state.resent_at or state.finished_at)
        return [since + after for after in RETURNS if since + after > workflow.now()]

    async def _send_again(self, *, returned: bool = False) -> None:
        some = await self._notice.send_some(again=True, returned=returned)
        sent, refused, waited = some.sent, some.refused, 0
        while some.left and waited < _PATIENCE and (some.stalled or some.sent or some.refused):
            if some.stalled:
                waited += 1
                await workflow.sleep(WAIT_FOR_SERVER)
            some = await self._notice.send_some(again=False)
            sent, refused = sent + some.sent, refused + some.refused
        if sent or refused or returned:
            facts: dict[str, Any] = {"sent": sent, "refused": refused, "given_up": some.given_up, "wished": returned}
            await self._notice.record(NoticeDraft(tag=NoticeTag.RESENT, facts=facts), even_if_ended=True)

    async def _answer(self) -> None:
        while True:
            await self._notice.until(lambda state: state.answers)
            self._answering = True
            await self._notice.send_answer()
            self._answering = False

    async def _answer_all(self) -> None:
        while True:
            await workflow.wait_condition(workflow.all_handlers_finished)
            if not self._notice.state.answers:
                return
            await self._notice.send_answer()

    async def _open(self, opening: OpenNotice) -> None:
        ref = NoticeRef(notice_id=opening.notice_id)
        report = await workflow.execute_activity_method(BreachLog.read_notice_opening, ref, **EVENTS)
        if self._notice.sequence:
            await self._notice.record(NoticeDraft(tag=NoticeTag.RESUMED), even_if_ended=True)
        else:
            facts: dict[str, Any] = report.facts
            await self._notice.record(NoticeDraft(tag=NoticeTag.OPENED, facts=facts, actor=report.actor))
        self._ready = True

    async def _load(self) -> None:
        notice = self._notice
        while True:
            await notice.until(lambda state: state.list_wanted)
            number = notice.state.list_number
            message = LoadRecipients(notice_id=notice.state.notice_id, number=number)
            try:
                loaded = await workflow.execute_activity_method(Notices.load_recipients, message, **LISTS)
            except ActivityError:
                drafts = [NoticeDraft(tag=NoticeTag.LIST_FAILED)]
            else:
                countries = [f"{country}:{count}" for country, count in sorted(loaded.countries.items())]
                facts: dict[str, Any] = {"recipients": loaded.recipients, "unusable": loaded.unusable, "countries": countries}
                drafts = [NoticeDraft(tag=NoticeTag.LIST_LOADED, facts=facts)]
            if notice.state.list_number == number:  # else another list was handed in meanwhile
                await notice.record(*drafts)

    async def _prepare(self) -> None:
        notice = self._notice
        while True:
            await notice.until(lambda state: state.status is NoticeStatus.PREPARING)
            ref, seen = NoticeRef(notice_id=notice.state.notice_id), notice.sequence
            try:
                prepared = await workflow.execute_activity_method(Notices.prepare_notice, ref, **LISTS)
            except ActivityError:
                drafts = [NoticeDraft(tag=NoticeTag.PREPARE_FAILED)]
            else:
                facts: dict[str, Any] = {"segments": segment_facts(prepared.segments)}
                drafts = [NoticeDraft(tag=NoticeTag.PREPARED, facts=facts)]
            if notice.state.status is NoticeStatus.PREPARING and notice.sequence == seen:
                await notice.record(*drafts)

    async def _test(self) -> None:
        notice = self._notice
        done = notice.state.tests
        while True:
            await notice.until(lambda state, known=done: state.tests > known)  # type: ignore[misc]
            done = notice.state.tests
            assert notice.state.test_address is not None
            message = SendTestLetters(notice_id=notice.state.notice_id, number=done, address=notice.state.test_address)
            try:
                await workflow.execute_activity_method(Notices.send_test_letters, message, **LISTS)
            except ActivityError:
                await notice.record(NoticeDraft(tag=NoticeTag.WORK_FAILED, facts={"work": "test"}))
            else:
                await notice.record(NoticeDraft(tag=NoticeTag.TEST_SENT))

    async def _send(self) -> None:
        notice = self._notice
        await notice.until(lambda state: state.status is not NoticeStatus.DRAFT and state.approved_by)
        await self._await_start()
        again = False
        while True:
            await notice.until(lambda state: state.going)
            if self._long:
                return
            self._sending = True
            some = await self._send_some(again=again)
            self._sending = again = False
            if some.stalled:
                await workflow.sleep(WAIT_FOR_SERVER)
            elif some.left == 0 and some.deferred == 0:
                if notice.state.going:
                    await notice.record(NoticeDraft(tag=NoticeTag.FINISHED, facts={"given_up": some.given_up}))
            elif some.left == 0:
                again = True
                await workflow.sleep(TRY_AGAIN_AFTER)

    async def _await_start(self) -> None:
        notice = self._notice
        while notice.state.status is not NoticeStatus.SENDING:
            await notice.until(lambda state: state.status is NoticeStatus.APPROVED or state.going)
            start = notice.state.start_at
            if start is not None and start > workflow.now():
                try:
                    moved = notice.state.sequence
                    await notice.until(lambda state, known=moved: state.sequence != known, timeout=start - workflow.now())  # type: ignore[misc]
                except TimeoutError:
                    pass
                else:
                    continue
            if notice.state.status is NoticeStatus.APPROVED:
                await notice.record(NoticeDraft(tag=NoticeTag.STARTED))

    async def _send_some(self, *, again: bool) -> SentSome:
        notice = self._notice
        some = await self._notice.send_some(again=again)
        if some.sent or some.refused:
            facts: dict[str, Any] = {"sent": some.sent, "refused": some.refused}
            await notice.record(NoticeDraft(tag=NoticeTag.PROGRESSED, facts=facts), even_if_ended=True)
        return some

    @workflow.query
    def snapshot(self) -> NoticeSnapshot:
        """Where the notice stands."""
        return NoticeSnapshot(state=self._notice.state)

    @workflow.update
    async def command(self, call: NoticeCall) -> NoticeSnapshot:
        """Let a person's command happen and answer with the notice as it is afterwards."""
        await workflow.wait_condition(lambda: self._settled)
        try:
            await self._notice.perform(call.command_id, lambda: decide_notice(self._notice.state, call.command))
        except DomainError as refusal:
            raise refused(refusal) from refusal
        except ActivityError as failure:
            cause = failure.cause
            raise (cause if isinstance(cause, ApplicationError) else failure) from failure
        return self.snapshot()

    @command.validator
    def _check(self, call: NoticeCall) -> None:
        if self._settled:
            try:
                decide_notice(self._notice.state, call.command)
            except DomainError as refusal:
                raise refused(refusal) from refusal

    @property
    def _settled(self) -> bool:
        return self._ready and not self._notice.recording
