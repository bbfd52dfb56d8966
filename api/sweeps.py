"""The door to SweepWorkflow: what a privacy lead wishes of a sweep. Next: `workflows/sweep.py`."""

import asyncio
from datetime import timedelta
from uuid import uuid4

from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.client import WorkflowUpdateRPCTimeoutOrCancelledError as UpdateUnanswered
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError, RPCStatusCode

from api.answers import CommandUnansweredError, restored
from domain.commands import Actor
from domain.sweep_messages import SweepAction, SweepCall, SweepSnapshot, Swept, WatchPeriod
from workflows.ids import sweep_workflow_id
from workflows.options import CASE_QUEUE, TASK_TIMEOUT
from workflows.sweep import SweepWorkflow

_ANSWER_WITHIN = timedelta(seconds=15)


class SweepDoor:
    """Commands the workflows of retention periods.

    Args:
        client: connected lazily, so that the web answers while the engine is down.
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    async def perform(self, swept: Swept, action: SweepAction, actor: Actor, sha256: str | None = None) -> SweepSnapshot:
        """Hand a command in and wait for its answer.

        Raises:
            DomainError: the workflow refused it. CommandUnansweredError: nobody answered within 15 seconds.
        """
        call = SweepCall(command_id=f"sweep:{uuid4().hex}", action=action, actor=actor, sha256=sha256)
        name = sweep_workflow_id(swept.rule, swept.system, swept.collection)
        try:
            await self._client.start_workflow(
                SweepWorkflow.run,
                WatchPeriod(swept=swept),
                id=name,
                task_queue=CASE_QUEUE,
                task_timeout=TASK_TIMEOUT,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            )
            handle = self._client.get_workflow_handle(name)
            return await handle.execute_update(SweepWorkflow.command, call, id=call.command_id, rpc_timeout=_ANSWER_WITHIN)
        except WorkflowUpdateFailedError as refusal:
            raise restored(refusal) from refusal
        except (TimeoutError, asyncio.CancelledError, UpdateUnanswered) as silence:
            raise CommandUnansweredError(command=call.command_id) from silence
        except RPCError as failure:
            if failure.status in {RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED}:
                raise CommandUnansweredError(command=call.command_id) from failure
            raise
