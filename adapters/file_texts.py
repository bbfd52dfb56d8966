"""What a person reads in a text file, a page of HTML or a mail, and extracts of it, for the package and for the desk alike.

Next: domain/extracts.py
"""

import email
import email.policy
import re
from collections.abc import Iterator, Sequence
from email.message import Message
from html.parser import HTMLParser
from typing import Any, Final

from adapters.documents.reader import DocumentReader
from adapters.documents.shapes import UncoverableError
from adapters.layers import BLOCK
from domain.extracts import extract_text
from domain.redaction import GAP, Covered, Span, cover_text

_HEADER: Final = re.compile(rb"\A(?:[A-Za-z][A-Za-z0-9-]*:[^\n]*\n(?:[ \t][^\n]*\n)*){2,}")
_MARKUP: Final = re.compile(rb"\A\s*(?:<!doctype html|<html|<body|<div|<p\b|<table)", re.IGNORECASE)
_TOLD: Final = ("From", "To", "Cc", "Subject")  # headers that an extract gives where what was chosen stands in them


def is_mail(content: bytes) -> bool:
    """Whether a text begins with the headers of a mail."""
    return _HEADER.match(content[:8192].replace(b"\r\n", b"\n")) is not None


def is_markup(content: bytes) -> bool:
    """Whether a text is a page of HTML."""
    return _MARKUP.match(content[:1024]) is not None


def extract_file(content: bytes, spans: Sequence[Span], covers: Sequence[Span], documents: DocumentReader) -> Covered | None:
    """The sentences of a text, a page or a mail in which parts stand; None for anything else, of which there is no extract.

    Args:
        content: the whole file.
        spans: of the item; fields of its row are none of the file's.
        covers: what stays covered in what is given.
        documents: reads HTML.
    """
    mine, hidden = ([span for span in some if span.field is None] for some in (spans, covers))
    if any(span.start is not None for span in (*mine, *hidden)):
        text = plain_text(content)  # places are counted in the file as it is
        return None if text is None else extract_text(text, mine, hidden)
    try:
        texts = _texts_of(content, documents)
    except (UncoverableError, LookupError, TypeError, AttributeError, ValueError):  # a hostile mail or page breaks who reads it
        return None
    if texts is None:
        return None
    day, *rest = texts
    given = [part for text in rest if (part := extract_text(text, mine, hidden)).value != GAP]
    if not given:
        return Covered(GAP)
    told = [*([cover_text(day, hidden)] if day else []), *given]
    return Covered("\n".join(part.value for part in told), [each for part in told for each in part.removed])


def _texts_of(content: bytes, documents: DocumentReader) -> list[str] | None:
    """The day of a mail, else nothing, and the texts of a file."""
    text = plain_text(content)
    if text is None:
        return None
    if is_mail(content):
        return _texts_of_mail(content, documents)
    return ["", page_text(text, documents) if is_markup(content) else text]


def _texts_of_mail(content: bytes, documents: DocumentReader) -> list[str]:
    read = email.message_from_bytes(content, policy=email.policy.default)
    day, *told = (f"{name}: {' '.join(str(read[name]).split())}" if read[name] else "" for name in ("Date", *_TOLD))
    bodies: dict[str, list[str]] = {"text/plain": [], "text/html": []}
    for part in leaves_of(read):
        payload = part.get_payload(decode=True)
        if part.get_content_type() in bodies and not part.get_filename() and isinstance(payload, bytes):
            body = payload.decode(part.get_content_charset() or "utf-8", "replace")
            bodies[part.get_content_type()].append(body)
    # A page beside a text says the same once more.
    read_as = bodies["text/plain"] or [page_text(page, documents) for page in bodies["text/html"]]
    return [day, *told, *read_as]


def page_text(page: str, documents: DocumentReader) -> str:
    """What is read on a page of HTML.

    Raises:
        UncoverableError: it could not be read within the limits.
    """
    parts = PageParts(documents.plain_tags(page)).parts
    return "".join(text if is_text else line_end(text) for is_text, text in parts)


def plain_text(content: bytes) -> str | None:
    """The text of a text file in any of the usual encodings; None of anything else."""
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig")):
        if content.startswith(mark):
            return _decoded(content, encoding)
    if b"\x00" in content or content.startswith((b"%PDF", b"{\\rtf")):
        return None
    return _decoded(content, "utf-8")


def _decoded(content: bytes, encoding: str) -> str | None:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if any(ord(letter) < 32 and letter not in "\t\r\n\f" for letter in text) else text  # noqa: PLR2004 (controls)


class PageParts(HTMLParser):
    """Splits a page of plain tags into these and texts."""

    def __init__(self, page: str) -> None:
        """`page` has no scripts and comments any more."""
        super().__init__(convert_charrefs=True)
        self.parts: list[tuple[bool, str]] = []  # whether it is text
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self.parts.append((False, f"<{tag}>"))

    def handle_endtag(self, tag: str) -> None:
        self.parts.append((False, f"</{tag}>"))

    def handle_data(self, data: str) -> None:
        self.parts.append((True, data))


def line_end(tag: str) -> str:
    """What a tag is in the text that is read: the end of a line, or nothing."""
    return "\n" if BLOCK.match(tag) else ""


def leaves_of(message: Message) -> Iterator[Message]:
    """The parts that hold something; a mail inside a mail is one of them."""
    if message.get_content_type() == "message/rfc822" or not message.is_multipart():
        yield message
        return
    payload: Any = message.get_payload()
    for part in payload:
        yield from leaves_of(part)
