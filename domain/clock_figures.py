"""What the clock did over months: answered on time, longer time, questions, dates missed, first replies (P91), complaints.

Counts of a period, as s.164B DPA 2018 may ask for complaints and as a board asks for the rest. No personal data.
Next: `adapters/database/clock_figures.py`
"""

import csv
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from statistics import median
from typing import TextIO

FIRST_REPLY_WORKING_DAYS = 2  # P91: "in a timely and respectful manner"; the target we hold ourselves to


def months_back(day: date, months: int) -> date:
    """The first day of the month that lies so many months before a day's own."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, 1)


@dataclass
class MonthFigures:
    """One calendar month of the controller's zone.

    Args:
        month: `2026-11`.
        received: requests that were received in it.
        complaints: of them, complaints under s.164A.
        complaints_decided: complaints of which an outcome was found in it; complaints_upheld: of them, in whole or in part.
        replied: of those received, how many had a first reply by a person, or their answer, within two working days.
        reply_due: of those received, for how many these two days are over or a reply went out.
        answered: cases whose answer or refusal went out in it.
        on_time: of them, how many on or before the legal date.
        refused: of them, how many were refused in whole, or closed for want of identity.
        days: of each answered case, from the local day of receipt.
        extensions: notices of longer time that were given in it.
        questions: questions asked in it; each stops a UK clock of access, so blanket use shows here.
        missed: legal dates that passed in it without an answer.
    """

    month: str
    received: int = 0
    complaints: int = 0
    complaints_decided: int = 0
    complaints_upheld: int = 0
    replied: int = 0
    reply_due: int = 0
    answered: int = 0
    on_time: int = 0
    refused: int = 0
    days: list[int] | None = None
    extensions: int = 0
    questions: int = 0
    missed: int = 0

    def took(self, days: int) -> None:
        """Count how long an answered case took."""
        self.days = [*(self.days or []), days]

    @property
    def on_time_rate(self) -> float | None:
        """Of one; None when nothing was answered."""
        return self.on_time / self.answered if self.answered else None

    @property
    def median_days(self) -> float | None:
        return median(self.days) if self.days else None


COLUMNS = (
    "month",
    "received",
    "complaints",
    "complaints_decided",
    "complaints_upheld",
    "first_reply_due",
    "first_reply_in_two_working_days",
    "answered",
    "on_time",
    "on_time_percent",
    "median_days",
    "refused",
    "extensions",
    "questions",
    "missed",
)


def write_csv(months: Iterable[MonthFigures], out: TextIO) -> None:
    """The same as CSV, one line a month; a rate of nothing is an empty cell."""
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one in months:
        cells = asdict(one)
        cells |= {
            "first_reply_due": one.reply_due,
            "first_reply_in_two_working_days": one.replied,
            "on_time_percent": "" if one.on_time_rate is None else round(one.on_time_rate * 100, 1),
            "median_days": "" if one.median_days is None else one.median_days,
        }
        writer.writerow([cells[column] for column in COLUMNS])
