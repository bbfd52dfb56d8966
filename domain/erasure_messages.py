"""What travels between the workflow and the activities of erasure: ids, enums, counts, dates, hashes (see `domain/messages.py`).

Next: activities/erasure.py
"""

from uuid import UUID

from domain.commands import Message
from domain.erasure import Addressee, Edit
from domain.messages import HeldContacts, SystemResult
from domain.texts import Name, Sha256


class PlanErasure(Message):
    """Look at what there is, and make a plan.

    Args:
        number: counts the plans of the case.
        run: number of the look, below 0.
        keys: identifiers it goes by.
        edits: what caseworkers decided otherwise.
        skipped: systems that a caseworker left out, with a recorded reason.
        samples: a few rows are kept for whoever approves it.
    """

    case_id: UUID
    number: int
    run: int
    keys: list[UUID]
    edits: list[Edit] = []
    skipped: list[Name] = []
    samples: bool = True


class Place(Message):
    """One collection."""

    system: Name
    collection: Name


class PlanMade(Message):
    """A plan, in figures; None where a system failed and somebody has to decide first.

    Args:
        before: collections of which something has to be done by a person first.
        by_hand: systems that a person erases.
        public: collections with rows that others can see, so that copies of them may be elsewhere (Article 17(2)).
        waiting_days: between the notice to the person and the erasure.
        second_look_days: between the erasure and the last look.
    """

    plan: UUID | None = None
    sha256: Sha256 | None = None
    datamap: Sha256 | None = None
    erase: int = 0
    change: int = 0  # anonymised, or single fields emptied or replaced
    keep: int = 0
    before: list[Place] = []
    by_hand: list[Name] = []
    addressees: list[Addressee] = []
    public: list[Place] = []
    waiting_days: int = 0
    second_look_days: int = 0
    failed: list[SystemResult] = []
    held: HeldContacts = HeldContacts()


class CarryOutErasure(Message):
    """Carry out an approved plan, or go on with it. `run` is the number of the look right before."""

    case_id: UUID
    plan: UUID
    sha256: Sha256
    run: int
    skipped: list[Name] = []


class ErasureCarriedOut(Message):
    """How far it came.

    Args:
        changed: collections that no longer fit the plan; `datamap` when the data map changed. Nothing was done then.
        held: somebody placed a hold; nothing was done then.
        failed: systems that refused or stayed away; the rest is done.
    """

    changed: list[Place] = []
    datamap: bool = False
    held: bool = False
    failed: list[SystemResult] = []

    @property
    def done(self) -> bool:
        return not self.changed and not self.datamap and not self.held and not self.failed


class LookAgain(Message):
    case_id: UUID
    plan: UUID
    run: int
    skipped: list[Name] = []


class Leftover(Message):
    """Rows that should not be there any more. `newer`: made after the erasure, so perhaps another account of the person."""

    system: Name
    collection: Name
    rows: int
    newer: bool = False


class LookedAgain(Message):
    leftovers: list[Leftover] = []
    failed: list[SystemResult] = []


class CertifyErasure(Message):
    """Write the certificate. `done_by_hand` are systems that a person says were erased; the others' are pending."""

    case_id: UUID
    plan: UUID
    done_by_hand: list[Name] = []
    instructed: list[Name] = []  # addressees that were told by now
    confirmed: list[Name] = []
    skipped: list[Name] = []


class Certified(Message):
    sha256: Sha256
    erased: int
    kept: int
