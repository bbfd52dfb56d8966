"""The clock asks for something at the right instants, once, and also after it was down."""

from datetime import UTC, date, datetime, timedelta

from domain.deadline import Clock
from domain.milestones import Milestone, next_milestone

CLOCK = Clock(legal_due=date(2026, 12, 23), safe_due=date(2026, 12, 23), review_on=None, state="running", extended=False, sum=[])
RECEIVED = datetime(2026, 11, 23, 9, tzinfo=UTC)


def follow(clock: Clock, now: datetime) -> list[Milestone]:
    """Everything that is reached from now on, each recorded as the workflow would."""
    warned: list[int] = []
    passed: list[str] = []
    reached = []
    while (milestone := next_milestone(clock, ["UK"], warned, passed, now=now)) is not None:
        now = max(now, milestone.at)
        reached.append(milestone)
        if milestone.days is not None:
            warned.append(milestone.days)
        else:
            passed.append(str(milestone.passed))
    return reached


def test_reminders_then_both_dates() -> None:
    reached = follow(CLOCK, RECEIVED)
    assert [milestone.days or milestone.passed for milestone in reached] == [14, 7, 3, 1, "safe", "legal"]
    assert reached[0].at == datetime(2026, 12, 9, 8, tzinfo=UTC)
    assert reached[4].at == datetime(2026, 12, 24, tzinfo=UTC)


def test_after_an_outage_only_the_nearest_reminder_is_given() -> None:
    assert [each.days or each.passed for each in follow(CLOCK, RECEIVED + timedelta(days=24))] == [7, 3, 1, "safe", "legal"]


def test_long_after_the_date_it_is_missed_at_once() -> None:
    assert [each.days or each.passed for each in follow(CLOCK, RECEIVED + timedelta(days=90))] == [1, "safe", "legal"]


def test_without_a_legal_date_only_the_safe_one_passes() -> None:
    clock = CLOCK.model_copy(update={"legal_due": None})
    assert [each.days or each.passed for each in follow(clock, RECEIVED)][-1] == "safe"


def test_the_work_is_estimated_on_days_five_and_ten_and_after_an_outage_once() -> None:
    def when(now: datetime, done: list[int]) -> int | None:
        found = next_milestone(CLOCK, ["UK"], [], [], now=now, estimate=(RECEIVED, done))
        return found.estimate if found else None

    assert when(RECEIVED, []) == 5
    assert when(RECEIVED + timedelta(days=5), [5]) == 10
    assert when(RECEIVED + timedelta(days=12), []) == 10  # the first one was overtaken
    assert when(RECEIVED + timedelta(days=12), [5, 10]) is None


def test_an_unanswered_question_is_looked_at_on_its_day_also_without_a_legal_date() -> None:
    waiting = CLOCK.model_copy(update={"legal_due": None, "review_on": date(2026, 12, 7)})
    first = next_milestone(waiting, ["UK"], [], [], now=RECEIVED)
    assert first is not None
    assert (first.review, first.at) == (date(2026, 12, 7), datetime(2026, 12, 7, 8, tzinfo=UTC))
    after = next_milestone(waiting, ["UK"], [], [], now=RECEIVED, reviewed=[date(2026, 12, 7)])
    assert after is not None
    assert after.review is None
