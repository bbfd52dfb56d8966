"""Extracts: of a text the sentences in which chosen words stand, and on choice the one before and the one after (`law.md` 2.3).

A reviewer chooses words; what the person gets is the whole sentence, since words without it may say something else. What is
covered inside stays covered. Pure, linear in the text. Next: activities/package_verdicts.py
"""

import bisect
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from domain.redaction import COVER, GAP, Covered, Span, cover_row, places, text_of, texts_in

Place = tuple[int, int]

# Where a sentence may end: at its mark, at an empty line, before a line that begins anew, and after a short line.
_ENDS: Final = re.compile(
    r"(?P<mark>[.!?\u2026]+[\"'\u201d\u2019)\]]*)(?=\s+(?P<next>\S))|[\u3002\uff01\uff1f]+"
    r"|\n[ \t]*(?=\n|[-*\u2022>#]|\d{1,3}[.)] )|\n"
)
_WRAPPED: Final = 60  # letters; a shorter line ends by itself and not because the page was narrow
_SHORTENED: Final = frozenset(
    "mr mrs ms mx dr prof st ltd inc co jr sr art para approx ca vs etc e.g i.e bzw z.b d.h vgl mme mlle hr fr".split()  # noqa: SIM905
)
_NUMBERED: Final = frozenset({"no", "nr", "p", "pp", "para", "art", "fig", "s"})  # with a number after it


def sentences(text: str) -> list[Place]:
    """Where the sentences of a text stand, without the blank space around them."""
    ends = [0, *(match.end() for match in _ENDS.finditer(text) if _is_end(text, match)), len(text)]
    return [place for start, end in pairwise(ends) if (place := _bare(text, start, end))]


def _is_end(text: str, match: re.Match[str]) -> bool:
    at = match.start()
    if match["mark"] is None:
        alone = match[0] == "\n"
        return not alone or at - (text.rfind("\n", 0, at) + 1) < _WRAPPED
    follows = match["next"]
    if follows.islower():
        return False
    if not match["mark"].startswith("."):
        return True
    word = text[max(0, at - 12) : at].rpartition(" ")[2].rpartition("\n")[2].lstrip("(\"'\u201c").lower()
    initial = len(word) == 1 and word.isalpha()
    return not (initial or word in _SHORTENED or (follows.isdigit() and word in _NUMBERED))


def _bare(text: str, start: int, end: int) -> Place | None:
    part = text[start:end]
    first = start + len(part) - len(part.lstrip())
    last = start + len(part.rstrip())
    return (first, last) if first < last else None


def kept_places(text: str, spans: Iterable[Span]) -> list[Place]:
    """Where what an extract gives stands, in order; neighbours are one."""
    spans = list(spans)
    every = sentences(text)
    firsts = [start for start, _ in every]
    wanted: set[int] = set()
    for beside in (0, 1):
        mine = [span for span in spans if span.around is bool(beside)]
        for start, end in places(text, mine) if mine else ():
            first = max(bisect.bisect_right(firsts, start) - 1, 0)
            last = max(bisect.bisect_left(firsts, end) - 1, first)
            wanted.update(range(max(first - beside, 0), min(last + beside, len(every) - 1) + 1))
    kept: list[Place] = []
    before = -2
    for number in sorted(wanted):
        start, end = every[number]
        kept[-1:] = [(kept[-1][0], end)] if number == before + 1 else [*kept[-1:], (start, end)]
        before = number
    return kept


def extract_text(text: str, spans: Iterable[Span], covers: Iterable[Span] = ()) -> Covered:
    """The sentences of a text in which its parts stand, with a mark where something was left out, and covers inside.

    Args:
        text: the whole of it.
        spans: words, or places of the text.
        covers: words, or places of the text, that stay covered in what is given.
    """
    kept = kept_places(text, spans)
    if not kept:
        return Covered(GAP)
    hidden, given, removed = places(text, covers), [], list[str]()
    for start, end in kept:
        at, out = start, []
        for first, last in hidden:
            if first < end and last > start:
                out += [text[at : max(first, at)], COVER]
                removed.append(text[max(first, start) : min(last, end)])
                at = min(last, end)
        given.append("".join([*out, text[at:end]]))
    before, after = bool(text[: kept[0][0]].strip()), bool(text[kept[-1][1] :].strip())
    return Covered(" ".join([GAP] * before + [f" {GAP} ".join(given)] + [GAP] * after), removed)


def extract_row(row: Mapping[str, Any], spans: Sequence[Span], covers: Sequence[Span] = ()) -> Covered:
    """A row of which only the named fields, and the sentences with the named parts, are left."""
    left = Covered({})
    for name, value in row.items():
        # words without a field are left wherever they stand, as a cover takes them wherever they stand
        mine = [span for span in spans if span.field == name or (span.field is None and span.words is not None)]
        if value is None or any(span.words is None and span.start is None for span in mine):
            given = cover_row({name: value}, covers)
            given.value = given.value[name]
        else:
            given = _of_value(value, mine, _inside(name, covers)) if mine else Covered(GAP)
        left.value[name] = given.value
        left.removed += given.removed
    return left


def _inside(name: str, covers: Sequence[Span]) -> list[Span]:
    """What is covered in a field's text; of a field that goes whole, all of it."""
    mine = [span for span in covers if span.field == name or (span.field is None and span.words is not None)]
    whole = any(span.words is None and span.start is None for span in mine)
    return [Span(field=name, start=0, end=2**31)] if whole else mine


def _of_value(value: Any, spans: Sequence[Span], covers: Sequence[Span]) -> Covered:  # noqa: ANN401 (whatever stands in a row)
    placed = any(span.start is not None for span in spans)
    if isinstance(value, list | dict) and not placed:
        parts = [extract_text(text, spans, covers) for text in texts_in(value)]
        given = [part for part in parts if part.value != GAP]
        return Covered("\n".join(part.value for part in given) or GAP, [each for part in given for each in part.removed])
    return extract_text(text_of(value), spans, covers)
