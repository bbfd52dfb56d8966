"""Small workflows that receive every kind of message, for the tests of the payload codec."""

from datetime import timedelta

from pydantic import BaseModel
from temporalio import activity, workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError

from workflows.opening import whole_message


class Begin(BaseModel):
    sha256: str
    secret: str = ""


class Approve(BaseModel):
    sha256: str


class Snapshot(BaseModel):
    approvals: int
    notes: int
    sha256: str


@activity.defn
def measure(text: Begin) -> int:
    activity.heartbeat(text.secret)
    return len(text.secret)


@activity.defn
def refuse_loudly(text: Begin) -> int:
    raise ApplicationError("refused with " + text.secret, text.secret, non_retryable=True)


@activity.defn
async def answer_later(text: Begin) -> int:
    assert text
    activity.raise_complete_async()


@workflow.defn
class EchoWorkflow:
    @workflow.run
    async def run(self, begin: Begin) -> str:
        return begin.secret


@workflow.defn
class ApprovalWorkflow:
    """A case in small: approvals name the hash they approve."""

    @workflow.init
    @whole_message
    def __init__(self, begin: Begin) -> None:
        # Here and not in `run`: an update may arrive before the first task.
        self.state = Snapshot(approvals=0, notes=0, sha256=begin.sha256)

    @workflow.run
    async def run(self, begin: Begin) -> Snapshot:  # noqa: ARG002 (taken by __init__)
        await workflow.wait_condition(lambda: self.state.approvals > 0)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self.state

    @workflow.update
    async def approve(self, command: Approve) -> Snapshot:  # noqa: ARG002 (the validator looks at it)
        self.state.approvals += 1
        return self.state

    @approve.validator
    def may_approve(self, command: Approve) -> None:
        if command.sha256 != self.state.sha256:
            raise ApplicationError("stale", type="stale-hash")

    @workflow.update
    async def rebuild(self, command: Approve) -> Snapshot:
        """An update without validator, as somebody will write one some day."""
        self.state.sha256 = command.sha256
        return self.state

    @workflow.signal
    def mail_arrived(self, note: Approve) -> None:  # noqa: ARG002 (that it arrives is the point)
        self.state.notes += 1

    @workflow.query
    def snapshot(self) -> Snapshot:
        return self.state


@workflow.defn
class TrafficWorkflow:
    """Sends every kind of payload once."""

    @workflow.run
    async def run(self, begin: Begin) -> str:
        measured = await workflow.execute_activity(
            measure, begin, start_to_close_timeout=timedelta(seconds=30), summary=begin.secret
        )
        echoed = await workflow.execute_child_workflow(EchoWorkflow.run, begin, id=f"{workflow.info().workflow_id}-echo")
        workflow.upsert_memo({"seen": begin.secret})
        if not workflow.info().continued_run_id:
            workflow.continue_as_new(begin)
        try:
            await workflow.execute_activity(refuse_loudly, begin, start_to_close_timeout=timedelta(seconds=30))
        except ActivityError as failure:
            cause = failure.cause
        return f"{measured} {echoed} {cause.message} {cause.details[0]}" if isinstance(cause, ApplicationError) else ""


@workflow.defn
class WaitingWorkflow:
    """Waits for an activity that somebody else completes."""

    @workflow.run
    async def run(self, begin: Begin) -> str:
        try:
            await workflow.execute_activity(
                answer_later,
                begin,
                activity_id="later",
                start_to_close_timeout=timedelta(seconds=60),
                retry_policy=RetryPolicy(maximum_attempts=1),
            )
        except ActivityError as failure:
            if isinstance(failure.cause, ApplicationError):
                return f"failed with {len(failure.cause.details)} details"
        return "done"


@workflow.defn(name="HousekeepingWorkflow")
class ScheduledWorkflow:
    @workflow.run
    async def run(self, begin: Begin) -> int:
        before = workflow.get_last_completion_result(int) if workflow.has_last_completion_result() else 0
        return (before or 0) + len(begin.secret)
