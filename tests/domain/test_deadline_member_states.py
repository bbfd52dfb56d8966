"""EU GDPR in every Member State: its own holiday, its own clock. Days and offsets are written down here, not computed."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from domain.calendars import Calendar, public_holidays
from domain.deadline import Clock, ClockEvent, ClockEventKind, Seat, compute
from domain.regimes import MEMBER_STATES

NOON = timedelta(hours=12)

# State, local day of receipt, last day after the roll over a holiday of that state, its summer offset in hours.
STATES = [
    ("AT", "2026-11-08", "2026-12-09", 2),  # 8 Dec, Immaculate Conception, Tue
    ("BE", "2026-10-11", "2026-11-12", 2),  # 11 Nov, Armistice, Wed
    ("BG", "2026-02-03", "2026-03-04", 3),  # 3 Mar, Liberation, Tue
    ("CY", "2026-09-01", "2026-10-02", 3),  # 1 Oct, Independence, Thu
    ("CZ", "2026-08-28", "2026-09-29", 2),  # 28 Sep, Statehood, Mon
    ("DE", "2026-04-14", "2026-05-15", 2),  # 14 May, Ascension, Thu
    ("DK", "2026-04-25", "2026-05-26", 2),  # 25 May, Whit Monday
    ("EE", "2026-01-24", "2026-02-25", 3),  # 24 Feb, Independence, Tue
    ("ES", "2026-09-12", "2026-10-13", 2),  # 12 Oct, National Day, Mon
    ("FI", "2027-11-06", "2027-12-07", 3),  # 6 Dec 2027, Independence, Mon
    ("FR", "2027-10-01", "2027-11-02", 2),  # 1 Nov 2027, All Saints, Mon
    ("GR", "2026-02-25", "2026-03-26", 3),  # 25 Mar, Independence, Wed
    ("HR", "2026-07-05", "2026-08-06", 2),  # 5 Aug, Victory Day, Wed
    ("HU", "2026-09-23", "2026-10-26", 2),  # 23 Oct, National Day, Fri
    ("IE", "2026-09-26", "2026-10-27", 1),  # 26 Oct, bank holiday Monday
    ("IS", "2026-05-17", "2026-06-18", 0),  # 17 Jun, National Day, Wed
    ("IT", "2028-03-25", "2028-04-26", 2),  # 25 Apr 2028, Liberation, Tue
    ("LI", "2026-04-14", "2026-05-15", 2),  # 14 May, Ascension, Thu
    ("LT", "2026-06-06", "2026-07-07", 3),  # 6 Jul, Statehood, Mon
    ("LU", "2026-05-23", "2026-06-24", 2),  # 23 Jun, National Day, Tue
    ("LV", "2026-10-18", "2026-11-19", 3),  # 18 Nov, Proclamation, Wed
    ("MT", "2026-08-08", "2026-09-09", 2),  # 8 Sep, Our Lady of Victories, Tue
    ("NL", "2026-04-14", "2026-05-15", 2),  # 14 May, Ascension, Thu
    ("NO", "2027-04-17", "2027-05-18", 2),  # 17 May 2027, Constitution, Mon
    ("PL", "2026-10-11", "2026-11-12", 2),  # 11 Nov, Independence, Wed
    ("PT", "2026-05-10", "2026-06-11", 1),  # 10 Jun, Portugal Day, Wed
    ("RO", "2026-11-01", "2026-12-02", 3),  # 1 Dec, National Day, Tue
    ("SE", "2028-05-06", "2028-06-07", 2),  # 6 Jun 2028, National Day, Tue
    ("SI", "2027-01-08", "2027-02-09", 2),  # 8 Feb 2027, Preseren Day, Mon
    ("SK", "2026-12-06", "2027-01-07", 2),  # 6 Jan 2027, Epiphany, Wed
]
# Days that look like holidays and are none, or none any more, in that state.
WORKING_DAYS = [
    ("DK", "2026-04-01", "2026-05-01"),  # Labour Day is no Danish public holiday; Great Prayer Day is gone since 2024
    ("DE", "2026-05-04", "2026-06-04"),  # Corpus Christi is one in some Laender only
    ("FR", "2026-03-03", "2026-04-03"),  # Good Friday only in Alsace-Moselle
    ("IE", "2026-04-14", "2026-05-14"),  # Ascension
    ("IE", "2026-11-26", "2026-12-28"),  # St Stephen's Day on a Saturday has no substitute in law
    ("SE", "2026-04-25", "2026-05-25"),  # Whit Monday is gone since 2005
    ("PT", "2026-03-06", "2026-04-06"),  # Easter Monday
    ("SK", "2026-04-08", "2026-05-08"),  # Victory Day is worked in 2026
    ("AT", "2026-03-03", "2026-04-03"),  # Good Friday is a personal day since 2019
    ("ES", "2026-03-06", "2026-04-06"),  # Easter Monday is regional
]
# Substitutes, moved days and movable feasts.
MOVED = [
    ("BG", "2026-04-24", "2026-05-26"),  # 24 May is a Sunday, Monday stands in
    ("GR", "2026-03-13", "2026-04-14"),  # Orthodox Easter Monday, 13 Apr
    ("RO", "2026-03-10", "2026-04-14"),  # Orthodox Good Friday to Easter Monday
    ("NL", "2025-03-26", "2025-04-28"),  # King's Day moves to Saturday 26 Apr; Monday is worked
    ("IE", "2026-01-02", "2026-02-03"),  # St Brigid's Day, first Monday of February
    ("LV", "2026-05-23", "2026-06-25"),  # Midsummer Eve and Day
    ("FI", "2026-05-19", "2026-06-22"),  # Midsummer Eve, a Friday
]


def clock(regimes: tuple[str, ...], received: datetime, seat: Seat | None = None) -> Clock:
    event = ClockEvent(kind=ClockEventKind.RECEIVED, at=received)
    return compute(regimes, ["access"], [event], as_of=received, seat=seat)


def noon(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC) + NOON


def test_every_state_is_tried() -> None:
    assert {state for state, *_ in STATES} == set(MEMBER_STATES)


@pytest.mark.parametrize(("state", "received", "due", "_offset"), STATES)
def test_its_holiday_moves_the_last_day(state: str, received: str, due: str, _offset: int) -> None:
    result = clock((f"EU-{state}",), noon(received))
    assert result.legal_due == result.safe_due == date.fromisoformat(due)
    assert any(MEMBER_STATES[state][0] in line.step for line in result.sum)


@pytest.mark.parametrize(("state", "received", "due"), WORKING_DAYS + MOVED)
def test_only_national_holidays_do(state: str, received: str, due: str) -> None:
    assert clock((f"EU-{state}",), noon(received)).legal_due == date.fromisoformat(due)


@pytest.mark.parametrize(("state", "_received", "_due", "offset"), STATES)
def test_its_midnight_divides_the_days(state: str, _received: str, _due: str, offset: int) -> None:
    midnight = datetime(2026, 7, 8, tzinfo=timezone(timedelta(hours=offset)))
    after, before = clock((f"EU-{state}",), midnight), clock((f"EU-{state}",), midnight - timedelta(seconds=1))
    assert before.sum[0].date == date(2026, 7, 7)
    assert after.sum[0].date == date(2026, 7, 8)


def test_an_unknown_state_has_only_the_days_off_that_all_have() -> None:
    union = [state for state in MEMBER_STATES if state not in ("IS", "LI", "NO")]
    for year in (2026, 2027):
        common = set.intersection(*(set(public_holidays(state, year)) for state in union))
        assert {day for day in common if day.weekday() < 5} <= set(public_holidays("EU", year)) <= common


def test_an_unknown_state_is_never_later_than_a_known_one() -> None:
    for day in range(0, 360, 7):
        received = datetime(2026, 1, 1, 12, tzinfo=UTC) + timedelta(days=day)
        unknown = clock(("EU",), received).safe_due
        assert all(unknown <= clock((f"EU-{state}",), received).safe_due for state in ("DE", "FR", "IE", "PL", "RO"))


def test_the_representatives_calendar_counts_beside_the_persons() -> None:
    received = noon("2026-04-08")  # 8 May is a holiday in France and none in Ireland
    assert clock(("EU-FR",), received).legal_due == date(2026, 5, 11)
    result = clock(("EU-FR",), received, Seat(country="GB", representative="IE"))
    assert result.legal_due == date(2026, 5, 8)
    assert any("France and Ireland" in line.step for line in result.sum)


def test_a_proclaimed_holiday_is_added_by_configuration() -> None:
    received = noon("2026-09-16")
    assert clock(("UK",), received).legal_due == date(2026, 10, 16)
    seat = Seat(proclaimed={"GB": frozenset({date(2026, 10, 16)})})
    result = clock(("UK",), received, seat)
    assert result.legal_due == date(2026, 10, 19)
    assert any("proclaimed public holiday" in line.step for line in result.sum)
    assert clock(("EU-IE",), received, seat).legal_due == date(2026, 10, 16)


def test_a_bridge_day_counts_as_worked_by_the_strict_reading() -> None:
    """2 Jan 2026 is made up for on a Saturday in Hungary: a day off, but no public holiday by name."""
    result = clock(("EU-HU",), noon("2025-12-02"))
    assert (result.legal_due, result.safe_due) == (date(2026, 1, 5), date(2026, 1, 2))


def test_england_and_wales_stand_for_the_uk() -> None:
    uk = Calendar("GB", "England and Wales")
    assert uk.day_off(date(2026, 12, 28)) == "Boxing Day (observed)"
    assert uk.day_off(date(2022, 9, 19)) is not None  # proclaimed, state funeral
    assert uk.day_off(date(2027, 1, 4)) is None  # 2 Jan is Scottish
    assert uk.day_off(date(2026, 7, 13)) is None  # 12 Jul is Northern Irish
    assert uk.day_off(date(2026, 7, 11)) == "Saturday"
