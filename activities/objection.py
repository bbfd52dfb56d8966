"""Stops marketing at once when somebody objects (Article 21(3)): no balance, no identity check, no waiting for anybody.

The effect is limited to the addresses that were named; the entry lasts, so that a later import does not bring them back. Whoever
received data for direct marketing is named, so that the case tells them at once.
Next: adapters/suppression.py
"""

from datetime import UTC, datetime

from sqlmodel import select
from temporalio import activity

from activities.failures import translated
from activities.measure_targets import receiving
from adapters.database.tables import CaseIdentifierRow, CaseRecord
from adapters.resources import Resources
from adapters.suppression import suppress
from domain.case import CaseState
from domain.errors import UnknownObjectError
from domain.measure_messages import MarketingStopped
from domain.messages import CaseRef


class Objection:
    """What an objection does at once.

    Args:
        resources: opened once by the worker.
    """

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    @activity.defn
    @translated
    def stop_marketing(self, message: CaseRef) -> MarketingStopped:
        """Put the addresses of a case on the marketing list, and say who else has to stop; doing it twice changes nothing.

        Raises:
            UnknownObjectError: there is no such case.
        """
        with self._resources.database.read() as session:
            record = session.get(CaseRecord, message.case_id)
            rows = session.exec(select(CaseIdentifierRow).where(CaseIdentifierRow.case_id == message.case_id)).all()
        if record is None:
            raise UnknownObjectError(case_id=str(message.case_id))
        known = CaseState.model_validate(record.state).identifiers
        vault, stopped = self._resources.vault.case(message.case_id), 0
        with self._resources.database.write() as session:
            for row in rows:
                if row.kind not in {"email", "phone"} or row.value is None:
                    continue
                if row.id in known and known[row.id].standing == "rejected":
                    continue
                value = vault.open("case_identifier", "value", str(row.id), row.value).decode()
                suppress(session, self._resources.vault, "marketing", row.kind, value, now=datetime.now(UTC), expires_on=None)
                stopped += 1
        datamap = self._resources.datamap
        purposes = [purpose.id for purpose in datamap.purposes if purpose.direct_marketing]
        return MarketingStopped(addresses=stopped, purposes=purposes, addressees=list(receiving(datamap, purposes)))
