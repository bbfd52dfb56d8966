"""Tables of the review beside the decisions: walls round a case (`security.md` R8), what was opened, samples, remarks.

Next: adapters/database/case_access.py
"""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, Column, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from adapters.database.tables import Instant


class CaseWall(SQLModel, table=True):
    """One member of staff who must not learn of a case: named in it, close to whoever is, or asked to be kept out.

    Counts until it is lifted; a row stays, since it may be asked later who could see what, and when. `reason` is sealed.
    """

    __tablename__ = "case_wall"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    case_id: UUID = Field(foreign_key="case_receipt.case_id", index=True)
    caseworker: UUID = Field(foreign_key="caseworker.id", index=True)
    reason: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    by: str
    at: datetime = Field(sa_column=Column(Instant, nullable=False))
    lifted_by: str | None = None
    lifted_at: datetime | None = Field(default=None, sa_column=Column(Instant))


class ReviewSample(SQLModel, table=True):
    """The items of one package that its approver has to look at, drawn once; what was found stands in `sample_check`.

    `items` are `[why, item, position]`: `single` is decided by itself, `rule` and `person` are of a decision about many, `chance`
    is included, `again` was wrong in an earlier sample. Ids are keyed hashes.
    """

    __tablename__ = "review_sample"
    __table_args__ = (UniqueConstraint("case_id", "package", name="uq_review_sample"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    case_id: UUID = Field(foreign_key="case_receipt.case_id", index=True)
    package: UUID
    sha256: str
    number: int  # of the sample in its case, from 1
    seed: str
    size: int  # of the included items that chance chose
    included: int  # out of so many
    items: list[list[Any]] = Field(sa_column=Column(JSON, nullable=False))
    by: str
    at: datetime = Field(sa_column=Column(Instant, nullable=False))


class SampleCheck(SQLModel, table=True):
    """Append-only. What an approver found of one item of a sample; the newest row of a person and item counts."""

    __tablename__ = "sample_check"

    id: int | None = Field(default=None, primary_key=True)
    case_id: UUID = Field(foreign_key="case_receipt.case_id", index=True)
    sample: UUID = Field(index=True)
    item: str
    right: bool
    note: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    by: str
    at: datetime = Field(sa_column=Column(Instant, nullable=False))


class ItemOpened(SQLModel, table=True):
    """An item that somebody opened on a page of its own: a file, a record with a long text, a message in its conversation.

    `listed`: it stands whole on its list too, so that it is counted once (decision 40).
    """

    __tablename__ = "item_opened"

    case_id: UUID = Field(primary_key=True, foreign_key="case_receipt.case_id")
    run: int = Field(primary_key=True)
    system: str = Field(primary_key=True)
    collection: str = Field(primary_key=True)
    position: int = Field(primary_key=True)
    person: str = Field(primary_key=True)
    listed: bool
    at: datetime = Field(sa_column=Column(Instant, nullable=False))


class ItemRemark(SQLModel, table=True):
    """Append-only. What reviewers say to each other about an item: a flag, a tag, a note, a question to a colleague, an answer.

    `removed` takes the row `about` away, `answer` answers it. `text` is sealed: it may describe the person or somebody else.
    """

    __tablename__ = "item_remark"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    case_id: UUID = Field(foreign_key="case_receipt.case_id", index=True)
    item: str = Field(index=True)
    position: int  # in its collection, to lead there
    kind: str  # flag | tag | note | question | answer | removed
    text: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    about: UUID | None = Field(default=None, index=True)
    to: str | None = Field(default=None, index=True)  # whom a question is to, as commands name people
    by: str
    at: datetime = Field(sa_column=Column(Instant, nullable=False))
