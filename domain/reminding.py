"""When somebody who has not answered is reminded, and when closing is proposed: always by a person's decision, never by a timer.

Reminders are counted in the record, so that they go on where they stood, whatever ran or did not run meanwhile.
Next: `workflows/reminders.py`
"""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Plan:
    """How often and when.

    Args:
        remind_after: of each reminder, how long after the beginning.
        propose_after: when closing is proposed; never sooner than `breath` after the last reminder.
    """

    remind_after: tuple[timedelta, ...]
    propose_after: timedelta
    breath: timedelta = timedelta(days=7)


@dataclass(frozen=True)
class Silence:
    """How long somebody has not answered, and what was done about it. All instants UTC."""

    began: datetime
    reminders: int = 0
    reminded_at: datetime | None = None
    proposed: bool = False


@dataclass(frozen=True)
class Step:
    """What comes next: the reminder of that number, or with None the proposal to close. `at` may lie in the past."""

    at: datetime
    reminder: int | None


# After a day most people have seen the mail; after a week they have forgotten it; the month is the law's own (Article 12(3)).
IDENTITY = Plan((timedelta(hours=24), timedelta(days=7)), timedelta(days=30))
# Each reminder carries a fresh link; in between the portal sends one on request (`security.md` 2.9).
FETCHING = Plan((timedelta(days=7), timedelta(days=21)), timedelta(days=30))


def next_step(plan: Plan, silence: Silence, now: datetime) -> Step | None:
    """The next thing to do about a silence; None when closing is proposed already.

    Of several reminders that were missed while nothing ran, one is sent, the latest; closing is proposed only after it.
    """
    due = sum(silence.began + after <= now for after in plan.remind_after)
    if due > silence.reminders:
        return Step(silence.began + plan.remind_after[due - 1], due)
    if silence.reminders < len(plan.remind_after):
        return Step(silence.began + plan.remind_after[silence.reminders], silence.reminders + 1)
    if silence.proposed:
        return None
    last = silence.reminded_at or silence.began
    return Step(max(silence.began + plan.propose_after, last + plan.breath), None)
