"""Mail is taken in from a real IMAP server: once, with the date on which it arrived. On both databases."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from adapters.database.mail_tables import IncomingMail, MailArrival, MailCursor
from adapters.incoming.store import open_raw
from domain.errors import KeyMissingError
from domain.triage import Standing
from tests.activities.watching import LAST_WEEK, Post, numbered
from tests.adapters.incoming.corpus import mail


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


def test_a_destroyed_mail_opens_no_more(post: Post) -> None:
    post.server.deliver(numbered(1), user=post.user)
    post.turns()
    row = post.mails[0]
    post.resources.vault.destroy_mail_key(row.key, rule="test", approver="system")
    with pytest.raises(KeyMissingError):
        open_raw(post.resources, row)
