"""The case: everything the workflow needs to decide what happens next, and nothing it may not know.

Ids, enums, counts, hashes. Next: `domain/folding.py`, which says how recorded events make this state.
"""

import hashlib
import json
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from domain.rights import Channel, Outcome, Right, Risk, Status
from domain.texts import Name, PersonId, Regime, Sha256

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
        approved: it may go out.
        given: it went out; only then does it count.
    """

    sequence: int
    text: UUID
    approved: bool = False
    given: bool = False


class RightItem(BaseModel):
    right: Right
    outcome: Outcome | None = None


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
    identity_reminders: int = 0
    more_identity_asked: bool = False
    evidence: list[UUID] = []
    preparers: list[PersonId] = []
    run: int = 0
    searched_keys: list[UUID] = []
    systems: dict[Name, SystemState] = {}
    work_items: dict[UUID, WorkItem] = {}
    package: Package | None = None
    package_wanted: int | None = None  # a revision that prepare_package asked for and that is not built yet
    delivered_at: datetime | None = None
    delivery_reminders: int = 0
    snapshots: list[Name] = []
    held: bool = False
    closing_proposed: bool = False
    clarification_open: bool = False
    extension: Notice | None = None
    refusal: Notice | None = None
    deadline_for: date | None = None  # the safe date that the next two speak of; another one arms the reminders again
    deadline_warned: list[int] = []
    deadline_passed: list[Literal["safe", "legal"]] = []  # "safe", then "legal"

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


def binding_of(state: CaseState) -> str:
    """The hash of everything a release approval covers besides being allowed at all (`security.md` R1).

    Package bytes, recipient address, channel, identity record, data map and search keys added by hand. Any change of any of
    them gives another hash, and the approval is void.
    """
    package = state.package
    parts = {
        "package": package and package.sha256,
        "datamap": package and package.datamap,
        "recipient": str(state.delivery_address),
        "channel": "portal",
        "identity": state.identity_record,
        "keys": [str(key) for key in state.hand_added_keys],
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
