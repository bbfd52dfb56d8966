"""How messages of an import lie sealed: some thousand in one blob with their attachments, a head, and a blind index of words.

A drawer of the index and a word in it are named by a MAC under the case's key, so the index says nothing to whoever has the
database alone, and nothing at all once the key is gone. Next: adapters/archives/searching.py
"""

import hashlib
import json
from array import array
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, Final, NamedTuple
from uuid import UUID

from adapters.archives.reader import ReadRecord
from adapters.blobs import Blobs, BlobWriter
from adapters.case_vault import CaseVault
from adapters.database.archive_tables import ArchivePart, ArchiveWords
from domain.archive_groups import Sighted
from domain.archives import folded, keys_of_folded

KIND: Final = "archive.part"
MOST_MESSAGES: Final = 2_000
MOST_BYTES: Final = 64_000_000
DRAWERS: Final = 64
_SKETCH: Final = 8  # place of the sketch in what is known of a message
_SPLIT: Final = 2  # hexadecimal digits that choose the drawer
_KEPT: Final = ("kind", "sent_at", "sender", "recipients", "copied", "subject", "text")


class Macs:
    """Keyed hashes of one case: the same in all its archives, so that copies in two mailboxes are known as such."""

    def __init__(self, vault: CaseVault) -> None:
        self._key = bytes.fromhex(vault.receipt_mac("archive", "index"))

    def of(self, text: str) -> str:
        """Sixteen hexadecimal digits; of nothing, nothing."""
        if not text:
            return ""
        return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), key=self._key, digest_size=8).hexdigest()

    def place(self, word: str) -> tuple[int, str]:
        """A word's drawer, and its name there."""
        mac = self.of(word)
        return int(mac[:_SPLIT], 16) % DRAWERS, mac[_SPLIT:]


class Seen(NamedTuple):
    """What is known of one message without opening it; small, since a search holds forty thousand of them.

    Args:
        o: where it begins in the blob; `n`: how long it is.
        d: its day, empty if it has none.
        x: of its content: copies are the same.
        w, a: its own id and those that it answers; `t`, `h`: by which subject it belongs somewhere.
        b: its sketch.
        f: part, offset, bytes and name of each file, then offset and bytes of its text.
    """

    o: int
    n: int
    d: str
    x: str
    w: str
    a: Sequence[str]
    t: str
    h: str
    b: Sequence[int]
    f: Sequence[Sequence[Any]]

    @property
    def sighted(self) -> Sighted:
        """For threads and near copies."""
        return Sighted(self.x, self.w, self.a, self.t, self.h, self.b)


class PutBy(NamedTuple):
    """A file that was put by: where it is and where its text is, and what it is found by."""

    part: int
    offset: int
    size: int
    text_at: int
    text_count: int
    keys: set[str]

    def place(self, name: str) -> tuple[int, int, int, str, int, int]:
        """As `Seen.f` has it."""
        return (self.part, self.offset, self.size, name, self.text_at, self.text_count)


class PartWriter:
    """Writes one part. Given up (`close`) unless it is finished."""

    def __init__(self, blobs: Blobs, vault: CaseVault, macs: Macs, archive: UUID, number: int) -> None:
        self._vault, self._macs = vault, macs
        self.archive, self.number = archive, number
        self._blob: BlobWriter = blobs.create(vault, KIND)
        self._blob.__enter__()
        self._at = 0
        self._seen: list[list[Any]] = []
        self._words: dict[str, list[int]] = {}

    @property
    def full(self) -> bool:
        """Whether the next message belongs into another part."""
        return len(self._seen) >= MOST_MESSAGES or self._at >= MOST_BYTES

    @property
    def messages(self) -> int:
        """How many it has."""
        return len(self._seen)

    def file(self, content: bytes, text: str) -> PutBy:
        """Put a file by, with the text that was read in it."""
        letters = text.encode("utf-8", "replace")
        return PutBy(
            self.number, self._put(content), len(content), self._put(letters), len(letters), keys_of_folded(folded(text))
        )

    def add(self, record: ReadRecord, folder: str, files: Sequence[tuple[str, PutBy]]) -> None:
        """Add a message with files that were put by before, each with its name. It is found by what stands in them too."""
        values, mac = record.values, self._macs.of
        kept = {name: values[name] for name in _KEPT} | {"folder": folder, "files": [file["name"] for file in values["files"]]}
        line = json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        for word in set(values["keys"]).union(*(file.keys for _, file in files)):
            self._words.setdefault(word, []).append(len(self._seen))
        begin, day, answers = self._put(line), values["sent_at"][:10], [mac(each) for each in values["answers"]]
        marks = (mac(values["exact"]), mac(values["own"]), answers, mac(values["topic"]), mac(values["heads"]))
        self._seen.append([begin, len(line), day, *marks, values["bands"], [file.place(name) for name, file in files]])

    def finish(self) -> tuple[ArchivePart, list[ArchiveWords]]:
        """Make the blob durable; gives the rows that belong to it."""
        self._blob.__exit__(None, None, None)
        here = {"archive": self.archive, "case_id": self._vault.case_id}
        name = f"{self.archive}:{self.number}"
        drawers: dict[int, dict[str, list[int]]] = {}
        for word, places in self._words.items():
            drawer, mac = self._macs.place(word)
            drawers.setdefault(drawer, {})[mac] = places
        head = self._vault.seal("archive_part", "head", name, json.dumps(self._seen, separators=(",", ":")).encode())
        part = ArchivePart(
            **here, number=self.number, messages=len(self._seen), blob=self._blob.ref.model_dump(mode="json"), head=head
        )
        words = [
            ArchiveWords(**here, part=self.number, drawer=drawer, words=self._sealed(f"{name}:{drawer}", found))
            for drawer, found in drawers.items()
        ]
        return part, words

    def close(self) -> None:
        """Leave nothing behind."""
        self._blob.close()

    def _sealed(self, name: str, found: dict[str, list[int]]) -> bytes:
        return self._vault.seal("archive_words", "words", name, json.dumps(found, separators=(",", ":")).encode())

    def _put(self, content: bytes) -> int:
        begin = self._at
        self._blob.write(content)
        self._at += len(content)
        return begin


def seen_in(vault: CaseVault, part: ArchivePart) -> list[Seen]:
    """The head of a part.

    Raises:
        KeyMissingError, SealBrokenError: as sealed cells do.
    """
    head = vault.open("archive_part", "head", f"{part.archive}:{part.number}", part.head)
    return [Seen._make([*each[:_SKETCH], array("L", each[_SKETCH]), each[_SKETCH + 1]]) for each in json.loads(head)]


def words_in(vault: CaseVault, row: ArchiveWords) -> dict[str, list[int]]:
    """The words of a drawer, with the messages that have them."""
    name = f"{row.archive}:{row.part}:{row.drawer}"
    found: dict[str, list[int]] = json.loads(vault.open("archive_words", "words", name, row.words))
    return found


def message_at(blob: BinaryIO, seen: Seen) -> dict[str, Any]:
    """What a message says."""
    blob.seek(seen.o)
    said: dict[str, Any] = json.loads(blob.read(seen.n))
    return said


def chunks(blob: BinaryIO, offset: int, count: int) -> Iterator[bytes]:
    """A file of a part, in pieces."""
    blob.seek(offset)
    while count > 0 and (piece := blob.read(min(count, 1 << 18))):
        count -= len(piece)
        yield piece
