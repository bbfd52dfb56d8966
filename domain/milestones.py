"""When a case has to be looked at because of its clock: reminders before the safe date, and the dates' passing.

Serves `workflows/deadline_clock.py`; here, and not there, because time zones are not for the workflow sandbox.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from domain.deadline import Clock, day_ends
from domain.insurance import ESTIMATE_DAYS

# Two weeks to collect what is missing, one to review, three days and one to chase a second pair of eyes (design section 5).
REMINDER_DAYS = (14, 7, 3, 1)
OFFER_DAYS = 7  # longer time and a partial answer: while a notice is still lawful and reasons can be written (design section 5)
WAIT_FOR_FETCHING = timedelta(days=14)  # after the notice that the copy is ready (design section 4)
TIME_TO_ERASE = timedelta(days=3)  # so that the wait never leads past the safe date
_ZONE = ZoneInfo("Europe/London")  # where the controller's caseworkers read their reminders
_MORNING = time(8)  # when they start work


class Milestone(BaseModel):
    """The next instant (UTC) at which the clock asks for something: a reminder so many days ahead, or a date that passed."""

    at: datetime
    days: int | None = None
    passed: Literal["safe", "legal"] | None = None
    estimate: int | None = None  # days after receipt on which the work is estimated
    review: date | None = None  # the day to look at an unanswered question again


def next_milestone(
    clock: Clock,
    regimes: Sequence[str],
    warned: Sequence[int],
    passed: Sequence[str],
    *,
    now: datetime,
    estimate: tuple[datetime, Sequence[int]] | None = None,
    reviewed: Sequence[date] = (),
) -> Milestone | None:
    """What comes next on this clock, given what was already done. It may lie in the past after an outage.

    Args:
        clock: as last computed.
        regimes: the case's; a day is over where it is over first.
        warned: the reminders already recorded, in days before the safe date.
        passed: "safe" and "legal" once their passing is recorded.
        now: UTC; of several reminders that lie behind it only the nearest to the date is still given.
        reviewed: the days on which unanswered questions were looked at again.
        estimate: when the request was received and on which days after it the work was estimated; None where nothing is searched.
    """
    milestones = []
    if "safe" not in passed:
        milestones = _latest([_reminder(clock, days) for days in REMINDER_DAYS if all(days < given for given in warned)], now)
        milestones += _latest(list(_estimates(clock, *estimate)), now) if estimate else []
        milestones.append(Milestone(at=day_ends(clock.safe_due, regimes), passed="safe"))
    if clock.review_on is not None and clock.review_on not in reviewed:
        milestones.append(Milestone(at=_local(clock.review_on, _MORNING), review=clock.review_on))
    if clock.legal_due is not None and "legal" not in passed:
        milestones.append(Milestone(at=day_ends(clock.legal_due, regimes), passed="legal"))
    return min(milestones, key=lambda milestone: milestone.at, default=None)


def erase_from(clock: Clock, delivered_at: datetime) -> datetime:
    """When an erasure that waits for a copy to be fetched begins all the same (UTC): in time to be done by the safe date."""
    return min(delivered_at + WAIT_FOR_FETCHING, _local(clock.safe_due - TIME_TO_ERASE, _MORNING))


def extension_lapsed(clock: Clock, regimes: Sequence[str], *, now: datetime) -> bool:
    """Whether the last day for an extension notice is over (Article 12(3): within one month of receipt)."""
    return clock.extend_by is not None and now >= day_ends(clock.extend_by, regimes)


def _reminder(clock: Clock, days: int) -> Milestone:
    return Milestone(at=_local(clock.safe_due - timedelta(days=days), _MORNING), days=days)


def _estimates(clock: Clock, received_at: datetime, done: Sequence[int]) -> Iterator[Milestone]:
    for days in ESTIMATE_DAYS:
        day = received_at.astimezone(_ZONE).date() + timedelta(days=days)
        if all(days > before for before in done) and day < clock.safe_due:
            yield Milestone(at=_local(day, _MORNING), estimate=days)


def _latest(milestones: list[Milestone], now: datetime) -> list[Milestone]:
    """Without those that a later one overtook while nobody could do them."""
    behind = [milestone for milestone in milestones if milestone.at <= now]
    return [milestone for milestone in milestones if milestone not in behind[:-1]]


def _local(day: date, at: time) -> datetime:
    return datetime.combine(day, at, tzinfo=_ZONE).astimezone(UTC)
