"""One way to the database, on SQLite and PostgreSQL: a transaction that writes, or a reader.

Sessions are synchronous and live in threads. On SQLite a writer begins IMMEDIATE, because a transaction that reads first and
writes later is refused at once when another writer came between, whatever the busy timeout says.
"""

import contextlib
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy import Engine, Insert, Table, create_engine, event, inspect
from sqlalchemy.engine import make_url
from sqlmodel import Session, SQLModel

from adapters.database.shared_commits import SharedCommits

BUSY_TIMEOUT_MS = 10_000  # longer than any transaction of ours; a writer that waits longer has found a stuck process


class Database:
    """The engine and its two kinds of session.

    Args:
        url: SQLAlchemy URL; `sqlite:///…` or `postgresql+psycopg://…`.
    """

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.engine = _engine(url)
        self.shared = SharedCommits(self.write)

    @contextlib.contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction that is committed when the block ends and rolled back when it raises."""
        connection = self.engine.connect().execution_options(habeas_writes=True)
        with connection, connection.begin(), Session(connection, expire_on_commit=False) as session:
            yield session
            session.flush()

    @contextlib.contextmanager
    def read(self) -> Iterator[Session]:
        """A reader; nothing it does is kept."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()


def insert(session: Session, rows: Sequence[SQLModel]) -> None:
    """Insert new rows of one table at once, past the session, which does not know them afterwards.

    On the paths that people wait for: the session's bookkeeping costs more than the statement.
    """
    if rows:
        statement, names = _insert_into(type(rows[0]))
        session.connection().execute(statement, [{name: getattr(row, name) for name in names} for row in rows])


@cache
def _insert_into(table: type[SQLModel]) -> tuple[Insert, tuple[str, ...]]:
    target = cast("Table", inspect(table).local_table)
    counted = target.autoincrement_column  # left to the database
    return target.insert(), tuple(column.key for column in target.columns if column is not counted)


def _engine(url: str) -> Engine:
    # Parameters never appear in errors or logs: they hold sealed bytes and ids.
    if not url.startswith("sqlite"):
        return create_engine(url, hide_parameters=True, pool_pre_ping=True, pool_size=10, max_overflow=10)
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000})

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: object) -> None:  # noqa: ANN401
        connection.isolation_level = None  # we say BEGIN ourselves
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={BUSY_TIMEOUT_MS}", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _began(connection: Any) -> None:  # noqa: ANN401
        writes = connection.get_execution_options().get("habeas_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
