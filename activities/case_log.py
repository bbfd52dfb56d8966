"""The only road to a case's status and history, and the sweep that finds receipts without a workflow.

A normal activity, never a local one: a crash of everything right after a local activity's commit leaves the record ahead of
the workflow and swallows the next command (docs/decisions/0001).
"""

from datetime import UTC, datetime
from uuid import UUID

from sqlmodel import col, select
from temporalio import activity

from activities.failures import translated
from adapters.database.case_projector import CaseProjector
from adapters.database.clocks import seat_of
from adapters.database.tables import Alarm, CaseIdentifierRow, CaseReceipt
from adapters.resources import Resources
from domain.errors import SequenceConflictError, UnknownObjectError
from domain.messages import CaseRef, Opening, ReceivedIdentifier, Recorded, RecordEvents
from domain.rights import Channel, Right, Risk


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
        with self._resources.database.read() as session:
            receipt = session.get(CaseReceipt, message.case_id)
            if receipt is None:
                raise UnknownObjectError(case_id=str(message.case_id))
            identifiers = session.exec(
                select(CaseIdentifierRow)
                .where(CaseIdentifierRow.case_id == message.case_id)
                .order_by(col(CaseIdentifierRow.added_at), col(CaseIdentifierRow.id)),
            ).all()
        return Opening(
            received_at=receipt.received_at,
            channel=Channel(receipt.channel),
            rights=[Right(right) for right in receipt.rights],
            regimes=receipt.regimes,
            risk=Risk(receipt.risk),
            identifiers=[ReceivedIdentifier(identifier=row.id, kind=row.kind) for row in identifiers],
            asserted=receipt.asserted_identifier,
            snapshots=any(part.short_lived for system in self._resources.datamap.systems for part in system.collections),
        )

    @activity.defn
    @translated
    def record_case_event(self, message: RecordEvents) -> Recorded:
        """Append events and fold them into the record, in one transaction; doing it twice changes nothing."""
        now = datetime.now(UTC)
        try:
            with self._resources.database.write() as session:
                return CaseProjector(session, self._resources.vault.install, now, self._seat).record(message)
        except SequenceConflictError:
            self._raise_alarm(message.case_id, now)
            raise

    def _raise_alarm(self, case_id: UUID, now: datetime) -> None:
        with self._resources.database.write() as session:
            session.add(Alarm(at=now, kind="sequence-conflict", case_id=case_id, facts={}))
