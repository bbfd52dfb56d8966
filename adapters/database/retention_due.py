"""Finds what is over its period, and says for each thing whether something keeps it (`domain/retention.py`).

Asked twice: when a sweep looks, and again right before each thing is destroyed. What is kept is found again by the next look.

Next: adapters/destruction.py
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, func, or_, select

from adapters.database.archive_tables import ArchiveRow
from adapters.database.breach_reader import frozen_systems
from adapters.database.breach_tables import DossierRecord
from adapters.database.complaints import destruction_suspended
from adapters.database.desk_periods import BY_MONTH, months
from adapters.database.erasure_tables import LegalHold
from adapters.database.mail_tables import IncomingMail
from adapters.database.retention_tables import Destruction
from adapters.database.tables import (
    CaseEventRow,
    CaseIdentifierRow,
    CaseRecord,
    IdentityEvidence,
    Letter,
    PackageRow,
    SearchReceipt,
    UploadedFile,
)
from adapters.resources import Resources
from domain.breach import BreachStatus
from domain.datamap import SystemKind
from domain.events import Tag
from domain.notice import ENDED, NoticeState
from domain.retention import RULES, Kept, Suspension
from domain.rights import Status

_DAY = timedelta(days=1)
_IN_ONE_QUERY = 400  # ids; SQLite takes 999 values at most
# A coarse cut in SQL, before the day is counted exactly: shorter than any month or year of the calendar.
_SHORTEST = {"days": 1, "months": 28, "years": 365}


@dataclass(frozen=True)
class Over:
    """Something whose period is over, since a day (UTC); `kept_by` says why it is not destroyed."""

    object: UUID
    since: date
    kept_by: Suspension | None = None


class RetentionDue:
    """Reads what is over.

    Args:
        resources: of the process.
        session: a reader or a write transaction.
        today: UTC.
    """

    def __init__(self, resources: Resources, session: Session, today: date) -> None:
        self._resources = resources
        self._session = session
        self._today = today

    def over(self, kept: Kept, only: UUID | None = None) -> list[Over]:
        """Everything of a kind that is over, the oldest first.

        Args:
            kept: which rule.
            only: look at this thing alone.
        """
        found = sorted(self._candidates(kept, only), key=lambda each: (each.since, each.object))
        suspended = self._suspended(kept, [each.object for each in found])
        return [Over(each.object, each.since, suspended.get(each.object)) for each in found]

    def _candidates(self, kept: Kept, only: UUID | None) -> Iterator[Over]:
        find = {
            Kept.IDENTITY_EVIDENCE: self._evidence,
            Kept.COLLECTED: self._collected,
            Kept.PACKAGE: self._packages,
            Kept.CASE: self._cases,
            Kept.STUB: self._stubs,
            Kept.BREACH: self._dossiers,
            Kept.NOTICE: self._dossiers,
            **dict.fromkeys(BY_MONTH, self._months),
        }[kept]
        return find(kept, only)

    def _evidence(self, kept: Kept, only: UUID | None) -> Iterator[Over]:
        query = select(IdentityEvidence.case_id, func.min(IdentityEvidence.received_at)).where(
            col(IdentityEvidence.destroyed_at).is_(None)
        )
        query = query.where(IdentityEvidence.case_id == only) if only else query
        for case_id, since in self._session.exec(query.group_by(col(IdentityEvidence.case_id))).all():
            if RULES[kept].over(_day(since), self._today):
                yield Over(case_id, _day(since))

    def _collected(self, kept: Kept, only: UUID | None) -> Iterator[Over]:
        rule = RULES[kept]
        taken = sa.union_all(
            sa.select(col(SearchReceipt.case_id).label("case_id"), col(SearchReceipt.searched_at).label("at")),
            sa.select(col(UploadedFile.case_id), col(UploadedFile.uploaded_at)),
            sa.select(col(ArchiveRow.case_id), col(ArchiveRow.imported_at)),
        ).subquery()
        newest = sa.select(taken.c.case_id, sa.func.max(taken.c.at).label("at")).group_by(taken.c.case_id).subquery()
        for case_id, closed_at in self._closed_with(newest, kept, only):
            fetched = self._session.exec(
                select(func.max(CaseEventRow.at)).where(CaseEventRow.case_id == case_id, CaseEventRow.tag == Tag.PACKAGE_OPENED)
            ).one()
            if fetched is not None and rule.over(_day(fetched), self._today):
                yield Over(case_id, _day(fetched))
            elif rule.over_at_most(_day(closed_at), self._today):
                yield Over(case_id, _day(closed_at))

    def _packages(self, kept: Kept, only: UUID | None) -> Iterator[Over]:
        newest = (
            sa.select(col(PackageRow.case_id).label("case_id"), sa.func.max(col(PackageRow.built_at)).label("at"))
            .group_by(col(PackageRow.case_id))
            .subquery()
        )
        for case_id, closed_at in self._closed_with(newest, kept, only):
            record = self._session.get(CaseRecord, case_id)
            delivered = record.state.get("delivered_at") if record else None
            since = datetime.fromisoformat(delivered) if delivered else closed_at
            if RULES[kept].over(_day(since), self._today):
                yield Over(case_id, _day(since))

    def _closed_with(self, newest: sa.Subquery, kept: Kept, only: UUID | None) -> list[tuple[UUID, datetime]]:
        """Closed cases that have something newer than what was destroyed of them before."""
        destroyed = (
            sa.select(sa.func.max(col(Destruction.at)))
            .where(col(Destruction.object) == col(CaseRecord.case_id), col(Destruction.kept).in_([kept.value, Kept.CASE.value]))
            .scalar_subquery()
        )
        query: Any = (
            sa.select(col(CaseRecord.case_id), col(CaseRecord.closed_at))
            .join(newest, newest.c.case_id == col(CaseRecord.case_id))
            .where(col(CaseRecord.status) == Status.CLOSED.value, or_(destroyed.is_(None), newest.c.at > destroyed))
        )
        query = query.where(col(CaseRecord.case_id) == only) if only else query
        return [(row[0], row[1]) for row in self._session.execute(query).all() if row[1] is not None]

    def _cases(self, kept: Kept, only: UUID | None) -> Iterator[Over]:
        for record in self._closed(kept, only, but_for=(kept, Kept.STUB)):
            letters = select(func.max(Letter.written_at)).where(Letter.case_id == record.case_id)
            mails = select(func.max(IncomingMail.arrived_at)).where(IncomingMail.case_id == record.case_id)
            contacts = [record.closed_at, record.updated_at, self._session.exec(letters).one(), self._session.exec(mails).one()]
            since = _day(max(contact for contact in contacts if contact is not None))
            if RULES[kept].over(since, self._today):
                yield Over(record.case_id, since)

    def _stubs(self, kept: Kept, only: UUID | None) -> Iterator[Over]:
        for record in self._closed(kept, only, but_for=(kept,)):
            gone = select(Destruction.id).where(Destruction.object == record.case_id, Destruction.kept == Kept.CASE.value)
            assert record.closed_at is not None
            # The contents go first, by their own rule: nobody approves one thing and destroys two.
            if RULES[kept].over(_day(record.closed_at), self._today) and self._session.exec(gone).first() is not None:
                yield Over(record.case_id, _day(record.closed_at))

    def _closed(self, kept: Kept, only: UUID | None, *, but_for: tuple[Kept, ...]) -> list[CaseRecord]:
        kinds = [each.value for each in but_for]
        gone = select(Destruction.object).where(col(Destruction.kept).in_(kinds))
        query = select(CaseRecord).where(
            CaseRecord.status == Status.CLOSED.value,
            col(CaseRecord.closed_at).is_not(None),
            col(CaseRecord.closed_at) < self._coarse(kept),
            col(CaseRecord.case_id).not_in(gone),
        )
        return list(self._session.exec(query.where(CaseRecord.case_id == only) if only else query).all())

    def _dossiers(self, kept: Kept, only: UUID | None) -> Iterator[Over]:
        kind = "breach" if kept is Kept.BREACH else "notice"
        ended = [BreachStatus.CLOSED.value] if kept is Kept.BREACH else [status.value for status in ENDED]
        gone = select(Destruction.object).where(Destruction.kept == kept.value)
        query = select(DossierRecord).where(
            DossierRecord.kind == kind, col(DossierRecord.status).in_(ended), col(DossierRecord.dossier_id).not_in(gone)
        )
        for record in self._session.exec(query.where(DossierRecord.dossier_id == only) if only else query).all():
            since = _day(record.closed_at or record.updated_at)
            if RULES[kept].over(since, self._today):
                yield Over(record.dossier_id, since)

    def _months(self, kept: Kept, only: UUID | None) -> Iterator[Over]:
        for month, last in months(self._session, kept, self._today):
            if only in {None, month} and RULES[kept].over(last, self._today):
                yield Over(month, last)

    def _coarse(self, kept: Kept) -> datetime:
        count, unit = RULES[kept].period.split()
        days = int(count) * _SHORTEST[unit if unit.endswith("s") else f"{unit}s"]
        return datetime(self._today.year, self._today.month, self._today.day, tzinfo=UTC) - timedelta(days=days) + 2 * _DAY

    def _suspended(self, kept: Kept, objects: list[UUID]) -> dict[UUID, Suspension]:
        wanted = RULES[kept].suspended_by
        if not wanted or not objects:
            return {}
        if kept is Kept.BREACH:
            return {}
        if kept is Kept.NOTICE:
            return {each: Suspension.INCIDENT for each in objects if self._of_open_breach(each)}
        if kept in BY_MONTH:
            return dict.fromkeys(objects, Suspension.INCIDENT) if self._frozen else {}
        if self._frozen:
            return dict.fromkeys(objects, Suspension.INCIDENT)
        return {each: why for each in objects if (why := self._case_kept_by(each)) is not None}

    @property
    def _frozen(self) -> bool:
        """Habeas' own store is evidence of an open breach."""
        own = {system.name for system in self._resources.datamap.systems if system.kind is SystemKind.HABEAS}
        return bool(own & frozen_systems(self._session))

    def _case_kept_by(self, case_id: UUID) -> Suspension | None:
        if destruction_suspended(self._session, case_id):
            return Suspension.COMPLAINT
        query = select(CaseIdentifierRow.value_index).where(CaseIdentifierRow.case_id == case_id)
        why = people_kept_by(self._session, self._session.exec(query).all())
        if why:
            return next(iter(why.values()))
        record = self._session.get(CaseRecord, case_id)
        if record is not None and any(item.get("result") is None for item in record.state.get("work_items", {}).values()):
            return Suspension.OPEN_CASE  # somebody has said that something is wrong, and nobody has looked at it
        return None

    def _of_open_breach(self, notice_id: UUID) -> bool:
        record = self._session.get(DossierRecord, notice_id)
        breach = NoticeState.model_validate(record.state).breach if record else None
        found = self._session.get(DossierRecord, breach) if breach else None
        return found is not None and found.status != BreachStatus.CLOSED.value


def people_kept_by(session: Session, indexes: Iterable[bytes]) -> dict[bytes, Suspension]:
    """Of some people, by blind index of an identifier, those whose data no sweep may touch, and why.

    Args:
        session: a reader or a write transaction.
        indexes: of any number of identifiers.
    """
    known: list[bytes] = list(dict.fromkeys(indexes))
    kept: dict[bytes, Suspension] = {}
    for start in range(0, len(known), _IN_ONE_QUERY):
        some = known[start : start + _IN_ONE_QUERY]
        held = select(LegalHold.subject_index).where(col(LegalHold.subject_index).in_(some), col(LegalHold.lifted_at).is_(None))
        asks = (
            select(CaseIdentifierRow.value_index)
            .outerjoin(CaseRecord, col(CaseRecord.case_id) == col(CaseIdentifierRow.case_id))
            .where(
                col(CaseIdentifierRow.value_index).in_(some),
                or_(col(CaseRecord.case_id).is_(None), CaseRecord.status != Status.CLOSED.value),
            )
        )
        kept |= dict.fromkeys(session.exec(asks).all(), Suspension.OPEN_CASE)
        kept |= dict.fromkeys(session.exec(held).all(), Suspension.HOLD)
    return kept


def _day(instant: datetime) -> date:
    """The day of an instant in UTC: a period of weeks, months or years is not decided by an hour."""
    return instant.astimezone(UTC).date()
