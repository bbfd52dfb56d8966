"""Searches inside what was found for a case: words, state of the decision, what reviewers said; page by page, never all at once.

Rows are looked at as letters before they are read, so 50,000 take a part of a second. What is with legal is found by its state
and never by its words. Next: api/console/cases/desk_find.py
"""

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from adapters.collected import CollectedCollection, Item
from adapters.database.item_decisions import Decision, Standing
from adapters.database.remarks import Kind, Remark
from adapters.documents.reader import DocumentReader
from adapters.layers import folded
from api.console.cases.desk_lines import Piece, sealed_from
from api.console.cases.desk_seen import Seen
from domain.archives import Unsearched
from domain.redaction import cover_row, text_of
from domain.rights import Role
from domain.withholding import EXCLUSIONS, ItemChoice

PAGE: Final = 25
MOST: Final = 1_000  # are counted; whoever finds more asks more closely
STATES: Final[dict[str, str]] = {
    "": "Any",
    "undecided": "Nothing decided about it",
    "withheld": "Withheld",
    "covered": "Covered in part",
    "extract": "As an extract",
    "left_out": "Left out",
    "with_legal": "With legal",
    "by_rule": "Decided by a rule",
    "flagged": "Flagged",
    "tagged": "Tagged",
    "noted": "With a note",
    "asked": "With an open question",
    "unseen": "Nobody has looked at it",
}
_AROUND: Final = 60  # letters before and after a word
_MOST_BYTES: Final = 4 * 2**20  # of a file that is looked into
_MOST_FILES: Final = 300  # of one collection; in more, only names are looked at
_SAID: Final = {"flagged": Kind.FLAG, "tagged": Kind.TAG, "noted": Kind.NOTE, "asked": Kind.QUESTION}


@dataclass(frozen=True)
class Search:
    """What is searched for.

    Args:
        word: as it was typed; empty for every item.
        state: one of `STATES`.
        tag: only items with this tag.
        place: system and collection; None for all.
    """

    word: str = ""
    state: str = ""
    tag: str = ""
    place: tuple[str, str] | None = None


@dataclass(frozen=True)
class Hit:
    """One item that was found.

    Args:
        where: the field, or the file, in which the word stands.
        snippet: around the word; empty where none was asked for, or nobody may read it here.
    """

    system: str
    collection: str
    item: Item
    decision: Decision | None
    where: str = ""
    snippet: list[Piece] = field(default_factory=list)


class FilesRead:
    """The files that one search looks into, each read once however often the items are gone through.

    Attributes:
        unread: files without a find in which the word may stand all the same, by item: place, number from 0, and why.
        crowded: collections with too many files to look into any, with how many there are.
    """

    def __init__(self, documents: DocumentReader) -> None:
        """Use `documents` to read: text, PDF, office documents, mails, and what lies in each other."""
        self._documents = documents
        self._found: dict[str, list[Piece]] = {}
        self.unread: dict[str, tuple[tuple[str, str], int, Unsearched]] = {}
        self.crowded: dict[tuple[str, str], int] = {}

    def cut(self, found: CollectedCollection, item: Item, needle: str) -> list[Piece]:
        """The word with what stands around it in the text of an item's file; nothing where it is not found."""
        if found.rows > _MOST_FILES:
            self.crowded[found.system, found.name] = found.rows
            return []
        if item.id not in self._found:
            text, why = self._letters(found, item)
            self._found[item.id] = _cut(text, needle)
            if why is not None and not self._found[item.id]:
                self.unread[item.id] = ((found.system, found.name), item.position, why)
        return self._found[item.id]

    def _letters(self, found: CollectedCollection, item: Item) -> tuple[str, Unsearched | None]:
        assert item.file is not None
        if item.file.ref.bytes > _MOST_BYTES:
            return "", Unsearched.LONG
        with found.read(item.file.ref) as reader:
            letters = self._documents.letters(b"".join(reader))
        return letters.text, letters.why


@dataclass(frozen=True)
class Looked:
    """What a search needs of a case.

    Args:
        seen: what somebody looked at, by collection.
        files: reads them; for one search.
    """

    collections: tuple[CollectedCollection, ...]
    standing: Standing
    said: Mapping[str, list[Remark]]
    seen: Mapping[tuple[str, str], Seen]
    files: FilesRead
    role: Role


def search(looked: Looked, wanted: Search, start: tuple[int, int] = (0, 0)) -> Iterator[tuple[tuple[int, int], Hit]]:
    """The items that meet all of it, each with the place where the next one begins.

    Args:
        looked: the case.
        wanted: what for.
        start: number of the collection and of the item, from 0.
    """
    needle = " ".join(folded(wanted.word).split())
    for number, found in enumerate(looked.collections):
        if number < start[0] or wanted.place not in {None, (found.system, found.name)}:
            continue
        first, seen = start[1] if number == start[0] else 0, looked.seen.get((found.system, found.name), Seen())
        if first >= found.rows:
            continue
        for position, line in enumerate(found.raw_lines(first), first):
            if needle and not found.has_files and not _may_hold(line, needle):
                continue
            if wanted.state == "unseen" and seen.all_listed(position, found.rows):
                continue
            item = found.item_at(position, line)
            if wanted.state == "unseen" and seen.has(found, item):
                continue
            hit = _hit(looked, wanted, found, item, needle)
            if hit is not None:
                yield (number, position + 1), hit


def counted(looked: Looked, wanted: Search) -> Counter[tuple[str, str]]:
    """How many there are in each collection; no more than `MOST` are counted."""
    return Counter((hit.system, hit.collection) for _, hit in itertools.islice(search(looked, wanted), MOST))


def _may_hold(line: bytes, needle: str) -> bool:
    """A look at the letters of a row before it is read; only what JSON may write in another way is read in any case."""
    text = line.decode(errors="replace")
    lower = text.lower() if text.isascii() else folded(text)
    return all(word in lower for word in needle.split()) or "\\" in text


def _hit(looked: Looked, wanted: Search, found: CollectedCollection, item: Item, needle: str) -> Hit | None:
    decision = looked.standing.of(item.id, item.row)
    if not _meets(wanted, decision, looked.said.get(item.id, [])):
        return None
    if not needle:
        return Hit(found.system, found.name, item, decision)
    return None if sealed_from(looked.role, looked.standing, item.id) else _with_word(looked, found, item, decision, needle)


def _meets(wanted: Search, decision: Decision | None, said: list[Remark]) -> bool:
    """Whether an item is in the state that is asked for, and has the tag."""
    if wanted.tag and not any(each.kind is Kind.TAG and each.text == wanted.tag for each in said):
        return False
    if (kind := _SAID.get(wanted.state)) and not any(each.kind is kind and each.answer is None for each in said):
        return False
    meets = _BY_DECISION.get(wanted.state)
    return meets is None or meets(decision)


def _with_word(looked: Looked, found: CollectedCollection, item: Item, decision: Decision | None, needle: str) -> Hit | None:
    legal = looked.standing.legal.get(item.id)
    row, file = item.row, item.file
    if legal is not None and looked.role is not Role.LEGAL_REVIEWER:
        row, file = cover_row(item.row, legal.parts.spans).value, None
    for name, value in row.items():
        if value is not None and name != "member" and (cut := _cut(text_of(value), needle)):
            return Hit(found.system, found.name, item, decision, name, cut)
    if file is not None and (cut := looked.files.cut(found, item, needle)):
        return Hit(found.system, found.name, item, decision, "the file", cut)
    return None


def _cut(text: str, needle: str) -> list[Piece]:
    """The word with what stands around it; nothing where it does not stand."""
    plain = " ".join(text.split())
    at = folded(plain).find(needle)
    if at < 0:
        return []
    end = at + len(needle)
    before, after = max(0, at - _AROUND), end + _AROUND
    pieces = [
        Piece(("\u2026" if before else "") + plain[before:at]),
        Piece(plain[at:end], "what was searched for"),
        Piece(plain[end:after] + ("\u2026" if after < len(plain) else "")),
    ]
    return [piece for piece in pieces if piece.text]


def _is(*choices: ItemChoice) -> Callable[[Decision | None], bool]:
    return lambda decision: decision is not None and decision.choice in choices


_BY_DECISION: Final[dict[str, Callable[[Decision | None], bool]]] = {
    "undecided": lambda decision: decision is None,
    "withheld": _is(ItemChoice.WITHHOLD),
    "covered": _is(ItemChoice.REDACT),
    "extract": _is(ItemChoice.EXTRACT),
    "left_out": _is(*EXCLUSIONS),
    "with_legal": _is(ItemChoice.WITH_LEGAL),
    "by_rule": lambda decision: decision is not None and decision.rule,
}


def shown(row: Mapping[str, Any]) -> str:
    """The beginning of an item that was not searched by a word."""
    texts = (text_of(value) for name, value in row.items() if value not in {None, ""} and name != "member")
    return ", ".join(texts)[: 2 * _AROUND]
