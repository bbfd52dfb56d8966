"""Which cases somebody sees: those of the whole office, of their team, or their own (`security.md` 4, "O"; `HABEAS_CASE_ACCESS`).

What is nobody's yet is seen by all, so that somebody can take it. Next: api/security.py
"""

from collections.abc import Collection
from typing import Final, Literal
from uuid import UUID

from sqlmodel import Session, col, select

from adapters.database.tables import CaseIdentifierRow, Caseworker, QueueEntry
from adapters.vault import Vault
from domain.errors import InvalidInputError
from domain.rights import Role

CaseAccess = Literal["office", "team", "own"]
# Reviewers look over the cases of others, so "own" limits caseworkers alone.
_LIMITED: Final[dict[CaseAccess, frozenset[Role]]] = {
    "office": frozenset(),
    "team": frozenset({Role.CASEWORKER, Role.REVIEWER}),
    "own": frozenset({Role.CASEWORKER}),
}


def assignees_seen(session: Session, limit: CaseAccess, person: Caseworker) -> frozenset[str | None] | None:
    """Whose cases somebody sees, None among them for nobody's; or None for everybody's."""
    if person.role not in {role.value for role in _LIMITED[limit]}:
        return None
    mates = [person.id]
    if limit == "team" and person.team:
        mates += session.exec(select(Caseworker.id).where(Caseworker.team == person.team)).all()
    return frozenset({None, *(f"caseworker:{mate}" for mate in mates)})


def out_of_sight(
    session: Session, vault: Vault, case_ids: Collection[UUID], *, only: frozenset[str | None] | None, person: UUID | None
) -> frozenset[UUID]:
    """Which of these cases somebody may not be shown anything of, by whatever road they come to it.

    Args:
        session: of a read.
        vault: finds their own address.
        case_ids: of cases, also of such as are closed.
        only: whose cases they see; None: everybody's.
        person: of the staff, whose own cases count too; None for the platform.
    """
    hidden = {case_id for case_id in case_ids if person is not None and is_about(session, vault, case_id, person)}
    if only is not None and case_ids:
        query = select(QueueEntry.case_id, QueueEntry.assignee).where(col(QueueEntry.case_id).in_(case_ids))
        hidden |= {case_id for case_id, assignee in session.exec(query) if assignee not in only}
    return frozenset(hidden)


def is_about(session: Session, vault: Vault, case_id: UUID, person: UUID) -> bool:
    """Whether a member of staff is the person of a case (`security.md` R8)."""
    owner = session.get(Caseworker, person)
    if owner is None:
        return False
    try:
        mailbox = vault.index_email(owner.email)
    except InvalidInputError:
        return False
    named = select(CaseIdentifierRow.case_id).where(
        col(CaseIdentifierRow.case_id) == case_id, col(CaseIdentifierRow.value_index) == mailbox
    )
    return session.exec(named.limit(1)).first() is not None
