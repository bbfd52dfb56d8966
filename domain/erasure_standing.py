"""Where the erasure of one case stands: its plan in figures, the notice, the looks afterwards. A part of the case's state.

Next: domain/erasure_folding.py
"""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from domain.erasure import Addressee, Edit
from domain.texts import FactText, Name, Sha256


class PlanStanding(BaseModel):
    """The plan that a reviewer sees.

    Args:
        keys: the identifiers it was made with; others make it void.
        erase: rows to delete; `change` are anonymised or emptied, `keep` retained.
        before: `system.collection` of which a person has to do something first.
        by_hand: systems that a person erases.
        public: `system.collection` of which others could see rows.
        binding: set by approval: what else the approval covers.
        approved_by: sequence of the event that approved it.
    """

    id: UUID
    number: int
    sha256: Sha256
    datamap: Sha256
    keys: list[UUID]
    erase: int
    change: int
    keep: int
    before: list[FactText] = []
    by_hand: list[Name] = []
    addressees: list[Addressee] = []
    public: list[FactText] = []
    waiting_days: int = 0
    second_look_days: int = 30
    binding: Sha256 | None = None
    approved_by: int = 0

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do and nothing to keep."""
        return not (self.erase or self.change or self.keep or self.by_hand)


class ErasureStanding(BaseModel):
    """How far the erasure is.

    Args:
        plans: how many were made.
        stopped: the plan that stood when somebody stopped the erasure: kept to be read, nothing of it is carried out.
        looks: how many looks into the systems were begun; each has a number of its own.
        skipped: systems that a caseworker left out, with a reason.
        told_at: the notice with the stop link went to every proven address.
        waiting_until: nothing is erased before.
        carried_out_at: everything that programs erase is erased.
        leftovers: rows that the newest look found and that should not be there.
        newer: rows that were made since: a question for a person.
        looked_at: of the newest look.
        certified: sequence of the event with the certificate; the number of the letter that brings it.
        pending: processors that had not confirmed when the certificate was written.
        told_of_rest: the person was told that they have by now.
        followed_up: the last look is done.
    """

    plans: int = 0
    looks: int = 0
    plan: PlanStanding | None = None
    stopped: PlanStanding | None = None
    edits: list[Edit] = []
    skipped: list[Name] = []
    told_at: datetime | None = None
    waiting_until: datetime | None = None
    carried_out_at: datetime | None = None
    leftovers: int = 0
    newer: int = 0
    looked_at: datetime | None = None
    certified: int = 0
    pending: list[Name] = []
    told_of_rest: bool = False
    followed_up: bool = False

    @property
    def readable(self) -> PlanStanding | None:
        """The plan as it can be read: the one that stands, else the one that was stopped."""
        return self.plan or self.stopped

    @property
    def approved(self) -> bool:
        return self.plan is not None and self.plan.binding is not None
