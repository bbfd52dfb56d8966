"""How much falls due on which day of the coming eight weeks, and how much is late: the data of the strip and of the calendar.

Next: `api/face/strip.py`
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from domain.calendars import SATURDAY, Calendar

WEEKS, WORKED = 8, 5


@dataclass(frozen=True)
class DueDay:
    """One day of the strip.

    Args:
        count: open cases whose safe date it is; what falls on a weekend is counted on the Friday before, when it has to be done.
        off: why it is a day off, or None.
    """

    day: date
    count: int
    off: str | None


@dataclass(frozen=True)
class DueDays:
    """Eight weeks, Monday to Friday each, from the week of today on.

    Args:
        today: the local day; on a weekend the strip begins with the week that comes.
        late: open cases whose safe date has passed.
    """

    today: date
    late: int
    days: tuple[DueDay, ...]

    @property
    def weeks(self) -> Iterator[tuple[DueDay, ...]]:
        for first in range(0, len(self.days), WORKED):
            yield self.days[first : first + WORKED]

    @property
    def this_week(self) -> int:
        return sum(day.count for day in self.days[:WORKED])


def first_day(today: date) -> date:
    """The Monday with which the strip of a day begins."""
    weekday = today.weekday()
    return today + timedelta(days=7 - weekday if weekday >= SATURDAY else -weekday)


def last_day(today: date) -> date:
    """The Sunday with which it ends."""
    return first_day(today) + timedelta(weeks=WEEKS, days=-1)


def due_days(due: Mapping[date, int], late: int, today: date, calendar: Calendar) -> DueDays:
    """The strip's data.

    Args:
        due: how many open cases have their safe date on a day, from today on.
        late: how many have one that has passed.
        today: the local day.
        calendar: of the controller, for the days off.
    """
    start = first_day(today)
    moved: dict[date, int] = {}
    for day, count in due.items():
        work = day - timedelta(days=max(0, day.weekday() - SATURDAY + 1))
        work = max(work, start)  # what is due on the weekend that is today stands on the Monday that comes
        moved[work] = moved.get(work, 0) + count
    days = [start + timedelta(weeks=week, days=weekday) for week in range(WEEKS) for weekday in range(WORKED)]
    return DueDays(today, late, tuple(DueDay(day, moved.get(day, 0), calendar.day_off(day)) for day in days))
