"""The door to the workflows of one kind, cases, breaches or notices: start, update, ask, sweep, carry on.

The workflow itself is handed in by `api/cases.py`, `api/breaches.py` and `api/notices.py`, which alone may import it (import
contract). What was received is answered without waiting for the engine; a start that is lost is caught by the sweep.
Next: `api/cases.py`
"""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

import structlog
from anyio import to_thread
from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle, WorkflowUpdateFailedError, WorkflowUpdateHandle
from temporalio.client import WorkflowUpdateRPCTimeoutOrCancelledError as UpdateUnanswered
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.service import RPCError, RPCStatusCode

from adapters.database.tables import Alarm
from adapters.resources import Resources
from api.answers import CommandUnansweredError, restored
from domain.errors import UnknownObjectError

_LEFT_ALONE = timedelta(seconds=30)  # one younger than this is being started by whoever took it in
_ANSWER_WITHIN = timedelta(seconds=15)  # longer than a worker crash is felt (docs/decisions/0001)
_log = structlog.get_logger()

State = TypeVar("State", bound=BaseModel)
Snap = TypeVar("Snap", bound=BaseModel)


class Call(Protocol):
    """A command on its way: its id is the update's, so a retry finds what the first try did."""

    @property
    def command_id(self) -> str: ...


@dataclass(frozen=True)
class Carrier(Generic[State, Snap]):
    """What carries one kind.

    Args:
        kind: as the log names it.
        run, command: of the workflow.
        opening: the workflow's input, from the id and the state that recorded events make; may read the database.
        folded: that state; None while nothing is recorded.
        has_ended: whether no workflow has to run at this state.
        unstarted: those without a first event that are older than an instant.
        unfinished: those whose workflow has to run.
        found_again: what an alarm says about one that is carried on.
    """

    kind: str
    run: Any
    command: Any
    queue: str
    task_timeout: timedelta
    workflow_id: Callable[[UUID], str]
    opening: Callable[[UUID, State | None], BaseModel]
    folded: Callable[[UUID], State | None]
    has_ended: Callable[[State], bool]
    snapshot: type[Snap]
    unstarted: Callable[[Session, datetime], list[UUID]]
    unfinished: Callable[[Session], list[UUID]]
    found_again: Callable[[UUID], dict[str, Any]]


class Door(Generic[State, Snap]):
    """Starts, commands and watches the workflows of one kind.

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

    def start_soon(self, key: UUID, /) -> None:
        """Start in the background; must be called on the event loop."""
        task = asyncio.get_running_loop().create_task(self._start_quietly(key))
        self._starts.add(task)
        task.add_done_callback(self._starts.discard)

    async def _start_quietly(self, key: UUID) -> None:
        try:
            await self.start(key)
        except (RPCError, SQLAlchemyError) as failure:
            # What was received is safe; the sweep starts it when the engine is back.
            reason = failure.status.name if isinstance(failure, RPCError) else type(failure).__name__
            _log.warning("not started yet", kind=self._carrier.kind, id=str(key), reason=reason)

    async def start(self, key: UUID, state: State | None = None) -> None:
        """Start the workflow, or find it running.

        Args:
            key: the id of what it carries.
            state: folded from the recorded events when one is carried on.
        """
        carrier = self._carrier
        await self._client.start_workflow(
            carrier.run,
            await to_thread.run_sync(carrier.opening, key, state),
            id=carrier.workflow_id(key),
            task_queue=carrier.queue,
            task_timeout=carrier.task_timeout,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        )

    async def perform(self, key: UUID, call: Call, /) -> Snap:
        """Hand a command in and wait for its answer; a workflow that is gone is started first from the recorded events.

        Raises:
            DomainError: the workflow refused it. CommandUnansweredError: nobody answered within 15 seconds.
        """
        if (snapshot := await self._answered(key, call)) is not None:
            return snapshot
        await self.start(key, await to_thread.run_sync(self._carrier.folded, key))
        if (snapshot := await self._answered(key, call)) is not None:
            return snapshot
        raise CommandUnansweredError(command=call.command_id)

    async def _answered(self, key: UUID, call: Call) -> Snap | None:
        """The answer to a command; None when no workflow runs that could give one."""
        try:
            answer: Snap = await self._handle(key).execute_update(
                self._carrier.command,
                call,
                id=call.command_id,
                rpc_timeout=_ANSWER_WITHIN,
                result_type=self._carrier.snapshot,
            )
        except WorkflowUpdateFailedError as refusal:
            raise restored(refusal) from refusal
        except (TimeoutError, asyncio.CancelledError, UpdateUnanswered) as silence:
            raise CommandUnansweredError(command=call.command_id) from silence
        except RPCError as failure:
            if failure.status is RPCStatusCode.NOT_FOUND:
                return None
            raise CommandUnansweredError(command=call.command_id) from failure
        return answer

    async def answer_of(self, key: UUID, command_id: str, /) -> Snap | None:
        """The answer to a command handed in before, or None while there is none.

        Raises:
            DomainError: it was refused. UnknownObjectError: there is no such command.
        """
        handle: WorkflowUpdateHandle[Snap] = self._handle(key).get_update_handle(command_id, result_type=self._carrier.snapshot)
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
        """Start everything that was received and has no first event, and say which."""
        orphans = await to_thread.run_sync(self._orphans)
        for key in orphans:
            await self.start(key)
        return orphans

    async def reconcile(self) -> list[UUID]:
        """Carry on, from its recorded events, whatever lost its workflow to somebody outside, with an alarm for each."""
        carried_on = []
        for key in await to_thread.run_sync(self._unfinished):
            if await self._runs(key):
                continue
            state = await to_thread.run_sync(self._carrier.folded, key)
            if state is not None and not self._carrier.has_ended(state):  # it may have ended while we looked
                await self.start(key, state)
                await to_thread.run_sync(self._alarm, key)
                carried_on.append(key)
        return carried_on

    async def _runs(self, key: UUID) -> bool:
        with contextlib.suppress(RPCError):
            return (await self._handle(key).describe()).status is WorkflowExecutionStatus.RUNNING
        return False

    def _orphans(self) -> list[UUID]:
        with self._resources.database.read() as session:
            return self._carrier.unstarted(session, datetime.now(UTC) - _LEFT_ALONE)

    def _unfinished(self) -> list[UUID]:
        with self._resources.database.read() as session:
            return self._carrier.unfinished(session)

    def _alarm(self, key: UUID) -> None:
        with self._resources.database.write() as session:
            session.add(Alarm(at=datetime.now(UTC), kind="workflow-carried-on", **self._carrier.found_again(key)))

    def _handle(self, key: UUID) -> WorkflowHandle[Any, Any]:
        return self._client.get_workflow_handle(self._carrier.workflow_id(key))
