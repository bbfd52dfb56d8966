"""What ends an activity in its thread ends the attempt; a StopIteration used to keep its slot for good."""

import asyncio
from collections.abc import Callable

import pytest

from activities.threads import Threads


def nothing_left() -> object:
    return next(iter(()))


@pytest.mark.parametrize("ends", [nothing_left, lambda: [nothing_left() for _ in range(1)]])
async def test_a_stop_iteration_in_a_thread_fails_the_attempt_at_once(ends: Callable[[], object]) -> None:
    with Threads(1) as threads:
        attempt = asyncio.get_running_loop().run_in_executor(threads, ends)
        done, _ = await asyncio.wait([attempt], timeout=10)
        assert attempt in done
        assert isinstance(attempt.exception(), RuntimeError)
        assert await asyncio.get_running_loop().run_in_executor(threads, str, 7) == "7", "the slot is free again"
