"""The legal timeline of a case as a picture sees it: stretches of days and marks, from the clock and what moved it.

Pure: days in, days out; where each lands on a page is `api/face/timeline.py`'s. Every mark carries its words, so that the same
can be read without the picture. Local days are those of the case's first regime. Next: `api/face/timeline.py`
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from domain.deadline import Clock, ClockEvent, Seat, compute
from domain.deadline_facts import ClockEventKind as Kind
from domain.deadline_facts import Facts, Wait, fold
from domain.deadline_sum import said
from domain.regimes import find_regime
from domain.rights import Right

StretchKind = Literal["elapsed", "paused", "extended", "late", "to_come"]
MarkKind = Literal["received", "notified", "due", "paused", "first_date", "today", "ended", "latest", "review", "promised"]

LONG = 60  # days; from here on the scale shows months
_TAIL, _LONG_TAIL = 14, 19  # days shown after the last date
_SOON = 7  # days (mockups, colour)


@dataclass(frozen=True)
class Stretch:
    """A part of the track, from the beginning of one day to the beginning of another."""

    kind: StretchKind
    start: date
    end: date


@dataclass(frozen=True)
class Mark:
    """Something on the track.

    Args:
        day: where it stands.
        title: in a word or two.
        words: the date in words, and what it means.
    """

    kind: MarkKind
    day: date
    title: str
    words: str


@dataclass(frozen=True)
class Timeline:
    """A case's time.

    Args:
        start: the day of receipt.
        end: the last day shown.
        due: the safe date.
        near: how the due mark is shown: `late`, `soon`, or as any other.
        stretches: without gaps from the receipt to the due date, or to today where that is later.
        marks: in the order of their days.
    """

    start: date
    end: date
    due: date
    near: Literal["late", "soon", "far"]
    stretches: tuple[Stretch, ...]
    marks: tuple[Mark, ...]


def timeline(
    clock: Clock,
    regimes: Sequence[str],
    rights: Iterable[str],
    story: Iterable[ClockEvent],
    *,
    today: date,
    seat: Seat | None = None,
    closed: date | None = None,
) -> Timeline:
    """The picture of a case's clock.

    Args:
        clock: as it is now.
        regimes: the case's.
        rights: what was asked for.
        story: what moved the clock, the receipt among it.
        today: the local day.
        seat: what is known of the controller.
        closed: when it ended without an answer, where it did.
    """
    events, asked = list(story), tuple(rights)
    zone = ZoneInfo(find_regime(regimes[0]).zone)
    facts = fold(
        events,
        as_of=max(event.at for event in events),
        received_day=lambda at: at.astimezone(zone).date(),
        day=lambda at: at.astimezone(zone).date(),
        complaint=set(asked) == {Right.COMPLAINT},
    )
    if closed is not None and facts.ended is None:
        facts = replace(facts, ended=(Kind.WITHDRAWN, closed))  # whoever ended it: nothing is due any more
    first = _first_date(regimes, asked, events, seat) if clock.extended else None
    until = min(facts.ended[1], today) if facts.ended else today
    due = clock.safe_due
    last = max(day for day in (due, clock.legal_due, clock.review_on, until) if day)
    long = (last - facts.received).days > LONG
    waits = [wait for wait in facts.waits if _moved(wait, clock, regimes)]
    return Timeline(
        start=facts.received,
        end=last + timedelta(days=_LONG_TAIL if long else _TAIL),
        due=due,
        near="late" if until > due else "soon" if not facts.ended and (due - today).days < _SOON else "far",
        stretches=tuple(_stretches(facts, waits, first, until, due)),
        marks=tuple(sorted(_marks(clock, facts, waits, first, today), key=lambda mark: mark.day)),
    )


def _first_date(regimes: Sequence[str], rights: tuple[str, ...], events: list[ClockEvent], seat: Seat | None) -> date:
    """The safe date that an extension moved."""
    without = [event for event in events if event.kind is not Kind.EXTENSION_NOTIFIED]
    return compute(regimes, rights, without, as_of=max(event.at for event in events), seat=seat).safe_due


def _moved(wait: Wait, clock: Clock, regimes: Sequence[str]) -> bool:
    # Under EU law nothing that is asked moves the date by which work is steered, so it is no gap in the track.
    return all(code.startswith("UK") for code in regimes) and wait.kind not in clock.asked_late


def _stretches(facts: Facts, waits: list[Wait], first: date | None, until: date, due: date) -> Iterator[Stretch]:
    gaps = [(wait.asked, min(until, (wait.answered or until))) for wait in waits]
    day = facts.received
    for start, end in sorted(gaps):
        begin = max(start, day)
        if end <= begin:
            continue
        yield from _running(day, begin, first, due)
        yield Stretch("paused", begin, end)
        day = end
    yield from _running(day, until, first, due)
    if until < due and not facts.ended:
        yield Stretch("to_come", max(until, facts.received), due)


def _running(start: date, end: date, first: date | None, due: date) -> Iterator[Stretch]:
    borders: list[tuple[StretchKind, date]] = [("elapsed", min(first or due, due)), ("extended", due), ("late", date.max)]
    for kind, border in borders:
        if start < min(end, border):
            yield Stretch(kind, start, min(end, border))
            start = min(end, border)


def _marks(clock: Clock, facts: Facts, waits: list[Wait], first: date | None, today: date) -> Iterator[Mark]:
    yield Mark("received", facts.received, "Received", _day(facts.received))
    for wait in waits:
        yield _pause(wait, today)
    if facts.notices and clock.extended:
        yield Mark("notified", facts.notices[0], "Longer time notified", _day(facts.notices[0]))
    if first is not None and first != clock.safe_due:
        yield Mark("first_date", first, "First date", f"{_day(first)}, moved")
    if facts.ended:
        yield Mark("ended", facts.ended[1], _ENDED.get(facts.ended[0], "Ended"), _day(facts.ended[1]))
    else:
        yield Mark("today", today, "Today", _day(today))
    yield Mark("due", clock.safe_due, _due(clock.safe_due, today, ended=bool(facts.ended)), _day(clock.safe_due))
    if clock.legal_due and clock.legal_due != clock.safe_due:
        yield Mark("latest", clock.legal_due, "Last day by law", _day(clock.legal_due))
    if clock.review_on and not facts.ended:
        yield Mark("review", clock.review_on, "Look again", _day(clock.review_on))
    if clock.promised and clock.promised != clock.safe_due:
        yield Mark("promised", clock.promised, "Promised in letters", _day(clock.promised))


_ENDED = {Kind.ANSWERED: "Answered", Kind.REFUSAL_NOTIFIED: "Refused", Kind.COMPLAINT_ACKNOWLEDGED: "Acknowledged"}
_WAITED = {"clarification": "Paused", "identity": "Identity asked", "authority": "Authority asked", "fee": "Fee asked"}


def _pause(wait: Wait, today: date) -> Mark:
    title = _WAITED[wait.kind]
    if wait.answered is None:
        return Mark("paused", wait.asked, f"{title}, open", f"since {said(wait.asked)}")
    days = (wait.answered - wait.asked).days + 1  # both ends, as the statute counts
    span = f"{wait.asked.day} to {said(wait.answered)}"
    if (wait.asked.year, wait.asked.month) != (wait.answered.year, wait.answered.month):
        span = f"{wait.asked.day} {wait.asked:%B} to {said(wait.answered)}"
    return Mark("paused", min(wait.asked, today), f"{title}, {days} {'day' if days == 1 else 'days'}", span)


def _due(due: date, today: date, *, ended: bool) -> str:
    if ended:
        return "Due"
    days = (due - today).days
    if days == 0:
        return "Due today"
    many = "day" if abs(days) == 1 else "days"
    return f"Due, in {days} {many}" if days > 0 else f"Due, {-days} {many} late"


def _day(day: date) -> str:
    return f"{day:%a} {said(day)}"
