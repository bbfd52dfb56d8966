"""How hard Habeas may lean on one of the controller's systems: that system has other work than answering us."""

import contextlib
import threading
import time
from collections.abc import Iterator

# Searches of one system at the same time, over all cases. Four keep a database busy enough and leave it the rest.
AT_ONCE = 4


class Turns:
    """Hands out turns to ask a system. Thread-safe.

    Args:
        rate: requests a second that the system can bear; None is no limit.
        at_once: how many turns may be under way together.
    """

    def __init__(self, rate: float | None = None, at_once: int = AT_ONCE) -> None:
        self._gap = 1 / rate if rate else 0.0
        self._places = threading.BoundedSemaphore(at_once)
        self._lock = threading.Lock()
        self._next = 0.0

    @contextlib.contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until it is our turn; the turn lasts as long as the block."""
        with self._places:
            wait = self._reserve()
            if wait > 0:
                time.sleep(wait)
            yield

    def _reserve(self) -> float:
        with self._lock:
            now = time.monotonic()
            start = max(now, self._next)
            self._next = start + self._gap
            return start - now
