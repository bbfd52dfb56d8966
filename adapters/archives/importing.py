"""Reads an import to its end: taken apart, every message sealed and indexed, what cannot be read kept sealed and counted.

In memory are a few mails and the words of one part at a time. Done again after a crash it begins anew, and what the interrupted
attempt sealed goes first; each part is one transaction, so its progress is seen. Next: adapters/archives/parts.py
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from adapters.archives.attempts import alone, forget
from adapters.archives.containers import Containers, Piece
from adapters.archives.parts import Macs, PartWriter, PutBy
from adapters.archives.reader import ArchiveReader, ReadRecord
from adapters.database.archive_tables import ArchiveRow, ArchiveUnreadable
from adapters.database.session import insert
from adapters.documents.reader import DocumentReader
from adapters.documents.shapes import Letters, is_picture
from adapters.malware import place_of, scan
from adapters.resources import Resources
from domain.archives import ArchiveKind, ArchiveState, Unreadable, Unsearched
from domain.blobs import BlobRef
from domain.errors import UnknownObjectError

ARCHIVE_KIND: Final = "archive"
UNREADABLE_KIND: Final = "archive.unreadable"
_TOGETHER: Final = 50  # mails in one wish of the reader
_TOGETHER_BYTES: Final = 4_000_000
_MOST_WAITING: Final = 50_000  # chat messages with files that were not met yet
_Read = tuple[Piece, ReadRecord | Unreadable]


def read_archive(resources: Resources, archive: UUID, pulse: Callable[[], object] = lambda: None) -> ArchiveState:
    """Read one import; one that was read already is left alone.

    Args:
        resources: of the process.
        archive: as `store.receive` made it.
        pulse: called while it takes long.

    Raises:
        UnknownObjectError: there is no such import.
    """
    with alone(resources.settings.home / "unpacking", archive, pulse) as work:
        with resources.database.read() as session:
            row = session.get(ArchiveRow, archive)
        if row is None:
            raise UnknownObjectError
        if row.state not in {ArchiveState.RECEIVED, ArchiveState.READING} or row.blob is None:
            return ArchiveState(row.state)
        forget(resources, archive)
        reader, documents = ArchiveReader(), DocumentReader()
        try:
            return _Import(resources, row, reader, documents.pulsing(pulse), pulse).run(work)
        finally:
            reader.close()
            documents.close()


class ScannerSilentError(Exception):
    """The scanner that is set does not answer."""


class _Import:
    """One attempt."""

    def __init__(
        self,
        resources: Resources,
        row: ArchiveRow,
        reader: ArchiveReader,
        documents: DocumentReader,
        pulse: Callable[[], object],
    ) -> None:
        self._resources, self._row, self._reader, self._documents, self._pulse = resources, row, reader, documents, pulse
        self._vault = resources.vault.case(row.case_id)
        self._macs = Macs(self._vault)
        self._part: PartWriter | None = None
        self._parts = 0
        self._counts: Counter[str] = Counter()
        self._unreadable: Counter[str] = Counter()
        self._unsearched: Counter[str] = Counter()
        self._named = 0  # what has a row of its own that says why it was not read or not searched
        self._kinds: set[ArchiveKind] = set()
        self._people: dict[str, str] = {}
        self._waiting: list[tuple[ReadRecord, str]] = []  # chat messages whose files come later
        self._met: dict[str, PutBy | None] = {}  # files that chat messages name, by place

    def run(self, work: Path) -> ArchiveState:
        row = self._row
        name = self._vault.open("archive", "name", str(row.id), row.name or b"").decode()
        try:
            with self._resources.blobs.read(self._vault, BlobRef.model_validate(row.blob)) as file:
                containers = Containers(work, row.bytes, self._pulse)
                for piece, read in self._read(containers.pieces(file, name)):
                    self._pulse()
                    self._take(piece, read)
            self._settle()
            self._flush(done=True)
        except BaseException:
            if self._part is not None:
                self._part.close()
            raise
        return ArchiveState.READ if self._counts["messages"] else ArchiveState.FAILED

    def _read(self, pieces: Iterable[Piece]) -> Iterator[tuple[Piece, ReadRecord | Unreadable | None]]:
        """Mails read some at a time in the child, while what was read before is being sealed here."""
        batch: list[Piece] = []
        size = 0
        ahead: Future[list[_Read]] | None = None
        with ThreadPoolExecutor(1, thread_name_prefix="archive") as threads:
            for piece in pieces:
                if piece.kind == "mail":
                    batch.append(piece)
                    size += len(piece.raw)
                    if len(batch) < _TOGETHER and size < _TOGETHER_BYTES:
                        continue
                before, ahead = ahead, threads.submit(self._mails, batch) if batch else None
                batch, size = [], 0
                yield from before.result() if before else ()
                if piece.kind != "mail":
                    yield from ahead.result() if ahead else ()
                    ahead = None
                    yield piece, None
            yield from ahead.result() if ahead else ()
            yield from self._mails(batch)

    def _mails(self, batch: list[Piece]) -> list[_Read]:
        if not batch:
            return []
        return list(zip(batch, self._reader.mails([piece.raw for piece in batch], self._pulse), strict=True))

    def _take(self, piece: Piece, read: ReadRecord | Unreadable | None) -> None:
        if piece.kind == "people":
            if piece.place.endswith("users.json"):
                self._people |= self._reader.people(piece.raw)
        elif piece.kind == "beside" or (piece.kind == "chat" and _beside(piece) in self._met):
            self._beside(piece)
        elif piece.kind == "chat":
            self._chat(piece)
        elif isinstance(read, ReadRecord):
            self._kinds.add(piece.of)
            if "encrypted" in read.values["problems"]:
                self._bad(piece, Unreadable.ENCRYPTED)
            if self._infected(read.contents):  # the mail stays to be read, its files are given to nobody
                self._bad(piece, Unreadable.INFECTED)
                self._add(read, piece.folder, [])
            else:
                named = zip(read.values["files"], read.contents, strict=True)
                locked = "encrypted" in read.values["problems"]
                files = [
                    (file["name"], self._put_by(content, f"{piece.place}/{file['name']}", locked=locked))
                    for file, content in named
                ]
                self._add(read, piece.folder, files)
        else:
            self._bad(piece, read or piece.reason or Unreadable.DAMAGED)

    def _chat(self, piece: Piece) -> None:
        found = self._reader.chat(piece.raw, piece.place, self._people)
        if found is None:
            self._bad(piece, Unreadable.NO_MESSAGE)
            return
        kind, records = found
        self._kinds.add(kind)
        for record in records:
            wanted = [f"{piece.folder}/{each['at']}" for each in record.values["files"] if each.get("at")]
            if wanted and len(self._waiting) < _MOST_WAITING:
                self._waiting.append((record, piece.folder))
                self._met |= {place: None for place in wanted if place not in self._met}
            else:
                self._add(record, piece.folder, [])

    def _beside(self, piece: Piece) -> None:
        place = _beside(piece)
        if place in self._met and self._infected([piece.raw]):
            self._bad(piece, Unreadable.INFECTED)
        elif place in self._met:
            self._met[place] = self._put_by(piece.raw, piece.place)
        else:
            self._bad(piece, Unreadable.NO_MESSAGE)

    def _put_by(self, content: bytes, place: str, *, locked: bool = False) -> PutBy:
        """Seal a file that was sent along, with what can be read in it; where that is not all, it is counted and named.

        Args:
            content: the file.
            place: where in the archive.
            locked: it is an encrypted mail, which is named already.
        """
        if locked or is_picture(content):
            read = Letters(why=None if locked else Unsearched.PICTURE)
        else:
            read = self._documents.letters(content)
        if read.why is not None:
            self._unsearched[read.why.value] += 1
        if read.why not in {None, Unsearched.PICTURE}:  # each signature has a picture
            self._name(str(read.why), place, b"")
        return self._writer.file(content, read.text)

    def _infected(self, contents: Iterable[bytes]) -> bool:
        """Whether a scanner finds malware in one of some files.

        Raises:
            ScannerSilentError: one is set and does not answer: the import is tried again, since nobody opens what waits for it.
        """
        place = place_of(self._resources.settings.clamd)
        found = {scan(content, place) for content in contents} if place else set()
        if "not_scanned" in found:
            raise ScannerSilentError
        return "infected" in found

    def _settle(self) -> None:
        """Write the chat messages whose files have been met by now, or are not in the export."""
        for record, folder in self._waiting:
            met = [(each["name"], self._met.get(f"{folder}/{each.get('at')}")) for each in record.values["files"]]
            self._add(record, folder, [(name, where) for name, where in met if where is not None])

    def _add(self, record: ReadRecord, folder: str, files: Sequence[tuple[str, PutBy]]) -> None:
        self._writer.add(record, folder, files)
        self._counts["messages"] += 1
        self._counts["attachments"] += len(files)
        self._counts["undated"] += not record.values["sent_at"]
        if self._writer.full:
            self._flush()

    def _bad(self, piece: Piece, reason: Unreadable) -> None:
        self._unreadable[reason.value] += 1
        self._name(reason.value, piece.place, piece.raw)

    def _name(self, reason: str, place: str, raw: bytes) -> None:
        """Say where something is that was not read, or not searched; `raw` is held where nothing else holds it."""
        number, self._named = self._named, self._named + 1
        here = f"{self._row.id}:{number}"
        blob = None
        if raw:
            with self._resources.blobs.create(self._vault, UNREADABLE_KIND) as writer:
                writer.write(raw)
            blob = writer.ref.model_dump(mode="json")
        row = ArchiveUnreadable(
            archive=self._row.id,
            number=number,
            case_id=self._row.case_id,
            reason=reason,
            place=self._vault.seal("archive_unreadable", "place", here, place[:1_000].encode("utf-8", "replace")),
            blob=blob,
        )
        with self._resources.database.write() as session:
            session.add(row)

    @property
    def _writer(self) -> PartWriter:
        if self._part is None:
            self._parts += 1
            self._part = PartWriter(self._resources.blobs, self._vault, self._macs, self._row.id, self._parts)
        return self._part

    def _flush(self, *, done: bool = False) -> None:
        """Make a part durable, and say how far this is."""
        rows = None
        if self._part is not None and (self._part.messages or self._part.number == 1 or done):
            rows, self._part = self._part.finish(), None
        state = ArchiveState.READING
        if done:
            state = ArchiveState.READ if self._counts["messages"] else ArchiveState.FAILED
        values = {
            "state": state.value,
            "kind": _kind(self._kinds).value,
            "unreadable": dict(self._unreadable),
            "unsearched": dict(self._unsearched),
            "finished_at": datetime.now(UTC) if done else None,
            **{name: self._counts[name] for name in ("messages", "attachments", "undated")},
        }
        with self._resources.database.write() as session:
            if rows is not None:
                insert(session, [rows[0]])
                insert(session, rows[1])
            session.execute(sa.update(ArchiveRow).where(col(ArchiveRow.id) == self._row.id).values(values))


def _beside(piece: Piece) -> str:
    """What a chat message beside it would call a file."""
    return f"{piece.folder}/{piece.place.rpartition('/')[2]}"


def _kind(kinds: set[ArchiveKind]) -> ArchiveKind:
    return next(iter(kinds)) if len(kinds) == 1 else ArchiveKind.MIXED if kinds else ArchiveKind.UNKNOWN
