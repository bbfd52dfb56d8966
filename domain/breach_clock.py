"""The hours in which a personal data breach is notified to an authority (Article 33(1), GDPR and UK GDPR).

Hours run through nights, weekends and holidays and are counted between instants, so a change of clocks shifts the wall time.
Next: `domain/deadline_report.py`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from domain.errors import InvalidInputError

ONE_HOUR = timedelta(hours=1)
SOURCE = "Article 33(1)"


@dataclass(frozen=True)
class NotificationPeriod:
    """How long an authority gives, for awareness from `since` on. A proposal of November 2025 would make it 96 in the EU."""

    hours: int
    since: datetime


PERIODS = (NotificationPeriod(hours=72, since=datetime(2018, 5, 25, tzinfo=UTC)),)


class BreachLine(BaseModel):
    """One step of the sum: what was done, the instant it gives (UTC), and the law it rests on."""

    model_config = ConfigDict(frozen=True)

    step: str
    date: AwareDatetime | None
    source: str


class BreachClock(BaseModel):
    """When an authority has to be notified.

    Args:
        legal_due: the outer bound (UTC), by whole hours as Regulation 1182/71 counts them.
        safe_due: the elapsed hours (UTC), by which work is steered.
    """

    model_config = ConfigDict(frozen=True)

    legal_due: AwareDatetime
    safe_due: AwareDatetime
    state: Literal["running", "met", "missed"]
    sum: list[BreachLine]


def breach_clock(aware_at: datetime, *, notified_at: datetime | None = None, as_of: datetime | None = None) -> BreachClock:
    """The clock from one awareness time.

    Args:
        aware_at: when the controller was reasonably certain, with an offset.
        notified_at: when the authority was notified.
        as_of: now; without it the state is told as of the notification, or of awareness.

    Raises InvalidInputError for an instant without offset or before the GDPR applied.
    """
    if any(instant is not None and instant.tzinfo is None for instant in (aware_at, notified_at, as_of)):
        raise InvalidInputError("An instant needs an offset from UTC.", field="aware_at")
    aware = aware_at.astimezone(UTC)
    period = next((row for row in reversed(PERIODS) if row.since <= aware), None)
    if period is None:
        raise InvalidInputError("No regime was in force at this time.", field="aware_at")
    length = timedelta(hours=period.hours)
    whole = aware.replace(minute=0, second=0, microsecond=0)
    # The hour of the event is not counted. On the full hour the earlier reading is taken: no further hour is left out.
    outer = (whole if whole == aware else whole + ONE_HOUR) + length
    safe = aware + length
    now = (notified_at or as_of or aware).astimezone(UTC)
    done: Literal["running", "met"] = "met" if notified_at else "running"
    return BreachClock(
        legal_due=outer,
        safe_due=safe,
        state="missed" if now > outer else done,
        sum=_sum(aware, safe, outer, period.hours),
    )


def _sum(aware: datetime, safe: datetime, outer: datetime, hours: int) -> list[BreachLine]:
    lines: list[tuple[str, datetime | None, str]] = [
        ("the controller became aware (reasonable certainty)", aware, "EDPB Guidelines 9/2022"),
        (f"{hours} hours run on all days, also on days off", safe, f"{SOURCE}; Regulation 1182/71 Article 3(3)"),
        (
            "Contested: the hour of awareness is not counted and the last hour runs to its end; outer bound only",
            outer,
            "Regulation 1182/71 Article 3(1), (2)(a); Article 4A UK GDPR",
        ),
        (
            "Contested: at least two working days would have to be included; never relied on",
            None,
            "Regulation 1182/71 Article 3(5); against: LDI NRW, BayLfD",
        ),
        ("safe time", safe, "the earlier reading wherever the law is contested"),
    ]
    return [BreachLine(step=step, date=instant, source=source) for step, instant, source in lines]
