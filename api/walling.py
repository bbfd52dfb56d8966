"""What the console and the JSON API do with walls alike: keep somebody away from a case, and let them see it again (R8).

Next: adapters/database/walls.py
"""

from typing import Final
from uuid import UUID

from sqlmodel import Session

from adapters.database import walls
from adapters.database.case_reader import CaseView
from adapters.database.tables import AccessLog
from api.dependencies import Web
from domain.errors import InvalidInputError

_LONGEST: Final = 2_000  # letters of a reason


def put_up(web: Web, case: CaseView, person: UUID, reason: str, by: str) -> None:
    """Keep one of the staff away from now on; noted in the access log.

    Raises:
        InvalidInputError: no reason, or nobody of the staff. NotAllowedNowError: they are kept away already, or are the last who
            could lift a wall.
    """
    reason = reason.strip()[:_LONGEST]
    if not reason:
        raise InvalidInputError("Say why, so that a privacy lead can judge it later.", field="reason")
    with web.resources.database.write() as session:
        walls.put_up(session, web.resources.vault, case.receipt.case_id, person, reason=reason, by=by, at=web.now())
        _note(session, web, case, by, "wall_put_up")


def lift(web: Web, case: CaseView, wall: UUID, by: str) -> None:
    """Let somebody see the case again; noted in the access log.

    Raises:
        UnknownObjectError: the case has no such wall. NotAllowedNowError: it was lifted already.
    """
    with web.resources.database.write() as session:
        walls.lift(session, case.receipt.case_id, wall, by=by, at=web.now())
        _note(session, web, case, by, "wall_lifted")


def _note(session: Session, web: Web, case: CaseView, by: str, action: str) -> None:
    session.add(AccessLog(at=web.now(), actor=by, action=action, case_id=case.receipt.case_id))
