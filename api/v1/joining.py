"""Before a case is joined with another one: are both of one person, and does the other one answer all of it (I8, I10)?

What proves it is the same proven mailbox or account in both; of a case in which nothing is proven, that it came under the mailbox
that the other one has proven. Anything else is two persons' decision (`domain/decisions.py`). Next: workflows/duplicates.py
"""

from collections.abc import Iterable
from typing import Literal
from uuid import UUID

from sqlmodel import Session, col, select

from adapters.database.case_reader import CaseReader, CaseView
from adapters.database.tables import CaseIdentifierRow
from adapters.resources import Resources
from api.security import Caller
from domain.errors import InvalidInputError, UnknownObjectError
from domain.rights import Outcome, Status

Named = set[tuple[str, bytes]]


def other_case(resources: Resources, caller: Caller, named: str, field: str) -> CaseView:
    """Another case, that the body names by its reference or id.

    Raises:
        InvalidInputError: there is none that the caller sees.
    """
    reader = CaseReader(resources)
    try:
        return caller.see(reader.get(UUID(named)) if len(named) > len("HAB-00000000") else reader.find(named.upper()))
    except (UnknownObjectError, ValueError):
        raise InvalidInputError("There is no such case.", field=field) from None


def check_goes_on(gone: CaseView, kept: CaseView) -> None:
    """Refuse to join a case into one in which its person would get less.

    Raises:
        InvalidInputError: names what is missing there.
    """
    if kept.state.status is Status.CLOSED:
        raise InvalidInputError("That case is closed, and nobody would be answered there.", field="into")
    if gone.state.identity_record and not kept.state.identity_record:
        # Whoever sends a second request in somebody's name could otherwise end theirs.
        raise InvalidInputError("It is known who asks here, and not there: join the other one into this.", field="into")
    there = {item.right for item in kept.state.rights if item.outcome is not Outcome.REFUSED}
    missing = [item.right.value for item in gone.state.rights if item.outcome is None and item.right not in there]
    if missing:
        raise InvalidInputError("What is asked here is not asked there, and would be lost.", field="into", missing=missing)


def proof_of_one_person(session: Session, gone: CaseView, kept: CaseView) -> Literal["subject", "mailbox"] | None:
    """What proves that both cases are of one person; None where nothing does."""
    there, here = _proven(session, kept), _proven(session, gone)
    if not here and gone.state.delivery_address:
        here = _named(session, gone, [gone.state.delivery_address])
    shared = {kind for kind, _ in here & there}
    return ("mailbox" if "email" in shared else "subject") if shared else None


def _proven(session: Session, view: CaseView) -> Named:
    own = [key for key, each in view.state.identifiers.items() if each.standing == "proven" and not each.agent]
    return _named(session, view, own)


def _named(session: Session, view: CaseView, keys: Iterable[UUID]) -> Named:
    rows = select(CaseIdentifierRow).where(
        CaseIdentifierRow.case_id == view.receipt.case_id, col(CaseIdentifierRow.id).in_([*keys])
    )
    return {(row.kind, row.value_index) for row in session.exec(rows).all()}
