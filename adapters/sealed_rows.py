"""One sealed blob with a collection's rows as JSON lines and as CSV, written in one pass and read from any row on.

The two texts lie in the blob by turns, a segment of JSON lines and then the same rows as CSV, so that a search of millions of
rows keeps one segment in memory and makes one file. An index of where the segments begin lets a page of fifty rows read
a thousand, not all of them (mechanics 5.2). What is small stays inline: a file and its three fsyncs cost more than the
search itself, and most collections of most people hold a few rows.

Next: adapters/collected.py
"""

import bisect
import contextlib
import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self

from pydantic import BaseModel, ConfigDict

from adapters.blobs import BlobWriter
from adapters.row_text import Row, csv_header, encode, json_lines
from domain.blobs import BlobRef

SEGMENT_ROWS = 1_000  # a page is read by opening one segment; an index of a million rows is a thousand entries
INLINE_BYTES = 64 * 1024  # in base64 still a small cell of the receipt's row


class Segment(NamedTuple):
    """Where a run of rows begins: its first row, its JSON lines, its CSV lines (byte positions)."""

    row: int
    json_at: int
    csv_at: int


class RowsIndex(BaseModel):
    """What is needed to read sealed rows. `ref` is None when they are kept inline, beside this index."""

    model_config = ConfigDict(frozen=True)

    fields: tuple[str, ...]
    rows: int = 0
    segments: tuple[Segment, ...] = ()
    bytes: int = 0
    ref: BlobRef | None = None


class RowsWriter:
    """Writes rows once, in a `with` block; `index` and `inline` are there after a clean end of it.

    Args:
        fields: names of the columns.
        create: opens a new blob; called only when the rows outgrow the inline limit.
        large: single rows may be megabytes, so rows are not gathered before they are sealed.
        csv: whether anybody will read them as CSV.
    """

    def __init__(self, fields: Sequence[str], create: Callable[[], BlobWriter], *, large: bool = False, csv: bool = True) -> None:
        self._csv = csv
        self._fields = tuple(fields)
        self._create = create
        self._segment_rows = 1 if large else SEGMENT_ROWS
        self._held: list[Row] = []
        self._segments: list[Segment] = []
        self._rows = 0
        self._bytes = 0
        self._blob: BlobWriter | None = None
        self._stack = contextlib.ExitStack()
        self.inline = bytearray()

    def add(self, rows: Sequence[Row]) -> None:
        """Append rows; each has a value for every field."""
        self._held += rows
        while len(self._held) >= self._segment_rows:
            self._write(self._held[:SEGMENT_ROWS])
            del self._held[:SEGMENT_ROWS]

    @property
    def rows(self) -> int:
        """How many rows were added."""
        return self._rows + len(self._held)

    @property
    def index(self) -> RowsIndex:
        """How to read the rows, once the block has ended."""
        ref = self._blob.ref if self._blob else None
        return RowsIndex(fields=self._fields, rows=self._rows, segments=tuple(self._segments), bytes=self._bytes, ref=ref)

    def _write(self, rows: list[Row]) -> None:
        as_json, as_csv = encode(self._fields, rows) if self._csv else (json_lines(self._fields, rows), b"")
        self._segments.append(Segment(self._rows, self._bytes, self._bytes + len(as_json)))
        self._rows += len(rows)
        self._bytes += len(as_json) + len(as_csv)
        if self._blob is None and self._bytes <= INLINE_BYTES:
            self.inline += as_json + as_csv
            return
        if self._blob is None:
            self._blob = self._stack.enter_context(self._create())
            self._blob.write(self.inline)
            self.inline.clear()
        self._blob.write(as_json)
        self._blob.write(as_csv)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None) -> None:
        if kind is not None:
            self._stack.__exit__(kind, failure, trace)
            return
        with self._stack:  # when the last rows cannot be written, there is no blob
            if self._held:
                self._write(self._held)
                self._held = []


class RowsReader:
    """Reads sealed rows, all of them or from any row on.

    Args:
        index: as the writer gave it.
        open_rows: opens the blob, or the inline bytes, at its start.
        more: JSON lines that stand after them.
    """

    def __init__(self, index: RowsIndex, open_rows: Callable[[], BinaryIO], more: Sequence[bytes] = ()) -> None:
        self._index = index
        self._open = open_rows
        self._more = more

    def json_pieces(self) -> Iterator[bytes]:
        """The JSON lines, a segment at a time."""
        with self._open() as source:
            for begin in self._index.segments:
                source.seek(begin.json_at)
                yield source.read(begin.csv_at - begin.json_at)
        if self._more:
            yield b"".join(line + b"\n" for line in self._more)

    def csv_pieces(self) -> Iterator[bytes]:
        """The CSV file: its header, then a segment at a time."""
        yield csv_header(self._index.fields)
        with self._open() as source:
            for begin, end in itertools.pairwise([*self._index.segments, Segment(0, self._index.bytes, 0)]):
                source.seek(begin.csv_at)
                yield source.read(end.json_at - begin.csv_at)
        if self._more:
            rows = [tuple(json.loads(line)[name] for name in self._index.fields) for line in self._more]
            yield encode(self._index.fields, rows)[1]

    def json_lines(self, start: int = 0) -> Iterator[bytes]:
        """The JSON lines one by one, from a row (counted from 0) on."""
        return itertools.chain.from_iterable(self.json_segments(start))

    def json_lines_at(self, rows: Sequence[int]) -> Iterator[bytes]:
        """The JSON lines of some rows in ascending order; each segment they are in is opened once."""
        wanted = iter(sorted(rows))
        row = next(wanted, None)
        with self._open() as source:
            for begin, after in itertools.zip_longest(self._index.segments, self._index.segments[1:]):
                if row is None or row >= self._index.rows:
                    break
                if after is not None and row >= after.row:
                    continue
                source.seek(begin.json_at)
                lines = source.read(begin.csv_at - begin.json_at).splitlines()
                while row is not None and row - begin.row < len(lines):
                    yield lines[row - begin.row]
                    row = next(wanted, None)
        while row is not None and row < self._index.rows + len(self._more):
            yield self._more[row - self._index.rows]
            row = next(wanted, None)

    def json_segments(self, start: int = 0) -> Iterator[list[bytes]]:
        """The same in lists, as they were written: to parse many at once."""
        first = max(bisect.bisect_right(self._index.segments, start, key=lambda segment: segment.row) - 1, 0)
        with self._open() as source:
            for begin in self._index.segments[first:]:
                source.seek(begin.json_at)
                lines = source.read(begin.csv_at - begin.json_at).splitlines()
                yield lines[max(start - begin.row, 0) :]
        if self._more:
            yield list(self._more[max(start - self._index.rows, 0) :])
