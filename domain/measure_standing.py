"""What is done for one right in the controller's systems: correct, mark, restrict, lift, end a consent. Part of a case's state.

Serves Articles 7(3), 16, 18, 21 and 22. The values of a correction are a sealed note; here are ids, counts, names and times.
Next: domain/measure_decisions.py
"""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from domain.authority import Action
from domain.erasure import Addressee
from domain.rights import Right
from domain.texts import FactText, Name, Sha256

# stop: direct marketing, for the addresses that were named, at once (Article 21(3)); the others are carried out in the systems.
Kind = Literal["correct", "dispute", "restrict", "lift", "withdraw", "stop"]
# Article 18(1): accuracy is contested, unlawful but not to be erased, needed for claims, an objection is being looked at.
RestrictionGround = Literal["accuracy", "unlawful", "claims", "objection"]


class Measure(BaseModel):
    """One change to the controller's systems.

    Args:
        number: sequence of the event that proposed it.
        right: that it serves.
        purposes: of the data map that it is limited to; none named: all.
        ground: of Article 18(1), for a restriction.
        changes: the sealed note with the values of a correction; `sha256` is the keyed hash that a second person approves.
        places: `system.collection.field` of a correction, `system.collection` of a mark.
        contact: a correction of how the person is reached, or signs in.
        text: the sealed note with the person's own statement (a mark), or the words that tell of the lifting.
        of: number of the restriction that a lifting ends.
        found: rows that hold what the correction expects; None until somebody looked.
        approved: it may be carried out.
        rows: that were changed. `by_hand`: systems in which a person does it.
        void: it came to nothing: returned, or nothing holds the old value any more.
        told_at: a restriction: when the notice that it will be lifted was handed over (Article 18(3)).
        lifted: a restriction that is over.
    """

    number: int
    right: Right
    kind: Kind
    purposes: list[Name] = []
    ground: RestrictionGround | None = None
    changes: UUID | None = None
    sha256: Sha256 | None = None
    places: list[FactText] = []
    contact: bool = False
    text: UUID | None = None
    of: int = 0
    found: int | None = None
    approved: bool = False
    carried_out_at: datetime | None = None
    rows: int = 0
    by_hand: list[Name] = []
    addressees: list[Addressee] = []
    skipped: list[Name] = []
    void: bool = False
    announced: int = 0  # sequence of the event that decided to lift it; the number of the notice
    told_at: datetime | None = None
    lifted: bool = False

    @property
    def pending(self) -> bool:
        """Whether it is still to be carried out, or to be decided about."""
        return not self.void and self.carried_out_at is None

    @property
    def in_force(self) -> bool:
        """Whether it is a restriction that lasts: nothing but storage is allowed (Article 18(2))."""
        return self.kind == "restrict" and self.carried_out_at is not None and not self.lifted


class ValuesFound(BaseModel):
    """That somebody looked which values of the person could be corrected; the values themselves are a sealed row.

    Args:
        keys: the identifiers that led there.
        after: number of the last correction that was over by then; one that came later makes what was found old.
    """

    keys: list[UUID]
    after: int


def corrected_last(measures: list[Measure]) -> int:
    """Number of the last correction that is over: made, returned, taken back, or come to nothing; 0 when there is none."""
    return max((each.number for each in measures if each.kind == "correct" and not each.pending), default=0)


def pending_of(measures: list[Measure], right: Right) -> Measure | None:
    """The measure of a right that is not carried out yet, if there is one; there is one at a time."""
    return next((each for each in measures if each.right is right and each.pending), None)


def done_of(measures: list[Measure], right: Right) -> list[Measure]:
    """The measures of a right that were carried out."""
    return [each for each in measures if each.right is right and each.carried_out_at is not None]


def restriction_of(measures: list[Measure]) -> Measure | None:
    """The restriction that lasts, if there is one; there is one at a time in a case."""
    return next((each for each in measures if each.in_force), None)


def on_records(measures: list[Measure]) -> bool:
    """Whether something was done to records of the person; to stop marketing goes by the addresses that were named."""
    return any(each.kind != "stop" for each in measures)


def lifting_actions(measures: list[Measure]) -> list[Action]:
    """What may be done about a restriction that lasts, also of a closed case: an objection that was right stays in force."""
    lasting = restriction_of(measures)
    if lasting is None or any(each.kind == "lift" and each.pending for each in measures):
        return []
    if lasting.told_at is not None:
        return [Action.LIFT_RESTRICTION]
    return [] if lasting.announced else [Action.ANNOUNCE_LIFTING]
