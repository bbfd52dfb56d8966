"""Copies a database while it is in use, and puts a copy in its place: SQLite by its own backup, PostgreSQL by its own programs.

Next: adapters/backup.py
"""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import URL, make_url

from domain.errors import SettingsError

KEY_SCHEMA = "habeas_keys"
_LIMIT = 3600  # seconds for one copy


def copy_database(url: str, to: Path, *, only_keys: bool = False) -> Path:
    """Write a consistent copy, readable by its owner alone.

    Args:
        url: SQLAlchemy URL.
        to: the copy without a suffix; gets `.db` or `.dump`.
        only_keys: of PostgreSQL the schema of the key store, instead of everything but it.

    Raises:
        SettingsError: it cannot be read, or PostgreSQL's programs are not there. One line.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        copy = to.with_suffix(".db")
        copy_sqlite(Path(str(parsed.database)), copy)
        return copy
    copy = to.with_suffix(".dump")
    copy.touch(mode=0o600)
    which = f"--schema={KEY_SCHEMA}" if only_keys else f"--exclude-schema={KEY_SCHEMA}"
    _run("pg_dump", parsed, "--format=custom", "--no-owner", "--no-privileges", which, f"--file={copy}")
    return copy


def copy_sqlite(source: Path, to: Path) -> None:
    """As `copy_database`, for a file.

    Raises:
        SettingsError: it cannot be read.
    """
    to.touch(mode=0o600)
    try:
        with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as old, closing(sqlite3.connect(to)) as new:
            old.backup(new)
    except sqlite3.Error as failure:
        raise SettingsError(f"{source} cannot be copied ({type(failure).__name__}).") from None


def put_back(url: str, copy: Path, *, only_keys: bool = False) -> None:
    """Put a copy in the place of a database; what was there is gone.

    Raises:
        SettingsError: the copy is of another kind of database, or it cannot be put there. One line.
    """
    parsed = make_url(url)
    if (parsed.get_backend_name() == "sqlite") != (copy.suffix == ".db"):
        raise SettingsError("This backup is of another kind of database than the one in the settings.")
    if copy.suffix == ".db":
        put_back_sqlite(Path(str(parsed.database)), copy)
        return
    if only_keys:
        _sql(parsed, f"DROP SCHEMA IF EXISTS {KEY_SCHEMA} CASCADE")
    else:
        _sql(parsed, "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    _run("pg_restore", parsed, "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", *_list(copy, parsed))


def put_back_sqlite(path: Path, copy: Path) -> None:
    """As `put_back`, for a file, with its log taken away first: an old log would be played into the new file."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        for old in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
            old.unlink(missing_ok=True)
        path.touch(mode=0o600)
        shutil.copyfile(copy, path)
    except OSError as failure:
        raise SettingsError(f"{path} cannot be written: {failure.strerror}.") from None


def _list(copy: Path, url: URL) -> list[str]:
    return [f"--dbname={url.database}", str(copy)]


def _sql(url: URL, statement: str) -> None:
    _run("psql", url, "--quiet", "--set=ON_ERROR_STOP=1", f"--dbname={url.database}", f"--command={statement}")


def _run(program: str, url: URL, *arguments: str) -> None:
    """Run one of PostgreSQL's own programs; the password goes by the environment, which others cannot list."""
    given = {
        "PGHOST": url.host,
        "PGPORT": str(url.port) if url.port else None,
        "PGUSER": url.username,
        "PGDATABASE": url.database,
    }
    environment = {name: value for name, value in given.items() if value}
    if url.password:
        environment["PGPASSWORD"] = str(url.password)
    for name, value in url.query.items():
        if name == "sslmode":
            environment["PGSSLMODE"] = str(value)
    done = subprocess.run(  # noqa: S603 (PostgreSQL's own program, and nothing that a stranger wrote)
        [_found(program), *arguments], env=os.environ | environment, capture_output=True, text=True, check=False, timeout=_LIMIT
    )
    if done.returncode:
        said = (done.stderr.strip().splitlines() or [""])[0]
        raise SettingsError(f"{program} failed: {said[:200]}")


def _found(program: str) -> str:
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), key=lambda path: int(path.parent.parent.name))
    if debian:
        return str(debian[-1])
    if found := shutil.which(program):
        return found
    raise SettingsError(f"{program} is not installed; it comes with PostgreSQL's client.")
