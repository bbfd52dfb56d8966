"""An import that was received is read on a real engine, once, whoever starts it how often."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from temporalio.testing import TimeSkipper
from temporalio.worker import Worker

from activities.archives import ArchiveReading
from adapters.resources import Resources
from api.archives import ArchiveDoor
from domain.archive_messages import ArchiveRead
from tests import archives_made as made
from tests import opened
from tests.archives_made import Office, mail, mbox
from workflows.archive import ArchiveWorkflow
from workflows.ids import archive_workflow_id
from workflows.options import CASE_QUEUE, CONNECTOR_QUEUE


@pytest.fixture
def resources(tmp_path: Path, sqlite_url: str) -> Iterator[Resources]:
    with opened.resources(tmp_path / "home", sqlite_url, made.DATAMAP) as everything:
        yield everything


async def test_an_import_is_read_in_the_background(time_skipper: TimeSkipper, resources: Resources) -> None:
    office = Office(resources)
    archive = office.receive(mbox(mail(1), mail(2)))
    reading, door = ArchiveReading(resources), ArchiveDoor(time_skipper.client, resources)
    with ThreadPoolExecutor(2) as threads:
        chores = Worker(time_skipper.client, task_queue=CASE_QUEUE, workflows=[ArchiveWorkflow])
        slow = Worker(
            time_skipper.client, task_queue=CONNECTOR_QUEUE, activities=[reading.read_archive], activity_executor=threads
        )
        async with chores, slow:
            door.start_soon(archive)
            door.start_soon(archive)
            for _ in range(200):
                if office.archives.find(archive).row.state == "read":
                    break
                await asyncio.sleep(0.1)
            handle = time_skipper.client.get_workflow_handle(archive_workflow_id(archive), result_type=ArchiveRead)
            assert (await handle.result()).state == "read"
    found = office.archives.find(archive)
    assert (found.row.state, found.row.messages) == ("read", 2)
