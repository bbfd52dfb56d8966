"""The database itself refuses to change or take away what is on record; a period that is over may end it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from adapters.database.append_only import ENDS, STAYS_FOR_GOOD, ending
from adapters.database.breach_tables import Dossier, DossierEventRow
from adapters.database.retention_tables import Ending
from adapters.destruction import Authorised, destroy
from adapters.resources import Resources
from domain.retention import Kept
from tests import opened
from tests.adapters.test_audit import recorded

NOW = datetime.now(UTC)
CHANGES = {
    "case_event": "actor = 'somebody'",
    "dossier_event": "actor = 'somebody'",
    "access_log": "actor = 'somebody'",
    "access_seal": "hash = ''",
    "audit_leaf": "hash = ''",
    "audit_head": "root = ''",
}


@pytest.fixture
def resources(tmp_path: Path, database_url: str) -> Iterator[Resources]:
    with opened.resources(tmp_path / "home", database_url) as everything:
        yield everything


def of_a_breach(resources: Resources) -> None:
    key = uuid4()
    facts: dict[str, Any] = {"command_id": "x", "tag": "x", "at": NOW, "recorded_at": NOW, "actor": "system", "facts": {}}
    with resources.database.write() as session:
        session.add(Dossier(id=key, kind="breach", reference="BR-1", opened_at=NOW, opening={}, caller="a"))
        session.flush()
        session.add(DossierEventRow(dossier_id=key, sequence=1, previous="", hash="x", **facts))


def test_nobody_changes_or_takes_away_what_is_on_record(resources: Resources) -> None:
    recorded(resources)
    of_a_breach(resources)
    assert set(CHANGES) == {*ENDS, *STAYS_FOR_GOOD}
    for table, change in CHANGES.items():
        for statement in (f"UPDATE {table} SET {change}", f"DELETE FROM {table}"):
            with resources.database.read() as session:
                assert session.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one() > 0
            with pytest.raises(DBAPIError, match=f"append-only: {table}"), resources.database.write() as session:
                session.execute(sa.text(statement))


def test_a_head_ends_never_and_an_entry_only_while_its_period_is_carried_out(resources: Resources) -> None:
    case = recorded(resources)
    for table in STAYS_FOR_GOOD:
        with pytest.raises(DBAPIError, match="append-only"), resources.database.write() as session, ending(session):
            session.execute(sa.text(f"DELETE FROM {table}"))
    for kept in (Kept.CASE, Kept.STUB):
        destroy(resources, kept, case.id, Authorised(approver="system", now=NOW))
    with resources.database.write() as session:
        assert session.execute(sa.text("SELECT count(*) FROM case_event")).scalar_one() == 0
        assert session.execute(sa.select(Ending)).all() == [], "nothing is allowed to whoever comes after"
    with pytest.raises(DBAPIError, match="append-only"), resources.database.write() as session:
        session.execute(sa.text("DELETE FROM access_log"))


def test_what_fails_while_something_ends_leaves_nothing_open(resources: Resources) -> None:
    recorded(resources)
    with resources.database.write() as session:
        with pytest.raises(DBAPIError, match="append-only"), ending(session):
            session.execute(sa.text("DELETE FROM audit_head"))
        assert session.execute(sa.select(Ending)).all() == []
