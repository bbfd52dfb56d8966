"""The two days that a person is told about a copy, whenever they look."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.afterwards import days_of_copy

LONDON = ZoneInfo("Europe/London")
DELIVERED = datetime(2026, 11, 27, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("offered_after", "now_after", "until", "again"),
    [
        (0, 0, date(2026, 12, 27), date(2027, 5, 27)),
        (0, 30, date(2026, 12, 27), date(2027, 5, 27)),
        (0, 31, None, date(2027, 5, 27)),  # the thirty days are over: it is opened again for whoever asks
        (60, 61, date(2027, 2, 25), date(2027, 5, 27)),  # a new link since
        (170, 171, date(2027, 5, 27), None),  # never longer than it is kept
        (0, 200, None, None),
    ],
)
def test_no_day_is_named_that_is_over_or_that_the_copy_does_not_live_to_see(
    offered_after: int, now_after: int, until: date | None, again: date | None
) -> None:
    offered, now = DELIVERED + timedelta(days=offered_after), DELIVERED + timedelta(days=now_after)
    assert days_of_copy(offered, DELIVERED, now, LONDON) == (until, again)


def test_the_day_is_that_of_the_place() -> None:
    late = datetime(2026, 6, 1, 23, 30, tzinfo=UTC)  # half past midnight in London
    assert days_of_copy(late, late, late, LONDON)[0] == date(2026, 7, 2)
