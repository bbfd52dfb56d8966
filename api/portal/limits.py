"""How often one client may post, and how many requests one mailbox may be named in: so that nobody's mailbox is flooded.

Counted per process and forgotten with it; codes have a cap of their own in the database. Next: api/portal/submit.py
"""

import time
from collections import deque
from typing import Final, cast

from fastapi import FastAPI

POSTS: Final = 120  # per client in ten minutes: an office behind one address, never a flood
POSTS_WINDOW: Final = 600.0  # seconds
REQUESTS: Final = 10  # per mailbox and day; each sends it two letters
REQUESTS_WINDOW: Final = 86_400.0
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


class Limits:
    """The windows of one web process."""

    def __init__(self) -> None:
        self.posts = Window(POSTS, POSTS_WINDOW)
        self.requests = Window(REQUESTS, REQUESTS_WINDOW)


def limits_of(app: FastAPI) -> Limits:
    """The limits of the application that serves a request."""
    state = app.state
    if not hasattr(state, "portal_limits"):
        state.portal_limits = Limits()
    return cast("Limits", state.portal_limits)
