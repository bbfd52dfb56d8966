"""The role that the manual makes for serving can do what Habeas does, and can change neither tables nor the record."""

import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError
from sqlmodel import select

from activities.audit import Audit
from adapters.database.tables import CaseEventRow
from adapters.destruction import Authorised, destroy
from domain.retention import Kept
from tests import opened
from tests.adapters.test_audit import NOW, checked, exported, recorded

MANUAL = Path(__file__).resolve().parents[2] / "docs" / "operations.md"
FORBIDDEN = (
    "UPDATE case_event SET actor = 'somebody'",
    "UPDATE access_log SET actor = 'somebody'",
    "UPDATE audit_head SET root = ''",
    "DELETE FROM audit_leaf",
    "DROP TRIGGER case_event_kept ON case_event",
    "ALTER TABLE access_log DISABLE TRIGGER USER",
    "TRUNCATE access_seal",
    "UPDATE alembic_version SET version_num = ''",
    "CREATE TABLE mine (id integer)",
)


@pytest.fixture
def serving_url(database_url: str) -> str:
    """URL of the same database, as the role of the manual."""
    if not database_url.startswith("postgresql"):
        pytest.skip("a file has no roles")
    found = re.search(r"```sql\n(CREATE ROLE.+?)```", MANUAL.read_text("utf-8"), re.DOTALL)
    assert found is not None
    owner = sa.create_engine(database_url, isolation_level="AUTOCOMMIT")
    with owner.connect() as connection:
        connection.execute(sa.text("DROP ROLE IF EXISTS habeas_serve"))
        for statement in filter(str.strip, found[1].split(";")):
            connection.execute(sa.text(statement))
    owner.dispose()
    return sa.make_url(database_url).set(username="habeas_serve", password="of its own").render_as_string(hide_password=False)


def test_serving_works_and_nothing_else(serving_url: str, tmp_path: Path) -> None:
    with opened.resources(tmp_path / "home", serving_url) as resources:
        case = recorded(resources)  # a case with its events, looks at it, a signed head
        Audit(resources).seal_accesses()
        for statement in FORBIDDEN:
            with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), resources.database.write() as session:
                session.execute(sa.text(statement))
        for kept in (Kept.CASE, Kept.STUB):
            destroy(resources, kept, case.id, Authorised(approver="system", now=NOW))
        with resources.database.read() as session:
            assert session.exec(select(CaseEventRow)).all() == []
        assert checked(resources, exported(resources)).problems == []
