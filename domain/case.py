"""The case: everything the workflow needs to decide what happens next, and nothing it may not know.

Ids, enums, counts, hashes. Next: `domain/folding.py`, which says how recorded events make this state.
"""

import hashlib
import json
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from domain.erasure_standing import ErasureStanding
from domain.rights import NO_IDENTITY_CHECK, Channel, Outcome, Right, Risk, Status
from domain.texts import Name, PersonId, Regime, Sha256

Finding = Literal["upheld", "partly_upheld", "not_upheld"]
Standing = Literal["claimed", "proven", "accepted", "rejected"]
SystemStanding = Literal["searching", "searched", "failed", "manual", "skipped"]


class Identifier(BaseModel):
    """Something that may lead to the person's data; its value is sealed elsewhere (I2)."""

    kind: Name
    standing: Standing = "claimed"

    @property
    def usable(self) -> bool:
        """Whether systems may be searched with it: proven, or accepted by a reasoned decision."""
        return self.standing in {"proven", "accepted"}


class SystemState(BaseModel):
    state: SystemStanding
    records: int = 0
    searched_at: datetime | None = None


class WorkItem(BaseModel):
    """Something only a person can do."""

    kind: Name
    system: Name | None = None
    right: Right | None = None
    letter: Name | None = None  # the one that nobody took
    collection: Name | None = None
    recipient: Name | None = None  # who is instructed or informed
    due: date | None = None
    opened_at: datetime | None = None
    chased: list[int] = []  # days after which somebody was reminded of it
    result: Name | None = None


class Package(BaseModel):
    """The built package that a reviewer sees; `sha256` is of the zip exactly as it will be delivered."""

    id: UUID
    revision: int
    sha256: Sha256
    bytes: int
    records: int
    withheld: int = 0  # of the records, how many were left out by a decision
    datamap: Sha256
    binding: Sha256 | None = None  # set by approval: what else the approval covers (R1)
    approved_by: int = 0  # sequence of the event that approved it; the number of the letter that delivers it
    published: bool = False
    opened: bool = False


class Notice(BaseModel):
    """A letter that changes what the law expects: an extension or a refusal.

    Args:
        sequence: of the event that decided or proposed it; the letter's number.
        text: the sealed note with the words for the person.
        right: the one that is refused; None is the whole case.
        approved: it may go out.
        given: it went out; only then does it count.
    """

    sequence: int
    text: UUID
    right: Right | None = None
    approved: bool = False
    given: bool = False


class PartialAnswer(BaseModel):
    """A part of the answer that is delivered before the rest.

    Args:
        sequence: of the event that proposed it.
        text: the sealed note with what the person is told: what comes now, what comes later, and why.
        without: systems that are left for later.
        package: what was built for it; None until then, and again when the approval became void.
    """

    sequence: int
    text: UUID
    without: list[Name] = []
    package: Package | None = None

    @property
    def approved(self) -> bool:
        return self.package is not None and self.package.binding is not None


class Complaint(BaseModel):
    """What is known of the complaint in a case (s.164A DPA 2018).

    Args:
        about: the cases complained of.
        acknowledged: the person was told that we have it.
        told_at: when they last heard of it from us.
        finding: what came of it; counts once the person was told.
    """

    about: list[UUID] = []
    acknowledged: bool = False
    told_at: datetime | None = None
    finding: Finding | None = None


class RightItem(BaseModel):
    """One right of the case, with a standing and an outcome of its own (design section 4).

    Args:
        status: where this right stands; the case stands where its least advanced right does.
        outcome: set when it was decided.
        decided: sequence of the event that decided it; the number of the letter that says so.
        text: the sealed note with what the person is told.
        answered: the person was told, which is what the law counts (Article 12(3)).
    """

    right: Right
    status: Status = Status.RECEIVED
    outcome: Outcome | None = None
    decided: int = 0
    text: UUID | None = None
    answered: bool = False

    @property
    def ended(self) -> bool:
        return self.outcome is not None and self.answered


class CaseState(BaseModel):
    """Where one case stands.

    Args:
        sequence: the last event folded in.
        identity_record: sequence of the event that confirmed identity; 0 while it is not confirmed.
        preparers: everybody who decided, confirmed identity, added a key or changed the address since the last return (R2).
        run: counts the searches of the systems; 0 before the first.
        searched_keys: the identifiers that the last search used; more usable ones mean another search.
    """

    case_id: UUID
    sequence: int = 0
    status: Status = Status.RECEIVED
    outcome: Outcome | None = None
    received_at: datetime | None = None
    channel: Channel | None = None
    rights: list[RightItem] = []
    regimes: list[Regime] = []
    risk: Risk = Risk.LOW
    identifiers: dict[UUID, Identifier] = {}
    delivery_address: UUID | None = None
    identity_record: int = 0
    identity_asked_at: datetime | None = None
    identity_reminders: int = 0
    identity_reminded_at: datetime | None = None
    more_identity_asked: bool = False
    evidence: list[UUID] = []
    preparers: list[PersonId] = []
    run: int = 0
    searched_keys: list[UUID] = []
    systems: dict[Name, SystemState] = {}
    work_items: dict[UUID, WorkItem] = {}
    package: Package | None = None
    package_wanted: int | None = None  # a revision that prepare_package asked for and that is not built yet
    partial: PartialAnswer | None = None  # on its way
    partial_given: Package | None = None  # the last part that was delivered
    estimates: list[int] = []  # days after receipt on which the work was estimated
    delivered_at: datetime | None = None
    offered_at: datetime | None = None  # the copy can be fetched for a while from here: the delivery, or a new link since
    reissued: bool = False
    delivery_reminders: int = 0
    delivery_reminded_at: datetime | None = None
    snapshots: list[Name] = []
    held: bool = False
    closing_proposed: bool = False
    mails: list[UUID] = []  # taken in so far: one that is told twice counts once
    clarification_open: bool = False
    extension: Notice | None = None
    refusal: Notice | None = None
    complaint: Complaint = Complaint()
    erasure: ErasureStanding | None = None
    marketing_stopped: bool = False
    deadline_for: date | None = None  # the safe date that the next two speak of; another one arms the reminders again
    deadline_warned: list[int] = []
    reviewed: list[date] = []  # days on which an unanswered question was looked at again
    authority_open: bool = False  # proof that somebody may act for the person was asked for
    deadline_passed: list[Literal["safe", "legal"]] = []  # "safe", then "legal"

    def item(self, right: Right) -> RightItem | None:
        """The item of a right, if the case has it."""
        return next((item for item in self.rights if item.right is right), None)

    def stage(self, right: Right) -> Status | None:
        """Where a right stands; None when the case does not have it."""
        item = self.item(right)
        return item.status if item else None

    @property
    def answered(self) -> bool:
        """Whether the person has been told about everything that was asked."""
        return bool(self.rights) and all(item.answered for item in self.rights)

    @property
    def needs_identity(self) -> bool:
        """Whether any right of the case waits until it is known who asks."""
        return any(item.right not in NO_IDENTITY_CHECK for item in self.rights)

    @property
    def usable_keys(self) -> list[UUID]:
        return sorted(key for key, identifier in self.identifiers.items() if identifier.usable)

    @property
    def hand_added_keys(self) -> list[UUID]:
        return sorted(key for key, identifier in self.identifiers.items() if identifier.standing == "accepted")

    @property
    def open_work_items(self) -> dict[UUID, WorkItem]:
        return {key: item for key, item in self.work_items.items() if item.result is None}

    @property
    def waits_for_systems(self) -> bool:
        """Whether a system still failed or is in a person's hands."""
        return any(system.state in {"failed", "manual", "searching"} for system in self.systems.values())

    @property
    def needs_search(self) -> bool:
        return self.run == 0 or set(self.usable_keys) != set(self.searched_keys)

    @property
    def approved(self) -> bool:
        return self.package is not None and self.package.binding is not None

    @property
    def fetchable(self) -> Package | None:
        """The copy that the person may fetch now: the whole once it is released, before that the last part."""
        if self.package is not None and self.package.published:
            return self.package
        return self.partial_given


def binding_of(state: CaseState, package: Package | None = None) -> str:
    """The hash of everything a release approval covers besides being allowed at all (`security.md` R1).

    Package bytes, recipient address, channel, identity record, data map and search keys added by hand. Any change of any of
    them gives another hash, and the approval is void. `package` is that of a partial answer, where it is not the whole.
    """
    package = package or state.package
    parts = {
        "package": package and package.sha256,
        "datamap": package and package.datamap,
        "recipient": str(state.delivery_address),
        "channel": "portal",
        "identity": state.identity_record,
        "keys": [str(key) for key in state.hand_added_keys],
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
