"""The lists beside the data: of all files, and of what was left out (practice.md (b) 10).

They speak the person's language; their heads are the same in each, as in all tables. Next: activities/package_manifest.py
"""

from collections.abc import Iterable, Sequence
from typing import Any

from activities.package_data import Written, WrittenFile
from activities.package_language import labelled, say
from activities.package_words import ground
from adapters.row_text import csv_header, encode
from domain.withholding import silent


def files_table(written: Iterable[WrittenFile]) -> bytes:
    """The list of all files: path in the package, own name, size, hash. Names cannot become formulas."""
    rows = [(file.member.path, file.name, file.member.bytes, file.member.sha256) for file in written]
    return _table(("path", "name", "bytes", "sha256"), rows)


def withheld_table(written: Iterable[Written], laws: frozenset[str]) -> bytes:
    """What is missing, by category, count and ground (practice.md (b) 10); grounds that telling would defeat are left out."""
    rows = [
        (labelled(part.source.system.title, part.source.collection.title), number, extent, ground(basis, laws))
        for part in written
        for extent, counts in ((say("whole"), part.withheld), (say("in part"), part.covered))
        for basis, number in sorted(counts.items(), key=lambda entry: str(entry[0]))
        if not silent(basis)
    ]
    return _table(("category", "count", "withheld", "ground"), rows or [(say("nothing to list"), 0, "", "")])


def _table(heads: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> bytes:
    """A CSV file whose cells cannot become formulas."""
    return csv_header(heads) + (encode(heads, rows)[1] if rows else b"")
