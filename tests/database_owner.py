"""What whoever owns the database can do and Habeas does not: take the triggers of its tables away."""

import sqlalchemy as sa
from sqlmodel import Session

from adapters.database.append_only import ENDS, STAYS_FOR_GOOD


def take_triggers_away(session: Session) -> None:
    """Let every statement through, as before there were triggers."""
    postgresql = session.get_bind().dialect.name == "postgresql"
    for table in (*ENDS, *STAYS_FOR_GOOD):
        for name in ("kept", "unchanged"):
            session.execute(sa.text(f"DROP TRIGGER {table}_{name}" + (f" ON {table}" if postgresql else "")))
