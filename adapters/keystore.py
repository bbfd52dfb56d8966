"""Where wrapped keys live: a database of its own, so that a backup of the data holds no key (`security.md` 2.7).

SQLite file (0600, WAL, secure_delete) or PostgreSQL schema `habeas_keys`. What is in it opens nothing without the ring.
On PostgreSQL a deleted row leaves its bytes in the table until VACUUM FULL and in the archived log until that expires:
the operator's retention of both counts into the effective date of a destruction.

Next: adapters/vault.py
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite

from adapters.private_file import sync_folder
from domain.errors import KeyMissingError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_BUSY_SECONDS = 10  # mechanics.md 2.8: seen sufficient with twelve writers
_SCHEMA = "habeas_keys"

_metadata = sa.MetaData()
# Key columns are not named "key": `object` is a case id or the name of a singleton, `kid` names the root key.
_keys = sa.Table(
    "keys",
    _metadata,
    sa.Column("object", sa.String(64), primary_key=True),
    sa.Column("purpose", sa.String(16), primary_key=True),
    sa.Column("kid", sa.String(16), nullable=False),
    sa.Column("wrapped", sa.LargeBinary, nullable=False),
    sa.Column("created", sa.String(32), nullable=False),
)
_tombstones = sa.Table(
    "tombstones",
    _metadata,
    sa.Column("object", sa.String(64), primary_key=True),
    sa.Column("purpose", sa.String(16), primary_key=True),
    sa.Column("destroyed", sa.String(32), primary_key=True),
    sa.Column("rule", sa.String(64), nullable=False),
    sa.Column("approver", sa.String(64), nullable=False),
)
_installation = sa.Table(
    "installation",
    _metadata,
    sa.Column("id", sa.Integer, sa.CheckConstraint("id = 1"), primary_key=True),
    sa.Column("install", sa.LargeBinary, nullable=False),
)


class WrappedKey(NamedTuple):
    """One key as it is stored: `kid` is the root key it is wrapped under."""

    object: str
    purpose: str
    kid: str
    wrapped: bytes


class Tombstone(NamedTuple):
    """One destruction. The fields are those of the table; times are ISO 8601 in UTC."""

    object: str
    purpose: str
    destroyed: str
    rule: str
    approver: str


class KeyStore:
    """Rows of wrapped keys and tombstones. Knows no plaintext key. Thread-safe; several processes may share it."""

    def __init__(self, url: str) -> None:
        """Open the store and make its tables if they are missing.

        Raises:
            SettingsError: not a SQLite file or a PostgreSQL URL, or not reachable; one line.
        """
        self._engine = _engine(url)
        try:
            with self._write() as connection:
                if connection.dialect.name == "postgresql":
                    # CREATE ... IF NOT EXISTS of two processes at once fails in PostgreSQL; the lock ends with the transaction.
                    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
                    connection.execute(sa.schema.CreateSchema(_SCHEMA, if_not_exists=True))
                _metadata.create_all(connection)
        except sa.exc.SQLAlchemyError as failure:
            raise SettingsError(f"The key store cannot be opened ({type(failure).__name__}).") from None

    def close(self) -> None:
        self._engine.dispose()

    def installation(self, proposed: bytes) -> bytes:
        """The install id: `proposed` if this is the first start, else the one made then."""
        with self._write() as connection:
            connection.execute(self._insert_absent(_installation), {"id": 1, "install": proposed})
            return bytes(connection.execute(sa.select(_installation.c.install)).scalar_one())

    def find(self, name: str, purpose: str) -> WrappedKey | None:
        with self._read() as connection:
            return _one(connection, name, purpose)

    def add(self, key: WrappedKey, *, once: bool = False) -> WrappedKey:
        """Store a key unless there is one; durable before this returns.

        Args:
            key: the key just made.
            once: a destroyed key of this name may not be made again.

        Returns:
            the key that is in the store now, which another process may have made first.

        Raises:
            KeyMissingError: `once`, and it was destroyed before.
        """
        with self._write() as connection:
            destroyed = _tombstones.c.object == key.object, _tombstones.c.purpose == key.purpose
            if once and connection.execute(sa.select(_tombstones.c.rule).where(*destroyed)).first():
                raise KeyMissingError(purpose=key.purpose)
            connection.execute(self._insert_absent(_keys), {**key._asdict(), "created": _now()})
            stored = _one(connection, key.object, key.purpose)
        assert stored is not None
        return stored

    def add_new(self, keys: list[WrappedKey]) -> None:
        """Store keys under names that were just drawn, in one commit; durable before this returns."""
        with self._write() as connection:
            connection.execute(sa.insert(_keys), [{**key._asdict(), "created": _now()} for key in keys])

    def destroy(self, name: str, purpose: str, *, rule: str, approver: str) -> None:
        """Delete a key for good and leave a tombstone; a repetition changes nothing but empties the log again.

        Raises:
            TimeoutError: the key is deleted, but a reader keeps its old page in the write-ahead log: call again.
        """
        row = {"object": name, "purpose": purpose, "destroyed": _now(), "rule": rule, "approver": approver}
        with self._write() as connection:
            deleted = connection.execute(sa.delete(_keys).where(_keys.c.object == name, _keys.c.purpose == purpose))
            buried = _tombstones.c.object == name, _tombstones.c.purpose == purpose
            if deleted.rowcount or not connection.execute(sa.select(_tombstones.c.rule).where(*buried)).first():
                connection.execute(sa.insert(_tombstones), row)
        self._empty_log()

    def every(self, purpose: str | None = None) -> list[WrappedKey]:
        """All keys, or those of one purpose, oldest first."""
        query = _select().order_by(_keys.c.created, _keys.c.object)
        with self._read() as connection:
            return [_from_row(row) for row in connection.execute(query.where(_keys.c.purpose == purpose) if purpose else query)]

    def names(self, purpose: str, *, created_before: datetime) -> list[str]:
        """Names of the keys of one purpose older than an aware instant."""
        older = _keys.c.purpose == purpose, _keys.c.created < _stamp(created_before)
        with self._read() as connection:
            return list(connection.execute(sa.select(_keys.c.object).where(*older).order_by(_keys.c.created)).scalars())

    def not_under(self, kid: str, limit: int) -> list[WrappedKey]:
        """Some of the keys that another root key wraps."""
        with self._read() as connection:
            return [_from_row(row) for row in connection.execute(_select().where(_keys.c.kid != kid).limit(limit))]

    def counts(self) -> dict[tuple[str, str], int]:
        """How many keys each root key wraps, by its kid and their purpose."""
        query = sa.select(_keys.c.kid, _keys.c.purpose, sa.func.count()).group_by(_keys.c.kid, _keys.c.purpose)
        with self._read() as connection:
            return {(row[0], row[1]): row[2] for row in connection.execute(query)}

    def created(self, purpose: str) -> dict[str, datetime]:
        """When each key of a purpose was made, UTC, by name."""
        query = sa.select(_keys.c.object, _keys.c.created).where(_keys.c.purpose == purpose)
        with self._read() as connection:
            return {row[0]: datetime.fromisoformat(row[1]) for row in connection.execute(query)}

    def replace(self, pairs: Sequence[tuple[WrappedKey, WrappedKey]]) -> None:
        """Put keys under another root key, in one commit, but for those that changed or died in between."""
        with self._write() as connection:
            for old, new in pairs:
                same = _keys.c.object == old.object, _keys.c.purpose == old.purpose, _keys.c.wrapped == old.wrapped
                connection.execute(sa.update(_keys).where(*same).values(kid=new.kid, wrapped=new.wrapped))

    def tombstones(self) -> list[Tombstone]:
        """What was destroyed, and by which rule, the oldest first."""
        query = sa.select(_tombstones).order_by(_tombstones.c.destroyed)
        with self._read() as connection:
            return [Tombstone(*row) for row in connection.execute(query)]

    def bury(self, tombstones: Sequence[Tombstone]) -> int:
        """Let destructions count that were forgotten by a restore: delete their keys; returns how many had come back to life."""
        revived = 0
        with self._write() as connection:
            for stone in tombstones:
                this = _keys.c.object == stone.object, _keys.c.purpose == stone.purpose, _keys.c.created <= stone.destroyed
                revived += connection.execute(sa.delete(_keys).where(*this)).rowcount
                connection.execute(self._insert_absent(_tombstones), stone._asdict())
        self._empty_log()
        return revived

    def _insert_absent(self, table: sa.Table) -> sa.Insert:
        if self._engine.dialect.name == "postgresql":
            return postgresql.insert(table).on_conflict_do_nothing()
        return sqlite.insert(table).on_conflict_do_nothing()

    @contextmanager
    def _write(self) -> Iterator[sa.Connection]:
        # IMMEDIATE: a transaction that reads before it writes would meet "database is locked" at once (mechanics.md 2.8).
        with self._engine.connect().execution_options(sqlite_begin="BEGIN IMMEDIATE") as connection, connection.begin():
            yield connection

    @contextmanager
    def _read(self) -> Iterator[sa.Connection]:
        with self._engine.connect() as connection, connection.begin():
            yield connection

    def _empty_log(self) -> None:
        if self._engine.dialect.name != "sqlite":
            return
        # Outside a transaction, hence past SQLAlchemy. Waits for readers up to the busy timeout.
        connection = self._engine.raw_connection()
        try:
            cursor = connection.cursor()
            busy, *_ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone() or (1,)
        finally:
            connection.close()
        if busy:
            raise TimeoutError("a reader keeps the key store's write-ahead log open")


_ADVISORY_LOCK = 0x4841_4245_4153  # "HABEAS": any number, the same in every process


def _engine(url: str) -> sa.Engine:
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError:
        raise SettingsError("HABEAS_KEYSTORE_URL is not a database URL.") from None
    if parsed.get_backend_name() == "postgresql":
        engine = sa.create_engine(parsed.set(drivername="postgresql+psycopg"), hide_parameters=True, pool_pre_ping=True)
        return engine.execution_options(schema_translate_map={None: _SCHEMA})
    if parsed.get_backend_name() != "sqlite" or parsed.database in {None, "", ":memory:"}:
        raise SettingsError("HABEAS_KEYSTORE_URL must name a SQLite file or a PostgreSQL database.")
    _make_file(Path(str(parsed.database)))
    engine = sa.create_engine(parsed, hide_parameters=True, connect_args={"timeout": _BUSY_SECONDS})
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _make_file(path: Path) -> None:
    # SQLite gives its -wal and -shm files the mode of the main file, so it has to be right before the first byte.
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        path.chmod(0o600)
        sync_folder(path.parent)
    except OSError as failure:
        raise SettingsError(f"The key store {path} cannot be opened: {failure.strerror}.") from None


def _set_up_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where `_begin_sqlite` says, not where the driver guesses
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA secure_delete=ON")
    # FULL, unlike the data's own database: a receipt whose key was lost in a power cut could never be read.
    connection.execute("PRAGMA synchronous=FULL")


def _begin_sqlite(connection: sa.Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))


def _select() -> sa.Select[str, str, str, bytes]:
    return sa.select(_keys.c.object, _keys.c.purpose, _keys.c.kid, _keys.c.wrapped)


def _one(connection: sa.Connection, name: str, purpose: str) -> WrappedKey | None:
    row = connection.execute(_select().where(_keys.c.object == name, _keys.c.purpose == purpose)).first()
    return _from_row(row) if row else None


def _from_row(row: sa.Row[str, str, str, bytes]) -> WrappedKey:
    return WrappedKey(row[0], row[1], row[2], bytes(row[3]))


def _now() -> str:
    return _stamp(datetime.now(UTC))


def _stamp(at: datetime) -> str:
    # Text of fixed width in UTC: sorts like time, and SQLite would drop the zone of a DateTime.
    return at.astimezone(UTC).isoformat(timespec="microseconds")
