"""The tables of the breach desk: breaches, and notices to many people. Columns only, as in `adapters/database/tables.py`.

Both are dossiers: an opening that is written once, events that are appended, a projection that `activities/breach_log.py`
alone writes. Words, files and addresses are sealed under the dossier's own key, which dies with its own retention.
"""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, Column, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from adapters.database.tables import Instant


def _instant(*, nullable: bool = False, index: bool = False) -> Column[datetime]:
    return Column(Instant, nullable=nullable, index=index)


def _json() -> Column[Any]:
    return Column(JSON, nullable=False)


def _sealed() -> Column[bytes]:
    return Column(LargeBinary, nullable=False)


class Dossier(SQLModel, table=True):
    """A breach or a notice as it was opened; never changed. `opening` are the facts of its first event."""

    __tablename__ = "dossier"
    __table_args__ = (UniqueConstraint("caller", "idempotency_key", name="uq_dossier_idempotency"),)

    id: UUID = Field(primary_key=True)
    kind: str  # breach | notice
    reference: str = Field(unique=True)
    opened_at: datetime = Field(sa_column=_instant(index=True))
    opening: dict[str, Any] = Field(sa_column=_json())
    caller: str
    idempotency_key: str | None = None  # keyed hash of what the caller sent
    body_hash: str | None = None


class DossierEventRow(SQLModel, table=True):
    """Append-only. One event, chained to the one before (`security.md` 2.8)."""

    __tablename__ = "dossier_event"
    __table_args__ = (UniqueConstraint("dossier_id", "sequence", name="uq_dossier_sequence"),)

    id: int | None = Field(default=None, primary_key=True)
    dossier_id: UUID = Field(foreign_key="dossier.id")
    sequence: int
    command_id: str = Field(index=True)
    tag: str
    at: datetime = Field(sa_column=_instant())
    recorded_at: datetime = Field(sa_column=_instant())
    actor: str
    facts: dict[str, Any] = Field(sa_column=_json())
    previous: str
    hash: str


class DossierRecord(SQLModel, table=True):
    """Projection. `first_due` is the earliest time still to be kept; `exercise` keeps a rehearsal out of every list."""

    __tablename__ = "dossier_record"
    __table_args__ = (Index("ix_dossier_open", "kind", "status", "first_due"),)

    dossier_id: UUID = Field(primary_key=True, foreign_key="dossier.id")
    kind: str
    status: str
    outcome: str | None = None
    exercise: bool = False
    sequence: int
    head: str
    state: dict[str, Any] = Field(sa_column=_json())
    first_due: datetime | None = Field(default=None, sa_column=_instant(nullable=True))
    updated_at: datetime = Field(sa_column=_instant())
    closed_at: datetime | None = Field(default=None, sa_column=_instant(nullable=True))


class DossierNote(SQLModel, table=True):
    """Words of a command or an opening, sealed; an event's facts carry the id."""

    __tablename__ = "dossier_note"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    dossier_id: UUID = Field(foreign_key="dossier.id", index=True)
    author: str
    text: bytes = Field(sa_column=_sealed())
    text_sha256: str | None = None  # of the sealed bytes, once they were destroyed: the chain of events still verifies
    created_at: datetime = Field(sa_column=_instant())


class DossierFile(SQLModel, table=True):
    """A sealed file of a dossier: evidence, a frozen report as text or PDF, a list of recipients."""

    __tablename__ = "dossier_file"
    __table_args__ = (UniqueConstraint("dossier_id", "kind", "subject", name="uq_dossier_file"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    dossier_id: UUID = Field(foreign_key="dossier.id", index=True)
    kind: str  # evidence | report_text | report_pdf | list
    subject: UUID  # what it is of: the evidence, the report, the list
    name: bytes = Field(sa_column=_sealed())
    media_type: str
    malware: str = Field(default="not_scanned", sa_column_kwargs={"server_default": "not_scanned"})  # of what was handed in
    blob: dict[str, Any] = Field(sa_column=_json())
    added_by: str
    added_at: datetime = Field(sa_column=_instant())


class DossierCommand(SQLModel, table=True):
    """A command that came through the API: the same key with another body is refused, a late answer is found."""

    __tablename__ = "dossier_command"

    id: str = Field(primary_key=True)  # the update id
    dossier_id: UUID = Field(foreign_key="dossier.id", index=True)
    action: str
    body_hash: str
    payload: dict[str, Any] = Field(sa_column=_json())  # ids only
    created_at: datetime = Field(sa_column=_instant())


class NoticeSegment(SQLModel, table=True):
    """The people of a notice who live in one country and read one language, and the letter they get, as it was prepared."""

    __tablename__ = "notice_segment"

    notice_id: UUID = Field(primary_key=True, foreign_key="dossier.id")
    name: str = Field(primary_key=True)  # gb_en
    count: int
    list_sha256: str
    letter_sha256: str
    letter: bytes = Field(sa_column=_sealed())  # the message with places for what is one person's


class NoticeRecipient(SQLModel, table=True):
    """One person of a notice, once per address: what became of the letter to them."""

    __tablename__ = "notice_recipient"
    __table_args__ = (
        UniqueConstraint("notice_id", "address_index", name="uq_notice_recipient"),
        Index("ix_notice_next", "notice_id", "state", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    notice_id: UUID = Field(foreign_key="dossier.id")
    segment: str
    address: bytes = Field(sa_column=_sealed())
    address_index: bytes = Field(sa_column=Column(LargeBinary, nullable=False, index=True))
    state: str = "waiting"  # waiting | under_way | sent | refused | deferred | bounced
    tries: int = 0
    code: int | None = None  # of the mail server that refused or put off
    at: datetime | None = Field(default=None, sa_column=_instant(nullable=True))
    replied_at: datetime | None = Field(default=None, sa_column=_instant(nullable=True))
