"""Tables of restrictions and of consents that ended (Articles 7(3), 18): what is asked before anything is sent or erased.

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


class ConsentEnd(SQLModel, table=True):
    """The ledger: from when on a consent is none any more. Never changed; what was done before stays as it was."""

    __tablename__ = "consent_end"
    __table_args__ = (UniqueConstraint("case_id", "purpose", "subject_index", name="uq_consent_end"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    case_id: UUID = Field(foreign_key="case_receipt.case_id", index=True)
    subject_index: bytes = Field(sa_column=Column(LargeBinary, nullable=False, index=True))
    purpose: str  # of the data map
    ended_at: datetime = Field(sa_column=Column(Instant, nullable=False))
