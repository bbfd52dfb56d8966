"""One case on a real Temporal server whose time can be skipped, with everything outside it faked."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError
from temporalio.testing import TimeSkipper
from temporalio.worker import Worker

from domain.case import CaseState
from domain.commands import ApprovePackage, Command, ConfirmIdentityCode, OpenPackage
from domain.messages import CommandCall, OpenCase, Snapshot
from domain.rights import Status
from tests.factories import BEN, MAILBOX, SUBJECT
from tests.fakes import FakeOffice
from workflows.case import CaseWorkflow
from workflows.options import CONNECTOR_QUEUE, LETTER_QUEUE


@dataclass
class Running:
    """One case under way, and what it did outside."""

    office: FakeOffice
    handle: WorkflowHandle[CaseWorkflow, None]
    skipper: TimeSkipper

    async def command(self, command: Command) -> Snapshot:
        call = CommandCall(command_id=f"test:{uuid4().hex}", command=command)
        return await self.handle.execute_update(CaseWorkflow.command, call)

    async def refused(self, command: Command) -> str:
        with pytest.raises(WorkflowUpdateFailedError) as failure:
            await self.command(command)
        assert isinstance(failure.value.cause, ApplicationError)
        return str(failure.value.cause.type)

    async def until(self, condition: Callable[[FakeOffice], object]) -> None:
        for _ in range(600):
            if condition(self.office):
                return
            await asyncio.sleep(0.05)
        raise AssertionError(self.office.tags)

    async def until_status(self, status: Status) -> None:
        await self.until(lambda office: office.state is not None and office.state.status is status)

    async def until_folded(self) -> Snapshot:
        """Until the workflow itself, and not only the record, stands where the recorded events put it."""
        await self.until_status(Status.VERIFYING_IDENTITY)
        return await self.folded()

    async def folded(self) -> Snapshot:
        """What the workflow says of itself once it has folded all that is on record: a moment after the record has it."""
        for _ in range(600):
            snapshot = await self.handle.query(CaseWorkflow.snapshot)
            if snapshot.state.sequence == (self.office.state.sequence if self.office.state else 0):
                return snapshot
            await asyncio.sleep(0.05)
        raise AssertionError(self.office.tags)

    async def age(self, **by: float) -> None:
        await self.skipper.fast_forward(self.handle, timedelta(**by))

    async def identify(self, identifier: UUID = MAILBOX) -> None:
        attempt = uuid4()
        self.office.good_attempts[attempt] = identifier
        await self.command(ConfirmIdentityCode(actor=SUBJECT, attempt=attempt))

    @property
    def sha256(self) -> str:
        assert self.office.state is not None
        assert self.office.state.package is not None
        return self.office.state.package.sha256

    async def approve(self) -> None:
        await self.until(lambda office: office.state and office.state.status is Status.IN_REVIEW and office.state.package)
        await self.command(ApprovePackage(actor=BEN, sha256=self.sha256))

    async def fetch(self) -> None:
        attempt = uuid4()
        self.office.good_attempts[attempt] = MAILBOX
        await self.command(OpenPackage(actor=SUBJECT, attempt=attempt))


@asynccontextmanager
async def case(
    client: Client, skipper: TimeSkipper, office: FakeOffice | None = None, state: CaseState | None = None
) -> AsyncIterator[Running]:
    office = office or FakeOffice()
    queue = f"case-{uuid4().hex}"
    cases = Worker(client, task_queue=queue, workflows=[CaseWorkflow], activities=office.case_activities)
    # The workflow names these queues itself; the server is this test process's own and tests run one after the other.
    # Who is called off hears of it at the next beat, and that is not put off for long here.
    beats = timedelta(milliseconds=200)
    connectors = Worker(
        client, task_queue=CONNECTOR_QUEUE, activities=office.connector_activities, max_heartbeat_throttle_interval=beats
    )
    letters = Worker(client, task_queue=LETTER_QUEUE, activities=office.letter_activities)
    async with cases, connectors, letters:
        with skipper.with_time_skipping_disabled():
            handle = await skipper.client.start_workflow(
                CaseWorkflow.run,
                OpenCase(case_id=state.case_id if state else uuid4(), state=state),
                id=f"case-{uuid4()}",
                task_queue=queue,
            )
        yield Running(office, handle, skipper)
        with contextlib.suppress(RPCError):  # it has ended by itself
            await handle.terminate()
