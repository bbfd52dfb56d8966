"""Tables of restrictions, of consents that ended, and of what could be corrected (Articles 7(3), 16, 18).

Columns only, as in `tables.py`. A person stands here by a blind index of an identifier.
Next: adapters/restrictions.py
"""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import JSON, Column, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from adapters.database.tables import Instant


class Restriction(SQLModel, table=True):
    """Nothing but storage for this person while it lasts (Article 18(2)); one row for each identifier of the case."""

    __tablename__ = "restriction"
    __table_args__ = (UniqueConstraint("case_id", "number", "subject_index", name="uq_restriction"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    case_id: UUID = Field(foreign_key="case_receipt.case_id", index=True)
    number: int  # of the measure
    subject_index: bytes = Field(sa_column=Column(LargeBinary, nullable=False, index=True))
    ground: str  # accuracy | unlawful | claims | objection
    purposes: list[str] = Field(sa_column=Column(JSON, nullable=False))  # empty: all of them
    since: datetime = Field(sa_column=Column(Instant, nullable=False))
    lifted_at: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))


class ContactChange(SQLModel, table=True):
    """An address that a correction made the person's; for 30 days it alone is not enough to get their data (security.md 3)."""

    __tablename__ = "contact_change"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    subject_index: bytes = Field(sa_column=Column(LargeBinary, nullable=False, index=True))
    changed_at: datetime = Field(sa_column=Column(Instant, nullable=False))


class DisputedRecord(SQLModel, table=True):
    """A record that the person disputes: shown with what they say wherever their data are collected or disclosed."""

    __tablename__ = "disputed_record"
    __table_args__ = (UniqueConstraint("case_id", "number", "subject_index", name="uq_disputed_record"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    case_id: UUID = Field(foreign_key="case_receipt.case_id", index=True)
    number: int  # of the measure
    subject_index: bytes = Field(sa_column=Column(LargeBinary, nullable=False, index=True))
    system: str
    collection: str
    statement: UUID  # the sealed note with their words; it goes with that case's contents, the notice stays
    since: datetime = Field(sa_column=Column(Instant, nullable=False))


class ConsentEnd(SQLModel, table=True):
    """The ledger: from when on a consent is none any more. Never changed; what was done before stays as it was."""

    __tablename__ = "consent_end"
    __table_args__ = (UniqueConstraint("case_id", "purpose", "subject_index", name="uq_consent_end"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    case_id: UUID = Field(foreign_key="case_receipt.case_id", index=True)
    subject_index: bytes = Field(sa_column=Column(LargeBinary, nullable=False, index=True))
    purpose: str  # of the data map
    ended_at: datetime = Field(sa_column=Column(Instant, nullable=False))


class CorrectableValues(SQLModel, table=True):
    """What a correction can be chosen from: the person's values as the systems hold them, sealed; one row for a case.

    A later look takes its place, and it goes when the case ends.
    """

    __tablename__ = "correctable_values"

    case_id: UUID = Field(primary_key=True, foreign_key="case_receipt.case_id")
    number: int  # of the look
    found_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
