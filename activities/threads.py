"""The threads that activities run in. What ends an activity ends the attempt, whatever it is.

asyncio cannot carry a StopIteration out of a thread: the future is never done, nothing is told to the engine, and the activity
keeps its slot until the worker is restarted. It becomes a RuntimeError here, as in a generator (PEP 479).

Next: worker.py
"""

import functools
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class Threads(ThreadPoolExecutor):
    """A thread pool out of which no StopIteration comes."""

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Run a function in a thread; a StopIteration that it raises is a RuntimeError."""
        return super().submit(functools.partial(_carried, fn, *args, **kwargs))


def _carried(fn: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    try:
        return fn(*args, **kwargs)
    except StopIteration as ended:
        raise RuntimeError("StopIteration in an activity") from ended
