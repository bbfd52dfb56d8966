"""Counts what one person approved alone in a period, and what colleagues found afterwards (docs/decisions/0031).

Next: api/console/reports.py
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from adapters.database.session import Database
from adapters.database.tables import CaseEventRow
from domain.events import Tag

_AT_ONCE = 500  # ids in one query


@dataclass(frozen=True)
class ApprovedAlone:
    """The approvals of a period that nobody else had looked at before.

    Args:
        given: all of them.
        in_order: a colleague looked afterwards, whenever that was, and found nothing.
        not_in_order: a colleague looked and found something.
    """

    given: int
    in_order: int
    not_in_order: int

    @property
    def unchecked(self) -> int:
        """How many nobody has looked at yet."""
        return self.given - self.in_order - self.not_in_order


def approved_alone(database: Database, since: datetime, until: datetime, hidden: Collection[UUID] = ()) -> ApprovedAlone:
    """Count them.

    Args:
        database: of the installation.
        since: UTC; the first instant.
        until: UTC; the first one after the period.
        hidden: cases that whoever asks is walled off from.
    """
    then = (col(CaseEventRow.at) >= since, col(CaseEventRow.at) < until)
    with database.read() as session:
        every = session.exec(select(CaseEventRow).where(CaseEventRow.tag == Tag.APPROVED_ALONE.value, *then)).all()
        rows = [row for row in every if row.case_id not in hidden]
        given = {(row.case_id, row.facts["announced"]) for row in rows}
        cases, found = sorted({row.case_id for row in rows}), Counter[str]()
        for first in range(0, len(cases), _AT_ONCE):
            these = (CaseEventRow.tag == Tag.AFTER_CHECKED.value, col(CaseEventRow.case_id).in_(cases[first : first + _AT_ONCE]))
            looks = session.exec(select(CaseEventRow).where(*these)).all()
            found.update(str(row.facts["finding"]) for row in looks if (row.case_id, row.facts["announced"]) in given)
    return ApprovedAlone(len(given), found["in_order"], found["not_in_order"])
