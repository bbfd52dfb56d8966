"""What is still owed, and when: counts per day for the strip, and rows for lists and calendars. No personal data is read.

A case is owed until its answer was delivered or refused; a complaint until it was acknowledged. Next: `domain/due_days.py`
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, select, true
from sqlmodel import col, func

from adapters.database.case_access import EVERY_CASE, Sight
from adapters.database.clocks import calendar_of
from adapters.database.tables import CaseReceipt, CaseRecord, QueueEntry
from adapters.resources import Resources
from domain.due_days import DueDays, due_days, last_day


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

    def strip(self, today: date, sight: Sight = EVERY_CASE) -> DueDays:
        """The coming eight weeks and what is late, as of a local day."""
        counts = (
            select(col(QueueEntry.safe_due), func.count())
            .where(_owed(), col(QueueEntry.safe_due).between(today, last_day(today)), *sight.conditions())
            .group_by(col(QueueEntry.safe_due))
        )
        late = select(func.count()).select_from(QueueEntry).where(_owed(), col(QueueEntry.safe_due) < today, *sight.conditions())
        with self._database.read() as session:
            due = {row[0]: row[1] for row in session.execute(counts)}
            return due_days(due, session.execute(late).scalar_one(), today, self._calendar)

    def rows(self, until: date | None = None, sight: Sight = EVERY_CASE) -> Iterator[DueCase]:
        """Every case that is owed an answer, the nearest safe date first.

        Args:
            until: only up to this safe date.
            sight: which cases are seen; without it, all.
        """
        query = (
            select(CaseReceipt, QueueEntry, col(CaseRecord.clock_state))
            .join(QueueEntry, col(QueueEntry.case_id) == col(CaseReceipt.case_id))
            .outerjoin(CaseRecord, col(CaseRecord.case_id) == col(CaseReceipt.case_id))
            .where(_owed(), *sight.conditions(), *([col(QueueEntry.safe_due) <= until] if until else []))
            .order_by(col(QueueEntry.safe_due), col(CaseReceipt.reference))
        )
        with self._database.read() as session:
            for receipt, entry, state in session.execute(query.execution_options(yield_per=1_000)):
                yield DueCase(
                    reference=receipt.reference,
                    rights=tuple(receipt.rights),
                    status=entry.status,
                    state=state or "running",  # received, and its workflow has not recorded anything yet
                    received_at=receipt.received_at,
                    safe_due=entry.safe_due,
                    legal_due=entry.legal_due,
                )


def _owed() -> ColumnElement[bool]:
    return col(QueueEntry.is_owed) == true()
