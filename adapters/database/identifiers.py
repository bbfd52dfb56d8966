"""The identifiers of a case as they are kept: sealed, and findable by a blind index (`security.md` I2, I4).

Next: adapters/database/intake.py
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid4

from sqlmodel import Session, select

from adapters.database.tables import CaseIdentifierRow
from adapters.vault import Vault
from domain.case_parts import Identifier
from domain.errors import InvalidInputError


def identifier_row(
    vault: Vault, case_id: UUID, kind: str, value: str, *, added_by: str, now: datetime, key: UUID | None = None
) -> CaseIdentifierRow:
    """An identifier of a case, sealed under its key and findable by its blind index.

    Raises:
        InvalidInputError: not an address, or hidden characters in it.
    """
    key = key or uuid4()
    index = vault.index_email(value) if kind == "email" else vault.index_id(kind, value)
    return CaseIdentifierRow(
        id=key,
        case_id=case_id,
        kind=kind,
        value=vault.case(case_id).seal("case_identifier", "value", str(key), value.encode()),
        value_index=index,
        added_by=added_by,
        added_at=now,
    )


def add_new(session: Session, row: CaseIdentifierRow, among: Mapping[UUID, Identifier]) -> None:
    """Write an identifier that the case does not have yet; one that was refused, or that a system merely holds, may come again.

    Args:
        session: the transaction in which the row is to be written.
        row: what is to be added, not yet written.
        among: the identifiers of the case as they stand.

    Raises:
        InvalidInputError: the case has the same mailbox, number or account.
    """
    same = select(CaseIdentifierRow.id).where(
        CaseIdentifierRow.case_id == row.case_id, CaseIdentifierRow.value_index == row.value_index
    )
    count = {key for key, each in among.items() if each.standing != "rejected" and not each.held}
    if count.intersection(session.exec(same).all()):
        raise InvalidInputError("The case has this identifier already.", field="value")
    session.add(row)
