"""Walls between members of staff and a case: put up, listed, lifted (`security.md` R8; practice.md (b) 2).

Next: api/console/cases/walls.py
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlmodel import Session, col, select

from adapters.case_vault import CaseVault
from adapters.database.case_access import is_walled_off, may_know
from adapters.database.queue import assign
from adapters.database.review_tables import CaseWall
from adapters.database.tables import Caseworker, QueueEntry
from adapters.desk_post import staff_with
from adapters.vault import Vault
from domain.errors import InvalidInputError, NotAllowedNowError, UnknownObjectError
from domain.staffing import CONFIRMERS


@dataclass(frozen=True)
class Wall:
    """One wall of a case, opened.

    Args:
        whom: the name of whoever is kept away.
        by, lifted_by: person ids.
    """

    id: UUID
    whom: str
    reason: str
    by: str
    at: datetime
    lifted_by: str | None
    lifted_at: datetime | None


def put_up(session: Session, keys: Vault, case_id: UUID, person: UUID, *, reason: str, by: str, at: datetime) -> None:
    """Keep somebody away from a case, from this moment on; a case that was theirs is nobody's then.

    Raises:
        InvalidInputError: there is no such member of staff. NotAllowedNowError: they are kept away already, or nobody would be
            left who could lift a wall: a case that nobody answerable sees is a case that nobody answers.
    """
    vault, found = keys.case(case_id), session.get(Caseworker, person)
    if found is None:
        raise InvalidInputError("Choose one of the staff.", field="person")
    if is_walled_off(session, case_id, person):
        raise NotAllowedNowError("This person is kept away from the case already.")
    if found.active and found.role in CONFIRMERS:
        answerable = may_know(session, keys, case_id, staff_with(session, *CONFIRMERS))
        if [each.id for each in answerable] == [person]:
            raise NotAllowedNowError("They are the last privacy lead or data protection officer who sees this case: one has to.")
    wall = uuid4()
    sealed = vault.seal("case_wall", "reason", str(wall), reason.encode())
    session.add(CaseWall(id=wall, case_id=vault.case_id, caseworker=person, reason=sealed, by=by, at=at))
    entry = session.get(QueueEntry, vault.case_id)
    if entry is not None and entry.assignee == f"caseworker:{person}":
        assign(session, [vault.case_id], to=None, by=by, at=at)


def lift(session: Session, case_id: UUID, wall: UUID, *, by: str, at: datetime) -> None:
    """Let somebody see the case again.

    Raises:
        UnknownObjectError: the case has no such wall. NotAllowedNowError: it was lifted already.
    """
    row = session.get(CaseWall, wall)
    if row is None or row.case_id != case_id:
        raise UnknownObjectError
    if row.lifted_at is not None:
        raise NotAllowedNowError("This wall was lifted already.")
    row.lifted_by, row.lifted_at = by, at
    session.add(row)


def walls_of(session: Session, vault: CaseVault) -> list[Wall]:
    """Every wall that a case has or had, in the order in which they were put up."""
    query = (
        select(CaseWall, Caseworker.name)
        .join(Caseworker, col(Caseworker.id) == col(CaseWall.caseworker))
        .where(CaseWall.case_id == vault.case_id)
        .order_by(col(CaseWall.at))
    )
    return [
        Wall(
            row.id,
            name,
            vault.open("case_wall", "reason", str(row.id), row.reason).decode() if row.reason else "",
            row.by,
            row.at,
            row.lifted_by,
            row.lifted_at,
        )
        for row, name in session.exec(query).all()
    ]
