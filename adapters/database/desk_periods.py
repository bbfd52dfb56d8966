"""What no case owns ends by the month: the access log, sign-ins and mails of staff, what was changed about them, alarms.

A month ends as a whole, so that a day's chain of the access log is there or gone, never cut. A month is named by an id that is
made from its rule and its name, and found again by trying the months that still have rows. Next: adapters/destruction.py
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import NAMESPACE_OID, UUID, uuid5

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from adapters.database.append_only import ending
from adapters.database.retention_tables import AccessSeal, AuditLeaf, Destruction
from adapters.database.staff_tables import ConfigurationChange, StaffChange, StaffInvitation, StaffNotice
from adapters.database.tables import AccessLog, Alarm, StaffSession
from domain.retention import Kept

_ACCESS: Final = "access/"  # how the streams of the access log begin, one per day


@dataclass(frozen=True)
class _Rows:
    """Rows of one table, and the instant that a row is counted from; `but` are rows that stay whatever their age."""

    table: Any
    at: Any
    but: Any = None

    def between(self, first: datetime, after: datetime) -> list[Any]:
        """The rows of a stretch that go with it."""
        return [self.at >= first, self.at < after, *([] if self.but is None else [~self.but])]


# What a start is compared with: the newest of each kind stays.
_NEWEST = col(ConfigurationChange.id).in_(select(func.max(ConfigurationChange.id)).group_by(col(ConfigurationChange.what)))
_TABLES: Final[dict[Kept, tuple[_Rows, ...]]] = {
    Kept.SIGN_INS: (
        _Rows(StaffSession, col(StaffSession.seen_at)),
        _Rows(StaffInvitation, col(StaffInvitation.expires_at)),
        _Rows(StaffNotice, col(StaffNotice.written_at)),
    ),
    Kept.STAFF_RECORD: (
        _Rows(Alarm, col(Alarm.at)),
        _Rows(StaffChange, func.coalesce(col(StaffChange.settled_at), col(StaffChange.proposed_at))),
        _Rows(ConfigurationChange, col(ConfigurationChange.at), _NEWEST),
    ),
}
BY_MONTH: Final = frozenset({Kept.ACCESS_LOG, *_TABLES})


def month_id(kept: Kept, month: str) -> UUID:
    """The id of a month, written `2026-11`, under a rule."""
    return uuid5(NAMESPACE_OID, f"habeas/1/{kept.value}/{month}")


def months(session: Session, kept: Kept, today: date) -> Iterator[tuple[UUID, date]]:
    """Every past month of which a rule still has rows: its id, and its last day in UTC; the oldest first."""
    first = _oldest(session, kept)
    while first is not None and first < today.replace(day=1):
        following = _following(first)
        if _any(session, kept, first):
            yield month_id(kept, f"{first:%Y-%m}"), following - timedelta(days=1)
        first = following


def delete_month(session: Session, kept: Kept, thing: UUID, today: date) -> dict[str, int]:
    """Delete the rows of a month; how many of each table. One that is gone already is no error."""
    last = next((last for found, last in months(session, kept, today) if found == thing), None)
    if last is None:
        return {}
    first = last.replace(day=1)
    if kept is Kept.ACCESS_LOG:
        return _delete_accesses(session, first)
    counts = {}
    for rows in _TABLES[kept]:
        deleted: Any = session.execute(sa.delete(rows.table).where(*rows.between(*_instants(first))))
        counts[str(rows.table.__tablename__)] = int(deleted.rowcount)
    return counts


def ended_days(session: Session) -> list[str]:
    """The streams of the access log that ended by their rule."""
    gone = set(session.exec(select(Destruction.object).where(Destruction.kept == Kept.ACCESS_LOG.value)).all())
    if not gone:
        return []
    days = session.exec(select(AuditLeaf.stream).where(col(AuditLeaf.stream).startswith(_ACCESS)).distinct()).all()
    return [day for day in days if month_id(Kept.ACCESS_LOG, day.removeprefix(_ACCESS)[:7]) in gone]


def _delete_accesses(session: Session, first: date) -> dict[str, int]:
    mine = _streams(first)
    linked = select(AccessSeal.access).where(*mine)
    with ending(session):
        looks: Any = session.execute(sa.delete(AccessLog).where(col(AccessLog.id).in_(linked)))
        session.execute(sa.delete(AccessSeal).where(*mine))
    return {"access_log": int(looks.rowcount)}


def _streams(first: date) -> tuple[Any, Any]:
    return col(AccessSeal.stream) >= f"{_ACCESS}{first:%Y-%m}", col(AccessSeal.stream) < f"{_ACCESS}{_following(first):%Y-%m}"


def _oldest(session: Session, kept: Kept) -> date | None:
    if kept is Kept.ACCESS_LOG:
        stream = session.exec(select(func.min(AccessSeal.stream))).one()
        return date.fromisoformat(stream.removeprefix(_ACCESS)).replace(day=1) if stream else None
    queries = (select(func.min(rows.at)).where(*([] if rows.but is None else [~rows.but])) for rows in _TABLES[kept])
    found = [at for query in queries if (at := session.exec(query).one()) is not None]
    return min(found).astimezone(UTC).date().replace(day=1) if found else None


def _any(session: Session, kept: Kept, first: date) -> bool:
    if kept is Kept.ACCESS_LOG:
        return session.exec(select(AccessSeal.access).where(*_streams(first)).limit(1)).first() is not None
    between = _instants(first)
    return any(session.exec(select(rows.at).where(*rows.between(*between)).limit(1)).first() for rows in _TABLES[kept])


def _instants(first: date) -> tuple[datetime, datetime]:
    after = _following(first)
    return datetime(first.year, first.month, 1, tzinfo=UTC), datetime(after.year, after.month, 1, tzinfo=UTC)


def _following(first: date) -> date:
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1)
