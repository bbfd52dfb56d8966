"""A breach or a notice under way: its state, its lock, and the road to the record.

The manner of `workflows/proceedings.py`: take the lock, look at the state as it is now, record, fold. The lock is held only
round that; mail and documents run outside it.
Next: `workflows/breach.py`
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any, Generic, TypeVar

from temporalio import workflow

State = TypeVar("State")
Draft = TypeVar("Draft")


class DossierEnded(Exception):  # noqa: N818 (not an error: it was closed while something waited)
    """The dossier came to its end while a step of it waited."""


class Ledger(ABC, Generic[State, Draft]):
    """Everything that moves a dossier goes through here.

    Args:
        state: what the recorded events make of it so far.
    """

    def __init__(self, state: State) -> None:
        self.state = state
        self._lock = asyncio.Lock()
        self._errands: set[asyncio.Task[None]] = set()

    @property
    @abstractmethod
    def ended(self) -> bool:
        """Whether nothing is waited for any more."""

    @property
    @abstractmethod
    def sequence(self) -> int:
        """Of the last recorded event."""

    @abstractmethod
    async def append(self, drafts: list[Draft], command_id: str) -> None:
        """Number the events, have them recorded, fold them in."""

    @property
    def recording(self) -> bool:
        """Whether an event is on its way to the record."""
        return self._lock.locked()

    async def record(self, *drafts: Draft, even_if_ended: bool = False) -> None:
        """Record what Habeas itself found or did.

        Raises:
            DossierEnded: it came to its end in the meantime; nothing is recorded.
        """
        async with self._lock:
            if self.ended and not even_if_ended:
                raise DossierEnded
            await self.append(list(drafts), f"run:{self.sequence + 1}")

    async def perform(self, command_id: str, decide: Callable[[], list[Draft]]) -> None:
        """Let a command happen, if it is still legal now that the lock is held.

        Raises:
            DomainError: it is not.
        """
        async with self._lock:
            if drafts := decide():
                await self.append(drafts, command_id)

    async def until(self, condition: Callable[[State], object], *, timeout: timedelta | None = None) -> None:  # noqa: ASYNC109
        """Wait for the state to fulfil a condition.

        Raises:
            DossierEnded: it came to its end. asyncio.TimeoutError: the time is over.
        """
        await workflow.wait_condition(lambda: self.ended or bool(condition(self.state)), timeout=timeout)
        if self.ended:
            raise DossierEnded

    def errand(self, doing: Coroutine[Any, Any, None]) -> None:
        """Let something run beside the rest; the workflow is not over before it is done."""
        task = asyncio.create_task(_unless_ended(doing))
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)

    async def all_errands(self) -> None:
        """Wait until nothing runs beside the rest any more."""
        await workflow.wait_condition(lambda: not self._errands)


async def _unless_ended(doing: Coroutine[Any, Any, None]) -> None:
    try:
        await doing
    except DossierEnded:
        return
