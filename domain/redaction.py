"""Covers over parts of an item, as pure functions of rows and texts (Article 15(3)-(4); `law.md` 2.3).

What is covered is gone: the released text holds the mark in its place, and nothing of the length or the letters. The removed
words come back beside it, because what leaves is searched for them again. Next: domain/extracts.py
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Annotated, Any, Final, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

COVER = "[redacted]"
GAP = "[…]"
MOST_PLACES: Final = 25  # items with a leak that are named at once; whoever has more weighs a person or makes a rule
PROSE: Final = 40  # letters of a text that says something; shorter values name somebody, or recur by chance
_MUCH_OF_A_PAGE: Final = 2_500  # square percent, a quarter: no face, name or signature is as large
_HIDDEN = "[\u00ad\u034f\u200b-\u200f\u2060-\u2064\ufeff]*"  # letters that do not show, with which a name can be split
_LEFT, _RIGHT = r"(?<![^\W_])", r"(?![^\W_])"  # no letter or digit beside it: Ann is not in Annual

FieldName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,62}$")]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=500)]


Percent = Annotated[float, Field(ge=0, le=100)]
Extent = Annotated[float, Field(gt=0, le=100)]


class Area(BaseModel):
    """A rectangle on a page of a PDF or on a picture, in percent of its width and height as it is shown.

    `left` and `top` are measured from the upper left corner; `page` counts from 1, and a picture is page 1.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    page: Annotated[int, Field(ge=1, le=5_000)] = 1
    left: Percent
    top: Percent
    width: Extent
    height: Extent


class Span(BaseModel):
    """One part of an item: a field, letters of a field, letters of a file's text, words wherever they stand, or an area.

    `start` and `end` count characters from 0, `end` is the first one after the part. `about_file` is what a picture or a
    document says of itself: place, camera, author, a small copy of the picture.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: FieldName | None = None
    start: Annotated[int | None, Field(ge=0)] = None
    end: Annotated[int | None, Field(ge=1)] = None
    words: Words | None = None
    area: Area | None = None
    about_file: bool = False
    around: Annotated[bool, Field(description="of an extract: with the sentence before and the one after")] = False

    @property
    def drawn(self) -> bool:
        """It is of a picture or a page, and nothing of a text."""
        return self.area is not None or self.about_file

    @model_validator(mode="after")
    def _names_one_thing(self) -> Self:
        if self.drawn:
            others = (self.field, self.start, self.end, self.words)
            if any(each is not None for each in others) or (self.area is not None and self.about_file):
                raise ValueError("an area of a file, and what a file says of itself, stand alone")
            return self
        placed = self.start is not None and self.end is not None and self.start < self.end
        if self.words is not None and (self.start is not None or self.end is not None):
            raise ValueError("words are found wherever they stand, so they have no start or end")
        if self.words is None and not placed and (self.field is None or self.start is not None or self.end is not None):
            raise ValueError("a part is a field, a start and an end, or words")
        return self


@dataclass
class Covered:
    """A row, a text or a file after its covers, and what was under them.

    `lost`: more went than the parts that were named, since something in a file cannot be covered in part.
    """

    value: Any
    removed: list[str] = field(default_factory=list)
    lost: bool = False


def is_prose(text: str) -> bool:
    """Whether a text says something, and does not only name somebody."""
    return len(text) >= PROSE and " " in text.strip()


def tells(span: Span, row: Mapping[str, Any]) -> bool:
    """Whether a part holds more than words that name somebody: a sentence, or a good deal of a page.

    Args:
        span: of an item.
        row: of the item; a field that is covered whole is looked at there.
    """
    if span.area is not None:
        return span.area.width * span.area.height >= _MUCH_OF_A_PAGE
    if span.words is not None:
        return is_prose(span.words)
    if span.start is not None and span.end is not None:
        return span.end - span.start >= PROSE
    return span.field is not None and any(map(is_prose, texts_in(row.get(span.field))))


def text_of(value: Any) -> str:  # noqa: ANN401 (whatever stands in a row)
    """A value as the text that would be read."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@lru_cache(maxsize=256)
def finder(words: tuple[str, ...]) -> re.Pattern[str]:
    """Finds words in any case, however blank space and letters that do not show divide them; linear in the text."""
    ordered = sorted({form for each in words for form in _forms(each)}, key=len, reverse=True)
    return re.compile("|".join(map(_pattern, ordered)), re.IGNORECASE)


def _forms(words: str) -> set[str]:
    return {unicodedata.normalize(form, words) for form in ("NFC", "NFD")}


def _pattern(words: str) -> str:
    parts = ["".join(re.escape(letter) + _HIDDEN for letter in part) for part in words.split()]
    left = _LEFT if words[:1].isalnum() else ""
    right = _RIGHT if words[-1:].isalnum() else ""
    return left + r"\s+".join(parts) + right


def cover_text(text: str, spans: Iterable[Span]) -> Covered:
    """A text without its parts."""
    where = places(text, spans)
    kept, removed, at = [], [], 0
    for start, end in where:
        kept += [text[at:start], COVER]
        removed.append(text[start:end])
        at = end
    return Covered("".join([*kept, text[at:]]), removed)


class _Plan(NamedTuple):
    """The parts of an item sorted for its rows: fields that go whole, parts of single fields, words anywhere."""

    whole: frozenset[str]
    placed: dict[str, tuple[Span, ...]]
    anywhere: tuple[Span, ...]
    words: re.Pattern[str] | None
    numbers: bool


@lru_cache(maxsize=256)
def _plan(spans: tuple[Span, ...]) -> _Plan:
    whole = frozenset(span.field for span in spans if span.field and span.words is None and span.start is None)
    placed: dict[str, tuple[Span, ...]] = {}
    for span in spans:
        if span.field and span.field not in whole:
            placed[span.field] = (*placed.get(span.field, ()), span)
    anywhere = tuple(span for span in spans if span.field is None and span.words is not None)
    words = tuple(span.words for span in anywhere if span.words is not None)
    return _Plan(whole, placed, anywhere, finder(words) if words else None, any(any(map(str.isdigit, each)) for each in words))


def cover_row(row: Mapping[str, Any], spans: Sequence[Span]) -> Covered:
    """A row without its parts; fields that are not named stay as they are."""
    plan, covered = _plan(tuple(spans)), Covered(dict(row))
    for name, value in row.items():
        if value is None or value == "":
            continue
        if name in plan.whole:
            covered.value[name] = COVER
            covered.removed += texts_in(value)
            continue
        mine = plan.placed.get(name, ())
        if not mine and not _may_hold(plan, value):
            continue
        after = _cover_value(value, (*mine, *plan.anywhere))
        covered.value[name] = after.value
        covered.removed += after.removed
    return covered


def _may_hold(plan: _Plan, value: Any) -> bool:  # noqa: ANN401
    """A quick look, since most fields of most rows hold none of the words."""
    if plan.words is None:
        return False
    if isinstance(value, str):
        return plan.words.search(value) is not None
    return plan.numbers or isinstance(value, list | dict)


def _cover_value(value: Any, spans: Sequence[Span]) -> Covered:  # noqa: ANN401
    if isinstance(value, str):
        return cover_text(value, spans)
    if isinstance(value, list):
        parts = [_cover_value(each, spans) for each in value]
        return Covered([part.value for part in parts], [text for part in parts for text in part.removed])
    if isinstance(value, dict):
        names = [cover_text(name, spans) for name in value]
        parts = [_cover_value(each, spans) for each in value.values()]
        pairs = {name.value: part.value for name, part in zip(names, parts, strict=True)}
        return Covered(pairs, [text for part in (*names, *parts) for text in part.removed])
    after = cover_text(text_of(value), spans)
    return after if after.removed else Covered(value)


def texts_in(value: Any) -> list[str]:  # noqa: ANN401
    """Every text inside a value, for the search of what leaves."""
    if isinstance(value, dict):
        return [text for pair in value.items() for part in pair for text in texts_in(part)]
    if isinstance(value, list):
        return [text for part in value for text in texts_in(part)]
    return [] if value is None or isinstance(value, bool) else [text_of(value)]


def places(text: str, spans: Iterable[Span]) -> list[tuple[int, int]]:
    """Where the parts stand, in order, merged where they meet."""
    found: list[tuple[int, int]] = []
    words: list[str] = []
    for span in spans:
        if span.words is not None:
            words.append(span.words)
        elif span.start is not None and span.end is not None:
            found.append((span.start, min(span.end, len(text))))
    if words:
        found += [match.span() for match in finder(tuple(words)).finditer(text)]
    merged: list[tuple[int, int]] = []
    for start, end in sorted(place for place in found if place[0] < place[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
