"""A mail server that takes connections and says nothing holds letters up, and no command of anybody."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from demo import people
from domain.commands import Hold
from domain.rights import Status
from tests.factories import LEAD
from tests.journeys.installed import running_in
from worker import EVENT_THREADS

pytestmark = pytest.mark.journey


@asynccontextmanager
async def silent_server() -> AsyncIterator[tuple[int, asyncio.Semaphore, asyncio.Event]]:
    """Yields its port, a semaphore that is released at each connection, and the event that cuts them all."""
    connected, over = asyncio.Semaphore(0), asyncio.Event()

    async def say_nothing(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.release()
        try:
            await over.wait()
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1], connected, over
    server.close()
    await server.wait_closed()


async def test_a_command_is_answered_while_every_letter_waits(tmp_path: Path) -> None:
    async with silent_server() as (port, connected, over), running_in(tmp_path, smtp_url=f"smtp://127.0.0.1:{port}") as here:
        try:
            cases = [await here.request(people.TYPICAL) for _ in range(EVENT_THREADS)]  # two letters each
            await connected.acquire()
            for case_id in cases:
                await here.until(case_id, lambda view: view.state.status is Status.VERIFYING_IDENTITY)
            reason = await asyncio.to_thread(here.note, cases[-1])
            snapshot = await here.command(cases[-1], Hold(actor=LEAD, note=reason))  # unanswered after 15 seconds it raises
            assert snapshot.state.held
        finally:
            over.set()  # or the worker would wait for the letters in its hands
