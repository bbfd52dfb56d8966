"""How often something may happen within a time, by key: counted per process and forgotten with it.

Next: api/portal/limits.py
"""

import time
from collections import deque
from typing import Final

_MOST_KEYS: Final = 50_000  # beyond it the oldest are forgotten; a few megabytes


class Window:
    """A sliding window over keys.

    Args:
        most: how often within `seconds`.
    """

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._seen: dict[str, deque[float]] = {}

    def full(self, key: str) -> bool:
        """Count one more; True when it is one too many, which is not counted."""
        now = time.monotonic()
        times = self._seen.pop(key, deque[float]())
        while times and times[0] <= now - self._seconds:
            times.popleft()
        self._seen[key] = times
        if len(self._seen) > _MOST_KEYS:
            self._seen.pop(next(iter(self._seen)))
        if len(times) >= self._most:
            return True
        times.append(now)
        return False

    def forget(self, key: str) -> None:
        """Begin anew with a key."""
        self._seen.pop(key, None)
