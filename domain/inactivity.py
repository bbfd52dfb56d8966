"""Accounts that nobody uses any more: told twice, then gone (the policy's "Inactive Accounts", P47).

The first notice goes out two months before the period ends, the second a month later, and never less than 30 days lie between a
notice and what follows it. Whoever comes back meanwhile is told nothing more and keeps everything.

Next: activities/inactive_accounts.py
"""

from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from domain.period import period_end

FIRST_BEFORE: Final = timedelta(days=60)
BETWEEN: Final = timedelta(days=30)


class Step(StrEnum):
    """What an account is due for."""

    FIRST_NOTICE = "first_notice"
    SECOND_NOTICE = "second_notice"
    END = "end"
    CAME_BACK = "came_back"  # its notices count no more


def step_of(active: date, period: str, told: tuple[date, date | None] | None, today: date) -> Step | None:
    """What an account is due for today; None for nothing.

    Args:
        active: day on which the person was last active.
        period: of the data map.
        told: days of the first and of the second notice, where there were any.
        today: UTC.
    """
    if told is not None and active >= told[0]:
        return Step.CAME_BACK
    end = period_end(active, period)
    if told is None:
        return Step.FIRST_NOTICE if today >= end - FIRST_BEFORE else None
    first, second = told
    if second is None:
        return Step.SECOND_NOTICE if today >= first + BETWEEN else None
    return Step.END if today > end and today >= second + BETWEEN else None


def last_day(active: date, period: str, told: date) -> date:
    """The day until which somebody can come back, as a notice says it: never less than 30 days after that notice and the next."""
    return max(period_end(active, period), told + BETWEEN)
