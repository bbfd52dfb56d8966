"""Tables of what staff sign in with beside their password, and of the mails they get about it (`security.md` 2.3, 2.9).

Next: adapters/factors.py
"""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import JSON, Column, LargeBinary
from sqlmodel import Field, SQLModel

from adapters.database.tables import Instant


class StaffFactor(SQLModel, table=True):
    """The authenticator of one person: its seed is sealed under a key of this person's own, of purpose "staff"."""

    __tablename__ = "staff_factor"

    caseworker: UUID = Field(primary_key=True, foreign_key="caseworker.id")
    seed: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    since: datetime | None = Field(default=None, sa_column=Column(Instant))
    last_step: int = 0  # of 30 seconds since 1970; a code counts once, so only a later one is taken
    next_seed: bytes | None = Field(default=None, sa_column=Column(LargeBinary))  # shown, and not yet confirmed by a code


class RecoveryCode(SQLModel, table=True):
    """One of ten codes for the day on which the authenticator is gone; Argon2id, spent by use."""

    __tablename__ = "recovery_code"

    caseworker: UUID = Field(primary_key=True, foreign_key="caseworker.id")
    number: int = Field(primary_key=True)
    code: str
    used_at: datetime | None = Field(default=None, sa_column=Column(Instant))


class StaffNotice(SQLModel, table=True):
    """A mail to a member of staff about their own account, or to those who watch over all: written with what it tells of."""

    __tablename__ = "staff_notice"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    caseworker: UUID = Field(foreign_key="caseworker.id", index=True)
    about: str  # a name of `adapters/staff_post.py`
    facts: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    written_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    sent_at: datetime | None = Field(default=None, sa_column=Column(Instant, index=True))
    refused: bool = False  # the mail server takes it never
