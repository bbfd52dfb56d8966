"""Fills the demo's databases, row by row as they are made.

SQLite in new files that replace the old ones when they are complete, PostgreSQL in one transaction. Rows are written in
blocks, so that a million of them fit into little memory.

Next: demo/controller.py
"""

import os
import sqlite3
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from psycopg import sql
from sqlalchemy import MetaData, create_engine, make_url
from sqlalchemy.schema import CreateTable

from demo.tables import BLIND, INDEXES, STORES, Store
from domain.errors import SettingsError

Row = Sequence[str | int | float | bool | None]
_BLOCK = 5_000  # rows: past this writing gets no faster


class Filling(ABC):
    """One database being filled; complete when the `with` block ends without an exception, untouched otherwise."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.tables: MetaData = STORES[store]
        self.counts: dict[str, int] = defaultdict(int)
        self._blocks: dict[str, list[Row]] = {table.name: [] for table in self.tables.sorted_tables}

    def add(self, table: str, row: Row) -> None:
        """Take a row; it is written with others of its table."""
        block = self._blocks[table]
        block.append(row)
        if len(block) == _BLOCK:
            self._flush(table)

    def finish(self) -> None:
        """Write what is left, then the indexes."""
        for table in self._blocks:
            self._flush(table)
        for table, column in INDEXES[self.store]:
            self._index(table, column)

    def _flush(self, table: str) -> None:
        self.counts[table] += len(self._blocks[table])
        self._write(table, self._blocks[table])
        self._blocks[table] = []

    def _columns(self, table: str) -> list[str]:
        return [column.name for column in self.tables.tables[table].columns]

    @abstractmethod
    def _write(self, table: str, rows: list[Row]) -> None: ...

    @abstractmethod
    def _index(self, table: str, column: str) -> None: ...

    @abstractmethod
    def __enter__(self) -> Self: ...

    @abstractmethod
    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...


class SqliteFilling(Filling):
    """A file; `path` appears when it is complete."""

    def __init__(self, store: Store, path: Path) -> None:
        super().__init__(store)
        self._path = path
        self._new = path.with_suffix(".new")

    def __enter__(self) -> Self:
        self._new.unlink(missing_ok=True)
        engine = create_engine(f"sqlite:///{self._new}")
        self.tables.create_all(engine)
        engine.dispose()
        self._connection = sqlite3.connect(self._new, isolation_level=None)
        # A half-made file is thrown away, so nothing is written twice for safety's sake.
        self._connection.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; BEGIN;")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None:
            self.finish()
            self._connection.execute("COMMIT")
        self._connection.close()
        if kind is None:
            self._new.replace(self._path)
        else:
            self._new.unlink()

    def _write(self, table: str, rows: list[Row]) -> None:
        places = ", ".join("?" * len(self._columns(table)))
        self._connection.executemany(f"INSERT INTO {table} VALUES ({places})", rows)  # noqa: S608 - our own names

    def _index(self, table: str, column: str) -> None:
        self._connection.execute(f"CREATE INDEX ix_{table}_{column} ON {table} ({column})")


class PostgresqlFilling(Filling):
    """A PostgreSQL database that is empty, or was filled here before.

    Args:
        store: which of the two.
        url: as SQLAlchemy writes it.
        mark: remembered in the database, so that the next start knows what it finds.

    Raises:
        SettingsError: there are tables of these names that are not the demo's; nothing was touched.
    """

    def __init__(self, store: Store, url: str, mark: str) -> None:
        super().__init__(store)
        self._url = url
        self._mark = mark

    def __enter__(self) -> Self:
        self._stack = ExitStack()
        self._connection = self._stack.enter_context(connected(self._url))
        self._connection.execute("SET TIME ZONE 'UTC'")
        names = [table.name for table in self.tables.sorted_tables]
        comments = {name: _comment(self._connection, name) for name in names}
        present = {name: comment for name, comment in comments.items() if comment is not None}
        if not all(comment.startswith("habeas demo") for comment in present.values()):
            self._stack.close()
            raise SettingsError("This database has tables of its own. The demo fills only an empty one.", store=self.store)
        for name in present:
            self._connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(name)))
        self._connection.execute(
            f"CREATE COLLATION IF NOT EXISTS {BLIND} (provider = icu, locale = 'und-u-ks-level1', deterministic = false)"
        )
        for table in self.tables.sorted_tables:
            self._connection.execute(str(CreateTable(table).compile(dialect=make_url("postgresql+psycopg://").get_dialect()())))
            comment = sql.SQL("COMMENT ON TABLE {} IS {}").format(sql.Identifier(table.name), sql.Literal(self._mark))
            self._connection.execute(comment)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None:
            self.finish()
            self._connection.commit()
            self._connection.autocommit = True
            self._connection.execute("ANALYZE")
        self._stack.close()

    def _write(self, table: str, rows: list[Row]) -> None:
        columns = sql.SQL(", ").join(map(sql.Identifier, self._columns(table)))
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), columns)
        with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)

    def _index(self, table: str, column: str) -> None:
        # an address is looked for in lower case, because that is how two spellings of one mailbox are found
        what = f"lower({column})" if column == "email" else column
        self._connection.execute(f"CREATE INDEX ix_{table}_{column} ON {table} ({what})")


def urls_of(home: Path, environment: Mapping[str, str] = os.environ) -> dict[Store, str]:
    """Where the demo's databases are: in the home, or where the variables named in its data map say."""
    return {
        store: environment.get(f"HABEAS_DEMO_{store.upper()}_URL") or f"sqlite:///{home.absolute()}/demo/{store}.db"
        for store in STORES
    }


def filling(store: Store, url: str, mark: str) -> Filling:
    """What fills the database at this URL; SettingsError for one that is neither SQLite nor PostgreSQL."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        return PostgresqlFilling(store, url, mark)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        raise SettingsError("The demo fills SQLite files and PostgreSQL databases.", store=store)
    return SqliteFilling(store, Path(parsed.database))


def is_filled(store: Store, url: str, mark: str) -> bool:
    """Whether the database holds exactly what the mark says."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "postgresql":
        return bool(parsed.database) and Path(str(parsed.database)).exists()
    with connected(url) as connection:
        return all(_comment(connection, table.name) == mark for table in STORES[store].sorted_tables)


def connected(url: str) -> psycopg.Connection:
    """A connection to PostgreSQL by SQLAlchemy's URL; SettingsError when there is no answer."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        return psycopg.connect(plain)
    except psycopg.OperationalError:
        raise SettingsError("The demo's database does not answer.") from None  # the driver's words name host and account


def _comment(connection: psycopg.Connection, table: str) -> str | None:
    """The comment of a table, empty when it has none; None when there is no such table."""
    query = "SELECT coalesce(obj_description(to_regclass(%s)), '') WHERE to_regclass(%s) IS NOT NULL"
    found = connection.execute(query, (table, table)).fetchone()
    return None if found is None else str(found[0])
