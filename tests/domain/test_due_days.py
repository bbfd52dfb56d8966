"""Eight weeks of due dates: everything is counted once, weekends before they come."""

from datetime import date

import pytest

from domain.calendars import Calendar
from domain.due_days import due_days, first_day, last_day

LONDON = Calendar("GB", "England and Wales")
MONDAY = date(2026, 11, 23)


def test_eight_weeks_of_five_days_from_monday_on() -> None:
    strip = due_days({}, 0, date(2026, 11, 25), LONDON)
    assert len(strip.days) == 40
    assert (strip.days[0].day, strip.days[-1].day) == (MONDAY, date(2027, 1, 15))
    assert last_day(MONDAY) == date(2027, 1, 17)
    assert {day.day: day.off for day in strip.days if day.off} == {
        date(2026, 12, 25): "Christmas Day",
        date(2026, 12, 28): "Boxing Day (observed)",
        date(2027, 1, 1): "New Year's Day",
    }


def test_what_is_due_on_a_weekend_stands_on_the_friday_before() -> None:
    due = {date(2026, 12, 4): 2, date(2026, 12, 5): 1, date(2026, 12, 6): 3}
    counts = {day.day: day.count for day in due_days(due, 0, MONDAY, LONDON).days}
    assert counts[date(2026, 12, 4)] == 6
    assert sum(counts.values()) == 6


@pytest.mark.parametrize("today", [date(2026, 11, 28), date(2026, 11, 29)])
def test_on_a_weekend_the_strip_begins_with_the_week_that_comes_and_loses_nothing(today: date) -> None:
    strip = due_days({today: 4, date(2026, 11, 30): 1}, 7, today, LONDON)
    assert first_day(today) == date(2026, 11, 30)
    assert (strip.days[0].count, strip.late, strip.this_week) == (5, 7, 5)
