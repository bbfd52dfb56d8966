"""Draws the legal timeline (mockups/tokens.md, "Legal timeline"): inline SVG by attributes and classes, with title and words.

Next: api/face/strip.py
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from markupsafe import Markup

from api.face.pictures import drawn
from domain.timeline import LONG, Mark, MarkKind, Timeline

WIDTH = 1216
_LABEL = 180  # px that two lines of a label take
_NARROW = 84  # px below which a cell of the scale has no words
# Whose label gives way last; two lines of words do not fit everywhere.
_ORDER: tuple[MarkKind, ...] = (
    "received",
    "due",
    "today",
    "ended",
    "latest",
    "review",
    "notified",
    "paused",
    "first_date",
    "promised",
)
_ABOVE: frozenset[MarkKind] = frozenset({"received", "notified", "due"})

Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True)
class Placed:
    """A mark on the page; without an anchor there is no room for its words, which stand in the description."""

    mark: Mark
    x: float
    above: bool
    anchor: Anchor | None


@dataclass(frozen=True)
class Cell:
    """One tick of the scale; without words where the next one is too near."""

    x: float
    words: str


def timeline_svg(timeline: Timeline, *, name: str = "timeline") -> Markup:
    """The picture.

    Args:
        timeline: of `domain.timeline.timeline`.
        name: begins the ids inside, so that a page may hold two.
    """
    scale = _Scale(timeline)
    stretches = [(part.kind, scale(part.start), scale(part.end) - scale(part.start)) for part in timeline.stretches]
    marks = list(_placed(timeline, scale))
    description = "; ".join(f"{mark.title}: {mark.words}" for mark in timeline.marks)
    cells = list(_cells(timeline, scale))
    return drawn("timeline.svg", name=name, timeline=timeline, stretches=stretches, marks=marks, cells=cells, said=description)


class _Scale:
    def __init__(self, timeline: Timeline) -> None:
        self._start = timeline.start
        self._pixels = WIDTH / max(1, (timeline.end - timeline.start).days)

    def __call__(self, day: date) -> float:
        return round((day - self._start).days * self._pixels, 1)


def _placed(timeline: Timeline, scale: _Scale) -> Iterator[Placed]:
    taken: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
    for mark in sorted(timeline.marks, key=lambda mark: (_ORDER.index(mark.kind), mark.day)):
        x, above = scale(mark.day), mark.kind in _ABOVE
        after = [scale(other.day) for other in timeline.marks if (other.kind in _ABOVE) is above and scale(other.day) > x]
        crowded = min(after, default=WIDTH) - x < _LABEL
        anchor = next((one for one in _anchors(mark, crowded=crowded) if _free(taken[above], _span(x, one))), None)
        if anchor:
            taken[above].append(_span(x, anchor))
        yield Placed(mark, x, above, anchor)


def _anchors(mark: Mark, *, crowded: bool) -> tuple[Anchor, ...]:
    if mark.kind == "due":
        return ("middle", "end", "start")
    return ("end", "start") if crowded else ("start", "end")


def _span(x: float, anchor: Anchor) -> tuple[float, float]:
    left = {"start": x, "middle": x - _LABEL / 2, "end": x - _LABEL}[anchor]
    return left, left + _LABEL


def _free(taken: list[tuple[float, float]], span: tuple[float, float]) -> bool:
    return span[0] >= 0 and span[1] <= WIDTH and all(span[1] <= left or span[0] >= right for left, right in taken)


def _cells(timeline: Timeline, scale: _Scale) -> Iterator[Cell]:
    days = [timeline.start, *_ticks(timeline)]
    months = (timeline.end - timeline.start).days > LONG
    for day, after in zip(days, [*days[1:], timeline.end], strict=True):
        year = f" {day.year}" if day == timeline.start or day.month == 1 else ""
        words = f"{day:%B}{year}" if months else f"{day.day} {day:%B}"
        yield Cell(scale(day), words if scale(after) - scale(day) >= _NARROW else "")


def _ticks(timeline: Timeline) -> Iterator[date]:
    months = (timeline.end - timeline.start).days > LONG
    for ahead in range(1, (timeline.end - timeline.start).days):
        day = timeline.start + timedelta(days=ahead)
        if day.day == 1 if months else day.weekday() == 0:
            yield day
