"""Figures for reports from the queue's rows: answered by right, open by stage, by right and by who has the move. Counts only.

Next: api/console/reports.py
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import median
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import case, select, true
from sqlmodel import col, func

from adapters.database.clock_figures import ERASED, AnsweredCase
from adapters.database.session import Database
from adapters.database.tables import CaseRight, QueueEntry
from domain.due_days import first_day
from domain.rights import Outcome

Split = Literal["stage", "right", "move"]
_AT_ONCE = 500  # ids in one query


@dataclass
class Answered:
    """The cases that were answered in a period, or those of them with one right.

    Args:
        refused: in whole or in part.
        days: of each, from the local day of receipt to the day of the answer.
    """

    right: str
    on_time: int = 0
    extended: int = 0
    refused: int = 0
    days: list[int] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.days)

    @property
    def median_days(self) -> float | None:
        return median(self.days) if self.days else None


@dataclass
class Open:
    """The open cases of one stage, right or side.

    Args:
        name: of the stage, right or side.
        later: due after this week, or nothing is owed any more.
    """

    name: str
    late: int = 0
    this_week: int = 0
    later: int = 0

    @property
    def count(self) -> int:
        return self.late + self.this_week + self.later


class CaseFigures:
    """Counts cases.

    Args:
        database: of the installation.
    """

    def __init__(self, database: Database, hidden: Collection[UUID] = ()) -> None:
        """`hidden`: cases that whoever asks is walled off from; for them these are not there, in no total either."""
        self._database, self._hidden = database, hidden

    def answered(self, cases: Sequence[AnsweredCase]) -> tuple[list[Answered], Answered]:
        """What was answered: by right, the most frequent first, and each case once."""
        columns: list[Any] = [col(QueueEntry.case_id), col(CaseRight.right), col(QueueEntry.extended), col(QueueEntry.outcome)]
        query: Any = select(*columns).join(CaseRight, col(CaseRight.case_id) == col(QueueEntry.case_id))
        known = {one.case_id: one for one in cases}
        rights, every, seen = dict[str, Answered](), Answered("all"), set[UUID]()
        with self._database.read() as session:
            for first in range(0, len(cases), _AT_ONCE):
                part = [one.case_id for one in cases[first : first + _AT_ONCE]]
                for case_id, right, extended, outcome in session.execute(query.where(col(QueueEntry.case_id).in_(part))):
                    if known[case_id].stopped and right in ERASED:
                        continue
                    groups = [rights.setdefault(right, Answered(right)), *([] if case_id in seen else [every])]
                    seen.add(case_id)
                    for group in groups:
                        group.days.append(known[case_id].days)
                        group.on_time += known[case_id].on_time
                        group.extended += bool(extended)
                        group.refused += known[case_id].refused or outcome == Outcome.PARTLY_FULFILLED.value
        return sorted(rights.values(), key=lambda one: -one.count), every

    def open_by(self, split: Split, today: date) -> list[Open]:
        """Open cases, and how many of them are late or due this week."""
        week = first_day(today) + timedelta(days=6)
        owed = col(QueueEntry.is_owed) == true()
        due = col(QueueEntry.safe_due)
        when = case((owed & (due < today), "late"), (owed & (due <= week), "week"), else_="")
        name = {"stage": col(QueueEntry.status), "right": col(CaseRight.right), "move": col(QueueEntry.waits_for)}[split]
        columns: list[Any] = [name, when, func.count()]
        query: Any = select(*columns).select_from(QueueEntry).where(col(QueueEntry.is_open) == true()).group_by(name, when)
        if self._hidden:
            query = query.where(col(QueueEntry.case_id).not_in(sorted(self._hidden, key=str)))
        if split == "right":
            query = query.join(CaseRight, col(CaseRight.case_id) == col(QueueEntry.case_id))
        with self._database.read() as session:
            return _grouped(session.execute(query))


def _grouped(rows: Iterable[tuple[str, str, int]]) -> list[Open]:
    found: dict[str, Open] = {}
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for name, when, number in rows:
        counts[name, when] += number
        found.setdefault(name, Open(name))
    for name, one in found.items():
        one.late, one.this_week, one.later = counts[name, "late"], counts[name, "week"], counts[name, ""]
    return list(found.values())
