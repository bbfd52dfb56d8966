"""Days as both faces name them: with the weekday and the distance (mockups, rule 6).

Next: api/face/pictures.py
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from jinja2.filters import do_filesizeformat

from adapters.letter_words import NO_BREAK, day, moment
from api.dependencies import Web
from domain.incoming import Language
from domain.regimes import zone_of

_IN_DAYS = 95  # further away, a number of days says nothing
_IN_MONTHS = 2 * 365
_MONTH = 30.44  # days; a distance is not a date
_YEAR = 365.25
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?")


@dataclass(frozen=True)
class _Distance:
    """How a language says how far a day is. `near`: yesterday, today, tomorrow; `units`: days, months, years."""

    near: tuple[str, str, str]
    ahead: str
    ago: str
    units: tuple[str, str, str]


_DISTANCES: Final[dict[Language, _Distance]] = {
    "en": _Distance(("yesterday", "today", "tomorrow"), "in {}", "{} ago", ("days", "months", "years")),
    "de": _Distance(("gestern", "heute", "morgen"), "in {}", "vor {}", ("Tagen", "Monaten", "Jahren")),
    "fr": _Distance(("hier", "aujourd'hui", "demain"), "dans {}", "il y a {}", ("jours", "mois", "ans")),
}


def zone(web: Web) -> ZoneInfo:
    """The controller's own zone, in which pages name days."""
    return ZoneInfo(zone_of(web.resources.datamap.controller.country) or "UTC")


def distance(value: date, today: date, language: Language = "en") -> str:
    """How far a day is: today, in 30 days, 14 days ago, in 6 months."""
    days, said = (value - today).days, _DISTANCES[language]
    if abs(days) <= 1:
        return said.near[days + 1]
    far = abs(days)
    if far <= _IN_DAYS:
        words = f"{far} {said.units[0]}"
    elif far < _IN_MONTHS:
        words = f"{round(far / _MONTH)} {said.units[1]}"
    else:
        words = f"{round(far / _YEAR)} {said.units[2]}"
    return (said.ahead if days > 0 else said.ago).format(words).replace(" ", NO_BREAK)


def day_near(value: date, today: date, language: Language = "en") -> str:
    """A date with its distance, in both directions: Mon 9 November 2026, 14 days ago."""
    return f"{day(value, language)}, {distance(value, today, language)}"


def size(number: int, language: Language = "en") -> str:
    """How large a file is: 1.2 MB, 1,2 MB, 1,2 Mo."""
    told, unit = do_filesizeformat(number).split()
    if language != "en":
        told = told.replace(".", ",")
    if language == "fr":
        unit = {"Byte": "octet", "Bytes": "octets"}.get(unit, unit.replace("B", "o"))
    return f"{told}{NO_BREAK if language != 'en' else ' '}{unit}"


def day_short(value: date, today: date) -> str:
    """A date for a dense table: Thu 10 Dec; with the year where it is not within the next one."""
    year = "" if abs((value - today).days) <= 365 else f" {value:%Y}"  # noqa: PLR2004 (the days of a year)
    return f"{value:%a} {value.day} {value:%b}{year}".replace(" ", NO_BREAK)


def stored_instant(text: str, place: ZoneInfo) -> str:
    """An instant as a system keeps it, to the minute as a person reads it; empty where a text is none.

    With an offset it is told in the controller's zone; without one nobody knows the zone, and none is named.
    """
    if _INSTANT.fullmatch(text) is None:
        return ""
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        return ""
    return moment(value, place) if value.tzinfo else f"{day(value.date())}, {value:%H:%M}"
