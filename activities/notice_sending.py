"""Sends a notice to the next of its recipients: a few connections that stay open, windows of rows, one commit per window.

Whoever is under way when the worker dies is sent the same Message-ID again by the next attempt: at most two windows of people.
Everybody else's letter is on record. A pause is looked for before each window. An exercise opens no connection at all.
Next: `adapters/mail.py`
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import aiosmtplib
from sqlmodel import select
from temporalio import activity

from activities.failures import translated
from activities.heartbeat import beating
from adapters.database.breach_tables import Dossier, DossierRecord, NoticeSegment
from adapters.database.notice_recipients import Claimed, Ended, Recipients
from adapters.mail import MailServer, connect, hand_over, mailable
from adapters.notice_letters import filled, notice_message_id, notice_reply_address, recipient_token
from adapters.resources import Resources
from domain.errors import LetterRefusedError, UnknownObjectError
from domain.notice import NoticeStatus
from domain.notice_messages import SendSome, SentSome

WINDOW: Final = 100  # claimed and written down together; twice as many may be under way
CONNECTIONS: Final = 4  # more than this many at once and providers begin to refuse
_MOST_SECONDS: Final = 60.0  # then the workflow hears of it, however slowly it goes
_UNREACHABLE: Final = 3  # in a row without an answer: our own server is away
_REFUSED: Final = range(500, 600)


class NoticeSending:
    """Sends notices.

    Args:
        resources: opened once by the worker.
    """

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    @activity.defn
    @translated
    def send_some(self, message: SendSome) -> SentSome:
        """Send to the next recipients until so many are told, a minute is over, or somebody paused."""
        with beating():
            people = Recipients(self._resources.database, self._resources.vault, message.notice_id)
            people.recover()
            if message.returned:
                people.send_again()
            elif message.again:
                people.try_again()
            run = _Run(self._resources, people, message)
            asyncio.run(run.sent())
            tally = people.tally()
        return SentSome(
            sent=run.sent_count,
            refused=run.refused_count,
            deferred=tally["deferred"],
            given_up=tally["given_up"],
            left=tally.get("waiting", 0) + tally.get("under_way", 0),
            stalled=run.unreachable >= _UNREACHABLE,
        )


class _Window:
    """People claimed together, and what became of each; `done` when that is known of all."""

    def __init__(self, people: list[Claimed]) -> None:
        self.results: list[Ended] = []
        self.done = asyncio.Event()
        self._left = len(people)

    def ended(self, result: Ended) -> None:
        self.results.append(result)
        self._left -= 1
        if not self._left:
            self.done.set()


class _Run:
    """One go at the next recipients."""

    def __init__(self, resources: Resources, people: Recipients, message: SendSome) -> None:
        self._resources = resources
        self._people = people
        self._message = message
        self._reference, self._letters = self._read()
        self._queue: asyncio.Queue[Claimed] = asyncio.Queue()
        self._windows: dict[int, _Window] = {}  # of everybody who is under way
        self._server = MailServer.of(resources.settings)
        self._next_slot = 0.0
        self.sent_count = self.refused_count = self.unreachable = 0

    async def sent(self) -> None:
        """Claim windows and hand them to the connections, until there is a reason to stop."""
        loop, claimed = asyncio.get_running_loop(), 0
        until = loop.time() + _MOST_SECONDS
        under_way: deque[_Window] = deque()
        async with asyncio.TaskGroup() as group:
            connections = [] if self._exercise else [group.create_task(self._connection()) for _ in range(CONNECTIONS)]
            stop = False
            while True:
                # The next window is handed out before the last one is done, and the last one is written down while the next is
                # on its way: no connection waits for the database. Never are more than two windows not written down.
                people = [] if stop else await self._claim(claimed)
                claimed += len(people)
                if people:
                    under_way.append(self._handed_out(people))
                elif not under_way:
                    break
                if len(under_way) > 1 or not people:
                    window = under_way.popleft()
                    await window.done.wait()
                    await asyncio.to_thread(self._people.ended, window.results, datetime.now(UTC))
                stop = loop.time() > until or self.unreachable >= _UNREACHABLE
            for connection in connections:
                connection.cancel()

    def _handed_out(self, people: list[Claimed]) -> _Window:
        window = _Window(people)
        self._windows |= dict.fromkeys([person.id for person in people], window)
        for person in people:
            if self._exercise:
                self._ended(person, "sent")
            else:
                self._queue.put_nowait(person)
        return window

    async def _claim(self, claimed: int) -> list[Claimed]:
        most = min(WINDOW, self._message.most - claimed)
        if most <= 0:
            return []
        return await asyncio.to_thread(self._claimed_if_going, most)

    def _claimed_if_going(self, most: int) -> list[Claimed]:
        with self._resources.database.read() as session:
            status = session.exec(select(DossierRecord.status).where(DossierRecord.dossier_id == self._message.notice_id)).one()
        going = {NoticeStatus.SENDING.value, NoticeStatus.FINISHED.value}  # after the end: what came back
        return self._people.claim(most) if status in going else []

    async def _connection(self) -> None:
        smtp: aiosmtplib.SMTP | None = None
        try:
            while True:
                smtp = await self._told(smtp, await self._queue.get())
        finally:
            if smtp is not None:
                with contextlib.suppress(aiosmtplib.SMTPException, OSError):
                    await smtp.quit()

    async def _told(self, smtp: aiosmtplib.SMTP | None, person: Claimed) -> aiosmtplib.SMTP | None:
        """Tell one person; gives back the connection while it can be used."""
        if self.unreachable >= _UNREACHABLE:
            self._ended(person, "waiting")
            return smtp
        await self._slot()
        try:
            recipient, back, message = self._message_for(person)
            smtp = smtp or await connect(self._server)
            await hand_over(smtp, message, back, recipient)
        except LetterRefusedError:
            self._ended(person, "refused")
        except aiosmtplib.SMTPResponseException as refusal:
            self._judged(person, refusal.code)
        except (aiosmtplib.SMTPException, OSError, TimeoutError):
            # The connection is gone, or was never there. Whether the server took the letter nobody knows: it goes out again
            # with the same Message-ID.
            self.unreachable += 1
            self._ended(person, "waiting")
            if smtp is not None:
                smtp.close()
            return None
        else:
            self.unreachable = 0
            self._ended(person, "sent")
        return smtp

    def _judged(self, person: Claimed, code: int) -> None:
        self._ended(person, "refused" if code in _REFUSED else "deferred", code)

    def _ended(self, person: Claimed, outcome: str, code: int | None = None) -> None:
        self.sent_count += outcome == "sent"
        self.refused_count += outcome == "refused"
        self._windows.pop(person.id).ended(Ended(person.id, outcome, code))  # type: ignore[arg-type]

    async def _slot(self) -> None:
        """Wait for one's turn, where so many a second were asked for."""
        if not self._message.rate:
            return
        now = asyncio.get_running_loop().time()
        self._next_slot = max(self._next_slot + 1 / self._message.rate, now)
        await asyncio.sleep(self._next_slot - now)

    def _message_for(self, person: Claimed) -> tuple[str, str, bytes]:
        """The recipient, where a bounce and an answer go, and the whole message."""
        recipient = mailable(person.address)
        vault, sender = self._resources.vault, self._resources.settings.mail_from
        token = recipient_token(vault, person.id)
        back = notice_reply_address(sender, self._reference, token)
        message = filled(
            self._letters[person.segment],
            recipient=recipient,
            reply_to=back,
            message_id=notice_message_id(vault, sender, self._message.notice_id, person.id),
            person=token,
        )
        return recipient, back, message

    def _read(self) -> tuple[str, dict[str, bytes]]:
        notice_id: UUID = self._message.notice_id
        vault = self._resources.vault.dossier(notice_id, "notice")
        with self._resources.database.read() as session:
            dossier = session.get(Dossier, notice_id)
            segments: Sequence[NoticeSegment] = session.exec(
                select(NoticeSegment).where(NoticeSegment.notice_id == notice_id)
            ).all()
        if dossier is None:
            raise UnknownObjectError(notice=str(notice_id))
        self._exercise = bool(dossier.opening.get("exercise"))
        return dossier.reference, {row.name: vault.open("notice_segment", "letter", row.name, row.letter) for row in segments}
