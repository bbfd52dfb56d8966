"""Small writes that come at the same time share one transaction, and with it the wait for the disk.

Whoever comes while another one commits waits, and the first who waits carries out everything that waits by then. Nobody is
answered before the commit that holds its own work, nor has to wait for the one after it. Next: adapters/database/intake.py
"""

import threading
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Generic, TypeVar, cast

from sqlmodel import Session

MOST = 64  # writes of one commit; others have to get at the database too

Result = TypeVar("Result")


class SharedCommits:
    """Carries out writes in order of arrival. Thread-safe.

    Args:
        write: opens a write transaction that is committed at the end of its block.
    """

    def __init__(self, write: Callable[[], AbstractContextManager[Session]]) -> None:
        self._write = write
        self._waiting: deque[_Write[object]] = deque()
        self._guard = threading.Lock()
        self._led = False  # whether somebody commits, or was woken to do so

    def carry_out(self, work: Callable[[Session], Result]) -> Result:
        """Do it in a transaction; what it returns once that is committed, or what it raises once that is rolled back.

        Args:
            work: may be called twice, the second time in a new transaction: nothing but the database may notice it.
        """
        mine = _Write(work)
        with self._guard:
            self._waiting.append(cast("_Write[object]", mine))
            leads, self._led = not self._led, True
        if not leads:
            mine.woken.acquire()  # once it is done, or the first of those who wait
        if not mine.done:
            self._lead()
        if mine.failure is not None:
            raise mine.failure
        return cast("Result", mine.result)

    def _lead(self) -> None:
        """Commit what waits, one's own first; then somebody else leads, if anybody came meanwhile."""
        with self._guard:
            writes = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST))]
        try:
            self._commit(writes)
        finally:
            with self._guard:
                self._led = bool(self._waiting)
                successor = self._waiting[0] if self._waiting else None
            if successor is not None:  # before the others are answered, so that the disk does not wait
                successor.woken.release()
            for each in writes[1:]:
                each.woken.release()

    def _commit(self, writes: "list[_Write[object]]") -> None:
        try:
            if len(writes) > 1 and self._commit_together(writes):
                return
            for each in writes:
                try:
                    with self._write() as session:
                        each.result = each.work(session)
                except Exception as failure:  # noqa: BLE001 (it is raised where it belongs)
                    each.failure = failure
                each.done = True
        except BaseException:
            for each in writes:  # the process is ending: nobody may wait for ever
                each.failure = each.failure or (None if each.done else RuntimeError("the process is ending"))
                each.done = True
            raise

    def _commit_together(self, writes: "list[_Write[object]]") -> bool:
        """Whether all went well; one that fails undoes all, and each is then tried by itself."""
        try:
            with self._write() as session:
                results = [each.work(session) for each in writes]
        except Exception:  # noqa: BLE001 (each is tried again, and then raises its own)
            return False
        for each, result in zip(writes, results, strict=True):
            each.result, each.done = result, True
        return True


class _Write(Generic[Result]):
    __slots__ = ("done", "failure", "result", "woken", "work")

    def __init__(self, work: Callable[[Session], Result]) -> None:
        self.work = work
        self.result: Result | None = None
        self.failure: Exception | None = None
        self.done = False
        self.woken = threading.Lock()
        self.woken.acquire()  # whoever leads lets go of it
