"""Tables of erasure: plans with their progress, holds, disclosures, and the three lists of keyed hashes (Articles 17, 19, 21).

Columns only, as in `tables.py`. Whatever could name a person is a blind index, a keyed hash, or sealed with the case's key.

Next: activities/erasure.py
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, Column, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from adapters.database.tables import Instant


class ErasurePlanRow(SQLModel, table=True):
    """A plan, made once. `sha256` is what a second person approves; `rows_run` is the search whose rows are erased."""

    __tablename__ = "erasure_plan"
    __table_args__ = (UniqueConstraint("case_id", "number", name="uq_erasure_plan_number"),)

    id: UUID = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_receipt.case_id", index=True)
    number: int
    run: int  # of the search it was made from; negative, so that no answer is ever built from it
    sha256: str
    plan: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))  # domain.erasure.ErasurePlan
    edits: list[Any] = Field(sa_column=Column(JSON, nullable=False))
    sealed: bytes | None = Field(sa_column=Column(LargeBinary, nullable=True))  # samples, and the ids at recipients
    made_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    rows_run: int | None = None  # set when it is carried out: the search made right before
    begun_at: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))
    # what the looks afterwards found
    after: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
    # the sealed PDF, and the signed document that goes with it
    certificate: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))


class ErasureStepRow(SQLModel, table=True):
    """How far one collection of a plan is: rows up to `position` were dealt with, and need not be again."""

    __tablename__ = "erasure_step"

    plan: UUID = Field(primary_key=True, foreign_key="erasure_plan.id")
    system: str = Field(primary_key=True)
    collection: str = Field(primary_key=True)
    position: int = 0
    changed: int = 0  # rows that the systems say were changed; after a crash in between some count twice or not at all
    done_at: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))


class SuppressionEntry(SQLModel, table=True):
    """One keyed hash in one of three lists; cannot be turned back, nor joined to another list or to a blind index."""

    __tablename__ = "suppression"
    __table_args__ = (UniqueConstraint("list", "mac", name="uq_suppression"),)

    id: int | None = Field(default=None, primary_key=True)
    list: str  # marketing | restored | abuse
    mac: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    added_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    expires_on: date | None = Field(default=None, index=True)  # None: as long as anything is sent


class LegalHold(SQLModel, table=True):
    """Nothing of this person is erased while it lasts. `subject_index` is a blind index of an identifier.

    It lasts to its review day, and beyond a week only where a second person confirmed it.
    """

    __tablename__ = "legal_hold"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    subject_index: bytes = Field(sa_column=Column(LargeBinary, nullable=False, index=True))
    ground: str  # one of the three that the privacy policy names
    review_on: date
    placed_by: str
    placed_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    confirmed_by: str | None = None
    confirmed_at: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))
    lifted_by: str | None = None
    lifted_at: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))


class Disclosure(SQLModel, table=True):
    """Data of a person went to an authority or another occasional recipient (Article 15(1)(c), P20)."""

    __tablename__ = "disclosure"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    subject_index: bytes = Field(sa_column=Column(LargeBinary, nullable=False, index=True))
    recipient: str  # of the data map
    basis: str  # court_order | investigation | legal_obligation | vital_interests
    categories: list[str] = Field(sa_column=Column(JSON, nullable=False))
    disclosed_on: date
    silent: bool  # telling the person would defeat the purpose; looked at again on `silent_until`
    silent_until: date | None = None
    recorded_by: str
    recorded_at: datetime = Field(sa_column=Column(Instant, nullable=False))
