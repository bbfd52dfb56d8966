"""Remembers what was counted, for twenty times as long as the counting took: exact where it is quick, seconds old where not.

So the numbers beside a list cost at most a twentieth of one core, whatever the number of cases. Next: api/console/queue.py
"""

import time
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Final, TypeVar, cast

from fastapi import FastAPI

_TIMES: Final = 20
_QUICK: Final = 0.005  # seconds; what takes less is counted anew each time
_MOST: Final = 500  # kept results
_Counted = TypeVar("_Counted")


class Counting:
    """Results by name. Thread-safe; two who ask at once may both count."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._kept: dict[Hashable, tuple[float, Any]] = {}

    def forget(self) -> None:
        """Count anew, because somebody here has just changed what is counted and sees it on the next page."""
        with self._lock:
            self._kept.clear()

    def get(self, name: Hashable, count: Callable[[], _Counted]) -> _Counted:
        """What was counted under a name a moment ago, or what `count` says now."""
        began = self._clock()
        with self._lock:
            until, kept = self._kept.get(name, (began, None))
        if until > began:
            return cast("_Counted", kept)
        counted = count()
        took = self._clock() - began
        with self._lock:
            self._kept.pop(name, None)
            if took > _QUICK:
                self._kept[name] = (began + took * (1 + _TIMES), counted)
            while len(self._kept) > _MOST:
                self._kept.pop(next(iter(self._kept)))
        return counted


def counting_of(app: FastAPI) -> Counting:
    """What the application that serves a request remembers."""
    if not hasattr(app.state, "console_counting"):
        app.state.console_counting = Counting()
    return cast("Counting", app.state.console_counting)
