"""What is still owed, and when: counts per day for the strip, and rows for lists and calendars. No personal data is read.

A case is owed until its answer was delivered or refused; a complaint until it was acknowledged. Next: `domain/due_days.py`
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlmodel import col, func

from adapters.database.clocks import calendar_of
from adapters.database.tables import CaseReceipt, CaseRecord
from adapters.resources import Resources
from domain.due_days import DueDays, due_days, last_day
from domain.rights import Status


@dataclass(frozen=True)
class DueCase:
    """A case that is owed an answer; the reference leads to the rest."""

    reference: str
    rights: tuple[str, ...]
    status: str
    state: str
    received_at: datetime
    safe_due: date
    legal_due: date | None


class DueDates:
    """Reads due dates from the projection.

    Args:
        resources: opened once by the process.
    """

    def __init__(self, resources: Resources) -> None:
        self._database = resources.database
        self._calendar = calendar_of(resources.datamap.controller)

    def strip(self, today: date) -> DueDays:
        """The coming eight weeks and what is late, as of a local day."""
        counts = (
            select(col(CaseRecord.safe_due), func.count())
            .where(*_owed(), col(CaseRecord.safe_due).between(today, last_day(today)))
            .group_by(col(CaseRecord.safe_due))
        )
        late = select(func.count()).select_from(CaseRecord).where(*_owed(), col(CaseRecord.safe_due) < today)
        with self._database.read() as session:
            due = {row[0]: row[1] for row in session.execute(counts)}
            return due_days(due, session.execute(late).scalar_one(), today, self._calendar)

    def rows(self, until: date | None = None) -> Iterator[DueCase]:
        """Every case that is owed an answer, the nearest safe date first.

        Args:
            until: only up to this safe date.
        """
        query = (
            select(CaseReceipt, CaseRecord)
            .join(CaseRecord, col(CaseRecord.case_id) == col(CaseReceipt.case_id))
            .where(*_owed(), *([col(CaseRecord.safe_due) <= until] if until else []))
            .order_by(col(CaseRecord.safe_due), col(CaseReceipt.reference))
        )
        with self._database.read() as session:
            for receipt, record in session.execute(query.execution_options(yield_per=1_000)):
                yield DueCase(
                    reference=receipt.reference,
                    rights=tuple(receipt.rights),
                    status=record.status,
                    state=record.clock_state,
                    received_at=receipt.received_at,
                    safe_due=record.safe_due,
                    legal_due=record.legal_due,
                )


def _owed() -> list[ColumnElement[Any]]:
    answered = [Status.DELIVERED.value, Status.CLOSED.value]
    return [col(CaseRecord.status).not_in(answered), col(CaseRecord.clock_state) != "met"]
