"""Everything that can be read out of a file, however it is wrapped: for the search of what leaves (design section 7).

Encodings (UTF-8, UTF-16, entities, JSON and percent escapes, quoted-printable, base64), layers (markup, headers, attachments,
PDF streams and strings, PNG text chunks, office documents), and archives inside each other. What is wrapped deeper or swells
more than the limits cannot be searched, and says so: whoever asks has to treat it as a find.
Next: activities/leak_search.py
"""

import binascii
import contextlib
import email
import html
import re
import unicodedata
import zlib
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from typing import Final, NamedTuple
from urllib.parse import unquote

from adapters import pdf_bytes
from adapters.alphabets import CONTROLS, written_in
from adapters.documents import rich_text
from adapters.documents.reader import DocumentReader
from adapters.documents.shapes import UncoverableError
from adapters.escapes import forwards, unescaped
from adapters.incoming.headers import decoded
from adapters.wrappings import CannotBeReadError, packed_in, png_texts, zip_behind
from adapters.zip_members import BROKEN, TooMuchError, member, opened

MOST_BYTES: Final = 256 * 2**20  # unpacked, of one file
# Alphabets of old texts beside Latin; of single bytes alone, which any text has.
_CHARSETS: Final = ("cp1250", "cp437", "cp852", "mac-roman", "cp1251", "koi8-r", "cp1253", "cp1254", "cp500")
_SHIFTED: Final = re.compile(rb"\+A[A-Za-z0-9+/]{2}")  # a Latin letter in UTF-7
_HEAD: Final = 4_096
DEEPEST: Final = 6
# Tags at which a line ends, in pages and in office documents; at any other the word goes on.
BLOCK: Final = re.compile(
    r"</?(?:[a-z]{1,9}:)?(?:p|br|hr|div|li|[uod]l|d[td]|t[dhr]|table|caption|h[1-6]|section|article|blockquote|pre|si|row|c|tab)"
    r"(?![a-z0-9:])[^<>]{0,4000}>",
    re.IGNORECASE,
)
_TAG: Final = re.compile(r"(<[^<>]{0,4100}>)")
# Looks before, as patterns: in megabytes of text they find two letters in half the time that `in` takes.
_CELL: Final = re.compile("_x")
_TWO_QUOTES: Final = re.compile('""')
_CARD: Final = re.compile("BEGIN:V")
_PERCENT: Final = re.compile("%[0-9A-Fa-f]{2}")
_QUOTED: Final = re.compile(rb"=[0-9A-Fa-f]{2}|=\r?\n")
# Streams of points and of outlines: pictures and fonts. No letter that is read stands in them.
_SHAPES: Final = re.compile(rb"/Subtype\s*/(?:Image|OpenType|CIDFontType0C|Type1C)\b|/Length1\b")
_LONGEST_HEAD: Final = 4_000  # bytes before a stream in which its dictionary is looked for
_HEADER: Final = re.compile(rb"\A(?:[A-Za-z][A-Za-z0-9-]*:[^\n]*\n(?:[ \t][^\n]*\n)*){2,}")
_HIDDEN: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
_MOST_MARKS: Final = 30  # over one letter
_RARE: Final = "\U00010000"
_IDEOGRAPHS: Final = 0x20000  # from here on no mark stands over a letter; to look at all takes a tenth of a second
_LEAST: Final = 128  # bytes that anything counts as, so that nobody packs nothing a million times
_LONGEST_FIELD: Final = 100_000  # letters of a header of a mail
# What hostile files raise in whatever takes them apart.
_FAILURES: Final = (*BROKEN, TypeError, AttributeError, ArithmeticError)


class Layer(NamedTuple):
    """One way to read a part of a file: where it lies, and the text."""

    place: str
    text: str


class UnsearchableError(Exception):
    """Something is wrapped too deep, swells too much or is locked, so nobody can say what is in it. Its text is the place."""


def folded(text: str) -> str:
    """A text in any case, form and width, without letters that do not show; its blank space is as it was."""
    if text.isascii():
        return text.lower()
    # Line by line, since a line end joins with nothing: most lines of most texts are ASCII.
    lines = ((plain, "\n".join(some)) for plain, some in groupby(text.split("\n"), str.isascii))
    return "\n".join(some.lower() if plain else _folded(some) for plain, some in lines)


def _folded(text: str) -> str:
    text = _HIDDEN.sub("", _one_form(text)).casefold()
    return _HIDDEN.sub("", _one_form(text))


def _one_form(text: str) -> str:
    # Marks over one letter are put in order by sorting, so a hundred thousand of them would stop everything for minutes.
    look, marks = _marks()
    if not text.isascii() and look.search(text):
        text = marks.sub(lambda found: found[0][:_MOST_MARKS], text)
    return unicodedata.normalize("NFKC", text)


@cache
def _marks() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """More marks on end than any script has (UAX 15 allows thirty); and before it a quick look, that knows rare ones roughly."""
    every = [chr(code) for code in range(0x300, _IDEOGRAPHS) if unicodedata.combining(chr(code))]
    common = "".join(each for each in every if each < _RARE) + "\u0f73\u0f75\u0f81\uff9e\uff9f"
    rare = "".join(each for each in every if each >= _RARE)
    return re.compile(f"[{common}{_RARE}-\U0010ffff]{{{_MOST_MARKS}}}"), re.compile(f"[{common}{rare}]{{{_MOST_MARKS},}}")


def normal(text: str) -> str:
    """A text as it is compared: folded, and any blank space as one blank."""
    return " ".join(folded(text).split())


class Layers:
    """Reads one file.

    Args:
        name: for the places; never what is in it.
        documents: reads the pages of PDF, whose fonts may have an alphabet of their own; without it their bytes alone are read.
        most: bytes that may come out of it altogether.
    """

    def __init__(self, name: str, documents: DocumentReader | None = None, most: int = MOST_BYTES) -> None:
        self._name = name
        self._documents = documents
        self._left = most

    def read(self, content: bytes) -> Iterator[Layer]:
        """Every layer.

        Raises:
            UnsearchableError: there is more in it than can be read.
        """
        try:
            yield from self._read(content, self._name, 0)
        except _FAILURES as failure:
            raise UnsearchableError(self._name) from failure

    def _read(self, content: bytes, place: str, depth: int) -> Iterator[Layer]:
        self._left -= max(len(content), _LEAST)
        if depth > DEEPEST or self._left < 0:
            raise UnsearchableError(place)
        # The streams of a PDF are read one by one below; packed, they are noise.
        yield from _texts(pdf_bytes.without_streams(content) if content[:5] == b"%PDF-" else content, place)
        for inner, part in self._inside(content, place):
            yield from self._read(part, inner, depth + 1)

    def _inside(self, content: bytes, place: str) -> Iterator[tuple[str, bytes]]:
        if content[:4] in {b"PK\x03\x04", b"PK\x05\x06"}:
            yield from self._zip(content, place)
            return
        if zip_behind(content):
            with contextlib.suppress(UnsearchableError):  # words that look like one
                yield from self._zip(content, place)
        try:
            yield from ((f"{place} ({part})", inner) for part, inner in packed_in(content, max(self._left, 1)))
        except CannotBeReadError as failure:
            raise UnsearchableError(place) from failure
        if content[:5] == b"%PDF-":
            yield from self._pdf(content, place)
        if content[:8] == b"\x89PNG\r\n\x1a\n":
            yield from png_texts(content, place, self._left + 1)
        if _HEADER.match(content[:8192]):
            yield from _mail(content, place)
        yield from ((f"{place} ({part})", inner) for part, inner in written_in(content))

    def _zip(self, content: bytes, place: str) -> Iterator[tuple[str, bytes]]:
        try:
            with opened(content) as archive:
                yield f"{place} (comment)", archive.comment
                for number, info in enumerate(archive.infolist(), start=1):
                    yield f"{place} (name {number})", info.filename.encode() + b"\n" + info.comment + b"\n" + info.extra
                    if info.flag_bits & 1:
                        raise UnsearchableError(place)
                    yield f"{place} (member {number})", member(archive, info, self._left)
        except (*BROKEN, TooMuchError) as failure:
            raise UnsearchableError(place) from failure

    def _unpacked(self, content: bytes, bits: int, place: str) -> bytes:
        unpacker = zlib.decompressobj(bits)
        try:
            out = unpacker.decompress(content, max(self._left, 1))
        except zlib.error as failure:
            raise UnsearchableError(place) from failure
        if unpacker.unconsumed_tail:
            raise UnsearchableError(place)
        return out

    def _pdf(self, content: bytes, place: str) -> Iterator[tuple[str, bytes]]:
        if b"/Encrypt" in content:
            raise UnsearchableError(place)
        for number, begin in enumerate(pdf_bytes.STREAM.finditer(content), start=1):
            end = content.find(b"endstream", begin.end())
            raw = content[begin.end() : end if end >= 0 else len(content)]
            head = max(content.rfind(b"obj", max(begin.start() - _LONGEST_HEAD, 0), begin.start()), begin.start() - _LONGEST_HEAD)
            if _SHAPES.search(content, head, begin.start()):
                yield f"{place} (picture {number})", pdf_bytes.around_points(raw)
                continue
            with contextlib.suppress(UnsearchableError):  # other filters: seen as they are
                raw = self._unpacked(raw, 15, place)
            yield f"{place} (stream {number})", raw
            yield f"{place} (text {number})", pdf_bytes.strings_of(raw)
        yield f"{place} (strings)", pdf_bytes.strings_of(content)
        if self._documents is not None:
            try:
                found = self._documents.search(content)
            except UncoverableError as failure:
                raise UnsearchableError(place) from failure
            yield from ((f"{place} ({part})", text) for part, text in found)


def _texts(content: bytes, place: str) -> Iterator[Layer]:
    """The bytes as text in every encoding, and what a program would show of it."""
    text = content.decode("utf-8", "replace")
    yield Layer(place, text)
    if "\ufffd" in text:
        yield Layer(f"{place} (Latin)", content.decode("cp1252", "replace"))
        if content.translate(None, CONTROLS) == content:  # an old text, and no picture
            yield from (Layer(f"{place} ({charset})", content.decode(charset, "replace")) for charset in _CHARSETS)
    if b"\x00" in content:
        for encoding in ("utf-16-le", "utf-16-be"):
            for offset in (0, 1):
                yield Layer(f"{place} (UTF-16)", content[offset:].decode(encoding, "replace"))
    if content[:_HEAD].count(0) * 2 > len(content[:_HEAD]):
        yield from (Layer(f"{place} (UTF-32)", content.decode(f"utf-32-{end}", "replace")) for end in ("le", "be"))
    if b"+" in content and _SHIFTED.search(content):
        yield Layer(f"{place} (UTF-7)", content.decode("utf-7", "replace"))
    if content.startswith(rich_text.SIGN):
        yield Layer(f"{place} (RTF)", rich_text.text_of(content))
    if b"=" in content and _QUOTED.search(content):
        plain = binascii.a2b_qp(content).decode("utf-8", "replace")
        yield Layer(f"{place} (quoted-printable)", plain)
        yield from _shown(plain, place)
    yield from _shown(text, place)


def _shown(text: str, place: str) -> Iterator[Layer]:
    """What a program would show of a text."""
    if "\\" in text or ("_" in text and _CELL.search(text)):
        yield from (Layer(f"{place} (escaped)", each) for each in unescaped(text))
    if "%" in text and _PERCENT.search(text):
        once = unquote(text.replace("+", " "), errors="replace")
        yield Layer(f"{place} (percent)", once)
        if _PERCENT.search(once):
            yield Layer(f"{place} (percent)", unquote(once, errors="replace"))
    if "\u202e" in text:
        yield Layer(f"{place} (backwards)", forwards(text))
    if _CARD.search(text):  # calendars and contacts fold their lines inside words
        yield Layer(f"{place} (unfolded)", text.replace("\r\n", "\n").replace("\n ", "").replace("\n\t", ""))
    if "\\" in text or _TWO_QUOTES.search(text):
        yield Layer(f"{place} (quotes)", text.replace('""', '"').replace('\\"', '"').replace("\\/", "/").replace("\\n", "\n"))
    if "<" in text:
        yield from (Layer(f"{place} (marked up)", html.unescape(each)) for each in _without_tags(text))
    if "&" in text:
        yield Layer(f"{place} (entities)", html.unescape(html.unescape(text)))


def _without_tags(text: str) -> Iterator[str]:
    """A text without its tags: as if they were nothing, as if lines ended at some of them, as if each were a blank."""
    parts = _TAG.split(text)
    words, tags = parts[::2], parts[1::2]
    yield "".join(words)
    ends = {tag: "\n" if BLOCK.fullmatch(tag) else "" for tag in set(tags)}
    parts[1::2] = [ends[tag] for tag in tags]
    yield "".join(parts)
    yield " ".join(words)


def _mail(content: bytes, place: str) -> Iterator[tuple[str, bytes]]:
    message = email.message_from_bytes(content)
    for number, part in enumerate(message.walk(), start=1):
        if any(len(str(value)) > _LONGEST_FIELD for value in part.values()):
            raise UnsearchableError(place)
        # Begun by an empty line, or they would be read as a mail again.
        heads = [f"\n{name}: {decoded(str(value))}" for name, value in part.items()]
        yield f"{place} (headers {number})", "".join([*heads, f"\n{part.get_filename('')}"]).encode(errors="replace")
        if not part.is_multipart():
            payload = part.get_payload(decode=True)
            yield f"{place} (part {number})", payload if isinstance(payload, bytes) else b""
