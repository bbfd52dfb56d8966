"""The door to CaseWorkflow. Nothing else in `api` may import it (held by an import contract).

A case starts in its turn, behind the answers that people wait for, and may be carried on after its end for what may still
happen to it. Next: `workflows/case.py`.
"""

import asyncio
import itertools
from datetime import UTC, datetime
from uuid import UUID

import structlog
from anyio import to_thread
from temporalio.client import Client
from temporalio.service import RPCError

from adapters.database.case_reader import CaseReader, open_cases, unstarted
from adapters.database.opening import opening_of
from adapters.leftovers import sweep_leftovers
from adapters.resources import Resources
from adapters.scanning import scan_again
from api.answers import CommandUnansweredError
from api.door import Call, Carrier, Door
from api.starting import Starter
from domain.case import CaseState
from domain.decisions import allowed_actions
from domain.errors import NotAllowedNowError
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
_EVERY_EVENT = 100_000  # of one case
_log = structlog.get_logger()


class Cases(Door[CaseState, Snapshot]):
    """Starts, commands and watches case workflows.

    Args:
        client: connected lazily, so that the web answers while the engine is down.
        resources: opened once by the process.
    """

    def __init__(self, client: Client, resources: Resources) -> None:
        self._reader = CaseReader(resources)
        self._starter = Starter(self._start_quietly)
        carrier = Carrier[CaseState, Snapshot](
            kind="case",
            run=CaseWorkflow.run,
            command=CaseWorkflow.command,
            queue=CASE_QUEUE,
            task_timeout=TASK_TIMEOUT,
            workflow_id=case_workflow_id,
            opening=self._opening,
            folded=self._folded,
            has_ended=lambda state: state.status is Status.CLOSED,
            snapshot=Snapshot,
            unstarted=unstarted,
            unfinished=open_cases,
            found_again=lambda case_id: {"case_id": case_id, "facts": {}},
        )
        super().__init__(client, resources, carrier)

    def start_soon(self, case_id: UUID, /) -> None:
        """Start a case in the background, in its turn; must be called on the event loop."""
        self._starter.soon(case_id)

    async def perform(self, case_id: UUID, call: Call, /) -> Snapshot:
        """Hand a command in and wait for its answer.

        Raises:
            DomainError: the workflow refused it. CommandUnansweredError: nobody answered within 15 seconds.
        """
        assert isinstance(call, CommandCall)
        for _ in range(_RUNS):
            if (snapshot := await self._answered(case_id, call)) is not None:
                return snapshot
            # Its start was lost, or it has ended: then it is carried on for what may still happen to it.
            view = await to_thread.run_sync(self._reader.get, case_id)
            allowed = allowed_actions(view.state)
            if view.state.status is Status.CLOSED and call.command.action not in allowed:
                actions = [action.value for action in allowed]
                raise NotAllowedNowError(status=view.state.status.value, allowed_actions=actions)
            await self.start(case_id, await to_thread.run_sync(self._folded, case_id))
        raise CommandUnansweredError(command=call.command_id)

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

    def _opening(self, case_id: UUID, state: CaseState | None) -> OpenCase:
        # The receipt is read here and not by an activity: one step of the engine less for every case.
        return OpenCase(case_id=case_id, state=state, receipt=None if state else opening_of(self._resources, case_id))

    def _folded(self, case_id: UUID) -> CaseState | None:
        rows = self._reader.events(case_id, 0, _EVERY_EVENT)
        if not rows:
            return None
        return fold(
            case_id,
            [CaseEvent(sequence=row.sequence, tag=Tag(row.tag), at=row.at, actor=row.actor, facts=row.facts) for row in rows],
        )
