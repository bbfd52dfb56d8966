"""The chained tables are append-only by the database itself (`security.md` 2.8): a trigger refuses what changes or takes away.

Only a period that is over deletes, within `ending`, and never a signed head or its list. Whoever owns the database can take the
triggers away; then the chain shows it. Next: adapters/destruction.py
"""

import contextlib
from collections.abc import Iterator
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session

from adapters.database.retention_tables import Ending

ENDS: Final = ("case_event", "dossier_event", "access_log", "access_seal")  # by their own rules of retention
STAYS_FOR_GOOD: Final = ("audit_leaf", "audit_head")  # of a head only `mailed_at` is written later


@contextlib.contextmanager
def ending(session: Session) -> Iterator[None]:
    """Let rows of `ENDS` be deleted within this block, in this transaction alone: nobody else sees the row that allows it."""
    with session.begin_nested():  # when it fails, the row goes with what it allowed
        session.execute(sa.insert(Ending).values(id=1))
        yield
        session.execute(sa.delete(Ending))
