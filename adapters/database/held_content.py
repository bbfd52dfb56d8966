"""What was collected of a person whose data stay only under a legal hold or a ground of Article 17(3), and who may open it (P50).

Held is the content of a case whose erasure has begun, or is stopped by a hold, and of every answered case of the same person:
these copies stay for the same reasons. A case that is still to be answered stays open to those who answer it
(docs/decisions/0036). Next: api/own_case.py
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from adapters.database.erasure_tables import ErasurePlanRow, LegalHold
from adapters.database.tables import CaseIdentifierRow, QueueEntry
from adapters.legal_holds import lasts
from domain.rights import Role

# The restricted role; the privacy lead, who places and lifts holds, and the DPO, who reads what a privacy lead may read.
MAY_OPEN: Final = frozenset({Role.LEGAL_REVIEWER, Role.PRIVACY_LEAD, Role.DPO})


def is_held(session: Session, case_id: UUID, now: datetime) -> bool:
    """Whether what was collected in a case is held back from those who worked on it.

    Args:
        session: of any transaction.
        case_id: the case.
        now: UTC; a hold whose review day is over holds nothing.
    """
    return bool(held_among(session, [case_id], now))


def held_among(session: Session, case_ids: Collection[UUID], now: datetime) -> frozenset[UUID]:
    """Those of some cases whose content is held."""
    begun = _planned(session, case_ids, begun=True)
    stopped = {case_id for case_id in _planned(session, case_ids, begun=False) if holds_of(session, case_id, now)}
    return frozenset(begun | stopped | _answered_of_the_erased(session, case_ids))


def held_cases(session: Session, now: datetime) -> frozenset[UUID]:
    """Every case of an erasure that was begun or is stopped by a hold: what the restricted role looks after."""
    every = set(session.exec(select(ErasurePlanRow.case_id).distinct()).all())
    return frozenset(_planned(session, every, begun=True) | {one for one in every if holds_of(session, one, now)})


def holds_of(session: Session, case_id: UUID, now: datetime) -> list[LegalHold]:
    """The holds that last for any identifier of a case, the next review first."""
    named = select(CaseIdentifierRow.value_index).where(CaseIdentifierRow.case_id == case_id)
    query = select(LegalHold).where(col(LegalHold.subject_index).in_(named), col(LegalHold.lifted_at).is_(None))
    return [hold for hold in session.exec(query.order_by(col(LegalHold.review_on))) if lasts(hold, now)]


def _planned(session: Session, case_ids: Iterable[UUID], *, begun: bool) -> set[UUID]:
    query = select(ErasurePlanRow.case_id).where(col(ErasurePlanRow.case_id).in_([*case_ids]))
    return set(session.exec(query.where(col(ErasurePlanRow.begun_at).is_not(None)) if begun else query).all())


def _answered_of_the_erased(session: Session, case_ids: Collection[UUID]) -> set[UUID]:
    """Cases that are answered, of a person who was erased in another one by an identifier that both have."""
    own, other = aliased(CaseIdentifierRow), aliased(CaseIdentifierRow)
    query = (
        select(own.case_id, other.id, ErasurePlanRow.plan)
        .join(QueueEntry, col(QueueEntry.case_id) == col(own.case_id))
        .join(other, col(other.value_index) == col(own.value_index))
        .join(ErasurePlanRow, col(ErasurePlanRow.case_id) == other.case_id)
        .where(
            col(own.case_id).in_([*case_ids]),
            col(QueueEntry.is_owed).is_(False),
            col(ErasurePlanRow.begun_at).is_not(None),
        )
    )
    # By the identifiers that the erasure went by: what somebody merely named in a case leads to nobody else's.
    return {case_id for case_id, key, plan in session.exec(query) if str(key) in plan["keys"]}
