"""Where covered or withheld words still stand in a package, as items of the review desk, for whoever has to cover them there too.

Only a package that the search barred is read again. The words are sealed with the case; the row keeps places alone.
Next: api/console/cases/package_places.py
"""

import json
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import BinaryIO, Final

from activities.leak_search import found_in
from activities.package_data import Written
from activities.package_view import page_path
from adapters.documents.reader import DocumentReader

_MOST: Final = 25  # items; whoever has more makes a rule
_MOST_WORDS: Final = 5  # of one item


@dataclass(frozen=True)
class LeakPlace:
    """One item in which something stands that must not leave.

    Args:
        system: as the data map names it.
        collection: as the data map names it.
        position: from 0.
        words: in normal form; none where the file itself is withheld elsewhere.
    """

    system: str
    collection: str
    position: int
    words: tuple[str, ...]


def as_text(places: Sequence[LeakPlace]) -> bytes:
    """To be sealed as a note of the case."""
    return json.dumps([asdict(each) for each in places], ensure_ascii=False).encode()


def leak_places(  # noqa: PLR0917 (what was written, what was sought, and where it was found)
    package: BinaryIO,
    written: Sequence[Written],
    needles: tuple[str, ...],
    members: Sequence[str],
    documents: DocumentReader,
    pulse: Callable[[], None],
) -> list[LeakPlace]:
    """The items that stand behind the members of a package in which something was found.

    Args:
        package: the zip as it would be sent.
        written: what stands in it.
        needles: what was sought.
        members: places as the search names them, each beginning with a member's path.
        documents: reads PDF.
        pulse: called after each item.
    """
    with zipfile.ZipFile(package) as zipped:
        places = (each for part in written for each in _of_part(zipped, part, needles, members, documents, pulse))
        return list(islice(places, _MOST))


def _of_part(  # noqa: PLR0917
    zipped: zipfile.ZipFile,
    part: Written,
    needles: tuple[str, ...],
    members: Sequence[str],
    documents: DocumentReader,
    pulse: Callable[[], None],
) -> Iterator[LeakPlace]:
    found = part.source.found
    page = page_path(part.source.system, part.source.collection, 1).removesuffix(".html")
    if any(each.startswith((f"{part.folder}.", f"{page}.", f"{page}-")) for each in members):
        for position, content in _rows(part):
            if words := _words("row.json", content, needles):
                yield LeakPlace(found.system, found.name, position, words)
            pulse()
    if not any(each.startswith(f"{part.folder}/") for each in members):
        return
    for position, file in enumerate(found.files()):
        path = f"{part.folder}/{file.member}"
        if any(each.startswith(path) for each in members):
            words = _words(path, zipped.read(path), needles, documents)
            yield LeakPlace(found.system, found.name, position, words)
            pulse()


def _rows(part: Written) -> Iterator[tuple[int, bytes]]:
    """The rows as they leave, with where they stand."""
    for position, line in enumerate(part.source.found.raw_lines()):
        verdict = part.verdicts.of(position)
        if verdict is None:
            yield position, line
        elif not verdict.dropped:
            yield position, json.dumps(verdict.of_row(json.loads(line)).value, ensure_ascii=False).encode()


def _words(name: str, content: bytes, needles: tuple[str, ...], documents: DocumentReader | None = None) -> tuple[str, ...]:
    if not found_in(name, content, needles, documents):
        return ()
    return tuple(islice((each for each in needles if found_in(name, content, (each,), documents)), _MOST_WORDS))
