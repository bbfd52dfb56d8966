"""MailboxWorkflow: one watched mailbox, for as long as the settings name it (design section 8).

Each turn takes in what is new, sorts what is stored, and carries out what follows: a case is opened, or told of its mail. What
fails is tried again for ever; while a mailbox is down nothing is lost, since it waits there with its date of arrival.
Next: `activities/mailbox.py`
"""

import contextlib
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, FailureError, WorkflowAlreadyStartedError
from temporalio.workflow import ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from activities.mailbox import MailboxWatch
    from activities.mailroom import Mailroom
    from domain.messages import MailEffect, MailsTold, OpenCase, WatchMailbox

from workflows.case import CaseWorkflow
from workflows.ids import case_workflow_id
from workflows.opening import whole_message
from workflows.options import CASE_QUEUE, EVENTS, MAIL, MAIL_SORTING, TASK_TIMEOUT

TOLD_AGAIN_AFTER = timedelta(seconds=10)
MOST_EVENTS = 2_000  # then the history starts anew; the state is in the database


@workflow.defn
class MailboxWorkflow:
    """Watches one mailbox. No messages: its input names the mailbox."""

    @workflow.init
    @whole_message
    def __init__(self, watched: WatchMailbox) -> None:
        self._watched = watched

    @workflow.run
    async def run(self, watched: WatchMailbox) -> None:
        """Watch until the settings name the mailbox no more."""
        while True:
            await self._sort()
            try:
                taken = await workflow.execute_activity_method(MailboxWatch.take_in_mail, watched, **MAIL)
            except ActivityError:
                continue  # out of attempts for now; the row of the mailbox says why
            if taken.gone:
                return
            info = workflow.info()
            if info.is_continue_as_new_suggested() or info.get_current_history_length() > MOST_EVENTS:
                workflow.continue_as_new(watched)

    async def _sort(self) -> None:
        more = True
        while more:
            found = await workflow.execute_activity_method(Mailroom.sort_mail, self._watched, **MAIL_SORTING)
            told = [effect.arrived.mail for effect in found.effects if await self._carry_out(effect)]
            if told:
                await workflow.execute_activity_method(Mailroom.mark_told, MailsTold(mails=told), **EVENTS)
            if len(told) < len(found.effects):
                await workflow.sleep(TOLD_AGAIN_AFTER)  # its case is not running yet; the sweep starts it
                return
            more = found.more

    async def _carry_out(self, effect: MailEffect) -> bool:
        """Whether the case knows now; otherwise the next turn tries again."""
        name = case_workflow_id(effect.case_id)
        if effect.opens or effect.ended is not None:
            with contextlib.suppress(WorkflowAlreadyStartedError):
                await workflow.start_child_workflow(
                    CaseWorkflow.run,
                    OpenCase(case_id=effect.case_id, state=effect.ended),
                    id=name,
                    task_queue=CASE_QUEUE,
                    task_timeout=TASK_TIMEOUT,
                    parent_close_policy=ParentClosePolicy.ABANDON,
                )
        handle: workflow.ExternalWorkflowHandle[CaseWorkflow] = workflow.get_external_workflow_handle_for(CaseWorkflow.run, name)
        try:
            await handle.signal(CaseWorkflow.mail_arrived, effect.arrived)
        except FailureError:
            return False
        return True
