"""Tells the engine once a second that an activity is alive, also while it waits for somebody else's database.

A clock of its own, because a statement may take minutes before its first row, and because a heartbeat from inside a loop
waits for the worker's event loop each time (mechanics section 1). What hangs for good ends by its start-to-close timeout.
"""

import contextlib
import contextvars
import threading
from collections.abc import Iterator

from temporalio import activity

SECONDS = 1.0  # a tenth of the heartbeat timeout


@contextlib.contextmanager
def beating() -> Iterator[None]:
    """Beat as long as the block lasts; does nothing outside an activity."""
    if not activity.in_activity():
        yield
        return
    ended = threading.Event()
    context = contextvars.copy_context()
    beats = threading.Thread(target=context.run, args=(_beat, ended), name="heartbeat", daemon=True)
    beats.start()
    try:
        yield
    finally:
        ended.set()
        beats.join()


def _beat(ended: threading.Event) -> None:
    while not ended.wait(SECONDS):
        with contextlib.suppress(Exception):  # the worker is stopping; the activity is told in its own thread
            activity.heartbeat()
