"""Reads the queue: pages that are as quick at a million cases as at ten, and the figures around them.

A page walks an index from where the last one ended (keyset), once per rank and chosen stage, so that nothing is sorted.
Next: api/console/queue.py
"""

import base64
import heapq
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, false, select, true, tuple_
from sqlmodel import Session, col, func

from adapters.database.case_access import EVERY_CASE, Sight
from adapters.database.queue_projection import READ, UNREAD
from adapters.database.remarks import asked_of
from adapters.database.review_tables import ItemRemark
from adapters.database.session import Database
from adapters.database.tables import CaseAssignment, CaseReceipt, CaseRight, QueueEntry
from domain.errors import InvalidInputError
from domain.next_step import Step

View = Literal["open", "mine", "asked", "unassigned", "approve", "unchecked", "closed"]
PAGE = 50  # rows
_APPROVALS = (
    Step.APPROVE_PACKAGE.value,
    Step.APPROVE_PARTIAL_ANSWER.value,
    Step.APPROVE_ERASURE.value,
    Step.APPROVE_REFUSAL.value,
    Step.APPROVE_RECTIFICATION.value,
)


@dataclass(frozen=True)
class Wanted:
    """What the list is cut to.

    Args:
        me: who looks, for their own cases and for what they may approve.
        approves: whether their role may approve at all (R2); without it nothing is theirs to approve.
        due: first and last safe date; what falls in it is still owed an answer.
    """

    me: str
    approves: bool = True
    view: View = "open"
    stages: tuple[str, ...] = ()
    waits_for: tuple[str, ...] = ()
    rights: tuple[str, ...] = ()
    due: tuple[date, date] | None = None
    attention: bool = False
    sight: Sight = EVERY_CASE  # which cases are seen at all


@dataclass(frozen=True)
class Row:
    """One case of the list, with the receipt that names it."""

    entry: QueueEntry
    receipt: CaseReceipt


@dataclass(frozen=True)
class Facets:
    """How many open cases there are, by what the list can be cut to; `views` also counts what needs attention."""

    stages: Counter[str] = field(default_factory=Counter)
    waits_for: Counter[str] = field(default_factory=Counter)
    rights: Counter[str] = field(default_factory=Counter)
    views: Counter[str] = field(default_factory=Counter)


class Queue:
    """Pages and figures of the queue.

    Args:
        database: of the installation.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, wanted: Wanted, after: str | None = None, limit: int = PAGE) -> tuple[list[Row], str | None]:
        """One page, unread replies first and then by safe date, and the cursor of the next one.

        Raises:
            InvalidInputError: the cursor is not one of ours.
        """
        start = _decoded(after) if after else None
        with self._database.read() as session:
            entries = list(islice(_entries(session, wanted, start, limit + 1), limit + 1))
            shown = entries[:limit]
            rows = _with_receipts(session, shown)
        return rows, _encoded(shown[-1]) if len(entries) > limit else None

    def count(self, wanted: Wanted) -> int:
        """How many cases a list holds over all its pages."""
        with self._database.read() as session:
            return int(session.execute(select(func.count()).select_from(QueueEntry).where(*_conditions(wanted))).scalar_one())

    def facets(self, me: str, sight: Sight = EVERY_CASE, *, approves: bool = True) -> Facets:
        """The numbers beside the filters, over all open cases that are seen."""
        facets = Facets()
        mine, nobody = col(QueueEntry.assignee) == me, col(QueueEntry.assignee).is_(None)
        flags = (mine, nobody, _approvable(me), col(QueueEntry.unchecked) == true(), col(QueueEntry.attention) == true())
        columns: list[Any] = [col(QueueEntry.status), col(QueueEntry.waits_for), *(case((flag, 1), else_=0) for flag in flags)]
        here = (col(QueueEntry.is_open) == true(), *sight.conditions())
        query: Any = select(*columns, func.count()).where(*here).group_by(*columns)
        with self._database.read() as session:
            for stage, waits_for, *marks, count in session.execute(query):
                facets.stages[stage] += count
                facets.waits_for[waits_for] += count
                facets.views["open"] += count
                for view, mark in zip(("mine", "unassigned", "approve", "unchecked", "attention"), marks, strict=True):
                    facets.views[view] += count * mark
            asked = select(func.count()).select_from(QueueEntry).where(*here, _asked(me))
            facets.views["asked"] = session.execute(asked).scalar_one()
            facets.rights.update({row[0]: row[1] for row in session.execute(_by_right(sight))})
        if not approves:
            facets.views["approve"] = 0
        return facets


def assign(session: Session, case_ids: Iterable[UUID], *, to: str | None, by: str, at: Any) -> None:  # noqa: ANN401 (an instant)
    """Give cases to somebody, or to nobody, in the caller's transaction. Kept: each row says who gave what to whom."""
    for case_id in case_ids:
        entry = session.get(QueueEntry, case_id)
        if entry is not None and entry.assignee != to:
            entry.assignee = to
            session.add(CaseAssignment(case_id=case_id, assignee=to, by=by, at=at))


def _entries(session: Session, wanted: Wanted, start: tuple[int, date, UUID] | None, limit: int) -> Iterator[QueueEntry]:
    # The parts are ordered; the heap only takes the next of them.
    closed = wanted.view == "closed"
    for rank in (READ,) if closed else (UNREAD, READ):
        if start is not None and rank < start[0]:
            continue
        after = start[1:] if start is not None and rank == start[0] else None
        stages = wanted.stages or (None,)
        parts = [session.execute(_walk(wanted, rank, stage, after, limit)).scalars() for stage in stages]
        yield from heapq.merge(*parts, key=lambda entry: (entry.safe_due, entry.case_id.hex), reverse=closed)


def _walk(wanted: Wanted, rank: int, stage: str | None, after: tuple[date, UUID] | None, limit: int) -> Select[QueueEntry]:
    place = tuple_(col(QueueEntry.safe_due), col(QueueEntry.case_id))
    query = select(QueueEntry).where(*_conditions(wanted, stage=stage), col(QueueEntry.rank) == rank)
    closed = wanted.view == "closed"
    if after is not None:
        query = query.where(place < after if closed else place > after)
    order = (col(QueueEntry.safe_due), col(QueueEntry.case_id))
    return query.order_by(*(each.desc() if closed else each for each in order)).limit(limit)


def _conditions(wanted: Wanted, stage: str | None = None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        col(QueueEntry.is_open) == (true() if wanted.view != "closed" else ~true()),
        *_of_view(wanted),
    ]
    if stage is not None:
        conditions.append(col(QueueEntry.status) == stage)
    elif wanted.stages:
        conditions.append(col(QueueEntry.status).in_(wanted.stages))
    if wanted.waits_for:
        conditions.append(col(QueueEntry.waits_for).in_(wanted.waits_for))
    if wanted.rights:
        asked = select(col(CaseRight.case_id)).where(
            col(CaseRight.case_id) == col(QueueEntry.case_id), col(CaseRight.right).in_(wanted.rights)
        )
        conditions.append(asked.exists())
    if wanted.due is not None:
        conditions += [col(QueueEntry.is_owed) == true(), col(QueueEntry.safe_due).between(*wanted.due)]
    if wanted.attention:
        conditions.append(col(QueueEntry.attention) == true())
    return [*conditions, *wanted.sight.conditions()]


def _of_view(wanted: Wanted) -> list[ColumnElement[bool]]:
    if wanted.view == "mine":
        return [col(QueueEntry.assignee) == wanted.me]
    if wanted.view == "asked":
        return [_asked(wanted.me)]
    if wanted.view == "unassigned":
        return [col(QueueEntry.assignee).is_(None)]
    if wanted.view == "approve":
        return [_approvable(wanted.me) if wanted.approves else false()]
    return [col(QueueEntry.unchecked) == true()] if wanted.view == "unchecked" else []


def _approvable(me: str) -> ColumnElement[bool]:
    # Whoever prepared is barred (R2), so what they cannot approve is not shown as theirs to approve.
    return col(QueueEntry.step).in_(_APPROVALS) & ~col(QueueEntry.preparers).contains(me, autoescape=True)


def _asked(me: str) -> ColumnElement[bool]:
    return col(QueueEntry.case_id).in_(select(col(ItemRemark.case_id)).where(asked_of(me)))


def _by_right(sight: Sight) -> Any:  # noqa: ANN401 (SQLAlchemy types a selection by its columns)
    joined = col(QueueEntry.case_id) == col(CaseRight.case_id)
    columns: list[Any] = [col(CaseRight.right), func.count()]
    query: Any = select(*columns).join(QueueEntry, joined)
    return query.where(col(QueueEntry.is_open) == true(), *sight.conditions()).group_by(col(CaseRight.right))


def _with_receipts(session: Session, entries: list[QueueEntry]) -> list[Row]:
    named = select(CaseReceipt).where(col(CaseReceipt.case_id).in_([entry.case_id for entry in entries]))
    receipts = {receipt.case_id: receipt for receipt in session.execute(named).scalars()}
    return [Row(entry, receipts[entry.case_id]) for entry in entries]


def _encoded(entry: QueueEntry) -> str:
    return base64.urlsafe_b64encode(f"{entry.rank}|{entry.safe_due}|{entry.case_id.hex}".encode()).decode()


def _decoded(cursor: str) -> tuple[int, date, UUID]:
    try:
        rank, day, case_id = base64.urlsafe_b64decode(cursor.encode()).decode().split("|")
        return int(rank), date.fromisoformat(day), UUID(case_id)
    except ValueError:
        raise InvalidInputError("This page cursor is not one of ours. Start from the first page.", field="after") from None
