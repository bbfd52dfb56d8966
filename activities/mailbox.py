"""Takes mail in from a watched mailbox: what is new is sealed and stored, what was stored is flagged (design section 8).

One call holds one connection for some minutes and comes back as soon as it stored something. A crash anywhere repeats a step:
the cursor moves with the rows, the mailbox is touched only after the commit.
Next: `activities/mailroom.py`
"""

import contextlib
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Final

import structlog
from sqlalchemy import and_, update
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select
from temporalio import activity

from activities.failures import translated
from activities.heartbeat import beating
from activities.mailroom import free
from adapters.database.mail_tables import IncomingMail, MailArrival, MailCursor
from adapters.database.tables import Alarm
from adapters.imap import BATCH_BYTES, BATCH_MESSAGES, IDLE_FOR, Connection, Fetched, MailboxTroubleError, open_mailbox
from adapters.incoming.ending import end_keys_without_mail, end_old_mails
from adapters.incoming.removal import destroy_due_suspects
from adapters.incoming.store import Arrived, Place, store, unfetched
from adapters.mailboxes import DESK, Mailbox, watched
from adapters.resources import Resources
from domain.messages import MailTaken, WatchMailbox
from domain.triage import Standing

HOLD: Final = 600.0  # seconds that one call waits for mail; then the workflow asks again, so that no activity runs for ever
_MOST_AT_ONCE: Final = 2_000  # messages stored in one call; the rest is the next call's
_DESK_LOOKS: Final = 2.0  # seconds between two looks at what was handed in
_FAILURES: Final = 3  # then a message that the server does not give out is left where it is

_log = structlog.get_logger("mailbox")


class MailboxWatch:
    """Brings mail in.

    Args:
        resources: opened once by the worker.
        hold: seconds that one call waits for mail.
    """

    def __init__(self, resources: Resources, *, hold: float = HOLD) -> None:
        self._resources = resources
        self._mailboxes = watched(resources.settings.mailboxes)
        self._hold = hold
        self._tidied: date | None = None

    @activity.defn
    @translated
    def take_in_mail(self, message: WatchMailbox) -> MailTaken:
        """Store what is new in a mailbox, or wait for it.

        Raises:
            MailboxTroubleError: it cannot be reached; tried again, and said so on the mailbox's row.
        """
        if message.mailbox == DESK:
            return self._wait_for_desk()
        mailbox = self._mailboxes.get(message.mailbox)
        if mailbox is None:
            return MailTaken(gone=True)
        with beating():
            try:
                with open_mailbox(mailbox) as connection:
                    return self._watch(mailbox, connection)
            except _Stopping:
                return MailTaken()
            except MailboxTroubleError as trouble:
                self._note_trouble(mailbox.name, trouble.word)
                raise

    def _watch(self, mailbox: Mailbox, connection: Connection) -> MailTaken:
        end = time.monotonic() + self._hold
        tidied = mailbox.keep_days is None
        while True:
            self.settle(mailbox, connection)
            if stored := self.take_in(mailbox, connection):
                return MailTaken(stored=stored)
            if not tidied:
                self._remove_old(mailbox, connection)
                tidied = True
            if self._waiting() or (left := end - time.monotonic()) <= 0:
                return MailTaken()
            pause = min(IDLE_FOR, left)
            if not connection.wait(go_on=_go_on, seconds=pause):
                _sleep(pause)

    def _remove_old(self, mailbox: Mailbox, connection: Connection) -> None:
        """Delete originals whose days are over: only such as are stored here, in the watched folder or where they were moved."""
        assert mailbox.keep_days is not None

        def stored(uids: list[int]) -> list[int]:
            mine = (
                col(MailArrival.mailbox) == mailbox.name,
                col(MailArrival.uidvalidity) == connection.uidvalidity,
                col(MailArrival.settled),
                col(MailArrival.uid).in_(uids),
            )
            with self._resources.database.read() as session:
                return list(session.exec(select(MailArrival.uid).where(*mine)).all())

        connection.remove_old(mailbox.move_to, mailbox.keep_days, stored)

    def take_in(self, mailbox: Mailbox, connection: Connection) -> int:
        """Store what the mailbox has beyond the cursor, 2,000 messages at most; returns how many."""
        cursor = self._cursor(mailbox.name)
        known = cursor.last_uid if cursor.uidvalidity == connection.uidvalidity else 0
        stored = 0
        for uids in _batches(connection.sizes_after(known)):
            stored += self._fetch_and_store(mailbox, connection, uids)
            _go_on()
            if stored >= _MOST_AT_ONCE:
                break
        self._note_seen(mailbox.name, connection.uidvalidity)
        return stored

    def settle(self, mailbox: Mailbox, connection: Connection) -> None:
        """Flag, move or remove in the mailbox what is stored and sorted; also what a crash left unflagged."""
        waiting = select_columns(col(MailArrival.id), col(MailArrival.uid), col(MailArrival.remove)).where(
            col(MailArrival.mailbox) == mailbox.name,
            col(MailArrival.uidvalidity) == connection.uidvalidity,
            col(MailArrival.settled).is_(False),
            col(MailArrival.mail).in_(
                select_columns(col(IncomingMail.id)).where(col(IncomingMail.standing) != Standing.STORED.value)
            ),
        )
        if mailbox.move_to is not None:
            self._remove_moved(mailbox, connection)
        while True:
            with self._resources.database.read() as session:
                rows = session.execute(waiting.order_by(col(MailArrival.uid)).limit(_MOST_AT_ONCE)).all()
            if not rows:
                return
            kept = [uid for _, uid, remove in rows if not remove]
            if mailbox.move_to is None:
                connection.flag(kept)
            else:
                self._follow(mailbox, connection, connection.move(kept, mailbox.move_to))
            connection.remove([uid for _, uid, remove in rows if remove])
            with self._resources.database.write() as session:
                session.execute(
                    update(MailArrival).where(col(MailArrival.id).in_([row for row, _, _ in rows])).values(settled=True)
                )

    def _follow(self, mailbox: Mailbox, connection: Connection, moved: dict[int, tuple[int, int]]) -> None:
        """Write down where originals lie now, so that they can go from there."""
        with self._resources.database.write() as session:
            for uid, (validity, there) in moved.items():
                here = (
                    col(MailArrival.mailbox) == mailbox.name,
                    col(MailArrival.uidvalidity) == connection.uidvalidity,
                    col(MailArrival.uid) == uid,
                )
                place = {"mailbox": _moved_name(mailbox), "uidvalidity": validity, "uid": there}
                session.execute(update(MailArrival).where(*here).values(place))

    def _remove_moved(self, mailbox: Mailbox, connection: Connection) -> None:
        gone = select(MailArrival).where(
            MailArrival.mailbox == _moved_name(mailbox), col(MailArrival.remove), col(MailArrival.settled).is_(False)
        )
        with self._resources.database.read() as session:
            rows = session.exec(gone.limit(_MOST_AT_ONCE)).all()
        if rows:
            connection.remove_moved([(row.uidvalidity, row.uid) for row in rows], mailbox.move_to or "")
            with self._resources.database.write() as session:
                done = update(MailArrival).where(col(MailArrival.id).in_([row.id for row in rows]))
                session.execute(done.values(settled=True))

    def _fetch_and_store(self, mailbox: Mailbox, connection: Connection, uids: list[int]) -> int:
        fetched = [message for message in connection.fetch(uids) if message.raw]
        if len(fetched) == len(uids):
            return self._store(mailbox, connection, fetched)
        # One of them does not come. Up to it everything is stored; it gets its own tries.
        stored = 0
        for uid in uids:
            alone = [message for message in connection.fetch([uid]) if message.raw]
            if alone:
                stored += self._store(mailbox, connection, alone)
            elif uid in connection.sizes_after(uid - 1) and not self._give_up(mailbox, connection, uid):
                raise MailboxTroubleError("message_not_given_out")
        return stored

    def _store(self, mailbox: Mailbox, connection: Connection, fetched: list[Fetched]) -> int:
        arrivals = [
            Arrived(message.raw, message.arrived_at, Place(mailbox.name, connection.uidvalidity, message.uid))
            for message in fetched
        ]
        store(self._resources, "imap", arrivals, datetime.now(UTC))
        return len(arrivals)

    def _give_up(self, mailbox: Mailbox, connection: Connection, uid: int) -> bool:
        """Count a failure of one message; True when it is now left where it is."""
        now = datetime.now(UTC)
        with self._resources.database.write() as session:
            cursor = session.get(MailCursor, mailbox.name) or MailCursor(mailbox=mailbox.name)
            cursor.failures = cursor.failures + 1 if cursor.failed_uid == uid else 1
            cursor.failed_uid = uid
            session.add(cursor)
            if cursor.failures < _FAILURES:
                return False
            session.add(Alarm(at=now, kind="mail-not-given-out", facts={"mailbox": mailbox.name, "uid": uid}))
        unfetched(self._resources, Place(mailbox.name, connection.uidvalidity, uid), now, now)
        return True

    def _wait_for_desk(self) -> MailTaken:
        end = time.monotonic() + self._hold
        with beating(), contextlib.suppress(_Stopping):
            self._tidy()
            while not self._waiting() and (left := end - time.monotonic()) > 0:
                _sleep(min(_DESK_LOOKS, left))
        return MailTaken()

    def _tidy(self) -> None:
        """At the desk: let go what nobody asked for; once a day, mail whose period is over and keys that never got their mail."""
        now = datetime.now(UTC)
        destroy_due_suspects(self._resources, now)
        if self._tidied != now.date():
            while end_old_mails(self._resources, now):
                _go_on()
            end_keys_without_mail(self._resources, now)
            self._tidied = now.date()

    def _waiting(self) -> bool:
        with self._resources.database.read() as session:
            # By the rule of whoever sorts: what a killed worker still holds is nobody's to take; asking at once would go round.
            unsorted = select(IncomingMail.id).where(and_(*free(datetime.now(UTC))) | col(IncomingMail.told).is_(False))
            return session.exec(unsorted.limit(1)).first() is not None

    def _cursor(self, name: str) -> MailCursor:
        with self._resources.database.read() as session:
            return session.get(MailCursor, name) or MailCursor(mailbox=name)

    def _note_seen(self, name: str, uidvalidity: int) -> None:
        with self._row(name) as (session, cursor):
            if cursor.uidvalidity != uidvalidity:
                cursor.uidvalidity, cursor.last_uid = uidvalidity, 0
            cursor.seen_at, cursor.trouble = datetime.now(UTC), None
            session.add(cursor)

    def _note_trouble(self, name: str, word: str) -> None:
        _log.warning("mailbox not usable", mailbox=name, reason=word)
        with self._row(name) as (session, cursor):
            cursor.trouble = word
            session.add(cursor)

    @contextlib.contextmanager
    def _row(self, name: str) -> Iterator[tuple[Session, MailCursor]]:
        with self._resources.database.write() as session:
            yield session, session.get(MailCursor, name) or MailCursor(mailbox=name)


def _moved_name(mailbox: Mailbox) -> str:
    return f"{mailbox.name}/{mailbox.move_to}"


def _batches(sizes: dict[int, int]) -> Iterator[list[int]]:
    batch: list[int] = []
    held = 0
    for uid, size in sizes.items():
        if batch and (len(batch) == BATCH_MESSAGES or held + size > BATCH_BYTES):
            yield batch
            batch, held = [], 0
        batch.append(uid)
        held += size
    if batch:
        yield batch


class _Stopping(Exception):  # noqa: N818 (not an error: the worker wants to end)
    """The worker stops, or the workflow wants no more."""


def _go_on() -> None:
    if activity.in_activity() and (activity.is_cancelled() or activity.is_worker_shutdown()):
        raise _Stopping


def _sleep(seconds: float) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        _go_on()
        time.sleep(min(1.0, left))
