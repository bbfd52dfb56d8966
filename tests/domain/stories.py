"""Short stories for the clock's tests: kinds and days, each event at ten in the morning UTC."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from domain.deadline import Clock, ClockEvent, compute

UK = ("UK",)
IRISH = ("UK", "EU-IE")


def event(kind: str, day: str, number: int | None = None) -> ClockEvent:
    at = datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(hours=10)
    return ClockEvent.model_validate({"kind": kind, "at": at, "number": number})


def case(
    *story: tuple[str, str],
    regimes: Sequence[str] = UK,
    rights: Sequence[str] = ("access",),
    today: str | None = None,
) -> Clock:
    events = [event(kind, day) for kind, day in story]
    as_of = event("received", today).at if today else max(event.at for event in events)
    return compute(regimes, rights, events, as_of=as_of)


def day(text: str) -> date:
    return date.fromisoformat(text)


RECEIVED = ("received", "2026-09-01")  # a Tuesday; the month ends on Thursday 1 October
