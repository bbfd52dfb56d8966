"""Reads sweeps and receipts of destruction, for the page of retention and for the command line.

Next: api/console/retention.py
"""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from adapters.database.breach_tables import Dossier
from adapters.database.retention_tables import Destruction, SweepItem, SweepRow
from adapters.database.tables import CaseReceipt
from domain.errors import UnknownObjectError
from domain.sweep_messages import Swept

_SHOWN = 50
_RECEIPTS = 200
_IN_ONE_QUERY = 400  # ids; SQLite takes 999 values at most


def newest_sweep(session: Session, swept: Swept) -> SweepRow | None:
    """The newest look at a period; one that waits to be approved before any other."""
    query = select(SweepRow).where(
        SweepRow.rule == swept.rule, SweepRow.system == swept.system, SweepRow.collection == swept.collection
    )
    waiting = session.exec(query.where(col(SweepRow.state).in_(["waiting", "carrying_out"]))).first()
    return waiting or session.exec(query.order_by(col(SweepRow.looked_at).desc())).first()


def sweep_of(session: Session, sweep: UUID) -> SweepRow:
    """One sweep.

    Raises:
        UnknownObjectError: there is none of this id.
    """
    row = session.get(SweepRow, sweep)
    if row is None:
        raise UnknownObjectError(sweep=str(sweep))
    return row


def items_of(session: Session, sweep: UUID) -> list[tuple[str, SweepItem]]:
    """What a look found, by reference; a thing whose stub is gone too is named by its id."""
    items = session.exec(select(SweepItem).where(SweepItem.sweep == sweep).order_by(col(SweepItem.since))).all()
    names = _names(session, [item.object for item in items])
    return [(names.get(item.object, str(item.object)), item) for item in items]


def _names(session: Session, ids: list[UUID]) -> dict[UUID, str]:
    names: dict[UUID, str] = {}
    for start in range(0, len(ids), _IN_ONE_QUERY):
        some = ids[start : start + _IN_ONE_QUERY]
        cases = select(CaseReceipt.case_id, CaseReceipt.reference).where(col(CaseReceipt.case_id).in_(some))
        dossiers = select(Dossier.id, Dossier.reference).where(col(Dossier.id).in_(some))
        names |= dict([*session.exec(cases).all(), *session.exec(dossiers).all()])
    return names


def carried_out(session: Session) -> Sequence[SweepRow]:
    """The last sweeps that were carried out or declined, the newest first: each is a receipt."""
    query = select(SweepRow).where(col(SweepRow.state).in_(["done", "declined"]), SweepRow.due > 0)
    return session.exec(query.order_by(col(SweepRow.done_at).desc()).limit(_SHOWN)).all()


def receipts_of(session: Session, thing: UUID) -> Sequence[Destruction]:
    """What was destroyed of a case, a breach or a notice."""
    return session.exec(select(Destruction).where(Destruction.object == thing).order_by(col(Destruction.at))).all()


def destructions(session: Session, sweep: UUID | None = None) -> list[tuple[str, Destruction]]:
    """The last receipts, the newest first, by reference or id; of one sweep, or of all."""
    query = select(Destruction).order_by(col(Destruction.at).desc(), col(Destruction.id))
    if sweep is not None:
        query = query.where(Destruction.sweep == sweep)
    rows = session.exec(query.limit(_RECEIPTS)).all()
    names = _names(session, [row.object for row in rows])
    return [(names.get(row.object, str(row.object)), row) for row in rows]


def number_waiting(session: Session) -> int:
    """How many sweeps wait for a privacy lead."""
    return len(session.exec(select(SweepRow.id).where(SweepRow.state == "waiting")).all())
