"""What complaints mean for other cases: who is barred from handling one, and what must not be destroyed while it is open.

Ask `destruction_suspended` before anything of a case is destroyed (s.164A DPA 2018; practice.md 3.12).
Next: `domain/complaint.py`
"""

from collections.abc import Iterable
from uuid import UUID

from sqlmodel import Session, col, select

from adapters.database.tables import CaseEventRow, CaseRecord, ComplaintLink, ItemDecision
from domain.rights import Status


def involved(session: Session, cases: Iterable[UUID]) -> set[str]:
    """The caseworkers who did anything in some cases: they cannot handle a complaint about one of them."""
    about = list(cases)
    acted = select(CaseEventRow.actor).where(col(CaseEventRow.case_id).in_(about)).distinct()
    decided = select(ItemDecision.author).where(col(ItemDecision.case_id).in_(about)).distinct()
    actors = {*session.exec(acted).all(), *session.exec(decided).all()}
    return {actor for actor in actors if actor.startswith("caseworker:")}


def destruction_suspended(session: Session, case_id: UUID) -> bool:
    """Whether a complaint about the case is open: then nothing of it is destroyed, whatever period has ended."""
    still_open = (
        select(ComplaintLink.complaint)
        .join(CaseRecord, col(CaseRecord.case_id) == col(ComplaintLink.complaint))
        .where(ComplaintLink.about == case_id, CaseRecord.status != Status.CLOSED.value)
    )
    return session.exec(still_open).first() is not None
