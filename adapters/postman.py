"""Hands letters over on connections that stay open for a while, no faster than the controller's mail server wants them.

A connection, its TLS and its sign-in cost more than a letter. One thread holds a loop and at most four connections; whoever
sends blocks until the server has answered. Next: `adapters/mail.py`
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
IDLE: Final = 30.0  # seconds; servers hang up after a minute or more (RFC 5321 4.5.3.2: five)
_CHECKED_AFTER: Final = 2.0  # seconds of silence after which a connection is asked whether it is still there
_LONGEST_WAIT: Final = 20.0  # seconds for a turn; then the engine tries again later, with its back-off


class Postman:
    """Open connections to the controller's mail server. Thread-safe.

    Args:
        settings: name the server and the letters a minute.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._round: _Round | None = None

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
        with translated():
            self._started().run(message, sender, recipient)

    def _started(self) -> "_Round":
        with self._lock:
            if self._round is None:
                self._round = _Round(MailServer.of(self._settings), self._settings.mail_per_minute)
                weakref.finalize(self, self._round.end)
            return self._round


class _Round:
    """The loop, its thread, and the connections in it."""

    def __init__(self, server: MailServer, per_minute: int) -> None:
        self._server = server
        self._gap = 60.0 / per_minute if per_minute else 0.0
        self._next = 0.0
        self._idle: list[tuple[float, aiosmtplib.SMTP]] = []
        self._loop = asyncio.new_event_loop()
        self._slots = asyncio.Semaphore(CONNECTIONS)
        self._thread = threading.Thread(target=self._loop.run_forever, name="postman", daemon=True)
        self._thread.start()

    def run(self, message: bytes, sender: str, recipient: str) -> None:
        self._call(self._send(message, sender, recipient))

    def end(self) -> None:
        """Say good-bye and stop the thread."""
        with contextlib.suppress(Exception):
            self._call(self._hang_up(0.0))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def _call(self, doing: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(doing, self._loop).result(PATIENCE + _LONGEST_WAIT)

    async def _send(self, message: bytes, sender: str, recipient: str) -> None:
        await self._turn()
        async with self._slots, asyncio.timeout(PATIENCE):
            smtp = await self._connection()
            try:
                await hand_over(smtp, message, sender, recipient)
            except (aiosmtplib.SMTPResponseException, aiosmtplib.SMTPRecipientsRefused):
                await self._give_back(smtp)  # it answered: the conversation goes on
                raise
            except BaseException:
                smtp.close()
                raise
            await self._give_back(smtp)

    async def _turn(self) -> None:
        now = time.monotonic()
        wait = max(self._next - now, 0.0)
        if wait > _LONGEST_WAIT:
            raise MailNotTakenError("throttled")
        self._next = max(self._next, now) + self._gap
        await asyncio.sleep(wait)

    async def _connection(self) -> aiosmtplib.SMTP:
        while self._idle:
            since, smtp = self._idle.pop()
            try:
                if time.monotonic() - since > _CHECKED_AFTER:
                    await smtp.rset()
                if smtp.is_connected:
                    return smtp
            except (aiosmtplib.SMTPException, OSError):
                smtp.close()
        return await connect(self._server)

    async def _give_back(self, smtp: aiosmtplib.SMTP) -> None:
        if not smtp.is_connected:
            smtp.close()
            return
        self._idle.append((time.monotonic(), smtp))
        self._loop.call_later(IDLE + 1, lambda: self._loop.create_task(self._hang_up(IDLE)))

    async def _hang_up(self, older_than: float) -> None:
        now = time.monotonic()
        old = [(since, smtp) for since, smtp in self._idle if now - since >= older_than]
        self._idle = [each for each in self._idle if each not in old]
        for _, smtp in old:
            with contextlib.suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
                await smtp.quit(timeout=2)
            smtp.close()
