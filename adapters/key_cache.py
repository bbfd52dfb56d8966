"""Opened keys are kept for a short while only, so that a destroyed one is forgotten everywhere (`security.md` 2.3)."""

import time
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

KEPT_SECONDS = 300.0  # security.md 2.3: five minutes
_Kept = TypeVar("_Kept")


class KeyCache(Generic[_Kept]):
    """Values by name, each forgotten five minutes after it was made, used or not. Thread-safe."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._kept: dict[Hashable, tuple[float, _Kept]] = {}

    def get(self, name: Hashable, make: Callable[[], _Kept]) -> _Kept:
        """The value under a name; `make` runs when there is none that is fresh, and what it raises is raised."""
        now = self._clock()
        with self._lock:
            # Oldest first, because a dict keeps the order of insertion and no value is renewed in place.
            while self._kept and (oldest := next(iter(self._kept))) is not None and self._kept[oldest][0] <= now:
                del self._kept[oldest]
            found = self._kept.get(name)
        if found:
            return found[1]
        made = make()
        with self._lock:
            self._kept.pop(name, None)
            self._kept[name] = (now + KEPT_SECONDS, made)
        return made

    def forget(self, name: Hashable) -> None:
        with self._lock:
            self._kept.pop(name, None)
