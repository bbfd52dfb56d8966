"""Case keys made in advance, so that whoever hands in a request waits for one commit and not for two.

Each is durable in the key store before anybody may take it (`security.md` 2.7): what is kept here is wrapped, and what a
process leaves behind is a key without a receipt, which is swept after a day.

Next: adapters/vault.py
"""

import threading
import time
from collections import deque
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from adapters.keystore import WrappedKey

READY = 64  # keys made in one commit; as many as a rush of a second takes
FEW = READY // 2
KEPT_SECONDS = 3600.0  # well before the sweep, which destroys keys that have no receipt after a day

Make = Callable[[int], list[WrappedKey]]


class ReadyKeys:
    """New case keys, each given out once. Thread-safe.

    Args:
        make: makes so many under new names, durable before it returns.
    """

    def __init__(self, make: Make, clock: Callable[[], float] = time.monotonic) -> None:
        self._make = make
        self._clock = clock
        self._lock = threading.Lock()
        self._ready: deque[tuple[float, WrappedKey]] = deque()
        self._refill: threading.Thread | None = None

    def take(self) -> WrappedKey:
        """A key that nobody else gets. Where none is ready one is made; what the key store then raises is raised."""
        with self._lock:
            while self._ready and self._ready[0][0] <= self._clock() - KEPT_SECONDS:
                self._ready.popleft()
            key = self._ready.popleft()[1] if self._ready else None
            if len(self._ready) < FEW and (self._refill is None or not self._refill.is_alive()):
                self._refill = threading.Thread(target=self._make_ready, name="keys", daemon=True)
                self._refill.start()
        return key or self._make(1)[0]

    def give_back(self, key: WrappedKey) -> None:
        """Let a key be taken again that sealed nothing."""
        with self._lock:
            self._ready.append((self._clock(), key))

    def close(self) -> None:
        """Wait for keys that are being made."""
        if self._refill is not None:
            self._refill.join()

    def _make_ready(self) -> None:
        try:
            made = self._make(READY)
        except SQLAlchemyError:
            return  # whoever finds none ready makes one, and hears of the trouble
        with self._lock:
            self._ready.extend((self._clock(), key) for key in made)
