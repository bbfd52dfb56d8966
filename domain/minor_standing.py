"""Where the report of a child's account stands: a part of the case's state.

Next: domain/minor.py
"""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from domain.texts import Name


class MinorStanding(BaseModel):
    """How far the report is.

    Args:
        accounts: identifiers under which the account is known; named, never proven.
        suspended: those of them for which everything is suspended.
        suspended_at: when the first of it was suspended: the hour counts to here.
        rows: marked or hidden in the systems.
        by_hand: systems where a person has to suspend.
        looks: into the systems; each has a number of its own.
        suspensions: the numbers of the looks by which something was suspended, so that it can be given back.
        holders: contacts that the systems hold of the account; told, and nobody else's.
        holder_told_at: the account holder was told, with a way to object.
        concern: whether somebody may be in danger; None while nobody has answered that.
        evidence_held: nothing is destroyed before a privacy lead lifts the hold.
        ground: of the decision.
        blocked: credentials on the dated block list.
    """

    accounts: list[UUID] = []
    suspended: list[UUID] = []
    suspended_at: datetime | None = None
    rows: int = 0
    by_hand: list[Name] = []
    looks: int = 0
    suspensions: list[int] = []
    holders: list[UUID] = []
    holder_told_at: datetime | None = None
    objected_at: datetime | None = None
    concern: bool | None = None
    evidence_held: bool = False
    decision: Literal["delete", "reinstate"] | None = None
    ground: Name | None = None
    decided_at: datetime | None = None
    reinstated: bool = False
    blocked: int = 0
