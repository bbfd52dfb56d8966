"""What travels between the workflow and the activities of measures: ids, enums, counts, dates, hashes (see `domain/messages.py`).

Next: activities/measures.py
"""

from datetime import datetime
from uuid import UUID

from domain.commands import Message
from domain.erasure import Addressee
from domain.measure_standing import Measure
from domain.messages import SystemResult
from domain.texts import Name


class MarketingStopped(Message):
    """How many addresses are on the marketing list now (Article 21(3)); for which purposes, and who else has to hear of it."""

    addresses: int
    purposes: list[Name] = []
    addressees: list[Addressee] = []


class ExamineMeasure(Message):
    """Look how many rows hold what a correction expects."""

    case_id: UUID
    measure: Measure
    keys: list[UUID]


class MeasureExamined(Message):
    """How many rows hold it, those by hand not counted; None where a system failed and somebody has to decide first."""

    rows: int | None = None
    failed: list[SystemResult] = []


class CarryOutMeasure(Message):
    """Carry a measure out, or go on with it.

    Args:
        keys: the identifiers that lead to the person's rows; none are asked where the effect ends with the address named.
        at: from when it holds, UTC: for a consent the receipt of the withdrawal.
        restriction: of a lifting, the restriction that ends.
    """

    case_id: UUID
    measure: Measure
    keys: list[UUID] = []
    at: datetime
    restriction: int = 0


class MeasureCarriedOut(Message):
    """What came of it.

    Args:
        rows: that hold the new value now.
        by_hand: systems in which a person has to do it, also because nothing known of the person leads to their rows.
        addressees: who is told (Articles 19, 28(3)).
        stale: nothing holds the old value any more, nor the new one, or nothing usable leads to the person; nothing was changed.
        empty: programs looked for the person's records to mark, and found none.
        failed: systems that refused or stayed away; the rest is done.
    """

    rows: int = 0
    empty: bool = False
    by_hand: list[Name] = []
    addressees: list[Addressee] = []
    stale: bool = False
    failed: list[SystemResult] = []


class FindValues(Message):
    """Find which values of the person could be corrected. `number`: of the look."""

    case_id: UUID
    number: int
    keys: list[UUID]


class FoundValues(Message):
    """How many different values were found, and in which systems nobody could look; the values are a sealed row."""

    values: int = 0
    failed: list[Name] = []


class FindTransfers(Message):
    """Find who received data of this person abroad. `run` is the number of the look, below 0."""

    case_id: UUID
    run: int
    keys: list[UUID]
    skipped: list[Name] = []


class TransfersFound(Message):
    """Recipients abroad that hold data of this person; of `safeguards` there is a copy (Article 46)."""

    recipients: list[Name] = []
    safeguards: list[Name] = []
    failed: list[SystemResult] = []
