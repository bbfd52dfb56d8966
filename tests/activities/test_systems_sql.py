"""The SQL connector: what it asks, what it cannot do, and how it tells passing trouble from lasting trouble."""

import datetime as dt
import json
import uuid
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from activities.systems.base import Lookup, SystemUnreachableError
from activities.systems.registry import Systems
from activities.systems.sql import SqlSystem
from adapters.resources import read_datamap
from adapters.row_text import Row, encode
from domain.datamap import Collection, DataField, System
from domain.datamap_systems import Connection
from domain.errors import SystemFailedError
from tests.opened import SMALL_DATAMAP

TRICKY = "robert'); DROP TABLE things;--"


def _system(fields: Sequence[str], table: str = "things") -> System:
    collection = {
        "name": "things",
        "title": "Things",
        "table": table,
        "primary_key": ("id",),
        "fields": {name: DataField(category="account") for name in fields},
        "identities": {"id": "thing"},
        "purpose": "service",
        "lawful_basis": "contract",
        "retention": "years",
        "erasure": {"action": "delete"},
        "origin": "provided",
    }
    return System.model_validate(
        {"name": "app", "title": "App", "kind": "sql", "connection": {"read": "x"}, "collections": [collection]}
    )


class Things:
    """A table and the connector to it."""

    def __init__(
        self, url: str, columns: str, *rows: tuple[object, ...], fields: Sequence[str] | None = None, table: str = "things"
    ) -> None:
        names = [part.split()[0].strip('"') for part in columns.split(", ")]
        engine = sa.create_engine(url)
        with engine.begin() as connection:
            connection.exec_driver_sql(f"CREATE TABLE things ({columns})")
            for row in rows:
                bound = {f"p{number}": value for number, value in enumerate(row)}
                marks = ", ".join(f":{name}" for name in bound)
                connection.execute(sa.text(f"INSERT INTO things VALUES ({marks})"), bound)
        engine.dispose()
        self.connector = SqlSystem(_system(fields or names, table), url)

    @property
    def collection(self) -> Collection:
        return self.connector.system.collections[0]

    def search(self, *keys: str, field: str = "id", kind: str | None = None) -> list[Row]:
        found = self.connector.search(self.collection, Lookup(field, keys, kind))
        return [row for batch in found for row in batch]


def test_keys_are_bound_and_never_part_of_a_statement(source_urls: dict[str, str]) -> None:
    things = Things(source_urls["app"], "id TEXT, body TEXT", (TRICKY, "hers"), ("x", "not hers"))
    statements = []

    @sa.event.listens_for(things.connector.engine, "before_cursor_execute")
    def _asked(_connection: object, _cursor: object, text: str, *_rest: object) -> None:
        statements.append(text)

    assert things.search(TRICKY) == [(TRICKY, "hers")]
    assert not any("robert" in text for text in statements)
    assert things.search("x") == [("x", "not hers")]
    things.connector.close()


def test_every_name_is_quoted(source_urls: dict[str, str]) -> None:
    things = Things(source_urls["app"], '"id" TEXT, "select" TEXT, "Order" TEXT', ("1", "a", "b"))
    assert things.search("1") == [("1", "a", "b")]
    things.connector.close()


@pytest.mark.parametrize(
    ("column", "value", "keys"),
    [
        ("INTEGER", 7, ["7", "not a number", "99999999999999999999999"]),
        ("BIGINT", 2**60, [str(2**60)]),
        ("TEXT", "007", ["007"]),
        ("NUMERIC(20)", 7, ["7", "1e999999999", "seven"]),
        ("UUID", uuid.UUID(int=7), [str(uuid.UUID(int=7)), "no uuid"]),
    ],
)
def test_a_key_meets_a_column_of_any_type(source_urls: dict[str, str], column: str, value: object, keys: list[str]) -> None:
    url = source_urls["app"]
    if url.startswith("sqlite") and column == "UUID":
        column, value = "CHAR(36)", str(value)
    things = Things(url, f"id {column}, body TEXT", (value, "hers"))
    assert [row[1] for row in things.search(*keys)] == ["hers"]
    assert things.search("nothing like it") == []
    things.connector.close()


def test_values_of_every_sort_are_written_alike(source_urls: dict[str, str]) -> None:
    url = source_urls["app"]
    if url.startswith("sqlite"):
        things = Things(url, "id INTEGER, b BLOB, t TEXT, f REAL, n TEXT", (1, b"\x00\xff", "é\n", 1.5, None))
        expected = {"id": 1, "b": "AP8=", "t": "é\n", "f": 1.5, "n": None}
    else:
        columns = (
            "id INTEGER, b BYTEA, ts TIMESTAMPTZ, naive TIMESTAMP, d DATE, iv INTERVAL, ip INET, ok BOOLEAN, dec NUMERIC, "
            "js JSONB, arr INTEGER[], u UUID"
        )
        row = (
            1,
            b"\x00\xff",
            dt.datetime(2026, 11, 24, 1, 30, tzinfo=dt.timezone(dt.timedelta(hours=1))),
            dt.datetime(2026, 11, 24, 1, 30, 0, 500000),  # noqa: DTZ001 (a source may be naive)
            dt.date(2026, 11, 24),
            dt.timedelta(days=1, hours=2),
            "10.0.0.1",
            True,
            Decimal("12.340"),
            json.dumps({"a": [1, "é"]}),
            [1, 2],
            uuid.UUID(int=5),
        )
        things = Things(url, columns, row)
        expected = {
            "id": 1,
            "b": "AP8=",
            "ts": "2026-11-24T00:30:00+00:00",
            "naive": "2026-11-24T01:30:00.5",
            "d": "2026-11-24",
            "iv": "P1DT2H",
            "ip": "10.0.0.1",
            "ok": True,
            "dec": "12.340",
            "js": {"a": [1, "é"]},
            "arr": [1, 2],
            "u": str(uuid.UUID(int=5)),
        }
    found = things.search("1")
    assert json.loads(encode(things.connector.fields(things.collection), found)[0]) == expected
    things.connector.close()


def test_times_that_python_does_not_know_are_no_error(source_urls: dict[str, str]) -> None:
    url = source_urls["app"]
    if url.startswith("sqlite"):
        pytest.skip("SQLite keeps times as text")
    things = Things(
        url, "id INTEGER, a TIMESTAMPTZ, b DATE, c TIMESTAMPTZ", (1, "infinity", "-infinity", "12026-01-01 00:00:00Z")
    )
    assert things.search("1") == [(1, "infinity", "-infinity", "12026-01-01T00:00:00+00:00")]
    things.connector.close()


def test_the_session_cannot_write(source_urls: dict[str, str]) -> None:
    things = Things(source_urls["app"], "id INTEGER", (1,))
    with pytest.raises(SQLAlchemyError), things.connector.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM things")
    assert things.search("1") == [(1,)]
    things.connector.close()


def test_a_missing_database_is_not_an_empty_one(source_urls: dict[str, str]) -> None:
    connector = SqlSystem(_system(["id"]), source_urls["app"] + "_gone")
    with pytest.raises(SystemUnreachableError) as failure:
        list(connector.search(connector.system.collections[0], Lookup("id", ["1"])))
    assert "1" not in str(failure.value)
    connector.close()


@pytest.mark.parametrize(("table", "fields"), [("others", ["id"]), ("things", ["id", "nickname"])])
def test_a_missing_table_or_column_is_said_at_once(source_urls: dict[str, str], table: str, fields: list[str]) -> None:
    things = Things(source_urls["app"], "id INTEGER", (1,), fields=fields, table=table)
    with pytest.raises(SystemFailedError) as failure:
        things.search("1")
    assert failure.value.facts["reason"] == "refused"
    things.connector.close()


def test_a_column_that_appears_later_is_found(source_urls: dict[str, str]) -> None:
    things = Things(source_urls["app"], "id INTEGER", (1,), fields=["id", "nickname"])
    with pytest.raises(SystemFailedError):
        things.search("1")
    engine = sa.create_engine(source_urls["app"])
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE things ADD COLUMN nickname TEXT")
    engine.dispose()
    assert things.search("1") == [(1, None)]
    things.connector.close()


@pytest.mark.parametrize("url", ["not a url", "nosuchdatabase://x/y", "mysql+nosuchdriver://x/y"])
def test_an_unusable_url_is_a_misconfiguration(url: str) -> None:
    with pytest.raises(SystemFailedError) as failure:
        SqlSystem(_system(["id"]), url)
    assert failure.value.facts["reason"] == "misconfigured"


@pytest.mark.parametrize(
    ("environment", "query", "taken"),
    [("production", "", False), ("production", "?sslmode=verify-full", True), ("development", "", True)],
)
def test_in_production_a_database_elsewhere_is_connected_with_its_name_checked(
    tmp_path: Path, environment: str, query: str, *, taken: bool
) -> None:
    system = _system(["id"]).model_copy(update={"connection": Connection(read="${APP}")})
    datamap = read_datamap(SMALL_DATAMAP).model_copy(update={"systems": [system]})
    url = f"postgresql+psycopg://app@db.controller.example/app{query}"
    systems = Systems(datamap, tmp_path, {"APP": url, "HABEAS_ENVIRONMENT": environment})
    if taken:
        assert systems.connector(system.name).system is system
    else:
        with pytest.raises(SystemFailedError):
            systems.connector(system.name)
    systems.close()


def test_an_error_shows_no_key(source_urls: dict[str, str]) -> None:
    things = Things(source_urls["app"], "id INTEGER, body TEXT", (1, "x"))
    with things.connector.engine.begin() as connection, pytest.raises(SQLAlchemyError) as failure:
        connection.execute(sa.text("SELECT nowhere FROM things WHERE body = :key"), {"key": "ruth@post.example"})
    assert "ruth" not in str(failure.value)
    things.connector.close()


def test_large_rows_come_a_few_at_a_time(source_urls: dict[str, str]) -> None:
    kind = "BLOB" if source_urls["app"].startswith("sqlite") else "BYTEA"
    things = Things(source_urls["app"], f"id INTEGER, b {kind}", *((1, b"x") for _ in range(50)))
    assert things.connector.large(things.collection)
    sizes = [len(batch) for batch in things.connector.search(things.collection, Lookup("id", ["1"]))]
    assert sizes == [20, 20, 10]
    things.connector.close()


def test_a_search_given_up_early_leaves_the_connection_usable(source_urls: dict[str, str]) -> None:
    things = Things(source_urls["app"], "id INTEGER, n INTEGER", *((1, number) for number in range(3000)))
    for _ in range(20):
        search = things.connector.search(things.collection, Lookup("id", ["1"]))
        assert len(next(search)) == 1000
        search.close()  # type: ignore[attr-defined]  # a generator, typed as an iterator
    assert len(things.search("1")) == 3000
    things.connector.close()
