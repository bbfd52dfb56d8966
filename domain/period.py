"""Periods written as `30 days`, `12 months`, `6 years`: retention in the data map (Article 15(1)(d)).

Not the legal clock of a request: that one is `domain/deadline.py`.
"""

import calendar
import re
from datetime import date, timedelta
from typing import Annotated

from pydantic import AfterValidator

_PERIOD = re.compile(r"([1-9][0-9]{0,2}) (day|week|month|year)s?\Z")
_MONTHS_IN_A_YEAR = 12
_DAYS_IN_A_WEEK = 7


def checked_period(text: str) -> str:
    """The text itself when it is a period; ValueError otherwise."""
    if not _PERIOD.match(text):
        raise ValueError("write a period as a number and a unit: 30 days, 12 months, 6 years")
    return text


Period = Annotated[str, AfterValidator(checked_period)]


def period_end(start: date, period: str) -> date:
    """The last day of a period that starts on a local date; months and years end on the same day number or the last day.

    Raises ValueError when `period` is not one.
    """
    match = _PERIOD.match(checked_period(period))
    assert match is not None
    count, unit = int(match[1]), match[2]
    if unit == "day":
        return start + timedelta(days=count)
    if unit == "week":
        return start + timedelta(days=count * _DAYS_IN_A_WEEK)
    months = start.month - 1 + (count * _MONTHS_IN_A_YEAR if unit == "year" else count)
    year, month = start.year + months // _MONTHS_IN_A_YEAR, months % _MONTHS_IN_A_YEAR + 1
    return date(year, month, min(start.day, calendar.monthrange(year, month)[1]))
