"""Who is restricted, and of whom a consent ended: asked before anything is sent or erased (Articles 7(3), 18(2)).

Next: adapters/database/measure_tables.py
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from adapters.database.measure_tables import ConsentEnd, Restriction


def restrict(
    session: Session, case_id: UUID, number: int, indexes: Iterable[bytes], *, ground: str, purposes: Sequence[str], now: datetime
) -> None:
    """Restrict everything that is done with a person; doing it twice changes nothing.

    Args:
        session: of a write transaction.
        case_id: whose restriction it is.
        number: of the measure.
        indexes: blind indexes of the person's identifiers.
        ground: of Article 18(1).
        purposes: of the data map that stop; none named: all.
        now: UTC.
    """
    own = (Restriction.case_id == case_id, Restriction.number == number)
    known = set(session.exec(select(Restriction.subject_index).where(*own)))
    for index in {*indexes} - known:
        row = Restriction(case_id=case_id, number=number, subject_index=index, ground=ground, purposes=[*purposes], since=now)
        session.add(row)


def lift(session: Session, case_id: UUID, number: int, now: datetime) -> None:
    """End a restriction; doing it twice changes nothing."""
    own = (Restriction.case_id == case_id, Restriction.number == number, col(Restriction.lifted_at).is_(None))
    for row in session.exec(select(Restriction).where(*own)):
        row.lifted_at = now
        session.add(row)


def restrictions(session: Session, indexes: Collection[bytes], *, but: UUID | None = None) -> list[Restriction]:
    """The restrictions that last for any of these identifiers.

    Args:
        session: of any transaction.
        indexes: blind indexes.
        but: a case whose own restrictions do not count.
    """
    lasting = select(Restriction).where(col(Restriction.subject_index).in_(indexes), col(Restriction.lifted_at).is_(None))
    return list(session.exec(lasting if but is None else lasting.where(Restriction.case_id != but)))


def end_consents(session: Session, case_id: UUID, indexes: Iterable[bytes], purposes: Sequence[str], at: datetime) -> None:
    """Write down that consents ended; doing it twice changes nothing."""
    rows = session.exec(select(ConsentEnd).where(ConsentEnd.case_id == case_id))
    known = {(row.subject_index, row.purpose) for row in rows}
    for index in {*indexes}:
        for purpose in purposes:
            if (index, purpose) not in known:
                session.add(ConsentEnd(case_id=case_id, subject_index=index, purpose=purpose, ended_at=at))


def ended_consents(session: Session, index: bytes) -> dict[str, datetime]:
    """By purpose, when the consent of an identifier ended last."""
    rows = session.exec(select(ConsentEnd).where(ConsentEnd.subject_index == index).order_by(col(ConsentEnd.ended_at)))
    return {row.purpose: row.ended_at for row in rows}
