"""Hands letters over on connections that stay open for a while, no faster than the controller's mail server wants them.

A connection, its TLS and its sign-in cost more than a letter. Whoever sends takes a free line, at most four of them, and blocks
until the server has answered. A line is a loop with one connection; it runs in the sender's own thread, since handing a
letter to another thread and back costs a third of what sending it does. Next: `adapters/mail.py`
"""

import asyncio
import contextlib
import threading
import time
import weakref
from collections.abc import Coroutine
from typing import Any, Final

import aiosmtplib

from adapters.mail import PATIENCE, MailNotTakenError, MailServer, connect, hand_over, mailable, translated
from adapters.settings import Settings

CONNECTIONS: Final = 4  # as many as threads that send at once use; more only make a server suspicious
_KEPT: Final = 30.0  # seconds of silence after which a connection is not used again
_CHECKED_AFTER: Final = 2.0  # seconds of silence after which a connection is asked whether it is still there
_LONGEST_WAIT: Final = 20.0  # seconds for a turn; then the engine tries again later, with its back-off


class Postman:
    """Open connections to the controller's mail server. Thread-safe.

    Args:
        settings: name the server and the letters a minute.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._gap = 60.0 / settings.mail_per_minute if settings.mail_per_minute else 0.0
        self._next = 0.0
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(CONNECTIONS)
        self._lines: list[_Line] = []
        weakref.finalize(self, _hang_up, self._lines)

    def deliver(self, message: bytes, sender: str, recipient: str) -> None:
        """Hand one message over; returns when the server has answered 250 to its data.

        Args:
            message: the complete MIME message, sent byte for byte.
            sender: envelope sender, where a bounce goes.
            recipient: one address.

        Raises:
            LetterRefusedError: refused for good. MailNotTakenError: everything else; trying again may help.
        """
        sender, recipient = mailable(sender), mailable(recipient)
        self._wait_for_turn()
        with self._slots, translated():
            with self._lock:
                line = self._lines.pop() if self._lines else _Line(MailServer.of(self._settings))
            try:
                line.send(message, sender, recipient)
            finally:
                with self._lock:
                    self._lines.append(line)

    def _wait_for_turn(self) -> None:
        with self._lock:
            now = time.monotonic()
            wait = max(self._next - now, 0.0)
            if wait > _LONGEST_WAIT:
                raise MailNotTakenError("throttled")
            self._next = max(self._next, now) + self._gap
        if wait:  # even a sleep of nothing gives the processor away
            time.sleep(wait)


class _Line:
    """One loop and one connection; used by one thread at a time."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._loop = asyncio.new_event_loop()
        self._smtp: aiosmtplib.SMTP | None = None
        self._used = 0.0

    def send(self, message: bytes, sender: str, recipient: str) -> None:
        self._run(self._send(message, sender, recipient))

    def end(self) -> None:
        """Say good-bye."""
        with contextlib.suppress(Exception):
            self._run(self._quit())
        self._drop()
        self._run(asyncio.sleep(0))  # lets the transport close its socket
        self._loop.close()

    def _run(self, doing: Coroutine[Any, Any, None]) -> None:
        self._loop.run_until_complete(doing)

    async def _send(self, message: bytes, sender: str, recipient: str) -> None:
        async with asyncio.timeout(PATIENCE):
            smtp = await self._connection()
            try:
                await hand_over(smtp, message, sender, recipient)
            except aiosmtplib.SMTPResponseException:
                raise  # it answered: the conversation goes on
            except BaseException:
                self._drop()
                raise
            finally:
                self._used = time.monotonic()

    async def _connection(self) -> aiosmtplib.SMTP:
        silent = time.monotonic() - self._used
        if self._smtp is not None and silent > _CHECKED_AFTER:
            try:
                await (self._smtp.quit() if silent > _KEPT else self._smtp.rset())
            except (aiosmtplib.SMTPException, OSError, TimeoutError):
                self._drop()
        if self._smtp is None or not self._smtp.is_connected:
            self._drop()
            self._smtp = await connect(self._server)
        return self._smtp

    async def _quit(self) -> None:
        if self._smtp is not None and self._smtp.is_connected:
            await self._smtp.quit(timeout=2)

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None


def _hang_up(lines: list[_Line]) -> None:
    # In a thread of its own: whoever drops the postman may be inside a running loop.
    for line in lines:
        ending = threading.Thread(target=line.end, name="postman")
        ending.start()
        ending.join(5)
