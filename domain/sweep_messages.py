"""What the sweeps of retention say to the engine: rules, ids, counts, dates, hashes (design principle 3).

Next: workflows/sweep.py
"""

from datetime import date
from enum import StrEnum
from typing import Literal
from uuid import UUID

from domain.commands import Actor, Message
from domain.rights import Role
from domain.texts import CommandId, Name, PersonId, Sha256


class SweepAction(StrEnum):
    """What people may wish of a sweep."""

    LOOK = "look"  # look now what is over, changing nothing
    APPROVE = "approve"
    DECLINE = "decline"


SWEEP_ROLES: dict[SweepAction, frozenset[Role]] = {
    SweepAction.LOOK: frozenset({Role.PRIVACY_LEAD, Role.ADMINISTRATOR}),
    SweepAction.APPROVE: frozenset({Role.PRIVACY_LEAD}),
    SweepAction.DECLINE: frozenset({Role.PRIVACY_LEAD}),
}


class Swept(Message):
    """What a sweep is about: a rule of Habeas' own, or the period of one collection of the controller's.

    Args:
        rule: of `domain/retention.py`, or the id of a retention period in the data map.
        system, collection: of the data map; None for Habeas' own.
    """

    rule: Name
    system: Name | None = None
    collection: Name | None = None


class WatchPeriod(Message):
    """Start of a sweep's workflow. `due` carries what was planned and not decided over the start of a new run."""

    swept: Swept
    due: "SweepPlanned | None" = None
    looked_by: PersonId | None = None  # who had it looked for, if not the night


class PlanSweep(Message):
    """Look what is over on a day, write it down as a sweep, change nothing."""

    swept: Swept
    today: date
    sweep: UUID


class SweepPlanned(Message):
    """What a look found.

    Args:
        sha256: of exactly what would be destroyed; an approval names it.
        due: how many things.
        suspended: how many more are over, and kept.
        approval: whether somebody has to approve it.
        gone: the data map names this collection no more; nothing is looked at again.
    """

    sweep: UUID
    sha256: Sha256
    due: int
    suspended: int
    approval: bool
    gone: bool = False


class CarryOutSweep(Message):
    """Destroy what a look found, but for what meanwhile is kept."""

    swept: Swept
    sweep: UUID
    sha256: Sha256
    approver: PersonId


class SweepDone(Message):
    """How it ended. `kept` is what a case, complaint, hold or incident came up for between the look and the destruction."""

    destroyed: int
    kept: int


class DeclineSweep(Message):
    """Leave everything as it is; the next look finds it again."""

    sweep: UUID
    actor: PersonId


class SweepCall(Message):
    """A person's command.

    Args:
        sha256: of what is approved; needed to approve.
    """

    command_id: CommandId
    action: SweepAction
    actor: Actor
    sha256: Sha256 | None = None


class SweepSnapshot(Message):
    """Where a sweep stands. `state`: idle | waiting | carrying_out."""

    state: Literal["idle", "waiting", "carrying_out"]
    planned: SweepPlanned | None = None


class WatchRecord(Message):
    """Start of the audit's workflow, and the last day it anchored."""

    anchored: date | None = None


class AnchorDay(Message):
    """Anchor a day that is over, UTC."""

    day: date
