"""The tables of incoming mail. Columns only: rules are in `domain/triage.py`, effects in `activities/mailroom.py`.

Whatever a mail says is sealed under a key of its own, since it arrives before anybody knows whose case it belongs to; what
stands in clear are enums, instants, counts and keyed hashes.
"""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, Column, LargeBinary, UniqueConstraint, false
from sqlmodel import Field, SQLModel

from adapters.database.tables import Instant


class MailCursor(SQLModel, table=True):
    """How far a watched mailbox has been taken in (RFC 3501: a UID means something only together with UIDVALIDITY).

    `failed_uid` and `failures` count how often one message could not be fetched; after three times it is left where it is
    and shown in triage.
    """

    __tablename__ = "mail_cursor"

    mailbox: str = Field(primary_key=True)
    uidvalidity: int = 0
    last_uid: int = 0
    failed_uid: int | None = None
    failures: int = 0
    seen_at: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))  # last reached, UTC
    trouble: str | None = None  # a word of ours: why it cannot be reached


class IncomingMail(SQLModel, table=True):
    """One mail, however often and wherever it arrived. Stored sealed before anything else is done with it.

    `raw` or `blob` is the message as it came; `content` the sealed JSON of `domain.incoming.ReadMessage`. `key` names the key
    of all three; another one takes its place when a part is destroyed.
    """

    __tablename__ = "incoming_mail"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    key: UUID
    origin: str  # imap | command | upload | letter
    arrived_at: datetime = Field(
        sa_column=Column(Instant, nullable=False, index=True)
    )  # the earliest arrival; clocks run from here
    stored_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    size: int  # bytes
    raw: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    blob: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    content_mac: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    content: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    kind: str | None = None
    spf: str | None = None
    dkim: str | None = None
    dmarc: str | None = None
    arc: str | None = None
    aligned: bool = False
    sender_index: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True, index=True))
    standing: str = Field(index=True)
    reason: str | None = None  # why it is in triage
    case_id: UUID | None = Field(default=None, foreign_key="case_receipt.case_id", index=True)
    letter: UUID | None = None  # the letter whose token it came with
    cases: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False)
    )  # [{case, why}], suggestions
    notice: UUID | None = Field(default=None, index=True)  # the notice to many that it answers
    breach: str | None = None  # reference of the breach whose first sign it was
    documents: int = 0  # parts that were destroyed as unsolicited proofs of identity
    documents_due: datetime | None = Field(
        default=None, sa_column=Column(Instant, nullable=True, index=True)
    )  # by when a person has to say whether parts are such; then they go
    unscanned: bool = Field(
        default=False, index=True, sa_column_kwargs={"server_default": false()}
    )  # a part of it waits for the malware scanner
    answered_at: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))  # by the automatic answer
    claimed_at: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))  # by whoever is sorting it
    attempts: int = 0
    told: bool = Field(default=True, index=True)  # False while the case's workflow does not know of it yet
    decided_by: str | None = None
    decided_at: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))
    note: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))  # why it was dismissed; sealed
    destroyed_at: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))


class MailArrival(SQLModel, table=True):
    """One copy of a mail in one mailbox, so that a crash between storing and flagging is made good."""

    __tablename__ = "mail_arrival"
    __table_args__ = (UniqueConstraint("mailbox", "uidvalidity", "uid", name="uq_mail_arrival"),)

    id: int | None = Field(default=None, primary_key=True)
    mail: UUID = Field(foreign_key="incoming_mail.id", index=True)
    mailbox: str
    uidvalidity: int
    uid: int
    arrived_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    settled: bool = Field(default=False, index=True)  # flagged, moved or removed in the mailbox
    remove: bool = False  # the original has to go: it holds a document nobody asked for
