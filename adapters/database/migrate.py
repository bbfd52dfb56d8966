"""Bring a database to the tables this release expects: one transaction, one migrator at a time, no long waits.

Called by `habeas up`, `habeas prepare` and `habeas migrate`. A migration that cannot get its locks gives up and leaves the
database as it was, since waiting would hold up intake.

Next: adapters/database/migrations/env.py
"""

import importlib
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import JSON, Column, Connection, MetaData, create_engine, event, text
from sqlalchemy.pool import NullPool
from sqlmodel import SQLModel

MIGRATIONS = Path(__file__).resolve().parent / "migrations"

ADVISORY_LOCK = 0x4841_424D_4947  # "HABMIG"; any number that no other program of the same database uses
TURN_TIMEOUT = "60s"  # for another process that migrates the same database to finish
LOCK_TIMEOUT = "4s"  # every query that queues behind a waiting migration waits as long: a page load may, no longer
STATEMENT_TIMEOUT = "60s"  # long enough to build an index on the largest table of a small installation
SQLITE_TURN_SECONDS = 60


def upgrade(url: str, revision: str = "head") -> None:
    """Apply every migration up to `revision`; none when the database is there already.

    Raises:
        sqlalchemy.exc.OperationalError: the database cannot be reached, or its locks were not free in time.
    """
    with _migrating(url) as config:
        command.upgrade(config, revision)


def downgrade(url: str, revision: str) -> None:
    """Go back to `revision`, or to nothing with `base`. For tests and for a developer's machine."""
    with _migrating(url) as config:
        command.downgrade(config, revision)


def newest() -> str | None:
    """Return the revision this release expects, None while there is no migration at all."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def present(url: str) -> str | None:
    """Return the revision the database is at, None when it holds no tables yet."""
    with _connected(url) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def differences(url: str) -> list[object]:
    """Compare the database with the table models; an empty list means that no migration was forgotten."""
    with _connected(url) as connection:
        options = {"compare_type": True, "compare_server_default": _default_differs}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), _metadata()))


def _default_differs(
    _context: object, _there: object, column: Column[Any], found: str | None, _meant: object, said: str | None
) -> bool | None:
    """Compare the defaults of JSON as text, for which PostgreSQL has no equality; None leaves any other to Alembic."""
    if not isinstance(column.type, JSON):
        return None
    return (found or "").partition("::")[0].strip("'") != (said or "").strip("'")


def write(message: str) -> Path:
    """Write a new migration: what the table models have beyond the migrations there are. For developers.

    Returns:
        the new file, to be read and corrected before it is committed.
    """
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/empty.db"
        upgrade(url)
        with _migrating(url) as config:
            config.attributes["metadata"] = _metadata()
            script = command.revision(config, message=message, autogenerate=True)
    assert isinstance(script, Script)
    return Path(script.path)


def _metadata() -> MetaData:
    for module in (
        "tables",
        "erasure_tables",
        "measure_tables",
        "mail_tables",
        "breach_tables",
        "retention_tables",
        "review_tables",
        "staff_tables",
        "archive_tables",
    ):
        importlib.import_module(f"adapters.database.{module}")  # fills the registry; a start that only upgrades never needs it
    return SQLModel.metadata


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("file_template", "%%(year)d%%(month).2d%%(day).2d_%%(slug)s")
    return config


@contextmanager
def _migrating(url: str) -> Iterator[Config]:
    """Hold the one transaction, and on PostgreSQL the one lock, in which migrations run."""
    with _connected(url) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SET LOCAL lock_timeout = '{TURN_TIMEOUT}'"))
            connection.execute(text(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})"))
            connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
            connection.execute(text(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT}'"))
        config = _config()
        config.attributes["connection"] = connection
        yield config


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    options = {"timeout": SQLITE_TURN_SECONDS} if url.startswith("sqlite") else {}
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=options)
    if engine.dialect.name == "sqlite":
        # The driver would begin late, and never before DDL: two migrators would then run side by side.
        event.listen(engine, "connect", lambda connection, _: setattr(connection, "isolation_level", None))
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    with engine.begin() as connection:
        yield connection


if __name__ == "__main__":
    sys.stdout.write(f"{write(sys.argv[1])}\n")
