"""The data of the package: rows as JSON and CSV with a schema, files as they are, and what was left out (Articles 15(3), 20).

Rows were sealed as JSON lines and as CSV when they were collected and are passed through unread; only a collection of which
something is withheld is read row by row. Next: activities/package_view.py
"""

import csv
import io
import itertools
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from activities.package_sources import Source, Upload
from activities.package_words import ground
from activities.package_zip import Member, PackageZip, neutral_name, plain
from adapters.blobs import Blobs
from adapters.case_vault import CaseVault
from adapters.row_text import csv_header, encode
from domain.blobs import BlobRef
from domain.datamap import Collection

_JSON_TYPES: dict[str, list[str]] = {
    "text": ["string", "null"],
    "integer": ["integer", "null"],
    "decimal": ["number", "string", "null"],
    "boolean": ["boolean", "integer", "null"],
    "date": ["string", "null"],
    "datetime": ["string", "null"],
    "bytes": ["string", "null"],
}


@dataclass(frozen=True)
class WrittenFile:
    """A file in the package and what it is called in the controller's system."""

    member: Member
    name: str


@dataclass
class Written:
    """What of one source stands in the package.

    Args:
        records: rows in the package; a file has a row of its own.
        left_out: which rows are not in it, counted from 0.
        withheld: how many items were left out, by basis.
    """

    source: Source
    records: int = 0
    left_out: frozenset[int] = frozenset()
    files: list[WrittenFile] = field(default_factory=list)
    withheld: Counter[str | None] = field(default_factory=Counter)

    @property
    def folder(self) -> str:
        """Where its data stand, without an ending."""
        return f"data/{plain(self.source.system.name)}/{plain(self.source.collection.name)}"


class DataWriter:
    """Writes the data members of one case's package.

    Args:
        zipped: the package.
        blobs: where the sealed streams are.
        vault: of the case.
    """

    def __init__(self, zipped: PackageZip, blobs: Blobs, vault: CaseVault) -> None:
        self._zip = zipped
        self._blobs = blobs
        self._vault = vault

    def write(self, source: Source) -> Written:
        """Write rows, schema and files of one source; nothing where nothing was found."""
        found, written = source.found, Written(source)
        if source.withheld:
            items = {item.position: item.id for item in found.items() if item.id in source.withheld}
            written.left_out = frozenset(items)
            written.withheld.update(source.withheld[item] for item in items.values())
        written.records = found.rows - len(written.left_out)
        if not written.records:
            return written
        lines, table = found.json_lines(), found.csv()
        if written.left_out:
            lines, table = lines_without(lines, written.left_out), table_without(table, written.left_out)
        self._zip.add(f"{written.folder}.csv", table, size=found.size // 2)
        self._zip.add(f"{written.folder}.json", json_array(lines), size=found.size // 2)
        self._zip.add(f"{written.folder}.schema.json", schema(source.collection))
        for position, file in enumerate(found.files()):
            if position not in written.left_out:
                written.files.append(self._file(f"{written.folder}/{file.member}", file.name, file.ref))
        return written

    def write_uploads(self, system: str, uploads: Iterable[Upload]) -> list[WrittenFile]:
        """Write what people found in a system, under neutral names."""
        folder = f"data/{plain(system)}/by-hand"
        return [
            self._file(f"{folder}/{neutral_name(number, upload.name)}", upload.name, upload.ref)
            for number, upload in enumerate(uploads, start=1)
        ]

    def _file(self, path: str, name: str, ref: BlobRef) -> WrittenFile:
        return WrittenFile(self._zip.add(path, self._pieces(ref), size=ref.bytes), name)

    def _pieces(self, ref: BlobRef) -> Iterator[bytes]:
        with self._blobs.read(self._vault, ref) as reader:
            yield from reader


def first_rows(written: Written, limit: int) -> Iterator[dict[str, Any]]:
    """The first rows that stand in the package, parsed."""
    pieces = lines_without(written.source.found.json_lines(), written.left_out)
    lines = itertools.chain.from_iterable(piece.splitlines() for piece in pieces)
    return map(json.loads, itertools.islice(lines, limit))


def lines_without(pieces: Iterable[bytes], left_out: AbstractSet[int]) -> Iterator[bytes]:
    """JSON lines without some of them, counted from 0; unread.

    Args:
        pieces: whole lines, each with its line feed.
        left_out: numbers of the lines.
    """
    first = 0
    for piece in pieces:
        lines = piece.splitlines(keepends=True)
        kept = [line for number, line in enumerate(lines, first) if number not in left_out]
        first += len(lines)
        if kept:
            yield b"".join(kept)


def table_without(pieces: Iterable[bytes], left_out: AbstractSet[int]) -> Iterator[bytes]:
    """A CSV file without some of its rows, counted from 0 after the header; cells stay as they were guarded.

    Args:
        pieces: whole rows, the header alone first.
        left_out: numbers of the rows.
    """
    first = -1
    for piece in pieces:
        rows = list(csv.reader(io.StringIO(piece.decode(), newline="")))
        kept = io.StringIO(newline="")
        csv.writer(kept).writerows(row for number, row in enumerate(rows, first) if number not in left_out)
        first += len(rows)
        yield kept.getvalue().encode()


def json_array(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """JSON lines as one JSON array, without reading them: a raw line feed ends a row and stands nowhere else.

    Args:
        pieces: whole lines, each with its line feed.
    """
    separator = b"[\n"
    for piece in pieces:
        yield separator + piece.removesuffix(b"\n").replace(b"\n", b",\n")
        separator = b",\n"
    yield b"\n]\n"


def schema(collection: Collection) -> bytes:
    """What the JSON of a collection holds, as a JSON Schema (2020-12)."""
    fields = {
        name: {
            **({"type": _JSON_TYPES[part.type]} if part.type in _JSON_TYPES else {}),
            **({"description": part.description} if part.description else {}),
            "x-category": part.category,
            **({"x-masked": True} if part.masked else {}),
        }
        for name, part in collection.fields.items()
    }
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": collection.title,
        **({"description": collection.description} if collection.description else {}),
        "type": "array",
        "items": {"type": "object", "properties": fields},
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def files_table(written: Iterable[WrittenFile]) -> bytes:
    """The list of all files: path in the package, own name, size, hash. Names cannot become formulas."""
    rows = [(file.member.path, file.name, file.member.bytes, file.member.sha256) for file in written]
    return _table(("path", "name", "bytes", "sha256"), rows)


def withheld_table(written: Iterable[Written], laws: frozenset[str]) -> bytes:
    """What is missing, by category, count and ground (practice.md (b) 10); says so when nothing is."""
    rows = [
        (f"{part.source.system.title}: {part.source.collection.title}", number, ground(basis, laws))
        for part in written
        for basis, number in sorted(part.withheld.items(), key=lambda entry: str(entry[0]))
    ]
    return _table(("category", "count", "ground"), rows or [("nothing was withheld", 0, "")])


def _table(heads: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> bytes:
    """A CSV file whose cells cannot become formulas."""
    return csv_header(heads) + (encode(heads, rows)[1] if rows else b"")
