"""Tables of the review beside the decisions: who is walled off from a case (`security.md` R8, practice.md (b) 2).

Next: adapters/database/case_access.py
"""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Column, LargeBinary
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
