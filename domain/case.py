"""The case: everything the workflow needs to decide what happens next, and nothing it may not know.

Ids, enums, counts, hashes. Next: `domain/folding.py`, which says how recorded events make this state.
"""

import hashlib
import json
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from domain.case_parts import (
    JOIN,
    NOT_ME,
    POSTAL,
    Alone,
    Complaint,
    Finding,
    Identifier,
    Joining,
    LiftingMeanwhile,
    Notice,
    Package,
    PartialAnswer,
    RightItem,
    Standing,
    SystemStanding,
    SystemState,
    WorkItem,
)
from domain.erasure_standing import ErasureStanding
from domain.identity import Doubt, Factor, asking_risk, suffices
from domain.measure_standing import Measure, ValuesFound
from domain.minor_standing import MinorStanding
from domain.rights import NO_IDENTITY_CHECK, Channel, Outcome, Right, Risk, Status
from domain.texts import Name, PersonId, Regime

__all__ = [
    "JOIN",
    "NOT_ME",
    "CaseState",
    "Complaint",
    "Finding",
    "Identifier",
    "Joining",
    "Notice",
    "Package",
    "PartialAnswer",
    "RightItem",
    "Standing",
    "SystemStanding",
    "SystemState",
    "WorkItem",
    "binding_of",
]


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
    doubts: list[Doubt] = []
    high_since: datetime | None = None  # the risk is high
    holders_told_at: datetime | None = None  # every contact that the systems hold was told of the request
    factors: list[Factor] = []  # what was shown of who asks
    identifiers: dict[UUID, Identifier] = {}
    delivery_address: UUID | None = None
    identity_record: int = 0
    identity_by_hand: bool = False  # a person said last that it is known who asks, and no code or sign-in did
    identity_asked_at: datetime | None = None
    identity_reminders: int = 0
    identity_reminded_at: datetime | None = None
    more_identity_asked: bool = False
    evidence: list[UUID] = []
    alone: list[Alone] = []  # approvals by one person, announced and given
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
    joining: Joining | None = None  # proposed, and not decided by a second person yet
    closing_proposed: bool = False
    unanswered: datetime | None = None  # since when words of the person wait for an answer, which they were promised
    mails: list[UUID] = []  # taken in so far: one that is told twice counts once
    clarification_open: bool = False
    extension: Notice | None = None
    refusal: Notice | None = None
    complaint: Complaint = Complaint()
    erasure: ErasureStanding | None = None
    lifting_meanwhile: LiftingMeanwhile | None = None  # of the next: it ends sooner, after notice
    restricted_meanwhile: int = 0  # sequence of the event: an erasure at high risk waits, and so long the data are only stored
    minor: MinorStanding | None = None
    marketing_stopped: bool = False
    consents: list[Name] = []  # purposes named in the request, of which consent is withdrawn
    measures: list[Measure] = []
    values: ValuesFound | None = None  # what could be corrected, while that is open
    transfers: list[Name] | None = None  # recipients abroad; None until somebody looked
    view_recorded: bool = False  # what the person says about an automated decision
    deadline_for: date | None = None  # the safe date that the next two speak of; another one arms the reminders again
    deadline_warned: list[int] = []
    reviewed: list[date] = []  # days on which an unanswered question was looked at again
    authority: Literal["sufficient", "doubtful"] | None = None  # the proof that somebody may act for the person, once it is here
    authority_open: bool = False  # proof that somebody may act for the person was asked for
    deadline_passed: list[Literal["safe", "legal"]] = []  # "safe", then "legal"

    def item(self, right: Right) -> RightItem | None:
        """The item of a right, if the case has it."""
        return next((item for item in self.rights if item.right is right), None)

    @property
    def copied(self) -> Right:
        """The right whose copy is collected, reviewed and delivered: access, or portability where it is asked for alone."""
        alone = self.item(Right.ACCESS) is None and self.item(Right.PORTABILITY) is not None
        return Right.PORTABILITY if alone else Right.ACCESS

    def stage(self, right: Right) -> Status | None:
        """Where a right stands; None when the case does not have it."""
        item = self.item(right)
        return item.status if item else None

    def knows(self, right: Right) -> bool:
        """Whether enough was shown of who asks to carry a right out, given the doubts on record (`domain/identity.py`)."""
        if right in NO_IDENTITY_CHECK:
            return True
        shown = set(self.factors) or {Factor.JUDGED}  # a state from before factors were named
        return bool(self.identity_record) and self.enough(right, shown)

    def enough(self, right: Right, shown: set[Factor]) -> bool:
        """Whether some factors would be enough for a right, given the doubts on record and what it is about to change."""
        return suffices(right, self.risk, shown, set(self.doubts), contact=self.moves_contact(right))

    def moves_contact(self, right: Right) -> bool:
        """Whether a correction waits that changes how the person is reached, or signs in."""
        return any(each.right is right and each.contact and each.pending for each in self.measures)

    @property
    def asking_risk(self) -> Risk:
        """The risk by which it is decided what has to be shown."""
        return asking_risk(self.risk, set(self.doubts))

    @property
    def unsure(self) -> list[Right]:
        """The rights that wait, or may not end, because too little was shown of who asks."""
        return [item.right for item in self.rights if not item.answered and not self.knows(item.right)]

    @property
    def disputed(self) -> bool:
        """Whether the owner of a held contact said "this was not me", and nobody has looked into it yet."""
        return any(item.kind == NOT_ME for item in self.open_work_items.values())

    @property
    def untold(self) -> list[UUID]:
        """The contacts that the systems hold and that were not told of the request yet."""
        mine = {self.delivery_address, *(self.minor.holders if self.minor else ())}  # a child's contacts are told otherwise
        return [
            key
            for key, each in sorted(self.identifiers.items())
            if each.found and not each.told and each.kind == "email" and key not in mine
        ]

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
    def erasing(self) -> Right:
        """The right whose erasure is under way: a child's account first, then what was asked of us."""
        item = self.item(Right.MINOR_REPORT)
        return Right.MINOR_REPORT if item is not None and item.outcome is None else Right.ERASURE

    @property
    def erasing_keys(self) -> list[UUID]:
        """The identifiers that an erasure goes by; of a child's account the ones that were reported, and no others."""
        if self.erasing is Right.ERASURE:
            return self.usable_keys
        return sorted(self.minor.accounts) if self.minor and self.minor.decision == "delete" else []

    @property
    def paper_address(self) -> UUID | None:
        """Where letters on paper go, if it was named after the request came: the newest that was not set aside."""
        named = [key for key, each in self.identifiers.items() if each.kind == POSTAL and each.standing != "rejected"]
        return named[-1] if named else None

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
        "recipient": str(state.delivery_address or state.paper_address),
        "channel": "portal" if state.delivery_address else "post",
        "identity": state.identity_record,
        "keys": [str(key) for key in state.hand_added_keys],
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
