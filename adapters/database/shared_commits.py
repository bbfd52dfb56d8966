"""Small writes that come at the same time share one transaction, and with it the wait for the disk.

Whoever comes while another one commits waits for its turn, and then carries out everything that waits by then. Nobody is
answered before the commit that holds its own work. Next: adapters/database/intake.py
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
        self._turn = threading.Lock()

    def carry_out(self, work: Callable[[Session], Result]) -> Result:
        """Do it in a transaction; what it returns once that is committed, or what it raises once that is rolled back.

        Args:
            work: may be called twice, the second time in a new transaction: nothing but the database may notice it.
        """
        mine = _Write(work)
        self._waiting.append(cast("_Write[object]", mine))
        with self._turn:
            while not mine.done:
                self._commit([self._waiting.popleft() for _ in range(min(len(self._waiting), MOST))])
        if mine.failure is not None:
            raise mine.failure
        return cast("Result", mine.result)

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
    __slots__ = ("done", "failure", "result", "work")

    def __init__(self, work: Callable[[Session], Result]) -> None:
        self.work = work
        self.result: Result | None = None
        self.failure: Exception | None = None
        self.done = False
