"""Records that a person disputes, and what they say: shown wherever their data are collected or disclosed (Article 16).

Where the data map has a field for it, the statement also stands with the record itself (`statement_field`).
Next: activities/package_sources.py
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from adapters.database.measure_tables import DisputedRecord
from adapters.database.tables import Note
from adapters.vault import Vault
from domain.errors import KeyMissingError
from domain.measure_standing import Measure


@dataclass(frozen=True)
class Disputed:
    """A disputed record. `says` is empty where the words went with the contents of the case that they came in."""

    system: str
    collection: str
    since: datetime
    says: str


def dispute(session: Session, case_id: UUID, measure: Measure, indexes: Iterable[bytes], now: datetime) -> None:
    """Put up the notice of a mark; doing it twice changes nothing.

    Args:
        session: of a write transaction.
        case_id: of the case that marks it.
        measure: the mark.
        indexes: blind indexes of the person's identifiers.
        now: UTC.
    """
    own = (DisputedRecord.case_id == case_id, DisputedRecord.number == measure.number)
    known = set(session.exec(select(DisputedRecord.subject_index).where(*own)))
    system, collection = measure.places[0].split(".")[:2]
    assert measure.text is not None
    for index in {*indexes} - known:
        row = DisputedRecord(
            case_id=case_id,
            number=measure.number,
            subject_index=index,
            system=system,
            collection=collection,
            statement=measure.text,
            since=now,
        )
        session.add(row)


def undo(session: Session, case_id: UUID, number: int) -> None:
    """Take the notice of a mark that came to nothing down again."""
    for row in session.exec(select(DisputedRecord).where(DisputedRecord.case_id == case_id, DisputedRecord.number == number)):
        session.delete(row)


def disputed_of(session: Session, vault: Vault, indexes: Collection[bytes]) -> list[Disputed]:
    """The disputed records of a person, the newest first, each once."""
    rows = select(DisputedRecord).where(col(DisputedRecord.subject_index).in_(indexes)).order_by(col(DisputedRecord.since).desc())
    found = {row.statement: row for row in session.exec(rows)}
    return [Disputed(row.system, row.collection, row.since, _words(session, vault, row)) for row in found.values()]


def _words(session: Session, vault: Vault, row: DisputedRecord) -> str:
    note = session.get(Note, row.statement)
    try:
        return vault.case(row.case_id).open("note", "text", str(note.id), note.text).decode() if note else ""
    except KeyMissingError:
        return ""
