"""What a receipt says, for the first events of its case: read by whoever starts the workflow, else by the workflow itself.

Next: workflows/case.py
"""

from uuid import UUID

from sqlmodel import col, select

from adapters.database.intake import AGENT
from adapters.database.tables import CaseIdentifierRow, CaseReceipt
from adapters.resources import Resources
from domain.errors import UnknownObjectError
from domain.identity import Doubt
from domain.messages import Opening, ReceivedIdentifier
from domain.moving_in import Earlier
from domain.rights import Channel, Right, Risk


def opening_of(resources: Resources, case_id: UUID) -> Opening:
    """Ids, enums and dates of a receipt; nothing that names anybody.

    Raises:
        UnknownObjectError: there is no such receipt.
    """
    with resources.database.read() as session:
        receipt = session.get(CaseReceipt, case_id)
        if receipt is None:
            raise UnknownObjectError(case_id=str(case_id))
        identifiers = session.exec(
            select(CaseIdentifierRow)
            .where(CaseIdentifierRow.case_id == case_id)
            .order_by(col(CaseIdentifierRow.added_at), col(CaseIdentifierRow.id)),
        ).all()
    return Opening(
        received_at=receipt.received_at,
        channel=Channel(receipt.channel),
        rights=[Right(right) for right in receipt.rights],
        regimes=receipt.regimes,
        risk=Risk(receipt.risk),
        doubts=[Doubt(name) for name in receipt.doubts or []],
        identifiers=[ReceivedIdentifier(identifier=row.id, kind=row.kind, agent=row.added_by == AGENT) for row in identifiers],
        consents=receipt.consents or [],
        asserted=receipt.asserted_identifier,
        snapshots=any(part.short_lived for system in resources.datamap.systems for part in system.collections),
        earlier=Earlier.model_validate(receipt.earlier) if receipt.earlier else None,
    )
