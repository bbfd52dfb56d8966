"""A notice under way: its state, the road to the record, and the two things that are sent for it.

Next: `activities/notice_sending.py`
"""

from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from activities.breach_log import BreachLog
    from activities.notice_answers import NoticeAnswers
    from activities.notice_sending import NoticeSending
    from domain.notice import ENDED, NoticeState
    from domain.notice_events import NoticeDraft, NoticeEvent, NoticeTag, evolve_notice
    from domain.notice_messages import RecordNoticeEvents, SendAnswers, SendSome, SentSome

from workflows.ledger import Ledger
from workflows.options import EVENTS, LISTS, SENDING

CHUNK = 2_000  # recipients an activity: about 60 events of history for 10,000, and a pause is felt within one window


class NoticeLedger(Ledger[NoticeState, NoticeDraft]):
    """One notice under way."""

    @property
    def ended(self) -> bool:
        return self.state.status in ENDED

    @property
    def sequence(self) -> int:
        return self.state.sequence

    async def append(self, drafts: list[NoticeDraft], command_id: str) -> None:
        now = workflow.now()
        events = [
            NoticeEvent(sequence=self.sequence + place, tag=draft.tag, at=now, actor=draft.actor, facts=draft.facts)
            for place, draft in enumerate(drafts, start=1)
        ]
        message = RecordNoticeEvents(notice_id=self.state.notice_id, command_id=command_id, events=events)
        await workflow.execute_activity_method(BreachLog.record_notice_event, message, **EVENTS)
        for event in events:
            evolve_notice(self.state, event)

    async def send_answer(self) -> None:
        """Send the oldest answer that is wanted, and record it."""
        message = SendAnswers(notice_id=self.state.notice_id, answer=self.state.answers[0])
        facts: dict[str, Any] = {"number": message.answer.number}
        try:
            done = await workflow.execute_activity_method(NoticeAnswers.send_answers, message, **LISTS)
        except ActivityError:
            facts |= {"sent": 0, "failed": max(len(message.answer.mails), 1)}
        else:
            facts |= {"sent": done.sent, "failed": done.failed}
        await self.record(NoticeDraft(tag=NoticeTag.ANSWERED, facts=facts), even_if_ended=True)

    async def send_some(self, *, again: bool, returned: bool = False) -> SentSome:
        """Send to the next recipients."""
        state = self.state
        message = SendSome(notice_id=state.notice_id, most=CHUNK, again=again, returned=returned, rate=state.rate)
        some: SentSome = await workflow.execute_activity_method(NoticeSending.send_some, message, **SENDING)
        return some
