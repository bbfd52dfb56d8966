"""The row of a sweep: what a look found, and by whose word it is carried out.

Next: activities/source_sweeps.py
"""

from datetime import datetime

from sqlmodel import Session, select

from adapters.database.retention_tables import SweepRow
from domain.errors import StaleHashError, UnknownObjectError
from domain.sweep_messages import CarryOutSweep, SweepPlanned


def replace_waiting(session: Session, row: SweepRow) -> SweepRow:
    """Let a new look take the place of one that nobody has decided; one that found just the same stays, and is given back."""
    same_place = (SweepRow.rule == row.rule, SweepRow.system == row.system, SweepRow.collection == row.collection)
    for other in session.exec(select(SweepRow).where(*same_place, SweepRow.state == "waiting")).all():
        if row.state == "waiting" and other.sha256 == row.sha256:
            other.today, other.suspended = row.today, row.suspended
            session.add(other)
            return other
        other.state, other.done_at = "replaced", row.looked_at
        session.add(other)
    return row


def planned_of(row: SweepRow, *, approval: bool) -> SweepPlanned:
    """What a look found, as the workflow is told."""
    suspended = sum(row.suspended.values())
    return SweepPlanned(sweep=row.id, sha256=row.sha256, due=row.due, suspended=suspended, approval=approval)


def begin(session: Session, message: CarryOutSweep, now: datetime) -> SweepRow:
    """Note that a sweep is carried out, and by whose word.

    Raises:
        StaleHashError: what was approved is not what the look found. UnknownObjectError: there is no such look.
    """
    row = session.get(SweepRow, message.sweep)
    if row is None:
        raise UnknownObjectError(sweep=str(message.sweep))
    if row.sha256 != message.sha256 or row.state not in {"waiting", "carrying_out"}:
        raise StaleHashError
    if row.state == "waiting":
        row.state, row.decided_by, row.decided_at = "carrying_out", message.approver, now
        session.add(row)
    return row
