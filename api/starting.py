"""Starts cases in the order in which they were received, behind the answers that people wait for.

A receipt is safe without its workflow, so a rush of requests is answered first: a start waits until nothing has come in for a
moment, a second at most. What is lost with the process is found by the sweep. Next: api/cases.py
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from time import monotonic
from uuid import UUID

AT_ONCE = 8  # more only queue inside the engine
QUIET = 0.1  # seconds without a request
LONGEST = 1.0  # seconds that a rush may hold a start back


class Starter:
    """A queue of cases to start; for one event loop.

    Args:
        start: starts one, and keeps to itself what goes wrong.
    """

    def __init__(self, start: Callable[[UUID], Awaitable[None]]) -> None:
        self._start = start
        self._waiting: deque[tuple[float, UUID]] = deque()
        self._newest = 0.0
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()
        self._running = False

    def soon(self, case_id: UUID) -> None:
        """Start a case in the background."""
        self._newest = monotonic()
        self._waiting.append((self._newest, case_id))
        if not self._running:
            self._running = True
            self._keep(self._work())

    async def _work(self) -> None:
        try:
            while self._waiting:
                await self._lull()
                await self._slots.acquire()
                self._keep(self._carry_out(self._waiting.popleft()[1]))
        finally:
            self._running = False

    async def _lull(self) -> None:
        oldest = self._waiting[0][0]
        while (left := min(self._newest + QUIET, oldest + LONGEST) - monotonic()) > 0:  # noqa: ASYNC110 (what is waited for is time)
            await asyncio.sleep(left)

    async def _carry_out(self, case_id: UUID) -> None:
        try:
            await self._start(case_id)
        finally:
            self._slots.release()

    def _keep(self, doing: Awaitable[None]) -> None:
        task = asyncio.ensure_future(doing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
