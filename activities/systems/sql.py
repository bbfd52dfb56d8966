"""Relational databases: one statement per way to a collection, streamed from the server, never a statement per row.

Serves Article 15 for every dialect that SQLAlchemy knows. Keys are bound, names come from a checked data map and are
quoted, the account can only read and the session says so. Parameters never stand in an error or a log.

Next: activities/collection.py
"""

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import event, exc
from sqlalchemy.dialects.postgresql import CITEXT
from sqlalchemy.sql.elements import quoted_name

from activities.systems.base import BATCH_ROWS, Amendment, Change, Complaint, Connector, Lookup, SystemUnreachableError, refused
from activities.systems.sql_amendments import amending
from activities.systems.sql_changes import changing_engine, statements_of
from activities.systems.sql_keys import bindable, condition
from activities.systems.turns import AT_ONCE, Turns
from adapters.row_text import HELD, Row
from domain.datamap import Collection, System
from domain.errors import SystemFailedError

CONNECT_SECONDS = 10
MOST_ARRAY_KEYS = 100_000  # one array; a few megabytes on the wire
_LARGE_BATCH_ROWS = 20  # of rows that may be megabytes each
_LARGE = (sa.LargeBinary, sa.JSON)
Types = dict[str, sa.types.TypeEngine[Any]]


class SqlSystem(Connector):
    """One database.

    Args:
        system: of the data map.
        url: SQLAlchemy URL, its variables filled in.
        turns: how hard the database may be used.
        change_url: of the account that may change rows; used for nothing else.

    Raises:
        SystemFailedError: the URL is none, or its driver is not installed.
    """

    def __init__(self, system: System, url: str, turns: Turns | None = None, change_url: str | None = None) -> None:
        super().__init__(system)
        self._turns = turns or Turns(system.rate)
        self._types: dict[str, Types] = {}
        self._statements: dict[tuple[str, str, str | None, frozenset[str], tuple[str, ...]], sa.Select[Any]] = {}
        try:
            self.engine = _engine(sa.make_url(url))
            self.changing = changing_engine(sa.make_url(change_url)) if change_url else None
        except (exc.ArgumentError, exc.NoSuchModuleError, ImportError) as failure:
            raise refused(system.name, "misconfigured") from failure
        self._arrays = self.engine.dialect.name == "postgresql"
        self.most_keys = MOST_ARRAY_KEYS if self._arrays else Connector.most_keys

    def search(self, collection: Collection, lookup: Lookup) -> Iterator[Sequence[Row]]:
        with self._answers():
            keys = bindable(lookup, self.types(collection)[lookup.field])
            if not keys:
                return
            statement = self._statement(collection, lookup)
            options = {"stream_results": True, "yield_per": _LARGE_BATCH_ROWS if self.large(collection) else BATCH_ROWS}
            # Streamed rows hold the connection: a search that breaks off has to let go of them first, or it waits for ever.
            with (
                self._turns.turn(),
                self.engine.connect() as connection,
                connection.execute(statement, {"keys": keys}, execution_options=options) as rows,
            ):
                for batch in rows.partitions() if rows.returns_rows else ():
                    yield [tuple(row) for row in batch]

    def everybody(self, collection: Collection, wanted: Sequence[str], only: tuple[str, str] | None) -> Iterator[Row]:
        """Every row of a collection, or those whose column holds a value, streamed: the recipients of a notice.

        Args:
            collection: of the data map.
            wanted: fields, in this order.
            only: a column and the value it has to hold, as text.

        Raises:
            SystemFailedError: no such table or column. SystemUnreachableError: no answer.
        """
        if only is not None and only[0] not in collection.fields:
            raise refused(self.system.name)
        with self._answers():
            schema, _, name = str(collection.table).rpartition(".")
            table = sa.table(
                quoted_name(name, quote=True), *(sa.column(field) for field in collection.fields), schema=schema or None
            )
            statement = sa.select(*(table.c[field] for field in wanted))
            if only is not None:
                statement = statement.where(sa.cast(table.c[only[0]], sa.String) == only[1])
            options = {"stream_results": True, "yield_per": BATCH_ROWS}
            with (
                self._turns.turn(),
                self.engine.connect() as connection,
                connection.execute(statement, execution_options=options) as rows,
            ):
                for batch in rows.partitions():
                    yield from (tuple(row) for row in batch)

    def large(self, collection: Collection) -> bool:
        return any(isinstance(kind, _LARGE) for kind in self.types(collection).values())

    def types(self, collection: Collection) -> Types:
        """The types of a collection's columns, asked once.

        Raises:
            SystemFailedError: there is no such table, or a column of the data map is missing.
            SystemUnreachableError: no answer.
        """
        if collection.name not in self._types:
            with self._answers():
                present = self.columns(collection)
            if missing := [name for name in collection.fields if name not in present]:
                raise SystemFailedError(system=self.system.name, reason="refused", columns=missing)
            types = {name: present[name] for name in collection.fields}
            self._types[collection.name] = types
            return types
        return self._types[collection.name]

    def columns(self, collection: Collection) -> Types:
        """What the database says of the table: every column with its type."""
        schema, _, name = str(collection.table).rpartition(".")
        with self._turns.turn():
            return {str(column["name"]): column["type"] for column in sa.inspect(self.engine).get_columns(name, schema or None)}

    def check(self) -> Iterator[Complaint]:
        for collection in self.system.collections:
            try:
                with self._answers():
                    present = self.columns(collection)
                    slow = list(self._without_index(collection, present))
            except SystemUnreachableError:
                yield Complaint("error", "This system does not answer.")
                return
            except SystemFailedError:
                yield Complaint("error", "There is no such table here, or the account may not read it.", collection.name)
                continue
            yield from _column_complaints(collection, present)
            for field in slow:
                sentence = "There is no index on lower() of this column: each search reads the whole table."
                yield Complaint("warning", sentence, collection.name, field)

    def _without_index(self, collection: Collection, present: Types) -> Iterator[str]:
        """Columns with addresses that PostgreSQL can only find by reading everything."""
        schema, _, table = str(collection.table).rpartition(".")
        emails = [field for field, kind in collection.identities.items() if kind == "email" and field in present]
        if not self._arrays or not emails:
            return
        indexes = sa.inspect(self.engine).get_indexes(table, schema or None)
        expressions = [str(text) for index in indexes for text in index.get("expressions", [])]
        for field in emails:
            if not isinstance(present[field], CITEXT) and not any(f"lower({field}" in text for text in expressions):
                yield field

    @property
    def erases(self) -> bool:
        return self.changing is not None

    def erase(self, collection: Collection, change: Change) -> int:
        if self.changing is None:
            return super().erase(collection, change)
        with self._answers():
            table, types = self._table(collection, change.fields), self.types(collection)
            statements = statements_of(change, table, types, collection.primary_key, self._column, arrays=self._arrays)
            with self._turns.turn(), self.changing.begin() as connection:
                return sum(connection.execute(statement, bound).rowcount for statement, bound in statements)

    @property
    def amends(self) -> bool:
        return self.changing is not None

    def amend(self, collection: Collection, amendments: Sequence[Amendment]) -> int:
        if self.changing is None:
            return super().amend(collection, amendments)
        fields = tuple(dict.fromkeys(each.field for each in amendments))
        with self._answers():
            table, types = self._table(collection, fields), self.types(collection)
            try:
                statements = [
                    amending(each, table, types, collection.primary_key, self._column, arrays=self._arrays)
                    for each in amendments
                    if each.rows
                ]
            except ValueError:
                raise refused(self.system.name, "unfit") from None
            with self._turns.turn(), self.changing.begin() as connection:
                return sum(connection.execute(statement, bound).rowcount for statement, bound in statements)

    def close(self) -> None:
        self.engine.dispose()
        if self.changing is not None:
            self.changing.dispose()

    def _statement(self, collection: Collection, lookup: Lookup) -> sa.Select[Any]:
        """Built once for each way, because building takes longer than the database does."""
        key = (collection.name, lookup.field, lookup.kind, lookup.needed, lookup.only)
        if key not in self._statements:
            types = self.types(collection)
            where = condition(self._column(lookup.field), types[lookup.field], lookup.kind, arrays=self._arrays)
            selected = sa.select(*self._selected(collection, lookup)).select_from(self._table(collection))
            self._statements[key] = selected.where(where)
        return self._statements[key]

    def _selected(self, collection: Collection, lookup: Lookup) -> Iterator[sa.ColumnElement[Any]]:
        """The columns; of a masked one only whether there is something, so that it never leaves the database."""
        for name, field in collection.fields.items():
            if lookup.only and name not in lookup.only:
                continue
            column = self._column(name)
            if field.masked and name not in lookup.needed and not lookup.only:
                yield sa.case((column.is_(None), None), else_=sa.literal(HELD, sa.String())).label(name)
            else:
                yield column

    def _table(self, collection: Collection, fields: Sequence[str] = ()) -> sa.TableClause:
        schema, _, name = str(collection.table).rpartition(".")
        return sa.table(self._name(name), *map(self._column, fields), schema=self._name(schema) if schema else None)

    def _column(self, name: str) -> sa.ColumnClause[Any]:
        return sa.column(self._name(name))

    def _name(self, name: str) -> quoted_name:
        # Databases that fold to capitals (Oracle) are left to SQLAlchemy's rule; elsewhere every name is quoted.
        return quoted_name(name, quote=None if self.engine.dialect.requires_name_normalize else True)

    def _forget(self) -> None:
        """After trouble, ask again what the tables are like: they may have been changed."""
        self._types.clear()
        self._statements.clear()

    @contextlib.contextmanager
    def _answers(self) -> Iterator[None]:
        """Tell trouble that passes from trouble that stays; the text of the database's error goes no further."""
        try:
            yield
        except (exc.OperationalError, exc.InterfaceError, exc.TimeoutError, OSError) as failure:
            self._forget()
            raise SystemUnreachableError(self.system.name) from failure
        except (exc.DBAPIError, exc.NoSuchTableError) as failure:
            self._forget()
            if isinstance(failure, exc.DBAPIError) and failure.connection_invalidated:
                raise SystemUnreachableError(self.system.name) from failure
            raise refused(self.system.name) from failure


def _column_complaints(collection: Collection, present: Types) -> Iterator[Complaint]:
    keys = {*collection.identities, *(reference.field for reference in collection.references), *collection.primary_key}
    for name in collection.fields:
        if name not in present:
            yield Complaint("error", "The table has no such column.", collection.name, name)
        elif name in keys and isinstance(present[name], sa.types.NullType):
            yield Complaint(
                "warning", "The database gives this column no type: keys are compared as text.", collection.name, name
            )
    for name in present:
        if name not in collection.fields:
            yield Complaint("warning", f"The table also has `{name}`, which no answer will show.", collection.name)


def _engine(url: sa.URL) -> sa.Engine:
    backend = url.get_backend_name()
    arguments: dict[str, Any] = {}
    if backend == "sqlite" and url.database not in {None, "", ":memory:"}:
        # `mode=rw`: a missing file is an error, not a new empty database in which nobody is found.
        url = url.set(database=f"file:{quote(str(url.database))}", query={**url.query, "mode": "rw", "uri": "true"})
        arguments = {"timeout": CONNECT_SECONDS}
    if backend == "postgresql":
        from activities.systems import postgresql  # noqa: PLC0415 (its driver is loaded where there is such a system)

        url = url.set(drivername="postgresql+psycopg") if url.drivername == "postgresql" else url
        arguments = postgresql.CONNECT
    engine = sa.create_engine(
        url,
        hide_parameters=True,  # keys are personal data
        pool_size=AT_ONCE,
        max_overflow=AT_ONCE,
        connect_args=arguments,
        **({"isolation_level": "AUTOCOMMIT"} if backend == "postgresql" else {}),  # each search is one statement
    )
    if backend == "sqlite":
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA query_only=ON"))
    if backend == "postgresql" and engine.driver == "psycopg":
        event.listen(engine, "connect", postgresql.prepare)
        event.listen(engine, "before_cursor_execute", postgresql.set_batch)
    return engine
