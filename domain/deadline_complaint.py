"""The thirty days in which a complaint to the controller is acknowledged (s.164A DPA 2018).

The law sets no day for the outcome. EU GDPR knows no such complaint. Next: `domain/deadline.py`.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from domain.calendars import Calendar
from domain.deadline_facts import Facts
from domain.deadline_sum import SumLine
from domain.regimes import SECTION_103, Regime

ACKNOWLEDGE_DAYS = timedelta(days=30)
SOURCE = "s.164A(3) DPA 2018; s.205(2) and Regulation 1182/71 Article 3; ICO, complaints"


@dataclass(frozen=True)
class Acknowledgement:
    """When a complaint is to be acknowledged; no legal day when the duty was not in force at receipt."""

    legal: date | None
    safe: date
    lines: tuple[SumLine, ...]


def count_complaint(regime: Regime, calendar: Calendar, facts: Facts) -> Acknowledgement:
    """The last day to acknowledge a complaint.

    Args:
        regime: UK for the statutory duty; under any other the thirty days are only the controller's own measure.
        calendar: whose working days count.
        facts: of the complaint, in the regime's local days.
    """
    received = facts.received
    last = received + ACKNOWLEDGE_DAYS
    due = calendar.next_working_day(last)
    lines = [_line(regime, "complaint received; the count begins on the day after", received, SOURCE)]
    if regime.code != "UK":
        lines.append(_line(regime, "no duty to acknowledge; thirty days are the controller's own measure", due, "none"))
        return Acknowledgement(None, due, tuple(lines))
    lines.append(_line(regime, "day 30 after receipt", last, SOURCE))
    if received < SECTION_103:
        step = "Contested: received before s.164A was in force; acknowledge within thirty days anyway"
        lines.append(_line(regime, step, due, "SI 2026/82 reg 7 (transitional; its text was not seen)"))
        return Acknowledgement(None, due, tuple(lines))
    off = calendar.day_off(last)
    step = f"day 30 is a day off ({off}): the next working day" if off else "day 30 is a working day"
    lines.append(_line(regime, f"{step} (national public holidays: {calendar.title})", due, SOURCE))
    safe = last - timedelta(days=1)
    step = "Contested: counted with the day of receipt, and without the roll; the day to answer by"
    lines.append(_line(regime, step, safe, "English construction of a period beginning with a day"))
    return Acknowledgement(due, safe, tuple(lines))


def _line(regime: Regime, step: str, day: date, source: str) -> SumLine:
    return SumLine(step=f"{regime.title}: {step}", date=day, source=source)
