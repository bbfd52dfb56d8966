"""The record is chained and anchored by itself on a real engine, each day once, also after the machine was off."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlmodel import col, select
from temporalio.testing import TimeSkipper
from temporalio.worker import Worker

from activities.audit import Audit
from adapters.database.retention_tables import AccessSeal, AuditHead
from adapters.database.tables import AccessLog
from adapters.resources import Resources
from domain.sweep_messages import WatchRecord
from tests import opened
from workflows.audit import AuditWorkflow
from workflows.options import CONNECTOR_QUEUE, LETTER_QUEUE


@pytest.fixture
def resources(tmp_path: Path, sqlite_url: str) -> Iterator[Resources]:
    with opened.resources(tmp_path / "home", sqlite_url) as everything:
        yield everything


async def test_each_day_is_anchored_once(time_skipper: TimeSkipper, resources: Resources) -> None:
    with resources.database.write() as session:
        session.add(AccessLog(at=datetime.now(UTC) - timedelta(days=1), actor="system", action="case"))
    audit, queue = Audit(resources), f"audit-{uuid4()}"

    async def heads(number: int) -> list[str]:
        for _ in range(600):
            with resources.database.read() as session:
                days = session.exec(select(AuditHead).order_by(col(AuditHead.day))).all()
            if len(days) >= number:
                return [head.day.isoformat() for head in days]
            await asyncio.sleep(0.05)
        raise AssertionError(days)

    with ThreadPoolExecutor(2) as threads:
        chores = Worker(time_skipper.client, task_queue=queue, workflows=[AuditWorkflow])
        slow = Worker(
            time_skipper.client,
            task_queue=CONNECTOR_QUEUE,
            activities=[audit.seal_accesses, audit.anchor_day],
            activity_executor=threads,
        )
        post = Worker(time_skipper.client, task_queue=LETTER_QUEUE, activities=[audit.mail_head], activity_executor=threads)
        async with chores, slow, post:
            with time_skipper.with_time_skipping_disabled():
                handle = await time_skipper.client.start_workflow(AuditWorkflow.run, WatchRecord(), id=queue, task_queue=queue)
            started = (await handle.describe()).start_time
            today = started.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
            assert await heads(1) == [(today - timedelta(days=1)).date().isoformat()]
            await time_skipper.fast_forward(handle, today + timedelta(days=1, hours=1) - datetime.now(UTC))
            assert (await heads(2))[1:] == [today.date().isoformat()]
            await handle.terminate()
    with resources.database.read() as session:
        assert len(session.exec(select(AccessSeal)).all()) == 1
