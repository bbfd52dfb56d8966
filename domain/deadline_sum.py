"""The printed sum: every step of a clock in words, with its day and its legal source (design section 5).

A step that rests on a disputed reading is followed by a line that says "Contested". Next: `domain/deadline.py`.
"""

import datetime as dt
from collections.abc import Iterator
from datetime import date

from pydantic import BaseModel, ConfigDict

from domain.deadline_facts import Wait
from domain.deadline_period import Counted, Period
from domain.regimes import SECTION_76, WaitKind

OWN_RULE = "our own rule, to be on the safe side"


class SumLine(BaseModel):
    """One step of the sum: what was done, the day it gives or concerns, and the law it rests on."""

    model_config = ConfigDict(frozen=True)

    step: str
    date: dt.date | None
    source: str


ASKED_FOR: dict[WaitKind, tuple[str, str]] = {
    "identity": ("identity information", "Article 12A(2)(b) and 12(6) UK GDPR"),
    "authority": ("proof of authority", "ICO, right of access (authority of a third party)"),
    "fee": ("a fee", "Article 12A(2)(c) and 12(5) UK GDPR"),
    "clarification": ("clarification", "Article 12A(5) UK GDPR"),
}
EDPB = "EDPB Guidelines 01/2022; Recital 63 GDPR"
ICO_PROMPT = "ICO, right of access (ask promptly)"
EU_DAYS = "Regulation 1182/71 Article 2(1)"
NO_END = "no period in the statute"


def said(day: date) -> str:
    """A day in words, as letters write it: 3 October 2026."""
    return f"{day.day} {day:%B %Y}"


def request_sum(counted: Counted) -> tuple[SumLine, ...]:
    """The lines of one regime, from receipt to the legal and the safe date."""
    steps = (_receipt, _restarts, _month, _extension, _pauses, _last_day)
    lines = (line for step in steps for line in step(counted))
    return tuple(line.model_copy(update={"step": f"{counted.regime.title}: {line.step}"}) for line in lines)


def _line(step: str, day: date | None, source: str) -> SumLine:
    return SumLine(step=step, date=day, source=source)


def _contested(step: str, day: date | None, source: str) -> SumLine:
    return _line(f"Contested: {step}", day, source)


def _receipt(counted: Counted) -> Iterator[SumLine]:
    received, rules = counted.facts.received, counted.rules
    yield _line("request received; also a day off counts as the day of receipt", received, rules.month)
    if counted.regime.code == "UK" and received < SECTION_76:
        step = "received before 5 February 2026, so presumably under the old Article 12, which knows no statutory pause"
        yield _contested(step, received, "SI 2026/82 reg 4 (savings; its text was not seen)")


def _restarts(counted: Counted) -> Iterator[SumLine]:
    legal = counted.legal
    for wait in legal.restarts:
        what, source = ASKED_FOR[wait.kind]
        assert wait.answered is not None
        yield _line(f"{what} asked for on {said(wait.asked)} was received", wait.answered, source)
    for wait in legal.waiting:
        what, source = ASKED_FOR[wait.kind]
        yield _line(f"{what} asked for and not received: the month has not begun", wait.asked, source)
        yield _contested("the wait has no end in law, so there is no last day by law, and a day to look again", None, NO_END)
    for wait in (*legal.restarts, *legal.waiting):
        if wait in legal.slow and not counted.steady:
            step = f"{ASKED_FOR[wait.kind][0]} was asked for more than three working days after receipt"
            yield _contested(f"{step}; the day to answer by is not moved by it", wait.asked, ICO_PROMPT)
    for wait in legal.late:
        what, source = ASKED_FOR[wait.kind]
        yield _contested(f"{what} was asked for after the period had ended and restarts nothing", wait.asked, source)


def _month(counted: Counted) -> Iterator[SumLine]:
    first, uk = counted.legal.first, counted.regime.code == "UK"
    if counted.legal.waiting:
        first = counted.strict.first
    step = f"one month from {said(first.start)}, to the end of the same date"
    if first.nominal.day != first.start.day:
        step = f"one month from {said(first.start)}; there is no such date, so the month's last day"
    if uk:
        step += " (the inclusive reading, a day earlier, is not followed)"
    yield _line(step, first.nominal, counted.rules.month)


def _pauses(counted: Counted) -> Iterator[SumLine]:
    if counted.rules.pauses:
        yield from _statutory_pauses(counted)
    elif counted.rules.suspensions:
        yield from _suspensions(counted)
    elif counted.facts.waits:
        step = "questions asked do not move the period; the guidance of the time let the clock wait"
        yield _contested(step, counted.legal.period.nominal, "ICO, right of access (2020)")


def _statutory_pauses(counted: Counted) -> Iterator[SumLine]:
    what, source = ASKED_FOR["clarification"]
    asked = [wait for wait in counted.facts.waits if wait.kind in counted.rules.pauses]
    if asked and not counted.access:
        yield _line(f"{what} does not stop the clock: only a request for access can be paused", None, source)
        return
    legal, strict = counted.legal.period, counted.strict.period
    for wait in legal.used:
        yield _pause(wait, source)
    if legal.used and legal.end is None:
        yield _contested("the pause has no end in law, so there is no last day by law, and a day to look again", None, NO_END)
    elif legal.paused:
        step = f"{_days(legal.paused)} do not count, both ends of each pause included; added before any roll"
        yield _line(step, legal.end, source)
    if any(wait.asked <= legal.start for wait in legal.used):
        step = "a pause from the first day or before: days up to the start never count, and are not added"
        yield _contested(step, legal.start, "Regulation 1182/71 Article 3(1); the literal count, a day more, is not followed")
    if legal.paused and legal.paused != strict.paused and not counted.steady:
        step = f"by the strict reading {_days(strict.paused)} are left out: a pause without its first day"
        yield _contested(f"{step}, and only when asked in the first month", strict.end, "practice; ICO (ask early)")
    for wait in legal.late:
        yield _contested(f"{what} asked for after the period had ended stops nothing", wait.asked, source)


def _pause(wait: Wait, source: str) -> SumLine:
    if wait.answered is None:
        return _line("clarification asked for and not answered: the clock is stopped", wait.asked, source)
    return _line(f"clarification asked for on {said(wait.asked)} was answered", wait.answered, source)


def _suspensions(counted: Counted) -> Iterator[SumLine]:
    legal = counted.legal.period
    for wait in counted.facts.waits:
        what = ASKED_FOR[wait.kind][0]
        if wait in legal.used:
            assert wait.answered is not None
            step = f"no statute stops the clock; guidance may leave out {said(wait.asked)} to {said(wait.answered)} ({what})"
            yield _contested(f"{step}; the day to answer by does not", legal.end, EDPB)
        else:
            yield _line(f"{what} asked for: the clock does not stop", wait.asked, counted.rules.month)


def _extension(counted: Counted) -> Iterator[SumLine]:
    if not counted.facts.notices:
        return
    legal, strict, source = counted.legal, counted.strict, counted.rules.extension
    notice = counted.facts.notices[0]
    if not legal.extended:
        yield _line("extension notified after the first month: no effect", notice, source)
        return
    yield _line("extension notified in time", notice, source)
    if not strict.extended:
        step = "the notice relies on a day off, a pause or a restart at the end of the month; strictly it came too late"
        yield _contested(step, strict.first.nominal, counted.rules.roll)
    nominal = legal.period.nominal
    yield _line(f"three months from {said(legal.period.start)}", nominal, source)
    if strict.extended and not counted.rules.one_period and strict.period.nominal != nominal:
        step = "one period of three months, or one month and then two; the day to answer by takes the earlier"
        yield _contested(step, strict.period.nominal, "no authority seen")


def _last_day(counted: Counted) -> Iterator[SumLine]:
    legal = counted.legal
    calendars = " and ".join(calendar.title for calendar in counted.calendars)
    holidays = f"national public holidays: {calendars}"
    if legal.due and legal.period.end:
        yield _line(f"{_rolled(counted, legal.period)} ({holidays})", legal.due, counted.rules.roll)
    else:
        yield _line(f"days off are those of one calendar ({holidays})", None, counted.rules.roll)
    if counted.steady and counted.facts.waits and counted.regime.code == "UK":
        step = "EU GDPR binds this case as well, so no pause or restart moves the day to answer by"
        yield _line(step, counted.safe, "Article 3(2) GDPR")
    if counted.outside:
        step = "whose days off and clock count for a controller outside the EU: those of the person's Member State or of the"
        yield _contested(f"{step} representative's, never the controller's own; receipt by the earlier clock", None, EU_DAYS)
    if counted.regime.region:
        yield _contested("regional holidays are not used, only the national set", None, counted.rules.roll)
    if legal.refusal and legal.refusal != legal.due:
        yield _line("a refusal has to be told by", legal.refusal, counted.rules.refusal)
    if legal.due:
        yield _line("last day by law", legal.due, counted.rules.month)
    yield _line("day to answer by", counted.safe, "the earlier reading wherever the law is contested")


def _rolled(counted: Counted, period: Period) -> str:
    assert period.end is not None
    reasons = {calendar.day_off(period.end) for calendar in counted.calendars} - {None}
    if period.end == period.due:
        return "the last day is a working day"
    return f"{said(period.end)} is a day off ({', '.join(sorted(filter(None, reasons)))}): the next working day"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"
