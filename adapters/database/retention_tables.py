"""Tables of retention: sweeps with what they found, receipts of what was destroyed, and the anchors of the audit chain.

Columns only, as in `tables.py`. Ids, counts, dates and hashes: nothing here names a person, so nothing here has to end with one.

Next: adapters/database/retention_due.py
"""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import JSON, Column, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from adapters.database.tables import Instant


class SweepRow(SQLModel, table=True):
    """One look at what is over, and what became of it. `sha256` is of exactly what would be destroyed."""

    __tablename__ = "sweep"
    __table_args__ = (Index("ix_sweep_rule", "rule", "system", "collection", "looked_at"),)

    id: UUID = Field(primary_key=True)
    rule: str
    system: str | None = None  # of the data map; None for Habeas' own
    collection: str | None = None
    today: date  # UTC; on which the periods were counted
    before: str | None = None  # of the controller's rows: those from before this day or instant
    looked_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    state: str  # waiting | carrying_out | done | declined | replaced
    due: int
    suspended: dict[str, int] = Field(sa_column=Column(JSON, nullable=False))  # by reason
    sha256: str
    decided_by: str | None = None
    decided_at: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))
    destroyed: int = 0
    done_at: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))


class SweepItem(SQLModel, table=True):
    """One thing that a sweep of Habeas' own found: a case, a breach or a notice, by its id."""

    __tablename__ = "sweep_item"

    sweep: UUID = Field(primary_key=True, foreign_key="sweep.id")
    object: UUID = Field(primary_key=True)
    since: date
    state: str = "waiting"  # waiting | destroyed | kept
    reason: str | None = None  # why it is kept


class Destruction(SQLModel, table=True):
    """A receipt: what was destroyed, by which rule, who approved, and from when not even a backup opens it."""

    __tablename__ = "destruction"
    __table_args__ = (Index("ix_destruction_object", "object", "kept"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    kept: str  # what, as domain/retention.py names it
    object: UUID  # the case, breach or notice; or a month (`adapters/database/desk_periods.py`)
    sweep: UUID | None = Field(default=None, index=True)
    at: datetime = Field(sa_column=Column(Instant, nullable=False))
    effective_on: date  # with the last backup of the key store that could hold its key
    approver: str
    counts: dict[str, int] = Field(sa_column=Column(JSON, nullable=False))


class Ending(SQLModel, table=True):
    """Its one row allows this transaction to delete chained rows; it is never there for anybody else."""

    __tablename__ = "ending"

    id: int = Field(primary_key=True)


class AccessSeal(SQLModel, table=True):
    """The link of one row of the access log in the chain of its day (`security.md` 2.8). Inserted, never changed."""

    __tablename__ = "access_seal"
    __table_args__ = (UniqueConstraint("stream", "sequence", name="uq_access_seal"),)

    access: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    stream: str  # access/2026-11-26
    sequence: int
    previous: str
    hash: str


class AuditHead(SQLModel, table=True):
    """A day's anchor: a signed document over the last hash of every stream. Mailed out and kept."""

    __tablename__ = "audit_head"

    day: date = Field(primary_key=True)
    root: str
    document: str  # exactly the bytes that are signed, as text
    signature: str
    kid: str
    made_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    mailed_at: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))


class AuditLeaf(SQLModel, table=True):
    """The last entry of a stream that went on since the day before; the root of the day's head is over these."""

    __tablename__ = "audit_leaf"

    stream: str = Field(primary_key=True)
    sequence: int = Field(primary_key=True)
    day: date = Field(index=True)
    hash: str


class InactivityNotice(SQLModel, table=True):
    """Somebody of the controller's who was told that their account ends if they do not come back. A keyed hash names the row."""

    __tablename__ = "inactivity_notice"

    system: str = Field(primary_key=True)
    collection: str = Field(primary_key=True)
    row_mac: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    first_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    second_at: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))
