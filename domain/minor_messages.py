"""What travels between the workflow and the activities of a child's account: ids, counts, names (see `domain/messages.py`).

Next: activities/minor_report.py
"""

from datetime import date
from uuid import UUID

from domain.commands import Message
from domain.messages import HeldContacts, SystemResult
from domain.texts import Name


class AccountRef(Message):
    """The account, by the identifiers under which it was reported.

    Args:
        run: number of the look into the systems, below any look of an erasure.
    """

    case_id: UUID
    accounts: list[UUID]
    run: int


class Suspended(Message):
    """What was suspended; all of it can be undone.

    Args:
        rows: marked or hidden.
        by_hand: systems where a person has to do it.
        held: contacts that the systems hold of the account.
        failed: systems that did not answer, or refused.
    """

    rows: int = 0
    by_hand: list[Name] = []
    held: HeldContacts = HeldContacts()
    failed: list[SystemResult] = []


class Reinstated(Message):
    rows: int = 0
    failed: list[SystemResult] = []


class Blocked(Message):
    """How many credentials are on the block list, and until when."""

    credentials: int
    until: date


class EvidenceHeld(Message):
    holds: int
