"""How often something may be done within a time, counted in the database for all web processes together (`security.md` 1, 2.9).

Next: api/portal/limits.py
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, delete, update

from adapters.codes import changed
from adapters.database.tables import RateWindow
from adapters.vault import Vault


@dataclass(frozen=True)
class Rate:
    """How often at most.

    Args:
        most: times within `within`.
        within: any stretch of this length. It is estimated from two fixed ones: the present one, and the part of the one
            before that still reaches into it.
    """

    most: int
    within: timedelta


def one_too_many(session: Session, key: str, rate: Rate, now: datetime) -> bool:
    """Count one more; True when it is one too many, which is not counted.

    Args:
        session: of a write transaction.
        key: whose; a keyed MAC, never an address itself.
        rate: how often at most.
        now: UTC.
    """
    began = datetime.fromtimestamp(now.timestamp() // rate.within.total_seconds() * rate.within.total_seconds(), UTC)
    session.execute(delete(RateWindow).where(col(RateWindow.ends_at) <= now))
    before = session.get(RateWindow, (key, began - rate.within))
    carried = before.count * ((began + rate.within - now) / rate.within) if before else 0.0
    session.execute(_begin(session).values(key=key, began_at=began, ends_at=began + 2 * rate.within, count=0))
    here = (col(RateWindow.key) == key, col(RateWindow.began_at) == began)
    more = update(RateWindow).where(*here, col(RateWindow.count) + 1 <= rate.most - carried)
    return not changed(session, more.values(count=col(RateWindow.count) + 1))


HOST_CHECKS = Rate(most=60, within=timedelta(hours=1))  # by hand on the host: somebody who asks for one person after the other
MAILBOX = Rate(most=10, within=timedelta(days=1))  # requests and addresses that name one mailbox; each sends it mails


def mailbox_flooded(session: Session, vault: Vault, address: str, now: datetime) -> bool:
    """Count one naming of a mailbox, which may be a stranger's; True when it is one too many.

    Raises:
        InvalidInputError: not an address.
    """
    key = vault.code_mac("habeas/1/rate", "portal-requests", vault.index_email(address).hex()).hex()
    return one_too_many(session, key, MAILBOX, now)


def forget(session: Session, key: str) -> None:
    """Begin anew with a key."""
    session.execute(delete(RateWindow).where(col(RateWindow.key) == key))


def _begin(session: Session) -> Insert:
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(RateWindow).on_conflict_do_nothing()
    return sqlite.insert(RateWindow).on_conflict_do_nothing()
