"""Whose an identifier is that somebody typed: the name that stands there in the systems, before it is said to be theirs.

A code proves a mailbox by itself; a typed account number proves nothing, and a slip of one digit is a stranger's account
(Articles 5(1)(f), 32). Only that a look was made is here; the name is a sealed note of the case. Next: workflows/owners.py
"""

from collections.abc import Callable
from uuid import UUID

from domain.case import CaseState
from domain.case_parts import POSTAL
from domain.commands import Message
from domain.event_facts import uuid_of
from domain.events import CaseEvent, Tag

_PROVEN_BY_THEMSELVES = frozenset({"email", POSTAL})


class FindOwners(Message):
    """Look what name stands in the systems under some identifiers of a case."""

    case_id: UUID
    identifiers: list[UUID]


class FoundOwner(Message):
    """What stands under one identifier.

    Args:
        records: with it, in the collections that know such identifiers and a name.
        note: the names, sealed; None where none stands there.
        failed: somewhere nobody could look.
    """

    identifier: UUID
    records: int = 0
    note: UUID | None = None
    failed: bool = False


class FoundOwners(Message):
    """One for each identifier that was asked for and is still there."""

    found: list[FoundOwner] = []


def to_look_up(state: CaseState) -> list[UUID]:
    """The identifiers of which nobody knows yet whose they are; none before it is known who asks (least data)."""
    if not state.identity_record:
        return []
    return [
        key
        for key, each in state.identifiers.items()
        if not each.looked_up and each.standing in {"claimed", "accepted"} and not each.agent
        if each.kind not in _PROVEN_BY_THEMSELVES
    ]


def _looked_up(state: CaseState, event: CaseEvent) -> None:
    state.identifiers[uuid_of(event, "identifier")].looked_up = True


OWNER_RULES: dict[Tag, Callable[[CaseState, CaseEvent], None]] = {Tag.IDENTIFIER_LOOKED_UP: _looked_up}
