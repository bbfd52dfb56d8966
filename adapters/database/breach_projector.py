"""The one writer of a breach's and a notice's status: appends events and folds them into the record, in one transaction.

Imported by `activities/breach_log.py` alone (held by an import contract). The same rules as for cases: the sequence is counted
by the workflow; the same sequence under the same command is a retry, under another command a conflict that pages somebody.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel
from sqlmodel import Session, col, select

from adapters.database.breach_tables import Dossier, DossierEventRow, DossierNote, DossierRecord
from domain import chain
from domain.errors import SequenceConflictError, UnknownObjectError
from domain.events import Event

State = TypeVar("State", bound=BaseModel)
_OWN_STEP = "run:"  # begins the ids of what the workflow does by itself


@dataclass(frozen=True)
class Projected:
    """The columns of a record that lists are cut by."""

    status: str
    outcome: str | None
    exercise: bool
    first_due: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True)
class Folding(Generic[State]):
    """How the events of one kind of dossier are folded."""

    kind: str
    fresh: Callable[[UUID], State]
    evolve: Callable[[State, Any], None]
    read: Callable[[dict[str, Any]], State]
    project: Callable[[State, datetime], Projected]


@dataclass(frozen=True)
class Written(Generic[State]):
    """What stands after a transaction."""

    state: State
    head: str


class DossierProjector(Generic[State]):
    """Records events inside a write transaction that the caller opened.

    Args:
        session: of a write transaction.
        install: the installation's public id, first link of every chain.
        now: the database writer's time, UTC.
        folding: of the dossier's kind.
    """

    def __init__(self, session: Session, install: bytes, now: datetime, folding: Folding[State]) -> None:
        self._session = session
        self._install = install
        self._now = now
        self._folding = folding

    def record(self, dossier_id: UUID, command_id: str, events: Sequence[Event]) -> Written[State]:
        """Append and fold.

        Raises:
            UnknownObjectError: no such dossier of this kind.
            SequenceConflictError: another command already wrote this sequence, or this one was carried out before.
        """
        dossier = self._session.get(Dossier, dossier_id)
        if dossier is None or dossier.kind != self._folding.kind:
            raise UnknownObjectError(dossier=str(dossier_id))
        record = self._session.get(DossierRecord, dossier_id, with_for_update=True)
        if record is not None and record.sequence >= events[0].sequence:
            return self._recorded_before(record, command_id, events)
        state = self._folding.read(record.state) if record else self._folding.fresh(dossier_id)
        if events[0].sequence != (record.sequence if record else 0) + 1:
            raise SequenceConflictError(dossier=str(dossier_id), sequence=events[0].sequence)
        self._refuse_second_time(dossier_id, command_id, events[0].sequence)
        head = record.head if record else chain.genesis(self._install, str(dossier_id))
        for event in events:
            head = self._append(dossier_id, command_id, event, head)
            self._folding.evolve(state, event)
        self._project(record, dossier_id, state, events[-1].sequence, head, events[-1].at)
        return Written(state, head)

    def _recorded_before(self, record: DossierRecord, command_id: str, events: Sequence[Event]) -> Written[State]:
        first = events[0].sequence
        rows = self._session.exec(
            select(DossierEventRow)
            .where(DossierEventRow.dossier_id == record.dossier_id, DossierEventRow.sequence >= first)
            .order_by(col(DossierEventRow.sequence))
            .limit(len(events)),
        ).all()
        known = [(row.sequence, row.command_id, row.tag) for row in rows]
        if known != [(event.sequence, command_id, event.tag.value) for event in events]:
            raise SequenceConflictError(dossier=str(record.dossier_id), sequence=first)
        return Written(self._folding.read(record.state), rows[-1].hash)

    def _refuse_second_time(self, dossier_id: UUID, command_id: str, sequence: int) -> None:
        # As for cases: in a run that carries the dossier on, the engine does not know what was commanded before.
        if command_id.startswith(_OWN_STEP):
            return
        here = DossierEventRow.command_id == command_id, DossierEventRow.dossier_id == dossier_id
        if self._session.exec(select(DossierEventRow.sequence).where(*here).limit(1)).first() is not None:
            raise SequenceConflictError(dossier=str(dossier_id), sequence=sequence)

    def _append(self, dossier_id: UUID, command_id: str, event: Event, previous: str) -> str:
        note_id = event.facts.get("note")
        note = self._session.get(DossierNote, UUID(str(note_id))) if note_id else None
        detail = chain.detail_hash(event, note.text if note else None)
        head = chain.link(previous, str(dossier_id), event, detail)
        self._session.add(
            DossierEventRow(
                dossier_id=dossier_id,
                sequence=event.sequence,
                command_id=command_id,
                tag=event.tag.value,
                at=event.at,
                recorded_at=self._now,
                actor=event.actor,
                facts=event.facts,
                previous=previous,
                hash=head,
            ),
        )
        return head

    def _project(  # noqa: PLR0917 (the columns of one row)
        self, record: DossierRecord | None, dossier_id: UUID, state: State, sequence: int, head: str, at: datetime
    ) -> None:
        shown = self._folding.project(state, at)
        fields: dict[str, Any] = {
            "kind": self._folding.kind,
            "status": shown.status,
            "outcome": shown.outcome,
            "exercise": shown.exercise,
            "sequence": sequence,
            "head": head,
            "state": state.model_dump(mode="json"),
            "first_due": shown.first_due,
            "updated_at": self._now,
            "closed_at": shown.closed_at,
        }
        if record is None:
            self._session.add(DossierRecord(dossier_id=dossier_id, **fields))
        else:
            record.sqlmodel_update(fields)
            self._session.add(record)
