"""The door to ArchiveWorkflow: an import that was received is read in the background. Next: `workflows/archive.py`."""

import asyncio
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select
from starlette.concurrency import run_in_threadpool
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError

from adapters.database.archive_tables import ArchiveRow
from adapters.resources import Resources
from domain.archive_messages import ReadArchive
from domain.archives import ArchiveState
from workflows.archive import ArchiveWorkflow
from workflows.ids import archive_workflow_id
from workflows.options import CASE_QUEUE, TASK_TIMEOUT

_EVERY = 60.0  # seconds between two looks for imports that nobody reads
_log = structlog.get_logger("archives")


class ArchiveDoor:
    """Starts the reading of imports.

    Args:
        client: connected lazily, so that the web answers while the engine is down.
        resources: of the web process.

    Made in the loop in which it starts things.
    """

    def __init__(self, client: Client, resources: Resources) -> None:
        self._client, self._resources = client, resources
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()

    def start_soon(self, archive: UUID) -> None:
        """Start the reading in the background, from any thread; what goes wrong is left to the sweep."""
        self._loop.call_soon_threadsafe(self._begin, archive)

    def _begin(self, archive: UUID) -> None:
        task = self._loop.create_task(self._start(archive))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def sweep(self) -> None:
        """For as long as the process lives: start what was received and is not read."""
        while True:
            await asyncio.sleep(_EVERY)
            try:
                for archive in await run_in_threadpool(self.unread):
                    await self._start(archive)
            except SQLAlchemyError:  # a database that is away for a while must not end the safety net for good
                _log.warning("imports not looked for")

    def unread(self) -> list[UUID]:
        """Imports that were received and are not read; those that were given up wait for a person."""
        begun = [ArchiveState.RECEIVED.value, ArchiveState.READING.value]
        with self._resources.database.read() as session:
            return list(session.exec(select(ArchiveRow.id).where(col(ArchiveRow.state).in_(begun))).all())

    async def _start(self, archive: UUID) -> None:
        try:
            await self._client.start_workflow(
                ArchiveWorkflow.run,
                ReadArchive(archive=archive),
                id=archive_workflow_id(archive),
                task_queue=CASE_QUEUE,
                task_timeout=TASK_TIMEOUT,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            )
        except (RPCError, RuntimeError):
            _log.warning("import not started", archive=str(archive))
