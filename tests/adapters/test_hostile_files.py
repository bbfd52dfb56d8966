"""What hostile files cost whoever reads them outside a child process: time in their length, little memory, and no error.

One that is looked at again at each of its bytes, in a pattern that nothing interrupts, would stop every case of the installation.
"""

import io
import re
import struct
import time
import tracemalloc
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest
from PIL import Image

from activities.leak_search import found_in
from activities.package_files import Covering
from adapters.archives import mbox
from adapters.archives.cards import read_card
from adapters.archives.containers import Containers
from adapters.documents.reader import DocumentReader
from adapters.documents.shapes import UncoverableError
from adapters.layers import folded
from adapters.zip_members import TooMuchError, opened
from domain.archives import Unreadable
from domain.redaction import Area, Span

_CORNER = Span(area=Area(page=1, left=1, top=1, width=5, height=5))
SECONDS = 40.0  # of processor time: what this held off took from minutes to hours
_SWOLLEN = 128_000_000
_MOST_MEMORY = 100_000_000


def _png(data: bytes) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", len(data)) + b"zTXt" + data + bytes(4)


SLOW = {
    "streams without an end": b"%PDF-1.4\n" + b"stream\n" * 60_000,
    "empty streams without an object": b"%PDF-1.4\n" + b"stream\nendstream\n" * 120_000,
    "escaped parentheses": b"%PDF-1.4\n" + b"\\(" * 1_000_000,
    "beginnings of packed text in a picture": _png(b"x\x9c" * 1_000_000),
    "lines of one letter": b"a" * 16 + b"\na" * 3_000_000,
    "a list of addresses": b"A: b\nTo: " + b"a," * 1_000_000 + b"\n\nx",
    "marks over one letter": "\u0301\u0327".encode() * 500_000,
}


@pytest.mark.parametrize("hostile", SLOW)
def test_a_file_is_searched_in_time(hostile: str) -> None:
    with _in_time():
        found_in("file", SLOW[hostile], ("nothing of this",))


def test_marks_over_a_letter_beyond_any_script_are_left_out_and_others_stay() -> None:
    assert folded("Ze\u0301") == "z\u00e9"
    assert folded("\uff76\uff9e") == "\u30ac"
    assert len(folded("a" + "\u0323" * 200)) <= 31


def _zip_with(name: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zipped:
        zipped.writestr("\u00e9.txt", b"x")
    return out.getvalue().replace("\u00e9".encode(), name)


BROKEN = {
    "a name that is no text": _zip_with(b"\xff\xfe"),
    "comments in comments": b"A: b\nTo: " + b"(" * 5_000 + b"\n\nx",
    "mails in mails": b"A: b\nContent-Type: message/rfc822\n\n" * 3_000,
    "letters of no alphabet": b"A: b\nContent-Type: text/plain; charset=x-none\n\nRuth \xe9\n",
}


@pytest.mark.parametrize("hostile", BROKEN)
def test_a_broken_file_is_an_answer_and_no_error(hostile: str) -> None:
    """An error would be tried again without end: nobody would get the package."""
    found_in("file", BROKEN[hostile], ("nothing of this",))
    reader = DocumentReader()
    try:
        Covering(reader).cover(BROKEN[hostile], [Span(words="Ruth")])
    finally:
        reader.close()


def test_a_page_nested_a_hundred_thousand_deep_is_given_up() -> None:
    reader = DocumentReader(patience=5.0)
    try:
        assert Covering(reader).cover(b"<html>" + b"<div>" * 300_000 + b"Ruth", [Span(words="Ruth")]) is None
        covered = Covering(reader).cover(b"<html><p>Ruth was <b>here</b>", [Span(words="Ruth")])
    finally:
        reader.close()
    assert covered is not None
    assert covered.removed == ["Ruth", "Ruth"]


def test_a_picture_of_very_many_pictures_is_refused_in_time() -> None:
    values = [(256, 4, 1, 10), (257, 4, 1, 10), (273, 4, 1, 8), (279, 4, 1, 100)]
    entry = struct.pack("<H", 4) + b"".join(struct.pack("<HHII", *each) for each in values)
    many = 200_000
    nexts = (8 + (number + 1) * 54 if number < many - 1 else 0 for number in range(many))
    reader = DocumentReader()
    try:
        with pytest.raises(UncoverableError):
            reader.cover(b"II*\0" + struct.pack("<I", 8) + b"".join(entry + struct.pack("<I", each) for each in nexts), [_CORNER])
        for kind in ("TIFF", "PNG", "GIF", "WEBP", "BMP", "JPEG"):
            out = io.BytesIO()
            Image.new("RGB", (20, 20)).save(out, kind)
            assert reader.cover(out.getvalue(), [_CORNER]).value
        assert reader.about(b"II*\0").kind == ""
    finally:
        reader.close()


def test_a_zip_of_a_million_names_is_not_opened() -> None:
    table = b"PK\x01\x02" + bytes(24) + struct.pack("<H", 1) + bytes(16) + b"a"  # one entry, with a name of one letter
    many = 1_000_000
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 65_535, 65_535, len(table) * many, 4, 0)
    crowded = b"PK\x03\x04" + table * many + end
    with _little_memory(), pytest.raises(TooMuchError):
        opened(crowded)


def _bomb(how: int, *, says: int | None = None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as zipped:
        zipped.writestr("a.txt", bytes(_SWOLLEN))
    packed = out.getvalue()
    return packed if says is None else packed.replace(struct.pack("<I", _SWOLLEN), struct.pack("<I", says))


@pytest.mark.parametrize(
    ("how", "says"),
    [(zipfile.ZIP_DEFLATED, 10), (zipfile.ZIP_LZMA, 10), (zipfile.ZIP_LZMA, None)],
    ids=["lies", "lies too", "says it"],
)
def test_a_member_takes_no_more_memory_than_is_asked_for(how: int, says: int | None, tmp_path: Path) -> None:
    bomb = _bomb(how, says=says)
    if says is not None:
        with _little_memory():
            assert found_in("file", bomb, ("nothing of this",))
    with _little_memory():
        (piece,) = Containers(tmp_path, len(bomb)).pieces(io.BytesIO(bomb), "export.zip")
    assert piece.reason in {Unreadable.SWELLS, Unreadable.DAMAGED}


_BREAK = re.compile(rb"\r?\n\r?\n(?=From [^\r\n]{0,300}\d:\d\d[^\r\n]{0,60}\r?\n)")  # of the whole mailbox at once
_WORDS = (
    b"\n",
    b"\r\n",
    b"\r",
    b"From ",
    b"From a Mon 1:23:45 2024\n",
    b"From a 1:23 x\r\n",
    b"x" * 50,
    b"\n\nFrom b Tue 3:45\n",
)


def test_a_mailbox_is_split_at_the_same_places_however_little_of_it_is_read_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed in range(300):
        chance = Random(seed)
        monkeypatch.setattr(mbox, "_PIECE", chance.randint(1, 60))
        mailbox = b"From a@b 10:00\nFrom: a@b\nTo: c@d\n\n" + b"".join(chance.choices(_WORDS, k=40))
        found = [piece.raw for piece in Containers(tmp_path, len(mailbox)).pieces(io.BytesIO(mailbox), "a.mbox")]
        assert found == [mbox.unquoted(raw) for raw in _BREAK.split(mailbox) if raw.strip()]


def test_a_mail_of_empty_lines_and_beginnings_of_mails_is_split_in_time(tmp_path: Path) -> None:
    for line in (b"\n", b"\r\n", b"\n\nFrom " + b"1:11 " * 60 + b"x" * 70):
        mailbox = b"From a@b 10:00\nFrom: a@b\nTo: c@d\n\n" + line * (20_000_000 // len(line))
        with _in_time():
            assert len(list(Containers(tmp_path, len(mailbox)).pieces(io.BytesIO(mailbox), "a.mbox"))) == 1


def test_a_line_of_a_calendar_is_read_in_time_and_what_is_quoted_in_it_stays_together() -> None:
    entry = b'BEGIN:VEVENT\nATTENDEE;ROLE=REQ;CN="Ruth; A: d":mailto:ruth@x.example\nX' + b";" * 5_000 + b"\nSUMMARY:Talk\n"
    with _in_time():
        found = read_card(entry)
    assert (found["recipients"], found["subject"]) == ("Ruth <ruth@x.example>", "Talk")


@contextmanager
def _in_time() -> Iterator[None]:
    began = time.process_time()
    yield
    assert time.process_time() - began < SECONDS


@contextmanager
def _little_memory() -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < _MOST_MEMORY
    finally:
        tracemalloc.stop()
