"""The data of the package: rows as JSON and CSV with a schema, files as they are, and what was left out (Articles 15(3), 20).

Rows were sealed as JSON lines and as CSV when they were collected and are passed through unread; only a collection of which
something is withheld is read row by row. Next: activities/package_view.py
"""

import bisect
import csv
import io
import itertools
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from activities.leak_search import Secrets
from activities.package_file_verdicts import FileJudge
from activities.package_files import Covering
from activities.package_sources import Source
from activities.package_verdicts import Verdict, Verdicts, judged
from activities.package_zip import Member, PackageZip, plain
from adapters.case_vault import CaseVault
from adapters.collected import CollectedCollection
from adapters.database.item_decisions import Standing
from adapters.documents.shapes import is_pdf
from adapters.resources import Resources
from adapters.row_text import guarded
from domain.blobs import BlobRef
from domain.datamap import Collection, Origin
from domain.redaction import COVER
from domain.withholding import Basis, ItemChoice

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
        verdicts: what becomes of rows that are not simply given, by their number from 0.
        withheld: how many items were left out, by basis.
        covered: of how many items a part was covered, by basis.
        others_covered: of how many of those nothing goes but words that name other people.
        excluded: how many items were never part of the answer, by the decision.
        with_legal: how many of the withheld ones wait for a legal reviewer.
        pictured: pages of a PDF are pictures now, since something on them is covered.
    """

    source: Source
    records: int = 0
    verdicts: Verdicts = field(default_factory=Verdicts)
    files: list[WrittenFile] = field(default_factory=list)
    withheld: Counter[str | None] = field(default_factory=Counter)
    covered: Counter[str | None] = field(default_factory=Counter)
    others_covered: int = 0
    excluded: Counter[str] = field(default_factory=Counter)
    with_legal: int = 0
    pictured: bool = False

    @property
    def folder(self) -> str:
        """Where its data stand, without an ending."""
        name = "by-hand" if self.source.by_hand else plain(self.source.collection.name)
        return f"data/{plain(self.source.system.name)}/{name}"


class DataWriter:
    """Writes the data members of one case's package.

    Args:
        zipped: the package.
        resources: where the sealed streams are, and who covers documents.
        vault: of the case.
        standing: what was decided.
        pulse: called while files are looked into.
    """

    def __init__(
        self, zipped: PackageZip, resources: Resources, vault: CaseVault, standing: Standing, pulse: Callable[[], None]
    ) -> None:
        self._zip = zipped
        self._standing = standing
        self.secrets = Secrets()
        self._files = FileJudge(standing, self.secrets, Covering(resources.documents.pulsing(pulse)), pulse)
        self._blobs = resources.blobs
        self._vault = vault

    def write(self, source: Source) -> Written:
        """Write rows, schema and files of one source; nothing where nothing was found."""
        found, written = source.found, Written(source)
        written.verdicts = verdicts = judged(found, self._standing, self.secrets)
        if found.has_files:
            self._files.judge(found, verdicts, of_others=source.collection.origin is Origin.THIRD_PARTY)
        if not source.by_hand and found.rows > sum(verdict.dropped for verdict in verdicts.rows.values()):
            lines = released_lines(found, verdicts, self.secrets)
            self._zip.add(f"{written.folder}.csv", released_table(found, verdicts), size=found.size // 2)
            self._zip.add(f"{written.folder}.json", json_array(lines), size=found.size // 2)
        _count(written)
        if not written.records:
            return written
        if not source.by_hand:
            covered = bool(written.covered)
            self._zip.add(f"{written.folder}.schema.json", schema(source.collection, covered=covered, given=found.fields))
        for position, file in enumerate(found.files()):
            verdict = verdicts.of(position)
            if verdict is None:
                written.files.append(self._file(f"{written.folder}/{file.member}", file.name, file.ref))
            elif not verdict.dropped:
                name = verdict.of_row({"path": file.name}).value["path"]
                if not verdict.in_file:
                    written.files.append(self._file(f"{written.folder}/{file.member}", name, file.ref))
                    continue
                content = self._files.released(found, file, verdict)
                written.pictured |= is_pdf(content)
                written.files.append(WrittenFile(self._zip.add(f"{written.folder}/{file.member}", content), name))
        return written

    def _file(self, path: str, name: str, ref: BlobRef) -> WrittenFile:
        return WrittenFile(self._zip.add(path, self._pieces(ref), size=ref.bytes), name)

    def _pieces(self, ref: BlobRef) -> Iterator[bytes]:
        with self._blobs.read(self._vault, ref) as reader:
            yield from reader


def first_rows(written: Written, limit: int) -> Iterator[dict[str, Any]]:
    """The first rows that stand in the package, parsed."""
    pieces = released_lines(written.source.found, written.verdicts)
    lines = itertools.chain.from_iterable(piece.splitlines() for piece in pieces)
    return map(json.loads, itertools.islice(lines, limit))


def released_lines(found: CollectedCollection, verdicts: Verdicts, learns: Secrets | None = None) -> Iterator[bytes]:
    """The JSON lines of a collection as they leave, in pieces of whole lines; unread where nothing was decided.

    Args:
        found: the collection.
        verdicts: of its rows; those of a sweep are counted when somebody learns from it.
        learns: what must not leave.
    """
    if not verdicts:
        yield from found.json_lines()
        return
    first, own = 0, sorted(verdicts.rows)
    for piece in found.json_lines():
        after = first + piece.count(b"\n")
        whole = not _any(own, first, after)
        # A row has a verdict of its own or is swept; where none has one, all are swept at once, or left unread.
        kept = [
            verdicts.rows[number].of_line(line) if number in verdicts.rows else _swept(line, verdicts, learns)
            for number, line in ([(-1, piece)] if whole else enumerate(piece.splitlines(keepends=True), first))
        ]
        first = after
        if any(kept):
            yield b"".join(kept)


def released_table(found: CollectedCollection, verdicts: Verdicts) -> Iterator[bytes]:
    """The same as CSV, the header alone first; cells that stay are left as they were guarded."""
    if not verdicts:
        yield from found.csv()
        return
    pieces = found.csv()
    yield next(pieces)
    after, own = 0, sorted(verdicts.rows)
    for piece, as_json in zip(pieces, found.json_lines(), strict=True):
        first, after = after, after + as_json.count(b"\n")
        if not _any(own, first, after) and (verdicts.sweep is None or b"\\" not in as_json):
            yield piece if verdicts.sweep is None else verdicts.sweep.csv_rows(piece)
            continue
        rows = list(csv.reader(io.StringIO(piece.decode(), newline="")))
        kept = io.StringIO(newline="")
        for number, (row, line) in enumerate(zip(rows, as_json.splitlines(), strict=True), first):
            verdict = verdicts.of(number)
            if verdict is None or not verdict.dropped:
                csv.writer(kept).writerow(row if verdict is None else _cells(row, found.fields, line, verdict))
        yield kept.getvalue().encode()


def _any(own: Sequence[int], first: int, after: int) -> bool:
    return bisect.bisect_left(own, first) < bisect.bisect_left(own, after)


def _swept(lines: bytes, verdicts: Verdicts, learns: Secrets | None) -> bytes:
    if verdicts.sweep is None:
        return lines
    swept = verdicts.sweep.json_lines(lines)
    if learns is not None:
        learns.cover(swept.removed, verdicts.basis)
        verdicts.touched += swept.touched
    return swept.value


def _cells(row: list[str], fields: Sequence[str], line: bytes, verdict: Verdict) -> list[str]:
    if verdict.fields is not None:
        return [COVER if name in verdict.fields and cell else cell for name, cell in zip(fields, row, strict=True)]
    before = json.loads(line)
    after = verdict.of_row(before).value
    cells = zip(fields, row, strict=True)
    return [cell if after[name] == before[name] else guarded(after[name]) for name, cell in cells]


def _count(written: Written) -> None:
    for verdict, number in written.verdicts.counted():
        if verdict.excluded:
            written.excluded[verdict.choice.value] += number
        elif verdict.dropped:
            written.withheld[verdict.basis] += number
            written.with_legal += number * (verdict.choice is ItemChoice.WITH_LEGAL)
        elif verdict.basis and (verdict.covers or verdict.kept):  # an extract keeps back the rest
            written.covered[verdict.basis] += number
            written.others_covered += number * (verdict.basis == Basis.THIRD_PARTY and not verdict.lost)
    written.records = written.source.found.rows - written.excluded.total() - written.withheld.total()


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


def schema(collection: Collection, *, covered: bool = False, given: Sequence[str] = ()) -> bytes:
    """What the JSON of a collection holds, as a JSON Schema (2020-12); where parts are covered, any value may be the mark.

    `given`: only these fields, where not all of them were read.
    """
    fields = {
        name: {
            **({"type": _types(part.type, covered=covered)} if part.type in _JSON_TYPES else {}),
            **({"title": part.title} if part.title else {}),
            **({"description": part.description} if part.description else {}),
            "x-category": part.category,
            **({"x-masked": True} if part.masked else {}),
        }
        for name, part in collection.fields.items()
        if not given or name in given
    }
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": collection.title,
        **({"description": collection.description} if collection.description else {}),
        "type": "array",
        "items": {"type": "object", "properties": fields},
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _types(kind: str, *, covered: bool) -> list[str]:
    return sorted({*_JSON_TYPES[kind], "string"}) if covered else _JSON_TYPES[kind]
