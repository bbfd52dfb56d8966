"""What the legal clock knows of a case: its events, folded into receipt, waits, notices and end, in local days.

The order in which events were recorded does not matter, only when they happened. Next: `domain/deadline_period.py`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import pairwise
from typing import get_args

from pydantic import AwareDatetime, BaseModel, ConfigDict

from domain.errors import InvalidInputError
from domain.regimes import WaitKind


class ClockEventKind(StrEnum):
    """The events that can move a legal clock.

    The routine code that proves control of a mailbox is not among them: it is a check of the channel, not a request for
    information under Article 12(6), and restarts nothing.
    """

    RECEIVED = "received"
    IDENTITY_REQUESTED = "identity_requested"  # Article 12(6), with a stated reasonable doubt
    IDENTITY_RECEIVED = "identity_received"
    AUTHORITY_REQUESTED = "authority_requested"  # proof that somebody may act for the person
    AUTHORITY_RECEIVED = "authority_received"
    FEE_REQUESTED = "fee_requested"  # Article 12(5)
    FEE_PAID = "fee_paid"
    CLARIFICATION_ASKED = "clarification_asked"  # Article 12A(5)
    CLARIFICATION_ANSWERED = "clarification_answered"  # from the reply's arrival; "everything" is an answer
    EXTENSION_NOTIFIED = "extension_notified"  # the notice went out
    EXTENSION_BOUNCED = "extension_bounced"  # and came back: a notice that bounced is not given
    ANSWERED = "answered"  # the answer was delivered
    REFUSAL_NOTIFIED = "refusal_notified"  # refusal or no action, with reasons (Article 12(4))
    WITHDRAWN = "withdrawn"
    REOPENED = "reopened"  # at the original day of receipt; what had ended the case no longer counts
    COMPLAINT_RECEIVED = "complaint_received"  # s.164A DPA 2018
    COMPLAINT_ACKNOWLEDGED = "complaint_acknowledged"


Kind = ClockEventKind

_ASKED: dict[WaitKind, tuple[Kind, Kind]] = {
    "identity": (Kind.IDENTITY_REQUESTED, Kind.IDENTITY_RECEIVED),
    "authority": (Kind.AUTHORITY_REQUESTED, Kind.AUTHORITY_RECEIVED),
    "fee": (Kind.FEE_REQUESTED, Kind.FEE_PAID),
    "clarification": (Kind.CLARIFICATION_ASKED, Kind.CLARIFICATION_ANSWERED),
}


class ClockEvent(BaseModel):
    """Something that happened and may move a clock.

    Args:
        kind: what happened.
        at: when, with an offset.
        number: which question an answer belongs to, when several are open; without it an answer ends every open wait of
            its kind, as a reply ends a pause.
    """

    model_config = ConfigDict(frozen=True)

    kind: ClockEventKind
    at: AwareDatetime
    number: int | None = None


@dataclass(frozen=True)
class Wait:
    """Something asked of the person, and the local day its answer came, if it has."""

    kind: WaitKind
    asked: date
    answered: date | None


@dataclass(frozen=True)
class Facts:
    """A case's events as one regime's clock reads them.

    Args:
        received: the local day from which the period is counted.
        waits: in the order in which they were asked.
        notices: days of extension notices that were given and did not bounce.
        ended: kind and day of the first event that ended the duty to answer, after the last reopening.
        today: the local day as of which the state is told.
    """

    received: date
    waits: tuple[Wait, ...]
    notices: tuple[date, ...]
    ended: tuple[Kind, date] | None
    today: date


_ENDS_REQUEST = (Kind.ANSWERED, Kind.REFUSAL_NOTIFIED, Kind.WITHDRAWN)
_ENDS_COMPLAINT = (Kind.COMPLAINT_ACKNOWLEDGED, *_ENDS_REQUEST)


def fold(
    events: Iterable[ClockEvent],
    *,
    as_of: datetime,
    received_day: Callable[[datetime], date],
    day: Callable[[datetime], date],
    complaint: bool = False,
) -> Facts:
    """The facts of a request, or of the complaint in a case.

    Args:
        events: in any order.
        as_of: now, with an offset.
        received_day: the local day of a receipt.
        day: the local day of everything else.
        complaint: whether the clock is that of a complaint, which an acknowledgement meets.

    Raises InvalidInputError when nothing was received.
    """
    ordered = sorted(events, key=_moment)
    complaints = _times(ordered, Kind.COMPLAINT_RECEIVED) if complaint else []
    receipts = complaints or _times(ordered, Kind.RECEIVED) or _times(ordered, Kind.COMPLAINT_RECEIVED)
    if not receipts:
        raise InvalidInputError("A clock needs the time of receipt.", field="received")
    ends = _ENDS_COMPLAINT if complaint else _ENDS_REQUEST
    reopened = max((index for index, event in enumerate(ordered) if event.kind == Kind.REOPENED), default=-1)
    ended = next(((event.kind, day(event.at)) for event in ordered[reopened + 1 :] if event.kind in ends), None)
    return Facts(
        received=received_day(receipts[0]),
        waits=_waits(ordered, day),
        notices=_notices(ordered, day),
        ended=ended,
        today=day(as_of),
    )


def _moment(event: ClockEvent) -> tuple[datetime, int, int]:
    # At one instant the question comes before its answer and the notice before its bounce, however they were recorded.
    return event.at, list(Kind).index(event.kind), event.number or 0


def _times(ordered: list[ClockEvent], kind: Kind) -> list[datetime]:
    return [event.at for event in ordered if event.kind == kind]


def _waits(ordered: list[ClockEvent], day: Callable[[datetime], date]) -> tuple[Wait, ...]:
    waits = []
    for kind in get_args(WaitKind):
        asked, answered = _ASKED[kind]
        answers = [event for event in ordered if event.kind == answered]
        for question in (event for event in ordered if event.kind == asked):
            answer = next((reply for reply in answers if _answers(reply, question)), None)
            waits.append(Wait(kind, day(question.at), day(answer.at) if answer else None))
    return tuple(sorted(waits, key=lambda wait: wait.asked))


def _answers(reply: ClockEvent, question: ClockEvent) -> bool:
    # What came before it was asked for is not an answer: unsolicited identity moves nothing (Article 12A(2)(b)).
    numbers = {reply.number, question.number} - {None}
    return reply.at >= question.at and len(numbers) <= 1


def _notices(ordered: list[ClockEvent], day: Callable[[datetime], date]) -> tuple[date, ...]:
    story = [event for event in ordered if event.kind in (Kind.EXTENSION_NOTIFIED, Kind.EXTENSION_BOUNCED)]
    kept = [first for first, then in pairwise(story) if then.kind == Kind.EXTENSION_NOTIFIED]
    kept += story[-1:]
    return tuple(day(event.at) for event in kept if event.kind == Kind.EXTENSION_NOTIFIED)
