"""What a search found for a case, read from its sealed rows: for the package and for the list of items (Article 15(3)).

Next: activities/package.py
"""

import io
import itertools
import json
from collections.abc import Collection, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, BinaryIO, Self, cast
from uuid import UUID

from sqlmodel import select

from adapters import item_ids
from adapters.blobs import BlobReader, Blobs
from adapters.case_vault import CaseVault
from adapters.database.tables import SearchReceipt
from adapters.resources import Resources
from adapters.sealed_head import Sealable
from adapters.sealed_rows import RowsIndex, RowsReader
from domain.blobs import BlobRef
from domain.traversal import Place


@dataclass(frozen=True)
class CollectedFile:
    """A sealed file.

    Args:
        item: id of the item it belongs to.
        name: its path in the controller's system; somebody else's word, for showing only.
        member: what it is called in the package, relative to the collection: `files/000001.png`.
    """

    item: str
    name: str
    member: str
    ref: BlobRef


@dataclass(frozen=True)
class Item:
    """One record or file, as the review lists it. `position` counts from 0 in its collection, or among its doubtful rows."""

    id: str
    system: str
    collection: str
    position: int
    row: dict[str, Any]
    file: CollectedFile | None = None
    doubtful: bool = False


@dataclass(frozen=True)
class CollectedCollection:
    """What one collection gave. `state` is that of the search receipt; zero rows are a result.

    `_marks` name the rows of a collection that has no primary key, in their order; `_more` are doubtful rows that are theirs.
    """

    system: str
    name: str
    state: str
    rows: int
    doubtful: int
    keys: tuple[str, ...]
    searched_at: datetime
    _content: Sealable = field(repr=False)
    _vault: CaseVault = field(repr=False)
    _blobs: Blobs = field(repr=False)
    _marks: Sequence[str] = field(default=(), repr=False)
    _more: tuple[bytes, ...] = field(default=(), repr=False)

    @property
    def fields(self) -> tuple[str, ...]:
        """The columns, in the order of the data map."""
        return self._content.head.rows.fields

    @property
    def has_files(self) -> bool:
        """Each row is about a file."""
        return bool(self._content.head.files)

    @property
    def size(self) -> int:
        """Bytes of JSON and CSV together."""
        return self._content.head.rows.bytes

    @property
    def reason(self) -> str | None:
        """Why it was not searched: `no_identifier`, `shared_only`, or how its system failed."""
        return self._content.head.reason

    @property
    def blob(self) -> UUID | None:
        """The sealed blob that holds the rows, written once and never changed; None where they are few and kept inline."""
        ref = self._content.head.rows.ref
        return ref.blob_id if ref else None

    @property
    def from_snapshot(self) -> int:
        """How many rows, at the end, were deleted since the request came and survive only in the copy taken then."""
        return self._content.head.from_snapshot

    @property
    def names(self) -> str | None:
        """A hash of what names the rows, of a look for an erasure."""
        return self._content.head.names

    @property
    def span(self) -> tuple[date, date] | None:
        """First and last day (as the source writes it) from which the retention period is counted, if rows have it."""
        span = self._content.head.span
        return (date.fromisoformat(span[0][:10]), date.fromisoformat(span[1][:10])) if span else None

    def json_lines(self) -> Iterator[bytes]:
        """The rows as JSON lines, in pieces of whole lines."""
        return self._reader.json_pieces()

    def raw_lines(self, start: int = 0) -> Iterator[bytes]:
        """The rows from one on as JSON lines, one by one, unread."""
        return self._reader.json_lines(start)

    def csv(self) -> Iterator[bytes]:
        """The rows as a CSV file, in pieces of whole rows, the header alone first."""
        return self._reader.csv_pieces()

    def item_at(self, position: int, line: bytes) -> Item:
        """The item of a row that was read as a line."""
        return self._item(position, line)

    def items_of(self, ids: Collection[str]) -> Iterator[tuple[int, bytes]]:
        """Position and line of each row that has one of these ids, in their order; ids of other collections have none."""
        of_this = item_ids.Finder(self._vault, self.system, self.name, ids)
        first = 0
        for piece in self.json_lines() if of_this.wanted else ():
            rows = piece.count(b"\n")
            named = [[mark] for mark in self._marks[first : first + rows]] if self._marks else self._keys_of(piece, rows)
            if here := of_this.among(named):
                lines = piece.splitlines()
                yield from ((first + number, lines[number]) for number in here)
            first += rows

    def _keys_of(self, piece: bytes, rows: int) -> Iterable[Sequence[Any] | bytes]:
        key = self._content.head.primary_key
        if key == self.fields[:1] and len(begins := item_ids.first_values(piece, key[0])) == rows:
            return begins
        return ([row[name] for name in key] for row in _rows(piece.splitlines()))

    def items(self, start: int = 0) -> Iterator[Item]:
        """The items from a row on; opens only what is needed."""
        return (self._item(position, line) for position, line in enumerate(self._reader.json_lines(start), start))

    def items_at(self, positions: Sequence[int]) -> Iterator[Item]:
        """Some items, in the order of their rows; opens only what is needed, and each part of it once."""
        return (self._item(at, line) for at, line in zip(sorted(positions), self._reader.json_lines_at(positions), strict=True))

    def records(self, start: int = 0) -> Iterator[dict[str, Any]]:
        """The rows from one on, as they stand in the JSON, without an item's id."""
        return itertools.chain.from_iterable(map(_rows, self._reader.json_segments(start)))

    def column(self, name: str) -> Iterator[list[Any]]:
        """The values of one field as they stand in the JSON, in batches."""
        return ([row[name] for row in _rows(lines)] for lines in self._reader.json_segments())

    def doubtful_items(self, start: int = 0) -> Iterator[Item]:
        """Rows that only look like the person's; for a caseworker's eyes, never for the package."""
        index = self._content.head.doubtful
        if index is None:
            return iter(())
        lines = self._doubtful.json_lines(start)
        return (
            Item(self._id(row := json.loads(line)), self.system, self.name, at, row, doubtful=True)
            for at, line in enumerate(lines, start)
        )

    def and_doubtful(self, positions: Sequence[int]) -> Self:
        """The same with some doubtful rows after the others, of which it was decided that they are the person's."""
        more = tuple(self._doubtful.json_lines_at(positions))
        return replace(self, rows=self.rows + len(more), _more=more)

    def files(self) -> Iterator[CollectedFile]:
        """The files, in the order of their rows."""
        if self._content.head.files:
            yield from (item.file for item in self.items() if item.file)

    def read(self, ref: BlobRef) -> BlobReader:
        """Open a sealed file."""
        return self._blobs.read(self._vault, ref)

    @property
    def _reader(self) -> RowsReader:
        index = self._content.head.rows
        return RowsReader(index, lambda: self._open(index, self._content.inline), self._more)

    @property
    def _doubtful(self) -> RowsReader:
        index = self._content.head.doubtful or RowsIndex(fields=self.fields)
        return RowsReader(index, lambda: self._open(index, self._content.doubtful_inline))

    def _open(self, index: RowsIndex, inline: bytes) -> BinaryIO:
        # The reader checks that the blob is whole before it gives a byte.
        return cast("BinaryIO", self._blobs.read(self._vault, index.ref)) if index.ref else io.BytesIO(inline)

    def _item(self, position: int, line: bytes) -> Item:
        row = json.loads(line)
        item = item_ids.item_id(self._vault, self.system, self.name, [self._marks[position]]) if self._marks else self._id(row)
        files = self._content.head.files
        file = CollectedFile(item, row["path"], row["member"], files[position]) if files else None
        return Item(item, self.system, self.name, position, row, file)

    def _id(self, row: dict[str, Any]) -> str:
        return item_ids.item_id(self._vault, self.system, self.name, [row[name] for name in self._content.head.primary_key])


class Collected:
    """What one run of searches found for a case, in the order of the data map."""

    def __init__(self, collections: Sequence[CollectedCollection], blobs: Blobs, vault: CaseVault) -> None:
        """Use `Collected.open`."""
        self.collections = tuple(collections)
        self._blobs = blobs
        self._vault = vault

    @classmethod
    def open(cls, resources: Resources, case_id: UUID, run: int, only: Container[Place] | None = None) -> Self:
        """Read the receipts of a run; 0 is the copy of short-lived collections taken at receipt.

        Args:
            resources: with the vault and the blobs.
            case_id: the case.
            run: of the searches.
            only: these collections alone are opened.

        Raises:
            KeyMissingError: the case's key was destroyed.
            SealBrokenError: a receipt was changed.
        """
        vault = resources.vault.case(case_id)
        with resources.database.read() as session:
            rows = session.exec(select(SearchReceipt).where(SearchReceipt.case_id == case_id, SearchReceipt.run == run)).all()
        order = {place: number for number, place in enumerate(_places(resources))}
        rows = sorted(rows, key=lambda row: (order.get((row.system, row.collection), len(order)), row.system, row.collection))
        wanted = (row for row in rows if only is None or (row.system, row.collection) in only)
        return cls([_collection(row, vault, resources.blobs) for row in wanted], resources.blobs, vault)

    def page(
        self, position: int = 0, limit: int = 50, *, system: str | None = None, collection: str | None = None
    ) -> tuple[list[Item], int | None]:
        """Some items and the position of the next page, None at the end.

        Args:
            position: counted from 0 over all collections that the filters leave.
            limit: at most so many items.
            system: only this system.
            collection: only collections of this name.
        """
        items: list[Item] = []
        first = 0
        wanted = [one for one in self.collections if system in {None, one.system} and collection in {None, one.name}]
        for one in wanted:
            start = position + len(items) - first
            if 0 <= start < one.rows and len(items) < limit:
                items += itertools.islice(one.items(start), limit - len(items))
            first += one.rows
        after = position + len(items)
        return items, after if after < first else None

    def read(self, ref: BlobRef) -> BlobReader:
        """Open a sealed file."""
        return self._blobs.read(self._vault, ref)


def _collection(row: SearchReceipt, vault: CaseVault, blobs: Blobs) -> CollectedCollection:
    return CollectedCollection(
        system=row.system,
        name=row.collection,
        state=row.state,
        rows=row.rows,
        doubtful=row.doubtful,
        keys=tuple(row.keys),
        searched_at=row.searched_at,
        _content=Sealable.open(vault, row),
        _vault=vault,
        _blobs=blobs,
    )


def _places(resources: Resources) -> Iterator[tuple[str, str]]:
    return ((system.name, collection.name) for system in resources.datamap.systems for collection in system.collections)


def _rows(lines: Sequence[bytes]) -> list[dict[str, Any]]:
    """Rows of ours, parsed together: a call for each line costs twice what it parses. Always UTF-8."""
    rows: list[dict[str, Any]] = json.loads(b"".join((b"[", b",".join(lines), b"]")).decode(errors="surrogatepass"))
    return rows
