"""Draws the eight-week strip (mockups/tokens.md): blocks per day, each column a link that filters, and the same as a table.

Next: api/console/
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from api.face.pictures import drawn
from domain.due_days import DueDays

_LEFT, _WEEK, _PITCH, _BASE, _BLOCK = 52, 145.5, 19, 68, 14
_MOST_BLOCKS = 4  # more are a number: the height never grows
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")


@dataclass(frozen=True)
class Column:
    """A day, or what is late, on the page."""

    x: float
    count: int
    blocks: tuple[int, ...]
    letter: str
    off: str
    today: bool
    soon: bool
    href: str
    words: str


def strip_svg(due: DueDays, link: Callable[[date], str], late: str, *, name: str = "strip") -> Markup:
    """The picture.

    Args:
        due: of `domain.due_days.due_days`.
        link: the address that shows what is due on a day.
        late: the address that shows what is late.
        name: begins the ids inside.
    """
    weeks = [
        (
            _LEFT + place * _WEEK,
            "This week" if place == 0 and due.today >= week[0].day else f"{week[0].day.day} {week[0].day:%b}",
            [_column(due, place, weekday, link) for weekday in range(len(week))],
        )
        for place, week in enumerate(due.weeks)
    ]
    passed = Column(2, due.late, _blocks(due.late), "late", "", today=False, soon=False, href=late, words=f"{due.late} late")
    return drawn("strip.svg", name=name, weeks=weeks, late=passed, said=_said(due), base=_BASE, block=_BLOCK)


def is_tall(due: DueDays) -> bool:
    """Whether more is due on some day than there are blocks for."""
    return max([due.late, *(day.count for week in due.weeks for day in week)]) > _MOST_BLOCKS


def strip_table(due: DueDays) -> list[tuple[str, list[int]]]:
    """The same as rows: the Monday of a week, and how many are due on each of its five days."""
    return [(f"{week[0].day.day} {week[0].day:%B %Y}", [day.count for day in week]) for week in due.weeks]


def _column(due: DueDays, place: int, weekday: int, link: Callable[[date], str]) -> Column:
    day = due.days[place * len(_WEEKDAYS) + weekday]
    return Column(
        x=_LEFT + place * _WEEK + weekday * _PITCH,
        count=day.count,
        blocks=_blocks(day.count),
        letter=_WEEKDAYS[weekday][0],
        off=day.off or "",
        today=day.day == due.today,
        soon=place == 0 and due.today >= due.days[0].day,
        href=link(day.day),
        words=f"{day.count} due on {_WEEKDAYS[weekday]} {day.day.day} {day.day:%B}",
    )


def _blocks(count: int) -> tuple[int, ...]:
    return tuple(_BASE - _BLOCK * (number + 1) for number in range(min(count, _MOST_BLOCKS)))


def _said(due: DueDays) -> str:
    ahead = sum(day.count for day in due.days)
    numbers = f"{due.late} late, {due.this_week} due in the first week shown, {ahead} in all eight weeks."
    return f"{numbers} What is due on a weekend stands on the Friday before."
