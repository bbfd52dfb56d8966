"""Words that go from every row of a collection alike, taken out of its JSON and CSV without reading them row by row.

A rule over 50,000 rows, or a person who is named in half of them, costs two passes over the letters. It is done only where it
gives what a cover row by row would: no word may be taken for a number or a part of the notation; lines with escapes are read.
Next: activities/package_verdicts.py
"""

import json
import operator
import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from domain.redaction import COVER, Span, cover_row, finder

_BARE: Final = frozenset("truefalsn0123456789abcdefETZ.+- ")  # letters of what has no quotes in JSON or CSV: numbers, dates, ids
_NOTATION: Final = frozenset('",:{}[]\\')
# Letters that do not show, and four that are taken for ASCII letters in another case: text with them is read with care.
_ODD: Final = re.compile("[\u00ad\u034f\u0130\u0131\u017f\u200b-\u200f\u2060-\u2064\u212a\ufeff]")
_RUNS: Final = re.compile(r"[^\W_]+")
_RIGHT: Final = r"(?![^\W_])"


class Swept(NamedTuple):
    """Rows as they leave, how many of them lost something, and what."""

    value: bytes
    touched: int
    removed: set[str]


class Sweep:
    """Takes words out of rows.

    Args:
        spans: the words; see `sweeps`.
    """

    def __init__(self, spans: Sequence[Span]) -> None:
        self._spans = tuple(spans)
        words = tuple(span.words for span in spans if span.words is not None)
        self._exact = finder(words)
        self._apart = _apart(words)
        self._plain = all(map(str.isascii, words))
        plain = sorted({each for each in words if each.isascii()}, key=len, reverse=True)
        self._ascii = [(each, re.compile(_pattern(each)), re.compile(_pattern(each.lower()))) for each in plain]
        self._quick = re.compile("|".join(_pattern(each.lower()) for each in plain) or r"(?!)")

    def json_lines(self, piece: bytes) -> Swept:
        """Whole JSON lines as they leave."""
        before = piece.decode()
        if "\\" in before:
            lines = [self._line(line) for line in before.split("\n")[:-1]]
            touched = sum(bool(removed) for _, removed in lines)
            text = "".join(f"{line}\n" for line, _ in lines)
            return Swept(text.encode(), touched, {words for _, removed in lines for words in removed})
        after, touched, removed = self._swept(before)
        return Swept(after.encode() if removed else piece, touched, removed)

    def csv_rows(self, piece: bytes) -> bytes:
        """Whole CSV rows as they leave, of a segment whose JSON holds no escape: so no cell holds a quote or a line end."""
        after, _, removed = self._swept(piece.decode())
        return after.encode() if removed else piece

    def _line(self, line: str) -> tuple[str, Iterable[str]]:
        if "\\" not in line:
            after, _, removed = self._swept(line)
            return after, removed
        covered = cover_row(json.loads(line), self._spans)
        if not covered.removed:
            return line, ()
        return json.dumps(covered.value, ensure_ascii=False, separators=(",", ":")), covered.removed

    def _swept(self, text: str) -> tuple[str, int, set[str]]:
        """A text without the words, how many of its lines lost something, and what."""
        lower = text.lower()
        alike = text.isascii() or (self._plain and len(lower) == len(text) and not _ODD.search(text))
        if alike and self._apart and (swept := self._as_given(text, lower)):
            return swept
        return self._as_found(text, self._quick.finditer(lower) if alike else self._exact.finditer(text))

    def _as_given(self, text: str, lower: str) -> tuple[str, int, set[str]] | None:
        """Mostly words stand as they were given: then nothing has to be cut letter by letter. None where one stands otherwise."""
        here = [each for each in self._ascii if each[2].search(lower)]
        after, parts = text, [text]
        for _, as_given, _ in here:
            parts = as_given.split(after)
            after = COVER.join(parts)
        left = after.lower() if here else ""
        if any(lowered.search(left) for _, _, lowered in here):
            return None
        return after, _parted(parts) if len(here) == 1 else _changed(text, after), {word for word, _, _ in here}

    def _as_found(self, text: str, matches: Iterable[re.Match[str]]) -> tuple[str, int, set[str]]:
        kept, removed, at = [], set(), 0
        for match in matches:
            start, end = match.span()
            if "\n" in match[0]:
                continue  # two rows
            kept.append(text[at:start])
            removed.add(text[start:end])
            at = end
        after = COVER.join([*kept, text[at:]])
        return after, _changed(text, after), removed


def _parted(parts: Sequence[str]) -> int:
    """In how many lines words stood, of what stands between them."""
    return (len(parts) > 1) + sum("\n" in between for between in parts[1:-1])


def _changed(before: str, after: str) -> int:
    return sum(map(operator.ne, before.split("\n"), after.split("\n")))


def _apart(words: Iterable[str]) -> bool:
    """Whether no two of the words can stand in the same letters, so that each may be taken out by itself."""
    runs = [run for word in words for run in set(_RUNS.findall(word.lower()))]
    return len(runs) == len(set(runs)) and all(word[0].isalnum() and word[-1].isalnum() for word in words)


def sweeps(spans: Sequence[Span], fields: Iterable[str]) -> bool:
    """Whether parts can be swept: words alone, wherever they stand, that cannot be taken for anything but a part of a text."""
    words = [span.words for span in spans if span.words is not None and span.field is None]
    if not words or len(words) != len(spans):
        return False
    plain = (each.isprintable() and _NOTATION.isdisjoint(each) and not _BARE.issuperset(each) for each in words)
    return all(plain) and finder(tuple(words)).search(" ".join(fields)) is None


def _pattern(words: str) -> str:
    """For ASCII words as they are written; it begins with letters, since then the search leaps to them."""
    first, *rest = map(re.escape, words.split())
    begin = f"{first}(?<![^\\W_]{first})" if words[0].isalnum() else first
    return r"[^\S\r\n]+".join([begin, *rest]) + (_RIGHT if words[-1].isalnum() else "")
