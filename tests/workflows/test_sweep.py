"""A period of retention on a real engine: looked at every night, carried out on a privacy lead's word, or by itself."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlmodel import col, select
from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.testing import TimeSkipper
from temporalio.worker import Worker

from activities.sweeps import Sweeps
from activities.systems.registry import Systems
from adapters.database.retention_tables import Destruction, SweepRow
from adapters.database.tables import CaseRecord
from adapters.resources import Resources
from domain.commands import Actor
from domain.events import Tag
from domain.retention import Kept
from domain.rights import Role
from domain.sweep_messages import SweepAction, SweepCall, SweepSnapshot, Swept, WatchPeriod
from tests import opened
from tests.case_in_hand import CaseInHand
from tests.factories import ANNA, LEAD
from workflows.options import CONNECTOR_QUEUE
from workflows.sweep import SweepWorkflow

ADMINISTRATOR = Actor(person=f"caseworker:{uuid4()}", role=Role.ADMINISTRATOR)


@pytest.fixture
def resources(tmp_path: Path, sqlite_url: str) -> Iterator[Resources]:
    with opened.resources(tmp_path / "home", sqlite_url) as everything:
        yield everything


Handle = WorkflowHandle[SweepWorkflow, None]


@contextlib.asynccontextmanager
async def watching(client: TimeSkipper, resources: Resources, kept: Kept) -> AsyncIterator[Handle]:
    queue, sweeps = f"sweep-{uuid4()}", Sweeps(resources, Systems(resources.datamap, resources.settings.home))
    with ThreadPoolExecutor(2) as threads:
        case = Worker(
            client.client,
            task_queue=queue,
            workflows=[SweepWorkflow],
            activities=[sweeps.decline_sweep],
            activity_executor=threads,
        )
        slow = Worker(
            client.client,
            task_queue=CONNECTOR_QUEUE,
            activities=[sweeps.plan_sweep, sweeps.carry_out_sweep],
            activity_executor=threads,
        )
        async with case, slow:
            watched = WatchPeriod(swept=Swept(rule=kept.value))
            with client.with_time_skipping_disabled():
                handle = await client.client.start_workflow(SweepWorkflow.run, watched, id=queue, task_queue=queue)
            yield handle
            await handle.terminate()


async def command(handle: Handle, action: SweepAction, actor: Actor, sha256: str | None = None) -> SweepSnapshot:
    call = SweepCall(command_id=f"test:{uuid4().hex}", action=action, actor=actor, sha256=sha256)
    return await handle.execute_update(SweepWorkflow.command, call)


async def refused(handle: Handle, action: SweepAction, actor: Actor, sha256: str | None = None) -> str:
    with pytest.raises(WorkflowUpdateFailedError) as failure:
        await command(handle, action, actor, sha256)
    assert isinstance(failure.value.cause, ApplicationError)
    return str(failure.value.cause.type)


async def until_done(resources: Resources, count: int) -> list[SweepRow]:
    for _ in range(600):
        with resources.database.read() as session:
            rows = session.exec(select(SweepRow).where(SweepRow.state == "done", SweepRow.due > 0)).all()
        if len(rows) >= count:
            return list(rows)
        await asyncio.sleep(0.05)
    raise AssertionError(rows)


def long_ago(resources: Resources, days: int) -> None:
    """Every case ended so many days ago."""
    then = datetime.now(UTC) - timedelta(days=days)
    with resources.database.write() as session:
        session.execute(sa.update(CaseRecord).values(closed_at=then, updated_at=then))


async def test_nothing_irreversible_happens_without_a_privacy_leads_word(time_skipper: TimeSkipper, resources: Resources) -> None:
    """An administrator may look; who may not decide is refused; the word covers exactly what was found, and leaves a receipt."""
    case = CaseInHand(resources)
    case.happen(Tag.REQUEST_CLOSED, outcome="refused")
    long_ago(resources, 730)  # the last day
    async with watching(time_skipper, resources, Kept.CASE) as handle:
        found = await command(handle, SweepAction.LOOK, ADMINISTRATOR)
        assert found.planned is None
        await time_skipper.fast_forward(handle, timedelta(days=2))  # the nights look by themselves
        for _ in range(600):
            found = await handle.query(SweepWorkflow.snapshot)
            if found.planned:
                break
            await asyncio.sleep(0.05)
        assert found.planned is not None
        assert found.state == "waiting"
        assert await refused(handle, SweepAction.APPROVE, ANNA, found.planned.sha256) == "not-permitted"
        assert await refused(handle, SweepAction.APPROVE, ADMINISTRATOR, found.planned.sha256) == "not-permitted"
        assert await refused(handle, SweepAction.APPROVE, LEAD, "0" * 64) == "stale-hash"
        await command(handle, SweepAction.DECLINE, LEAD, found.planned.sha256)
        again = await command(handle, SweepAction.LOOK, LEAD)
        assert again.planned is not None
        assert await refused(handle, SweepAction.APPROVE, LEAD, again.planned.sha256) == "four-eyes", "who looked"
        again = await command(handle, SweepAction.LOOK, ADMINISTRATOR)
        assert again.planned is not None
        await command(handle, SweepAction.APPROVE, LEAD, again.planned.sha256)
        (row,) = await until_done(resources, 1)
        assert (row.destroyed, row.decided_by) == (1, LEAD.person)
        assert await refused(handle, SweepAction.APPROVE, LEAD, again.planned.sha256) == "not-allowed-now"
    with resources.database.read() as session:
        assert [one.approver for one in session.exec(select(Destruction)).all()] == [LEAD.person]
        assert session.exec(select(SweepRow).where(col(SweepRow.state) == "declined")).one().decided_by == LEAD.person
