"""Days as both faces name them: with the weekday and the distance (mockups, rule 6).

Next: api/face/pictures.py
"""

from datetime import date
from zoneinfo import ZoneInfo

from adapters.letter_words import NO_BREAK, day
from api.dependencies import Web
from domain.regimes import zone_of

_IN_DAYS = 95  # further away, a number of days says nothing
_IN_MONTHS = 2 * 365
_MONTH = 30.44  # days; a distance is not a date
_YEAR = 365.25


def zone(web: Web) -> ZoneInfo:
    """The controller's own zone, in which pages name days."""
    return ZoneInfo(zone_of(web.resources.datamap.controller.country) or "UTC")


def distance(value: date, today: date) -> str:
    """How far a day is: today, in 30 days, 14 days ago, in 6 months."""
    days = (value - today).days
    if near := {0: "today", 1: "tomorrow", -1: "yesterday"}.get(days):
        return near
    far = abs(days)
    if far <= _IN_DAYS:
        words = f"{far} days"
    elif far < _IN_MONTHS:
        words = f"{round(far / _MONTH)} months"
    else:
        words = f"{round(far / _YEAR)} years"
    return (f"in {words}" if days > 0 else f"{words} ago").replace(" ", NO_BREAK)


def day_near(value: date, today: date) -> str:
    """A date with its distance, in both directions: Mon 9 November 2026, 14 days ago."""
    return f"{day(value)}, {distance(value, today)}"


def day_short(value: date, today: date) -> str:
    """A date for a dense table: Thu 10 Dec; with the year where it is not within the next one."""
    year = "" if abs((value - today).days) <= 365 else f" {value:%Y}"  # noqa: PLR2004 (the days of a year)
    return f"{value:%a} {value.day} {value:%b}{year}".replace(" ", NO_BREAK)
