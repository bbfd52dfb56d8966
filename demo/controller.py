"""Builds the demo's controller: two databases and a folder of images, of a company that exists only here.

Deterministic, and done once: a marker says that a home has it. Nothing in it can reach a real person.
"""

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Literal

from sqlalchemy import Engine, MetaData, Table, create_engine, func, insert, select, text

from demo import tables
from demo.people import cast, crowd
from demo.rows import Rows

Size = Literal["small", "full"]

CROWD: dict[Size, int] = {"small": 200, "full": 10_000}
SEED = 20260101  # the same as the benchmarks' data set, for no other reason than that one number is enough
_BATCH = 5_000  # rows per statement: past this the speed no longer grows
_MARKER = "built"


@dataclass(frozen=True)
class Summary:
    """What was built: rows by table, and image files."""

    rows: dict[str, int]
    files: int


def urls_of(home: Path) -> dict[tables.Store, str]:
    """Where the demo's databases are unless somebody names others."""
    return {store: f"sqlite:///{home}/demo/{store}.db" for store in tables.STORES}


def build(home: Path, *, size: Size = "small", urls: Mapping[tables.Store, str] | None = None, seed: int = SEED) -> Summary:
    """Make the stores, or find them made.

    Args:
        home: HABEAS_HOME; everything goes to its folder `demo`.
        size: 200 people, or 10,000 and about a million rows.
        urls: SQLAlchemy URLs of empty databases, instead of the SQLite files in the home.
        seed: another seed makes another crowd; the cast stays.
    """
    folder = home / "demo"
    (folder / "files").mkdir(parents=True, exist_ok=True)
    engines = {store: create_engine(url) for store, url in (urls or urls_of(home)).items()}
    try:
        if not (folder / _MARKER).exists():
            _fill(engines, folder, size, seed)
            (folder / _MARKER).write_text(size)
        counts = {table.name: _count(engines[store], table) for store in engines for table in tables.STORES[store].sorted_tables}
    finally:
        for engine in engines.values():
            engine.dispose()
    return Summary(rows=counts, files=sum(1 for _ in (folder / "files").rglob("*.png")))


def _fill(engines: Mapping[tables.Store, Engine], folder: Path, size: Size, seed: int) -> None:
    chance = Random(seed)
    rows = Rows(chance)
    for person in [*cast(), *crowd(CROWD[size], chance)]:
        rows.add(person)
    for store, engine in engines.items():
        _write(engine, tables.STORES[store], rows)
        _index(engine, store)
    for path in rows.files:
        target = folder / "files" / path
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(_png(path))


def _write(engine: Engine, store: MetaData, rows: Rows) -> None:
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(
                text(
                    f"CREATE COLLATION IF NOT EXISTS {tables.BLIND} "
                    "(provider = icu, locale = 'und-u-ks-level1', deterministic = false)"
                )
            )
        store.drop_all(connection)
        store.create_all(connection)
        for table in store.sorted_tables:
            made = rows.by_table.get(table.name, [])
            for start in range(0, len(made), _BATCH):
                connection.execute(insert(table), made[start : start + _BATCH])


def _index(engine: Engine, store: tables.Store) -> None:
    with engine.begin() as connection:
        for table, column in tables.INDEXES[store]:
            connection.execute(text(f"CREATE INDEX ix_{table}_{column} ON {table} ({column})"))


def _count(engine: Engine, table: Table) -> int:
    with engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def _png(name: str) -> bytes:
    """A small picture whose colour depends on its name; real enough for every viewer."""
    side, colour = 16, zlib.crc32(name.encode()).to_bytes(4, "big")[:3]
    lines = b"".join(b"\0" + colour * side for _ in range(side))
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(lines)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
