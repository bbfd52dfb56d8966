"""One collection searched for one person: rows streamed from the system to sealed blobs, in memory only a batch at a time.

Serves Article 15. Every search makes blobs of its own and none when it fails, so that it can be done again as a whole
(mechanics 2.15). Rows that only look like the person's are kept apart and lead nowhere (`security.md` I4).

Next: activities/collection.py
"""

import contextlib
import functools
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from activities.found_keys import Keys
from activities.matching import Sieve, Way
from activities.systems.base import Connector, Lookup
from adapters.blobs import Blobs, BlobWriter
from adapters.case_vault import CaseVault
from adapters.collected import CollectedCollection
from adapters.item_ids import ITEM_HASH
from adapters.neutral_names import neutral_name
from adapters.row_text import HELD, Row, key_text
from adapters.sealed_head import FILE_FIELDS, Head, Sealable
from adapters.sealed_rows import RowsWriter
from domain.blobs import BlobRef
from domain.datamap import Collection

ROWS_KIND, DOUBTFUL_KIND, FILE_KIND = "collected.rows", "collected.doubtful", "collected.file"
_COPY_BYTES = 256 * 1024
_MOST_HELD = 10_000  # doubtful rows kept back until all ways are done, because another way may settle the doubt


@dataclass(frozen=True)
class SearchResult:
    """What a search gave.

    Args:
        content: to be written into the receipt.
        rows: how many rows are the person's.
        doubtful: how many only look like it.
        leads: by field, the values that later searches go on with.
    """

    content: Sealable
    rows: int
    doubtful: int
    leads: dict[str, Keys]


class Search:
    """Searches one collection once.

    Args:
        connector: to its system.
        collection: of the data map.
        leads_to: fields whose values later searches need.
        vault: of the case.
        blobs: where rows and files are sealed to.
        only: for erasure: nothing but these fields is read, as they are, and no file is opened.
        erasing: what names the rows is hashed, and nobody will read them as CSV.
    """

    def __init__(  # noqa: PLR0917 (one caller)
        self,
        connector: Connector,
        collection: Collection,
        leads_to: Sequence[str],
        vault: CaseVault,
        blobs: Blobs,
        only: Sequence[str] | None = None,
        *,
        erasing: bool = False,
    ) -> None:
        self._connector = connector
        self._collection = collection
        self._vault = vault
        self._blobs = blobs
        every = connector.fields(collection)
        of_files = every[-len(FILE_FIELDS) :] == FILE_FIELDS
        self._key = collection.primary_key or (FILE_FIELDS[:1] if of_files else ())
        self._only = () if only is None else tuple(name for name in every if name in only or name in self._key)
        self._fields = self._only or every
        self._has_files = of_files and not self._only
        self._key_at = [self._fields.index(name) for name in self._key]
        self._leads = {name: Keys() for name in leads_to}
        self._names = Keys() if erasing else None  # what an erasure is approved for
        masked = {name for name, field in collection.fields.items() if field.masked and not self._only}
        self._masked = [at for at, name in enumerate(self._fields) if name in masked]
        self._made: list[BlobWriter] = []
        self._files: list[BlobRef] = []
        self._span = _Span(collection.retention_from or collection.created_at_field, self._fields, self._masked)

    def follow(self, ways: Sequence[Way]) -> dict[str, Keys]:
        """Search for the leads alone; nothing is kept."""
        for way in ways:
            for mine, _ in self._found(way, ways):
                self._lead(mine)
        return self._leads

    def keep(self, ways: Sequence[Way], snapshot: CollectedCollection | None = None) -> SearchResult:
        """Search and seal what is found.

        Args:
            ways: any of them finds a row; a row found twice counts once.
            snapshot: the copy taken at receipt; its rows that are gone by now are added at the end.

        Raises:
            SystemUnreachableError, SystemFailedError: as the connector says; no blob is left behind.
        """
        try:
            return self._keep(ways, snapshot)
        except BaseException:
            for blob in self._made:
                with contextlib.suppress(ValueError):  # not finished, so not there
                    self._blobs.delete(blob.ref.blob_id)
            for ref in self._files:
                self._blobs.delete(ref.blob_id)
            raise

    def _keep(self, ways: Sequence[Way], snapshot: CollectedCollection | None) -> SearchResult:
        writer = functools.partial(
            RowsWriter, self._fields, large=self._connector.large(self._collection), csv=self._names is None
        )
        seen = Keys() if len(ways) > 1 or snapshot else None
        held: list[Row] = []
        with (
            writer(create=functools.partial(self._create, ROWS_KIND)) as kept,
            writer(create=functools.partial(self._create, DOUBTFUL_KIND)) as apart,
        ):
            for way in ways:
                for mine, doubtful in self._found(way, ways):
                    new = mine if seen is None else self._unseen(mine, seen)
                    self._add(kept, new)
                    held += doubtful
                    if len(held) > _MOST_HELD:
                        apart.add(self._settle(held, seen))
                        held = []
            apart.add(self._settle(held, seen))
            restored = self._restore(kept, snapshot, seen) if snapshot and seen is not None else 0
        head = Head(
            rows=kept.index,
            doubtful=apart.index if apart.rows else None,
            primary_key=self._key,
            files=tuple(self._files),
            span=self._span.texts,
            from_snapshot=restored,
            names=self._names.digest() if self._names is not None else None,
        )
        content = Sealable(head, bytes(kept.inline), bytes(apart.inline))
        return SearchResult(content, kept.rows, apart.rows, self._leads)

    def _found(self, way: Way, ways: Sequence[Way]) -> Iterator[tuple[Sequence[Row], list[Row]]]:
        """The person's rows and the doubtful ones, batch by batch."""
        at = self._fields.index(way.field)
        needed = frozenset((*self._key, *self._leads, *(each.field for each in ways)))
        for keys in way.keys.batches(self._connector.most_keys):
            sieve = Sieve(way, keys, at)
            for rows in self._connector.search(self._collection, Lookup(way.field, keys, way.kind, needed, self._only)):
                yield sieve.part(rows)

    def _add(self, kept: RowsWriter, rows: Sequence[Row]) -> None:
        if self._has_files:
            rows = [row for row in map(self._with_file, rows) if row]
        self._lead(rows)
        if self._names is not None:
            self._names.update(self._keys_of(rows))
        self._span.update(rows)
        kept.add(self._mask(rows))

    def _lead(self, rows: Sequence[Row]) -> None:
        for name, keys in self._leads.items():
            at = self._fields.index(name)
            keys.update(key_text(row[at]) for row in rows)

    def _unseen(self, rows: Sequence[Row], seen: Keys) -> list[Row]:
        new = {key: row for row in rows if (key := self._key_of(row)) not in seen}
        seen.update(new)
        return list(new.values())

    def _settle(self, held: Sequence[Row], seen: Keys | None) -> Sequence[Row]:
        """The doubtful rows of which no way removed the doubt, each once."""
        rows = {self._key_of(row): row for row in held}
        return self._mask([row for key, row in rows.items() if seen is None or key not in seen])

    def _restore(self, kept: RowsWriter, snapshot: CollectedCollection, seen: Keys) -> int:
        """Add the rows that were there when the request came and have been deleted since."""
        restored = 0
        for item in snapshot.items():
            if "\0".join(key_text(item.row.get(name)) or "" for name in self._key) in seen:
                continue
            row: Row = tuple(item.row.get(name) for name in self._fields)
            if item.file:
                with snapshot.read(item.file.ref) as file:
                    row = self._with_member(row, file)
            self._lead([row])
            self._span.update([row])
            kept.add([row])
            restored += 1
        return restored

    def _with_file(self, row: Row) -> Row | None:
        """The row with its file sealed; None when the file is gone."""
        file = self._connector.open_file(self._collection, row)
        if file is None:
            return None
        with file:
            return self._with_member(row, file)

    def _with_member(self, row: Row, file: BinaryIO) -> Row:
        # Not remembered itself: each has a buffer of its own, and there may be thousands.
        with self._blobs.create(self._vault, FILE_KIND) as blob:
            shutil.copyfileobj(file, blob, _COPY_BYTES)
        self._files.append(blob.ref)
        path, _, changed, _ = row[-len(FILE_FIELDS) :]
        member = f"files/{neutral_name(len(self._files), path)}"
        return (*row[: -len(FILE_FIELDS)], path, blob.ref.bytes, changed, member)

    def _mask(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Rows in which masked fields only say whether something is held."""
        if not self._masked:
            return rows
        return [tuple(self._held(at, value) if at in self._masked else value for at, value in enumerate(row)) for row in rows]

    def _held(self, at: int, value: Any) -> str | None:  # noqa: ANN401 (whatever a driver returns)
        if value is None or at not in self._key_at:
            return None if value is None else HELD
        # Rows named by a secret (a session's token) still need names that differ; this one dies with the case's key.
        mac = self._vault.receipt_mac(f"masked:{self._collection.name}.{self._fields[at]}", key_text(value) or "")
        return f"{HELD} {mac[:ITEM_HASH]}"

    def _key_of(self, row: Row) -> str:
        return "\0".join((self._held(at, row[at]) if at in self._masked else key_text(row[at])) or "" for at in self._key_at)

    def _keys_of(self, rows: Sequence[Row]) -> Iterator[str]:
        """What names each of some rows; most are named by one field that is not masked."""
        if len(self._key_at) != 1 or self._key_at[0] in self._masked:
            return map(self._key_of, rows)
        at = self._key_at[0]
        return (key_text(row[at]) or "" for row in rows)

    def _create(self, kind: str) -> BlobWriter:
        self._made.append(self._blobs.create(self._vault, kind))
        return self._made[-1]


class _Span:
    """First and last value of the field that a retention period is counted from."""

    def __init__(self, field: str | None, fields: Sequence[str], masked: Sequence[int]) -> None:
        self._at = fields.index(field) if field in fields and fields.index(field) not in masked else None
        self._ends: list[str] = []

    @property
    def texts(self) -> tuple[str, str] | None:
        return (self._ends[0], self._ends[-1]) if self._ends else None

    def update(self, rows: Sequence[Row]) -> None:
        """Take in a batch. ISO 8601 texts of one source sort as the times do."""
        if self._at is None:
            return
        at = self._at
        values = [value for row in rows if (value := row[at]) is not None]
        if values:
            ends = [text for value in (min(values), max(values)) if (text := key_text(value))]
            self._ends = sorted([*self._ends, *ends])[:: len(self._ends) + len(ends) - 1]
