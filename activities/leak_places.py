"""Where covered or withheld words still stand in a package, as items of the review desk, and what would cover them there too.

Only a package that the search barred is read again. The words are sealed with the case; the row keeps places alone.
Next: api/console/cases/package_places.py
"""

import json
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any, BinaryIO, Final

from activities.leak_search import Secrets, found_in
from activities.package_data import Written
from activities.package_files import Covering
from activities.package_view import page_path
from adapters.collected import CollectedCollection, CollectedFile
from domain.redaction import MOST_PLACES, Span, cover_row

_MOST_WORDS: Final = 50  # of one item
_PART: Final = 450  # letters of a long text that are covered as one span
_COVERABLE: Final = range(2, 501)  # letters of one span
_LISTS: Final = ("files.csv", "index.html")  # members that name files


@dataclass(frozen=True)
class LeakPlace:
    """One item in which something stands that must not leave.

    Args:
        system: as the data map names it.
        collection: as the data map names it.
        position: from 0.
        item: its id.
        words: in normal form; none where the file itself is withheld elsewhere.
        basis: on which it is kept back elsewhere.
        covers: spans after which nothing of it stands there any more; none where the item has to be kept back whole.
        fields: the fields of a row that hold it, for whoever must not see the words.
    """

    system: str
    collection: str
    position: int
    item: str
    words: tuple[str, ...]
    basis: str | None
    covers: tuple[dict[str, Any], ...] = ()
    fields: tuple[str, ...] = ()


def as_text(places: Sequence[LeakPlace]) -> bytes:
    """To be sealed as a note of the case."""
    return json.dumps([asdict(each) for each in places], ensure_ascii=False).encode()


class LeakPlaces:
    """Finds the items that stand behind the members of a package in which something was found.

    Args:
        package: the zip as it would be sent.
        secrets: what must not leave.
        needles: what was sought of it.
        members: places as the search names them, each beginning with a member's path.
        covering: covers files, and reads PDF.
        pulse: called after each item.
    """

    def __init__(  # noqa: PLR0917 (what was written, what was sought, and where it was found)
        self,
        package: BinaryIO,
        secrets: Secrets,
        needles: tuple[str, ...],
        members: Sequence[str],
        covering: Covering,
        pulse: Callable[[], None],
    ) -> None:
        self._package = package
        self._secrets = secrets
        self._needles = needles
        self._members = members
        self._covering = covering
        self._pulse = pulse

    def among(self, written: Sequence[Written]) -> list[LeakPlace]:
        """The items, in the order of the package."""
        with zipfile.ZipFile(self._package) as zipped:
            return list(islice((each for part in written for each in self._of_part(zipped, part)), MOST_PLACES))

    def _of_part(self, zipped: zipfile.ZipFile, part: Written) -> Iterator[LeakPlace]:
        found = part.source.found
        page = page_path(part.source.system, part.source.collection, 1).removesuffix(".html")
        told = (f"{part.folder}.", f"{page}.", f"{page}-", *(_LISTS if found.has_files else ()))
        if self._found_in(told):
            for position, line, left in _rows(part):
                if words := self._words("row.json", left):
                    item = found.item_at(position, line).id
                    yield LeakPlace(found.system, found.name, position, item, words, *self._cured(found, json.loads(left), words))
                self._pulse()
        if not self._found_in((f"{part.folder}/",)):
            return
        for position, file in enumerate(found.files()):
            path = f"{part.folder}/{file.member}"
            if self._found_in((path,)):
                content = zipped.read(path)
                words = self._words(path, content)
                basis = self._secrets.basis(words) if words else self._secrets.files.get(file.ref.sha256)
                covers = self._cured_file(file, content, words)
                yield LeakPlace(found.system, found.name, position, file.item, words, basis, covers)
                self._pulse()

    def _found_in(self, begins: tuple[str, ...]) -> bool:
        return any(each.startswith(begins) for each in self._members)

    def _words(self, name: str, content: bytes) -> tuple[str, ...]:
        if not self._holds(name, content, self._needles):
            return ()
        return tuple(islice((each for each in self._needles if self._holds(name, content, (each,))), _MOST_WORDS))

    def _holds(self, name: str, content: bytes, words: tuple[str, ...]) -> bool:
        return found_in(name, content, words, self._covering.documents)

    def _cured(
        self, found: CollectedCollection, row: Mapping[str, Any], words: tuple[str, ...]
    ) -> tuple[str | None, tuple[dict[str, Any], ...], tuple[str, ...]]:
        """The basis, and what covers the words in a row: they themselves, and fields where they are written in another way."""
        fields = tuple(name for name, value in row.items() if self._holds("row.json", _json({name: value}), words))
        spans = _spans(words)
        if found.has_files:  # the name of a file says so, and the file itself need not
            spans = [span.model_copy(update={"field": name}) for span in spans for name in fields]
        left = cover_row(row, spans).value
        spans += [Span(field=name) for name in fields if self._holds("row.json", _json({name: left[name]}), words)]
        certain = not self._holds("row.json", _json(cover_row(row, spans).value), words)
        return self._secrets.basis(words), _dumped(spans) if certain else (), fields if certain else ()

    def _cured_file(self, file: CollectedFile, content: bytes, words: tuple[str, ...]) -> tuple[dict[str, Any], ...]:
        spans = _spans(words)
        covered = self._covering.cover(content, spans) if spans else None
        if covered is None or covered.lost or self._holds(file.member, covered.value, words):
            return ()
        return _dumped(spans)


def _rows(part: Written) -> Iterator[tuple[int, bytes, bytes]]:
    """Where each row stands, as it was found and as it leaves."""
    for position, line in enumerate(part.source.found.raw_lines()):
        verdict = part.verdicts.of(position)
        if verdict is None or not verdict.dropped:
            yield position, line, line if verdict is None else _json(verdict.of_row(json.loads(line)).value)


def _json(row: Mapping[str, Any]) -> bytes:
    return json.dumps(row, ensure_ascii=False).encode()


def _spans(words: Sequence[str]) -> list[Span]:
    """Words as they are covered; a long text in even parts, since a short rest would be covered where it means nothing."""
    spans: list[Span] = []
    for each in words:
        tokens = each.split()
        size = -(-len(tokens) // (len(each) // _PART + 1))
        parts = (" ".join(tokens[at : at + size]) for at in range(0, len(tokens), size))
        spans += [Span(words=part) for part in parts if len(part) in _COVERABLE]
    return spans


def _dumped(spans: Sequence[Span]) -> tuple[dict[str, Any], ...]:
    return tuple(span.model_dump(mode="json", exclude_defaults=True) for span in spans)
