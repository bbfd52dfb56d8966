"""Mail is taken in from a real IMAP server: once, whatever breaks, with the date on which it arrived. On both databases."""

import dataclasses
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from activities.mailbox import MailboxWatch
from activities.mailroom import Mailroom
from adapters.database.mail_tables import IncomingMail, MailArrival, MailCursor
from adapters.imap import MailboxTroubleError
from adapters.incoming.store import open_raw
from adapters.resources import Resources
from domain.errors import KeyMissingError
from domain.messages import MailTaken, WatchMailbox
from domain.triage import Standing
from tests import dovecot, opened
from tests.adapters.incoming.corpus import mail
from tests.dovecot import Dovecot, Wire

LAST_WEEK = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot.running() as server:
        yield server


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


@pytest.fixture
def resources(tmp_path: Path, database_url: str) -> Iterator[Resources]:
    with opened.resources(tmp_path / "home", database_url) as everything:
        yield everything


@pytest.fixture
def post(resources: Resources, server: Dovecot) -> Post:
    return Post(resources, server, f"u{uuid4().hex}")


def numbered(number: int, body: str = "Hello") -> bytes:
    return mail(f"{body} {number}", Message_Id=f"<{number}@post.example>").replace(b"Message-ID: <1@post.example>\r\n", b"")


def test_what_comes_is_stored_as_it_came_with_its_date_of_arrival_and_then_flagged(post: Post) -> None:
    raws = [numbered(1), numbered(2)]
    post.server.deliver(*raws, user=post.user, arrived=LAST_WEEK)
    post.turns()
    assert post.raws() == raws
    assert {each.arrived_at for each in post.mails} == {LAST_WEEK}
    assert {each.standing for each in post.mails} == {Standing.TRIAGE.value}
    assert post.server.seen(user=post.user) == (2, 2)


def test_the_database_holds_no_word_of_it(post: Post, tmp_path: Path) -> None:
    post.server.deliver(mail("unmistakable words of Mia"), user=post.user)
    post.turns()
    with post.resources.database.read() as session:
        row = session.exec(select(IncomingMail)).one()
    for cell in (row.raw, row.content):
        assert cell is not None
        assert b"unmistakable" not in cell
    assert b"mia@post.example" not in repr(row).encode()
    assert tmp_path.exists()


def test_a_second_look_takes_nothing_twice(post: Post) -> None:
    post.server.deliver(numbered(1), user=post.user)
    post.turns()
    post.turns()
    post.server.deliver(numbered(2), user=post.user)
    post.turns()
    assert len(post.mails) == 2


def test_the_same_mail_in_two_mailboxes_counts_from_its_earlier_arrival(post: Post) -> None:
    other = post.user + "2"
    post.watch_at(post.server.url(post.user), post.server.url(other))
    first, second = (
        b"Received: from a by mx1 for <connect@imaginella.example>; Mon\r\n" + mail("Hello"),
        b"Delivered-To: assist@imaginella.example\r\n" + mail("Hello"),
    )
    post.server.deliver(second, user=other, arrived=LAST_WEEK + timedelta(days=1))
    post.server.deliver(first, user=post.user, arrived=LAST_WEEK)
    post.turn(other)
    post.turn()
    assert [each.arrived_at for each in post.mails] == [LAST_WEEK]
    assert len(post.arrivals) == 2


def test_the_same_message_id_with_other_words_is_another_mail(post: Post) -> None:
    post.server.deliver(mail("Hello"), mail("Something else"), user=post.user)
    post.turns()
    assert len(post.mails) == 2


def test_a_new_uidvalidity_loses_nothing_and_takes_nothing_twice(post: Post) -> None:
    post.server.deliver(numbered(1), numbered(2), user=post.user)
    post.turns()
    with post.resources.database.write() as session:
        cursor = session.get(MailCursor, post.user)
        assert cursor is not None
        cursor.uidvalidity, cursor.last_uid = cursor.uidvalidity - 1, 99
        session.add(cursor)
    post.server.deliver(numbered(3), user=post.user)
    post.turns()
    assert len(post.mails) == 3
    assert post.cursor().last_uid == 3


def test_mail_that_lay_unread_while_we_were_down_keeps_its_arrival(post: Post) -> None:
    post.server.deliver(numbered(1), user=post.user, arrived=LAST_WEEK)
    post.turns()
    stored = post.mails[0]
    assert stored.arrived_at == LAST_WEEK
    assert stored.stored_at > LAST_WEEK + timedelta(days=1)


def test_what_was_taken_in_can_be_moved_instead_of_flagged(post: Post) -> None:
    post.watch_at(post.server.url(post.user, after="move:Done"))
    post.server.deliver(numbered(1), user=post.user)
    post.turns()
    assert post.server.seen(user=post.user) == (0, 0)
    assert post.server.seen("Done", user=post.user) == (1, 1)


@pytest.mark.parametrize("after", ["flag", "move:Done"])
def test_originals_go_after_their_days_and_what_was_not_taken_in_stays(post: Post, after: str) -> None:
    post.watch_at(post.server.url(post.user, after=after, keep_days="3"))
    post.server.deliver(numbered(1), user=post.user, arrived=LAST_WEEK - timedelta(days=30))
    post.server.deliver(numbered(2), user=post.user)
    post.turns()
    post.turn()
    folder = "INBOX" if after == "flag" else "Done"
    assert post.server.seen(folder, user=post.user) == (1, 1)
    assert len(post.mails) == 2


@pytest.mark.parametrize("after", ["flag", "move:Done"])
def test_the_original_of_a_mail_that_ends_goes_from_where_it_lies_and_no_other(post: Post, after: str) -> None:
    post.watch_at(post.server.url(post.user, after=after))
    post.server.deliver(numbered(1), numbered(2), numbered(3), user=post.user)
    post.turns()
    folder = "INBOX" if after == "flag" else "Done"
    assert post.server.seen(folder, user=post.user) == (3, 3)
    row = post.mails[1]
    with post.resources.database.write() as session:
        session.execute(update(MailArrival).where(col(MailArrival.mail) == row.id).values(remove=True, settled=False))
    post.turn()
    assert post.server.seen(folder, user=post.user) == (2, 2)


def fifty_megabytes() -> bytes:
    head = b"From: mia@post.example\r\nContent-Transfer-Encoding: base64\r\nContent-Type: application/zip\r\n\r\n"
    return head + (b"QUFB" * 19 + b"\r\n") * 640_000


def test_fifty_megabytes_are_taken_in_and_read(post: Post) -> None:
    raw = fifty_megabytes()
    post.server.deliver(raw, numbered(1), user=post.user)
    post.turns()
    assert sorted(len(each) for each in post.raws()) == sorted([len(raw), len(numbered(1))])
    assert "unreadable" not in {each.kind for each in post.mails}


def test_a_mail_that_cannot_be_read_is_kept_and_does_not_stop_the_others(post: Post) -> None:
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level) for level in range(3_000))
    post.server.deliver(deep, numbered(1), user=post.user)
    post.turns()
    assert sorted(str(each.kind) for each in post.mails) == ["person", "unreadable"]
    assert deep in post.raws()


@pytest.fixture
def torn(post: Post) -> Iterator[Wire]:
    with dovecot.wire(post.server.port) as carried:
        post.watch_at(post.server.url(post.user).replace(str(post.server.port), str(carried.port)))
        yield carried


FAULTS: dict[str, Callable[[Wire], None]] = {
    "in the middle of FETCH": lambda wire: setattr(wire, "tear_at_server", b"the middle of this"),
    "between store and flag": lambda wire: setattr(wire, "tear_at_client", b"STORE"),
    "while signing in": lambda wire: setattr(wire, "tear_at_client", b"LOGIN"),
    "while selecting": lambda wire: setattr(wire, "tear_at_client", b"SELECT"),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_connection_that_breaks_loses_nothing_and_takes_nothing_twice(
    post: Post, torn: Wire, fault: Callable[[Wire], None]
) -> None:
    raws = [numbered(1), numbered(2, "x" * 20_000 + " the middle of this " + "x" * 20_000), numbered(3)]
    post.server.deliver(*raws, user=post.user)
    fault(torn)
    for _ in range(4):
        try:
            post.turn()
        except MailboxTroubleError:
            continue
    assert torn.torn == 1
    assert sorted(post.raws()) == sorted(raws)
    assert len(post.arrivals) == 3
    assert post.server.seen(user=post.user) == (3, 3)


def test_a_refused_password_is_said_without_the_password(post: Post) -> None:
    post.watch_at(post.server.url(post.user).replace("made-up", "wrong"))
    with pytest.raises(MailboxTroubleError) as refused:
        post.turn()
    assert str(refused.value) == "sign_in_refused"
    assert post.cursor().trouble == "sign_in_refused"


def test_a_mailbox_that_the_settings_name_no_more_is_given_up(post: Post) -> None:
    assert post.watch.take_in_mail(WatchMailbox(mailbox="another")).gone


def test_a_server_that_says_so_itself_wakes_the_watch(post: Post) -> None:
    import threading  # noqa: PLC0415 (this test only)

    watch = MailboxWatch(post.resources, hold=60)
    timer = threading.Timer(1.0, post.server.deliver, args=(numbered(1),), kwargs={"user": post.user})
    timer.start()
    assert watch.take_in_mail(WatchMailbox(mailbox=post.user)).stored == 1
    timer.join()


def test_a_connection_that_breaks_while_it_waits_for_mail_is_opened_again_and_nothing_is_missed(post: Post, torn: Wire) -> None:
    torn.tear_at_client = b"IDLE"
    watch = MailboxWatch(post.resources, hold=60)
    with pytest.raises(MailboxTroubleError):
        watch.take_in_mail(WatchMailbox(mailbox=post.user))
    assert torn.torn == 1
    post.server.deliver(numbered(1), user=post.user)
    post.turns()
    assert post.raws() == [numbered(1)]


def test_a_destroyed_mail_opens_no_more(post: Post) -> None:
    post.server.deliver(numbered(1), user=post.user)
    post.turns()
    row = post.mails[0]
    post.resources.vault.destroy_mail_key(row.key, rule="test", approver="system")
    with pytest.raises(KeyMissingError):
        open_raw(post.resources, row)


def test_mail_that_a_killed_worker_holds_keeps_nobody_going_round(post: Post) -> None:
    post.server.deliver(numbered(1), user=post.user)
    assert MailboxWatch(post.resources, hold=0).take_in_mail(WatchMailbox(mailbox=post.user)).stored == 1
    watch = MailboxWatch(post.resources, hold=60)
    assert watch._waiting()
    with post.resources.database.write() as session:
        session.exec(select(IncomingMail)).one().claimed_at = datetime.now(UTC)
    assert not watch._waiting()
