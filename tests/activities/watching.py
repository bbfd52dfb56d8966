"""A mailbox that is watched on a real IMAP server, turn by turn."""

import dataclasses
from datetime import UTC, datetime

from sqlmodel import col, select

from activities.mailbox import MailboxWatch
from activities.mailroom import Mailroom
from adapters.database.mail_tables import IncomingMail, MailArrival, MailCursor
from adapters.incoming.store import open_raw
from adapters.resources import Resources
from domain.messages import MailTaken, WatchMailbox
from tests.adapters.incoming.corpus import mail
from tests.dovecot import Dovecot

LAST_WEEK = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


class Post:
    """A watched installation."""

    def __init__(self, resources: Resources, server: Dovecot, user: str) -> None:
        self.resources, self.server, self.user = resources, server, user
        self.watch_at(server.url(user))

    def watch_at(self, *urls: str) -> None:
        settings = self.resources.settings.model_copy(update={"mailboxes": " ".join(urls)})
        self.resources = dataclasses.replace(self.resources, settings=settings)
        self.watch = MailboxWatch(self.resources, hold=0)
        self.room = Mailroom(self.resources, lambda _name: None)

    def turn(self, mailbox: str | None = None) -> MailTaken:
        """One turn of the workflow: take in, sort."""
        taken = self.watch.take_in_mail(WatchMailbox(mailbox=mailbox or self.user))
        self.room.sort_mail(WatchMailbox(mailbox="desk"))
        return taken

    def turns(self) -> None:
        while self.turn().stored:
            pass
        self.turn()  # flags what the last one sorted

    @property
    def mails(self) -> list[IncomingMail]:
        with self.resources.database.read() as session:
            return list(session.exec(select(IncomingMail).order_by(col(IncomingMail.arrived_at))).all())

    @property
    def arrivals(self) -> list[MailArrival]:
        with self.resources.database.read() as session:
            return list(session.exec(select(MailArrival)).all())

    def cursor(self) -> MailCursor:
        with self.resources.database.read() as session:
            found = session.get(MailCursor, self.user)
        assert found is not None
        return found

    def raws(self) -> list[bytes]:
        return [open_raw(self.resources, each) for each in self.mails]


def numbered(number: int, body: str = "Hello") -> bytes:
    return mail(f"{body} {number}", Message_Id=f"<{number}@post.example>").replace(b"Message-ID: <1@post.example>\r\n", b"")
