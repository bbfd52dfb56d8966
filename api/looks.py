"""A look at a case is noted once while somebody has it open, by whichever road it came (`security.md` 2.8).

Next: api/dependencies.py
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlmodel import select

from adapters.database.tables import AccessLog
from adapters.resources import Resources
from api.security import Caller

VIEWED: Final = "view_case"
_STILL_OPEN: Final = timedelta(minutes=15)  # a page that renews itself, or a program that asks again, is one look for as long


def noted_lately(resources: Resources, who: Caller, case_id: UUID, now: datetime) -> bool:
    """Whether this look is noted already. Asked of the log itself: a header alone must not make a look invisible."""
    query = select(AccessLog.id).where(
        AccessLog.case_id == case_id,
        AccessLog.actor == who.person,
        AccessLog.action == VIEWED,
        AccessLog.at > now - _STILL_OPEN,
    )
    with resources.database.read() as session:
        return session.exec(query.limit(1)).first() is not None


def note_look(resources: Resources, who: Caller, case_id: UUID, now: datetime) -> None:
    """Write down that somebody looks at a case, before anything is shown."""
    if not noted_lately(resources, who, case_id, now):
        with resources.database.write() as session:
            session.add(AccessLog(at=now, actor=who.person, action=VIEWED, case_id=case_id))
