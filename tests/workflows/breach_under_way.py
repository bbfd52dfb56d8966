"""One breach on a real Temporal server whose time can be skipped, with the real activities, database and mail server."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError
from temporalio.testing import TimeSkipper
from temporalio.worker import Worker

from activities.breach_calls import BreachCalls
from activities.breach_log import BreachLog
from activities.breach_reports import BreachReports
from adapters.database import people
from adapters.database.breach_intake import IncomingBreach, open_breach, seal_note
from adapters.database.breach_reader import BREACH, BreachReader
from adapters.resources import Resources
from domain.breach import BreachState, Count
from domain.breach_commands import BreachCommand
from domain.breach_messages import BreachCall, BreachSnapshot, OpenBreach
from domain.breach_rows import BreachClocks
from domain.commands import Actor
from domain.rights import Role
from tests.post_office import PostOffice
from workflows.breach import BreachWorkflow
from workflows.options import CONNECTOR_QUEUE

STAFF = {"rita": Role.BREACH_RESPONDER, "lea": Role.PRIVACY_LEAD, "otto": Role.DPO}


@dataclass
class Breach:
    """One breach under way, and what it did outside."""

    resources: Resources
    office: PostOffice
    handle: WorkflowHandle[BreachWorkflow, None]
    skipper: TimeSkipper
    breach_id: UUID
    staff: dict[str, Actor]

    def note(self, text: str = "Because.") -> UUID:
        """Words, sealed as the web does it."""
        with self.resources.database.write() as session:
            return seal_note(
                session, self.resources.vault, self.breach_id, BREACH, author="system", text=text, now=datetime.now(UTC)
            )

    async def command(self, command: BreachCommand) -> BreachSnapshot:
        call = BreachCall(command_id=f"test:{uuid4().hex}", command=command)
        return await self.handle.execute_update(BreachWorkflow.command, call, id=call.command_id)

    async def refused(self, command: BreachCommand) -> str:
        with pytest.raises(WorkflowUpdateFailedError) as failure:
            await self.command(command)
        assert isinstance(failure.value.cause, ApplicationError)
        return str(failure.value.cause.type)

    @property
    def state(self) -> BreachState:
        """As recorded."""
        return BreachReader(self.resources).get(self.breach_id).state

    @property
    def tags(self) -> list[str]:
        return [row.tag for row in BreachReader(self.resources).events(self.breach_id)]

    async def clocks(self) -> BreachClocks:
        found = (await self.folded()).clocks
        assert found is not None
        return found

    async def folded(self) -> BreachSnapshot:
        """What the workflow says of itself once it has folded all that is on record: a moment after the record has it."""
        for _ in range(600):
            snapshot = await self.handle.query(BreachWorkflow.snapshot)
            if snapshot.state.sequence == self.state.sequence:
                return snapshot
            await asyncio.sleep(0.05)
        raise AssertionError(self.tags)

    async def until(self, condition: Callable[["Breach"], object]) -> None:
        for _ in range(600):
            if condition(self):
                return
            await asyncio.sleep(0.05)
        raise AssertionError(self.tags)

    async def age(self, **by: float) -> None:
        await self.skipper.fast_forward(self.handle, timedelta(**by))

    def hours(self) -> list[object]:
        """Of the reminders, in the order in which they were given."""
        rows = BreachReader(self.resources).events(self.breach_id)
        return [row.facts["hours"] for row in rows if row.tag in {"breach:deadline:approaching", "breach:deadline:passed"}]

    def mailed(self, to: str) -> list[str]:
        """Subjects of what somebody got."""
        return [str(kept.message["Subject"]) for kept in self.office.kept if kept.recipients == [f"{to}@example.com"]]


@asynccontextmanager
async def breach(client: Client, skipper: TimeSkipper, resources: Resources, office: PostOffice) -> AsyncIterator[Breach]:
    staff = {
        name: Actor(
            person=f"caseworker:{people.add_caseworker(resources.database, email=f'{name}@example.com', name=name, role=role)}",
            role=role,
        )
        for name, role in STAFF.items()
    }
    now = datetime.now(UTC)
    affected = {"GB": Count(low=1840, high=1840)}
    alert = IncomingBreach(summary="Sign-ins with stolen passwords", first_alert_at=now, affected=affected, caller="system")
    opened = open_breach(resources, alert, now)
    queue = f"breach-{uuid4().hex}"
    log, calls, reports = BreachLog(resources), BreachCalls(resources), BreachReports(resources)
    with ThreadPoolExecutor(4) as threads:
        activities: list[Callable[..., Any]] = [
            log.read_breach_opening,
            log.record_breach_event,
            calls.call_on_duty,
            calls.ring_webhook,
            calls.remind_of_breach,
        ]
        worker = Worker(client, task_queue=queue, workflows=[BreachWorkflow], activities=activities, activity_executor=threads)
        connector = Worker(client, task_queue=CONNECTOR_QUEUE, activities=[reports.freeze_report], activity_executor=threads)
        async with worker, connector:
            with skipper.with_time_skipping_disabled():
                handle = await skipper.client.start_workflow(
                    BreachWorkflow.run,
                    OpenBreach(breach_id=opened.view.dossier.id),
                    id=f"breach-{uuid4()}",
                    task_queue=queue,
                )
            yield Breach(resources, office, handle, skipper, opened.view.dossier.id, staff)
            with contextlib.suppress(RPCError):  # it has ended by itself
                await handle.terminate()
