"""A hostile document ends its own reading and nothing else (abuse test 29); office documents are read as letters."""

import io
import struct
import time
import zipfile
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from adapters.documents.reader import DocumentReader
from domain.redaction import Area, Span
from tests.adapters.documents.corpus import PDFS, jpeg
from tests.adapters.leak_corpus import zipped


@pytest.fixture(scope="module")
def documents() -> Iterator[DocumentReader]:
    reader = DocumentReader()
    yield reader
    reader.close()


def flood(side: int) -> bytes:
    """A PNG that says it has this many points on each side, in a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1_000))) + chunk(b"IEND", b"")


def test_pages_and_pictures_are_drawn_anew(documents: DocumentReader) -> None:
    for content in (PDFS["text"]("Ruth"), jpeg()):
        page = documents.page(content, 1, [Span(area=Area(left=0, top=0, width=10, height=10)), Span(words="Ruth")])
        assert page.startswith(b"\x89PNG")
        assert page != documents.page(content)
    assert documents.page(PDFS["text"]("Ruth"), 3) == b""


def test_letters_that_the_picture_of_a_page_does_not_show_are_told_apart(documents: DocumentReader) -> None:
    for hidden in ("under a box", "white on white", "invisible", "outside the page"):
        page = documents.page_letters(PDFS[hidden]("Ruth"))
        assert page is not None
        assert (page.text.strip(), page.unseen) == ("Ruth", ["Ruth"]), hidden
    for shown in ("text", "kerned pieces", "turned page", "spaced out"):
        page = documents.page_letters(PDFS[shown]("Ruth"))
        assert page is not None
        assert page.unseen == [], shown
    assert documents.page_letters(PDFS["text"]("Ruth"), 9) is None
    assert documents.page_letters(b"%PDF-nothing") is None


def test_what_lies_in_a_pdf_beside_its_pages_is_named(documents: DocumentReader) -> None:
    named = {
        "author and metadata": {"Author": "Ruth"},
        "attachment": {"Files inside": "notes.txt"},
        "comment": {"Comments and fields": "1"},
        "script": {"Something done when it is opened": "there are some"},
        "earlier revision": {"Earlier revisions": "there may be some"},
        "text": {},
    }
    for hidden, told in named.items():
        says = documents.about(PDFS[hidden]("Ruth")).says
        assert told.items() <= says.items(), hidden
        assert bool(told) == bool(says), hidden


def test_a_flood_of_points_and_a_broken_file_are_refused_and_the_next_is_read(documents: DocumentReader) -> None:
    for content in (
        flood(60_000),
        flood(9_000),
        b"%PDF-1.7 broken",
        b"II*\x00" + bytes(40),
        zipped(mimetype=b"x", content__xml=b"<"),
    ):
        assert documents.page(content) == b""
        assert documents.about(content).kind in {"", "picture", "office"}
    assert documents.about(jpeg()).kind == "picture"


def test_one_that_takes_too_long_is_given_up_and_the_next_is_read() -> None:
    reader = DocumentReader(patience=0)
    assert reader.page(jpeg()) == b""
    reader._child._patience = 60
    assert reader.page(jpeg())
    reader.close()


def test_the_child_can_open_no_file() -> None:
    """The limit holds for the very process that reads: it has its three pipes and no way to a fourth."""
    reader = DocumentReader()
    assert reader.page(jpeg())
    child = reader._child._child
    assert child is not None
    limits = Path(f"/proc/{child.pid}/limits").read_text()
    assert [line.split()[3:5] for line in limits.splitlines() if line.startswith("Max open files")] == [["3", "3"]]
    reader.close()


def test_an_office_document_is_read_with_its_history_and_comments(documents: DocumentReader) -> None:
    body = (
        "<w:document xmlns:w='w'><w:body><w:p><w:r><w:t>Dear </w:t></w:r><w:r><w:t>Ruth</w:t></w:r>"
        "<w:del><w:r><w:delText>and Tom</w:delText></w:r></w:del></w:p><w:p><w:r><w:t>Bye</w:t></w:r></w:p></w:body></w:document>"
    )
    made = office_of(
        {
            "word/document.xml": body,
            "word/comments.xml": "<w:comments xmlns:w='w'><w:comment><w:p><w:t>Who is Tom?</w:t></w:p></w:comment></w:comments>",
            "docProps/core.xml": "<c xmlns:dc='d'><dc:creator>Ingrid</dc:creator></c>",
        }
    )
    about = documents.about(made)
    assert about.kind == "office"
    assert about.hidden
    assert about.text == [
        ("Text", "Dear Ruth\nBye"),
        ("Deleted, kept in the history", "and Tom"),
        ("Comments", "Who is Tom?"),
        ("What the file says of itself", "Ingrid"),
    ]


def test_entities_that_swell_are_refused(documents: DocumentReader) -> None:
    bomb = '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><a>&b;</a>'
    assert documents.about(office_of({"word/document.xml": bomb})).kind == ""


def office_of(members: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_whoever_waits_for_anothers_file_is_not_taken_for_dead() -> None:
    reader, beats = DocumentReader(), list[int]()
    assert reader.page(jpeg())
    with reader._child._lock, ThreadPoolExecutor(1) as other:
        answer = other.submit(reader.pulsing(lambda: beats.append(1)).page, jpeg())
        while not beats:
            time.sleep(0.05)
        reader._child._lock.release()
        assert answer.result().startswith(b"\x89PNG")
        reader._child._lock.acquire()
    reader.close()


def test_a_part_that_swells_a_thousandfold_is_refused_and_the_next_is_read(documents: DocumentReader) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("word/document.xml", "w", force_zip64=True) as member:
            for _ in range(128):
                member.write(b" " * 2**20)
    bomb = out.getvalue()
    assert len(bomb) < 2**18
    assert documents.about(bomb).kind == ""
    assert documents.page(bomb) == b""
    assert documents.about(jpeg()).kind == "picture"
