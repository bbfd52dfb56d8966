"""AuditWorkflow: the record is chained every quarter of an hour and anchored once a day, for as long as Habeas runs.

A day that could not be anchored in time, because the machine was off, is anchored when it is back. No messages.
Next: `activities/audit.py`
"""

from datetime import date, timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from activities.audit import Audit
    from domain.sweep_messages import AnchorDay, WatchRecord

from workflows.opening import whole_message
from workflows.options import LETTERS, REPORTS

EVERY = timedelta(minutes=15)
MOST_EVENTS = 1_500  # then the history starts anew: about two days


@workflow.defn
class AuditWorkflow:
    """The chain and its anchors."""

    @workflow.init
    @whole_message
    def __init__(self, watched: WatchRecord) -> None:
        self._anchored: date | None = watched.anchored

    @workflow.run
    async def run(self, watched: WatchRecord) -> None:  # noqa: ARG002 (taken by __init__)
        """Chain and anchor until the worker is gone for good."""
        while True:
            try:
                await workflow.execute_activity_method(Audit.seal_accesses, **REPORTS)
                await self._anchor()
            except ActivityError:
                workflow.logger.warning("the record was not chained; tried again in a quarter of an hour")
            info = workflow.info()
            if info.is_continue_as_new_suggested() or info.get_current_history_length() > MOST_EVENTS:
                workflow.continue_as_new(WatchRecord(anchored=self._anchored))
            await workflow.sleep(EVERY)

    async def _anchor(self) -> None:
        yesterday = workflow.now().date() - timedelta(days=1)
        if self._anchored is not None and self._anchored >= yesterday:
            return
        message = AnchorDay(day=yesterday)
        await workflow.execute_activity_method(Audit.anchor_day, message, **REPORTS)
        await workflow.execute_activity_method(Audit.mail_head, message, **LETTERS)
        self._anchored = yesterday
