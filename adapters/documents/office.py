"""Reads the text of office documents for whoever reviews them: body, comments, history, authors (runs in the child process).

An office document is shown as letters alone; it leaves whole or not at all. Next: adapters/documents/reader.py
"""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Final
from xml.parsers import expat

from adapters.documents.shapes import UncoverableError

_MOST: Final = 32 * 2**20  # bytes of one part
_LONGEST: Final = 200_000  # letters that are shown of one part
# In the order in which they are shown: which members, what they are called.
_PARTS: Final = (
    (re.compile(r"word/document\.xml|content\.xml"), "Text"),
    (re.compile(r"xl/sharedStrings\.xml|xl/worksheets/[^/]+\.xml"), "Cells"),
    (re.compile(r"ppt/slides/[^/]+\.xml"), "Slide"),
    (re.compile(r"word/(header|footer)\d*\.xml"), "Head or foot of the pages"),
    (re.compile(r"(word|xl|ppt)/(.*/)?(footnotes|endnotes|notesSlide\d*)\.xml"), "Notes"),
    (re.compile(r"(word|xl|ppt)/(.*/)?(threaded)?comments?[^/]*\.xml", re.IGNORECASE), "Comments"),
    (re.compile(r"docProps/.*\.xml|meta\.xml"), "What the file says of itself"),
)
_LINES: Final = frozenset({"p", "h", "row", "tr", "si", "table-row", "br", "line-break", "creator", "author", "lastModifiedBy"})
_GAPS: Final = frozenset({"tc", "c", "tab", "table-cell", "s"})
_DELETED: Final = frozenset({"delText", "deletion"})


def is_office(content: bytes) -> bool:
    """Whether it is a zip with the marks of an office document."""
    if content[:4] != b"PK\x03\x04":
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError):
        return False
    return "[Content_Types].xml" in names or "mimetype" in names


def text_of(content: bytes) -> tuple[list[tuple[str, str]], bool]:
    """The parts with their text, and whether there is more than can be seen when it is opened: history, comments, embedded files.

    Raises:
        UncoverableError: it is locked or too large.
    """
    found: list[tuple[str, str]] = []
    hidden = False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            for pattern, called in _PARTS:
                for name in sorted(name for name in names if pattern.fullmatch(name)):
                    if archive.getinfo(name).file_size > _MOST:
                        raise UncoverableError
                    shown, deleted = letters_in(archive.read(name))
                    found += [(called, shown[:_LONGEST])] if shown else []
                    found += [("Deleted, kept in the history", deleted[:_LONGEST])] if deleted else []
                    hidden |= bool(deleted) or called == "Comments"
            inside = [name for name in names if re.search(r"/(embeddings|media)/|^(Pictures|Object )", name)]
            if inside:
                found.append(("Pictures and files inside", "\n".join(inside)))
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, KeyError) as failure:
        raise UncoverableError from failure
    return found, hidden or bool(inside)


def letters_in(xml: bytes) -> tuple[str, str]:
    """What is read, and what was deleted."""
    shown: list[str] = []
    deleted: list[str] = []
    open_: list[str] = []

    def begin(name: str, _: dict[str, str]) -> None:
        open_.append(name.rpartition(":")[2])

    def end(name: str) -> None:
        local = name.rpartition(":")[2]
        (deleted if _DELETED.intersection(open_) else shown).append("\n" if local in _LINES else " " if local in _GAPS else "")
        open_.pop()

    def letters(text: str) -> None:
        (deleted if _DELETED.intersection(open_) else shown).append(text)

    def refuse(*_: object) -> None:
        raise UncoverableError  # entities that swell; no office program writes any

    reader = expat.ParserCreate()
    reader.StartElementHandler, reader.EndElementHandler, reader.CharacterDataHandler = begin, end, letters
    reader.StartDoctypeDeclHandler = refuse
    try:
        reader.Parse(xml, True)
    except expat.ExpatError:
        return "", ""
    return _tidy(shown), _tidy(deleted)


def _tidy(pieces: list[str]) -> str:
    return "\n".join(_lines("".join(pieces)))


def _lines(text: str) -> Iterator[str]:
    return (line for raw in text.splitlines() if (line := " ".join(raw.split())))
