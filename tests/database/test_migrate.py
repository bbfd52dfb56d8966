import threading
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from adapters.database import migrate

FIRST = """
import sqlalchemy as sa
from alembic import op

revision = "one"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("receipt", sa.Column("id", sa.Integer, primary_key=True))


def downgrade() -> None:
    op.drop_table("receipt")
"""

BROKEN = """
import sqlalchemy as sa
from alembic import op

revision = "two"
down_revision = "one"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("half", sa.Column("id", sa.Integer, primary_key=True))
    op.execute("SELECT * FROM no_such_table")


def downgrade() -> None:
    op.drop_table("half")
"""


@pytest.fixture
def migrations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A migrations folder with the real env.py and one made-up migration."""
    folder = tmp_path / "migrations"
    (folder / "versions").mkdir(parents=True)
    (folder / "env.py").write_text((migrate.MIGRATIONS / "env.py").read_text())
    (folder / "script.py.mako").write_text((migrate.MIGRATIONS / "script.py.mako").read_text())
    (folder / "versions" / "one.py").write_text(FIRST)
    monkeypatch.setattr(migrate, "MIGRATIONS", folder)
    return folder


def tables(url: str) -> set[str]:
    engine = create_engine(url)
    names = set(inspect(engine).get_table_names())
    engine.dispose()
    return names


@pytest.mark.usefixtures("migrations")
def test_up_and_down_again(empty_database_url: str) -> None:
    assert migrate.present(empty_database_url) is None
    migrate.upgrade(empty_database_url)
    assert migrate.present(empty_database_url) == migrate.newest() == "one"
    assert "receipt" in tables(empty_database_url)
    migrate.downgrade(empty_database_url, "base")
    assert tables(empty_database_url) == {"alembic_version"}


def test_a_migration_that_fails_leaves_nothing_behind(migrations: Path, empty_database_url: str) -> None:
    migrate.upgrade(empty_database_url)
    (migrations / "versions" / "two.py").write_text(BROKEN)
    with pytest.raises(Exception, match="no_such_table"):
        migrate.upgrade(empty_database_url)
    assert migrate.present(empty_database_url) == "one"
    assert "half" not in tables(empty_database_url)


@pytest.mark.usefixtures("migrations")
def test_two_processes_that_start_together_migrate_once(empty_database_url: str) -> None:
    failures: list[BaseException] = []

    def start() -> None:
        try:
            migrate.upgrade(empty_database_url)
        except BaseException as failure:  # noqa: BLE001 (collected and asserted on)
            failures.append(failure)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert migrate.present(empty_database_url) == "one"


@pytest.mark.usefixtures("migrations")
def test_a_migration_does_not_queue_behind_a_long_reader(empty_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if not empty_database_url.startswith("postgresql"):
        pytest.skip("SQLite readers never block")
    migrate.upgrade(empty_database_url)
    monkeypatch.setattr(migrate, "LOCK_TIMEOUT", "200ms")
    engine = create_engine(empty_database_url)
    with engine.begin() as reader:
        reader.execute(text("SELECT * FROM receipt"))
        with pytest.raises(Exception, match="lock timeout"):
            migrate.downgrade(empty_database_url, "base")
    engine.dispose()
    assert "receipt" in tables(empty_database_url)
