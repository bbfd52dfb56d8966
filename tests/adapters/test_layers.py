"""The leak corpus: in whatever a document hides a name, it is found; and what is not there is not found."""

import gzip
import io
import time
import zipfile
from uuid import NAMESPACE_URL, uuid5

import pytest

from activities.leak_search import Secrets, found_in
from adapters.layers import Layers, UnsearchableError, normal
from tests.adapters.leak_corpus import CLOSED, DOCUMENTS, SECRET, mail, zipped


@pytest.mark.parametrize("hidden", DOCUMENTS)
def test_a_hidden_name_is_found(hidden: str) -> None:
    assert found_in("file", DOCUMENTS[hidden](SECRET), (normal(SECRET),)), hidden


@pytest.mark.parametrize("hidden", DOCUMENTS)
def test_a_name_that_is_not_there_is_not_found(hidden: str) -> None:
    assert not found_in("file", DOCUMENTS[hidden]("Ruth Adeyemi"), (normal(SECRET),)), hidden


def test_a_longer_word_is_another_word() -> None:
    assert not found_in("file", b"Annual annals of Hannah", (normal("Anna"),))
    assert found_in("file", b"anna_smith@x.example", (normal("Anna"),))


def test_one_of_hundreds_of_names_is_found_and_a_part_of_one_is_not() -> None:
    names = tuple(normal(f"Person {number} van der Berg{number:03}") for number in range(300))
    text = "\n".join(f"{number} met nobody of the Berg{number:03} family" for number in range(300))
    assert not found_in("file", text.encode(), names)
    assert found_in("file", f"{text}\nSigned: PERSON  7_van-der\tBerg007.".encode(), names)


def test_what_is_packed_too_deep_counts_as_a_find() -> None:
    content = b"nothing"
    for _ in range(9):
        content = zipped(a=content)
    with pytest.raises(UnsearchableError):
        list(Layers("file").read(content))
    assert found_in("file", content, ("anything",))


def test_what_swells_without_end_counts_as_a_find() -> None:
    content = zipped(a=b"\x00" * 300_000_000)
    assert len(content) < 1_000_000
    began = time.thread_time()
    assert found_in("file", content, ("anything",))
    assert time.thread_time() - began < 10


def test_a_locked_archive_counts_as_a_find() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a", b"x")
    locked = bytearray(out.getvalue())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(signature) + offset] |= 1
    assert found_in("file", bytes(locked), ("anything",))


@pytest.mark.parametrize("kind", CLOSED)
def test_what_nobody_here_can_open_counts_as_a_find_also_in_a_mail(kind: str) -> None:
    assert found_in("file", CLOSED[kind], ("anything",))
    assert found_in("file", mail("see there", attachment=CLOSED[kind]), ("anything",))


@pytest.mark.parametrize(
    ("name", "text", "meant"),
    [
        ("Müller", "mueller@post.example", True),
        ("Müller", "Muller, A.", True),
        ("Łukasz Żak", "lukasz_zak.pdf", True),
        ("Ann Baker", "ann-baker's", True),
        ("Ann Baker", "Ann and Baker", False),
        ("Ann Baker", "Joann Bakery", False),
        ("020 7946 0143", "020-7946-0143", True),
    ],
)
def test_a_name_is_known_as_addresses_and_file_names_write_it(name: str, text: str, *, meant: bool) -> None:
    assert found_in("file", text.encode(), (normal(name),)) is meant


@pytest.mark.parametrize(
    "content",
    [
        b"\\" * 400_000,
        b"%25" * 300_000,
        b"<~" * 400_000,
        b"begin 644 a\n" * 60_000,
        b"a " * 400_000,
        "\u202e".encode() * 200_000,
        gzip.compress(b"x") * 40_000,
        b"A" * 1_000_001,
        b"0" * 1_000_001,
        b"\n".join(b'{"id":"%s"}' % str(uuid5(NAMESPACE_URL, str(number))).encode() for number in range(60_000)),
    ],
    ids=["backslashes", "percent", "Ascii85", "uuencode", "letters", "turned", "gzip", "base64", "hexadecimal", "ids"],
)
def test_hostile_files_are_read_in_the_time_of_their_length(content: bytes) -> None:
    began = time.thread_time()
    found_in("file", content, ("anything",))
    assert time.thread_time() - began < 10


def test_the_requesters_own_words_and_what_was_given_on_purpose_are_no_secrets() -> None:
    secrets = Secrets()
    secrets.cover(["Ruth Adeyemi", "Tom Baker", "Pat Lee", "Al", "1234"], None)
    secrets.give(["Pat Lee agreed to be named."])
    assert secrets.needles(["ruth adeyemi"]) == ("tom baker",)
