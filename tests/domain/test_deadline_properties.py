"""What holds for every clock, whatever happened and in whichever order it was recorded."""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.breach_clock import breach_clock
from domain.calendars import Calendar
from domain.deadline import Clock, ClockEvent, ClockEventKind, compute, day_ends
from domain.deadline_period import add_months

Kind = ClockEventKind
QUICK = settings(max_examples=30, deadline=None)  # the folder has to stay within a second or two
UK = ("UK",)
REGIMES = st.sampled_from([("UK",), ("EU-IE",), ("EU-DE",), ("EU-HU",), ("EU",), ("UK", "EU"), ("UK", "EU-FR")])
RIGHTS = st.sampled_from([("access",), ("erasure",), ("access", "portability"), ("transfer_information",)])
PLACES = st.tuples(REGIMES, RIGHTS)
Place = tuple[tuple[str, ...], tuple[str, ...]]
PAIRS = [
    (Kind.IDENTITY_REQUESTED, Kind.IDENTITY_RECEIVED),
    (Kind.AUTHORITY_REQUESTED, Kind.AUTHORITY_RECEIVED),
    (Kind.FEE_REQUESTED, Kind.FEE_PAID),
    (Kind.CLARIFICATION_ASKED, Kind.CLARIFICATION_ANSWERED),
]
NEVER = date.max  # a legal date that is not there is later than any

receipts = st.datetimes(datetime(2026, 2, 5, 1), datetime(2034, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - zone follows
anytime = st.datetimes(datetime(2019, 1, 1), datetime(2034, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - zone follows
delays = st.integers(0, 60 * 24 * 50).map(lambda minutes: timedelta(minutes=minutes))
waits = st.tuples(st.sampled_from(PAIRS), delays, st.none() | delays)
pauses = st.tuples(st.just(PAIRS[3]), delays, st.none() | delays)
restarts = st.tuples(st.sampled_from(PAIRS[:3]), delays, st.none() | delays)
notices = st.lists(delays, max_size=2)

Wait = tuple[tuple[Kind, Kind], timedelta, timedelta | None]


def events(received: datetime, asked: list[Wait], notified: list[timedelta]) -> list[ClockEvent]:
    story = [ClockEvent(kind=Kind.RECEIVED, at=received)]
    for number, ((question, answer), after, taken) in enumerate(asked):
        story.append(ClockEvent(kind=question, at=received + after, number=number))
        if taken is not None:
            story.append(ClockEvent(kind=answer, at=received + after + taken, number=number))
    return story + [ClockEvent(kind=Kind.EXTENSION_NOTIFIED, at=received + after) for after in notified]


def clock(regimes: tuple[str, ...], rights: tuple[str, ...], story: list[ClockEvent]) -> Clock:
    return compute(regimes, rights, story, as_of=story[0].at)


@QUICK
@given(receipts, st.lists(waits, max_size=4), notices, PLACES, st.data())
def test_order_of_recording_does_not_matter(
    received: datetime, asked: list[Wait], notified: list[timedelta], place: Place, data: st.DataObject
) -> None:
    regimes, rights = place
    story = events(received, asked, notified)
    shuffled = data.draw(st.permutations(story))
    first = compute(regimes, rights, story, as_of=received)
    assert compute(tuple(reversed(regimes)), rights, shuffled, as_of=received) == first


@QUICK
@given(receipts, st.lists(waits, max_size=3), pauses, notices, RIGHTS)
def test_a_pause_never_makes_the_legal_date_earlier(
    received: datetime, asked: list[Wait], more: Wait, notified: list[timedelta], rights: tuple[str, ...]
) -> None:
    without = clock(UK, rights, events(received, asked, notified))
    with_it = clock(UK, rights, events(received, [*asked, more], notified))
    assert (with_it.legal_due or NEVER) >= (without.legal_due or NEVER)


@QUICK
@given(receipts, st.lists(restarts, max_size=3), restarts, notices, RIGHTS)
def test_a_restart_never_makes_the_legal_date_earlier(
    received: datetime, asked: list[Wait], more: Wait, notified: list[timedelta], rights: tuple[str, ...]
) -> None:
    """Of restarts among themselves. Days paused before a new start are inside the old month only, so they fall away with it."""
    without = clock(UK, rights, events(received, asked, notified))
    with_it = clock(UK, rights, events(received, [*asked, more], notified))
    assert (with_it.legal_due or NEVER) >= (without.legal_due or NEVER)


@QUICK
@given(receipts, st.lists(waits, max_size=3), waits, notices, PLACES)
def test_in_the_eu_no_wait_moves_the_safe_date(
    received: datetime, asked: list[Wait], more: Wait, notified: list[timedelta], place: Place
) -> None:
    before = clock(*place, events(received, asked, notified)).safe_due
    after = clock(*place, events(received, [*asked, more], notified)).safe_due
    assert after == before or place[0] == UK


@QUICK
@given(receipts, st.lists(waits, max_size=4), notices, REGIMES, RIGHTS)
def test_the_safe_date_is_never_later_than_the_legal_one(
    received: datetime, asked: list[Wait], notified: list[timedelta], regimes: tuple[str, ...], rights: tuple[str, ...]
) -> None:
    result = clock(regimes, rights, events(received, asked, notified))
    assert result.safe_due <= (result.legal_due or NEVER)
    assert result.safe_due > received.date()
    assert (result.legal_due is None) == (result.state in ("stopped", "waiting_for_identity"))
    assert result.legal_due is not None or result.review_on is not None
    assert Clock.model_validate_json(result.model_dump_json()) == result


@QUICK
@given(anytime, st.lists(waits, max_size=3), notices, RIGHTS)
@pytest.mark.parametrize("country", ["GB", "IE", "FR", "BG", "PL"])
def test_the_legal_date_is_a_working_day_of_its_calendar(
    country: str, received: datetime, asked: list[Wait], notified: list[timedelta], rights: tuple[str, ...]
) -> None:
    regime = "UK" if country == "GB" else f"EU-{country}"
    due = clock((regime,), rights, events(received, asked, notified)).legal_due
    assert due is None or Calendar(country, country).day_off(due) is None


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.integers(1, 3))
def test_a_month_ends_on_the_same_number_or_the_last_day(start: date, months: int) -> None:
    end = add_months(start, months)
    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == months
    assert end.day == start.day or (end.day < start.day and end.day == monthrange(end.year, end.month)[1])


def last_sunday(year: int, month: int) -> date:
    last = date(year, month, monthrange(year, month)[1])
    return last - timedelta(days=(last.weekday() + 1) % 7)


def local_day(at: datetime, winter: int) -> date:
    """The local day by the European rule itself: summer time from 01:00 UTC on the last Sundays of March and October."""
    changes = [datetime.combine(last_sunday(at.year, month), datetime.min.time(), UTC) + timedelta(hours=1) for month in (3, 10)]
    return (at + timedelta(hours=winter + (changes[0] <= at < changes[1]))).date()


near_a_change = st.builds(
    lambda year, month, minutes: (
        datetime.combine(last_sunday(year, month), datetime.min.time(), UTC) + timedelta(minutes=minutes)
    ),
    st.integers(2019, 2034),
    st.sampled_from([3, 10]),
    st.integers(-1500, 1500),
)


@QUICK
@given(anytime | near_a_change, st.sampled_from([("UK", 0), ("EU-IE", 0), ("EU-DE", 1), ("EU-RO", 2)]))
def test_the_day_of_receipt_is_the_local_one(received: datetime, place: tuple[str, int]) -> None:
    regime, winter = place
    result = clock((regime,), ("access",), events(received, [], []))
    assert result.sum[0].date == local_day(received, winter)


@QUICK
@given(st.dates(date(2019, 1, 1), date(2034, 12, 31)))
def test_a_day_ends_when_the_next_begins(day: date) -> None:
    end = day_ends(day, UK)
    assert local_day(end, 0) == day + timedelta(days=1)
    assert local_day(end - timedelta(microseconds=1), 0) == day


@QUICK
@given(anytime | near_a_change)
def test_a_breach_has_72_elapsed_hours_and_less_than_one_more(aware: datetime) -> None:
    result = breach_clock(aware)
    assert result.safe_due - aware == timedelta(hours=72)
    assert timedelta(0) <= result.legal_due - result.safe_due < timedelta(hours=1)
    assert result.legal_due.minute == result.legal_due.second == result.legal_due.microsecond == 0
