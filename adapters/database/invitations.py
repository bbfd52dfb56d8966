"""Links by mail with which people set a password of their own: so that nobody who adds an account ever knows its password.

Next: api/console/invited.py
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, update

from adapters.codes import changed
from adapters.database.staff_tables import StaffInvitation
from adapters.database.tables import Caseworker
from domain.errors import UnknownObjectError

INVITED_FOR: Final = timedelta(days=7)


def new_invitation(session: Session, person: UUID, now: datetime) -> str:
    """The token of a link that sets a password, once within a week; earlier ones count no more."""
    token = f"hl1_{secrets.token_urlsafe(32)}"
    session.execute(
        update(StaffInvitation)
        .where(col(StaffInvitation.caseworker) == person, col(StaffInvitation.used_at).is_(None))
        .values(used_at=now)
    )
    session.add(StaffInvitation(token_sha256=_hash(token), caseworker=person, expires_at=now + INVITED_FOR))
    return token


def invited(session: Session, token: str, now: datetime) -> Caseworker:
    """Whose invitation this is.

    Raises:
        UnknownObjectError: used, over, of somebody who left, or never made: the answer does not say which.
    """
    row = session.get(StaffInvitation, _hash(token))
    person = session.get(Caseworker, row.caseworker) if row else None
    if row is None or person is None or row.used_at is not None or now >= row.expires_at or not person.active:
        raise UnknownObjectError
    return person


def spend_invitation(session: Session, token: str, now: datetime) -> None:
    """Use an invitation up, once also for two at the same time.

    Raises:
        UnknownObjectError: somebody was quicker.
    """
    here = (col(StaffInvitation.token_sha256) == _hash(token), col(StaffInvitation.used_at).is_(None))
    if not changed(session, update(StaffInvitation).where(*here).values(used_at=now)):
        raise UnknownObjectError


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
