"""The door to CaseWorkflow: start, update, query. Nothing else in `api` may import `workflows` (held by an import contract).

A receipt is answered without waiting for the engine; the start follows in the background, a sweep every minute catches what
was lost, and a command that meets "not found" starts the workflow first.
Next: `workflows/case.py`.
"""

import asyncio
import contextlib
import itertools
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog
from anyio import to_thread
from sqlalchemy.exc import SQLAlchemyError
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle, WorkflowUpdateFailedError, WorkflowUpdateHandle
from temporalio.client import WorkflowUpdateRPCTimeoutOrCancelledError as UpdateUnanswered
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.service import RPCError, RPCStatusCode

from adapters.database.case_reader import CaseReader, open_cases, unstarted
from adapters.database.opening import opening_of
from adapters.database.tables import Alarm
from adapters.leftovers import sweep_leftovers
from adapters.resources import Resources
from adapters.scanning import scan_again
from api.answers import CommandUnansweredError, restored
from api.starting import Starter
from domain.case import CaseState
from domain.decisions import allowed_actions
from domain.errors import NotAllowedNowError, UnknownObjectError
from domain.events import CaseEvent, Tag
from domain.folding import fold
from domain.messages import CommandCall, OpenCase, Snapshot
from domain.rights import Status
from workflows.case import CaseWorkflow
from workflows.options import CASE_QUEUE, TASK_TIMEOUT
from workflows.registry import case_workflow_id

_RUNS = 3  # a run may end just as a command comes; another one takes it
_SWEEP_EVERY = 60.0  # seconds
_RECONCILE_EVERY = 10  # sweeps; it asks the engine about every open case
_LEFT_ALONE = timedelta(seconds=30)  # a receipt younger than this is being started by whoever took it in
_ANSWER_WITHIN = timedelta(seconds=15)  # longer than a worker crash is felt (docs/decisions/0001)
_log = structlog.get_logger()


class Cases:
    """Starts, commands and watches case workflows.

    Args:
        client: connected lazily, so that the web answers while the engine is down.
        resources: opened once by the process.
    """

    def __init__(self, client: Client, resources: Resources) -> None:
        self._client = client
        self._resources = resources
        self._reader = CaseReader(resources)
        self._starter = Starter(self._start_quietly)

    def start_soon(self, case_id: UUID) -> None:
        """Start a case in the background; must be called on the event loop."""
        self._starter.soon(case_id)

    async def _start_quietly(self, case_id: UUID) -> None:
        try:
            await self.start(case_id)
        except RPCError as failure:
            # The receipt is safe; the sweep starts the case when the engine is back.
            _log.warning("case not started yet", case_id=str(case_id), reason=failure.status.name)
        except SQLAlchemyError as failure:
            _log.warning("case not started yet", case_id=str(case_id), reason=type(failure).__name__)

    async def start(self, case_id: UUID, state: CaseState | None = None) -> None:
        """Start a case's workflow, or find it running.

        Args:
            case_id: the receipt's id.
            state: folded from the recorded events when a case is carried on.
        """
        # Read here and not by an activity: one step of the engine less for every case.
        receipt = None if state else await to_thread.run_sync(opening_of, self._resources, case_id)
        await self._client.start_workflow(
            CaseWorkflow.run,
            OpenCase(case_id=case_id, state=state, receipt=receipt),
            id=case_workflow_id(case_id),
            task_queue=CASE_QUEUE,
            task_timeout=TASK_TIMEOUT,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        )

    async def perform(self, case_id: UUID, call: CommandCall) -> Snapshot:
        """Hand a command in and wait for its answer.

        Raises:
            DomainError: the workflow refused it. CommandUnansweredError: nobody answered within 15 seconds.
        """
        for _ in range(_RUNS):
            try:
                return await self._update(case_id, call)
            except RPCError as failure:
                if failure.status is not RPCStatusCode.NOT_FOUND:
                    raise CommandUnansweredError(command=call.command_id) from failure
            # Its start was lost, or it has ended: then it is carried on for what may still happen to it.
            view = await to_thread.run_sync(self._reader.get, case_id)
            allowed = allowed_actions(view.state)
            if view.state.status is Status.CLOSED and call.command.action not in allowed:
                actions = [action.value for action in allowed]
                raise NotAllowedNowError(status=view.state.status.value, allowed_actions=actions)
            await self.start(case_id, await self._folded(case_id))
        raise CommandUnansweredError(command=call.command_id)

    async def _update(self, case_id: UUID, call: CommandCall) -> Snapshot:
        handle = self._handle(case_id)
        try:
            return await handle.execute_update(
                CaseWorkflow.command,
                call,
                id=call.command_id,
                rpc_timeout=_ANSWER_WITHIN,
            )
        except WorkflowUpdateFailedError as refusal:
            raise restored(refusal) from refusal
        except (TimeoutError, asyncio.CancelledError, UpdateUnanswered) as silence:
            raise CommandUnansweredError(command=call.command_id) from silence

    async def answer_of(self, case_id: UUID, command_id: str) -> Snapshot | None:
        """The answer to a command handed in before, or None while there is none.

        Raises:
            DomainError: it was refused. UnknownObjectError: there is no such command.
        """
        handle: WorkflowUpdateHandle[Snapshot] = self._handle(case_id).get_update_handle(command_id, result_type=Snapshot)
        try:
            return await handle.result(rpc_timeout=timedelta(seconds=1))
        except WorkflowUpdateFailedError as refusal:
            raise restored(refusal) from refusal
        except (TimeoutError, asyncio.CancelledError, UpdateUnanswered):
            return None
        except RPCError as failure:
            if failure.status is RPCStatusCode.NOT_FOUND:
                raise UnknownObjectError from failure
            return None

    async def sweep_forever(self) -> None:
        """Once a minute start what was received and never started, and carry on what was ended from outside."""
        for turn in itertools.count():
            try:
                await self.sweep()
                await to_thread.run_sync(scan_again, self._resources, datetime.now(UTC))
                if turn % _RECONCILE_EVERY == 0:
                    await self.reconcile()
                    await to_thread.run_sync(sweep_leftovers, self._resources, datetime.now(UTC))
            except (RPCError, OSError) as failure:
                _log.warning("sweep postponed", reason=type(failure).__name__)
            await asyncio.sleep(_SWEEP_EVERY)

    async def sweep(self) -> list[UUID]:
        """Start every receipt that has no first event, and say which."""
        orphans = await to_thread.run_sync(self._orphans)
        for case_id in orphans:
            await self.start(case_id)
        return orphans

    def _orphans(self) -> list[UUID]:
        with self._resources.database.read() as session:
            return unstarted(session, datetime.now(UTC) - _LEFT_ALONE)

    async def reconcile(self) -> list[UUID]:
        """Start the workflow of every open case that has none, from the case's recorded events, and raise an alarm for it."""
        carried_on = []
        for case_id in await to_thread.run_sync(self._open_cases):
            if await self._runs(case_id):
                continue
            state = await self._folded(case_id)
            if state is not None and state.status is not Status.CLOSED:  # it may have closed while we looked
                await self.start(case_id, state)
                await to_thread.run_sync(self._alarm, case_id)
                carried_on.append(case_id)
        return carried_on

    async def _runs(self, case_id: UUID) -> bool:
        with contextlib.suppress(RPCError):
            return (await self._handle(case_id).describe()).status is WorkflowExecutionStatus.RUNNING
        return False

    def _open_cases(self) -> list[UUID]:
        with self._resources.database.read() as session:
            return open_cases(session)

    async def _folded(self, case_id: UUID) -> CaseState | None:
        rows = await to_thread.run_sync(self._reader.events, case_id, 0, 100_000)
        if not rows:
            return None
        return fold(
            case_id,
            [CaseEvent(sequence=row.sequence, tag=Tag(row.tag), at=row.at, actor=row.actor, facts=row.facts) for row in rows],
        )

    def _alarm(self, case_id: UUID) -> None:
        with self._resources.database.write() as session:
            session.add(Alarm(at=datetime.now(UTC), kind="workflow-carried-on", case_id=case_id, facts={}))

    def _handle(self, case_id: UUID) -> WorkflowHandle[CaseWorkflow, None]:
        return self._client.get_workflow_handle_for(CaseWorkflow.run, case_workflow_id(case_id))
