"""Words that go from every row of a collection alike, taken out of its JSON and CSV without reading them row by row.

A rule over 50,000 rows, or a person who is named in half of them, costs two passes over the letters. It is done only where it
gives what a cover row by row would: no word may be taken for a number or a part of the notation; lines with escapes are read.
Next: activities/package_verdicts.py
"""

import json
import operator
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from domain.redaction import COVER, Span, cover_row, finder

_BARE: Final = frozenset("truefalsn0123456789abcdefETZ.+- ")  # letters of what has no quotes in JSON or CSV: numbers, dates, ids
_NOTATION: Final = frozenset('",:{}[]\\')
# Letters that do not show, and four that are taken for ASCII letters in another case: text with them is read with care.
_ODD: Final = re.compile("[\u00ad\u034f\u0130\u0131\u017f\u200b-\u200f\u2060-\u2064\u212a\ufeff]")
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
        self._words = words
        self._exact = finder(words)
        self._quick, self._quick_ascii = _quick(words), _quick(words, re.ASCII)
        self._as_given = re.compile("|".join(map(_pattern, sorted(words, key=len, reverse=True))))
        self._plain = all(map(str.isascii, words))

    def json_lines(self, piece: bytes) -> Swept:
        """Whole JSON lines as they leave."""
        before = piece.decode()
        if "\\" in before:
            lines = [self._line(line) for line in before.split("\n")[:-1]]
            touched = sum(bool(removed) for _, removed in lines)
            text = "".join(f"{line}\n" for line, _ in lines)
            return Swept(text.encode(), touched, {words for _, removed in lines for words in removed})
        after, removed = self._swept(before)
        if not removed:
            return Swept(piece, 0, set())
        touched = sum(map(operator.ne, before.split("\n"), after.split("\n")))
        return Swept(after.encode(), touched, set(removed))

    def csv_rows(self, piece: bytes) -> bytes:
        """Whole CSV rows as they leave, of a segment whose JSON holds no escape: so no cell holds a quote or a line end."""
        after, removed = self._swept(piece.decode())
        return after.encode() if removed else piece

    def _line(self, line: str) -> tuple[str, list[str]]:
        if "\\" not in line:
            return self._swept(line)
        covered = cover_row(json.loads(line), self._spans)
        if not covered.removed:
            return line, []
        return json.dumps(covered.value, ensure_ascii=False, separators=(",", ":")), covered.removed

    def _swept(self, text: str) -> tuple[str, list[str]]:
        lower, find = text.lower(), self._quick_ascii
        if not text.isascii():
            find = self._quick
            if not self._plain or len(lower) != len(text) or _ODD.search(text):
                lower, find = text, self._exact
        if find is not self._exact and (found := find.findall(lower)):
            # Mostly they all stand as they were given: then nothing has to be cut letter by letter.
            as_given = [word for word in self._words if word in text]
            if sum(map(text.count, as_given)) == len(found) == len(self._as_given.findall(text)):
                for word in as_given:
                    text = text.replace(word, COVER)
                return text, as_given
        kept, removed, at = [], [], 0
        for match in find.finditer(lower):
            start, end = match.span()
            kept.append(text[at:start])
            removed.append(text[start:end])
            at = end
        kept.append(text[at:])
        return COVER.join(kept), removed


def sweeps(spans: Sequence[Span], fields: Iterable[str]) -> bool:
    """Whether parts can be swept: words alone, wherever they stand, that cannot be taken for anything but a part of a text."""
    words = [span.words for span in spans if span.words is not None and span.field is None]
    if not words or len(words) != len(spans):
        return False
    plain = (each.isprintable() and _NOTATION.isdisjoint(each) and not _BARE.issuperset(each) for each in words)
    return all(plain) and finder(tuple(words)).search(" ".join(fields)) is None


@lru_cache(maxsize=64)
def _quick(words: tuple[str, ...], flags: int = 0) -> re.Pattern[str]:
    """The same as `finder` for ASCII words in lowered text; each begins with letters, since then the search leaps to them."""
    ascii_words = sorted({each.lower() for each in words if each.isascii()}, key=len, reverse=True)
    return re.compile("|".join(map(_pattern, ascii_words)) or r"(?!)", flags)


def _pattern(words: str) -> str:
    first, *rest = map(re.escape, words.split())
    begin = f"{first}(?<![^\\W_]{first})" if words[0].isalnum() else first
    return r"\s+".join([begin, *rest]) + (_RIGHT if words[-1].isalnum() else "")
