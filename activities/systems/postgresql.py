"""What is particular to PostgreSQL as a source: a session that cannot write, rows as they come, times as text.

Next: activities/systems/sql.py
"""

import itertools
from collections.abc import Generator, Iterator
from typing import Any, Self, cast

from psycopg import Connection, Cursor
from psycopg.abc import Buffer, Params, Query
from psycopg.adapt import Loader
from psycopg.types.string import TextLoader

# Seconds. A host that vanished is noticed within a minute, while a statement may take its time.
CONNECT: dict[str, Any] = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "application_name": "habeas",
}
_SESSION = """
SET default_transaction_read_only = on; SET statement_timeout = '10min'; SET TimeZone = 'UTC'; SET DateStyle = 'ISO';
SET IntervalStyle = 'iso_8601'
"""


class _TimestampLoader(Loader):
    """ISO 8601 text instead of a datetime: a quarter of the time, and `infinity` and the year 10000 are no errors."""

    def load(self, data: Buffer) -> str:
        return str(data, "ascii").replace(" ", "T", 1)  # infinity has no blank


class _InstantLoader(_TimestampLoader):
    def load(self, data: Buffer) -> str:
        text = str(data, "ascii").replace(" ", "T", 1)
        return f"{text}:00" if text.endswith("+00") else text  # PostgreSQL writes UTC as +00


class _StreamingCursor(Cursor[Any]):
    """Hands out rows while the server still finds more, `arraysize` at a time.

    One round trip and no transaction, where a cursor kept by the server takes five and one; a search is eight or more.
    """

    def __init__(self, connection: Connection[Any], **_name_and_options: object) -> None:
        super().__init__(connection)
        self._stream: Generator[Any, None, None] | None = None
        self._rows: Iterator[Any] = iter(())

    def execute(self, query: Query, params: Params | None = None, **_options: object) -> Self:
        self._stream = cast("Generator[Any, None, None]", self.stream(query, params, size=self.arraysize))
        # The first row is fetched now, so that trouble is raised here and the columns are known.
        self._rows = itertools.chain(list(itertools.islice(self._stream, 1)), self._stream)
        return self

    def fetchmany(self, size: int = 0) -> list[Any]:
        return list(itertools.islice(self._rows, size or self.arraysize))

    def close(self) -> None:
        if self._stream:
            self._stream.close()  # what the server has not sent yet is cancelled
        super().close()


def prepare(connection: Connection[Any], _record: object) -> None:
    """Set up a new connection."""
    for name in ("date", "time", "timetz", "interval", "inet", "cidr"):
        connection.adapters.register_loader(name, TextLoader)
    connection.adapters.register_loader("timestamp", _TimestampLoader)
    connection.adapters.register_loader("timestamptz", _InstantLoader)
    connection.server_cursor_factory = _StreamingCursor  # type: ignore[assignment]
    connection.execute(_SESSION)
    connection.commit()


def set_batch(_connection: object, cursor: Any, _text: str, _bound: object, context: Any, _many: bool) -> None:  # noqa: ANN401, FBT001
    """Before a statement: let the cursor know how many rows at a time are wanted."""
    cursor.arraysize = context.execution_options.get("yield_per", cursor.arraysize)
