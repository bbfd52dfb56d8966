"""Tables of imported mail archives and chat exports. They belong to a case, are sealed with its key, and end with it.

In clear are counts, days of import, kinds and states alone: whose mailbox it is, what is in it and by which words it is found is
sealed. Next: adapters/archives/store.py
"""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, BigInteger, Column, LargeBinary
from sqlmodel import Field, SQLModel

from adapters.database.tables import Instant


class ArchiveRow(SQLModel, table=True):
    """One import.

    `custodian` (whose mailbox or chat) and `name` (of the file) are sealed; `blob` is the archive as it came; `sha256` is that of
    the file, or of the list of a folder's files. `unreadable` counts by reason; so does
    `unsearched`, of attached files in which words may stand without being found. `span` is sealed: first and last day.
    """

    __tablename__ = "archive"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    case_id: UUID = Field(foreign_key="case_receipt.case_id", index=True)
    system: str
    kind: str
    state: str = Field(index=True)
    custodian: bytes | None = Field(sa_column=Column(LargeBinary, nullable=True))
    name: bytes | None = Field(sa_column=Column(LargeBinary, nullable=True))
    blob: dict[str, Any] | None = Field(sa_column=Column(JSON(none_as_null=True), nullable=True))
    sha256: str | None
    bytes: int = Field(sa_column=Column(BigInteger, nullable=False))  # archives of some gigabytes are common
    imported_by: str
    imported_at: datetime = Field(sa_column=Column(Instant, nullable=False))
    finished_at: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True))
    messages: int = 0
    attachments: int = 0
    undated: int = 0
    unreadable: dict[str, int] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    unsearched: dict[str, int] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False, server_default="{}"))
    stopped: str | None = None  # why its reading was given up
    removed_by: str | None = None
    reason: UUID | None = None  # of the sealed note that says why it was removed


class ArchivePart(SQLModel, table=True):
    """Some thousand messages of an import: where they are sealed, and what is known of each without opening them."""

    __tablename__ = "archive_part"

    archive: UUID = Field(primary_key=True, foreign_key="archive.id")
    number: int = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_receipt.case_id", index=True)
    messages: int
    blob: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    head: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class ArchiveWords(SQLModel, table=True):
    """A blind index of words: one of the drawers of a part. A word's drawer is told by a MAC, what is in it is sealed."""

    __tablename__ = "archive_words"

    archive: UUID = Field(primary_key=True, foreign_key="archive.id")
    part: int = Field(primary_key=True)
    drawer: int = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_receipt.case_id", index=True)
    words: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class ArchiveUnreadable(SQLModel, table=True):
    """Something in an archive that could not be read: why, where (sealed), and its bytes as they came where they were at hand."""

    __tablename__ = "archive_unreadable"

    archive: UUID = Field(primary_key=True, foreign_key="archive.id")
    number: int = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_receipt.case_id", index=True)
    reason: str
    place: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    blob: dict[str, Any] | None = Field(sa_column=Column(JSON(none_as_null=True), nullable=True))


class ArchiveScope(SQLModel, table=True):
    """Append-only: what was agreed to be searched, who agreed, when and why (sealed), and how much it was then."""

    __tablename__ = "archive_scope"

    case_id: UUID = Field(primary_key=True, foreign_key="case_receipt.case_id")
    system: str = Field(primary_key=True)
    revision: int = Field(primary_key=True)
    scope: bytes | None = Field(sa_column=Column(LargeBinary, nullable=True))
    counts: dict[str, int] = Field(sa_column=Column(JSON, nullable=False))
    decided_by: str
    decided_at: datetime = Field(sa_column=Column(Instant, nullable=False))
