"""The only road to a case's status and history, and the sweep that finds receipts without a workflow.

A normal activity, never a local one: a crash of everything right after a local activity's commit leaves the record ahead of
the workflow and swallows the next command (docs/decisions/0001).
"""

from datetime import UTC, datetime
from uuid import UUID

from sqlmodel import Session
from temporalio import activity

from activities.failures import translated
from adapters.attempts import judge
from adapters.database.case_projector import CaseProjector
from adapters.database.clocks import seat_of
from adapters.database.opening import opening_of
from adapters.database.tables import Alarm
from adapters.resources import Resources
from domain.errors import SequenceConflictError, UnknownObjectError
from domain.messages import CaseRef, Judged, Opening, RecordAttempt, Recorded, RecordEvents


class CaseLog:
    """Reads receipts and records events.

    Args:
        resources: opened once by the worker.
    """

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self._seat = seat_of(resources.datamap.controller)

    @activity.defn
    @translated
    def read_opening(self, message: CaseRef) -> Opening:
        """What the receipt says, for the case's first events."""
        return opening_of(self._resources, message.case_id)

    @activity.defn
    @translated
    def record_case_event(self, message: RecordEvents) -> Recorded:
        """Append events and fold them into the record, in one transaction; doing it twice changes nothing."""
        now = datetime.now(UTC)
        try:
            with self._resources.database.write() as session:
                return self._projector(session, now).record(message)
        except SequenceConflictError:
            self._raise_alarm(message.case_id, now)
            raise

    @activity.defn
    @translated
    def record_attempt(self, message: RecordAttempt) -> Judged:
        """Judge a code or link and record what it makes happen, in one transaction: one that is used up has had its effect.

        Raises:
            UnknownObjectError: there is no such attempt in this case, or it proves an address that the case does not have.
        """
        now = datetime.now(UTC)
        try:
            with self._resources.database.write() as session:
                verdict = judge(session, message.case_id, message.attempt, now)
                if verdict.identifier is None:
                    return Judged(verdict=verdict)
                if verdict.identifier not in message.outcomes:
                    raise UnknownObjectError(identifier=str(verdict.identifier))
                events = message.outcomes[verdict.identifier]
                happened = RecordEvents(case_id=message.case_id, command_id=message.command_id, events=events)
                return Judged(verdict=verdict, recorded=self._projector(session, now).record(happened) if events else None)
        except SequenceConflictError:
            self._raise_alarm(message.case_id, now)
            raise

    def _projector(self, session: Session, now: datetime) -> CaseProjector:
        return CaseProjector(session, self._resources.vault.install, now, self._seat)

    def _raise_alarm(self, case_id: UUID, now: datetime) -> None:
        with self._resources.database.write() as session:
            session.add(Alarm(at=now, kind="sequence-conflict", case_id=case_id, facts={}))
