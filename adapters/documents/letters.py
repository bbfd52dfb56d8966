"""The letters of any file that was sent along, for the search of imported archives (runs in the child process).

A word that somebody agreed to search for has to be found in an attached contract as in the mail around it. What cannot be read
to its end says why, so that it can be named: a search that is silent about that would claim more than it did.
Next: adapters/archives/importing.py
"""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Final

import pikepdf
import pypdfium2 as pdfium

from adapters.archives import outlook
from adapters.archives.mails import looks_like_mail, read_mail
from adapters.documents import office, pdf_search, pdf_text, rich_text
from adapters.documents.shapes import UncoverableError, is_pdf, is_picture
from adapters.incoming.bodies import text_from_html
from domain.archives import Unsearched

MOST_LETTERS: Final = 1_000_000  # of one attached file with everything in it
_MOST_UNPACKED: Final = 128 * 2**20  # bytes of everything that lies in one attached file
_MOST_MEMBERS: Final = 1_000
_DEEPEST: Final = 4
_HEAD: Final = 65_536
_FILM: Final = re.compile(rb"....ftyp|ID3|OggS|fLaC|RIFF....(?:WAVE|AVI )|\x1aE\xdf\xa3|\xff[\xf2\xf3\xfb]", re.DOTALL)
_MARKUP: Final = re.compile(rb"<(?:!doctype html|html|head|body|div|p|table)\b", re.IGNORECASE)
# Letters that stand plainly in the bytes of a format that has no reader here: those of old Office files, for example.
_PLAIN: Final = re.compile(rb"(?:[\x20-\x7e\xa0-\xff]\0){4,}|[\x20-\x7e\xc0-\xfe]{5,}")
_WORDS: Final = re.compile(r"[^\W_]{3}")
_UNPRINTED: Final = bytes(range(9)) + bytes(range(14, 32))
# Of several reasons, the first is told.
_ORDER: Final = (Unsearched.UNOPENED, Unsearched.LONG, Unsearched.SCAN, Unsearched.ROUGH, Unsearched.PICTURE)
_FAILURES: Final = (
    ValueError, LookupError, AttributeError, TypeError, AssertionError, OSError, NotImplementedError, RuntimeError, EOFError,
    UncoverableError, pikepdf.PdfError, pdfium.PdfiumError,
)  # fmt: skip


def letters_of(content: bytes) -> tuple[str, Unsearched | None]:
    """The text of a file with that of the files inside it, and why some of it may be missing; None when nothing is."""
    reading = _Reading()
    reading.read(content, 0)
    text = "\n".join(reading.pieces)
    return text[:MOST_LETTERS], next((reason for reason in _ORDER if reason in reading.reasons), None)


class _Reading:
    """One file: what was read of it, and what was not."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.reasons: set[Unsearched] = set()
        self._letters = 0
        self._left = _MOST_UNPACKED

    def read(self, content: bytes, depth: int) -> None:
        self._left -= len(content)
        if self._letters >= MOST_LETTERS or self._left < 0 or depth > _DEEPEST:
            self.reasons.add(Unsearched.LONG)
            return
        try:
            for piece in self._texts(content, depth):
                self.pieces.append(piece)
                self._letters += len(piece)
                if self._letters > MOST_LETTERS:
                    self.reasons.add(Unsearched.LONG)
                    return
        except _FAILURES:
            self.reasons.add(Unsearched.UNOPENED)

    def _texts(self, content: bytes, depth: int) -> Iterator[str]:
        if is_pdf(content):
            yield from self._pdf(content, depth)
        elif content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            yield from self._zip(content, depth)
        elif is_picture(content) or _FILM.match(content):
            self.reasons.add(Unsearched.PICTURE)
        elif content.startswith(rich_text.SIGN):
            yield rich_text.text_of(content)
            if b"\\objdata" in content:  # files in letters
                self.reasons.add(Unsearched.ROUGH)
        elif content.startswith(outlook.SIGN):
            yield from self._compound(content, depth)
        elif looks_like_mail(content[:_HEAD]):
            yield from self._mail(content, depth)
        elif (text := _plain_text(content)) is not None:
            yield text_from_html(text) if _MARKUP.search(content[:_HEAD]) else text
        else:
            self.reasons.add(Unsearched.ROUGH)
            yield _roughly(content)

    def _pdf(self, content: bytes, depth: int) -> Iterator[str]:
        with pdfium.PdfDocument(content) as document:
            for page in document:
                yield re.sub("\ufffe\\s*", "", pdf_text.text_of(page))
                if not pdf_text.readable(page):
                    self.reasons.add(Unsearched.SCAN)
                page.close()
        with pikepdf.open(io.BytesIO(content)) as pdf:
            yield from (str(each.get("/Contents", "")) for page in pdf.pages for each in page.obj.get("/Annots", []))
            files = [each.get_file().read_bytes() for each in pdf.attachments.values()]
        yield from pdf_search.says(content).values()
        for each in files:
            self.read(each, depth + 1)

    def _zip(self, content: bytes, depth: int) -> Iterator[str]:
        document = office.is_office(content)
        with zipfile.ZipFile(io.BytesIO(content)) as zipped:
            entries = [each for each in zipped.infolist() if not each.is_dir()]
            if len(entries) > _MOST_MEMBERS:
                self.reasons.add(Unsearched.LONG)
            for entry in entries[:_MOST_MEMBERS]:
                if not document:
                    yield entry.filename
                if entry.file_size > self._left:
                    self.reasons.add(Unsearched.LONG)
                    continue
                with zipped.open(entry) as opened:  # a locked one raises RuntimeError
                    inside = opened.read(self._left + 1)
                if document and entry.filename.endswith((".xml", ".rels")):
                    self._left -= len(inside)
                    yield from office.letters_in(inside)
                elif not document or "/embeddings/" in entry.filename:
                    self.read(inside, depth + 1)

    def _mail(self, content: bytes, depth: int) -> Iterator[str]:
        record, files = read_mail(content)
        yield from (record[name] for name in ("subject", "sender", "recipients", "copied", "text"))
        for each, inside in zip(record["files"], files, strict=True):
            yield each["name"]
            self.read(inside, depth + 1)

    def _compound(self, content: bytes, depth: int) -> Iterator[str]:
        """What Microsoft's older programs write: a message of Outlook, a locked document, or an old Word, Excel or PowerPoint."""
        if outlook.is_message(content):
            self.read(outlook.as_mail(content), depth + 1)
        elif "EncryptedPackage".encode("utf-16-le") in content:
            self.reasons.add(Unsearched.UNOPENED)
        else:
            self.reasons.add(Unsearched.ROUGH)
            yield _roughly(content)


def _plain_text(content: bytes) -> str | None:
    """A text, whatever its encoding; None when it is none."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    if content.translate(None, _UNPRINTED) != content:
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _roughly(content: bytes) -> str:
    found = []
    for match in _PLAIN.finditer(content):
        raw = match[0]
        text = raw.decode("utf-16-le", "replace") if raw[1:2] == b"\0" else raw.decode("cp1252", "replace")
        if _WORDS.search(text):
            found.append(text)
    return "\n".join(found)
