"""An import that was received is read on a real engine, once, whoever starts it how often."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest
from temporalio.service import RPCError
from temporalio.testing import TimeSkipper
from temporalio.worker import Worker

from activities.archives import ArchiveReading
from adapters.archives.attempts import again
from adapters.resources import Resources
from api.archives import ArchiveDoor
from domain.archive_messages import ArchiveRead
from tests import archives_made as made
from tests import opened
from tests.archives_made import NOW, WORKER, Office, mail, mbox
from workflows.archive import ArchiveWorkflow
from workflows.ids import archive_workflow_id
from workflows.options import CASE_QUEUE, CONNECTOR_QUEUE


@pytest.fixture
def resources(tmp_path: Path, sqlite_url: str) -> Iterator[Resources]:
    with opened.resources(tmp_path / "home", sqlite_url, made.DATAMAP) as everything:
        yield everything


@pytest.fixture
async def office(time_skipper: TimeSkipper, resources: Resources) -> AsyncIterator[Office]:
    """With workers that read its imports."""
    office = Office(resources)
    reading = ArchiveReading(resources)
    with ThreadPoolExecutor(2) as threads:
        chores = Worker(
            time_skipper.client,
            task_queue=CASE_QUEUE,
            workflows=[ArchiveWorkflow],
        )
        slow = Worker(
            time_skipper.client,
            task_queue=CONNECTOR_QUEUE,
            activities=[reading.read_archive, reading.stop_archive],
            activity_executor=threads,
        )
        async with chores, slow:
            yield office


async def outcome(time_skipper: TimeSkipper, archive: UUID) -> str:
    """What its workflow ended with, once there is one."""
    handle = time_skipper.client.get_workflow_handle(archive_workflow_id(archive), result_type=ArchiveRead)
    for _ in range(300):
        with contextlib.suppress(RPCError):  # it starts in the background
            read: ArchiveRead = await handle.result()
            return read.state.value
        await asyncio.sleep(0.1)
    raise TimeoutError


async def test_an_import_is_read_in_the_background(time_skipper: TimeSkipper, resources: Resources, office: Office) -> None:
    archive = office.receive(mbox(mail(1), mail(2)))
    door = ArchiveDoor(time_skipper.client, resources)
    await asyncio.to_thread(door.start_soon, archive)  # as a page does: it works in a thread
    door.start_soon(archive)
    assert await outcome(time_skipper, archive) == "read"
    found = office.archives.find(archive)
    assert (found.row.state, found.row.messages) == ("read", 2)


async def test_what_cannot_be_read_to_its_end_is_tried_six_times_given_up_with_its_reason_and_read_again_when_asked(
    time_skipper: TimeSkipper, resources: Resources, office: Office
) -> None:
    archive = office.receive(mbox(mail(1, files={"a.txt": b"a"})))
    door = ArchiveDoor(time_skipper.client, resources)
    file = resources.settings.home / "unpacking"
    file.write_bytes(b"a file where the folder should be: the disk does not let anybody unpack")
    door.start_soon(archive)
    assert await outcome(time_skipper, archive) == "stopped"
    found = office.archives.find(archive)
    assert (found.row.state, found.row.stopped) == ("stopped", "disk")
    assert archive not in door.unread(), "nobody starts it by itself any more"
    file.unlink()
    again(resources, archive, WORKER, NOW)
    assert door.unread() == [archive]
    door.start_soon(archive)
    for _ in range(300):  # the run before has the same id until this one has begun
        if await outcome(time_skipper, archive) == "read":
            break
        await asyncio.sleep(0.1)
    assert office.archives.find(archive).row.state == "read"
