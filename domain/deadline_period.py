"""Counting one month of Article 12(3): start, pauses, extension, last day, by one reading of one regime.

Two readings are counted. The legal one follows the letter of the statute and is the outer bound. The strict one takes the
earlier side of every dispute, ignores what is still unanswered, and is what work is steered by.
Order of steps: clamp to the month, add the days that do not count, then roll once. Next: `domain/deadline_sum.py`.
"""

import calendar
from dataclasses import dataclass, replace
from datetime import date, timedelta

from domain.calendars import ONE_DAY, Calendar, earliest_working_day
from domain.deadline_facts import Facts, Wait
from domain.regimes import Regime, Rules

MONTHS_IN_A_YEAR = 12
EXTENDED = 3  # one month and the two further months of Article 12(3) and 12A(3), from the original start
# Identity, authority or a fee asked later than this after receipt is flagged: ICO and EDPB expect it without undue delay.
PROMPT_WORKING_DAYS = 3


def add_months(start: date, months: int) -> date:
    """The same day number some months later, or that month's last day (Regulation 1182/71 Article 3(2)(c))."""
    index = start.year * MONTHS_IN_A_YEAR + start.month - 1 + months
    year, month = index // MONTHS_IN_A_YEAR, index % MONTHS_IN_A_YEAR + 1
    return date(year, month, min(start.day, calendar.monthrange(year, month)[1]))


@dataclass(frozen=True)
class Period:
    """A counted period.

    Args:
        start: the day counted from.
        months: one, or three with an extension.
        nominal: the last day before pauses and roll.
        paused: days left out.
        end: the last day before the roll; None while a pause is open.
        due: the end, rolled.
        used: the waits whose days were left out, or are being left out.
        late: waits asked after the period had ended, which change nothing.
    """

    start: date
    months: int
    nominal: date
    paused: int
    end: date | None
    due: date | None
    used: tuple[Wait, ...]
    late: tuple[Wait, ...]


@dataclass(frozen=True)
class Count:
    """One reading of a case's facts.

    Args:
        period: the period that counts; by the legal reading it has no `due` while something is awaited.
        first: the first month of the same start, in which an extension has to be notified.
        extended: an extension notice was given in time.
        restarts: answered waits that were accepted as a new start.
        waiting: open waits without which the month does not begin.
        late: restarts asked after the period had ended, which change nothing.
        slow: restarts and suspensions that were not asked without delay; the strict reading ignores them.
        refusal: the last day to tell the person of a refusal; None while something is awaited.
    """

    period: Period
    first: Period
    extended: bool
    restarts: tuple[Wait, ...]
    waiting: tuple[Wait, ...]
    late: tuple[Wait, ...]
    slow: tuple[Wait, ...]
    refusal: date | None

    @property
    def due(self) -> date | None:
        return None if self.waiting else self.period.due


@dataclass(frozen=True)
class Counted:
    """A request under one regime, counted by both readings, with what the printed sum needs to explain them."""

    regime: Regime
    rules: Rules
    calendars: tuple[Calendar, ...]
    facts: Facts
    access: bool
    outside: bool
    steady: bool
    legal: Count
    strict: Count

    @property
    def safe(self) -> date:
        """The earlier date; the strict reading always has one, because it waits for nobody."""
        strict = self.strict.period.due
        assert strict is not None
        return min(strict, self.legal.due or strict)


def count_request(
    regime: Regime, calendars: tuple[Calendar, ...], facts: Facts, *, access: bool, outside: bool = False, steady: bool = False
) -> Counted:
    """Both readings of a request.

    Args:
        regime: whose rules count; the version in force at receipt is used.
        calendars: whose working days count; the earliest result holds.
        facts: the case, in the regime's local days.
        access: every right asked for is one of Article 15, so that a pause is possible.
        outside: the controller sits outside the regime's territory, so that whose calendar counts is disputed.
        steady: the strict reading knows no waits at all, because the case stands under EU GDPR as well and no pause or
            restart of UK law may move its safe date.

    Raises InvalidInputError when no version was in force at receipt.
    """
    rules = regime.rules(facts.received)
    strictly = tuple(replace(calendar, strict=True) for calendar in calendars)
    legal = Counter(rules, calendars, facts, access, strict=False).count()
    unmoved = replace(facts, waits=()) if steady else facts
    strict = Counter(rules, strictly, unmoved, access, strict=True).count()
    return Counted(regime, rules, calendars, facts, access, outside, steady, legal, strict)


@dataclass(frozen=True)
class Counter:
    """Counts by one reading.

    Args:
        rules: the regime's version in force at receipt.
        calendars: whose working days count; the earliest result holds.
        facts: the case.
        access: every right asked for is one of Article 15, so that a pause is possible.
        strict: the earlier reading.
    """

    rules: Rules
    calendars: tuple[Calendar, ...]
    facts: Facts
    access: bool
    strict: bool

    def count(self) -> Count:
        start, restarts, waiting, late = self._start()
        period, first, extended = self._extend(start)
        if self.rules.notice_follows:
            refusal = None if waiting else period.due
        else:
            refusal = self._roll(add_months(self.facts.received, 1))
        slow = tuple(wait for wait in self.facts.waits if self._is_slow(wait))
        return Count(period, first, extended, restarts, waiting, late, slow, refusal)

    def _start(self) -> tuple[date, tuple[Wait, ...], tuple[Wait, ...], tuple[Wait, ...]]:
        """The relevant time: the latest of receipt and what was asked for and received (UK Article 12A(2))."""
        start = self.facts.received
        restarts: list[Wait] = []
        waiting: list[Wait] = []
        late: list[Wait] = []
        for wait in self.facts.waits:
            if wait.kind not in self.rules.restarts:
                continue
            if self.strict and (wait.answered is None or self._is_slow(wait)):
                continue
            end = None if waiting else self._extend(start)[0].end
            if end is not None and wait.asked > self._limit(end):
                late.append(wait)
            elif wait.answered is None:
                waiting.append(wait)
            else:
                restarts.append(wait)
                start = max(start, wait.answered)
        return start, tuple(restarts), tuple(waiting), tuple(late)

    def _extend(self, start: date) -> tuple[Period, Period, bool]:
        """The period that counts, the first month, and whether an extension was notified within that month."""
        first = self._period(start, 1, self._pauses())
        bounds = first if self.rules.notice_follows else self._period(self.facts.received, 1, ())
        in_time = (bounds.end is None or day <= self._limit(bounds.end) for day in self.facts.notices)
        if not any(in_time):
            return first, first, False
        # Strictly, only pauses asked in the first month count: the ICO expects questions as soon as possible.
        pauses = first.used if self.strict else self._pauses()
        return self._period(start, EXTENDED, pauses), first, True

    def _pauses(self) -> tuple[Wait, ...]:
        return tuple(wait for wait in self.facts.waits if self._pauses_clock(wait))

    def _pauses_clock(self, wait: Wait) -> bool:
        if wait.kind == "clarification" and not self.access:
            return False
        if wait.kind in self.rules.pauses:
            return not (self.strict and wait.answered is None)
        # Guidance lets a controller leave these days out once they are known; the strict reading never does.
        suspended = wait.kind in self.rules.suspensions and wait.answered is not None
        return suspended and not self.strict and not self._is_slow(wait)

    def _period(self, start: date, months: int, pauses: tuple[Wait, ...]) -> Period:
        in_two_steps = self.strict and not self.rules.one_period and months > 1
        nominal = add_months(add_months(start, 1), months - 1) if in_two_steps else add_months(start, months)
        days: set[date] = set()
        used: list[Wait] = []
        late: list[Wait] = []
        for wait in pauses:
            if wait.asked > self._limit(nominal + timedelta(days=len(days))):
                late.append(wait)
                continue
            used.append(wait)
            if wait.answered is None:
                return Period(start, months, nominal, len(days), None, None, tuple(used), tuple(late))
            days |= self._left_out(start, wait.asked, wait.answered)
        end = nominal + timedelta(days=len(days))
        return Period(start, months, nominal, len(days), end, self._roll(end), tuple(used), tuple(late))

    def _left_out(self, start: date, asked: date, answered: date) -> set[date]:
        """Days after the start that do not count: both ends by the statute, without the first by the strict reading."""
        first = max(asked + ONE_DAY if self.strict else asked, start + ONE_DAY)
        return {first + ONE_DAY * n for n in range((answered - first).days + 1)}

    def _is_slow(self, wait: Wait) -> bool:
        asked_fast = self.calendars[0].after_working_days(self.facts.received, PROMPT_WORKING_DAYS)
        restricted = wait.kind in self.rules.restarts | self.rules.suspensions
        return restricted and wait.asked > asked_fast

    def _limit(self, end: date) -> date:
        """The last day on which something is still within a period: rolled by the letter, unrolled strictly."""
        return end if self.strict else self._roll(end)

    def _roll(self, day: date) -> date:
        return earliest_working_day(day, self.calendars)
