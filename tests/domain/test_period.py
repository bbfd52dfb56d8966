"""Periods as people write them, and the day on which they end."""

from datetime import date

import pytest

from domain.period import checked_period, period_end


@pytest.mark.parametrize(
    ("start", "period", "end"),
    [
        (date(2026, 11, 24), "30 days", date(2026, 12, 24)),
        (date(2026, 11, 24), "1 day", date(2026, 11, 25)),
        (date(2026, 11, 24), "2 weeks", date(2026, 12, 8)),
        (date(2026, 8, 31), "6 months", date(2027, 2, 28)),
        (date(2027, 8, 31), "6 months", date(2028, 2, 29)),
        (date(2026, 12, 15), "1 month", date(2027, 1, 15)),
        (date(2026, 11, 30), "12 months", date(2027, 11, 30)),
        (date(2028, 2, 29), "6 years", date(2034, 2, 28)),
    ],
)
def test_a_period_ends_on_the_same_day_number_or_the_last_one_there_is(start: date, period: str, end: date) -> None:
    assert period_end(start, period) == end


@pytest.mark.parametrize(
    "text", ["", "forever", "0 days", "-1 years", "30", "days", "1.5 years", "30 days\n", "1000 years", "P6Y"]
)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write a period"):
        checked_period(text)
