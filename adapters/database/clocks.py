"""From a case's recorded events to the events its legal clock knows. Serves `record_case_event` and intake.

The mapping is the whole of what moves a date: the routine check of a mailbox is not in it (Article 12(6) needs a doubt).
"""

from collections.abc import Iterable
from datetime import datetime

from domain.deadline import Clock, ClockEvent, ClockEventKind, compute
from domain.events import CaseEvent, Tag
from domain.rights import Right

CLOCK_KINDS: dict[Tag, ClockEventKind] = {
    Tag.IDENTITY_MORE_REQUESTED: ClockEventKind.IDENTITY_REQUESTED,
    Tag.IDENTITY_EVIDENCE_RECEIVED: ClockEventKind.IDENTITY_RECEIVED,
    Tag.DELIVERY_NOTIFIED: ClockEventKind.ANSWERED,
    Tag.DELIVERY_RECORDED: ClockEventKind.ANSWERED,
    Tag.REQUEST_CLOSED: ClockEventKind.ANSWERED,
}


def clock_of(
    received_at: datetime,
    regimes: Iterable[str],
    rights: Iterable[str],
    events: Iterable[CaseEvent],
    *,
    as_of: datetime,
) -> Clock:
    """The clock of a case at an instant.

    Args:
        received_at: when the request reached the controller, UTC.
        regimes: codes of the regimes the case is under.
        rights: what was asked for.
        events: at least those events of the case that move a clock, in any order.
        as_of: the instant at which `missed` is judged, UTC.
    """
    moved = [ClockEvent(kind=CLOCK_KINDS[event.tag], at=event.at) for event in events if event.tag in CLOCK_KINDS]
    received = ClockEvent(kind=ClockEventKind.RECEIVED, at=received_at)
    return compute(tuple(regimes), tuple(Right(right) for right in rights), [received, *moved], as_of=as_of)
