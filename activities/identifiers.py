"""Which values systems may be searched with: identifiers that were proven, or accepted by a reasoned decision (I2).

Next: activities/traversal.py
"""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from adapters.database.tables import CaseIdentifierRow, CaseRecord
from adapters.resources import Resources
from domain.case import CaseState
from domain.errors import NotAllowedNowError, UnknownObjectError


def usable_rows(resources: Resources, case_id: UUID, keys: Sequence[UUID] = ()) -> list[CaseIdentifierRow]:
    """The usable identifiers of a case, of `keys` alone where some are named, in the order in which they came.

    Raises:
        UnknownObjectError: there is no such case.
    """
    with resources.database.read() as session:
        record = session.get(CaseRecord, case_id)
        if record is None:
            raise UnknownObjectError(case_id=str(case_id))
        state = CaseState.model_validate(record.state)
        usable = set(state.usable_keys)
        # A reported account is a key for its own deletion, once a person decided so, and only where it is named.
        wanted = (usable | set(state.erasing_keys)) & set(keys) if keys else usable
        return list(
            session.exec(
                select(CaseIdentifierRow)
                .where(CaseIdentifierRow.case_id == case_id, col(CaseIdentifierRow.id).in_(wanted))
                .order_by(col(CaseIdentifierRow.added_at), col(CaseIdentifierRow.id)),
            ).all()
        )


def usable_identifiers(resources: Resources, case_id: UUID, keys: Sequence[UUID] = ()) -> dict[str, list[str]]:
    """By kind, the values of the identifiers that may be used.

    Raises:
        UnknownObjectError: there is no such case.
        NotAllowedNowError: none may be used: nothing is searched.
    """
    identifiers = values_of(resources, usable_rows(resources, case_id, keys))
    if not identifiers:
        raise NotAllowedNowError("No identifier of this case is proven, so no system is searched.")
    return identifiers


def values_of(resources: Resources, rows: Sequence[CaseIdentifierRow]) -> dict[str, list[str]]:
    """By kind, the values of identifiers that were not destroyed."""
    values: dict[str, list[str]] = {}
    for row in rows:
        if row.value is not None:
            vault = resources.vault.case(row.case_id)
            value = vault.open("case_identifier", "value", str(row.id), row.value).decode()
            values.setdefault(row.kind, []).append(value)
    return values


def named_in_vain(session: Session, state: CaseState) -> list[CaseIdentifierRow]:
    """What the person named and nothing was searched with, since nothing shows that it is theirs; in the order in which it came.

    Whoever named them reads this after it is known that it is they who asked. Whether any of them is known here it does not say.
    """
    keys = [key for key, one in state.identifiers.items() if one.standing in {"claimed", "rejected"} and not one.agent]
    rows = session.exec(select(CaseIdentifierRow).where(col(CaseIdentifierRow.id).in_(keys))).all()
    return sorted((row for row in rows if row.added_by == "subject" and row.value), key=lambda row: row.added_at)
