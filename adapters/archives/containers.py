"""Takes an archive apart into messages: Outlook files, mailboxes, zips in zips, single mails, calendars, chat exports.

What it is, its bytes say and not its name. Everything is bounded: how deep, how much, how far it swells; what is beyond a bound
or is damaged is given as unreadable with its place, and the rest goes on. Next: adapters/archives/reader.py
"""

import io
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, BinaryIO, Final, Literal, cast

from adapters.archives import outlook, pst
from adapters.archives.cards import entries_in, looks_like_cards
from adapters.archives.chats import STRUCTURE
from adapters.archives.mails import looks_like_mail
from adapters.archives.mbox import mails_of, unquoted
from adapters.archives.reader import MOST_BYTES
from adapters.zip_members import BROKEN, pieces, step
from domain.archives import ArchiveKind, Unreadable

DEEPEST: Final = 3  # zips in zips
_SWELLS: Final = 200  # times; text packs a hundredfold at most
_SMALL: Final = 10_000_000  # bytes below which nothing swells
_MOST_UNPACKED: Final = 200  # times the whole archive, over all of it
_MOST_ENTRIES: Final = 1_000_000
_MOST_INDEX: Final = 256_000_000  # bytes of a zip's own table
_PIECE: Final = 1 << 20
_HEAD: Final = 65_536
_LITTER: Final = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


@dataclass(frozen=True)
class Piece:
    """Something that was in an archive.

    Args:
        kind: `mail` (also an entry of a calendar, and a contact), `chat` (a file of messages), `people` (names of a chat export),
            `beside` (a file that a chat may name), or `bad`.
        place: where in the archive.
        folder: what its owner called the folder it lay in.
        raw: its bytes; of something bad, as far as they are at hand.
        reason: why it is bad.
    """

    kind: Literal["mail", "chat", "people", "beside", "bad"]
    place: str
    folder: str = ""
    raw: bytes = b""
    reason: Unreadable | None = None
    of: ArchiveKind = ArchiveKind.MAIL


class Containers:
    """Takes one archive apart.

    Args:
        work: an empty folder of its own, for what can only be read from a disk; whoever made it removes it.
        size: bytes of the whole archive; what it may unpack to depends on it.
        pulse: called while something takes long.
    """

    def __init__(self, work: Path, size: int, pulse: Callable[[], object] = lambda: None) -> None:
        self._work = work
        self._left = size * _MOST_UNPACKED + 100 * _SMALL
        self._pulse = pulse
        self._numbers = 0

    def pieces(self, file: BinaryIO, name: str, *, depth: int = 0) -> Iterator[Piece]:
        """Everything in a file that can be sought.

        Args:
            file: at its beginning.
            name: its path, as whoever sent it called it.
            depth: how many zips it lay in.
        """
        head = file.read(_HEAD)
        file.seek(0)
        if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            yield from self._zip(file, name, depth)
        elif head.startswith(b"!BDN"):
            yield from self._pst(file, name)
        elif head.startswith(b"From ") and looks_like_mail(head.partition(b"\n")[2]):
            yield from self._mbox(file, name)
        else:
            yield from self._single(head, name, file.read(MOST_BYTES + 1))

    def _single(self, head: bytes, name: str, raw: bytes) -> Iterator[Piece]:
        folder, _, last = name.rpartition("/")
        if len(raw) > MOST_BYTES:
            yield Piece("bad", name, reason=Unreadable.TOO_LARGE)
        elif last in STRUCTURE:
            yield Piece("people", name, raw=raw)
        elif looks_like_cards(head):
            yield from _cards(name, folder, raw, ArchiveKind.MAIL)
        elif looks_like_mail(head) or (head.startswith(outlook.SIGN) and last.lower().endswith(".msg")):
            yield Piece("mail", name, folder, raw)
        elif last.lower().endswith((".json", ".txt")):
            yield Piece("chat", name, folder, raw)
        else:
            yield Piece("beside", name, folder, raw)

    def _mbox(self, file: BinaryIO, name: str) -> Iterator[Piece]:
        """Split at lines that begin a mail; reads on after one that is too large."""
        for number, raw in enumerate(mails_of(file), start=1):
            place = f"{name}#{number}"
            if raw is None:
                yield Piece("bad", place, reason=Unreadable.TOO_LARGE)
            elif raw.strip():
                yield Piece("mail", place, _folder_of(name), unquoted(raw), of=ArchiveKind.MBOX)

    def _pst(self, file: BinaryIO, name: str) -> Iterator[Piece]:
        program = pst.reader()
        if program is None:
            yield Piece("bad", name, reason=Unreadable.NO_READER, of=ArchiveKind.PST)
            return
        here = self._folder()
        try:
            copy = here / "file.pst"
            with copy.open("xb") as target:
                shutil.copyfileobj(file, target, _PIECE)
            for folder, path in pst.unpack(program, copy, here / "work", self._pulse):
                with path.open("rb") as inner:
                    if path.name == "mbox":
                        called = folder.removesuffix("/mbox")
                        for piece in self._mbox(inner, f"{name}/{folder}"):
                            yield replace(piece, folder=called, of=ArchiveKind.PST)
                    else:  # calendars, contacts, journals
                        yield from self._beside_mails(inner.read(MOST_BYTES + 1), f"{name}/{folder}", folder.rpartition("/")[0])
        except pst.PstFailedError as failure:
            yield Piece("bad", name, reason=Unreadable.SWELLS if failure.swells else Unreadable.DAMAGED, of=ArchiveKind.PST)
        finally:
            shutil.rmtree(here, ignore_errors=True)

    def _beside_mails(self, raw: bytes, place: str, folder: str) -> Iterator[Piece]:
        if len(raw) > MOST_BYTES:
            yield Piece("bad", place, reason=Unreadable.TOO_LARGE, of=ArchiveKind.PST)
        elif looks_like_cards(raw[:_HEAD]):
            yield from _cards(place, folder, raw, ArchiveKind.PST)
        else:
            yield Piece("bad", place, raw=raw, reason=Unreadable.NO_MESSAGE, of=ArchiveKind.PST)

    def _zip(self, file: BinaryIO, name: str, depth: int) -> Iterator[Piece]:
        if depth >= DEEPEST:
            yield Piece("bad", name, reason=Unreadable.TOO_DEEP)
            return
        try:
            zipped = zipfile.ZipFile(cast("BinaryIO", _Bounded(file)))
            entries = zipped.infolist()
        except BROKEN:
            yield Piece("bad", name, reason=Unreadable.DAMAGED)
            return
        with zipped:
            if len(entries) > _MOST_ENTRIES:
                yield Piece("bad", name, reason=Unreadable.TOO_LARGE)
                return
            for entry in sorted(entries, key=_turn):
                if not entry.is_dir() and not any(each in entry.filename for each in _LITTER):
                    yield from self._entry(zipped, entry, f"{name}/{entry.filename}" if depth else entry.filename, depth)
                    self._pulse()

    def _entry(self, zipped: zipfile.ZipFile, entry: zipfile.ZipInfo, place: str, depth: int) -> Iterator[Piece]:
        if entry.flag_bits & 0x1:
            yield Piece("bad", place, reason=Unreadable.ENCRYPTED)
            return
        most = max(_SMALL, entry.compress_size * _SWELLS)
        try:
            with zipped.open(entry) as opened:
                size = step(entry)
                head = b"".join(pieces(opened, size, _HEAD))
                rest = cast("BinaryIO", _Measured(head, opened, most, self, size))
                if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"!BDN")):
                    yield from self._on_disk(rest, place, depth)
                elif head.startswith(b"From ") and looks_like_mail(head.partition(b"\n")[2]):
                    yield from self._mbox(rest, place)
                else:
                    yield from self._single(head, place, rest.read(MOST_BYTES + 1))
        except SwellsError:
            yield Piece("bad", place, reason=Unreadable.SWELLS)
        except BROKEN:
            yield Piece("bad", place, reason=Unreadable.DAMAGED)

    def _on_disk(self, file: BinaryIO, place: str, depth: int) -> Iterator[Piece]:
        """What is read here and there and not from beginning to end."""
        here = self._folder()
        try:
            with (here / "inner").open("w+b") as copy:
                shutil.copyfileobj(file, copy, _PIECE)
                copy.seek(0)
                yield from self.pieces(copy, place, depth=depth + 1)
        finally:
            shutil.rmtree(here, ignore_errors=True)

    def _folder(self) -> Path:
        self._numbers += 1
        here = self._work / str(self._numbers)
        here.mkdir(mode=0o700)
        return here

    def spend(self, count: int) -> None:
        """Count what was unpacked.

        Raises:
            SwellsError: the archive as a whole has given more than it may.
        """
        self._left -= count
        if self._left < 0:
            raise SwellsError


class SwellsError(Exception):
    """Something unpacks to far more than it is."""


class _Measured(io.RawIOBase):
    """An entry of a zip, read from its beginning, that stops when it swells."""

    def __init__(self, head: bytes, opened: IO[bytes], most: int, whole: Containers, step: int) -> None:
        self._head, self._opened, self._most, self._whole, self._step = head, opened, most, whole, step
        whole.spend(len(head))

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        wanted = _PIECE if size < 0 else size
        taken, self._head = [self._head[:wanted]], self._head[wanted:]
        wanted -= len(taken[0])
        while wanted > 0 and (piece := self._opened.read(min(wanted, self._step))):
            self._most -= len(piece)
            if self._most < 0:
                raise SwellsError
            self._whole.spend(len(piece))
            taken.append(piece)
            wanted -= len(piece)
        return b"".join(taken)


class _Bounded(io.RawIOBase):
    """A file of which nobody reads more at once than a zip's table may have: a table that lies about its size is refused."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def read(self, size: int = -1, /) -> bytes:
        if size > _MOST_INDEX:
            raise ValueError("a zip's table is larger than it may be")
        return self._file.read(min(size, _MOST_INDEX) if size >= 0 else _MOST_INDEX)


def _turn(entry: zipfile.ZipInfo) -> int:
    """Names of people first, since messages name them by number; then messages; then the files that messages name."""
    last = entry.filename.rpartition("/")[2]
    ends = last.lower().rpartition(".")[2]
    return 0 if last in STRUCTURE else 1 if ends == "json" else 2 if ends == "txt" and "chat" in last.lower() else 3


def _cards(name: str, folder: str, raw: bytes, of: ArchiveKind) -> Iterator[Piece]:
    """Each entry of a calendar or a list of contacts."""
    for number, entry in enumerate(entries_in(raw), start=1):
        yield Piece("mail", f"{name}#{number}", folder, entry, of=of)


def _folder_of(name: str) -> str:
    return re.sub(r"(?:\.mbox|/mbox)$", "", name, flags=re.IGNORECASE)
