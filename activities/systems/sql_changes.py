"""Erasure in a relational database: a batch of rows in one transaction, set-based, by their primary keys.

Serves Article 17. The account is one that may change rows and is used for nothing else. A row is changed only while it still
holds what led to it, because a database may give a deleted row's number to the next one, and that is somebody else's.

Next: activities/erasure_run.py
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa

from activities.systems.base import Change
from activities.systems.sql_keys import Type, every_value, one_of, python_type
from activities.systems.turns import AT_ONCE
from adapters.row_text import key_text
from domain.datamap import ErasureAction

CONNECT_SECONDS = 10
STATEMENT_LIMIT = "5min"  # for one batch of at most `most_keys` rows
Column = Callable[[str], sa.ColumnClause[Any]]
Statement = tuple[sa.Delete | sa.Update, dict[str, Any]]


def changing_engine(url: sa.URL) -> sa.Engine:
    """The engine of the account that may change rows."""
    backend = url.get_backend_name()
    arguments: dict[str, Any] = {}
    if backend == "sqlite" and url.database not in {None, "", ":memory:"}:
        url = url.set(database=f"file:{quote(str(url.database))}", query={**url.query, "mode": "rw", "uri": "true"})
        arguments = {"timeout": CONNECT_SECONDS}
    if backend == "postgresql":
        url = url.set(drivername="postgresql+psycopg") if url.drivername == "postgresql" else url
        from activities.systems import postgresql  # noqa: PLC0415 (see sql.py)

        arguments = postgresql.CONNECT | {"options": f"-c statement_timeout={STATEMENT_LIMIT} -c TimeZone=UTC"}
    # Parameters never stand in an error or a log: keys are personal data.
    return sa.create_engine(url, hide_parameters=True, pool_size=1, max_overflow=AT_ONCE, connect_args=arguments)


def statements_of(
    change: Change,
    table: sa.TableClause,
    types: dict[str, Type],
    primary_key: Sequence[str],
    column: Column,
    *,
    arrays: bool,
) -> Iterator[Statement]:
    """The statements of a change, for one transaction: one, or for `hash` one for each value that is replaced."""
    asked = Asked(types, column, arrays=arrays)
    these = [asked.is_one_of(primary_key, change.rows), sa.or_(*(asked.is_one_of([way], change.rows) for way in change.ways))]
    if change.action is ErasureAction.DELETE:
        yield sa.delete(table).where(*these), asked.bound
        return
    if change.action is not ErasureAction.HASH:
        emptied = sa.or_(*(column(name).is_not(None) for name in change.fields))
        yield sa.update(table).where(*these, emptied).values({name: sa.null() for name in change.fields}), asked.bound
        return
    for name in change.fields:
        for text in sorted({text for row in change.rows if (text := key_text(row[name])) is not None}):
            value = sa.bindparam("value", type_=types[name])
            bound = {**asked.bound, "value": text, "replacement": change.pseudonym(text)}
            replacement = sa.bindparam("replacement", type_=types[name])
            yield sa.update(table).where(*these, column(name) == value).values({name: replacement}), bound


class Asked:
    """Conditions that name rows, with the values they bind."""

    def __init__(self, types: dict[str, Type], column: Column, *, arrays: bool) -> None:
        self._types, self._column, self._arrays = types, column, arrays
        self.bound: dict[str, Any] = {}

    def is_one_of(self, fields: Sequence[str], rows: Sequence[Any]) -> sa.ColumnElement[bool]:
        if len(fields) == 1:
            return self._one(fields[0], rows)
        name = f"key{len(self.bound)}"
        parts = [[self._values(field, [row])[:1] for field in fields] for row in rows]
        self.bound[name] = [tuple(part[0] for part in row) for row in parts if all(row)]
        columns = sa.tuple_(*map(self._column, fields), types=[self._types[field] for field in fields])
        return columns.in_(sa.bindparam(name, expanding=True))

    def _one(self, field: str, rows: Sequence[Any]) -> sa.ColumnElement[bool]:
        kind, name = self._types[field], f"key{len(self.bound)}"
        self.bound[name] = self._numbers(field, rows) or sorted(set(self._values(field, rows)), key=str)
        return one_of(self._column(field), kind, name, arrays=self._arrays)

    def _values(self, field: str, rows: Sequence[Any]) -> list[Any]:
        # What led to them is the same for most rows of a person, so it is converted once.
        texts = dict.fromkeys(key_text(row[field]) for row in rows)
        return every_value([text for text in texts if text is not None], self._types[field])

    def _numbers(self, field: str, rows: Sequence[Any]) -> list[int]:
        """Whole numbers out of a column of whole numbers, as they are; none where there is anything else."""
        found = {row[field] for row in rows} if python_type(self._types[field]) is int else set()
        return sorted(found) if all(type(number) is int for number in found) else []
