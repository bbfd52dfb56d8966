"""Reads cases: the receipt joined with the projection, so that a case can be read before its workflow exists.

Lists, filters and search come from here and never from the engine's visibility, which is eventually consistent.
"""

import base64
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy
from sqlalchemy import Select
from sqlmodel import Session, col, or_, select

from adapters.database.case_access import EVERY_CASE, PlatformSight, Sight
from adapters.database.tables import CaseEventRow, CaseIdentifierRow, CaseReceipt, CaseRecord, CaseRight, QueueEntry
from adapters.resources import Resources
from domain.case import CaseState, RightItem
from domain.deadline import Clock
from domain.errors import InvalidInputError, UnknownObjectError
from domain.rights import Right, Status


@dataclass(frozen=True)
class CaseView:
    """One case as it stands. Before its workflow's first event the state is that of the receipt alone."""

    receipt: CaseReceipt
    state: CaseState
    clock: Clock
    assignee: str | None = None


@dataclass(frozen=True)
class CaseFilter:
    """What a list is cut to. `reference` is exact; people are found by `search_person`, by POST."""

    status: Status | None = None
    right: Right | None = None
    due_before: date | None = None
    assignee: str | None = None
    reference: str | None = None
    platform: PlatformSight | None = None  # only those that came in by one of the controller's platforms
    sight: Sight = EVERY_CASE  # which cases are seen at all


class CaseReader:
    """Reads receipts, projections and events.

    Args:
        resources: opened once by the process.
    """

    def __init__(self, resources: Resources) -> None:
        self._database = resources.database
        self._vault = resources.vault

    def find(self, reference: str) -> CaseView:
        """The case under a reference.

        Raises:
            UnknownObjectError: there is none.
        """
        return self._one(CaseReceipt.reference == reference)

    def get(self, case_id: UUID) -> CaseView:
        """The case under its id.

        Raises:
            UnknownObjectError: there is none.
        """
        return self._one(CaseReceipt.case_id == case_id)

    def page(self, wanted: CaseFilter, cursor: str | None = None, limit: int = 50) -> tuple[list[CaseView], str | None]:
        """One page of cases, newest first, and the cursor of the next page."""
        query = _filtered(_cases(), wanted)
        if cursor:
            received_at, case_id = _decoded(cursor)
            older = col(CaseReceipt.received_at) < received_at
            same = (col(CaseReceipt.received_at) == received_at) & (col(CaseReceipt.case_id) < case_id)
            query = query.where(or_(older, same))
        query = query.order_by(col(CaseReceipt.received_at).desc(), col(CaseReceipt.case_id).desc()).limit(limit + 1)
        with self._database.read() as session:
            views = [_view(*row) for row in session.execute(query).all()]
        more = len(views) > limit
        return views[:limit], _encoded(views[limit - 1].receipt) if more else None

    def search_person(self, email: str) -> list[CaseView]:
        """The cases in which an address is an identifier, newest first."""
        index = self._vault.index_email(email)
        found = select(CaseIdentifierRow.case_id).where(CaseIdentifierRow.value_index == index)
        query = _cases().where(col(CaseReceipt.case_id).in_(found)).order_by(col(CaseReceipt.received_at).desc())
        with self._database.read() as session:
            return [_view(*row) for row in session.execute(query).all()]

    def events(self, case_id: UUID, after: int = 0, limit: int = 500) -> list[CaseEventRow]:
        """The history of a case in its own order, after a sequence."""
        query = (
            select(CaseEventRow)
            .where(CaseEventRow.case_id == case_id, CaseEventRow.sequence > after)
            .order_by(col(CaseEventRow.sequence))
            .limit(limit)
        )
        with self._database.read() as session:
            return list(session.exec(query).all())

    def happened(self, case_id: UUID, command_id: str) -> bool:
        """Whether a command is recorded: then it was accepted, whatever became of the workflow that took it."""
        query = select(CaseEventRow.sequence).where(CaseEventRow.case_id == case_id, CaseEventRow.command_id == command_id)
        with self._database.read() as session:
            return session.exec(query.limit(1)).first() is not None

    def _one(self, condition: Any) -> CaseView:  # noqa: ANN401 (an SQL expression)
        with self._database.read() as session:
            row = session.execute(_cases().where(condition)).first()
        if row is None:
            raise UnknownObjectError
        return _view(*row)


def unstarted(session: Session, before: datetime, limit: int = 100) -> list[UUID]:
    """Receipts without a first event, older than an instant: their workflow never started, or its start was lost."""
    query = (
        select(CaseReceipt.case_id)
        .outerjoin(CaseRecord, col(CaseRecord.case_id) == col(CaseReceipt.case_id))
        .where(col(CaseRecord.case_id).is_(None), col(CaseReceipt.recorded_at) < before)
        .order_by(col(CaseReceipt.received_at))
        .limit(limit)
    )
    return list(session.exec(query).all())


def open_cases(session: Session) -> list[UUID]:
    """Every case that is not closed, for the reconciliation with the engine."""
    return list(session.exec(select(CaseRecord.case_id).where(CaseRecord.status != Status.CLOSED.value)).all())


_Found = Select[CaseReceipt, CaseRecord, str | None]


def _cases() -> _Found:
    recorded = col(CaseRecord.case_id) == col(CaseReceipt.case_id)
    listed = col(QueueEntry.case_id) == col(CaseReceipt.case_id)
    found = sqlalchemy.select(CaseReceipt, CaseRecord, col(QueueEntry.assignee))
    return found.outerjoin(CaseRecord, recorded).outerjoin(QueueEntry, listed)


def _filtered(query: _Found, wanted: CaseFilter) -> _Found:
    if wanted.status is Status.RECEIVED:
        query = query.where(or_(col(CaseRecord.case_id).is_(None), col(CaseRecord.status) == Status.RECEIVED.value))
    elif wanted.status is not None:
        query = query.where(col(CaseRecord.status) == wanted.status.value)
    if wanted.right is not None:
        asked = select(CaseRight.case_id).where(CaseRight.right == wanted.right.value)
        query = query.where(col(CaseReceipt.case_id).in_(asked))
    if wanted.due_before is not None:
        projected = col(CaseRecord.safe_due) < wanted.due_before
        query = query.where(or_(projected, col(CaseRecord.case_id).is_(None) & (col(CaseReceipt.safe_due) < wanted.due_before)))
    if wanted.assignee is not None:
        query = query.where(col(QueueEntry.assignee) == wanted.assignee)
    if wanted.reference is not None:
        query = query.where(col(CaseReceipt.reference) == wanted.reference)
    query = query.where(*wanted.sight.conditions())
    if wanted.platform is not None:
        query = query.where(*wanted.platform.conditions())
    return query


def _view(receipt: CaseReceipt, record: CaseRecord | None, assignee: str | None) -> CaseView:
    if record is None:
        rights = [RightItem(right=Right(right)) for right in receipt.rights]
        state = CaseState(case_id=receipt.case_id, received_at=receipt.received_at, rights=rights, regimes=receipt.regimes)
        return CaseView(receipt=receipt, state=state, clock=Clock.model_validate(receipt.clock), assignee=assignee)
    return CaseView(
        receipt=receipt,
        state=CaseState.model_validate(record.state),
        clock=Clock.model_validate(record.clock),
        assignee=assignee,
    )


def _encoded(receipt: CaseReceipt) -> str:
    return base64.urlsafe_b64encode(f"{receipt.received_at.isoformat()}|{receipt.case_id}".encode()).decode()


def _decoded(cursor: str) -> tuple[datetime, UUID]:
    try:
        received_at, _, case_id = base64.urlsafe_b64decode(cursor.encode()).decode().partition("|")
        return datetime.fromisoformat(received_at), UUID(case_id)
    except ValueError:
        raise InvalidInputError("This page cursor is not one of ours. Start from the first page.", field="cursor") from None
