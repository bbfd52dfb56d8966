"""Reads breaches: lists, one breach, its history, its words and files. A breach can be read before its workflow exists.

Next: `api/v1/breaches.py`
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final
from uuid import UUID

import sqlalchemy
from sqlalchemy import Select
from sqlmodel import Session, col, or_, select

from adapters.database.breach_tables import Dossier, DossierEventRow, DossierFile, DossierNote, DossierRecord
from adapters.resources import Resources
from adapters.vault import DossierPurpose
from domain.breach import BreachOutcome, BreachState, BreachStatus
from domain.breach_events import BreachEvent, BreachTag
from domain.breach_folding import evolve_breach, fold_breach
from domain.breach_rows import BreachClocks, clocks_of
from domain.errors import UnknownObjectError

BREACH: Final = "breach"


@dataclass(frozen=True)
class BreachView:
    """A breach as it stands: the record if there is one, else what the opening alone makes of it."""

    dossier: Dossier
    state: BreachState
    recorded: bool


@dataclass(frozen=True)
class BreachFilter:
    """What a list is cut to. Rehearsals are left out of everything but a list of them."""

    status: BreachStatus | None = None
    open_only: bool = False
    exercises: bool = False
    since: datetime | None = None
    until: datetime | None = None
    outcome: BreachOutcome | None = None


class DossierReader:
    """Reads what breaches and notices have in common: history, words, files.

    Args:
        resources: opened once by the process.
    """

    purpose: ClassVar[DossierPurpose]

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self._database = resources.database

    def events(self, dossier_id: UUID, after: int = 0, limit: int = 500) -> list[DossierEventRow]:
        """The history in its own order, after a sequence."""
        query = (
            select(DossierEventRow)
            .where(DossierEventRow.dossier_id == dossier_id, DossierEventRow.sequence > after)
            .order_by(col(DossierEventRow.sequence))
            .limit(limit)
        )
        with self._database.read() as session:
            return list(session.exec(query).all())

    def happened(self, dossier_id: UUID, command_id: str) -> bool:
        """Whether a command is recorded: then it was accepted."""
        query = select(DossierEventRow.sequence).where(
            DossierEventRow.dossier_id == dossier_id, DossierEventRow.command_id == command_id
        )
        with self._database.read() as session:
            return session.exec(query.limit(1)).first() is not None

    def words(self, dossier_id: UUID, notes: Iterable[UUID | None]) -> dict[UUID, str]:
        """The words behind notes of a dossier, opened."""
        wanted = [note for note in notes if note is not None]
        with self._database.read() as session:
            return words_of(session, self._resources, dossier_id, wanted, self.purpose)

    def file(self, dossier_id: UUID, kind: str, subject: UUID) -> DossierFile:
        """A file of a dossier.

        Raises:
            UnknownObjectError: there is none.
        """
        query = select(DossierFile).where(
            DossierFile.dossier_id == dossier_id, DossierFile.kind == kind, DossierFile.subject == subject
        )
        with self._database.read() as session:
            row = session.exec(query).first()
        if row is None:
            raise UnknownObjectError
        return row

    def scans(self, dossier_id: UUID, kind: str) -> dict[UUID, str]:
        """What a scanner said of each file of a kind."""
        query = select(DossierFile.subject, DossierFile.malware).where(
            DossierFile.dossier_id == dossier_id, DossierFile.kind == kind
        )
        with self._database.read() as session:
            return dict(session.exec(query).all())


class BreachReader(DossierReader):
    """Reads dossiers of breaches."""

    purpose = BREACH

    def find(self, reference: str) -> BreachView:
        """The breach under a reference.

        Raises:
            UnknownObjectError: there is none.
        """
        return self._one(Dossier.reference == reference)

    def get(self, breach_id: UUID) -> BreachView:
        """The breach under its id.

        Raises:
            UnknownObjectError: there is none.
        """
        return self._one(Dossier.id == breach_id)

    def upto(self, breach_id: UUID, sequence: int) -> BreachState:
        """The breach as it stood after an event of its history."""
        query = select(DossierEventRow).where(DossierEventRow.dossier_id == breach_id, col(DossierEventRow.sequence) <= sequence)
        with self._database.read() as session:
            rows = session.exec(query.order_by(col(DossierEventRow.sequence))).all()
        return fold_breach(breach_id, [event_of_row(row) for row in rows])

    def clocks(self, state: BreachState, now: datetime) -> BreachClocks:
        """Every clock of a breach as it stands now."""
        return clocks_of(state, seat=self._resources.datamap.controller.country, as_of=now)

    def page(self, wanted: BreachFilter, *, before: datetime | None = None, limit: int = 100) -> list[BreachView]:
        """Breaches, newest first, opened before an instant."""
        query = _filtered(_breaches(), wanted)
        if before:
            query = query.where(col(Dossier.opened_at) < before)
        with self._database.read() as session:
            rows = session.execute(query.order_by(col(Dossier.opened_at).desc()).limit(limit)).all()
        views = [_view(*row) for row in rows]
        # What was reported a moment ago has no record yet; whether it is a rehearsal stands in its opening.
        return [
            view for view in views if view.state.exercise is wanted.exercises and wanted.outcome in {None, view.state.outcome}
        ]

    def _one(self, condition: Any) -> BreachView:  # noqa: ANN401 (an SQL expression)
        with self._database.read() as session:
            row = session.execute(_breaches().where(condition)).first()
        if row is None:
            raise UnknownObjectError
        return _view(*row)


def words_of(
    session: Session, resources: Resources, breach_id: UUID, notes: Iterable[UUID], purpose: DossierPurpose = BREACH
) -> dict[UUID, str]:
    """The words behind notes, opened with the dossier's key."""
    vault = resources.vault.dossier(breach_id, purpose)
    rows = session.exec(
        select(DossierNote).where(DossierNote.dossier_id == breach_id, col(DossierNote.id).in_(list(notes)))
    ).all()
    return {row.id: vault.open("dossier_note", "text", str(row.id), row.text).decode() for row in rows}


def unstarted_dossiers(session: Session, kind: str, before: datetime, limit: int = 100) -> list[UUID]:
    """Dossiers without a first event, older than an instant: their workflow never started."""
    query = (
        select(Dossier.id)
        .outerjoin(DossierRecord, col(DossierRecord.dossier_id) == col(Dossier.id))
        .where(Dossier.kind == kind, col(DossierRecord.dossier_id).is_(None), col(Dossier.opened_at) < before)
        .limit(limit)
    )
    return list(session.exec(query).all())


def open_dossiers(session: Session, kind: str, ended: Iterable[str]) -> list[UUID]:
    """Every dossier of a kind that is not at its end, for the reconciliation with the engine."""
    query = select(DossierRecord.dossier_id).where(DossierRecord.kind == kind, col(DossierRecord.status).not_in(list(ended)))
    return list(session.exec(query).all())


def frozen_systems(session: Session) -> set[str]:
    """Systems whose rows and logs are evidence of an open breach: no retention sweep deletes anything of them."""
    query = select(DossierRecord.state).where(
        DossierRecord.kind == BREACH, DossierRecord.status != BreachStatus.CLOSED.value, col(DossierRecord.exercise).is_(False)
    )
    return {system for state in session.exec(query).all() for system in state["frozen"]}


def opening_event(dossier: Dossier) -> BreachEvent:
    """The first event, as the opening makes it."""
    return BreachEvent(sequence=1, tag=BreachTag.OPENED, at=dossier.opened_at, actor=dossier.caller, facts=dossier.opening)


def event_of_row(row: DossierEventRow) -> BreachEvent:
    """The domain's event in a stored row."""
    return BreachEvent(sequence=row.sequence, tag=BreachTag(row.tag), at=row.at, actor=row.actor, facts=row.facts)


def _breaches() -> Select[Dossier, DossierRecord]:
    joined = col(DossierRecord.dossier_id) == col(Dossier.id)
    return sqlalchemy.select(Dossier, DossierRecord).outerjoin(DossierRecord, joined).where(col(Dossier.kind) == BREACH)


def _filtered(query: Select[Dossier, DossierRecord], wanted: BreachFilter) -> Select[Dossier, DossierRecord]:
    rehearsal = col(DossierRecord.exercise).is_(True)
    query = query.where(or_(col(DossierRecord.dossier_id).is_(None), rehearsal if wanted.exercises else ~rehearsal))
    if wanted.status is not None:
        query = query.where(col(DossierRecord.status) == wanted.status.value)
    if wanted.open_only:
        query = query.where(or_(col(DossierRecord.dossier_id).is_(None), col(DossierRecord.status) != BreachStatus.CLOSED.value))
    if wanted.since is not None:
        query = query.where(col(Dossier.opened_at) >= wanted.since)
    if wanted.until is not None:
        query = query.where(col(Dossier.opened_at) < wanted.until)
    return query


def _view(dossier: Dossier, record: DossierRecord | None) -> BreachView:
    if record is not None:
        return BreachView(dossier, BreachState.model_validate(record.state), recorded=True)
    state = BreachState(breach_id=dossier.id)
    evolve_breach(state, opening_event(dossier))
    return BreachView(dossier, state, recorded=False)
