"""Rows that somebody has to look at because the engine was handed something that Habeas did not seal (`security.md` 2.5)."""

import re
import threading
import time
from datetime import UTC, datetime
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from adapters.database.session import Database
from adapters.database.tables import Alarm

QUIET_SECONDS = 60.0  # between two rows about the same thing: an attacker must not be able to fill the database
MOST_AT_ONCE = 100  # different things within that time; beyond it the log still tells
_CASE = re.compile(r"case-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")

_log = structlog.get_logger("alarms")


class RefusalAlarms:
    """What the codec tells about each payload it refused; returns at once, because it is called on the event loop.

    Args:
        database: where the rows go.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._told: dict[tuple[str, str], float] = {}
        self._guard = threading.Lock()

    def __call__(self, reason: str, workflow_id: str) -> None:
        found = _CASE.fullmatch(workflow_id)  # any other id may be text that whoever made it chose
        case_id = UUID(found[1]) if found else None
        _log.error("payload refused", reason=reason, case=case_id)
        now = time.monotonic()
        with self._guard:
            self._told = {key: at for key, at in self._told.items() if now - at < QUIET_SECONDS}
            if (reason, str(case_id)) in self._told or len(self._told) >= MOST_AT_ONCE:
                return
            self._told[reason, str(case_id)] = now
        threading.Thread(target=self._record, args=(reason, case_id), name="alarm", daemon=True).start()

    def _record(self, reason: str, case_id: UUID | None) -> None:
        try:
            with self._database.write() as session:
                session.add(Alarm(at=datetime.now(UTC), kind="payload-refused", case_id=case_id, facts={"reason": reason}))
        except SQLAlchemyError:
            _log.exception("alarm not recorded", reason=reason, case=case_id)
