"""From a case's recorded events to the events its legal clock knows. Serves `record_case_event` and intake.

The mapping is the whole of what moves a date: the routine check of a mailbox is not in it (Article 12(6) needs a doubt).
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache

from domain.calendars import ENGLAND_AND_WALES, Calendar
from domain.datamap import Controller
from domain.deadline import Clock, ClockEvent, ClockEventKind, Seat, compute
from domain.events import CaseEvent, Tag
from domain.regimes import calendar_title, zone_of
from domain.rights import Outcome, Right

CLOCK_KINDS: dict[Tag, ClockEventKind] = {
    Tag.IDENTITY_MORE_REQUESTED: ClockEventKind.IDENTITY_REQUESTED,
    Tag.IDENTITY_EVIDENCE_RECEIVED: ClockEventKind.IDENTITY_RECEIVED,
    Tag.IDENTITY_CONFIRMED: ClockEventKind.IDENTITY_RECEIVED,  # settles the doubt; unasked it moves nothing
    Tag.CLARIFICATION_ASKED: ClockEventKind.CLARIFICATION_ASKED,
    Tag.CLARIFICATION_ANSWERED: ClockEventKind.CLARIFICATION_ANSWERED,
    Tag.EXTENSION_NOTIFIED: ClockEventKind.EXTENSION_NOTIFIED,
    Tag.EXTENSION_BOUNCED: ClockEventKind.EXTENSION_BOUNCED,
    Tag.REFUSAL_NOTIFIED: ClockEventKind.REFUSAL_NOTIFIED,
    Tag.COMPLAINT_ACKNOWLEDGED: ClockEventKind.COMPLAINT_ACKNOWLEDGED,
    Tag.AUTHORITY_ASKED: ClockEventKind.AUTHORITY_REQUESTED,
    Tag.AUTHORITY_RECEIVED: ClockEventKind.AUTHORITY_RECEIVED,
    Tag.FEE_ASKED: ClockEventKind.FEE_REQUESTED,
    Tag.FEE_PAID: ClockEventKind.FEE_PAID,
    Tag.DELIVERY_NOTIFIED: ClockEventKind.ANSWERED,
    Tag.DELIVERY_RECORDED: ClockEventKind.ANSWERED,
    Tag.RIGHT_ANSWERED: ClockEventKind.ANSWERED,
    Tag.REQUEST_CLOSED: ClockEventKind.WITHDRAWN,
    Tag.REQUEST_REOPENED: ClockEventKind.REOPENED,
}
# Closed with the person's word that nothing is wanted any more. A close for want of an answer is a refusal to act: what counts is
# its letter, which is REFUSAL_NOTIFIED (Article 12(4)); a delivered answer met the date when it was delivered.
_WITHDRAWN = {Outcome.WITHDRAWN.value, Outcome.NOT_THE_REQUESTER.value, Outcome.DUPLICATE.value}


def seat_of(controller: Controller) -> Seat:
    """What the clock has to know of the controller."""
    representative = controller.representative
    proclaimed: dict[str, frozenset[date]] = {}
    for holiday in controller.proclaimed_holidays:
        proclaimed[holiday.country] = proclaimed.get(holiday.country, frozenset()) | {holiday.day}
    return Seat(
        country=controller.country,
        representative=representative.country if representative else None,
        proclaimed=proclaimed,
    )


def calendar_of(controller: Controller) -> Calendar:
    """The controller's own working days, by which its targets count."""
    country = controller.country if zone_of(controller.country) else ENGLAND_AND_WALES
    return Calendar(country, calendar_title(country), seat_of(controller).proclaimed.get(country, frozenset()))


def clock_of(
    received_at: datetime,
    regimes: Iterable[str],
    rights: Iterable[str],
    events: Iterable[CaseEvent],
    *,
    as_of: datetime,
    seat: Seat | None = None,
) -> Clock:
    """The clock of a case at an instant.

    Args:
        received_at: when the request reached the controller, UTC.
        regimes: codes of the regimes the case is under.
        rights: what was asked for.
        events: at least those events of the case that move a clock, in any order.
        as_of: the instant at which `missed` is judged, UTC.
        seat: what is known of the controller.
    """
    asked = tuple(Right(right) for right in rights)
    story = story_of(received_at, asked, events)
    laws = tuple(regimes)
    if not any(event.kind is ClockEventKind.IDENTITY_REQUESTED for event in story):
        story = [event for event in story if event.kind is not ClockEventKind.IDENTITY_RECEIVED]  # unasked it moves nothing
    if len(story) == 1:
        return _unmoved(_quarter(received_at), laws, asked, _quarter(as_of), seat.model_dump_json() if seat else None)
    return _counted(story, laws, asked, as_of, seat)


@lru_cache(maxsize=1024)
def _unmoved(received_at: datetime, laws: tuple[str, ...], asked: tuple[Right, ...], as_of: datetime, seat: str | None) -> Clock:
    """The clock that nothing has moved yet, once for all that is received within a quarter of an hour."""
    where = None if seat is None else Seat.model_validate_json(seat)  # a model with a mapping in it is no key of a cache
    return _counted(story_of(received_at, asked, ()), laws, asked, as_of, where)


def _quarter(at: datetime) -> datetime:
    # The clock counts in days, and in every zone midnight falls on a quarter of an hour of UTC.
    return at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)


def _counted(
    story: Sequence[ClockEvent], laws: tuple[str, ...], asked: tuple[Right, ...], as_of: datetime, seat: Seat | None
) -> Clock:
    received_at = story[0].at
    clock = compute(laws, asked, story, as_of=as_of, seat=seat)
    extended = any(event.kind is ClockEventKind.EXTENSION_NOTIFIED for event in story) and clock.extended
    return clock.model_copy(update={"promised": promised(received_at, laws, asked, extended=extended, seat=seat)})


def story_of(received_at: datetime, rights: Iterable[Right], events: Iterable[CaseEvent]) -> list[ClockEvent]:
    """What of a case's record can move a clock, the receipt first. It is answered when the person was told of every right."""
    waiting = set(rights) - {Right.COMPLAINT}  # which has a clock of its own, met by its acknowledgement
    story = [ClockEvent(kind=ClockEventKind.RECEIVED, at=received_at)]
    for event in sorted(events, key=lambda each: each.sequence):
        kind = kind_of(event)
        if (right := _answers(event)) is not None:
            waiting.discard(right)
            kind = None if waiting else ClockEventKind.ANSWERED
            if right is Right.COMPLAINT:
                kind = ClockEventKind.COMPLAINT_ACKNOWLEDGED
        if kind is not None:
            story.append(ClockEvent(kind=kind, at=_moment(event)))
    return story


def promised(
    received_at: datetime, regimes: Iterable[str], rights: Iterable[str], *, extended: bool, seat: Seat | None = None
) -> date:
    """The day that letters name (practice.md 3.5): counted from receipt, as if no question had ever stopped the clock.

    Args:
        received_at: when the request reached the controller, UTC.
        regimes: codes of the regimes the case is under.
        rights: what was asked for; a complaint beside a request has days of its own and promises nothing about the answer.
        extended: two further months are taken, by a notice in time.
        seat: what is known of the controller.
    """
    events = [ClockEvent(kind=ClockEventKind.RECEIVED, at=received_at)]
    if extended:
        events.append(ClockEvent(kind=ClockEventKind.EXTENSION_NOTIFIED, at=received_at))
    asked = list(rights)
    request = [right for right in asked if right != Right.COMPLAINT] or asked
    return compute(tuple(regimes), request, events, as_of=received_at, seat=seat).safe_due


def _answers(event: CaseEvent) -> Right | None:
    """The right of which the person was told something final by an event."""
    if event.tag in {Tag.DELIVERY_NOTIFIED, Tag.DELIVERY_RECORDED}:
        return Right.ACCESS
    right = event.facts.get("right") if event.tag in {Tag.RIGHT_ANSWERED, Tag.REFUSAL_NOTIFIED} else None
    return Right(str(right)) if right else None


def kind_of(event: CaseEvent) -> ClockEventKind | None:
    """What an event is to the clock; None when it moves nothing."""
    if event.tag is not Tag.REQUEST_CLOSED:
        return CLOCK_KINDS.get(event.tag)
    return ClockEventKind.WITHDRAWN if event.facts.get("outcome") in _WITHDRAWN else None


def _moment(event: CaseEvent) -> datetime:
    # A reply ends a pause from its arrival, also while it waited to be read; nothing arrives after it was recorded.
    arrived = event.facts.get("arrived_at")
    # A letter on paper is given on the day it is posted or handed over, also where somebody writes that down days later.
    given = event.facts.get("given_on")
    instant = str(arrived) if arrived else f"{given}T12:00:00+00:00" if given else ""
    return min(datetime.fromisoformat(instant), event.at) if instant else event.at
