"""The inputs of `habeas deadline`, read and checked. Next: `domain/deadline_report.py`."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from domain.deadline_facts import ClockEvent, ClockEventKind
from domain.errors import InvalidInputError
from domain.regimes import country_code

# Input keys that are instants, and the event each stands for.
INSTANTS: dict[str, ClockEventKind | None] = {
    "identity_requested_at": ClockEventKind.IDENTITY_REQUESTED,
    "identity_received_at": ClockEventKind.IDENTITY_RECEIVED,
    "authority_requested_at": ClockEventKind.AUTHORITY_REQUESTED,
    "authority_received_at": ClockEventKind.AUTHORITY_RECEIVED,
    "fee_requested_at": ClockEventKind.FEE_REQUESTED,
    "fee_paid_at": ClockEventKind.FEE_PAID,
    "extension_notified_at": ClockEventKind.EXTENSION_NOTIFIED,
    "extension_bounced_at": ClockEventKind.EXTENSION_BOUNCED,
    "answered_at": ClockEventKind.ANSWERED,
    "refusal_notified_at": ClockEventKind.REFUSAL_NOTIFIED,
    "acknowledged_at": ClockEventKind.COMPLAINT_ACKNOWLEDGED,
    "unsolicited_identity_at": None,  # nobody asked for it, so it moves nothing
    "controller_informed_at": None,
    "reasonable_certainty_at": None,
    "notified_at": None,
    "as_of": None,
}
WORDS = ("right", "tz", "controller_country", "representative_country")


EARLIEST, LATEST = 2000, 2099  # years; beyond them neither holiday data nor a regime exists


def instant(value: object, column: str, key: str | None = None) -> datetime:
    """A time with an offset; InvalidInputError, naming the column, for anything else.

    Args:
        value: ISO 8601 text, or a datetime.
        column: where it stands in a vector file.
        key: which input it is, for the sentence.
    """
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            value = None
    if not isinstance(value, datetime) or value.tzinfo is None or not EARLIEST <= value.year <= LATEST:
        name = key or column
        raise InvalidInputError(f"{name} is not a time with an offset, such as 2026-11-23T09:00:00+00:00.", column=column)
    return value


class Inputs:
    """The inputs of a row, checked. Unknown keys are refused, because a misspelt one would change a date in silence.

    Attributes:
        named: every key that is there, also those that are null.
        words, instants: what is there and not null.
        clarifications: when each was asked and answered.
    """

    def __init__(self, inputs: Mapping[str, Any]) -> None:
        unknown = sorted(set(inputs) - set(INSTANTS) - set(WORDS) - {"clarifications"})
        if unknown:
            raise InvalidInputError("The inputs hold a key that is not known.", column="inputs", keys=unknown)
        self.named = frozenset(inputs)
        self.words = {key: self._word(inputs[key]) for key in WORDS if inputs.get(key) is not None}
        self.instants = {key: instant(inputs[key], "inputs", key) for key in INSTANTS if inputs.get(key) is not None}
        self.clarifications = list(self._pairs(inputs.get("clarifications")))

    @staticmethod
    def _word(value: object) -> str:
        if not isinstance(value, str) or not value:
            raise InvalidInputError("The inputs hold a text that is missing or no text.", column="inputs")
        return value

    @staticmethod
    def _pairs(pairs: object) -> Iterator[tuple[datetime, datetime | None]]:
        if pairs is not None and not isinstance(pairs, list):
            raise InvalidInputError("clarifications is a list of pairs.", column="inputs")
        for pair in pairs or []:
            if not isinstance(pair, list) or len(pair) != len(("asked", "answered")):
                raise InvalidInputError("clarifications is a list of pairs.", column="inputs")
            asked = instant(pair[0], "inputs", "clarifications")
            answered = instant(pair[1], "inputs", "clarifications") if pair[1] is not None else None
            if answered and answered < asked:
                raise InvalidInputError("A clarification was answered before it was asked.", column="inputs")
            yield asked, answered

    def country(self, key: str) -> str | None:
        """The country named under a key, as an ISO 3166 code."""
        code = country_code(self.words.get(key))
        if key in self.words and code is None:
            raise InvalidInputError(f"{key} is not a country.", column="inputs")
        return code

    def as_of(self, received: datetime) -> datetime:
        """The instant the state is told of: `as_of`, or the last one named."""
        asked = [time for pair in self.clarifications for time in pair if time]
        return self.instants.get("as_of") or max([received, *self.instants.values(), *asked])

    def events(self) -> Iterator[ClockEvent]:
        for key, kind in INSTANTS.items():
            if kind and key in self.instants:
                yield ClockEvent(kind=kind, at=self.instants[key])
        for number, (asked, answered) in enumerate(self.clarifications, start=1):
            yield ClockEvent(kind=ClockEventKind.CLARIFICATION_ASKED, at=asked, number=number)
            if answered:
                yield ClockEvent(kind=ClockEventKind.CLARIFICATION_ANSWERED, at=answered, number=number)
