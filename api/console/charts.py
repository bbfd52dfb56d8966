"""Works out where the points and bars of a report's pictures stand; the SVG itself is a macro (mockup 09).

Every picture has its numbers in the table under it. Next: api/console/reports.py
"""

from collections.abc import Sequence
from dataclasses import dataclass

LINE_WIDTH, LABEL, HEIGHT = 588, 80, 196
_TOP, _BOTTOM = 24, 176  # y of 100 % and of the axis' lowest line
_ROW, _LEFT = 33, 148
_BARS_WIDE = 440  # px of the longest bar


@dataclass(frozen=True)
class Point:
    """One month of the line; `label` only on the lowest and the last."""

    x: float
    y: float
    percent: int
    label: bool
    unfinished: bool


@dataclass(frozen=True)
class Line:
    """The line of a rate by month.

    Args:
        strokes: parts of the line without a gap, as SVG points.
        grid: (percent, y) of the three lines behind it.
    """

    points: tuple[Point, ...]
    strokes: tuple[str, ...]
    grid: tuple[tuple[int, float], ...]


@dataclass(frozen=True)
class Bar:
    """One row of bars: parts as (class, x, width), and the number at the end."""

    name: str
    y: int
    parts: tuple[tuple[str, float, float], ...]
    end: float
    count: int


def rate_line(rates: Sequence[float | None]) -> Line:
    """A rate by month, of one; None is a month without any. The axis begins at 80 %, or lower by twenties."""
    known = [round(rate * 100) for rate in rates if rate is not None]
    lowest = min([80, *(percent // 20 * 20 for percent in known)])
    step = (LINE_WIDTH - LABEL) / max(1, len(rates))

    def y(percent: float) -> float:
        return round(_BOTTOM - (percent - lowest) * (_BOTTOM - _TOP) / (100 - lowest), 1)

    points: list[Point] = []
    strokes: list[list[str]] = [[]]
    last = max((place for place, rate in enumerate(rates) if rate is not None), default=-1)
    low = min(known, default=0)
    for place, rate in enumerate(rates):
        if rate is None:
            strokes.append([])
            continue
        percent = round(rate * 100)
        x = round(LABEL + (place + 0.5) * step, 1)
        first_low = percent == low and not any(point.percent == low for point in points)
        points.append(Point(x, y(percent), percent, place == last or first_low, place == len(rates) - 1))
        strokes[-1].append(f"{x},{y(percent)}")
    middle = (100 + lowest) // 2
    grid = tuple((percent, y(percent)) for percent in (100, middle, lowest))
    return Line(tuple(points), tuple(" ".join(stroke) for stroke in strokes if len(stroke) > 1), grid)


def stacked_bars(rows: Sequence[tuple[str, Sequence[tuple[str, int]]]]) -> list[Bar]:
    """Rows of (name, parts as (class, number)); the longest row has the full width."""
    longest = max((sum(number for _, number in parts) for _, parts in rows), default=0) or 1
    bars = []
    for place, (name, parts) in enumerate(rows):
        x, drawn = float(_LEFT), []
        for style, number in parts:
            width = number * _BARS_WIDE / longest
            if number:
                drawn.append((style, round(x, 1), round(max(1.0, width - 2), 1)))  # a gap of 2 px between two parts
            x += width
        count = sum(number for _, number in parts)
        bars.append(Bar(name, place * _ROW + 6, tuple(drawn), round(x + 8, 1), count))
    return bars
