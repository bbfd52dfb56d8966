"""What a correction can be chosen from: the person's values as the systems hold them, kept sealed while one is open (Article 16).

Whoever proposes a correction takes the old value from here, so that it is exactly what stands there.
Next: domain/measure_decisions.py
"""

import dataclasses
import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from adapters.case_vault import CaseVault
from adapters.database.measure_tables import CorrectableValues


@dataclass(frozen=True)
class HeldValue:
    """One value.

    Args:
        value: as `adapters.row_text.key_text` writes it; None where the field is empty.
        records: in how many of the person's records it stands.
        names: of the first of these records, each as the values of its primary key.
    """

    system: str
    collection: str
    field: str
    value: str | None
    records: int
    names: tuple[tuple[str, ...], ...] = ()

    @property
    def place(self) -> str:
        """`system.collection.field`."""
        return f"{self.system}.{self.collection}.{self.field}"


@dataclass(frozen=True)
class HeldValues:
    """What one look found.

    Args:
        cut: fields that hold more different values than are kept here, as `system.collection.field`.
        failed: systems in which nobody could look.
    """

    found_at: datetime
    values: tuple[HeldValue, ...]
    cut: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


def keep(session: Session, vault: CaseVault, case_id: UUID, number: int, held: HeldValues) -> None:
    """Put it where the one before was."""
    values = [dataclasses.astuple(each) for each in held.values]
    text = json.dumps({"values": values, "cut": held.cut, "failed": held.failed})
    sealed = vault.seal("correctable_values", "sealed", str(case_id), text.encode())
    session.merge(CorrectableValues(case_id=case_id, number=number, found_at=held.found_at, sealed=sealed))


def held_values(session: Session, vault: CaseVault, case_id: UUID) -> HeldValues | None:
    """What the last look found; None where nobody looked, or where it was forgotten.

    Raises:
        KeyMissingError: the case's key was destroyed.
    """
    row = session.get(CorrectableValues, case_id)
    if row is None:
        return None
    told = json.loads(vault.open("correctable_values", "sealed", str(case_id), row.sealed))
    values = (HeldValue(*each) for each in told["values"])
    named = tuple(dataclasses.replace(each, names=tuple(map(tuple, each.names))) for each in values)
    return HeldValues(row.found_at, named, tuple(told["cut"]), tuple(told["failed"]))


def forget(session: Session, case_id: UUID) -> None:
    """Delete it."""
    if (row := session.get(CorrectableValues, case_id)) is not None:
        session.delete(row)
