"""Days off for the legal clock: Saturdays, Sundays and public holidays (Article 2 of Regulation (EEC, Euratom) 1182/71).

Only national public holidays count, never those of a Land, a region or custom. The holiday data is the `holidays` package;
it is imported inside a function, because workflows import the clock's types. Next: `domain/regimes.py`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

SATURDAY, SUNDAY = 5, 6
ENGLAND_AND_WALES = "GB"  # the controller's seat decides (rule UK-T7); the other UK nations' days are not used
UNKNOWN_MEMBER_STATE = "EU"
SUBSTITUTED = "substituted from"  # the package's mark for a bridge day that is worked on another Saturday

ONE_DAY = timedelta(days=1)


@cache
def public_holidays(country: str, year: int) -> Mapping[date, str]:
    """The national public holidays of one year with their English names.

    Args:
        country: ISO 3166 code; `GB` is England and Wales; `EU` is a Member State nobody knows, for which only the two
            days count that are a holiday in all of them, so that the date is never later than any of theirs.
        year: the calendar year.
    """
    if country == UNKNOWN_MEMBER_STATE:
        return {date(year, 1, 1): "New Year's Day", date(year, 12, 25): "Christmas Day"}
    from holidays import country_holidays  # noqa: PLC0415 - slow, and never on a workflow's path

    if country == ENGLAND_AND_WALES:
        return dict(country_holidays("GB", subdiv="ENG", years=year, language="en_GB"))
    return dict(country_holidays(country, years=year, language="en_US"))


@dataclass(frozen=True)
class Calendar:
    """One country's working days.

    Args:
        country: as in `public_holidays`.
        title: how the printed sum names the calendar.
        proclaimed: further public holidays, from configuration: proclaimed after the data was published.
        strict: count doubtful days off (a bridge day made up for on a Saturday) as working days, for the earlier reading.
    """

    country: str
    title: str
    proclaimed: frozenset[date] = frozenset()
    strict: bool = False

    def day_off(self, day: date) -> str | None:
        """Why nothing is due on this day, or None on a working day."""
        if day.weekday() in (SATURDAY, SUNDAY):
            return day.strftime("%A")
        if day in self.proclaimed:
            return "proclaimed public holiday"
        name = public_holidays(self.country, day.year).get(day)
        if name and self.strict and SUBSTITUTED in name:
            return None
        return name

    def next_working_day(self, day: date) -> date:
        """The day itself, or the first working day after it (Article 3(4) of Regulation 1182/71)."""
        while self.day_off(day):
            day += ONE_DAY
        return day

    def after_working_days(self, day: date, count: int) -> date:
        """The last of `count` working days that follow `day`."""
        for _ in range(count):
            day = self.next_working_day(day + ONE_DAY)
        return day


def earliest_working_day(day: date, calendars: Iterable[Calendar]) -> date:
    """The day itself or the next working day by whichever calendar gives the earlier result (rule EU-T4)."""
    return min(calendar.next_working_day(day) for calendar in calendars)
