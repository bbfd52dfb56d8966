"""The door to workflows that carry a dossier, a breach or a notice: start, update, query, sweep, carry on.

The workflow itself is handed in by `api/breaches.py` and `api/notices.py`, which alone may import it (import contract).
Next: `api/breaches.py`
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID

import structlog
from anyio import to_thread
from pydantic import BaseModel
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle, WorkflowUpdateFailedError, WorkflowUpdateHandle
from temporalio.client import WorkflowUpdateRPCTimeoutOrCancelledError as UpdateUnanswered
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.service import RPCError, RPCStatusCode

from adapters.database.breach_reader import open_dossiers, unstarted_dossiers
from adapters.database.tables import Alarm
from adapters.resources import Resources
from api.answers import CommandUnansweredError, restored
from domain.errors import UnknownObjectError

_LEFT_ALONE = timedelta(seconds=30)  # a dossier younger than this is being started by whoever took it in
_ANSWER_WITHIN = timedelta(seconds=15)  # longer than a worker crash is felt (docs/decisions/0001)
_log = structlog.get_logger()

State = TypeVar("State", bound=BaseModel)
Snap = TypeVar("Snap", bound=BaseModel)


@dataclass(frozen=True)
class Carrier(Generic[State, Snap]):
    """What carries one kind of dossier.

    Args:
        kind: as the tables name it.
        run, command: of the workflow.
        opening: the workflow's input, from the id and the state that recorded events make.
        folded: that state; None while nothing is recorded.
        ended: statuses at which no workflow has to run.
    """

    kind: str
    run: Any
    command: Any
    queue: str
    task_timeout: timedelta
    workflow_id: Callable[[UUID], str]
    opening: Callable[[UUID, State | None], BaseModel]
    folded: Callable[[UUID], State | None]
    snapshot: type[Snap]
    ended: Iterable[str]


class DossierDoor(Generic[State, Snap]):
    """Starts, commands and watches the workflows of one kind of dossier.

    Args:
        client: connected lazily, so that the web answers while the engine is down.
        resources: opened once by the process.
        carrier: of the kind.
    """

    def __init__(self, client: Client, resources: Resources, carrier: Carrier[State, Snap]) -> None:
        self._client = client
        self._resources = resources
        self._carrier = carrier
        self._starts: set[asyncio.Task[None]] = set()

    def start_soon(self, dossier_id: UUID) -> None:
        """Start in the background; must be called on the event loop."""
        task = asyncio.get_running_loop().create_task(self._start_quietly(dossier_id))
        self._starts.add(task)
        task.add_done_callback(self._starts.discard)

    async def _start_quietly(self, dossier_id: UUID) -> None:
        try:
            await self.start(dossier_id)
        except RPCError as failure:
            # The dossier is safe; the sweep starts it when the engine is back.
            _log.warning("dossier not started yet", dossier=str(dossier_id), reason=failure.status.name)

    async def start(self, dossier_id: UUID, state: State | None = None) -> None:
        """Start the workflow, or find it running."""
        carrier = self._carrier
        await self._client.start_workflow(
            carrier.run,
            carrier.opening(dossier_id, state),
            id=carrier.workflow_id(dossier_id),
            task_queue=carrier.queue,
            task_timeout=carrier.task_timeout,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        )

    async def perform(self, dossier_id: UUID, call: BaseModel, command_id: str) -> Snap:
        """Hand a command in and wait for its answer; a workflow that is gone is started first from the recorded events.

        Raises:
            DomainError: the workflow refused it. CommandUnansweredError: nobody answered within 15 seconds.
        """
        try:
            return await self._update(dossier_id, call, command_id)
        except RPCError as failure:
            if failure.status is not RPCStatusCode.NOT_FOUND:
                raise CommandUnansweredError(command=command_id) from failure
        await self.start(dossier_id, await to_thread.run_sync(self._carrier.folded, dossier_id))
        return await self._update(dossier_id, call, command_id)

    async def _update(self, dossier_id: UUID, call: BaseModel, command_id: str) -> Snap:
        try:
            answer: Snap = await self._handle(dossier_id).execute_update(
                self._carrier.command, call, id=command_id, rpc_timeout=_ANSWER_WITHIN, result_type=self._carrier.snapshot
            )
        except WorkflowUpdateFailedError as refusal:
            raise restored(refusal) from refusal
        except (TimeoutError, asyncio.CancelledError, UpdateUnanswered) as silence:
            raise CommandUnansweredError(command=command_id) from silence
        return answer

    async def answer_of(self, dossier_id: UUID, command_id: str) -> Snap | None:
        """The answer to a command handed in before, or None while there is none.

        Raises:
            DomainError: it was refused. UnknownObjectError: there is no such command.
        """
        handle: WorkflowUpdateHandle[Snap] = self._handle(dossier_id).get_update_handle(
            command_id, result_type=self._carrier.snapshot
        )
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

    async def sweep(self) -> list[UUID]:
        """Start every dossier that has no first event, and say which."""
        orphans = await to_thread.run_sync(self._orphans)
        for dossier_id in orphans:
            await self.start(dossier_id)
        return orphans

    async def reconcile(self) -> list[UUID]:
        """Carry on every open dossier whose workflow was ended from outside, with an alarm for each."""
        carried_on = []
        for dossier_id in await to_thread.run_sync(self._open):
            if not await self._runs(dossier_id):
                state = await to_thread.run_sync(self._carrier.folded, dossier_id)
                await self.start(dossier_id, state)
                await to_thread.run_sync(self._alarm, dossier_id)
                carried_on.append(dossier_id)
        return carried_on

    async def _runs(self, dossier_id: UUID) -> bool:
        with contextlib.suppress(RPCError):
            return (await self._handle(dossier_id).describe()).status is WorkflowExecutionStatus.RUNNING
        return False

    def _orphans(self) -> list[UUID]:
        with self._resources.database.read() as session:
            return unstarted_dossiers(session, self._carrier.kind, datetime.now(UTC) - _LEFT_ALONE)

    def _open(self) -> list[UUID]:
        with self._resources.database.read() as session:
            return open_dossiers(session, self._carrier.kind, self._carrier.ended)

    def _alarm(self, dossier_id: UUID) -> None:
        facts: dict[str, Any] = {"dossier": str(dossier_id)}
        with self._resources.database.write() as session:
            session.add(Alarm(at=datetime.now(UTC), kind="workflow-carried-on", facts=facts))

    def _handle(self, dossier_id: UUID) -> WorkflowHandle[Any, Any]:
        return self._client.get_workflow_handle(self._carrier.workflow_id(dossier_id))
