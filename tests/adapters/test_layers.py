"""The leak corpus: in whatever a document hides a name, it is found; and what is not there is not found."""

import io
import time
import zipfile

import pytest

from activities.leak_search import Secrets, found_in
from adapters.layers import Layers, UnsearchableError, normal
from tests.adapters.leak_corpus import DOCUMENTS, SECRET, zipped


@pytest.mark.parametrize("hidden", DOCUMENTS)
def test_a_hidden_name_is_found(hidden: str) -> None:
    assert found_in("file", DOCUMENTS[hidden](SECRET), (normal(SECRET),)), hidden


@pytest.mark.parametrize("hidden", DOCUMENTS)
def test_a_name_that_is_not_there_is_not_found(hidden: str) -> None:
    assert not found_in("file", DOCUMENTS[hidden]("Ruth Adeyemi"), (normal(SECRET),)), hidden


def test_a_longer_word_is_another_word() -> None:
    assert not found_in("file", b"Annual annals of Hannah", (normal("Anna"),))
    assert found_in("file", b"anna_smith@x.example", (normal("Anna"),))


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


def test_the_requesters_own_words_and_what_was_given_on_purpose_are_no_secrets() -> None:
    secrets = Secrets()
    secrets.cover(["Ruth Adeyemi", "Tom Baker", "Pat Lee", "Al", "1234"])
    secrets.give(["Pat Lee agreed to be named."])
    assert secrets.needles(["ruth adeyemi"]) == ("tom baker",)
