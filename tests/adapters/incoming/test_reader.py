"""A hostile mail ends its own reading and nothing else (abuse test 29)."""

from collections.abc import Iterator

import pytest

from adapters.incoming.reader import MailReader
from domain.incoming import MailKind
from tests.adapters.incoming.corpus import mail

HELLO = mail("Please send me all data you hold about me")


@pytest.fixture
def reader() -> Iterator[MailReader]:
    reader = MailReader()
    yield reader
    reader.close()


def test_a_mail_is_read_in_another_process(reader: MailReader) -> None:
    found = reader.read(HELLO)
    assert found.kind is MailKind.PERSON
    assert found.suggestions


def test_a_mail_nested_beyond_reason_is_unreadable_and_the_next_one_is_read(reader: MailReader) -> None:
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level) for level in range(3_000))
    found = reader.read(deep)
    assert found.kind is MailKind.UNREADABLE
    assert found.problems
    assert reader.read(HELLO).kind is MailKind.PERSON


def test_a_mail_whose_lines_are_all_compared_with_hundreds_of_boundaries_is_not_begun(reader: MailReader) -> None:
    """Four hundred kilobytes took as long as all other mail of a minute, and whoever has read it answers the next one."""
    nested = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level) for level in range(200))
    assert reader.read(b"From: a@b.example\n" + nested + b"\n" + b"-\n" * 200_000).kind is MailKind.UNREADABLE
    assert reader.read(b"From: a@b.example\n" + nested + b"\nHello\n").kind is not MailKind.UNREADABLE


def test_a_mail_that_takes_too_long_is_unreadable_and_the_next_one_is_read() -> None:
    reader = MailReader(patience=0)
    assert reader.read(HELLO).kind is MailKind.UNREADABLE
    reader._child._patience = 60
    assert reader.read(HELLO).kind is MailKind.PERSON
    reader.close()


def test_thirty_thousand_parts_are_read_as_far_as_five_hundred(reader: MailReader) -> None:
    body = b"--B\r\n\r\nhello\r\n" * 30_000 + b"--B--\r\n"
    found = reader.read(b"From: mia@post.example\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n" + body)
    assert any("500 parts" in problem for problem in found.problems)


def test_fifty_megabytes_are_read(reader: MailReader) -> None:
    head = b"From: mia@post.example\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    found = reader.read(head + (b"QUFB" * 19 + b"\r\n") * 640_000)
    assert [each.bytes for each in found.attachments] == [36_480_000]


def test_text_that_slows_patterns_down_is_read_in_time(reader: MailReader) -> None:
    for words in ("I want my ", "delete all ", "> ", "On a wrote:\n", "copy of copy of my "):
        assert reader.read(mail(words * 100_000)).kind is MailKind.PERSON
