"""What people decided about single items: append-only, the newest revision of an item counts (design section 4).

A decision that was superseded stays: an authority may ask who changed it, and when.
"""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlmodel import Session, col, func, select

from adapters.database.tables import ItemDecision


def newest_revision(session: Session, case_id: UUID) -> int:
    """The revision of the last decision in a case; 0 before the first."""
    return session.exec(select(func.max(ItemDecision.revision)).where(ItemDecision.case_id == case_id)).one() or 0


def standing_decisions(session: Session, case_id: UUID) -> dict[str, ItemDecision]:
    """The decision that counts, by item; an item without one is included."""
    query = select(ItemDecision).where(ItemDecision.case_id == case_id).order_by(col(ItemDecision.revision))
    return {row.item: row for row in session.exec(query).all()}


def decide_item(
    session: Session,
    case_id: UUID,
    item: str,
    decision: Literal["include", "withhold"],
    *,
    basis: str | None,
    reason: UUID | None,
    author: str,
    at: datetime,
) -> int:
    """Append a decision and return its revision.

    Args:
        session: of a write transaction; two at once on PostgreSQL meet at the unique revision, and one is repeated.
        case_id: the case.
        item: as the list of collected items names it.
        decision: what becomes of it.
        basis: why the law lets it be withheld.
        reason: of the sealed note.
        author: person id.
        at: UTC.
    """
    revision = newest_revision(session, case_id) + 1
    session.add(
        ItemDecision(
            case_id=case_id,
            revision=revision,
            item=item,
            decision=decision,
            basis=basis,
            reason=reason,
            author=author,
            decided_at=at,
        ),
    )
    return revision
