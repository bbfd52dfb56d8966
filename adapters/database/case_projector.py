"""The one writer of status: appends a case's events and folds them into its record, in one transaction.

Imported by `activities/case_log.py` alone (held by an import contract). The sequence is counted by the workflow; the same
sequence under the same command is a retry and changes nothing, under another command it is a conflict that pages somebody.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, func, select

from adapters.database import queue_projection
from adapters.database.clocks import CLOCK_KINDS, clock_of
from adapters.database.complaints import involved
from adapters.database.remarks import open_questions
from adapters.database.samples import is_looked_at
from adapters.database.session import insert
from adapters.database.tables import CaseEventRow, CaseReceipt, CaseRecord, ComplaintLink, ItemDecision, Note, PackageRow
from domain import chain
from domain.case import CaseState, Package
from domain.deadline import Clock, Seat
from domain.errors import (
    FourEyesError,
    LeakFoundError,
    QuestionOpenError,
    SampleNeededError,
    SequenceConflictError,
    StaleHashError,
    UnknownObjectError,
    WithLegalError,
)
from domain.events import CaseEvent, Tag
from domain.folding import evolve
from domain.messages import Recorded, RecordEvents
from domain.rights import Status

_BY_SOMEBODY_NOT_INVOLVED = {Tag.COMPLAINT_PROGRESS, Tag.COMPLAINT_DECIDED}
_WITH_LEGAL = "Something in this package waits for a legal reviewer. Nothing was approved; build it again once it is decided."
_OWN_STEP = "run:"  # begins the ids of what the workflow does by itself; nobody can send it a command of that name again


class CaseProjector:
    """Records events inside a write transaction that the caller opened.

    Args:
        session: of a write transaction.
        install: the installation's public id, first link of every chain.
        now: the database writer's time, UTC; stored beside the workflow's own.
        seat: what the clock has to know of the controller.
    """

    def __init__(self, session: Session, install: bytes, now: datetime, seat: Seat | None = None) -> None:
        self._session = session
        self._install = install
        self._now = now
        self._seat = seat

    def record(self, message: RecordEvents) -> Recorded:
        """Append and fold.

        Raises:
            SequenceConflictError: another command already wrote this sequence: workflow and record have parted; or
                this command was carried out before.
            StaleHashError, FourEyesError: an approval that a newer item decision overtook, or by its author.
        """
        receipt = self._session.get(CaseReceipt, message.case_id)
        if receipt is None:
            raise UnknownObjectError(case_id=str(message.case_id))
        record = self._session.get(CaseRecord, message.case_id, with_for_update=True)
        if record is not None and record.sequence >= message.events[0].sequence:
            return self._recorded_before(record, message)
        state = CaseState.model_validate(record.state) if record else CaseState(case_id=message.case_id)
        if message.events[0].sequence != state.sequence + 1:
            raise SequenceConflictError(case_id=str(message.case_id), sequence=message.events[0].sequence)
        self._refuse_second_time(message)
        head = record.head if record else chain.genesis(self._install, str(message.case_id))
        rows: list[CaseEventRow] = []
        for event in message.events:
            if event.tag is Tag.PACKAGE_APPROVED:
                self._check_item_decisions(state, event, state.package)
            elif event.tag is Tag.PARTIAL_APPROVED:
                self._check_item_decisions(state, event, state.partial.package if state.partial else None)
            elif event.tag in _BY_SOMEBODY_NOT_INVOLVED and event.actor in involved(self._session, state.complaint.about):
                raise FourEyesError("Whoever worked on the case complained of cannot handle the complaint about it.")
            elif event.tag is Tag.COMPLAINT_LINKED:
                self._session.add(ComplaintLink(complaint=state.case_id, about=UUID(str(event.facts["about"]))))
            rows.append(self._row(message, event, head))
            head = rows[-1].hash
            evolve(state, event)
        insert(self._session, rows)
        clock = self._clock(receipt, state, message.events)
        self._project(record, state, clock, head)
        queue_projection.project(self._session, receipt, state, clock, events=message.events)
        return Recorded(clock=clock, head=head)

    def _recorded_before(self, record: CaseRecord, message: RecordEvents) -> Recorded:
        first = message.events[0].sequence
        rows = self._session.exec(
            select(CaseEventRow)
            .where(CaseEventRow.case_id == message.case_id, CaseEventRow.sequence >= first)
            .order_by(col(CaseEventRow.sequence))
            .limit(len(message.events)),
        ).all()
        same = [(row.sequence, row.command_id, row.tag) for row in rows] == [
            (event.sequence, message.command_id, event.tag.value) for event in message.events
        ]
        if not same:
            raise SequenceConflictError(case_id=str(message.case_id), sequence=first)
        return Recorded(clock=Clock.model_validate(record.clock), head=rows[-1].hash)

    def _refuse_second_time(self, message: RecordEvents) -> None:
        # The engine answers a repeated command within one run only; after the case was carried on, a copy of it is new there.
        if message.command_id.startswith(_OWN_STEP):
            return
        known = select(CaseEventRow.sequence).where(
            CaseEventRow.command_id == message.command_id, CaseEventRow.case_id == message.case_id
        )
        if self._session.exec(known.limit(1)).first() is not None:
            raise SequenceConflictError(case_id=str(message.case_id), sequence=message.events[0].sequence)

    def _row(self, message: RecordEvents, event: CaseEvent, previous: str) -> CaseEventRow:
        note_id = event.facts.get("note")
        note = self._session.get(Note, UUID(str(note_id))) if note_id else None
        detail = chain.detail_hash(event, note.text if note else None)
        return CaseEventRow(
            case_id=message.case_id,
            sequence=event.sequence,
            command_id=message.command_id,
            tag=event.tag.value,
            at=event.at,
            recorded_at=self._now,
            actor=event.actor,
            facts=event.facts,
            previous=previous,
            hash=chain.link(previous, str(message.case_id), event, detail),
        )

    def _check_item_decisions(self, state: CaseState, event: CaseEvent, package: Package | None) -> None:
        # Decisions are rows, not updates (they may be 50,000), so only this transaction can see the newest one.
        newest, *_ = self._session.exec(
            select(func.max(ItemDecision.revision)).where(ItemDecision.case_id == state.case_id),
        ).all()
        if package is not None and (newest or 0) > package.revision:
            raise StaleHashError(status=state.status.value)
        row = self._session.get(PackageRow, package.id) if package is not None else None
        if row is not None and row.summary.get("leaks"):
            raise LeakFoundError(status=state.status.value, places=[str(place) for place in row.summary["leaks"]])
        if row is not None and row.summary.get("with_legal"):
            raise WithLegalError(_WITH_LEGAL, status=state.status.value)
        if open_questions(self._session, state.case_id):
            raise QuestionOpenError(status=state.status.value)
        if row is not None and row.summary.get("sampling") and not is_looked_at(self._session, row, event.actor):
            raise SampleNeededError(status=state.status.value)
        authors = self._session.exec(
            select(ItemDecision.author).where(ItemDecision.case_id == state.case_id).distinct(),
        ).all()
        if event.actor in authors:
            raise FourEyesError

    def _clock(self, receipt: CaseReceipt, state: CaseState, events: list[CaseEvent]) -> Clock:
        tags = [tag.value for tag in CLOCK_KINDS]
        # The new events were inserted by this transaction.
        rows = self._session.exec(
            select(CaseEventRow).where(CaseEventRow.case_id == receipt.case_id, col(CaseEventRow.tag).in_(tags)),
        ).all()
        return clock_of(
            state.received_at or receipt.received_at,  # another copy of the mail may have arrived before the one that opened it
            receipt.regimes,
            receipt.rights,
            [event_of(row) for row in rows],
            as_of=events[-1].at,
            seat=self._seat,
        )

    def _project(self, record: CaseRecord | None, state: CaseState, clock: Clock, head: str) -> None:
        closed_before = record.closed_at if record else None  # what happens to a closed case afterwards does not close it again
        closed_at = closed_before or self._now if state.status is Status.CLOSED else None
        fields: dict[str, Any] = {
            "status": state.status.value,
            "outcome": state.outcome.value if state.outcome else None,
            "sequence": state.sequence,
            "head": head,
            "state": state.model_dump(mode="json"),
            "clock": clock.model_dump(mode="json"),
            "legal_due": clock.legal_due,
            "safe_due": clock.safe_due,
            "review_on": clock.review_on,
            "clock_state": clock.state,
            "updated_at": self._now,
            "closed_at": closed_at,
        }
        if record is None:
            self._session.add(CaseRecord(case_id=state.case_id, **fields))
        else:
            record.sqlmodel_update(fields)
            self._session.add(record)


def event_of(row: CaseEventRow) -> CaseEvent:
    """The domain's event in a stored row."""
    return CaseEvent(sequence=row.sequence, tag=Tag(row.tag), at=row.at, actor=row.actor, facts=row.facts)
