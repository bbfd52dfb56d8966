"""`habeas backup`: the data in one folder, the keys in another one that is kept for 30 days at most (`security.md` 2.7).

First the database, then the sealed files, then the keys: a file without its row is harmless, and every receipt of the copy has
its key in the copy of the keys. With the keys goes a ledger of what was destroyed and who is on a list; it names nobody, and a
restore needs it, so that neither comes back unnoticed.

Next: adapters/restore.py
"""

import hashlib
import json
import shutil
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlmodel import select

from adapters import embedded
from adapters.database import migrate
from adapters.database.erasure_tables import SuppressionEntry
from adapters.database.session import Database
from adapters.database_copies import copy_database, copy_sqlite
from adapters.keystore import KeyStore, Tombstone
from adapters.private_file import create_private
from adapters.resources import Resources
from adapters.settings import Settings
from domain.chain import rfc3339
from domain.errors import SettingsError
from domain.retention import KEYSTORE_BACKUP_DAYS

DATA_TYPE: Final = "habeas.backup/1"
KEYS_TYPE: Final = "habeas.backup-of-keys/1"
MANIFEST: Final = "backup.json"
LEDGER: Final = "ledger.json"
_FOLDER: Final = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class Entry:
    """One line of a suppression list: a keyed hash."""

    list: str
    mac: str
    added_at: str
    expires_on: str | None


@dataclass(frozen=True)
class Ledger:
    """What a restore must not undo, as of an instant (RFC 3339)."""

    install: str
    made: str
    tombstones: tuple[Tombstone, ...]
    suppression: tuple[Entry, ...]


@dataclass(frozen=True)
class BackedUp:
    """Where the two parts are, and which older copies of keys were deleted."""

    data: Path
    keys: Path
    files: int
    expired: int


def back_up(resources: Resources, to: Path, keys_to: Path, now: datetime) -> BackedUp:
    """Write both parts, then delete copies of keys that are older than 30 days.

    Args:
        resources: open; everything may go on meanwhile.
        to: folder of backups of data.
        keys_to: folder of backups of keys; another one.
        now: UTC.

    Raises:
        SettingsError: one folder lies in the other, or something cannot be read or written. One line.
    """
    to, keys_to = to.absolute(), keys_to.absolute()
    if to == keys_to or to in keys_to.parents or keys_to in to.parents:
        raise SettingsError("Name two folders of which neither lies in the other: data and keys are kept apart.")
    data, keys = (folder / now.strftime(_FOLDER) for folder in (to, keys_to))
    for folder in (data, keys):
        try:
            folder.mkdir(parents=True, mode=0o700)
        except OSError as failure:
            raise SettingsError(f"The backup {folder} cannot be written: {failure.strerror}.") from None
    settings = resources.settings
    copy_database(settings.database_url, data / "habeas")
    files = _copy_blobs(settings, data / "blobs")
    if (engine := settings.home / embedded.STATE).exists():
        copy_sqlite(engine, data / embedded.STATE)
    facts = {"install": resources.vault.install.hex(), "made": rfc3339(now)}
    _write_manifest(data, {"type": DATA_TYPE, **facts, "tables": migrate.present(settings.database_url)})
    copy_database(settings.keystore_url, keys / "keys", only_keys=True)
    store = KeyStore(settings.keystore_url)
    ledger = ledger_of(resources.database, store, resources.vault.install, datetime.now(UTC))
    store.close()
    create_private(keys / LEDGER, json.dumps(_plain(ledger)).encode(), "ledger")
    _write_manifest(keys, {"type": KEYS_TYPE, **facts, "data": data.name})
    return BackedUp(data, keys, files, expire(keys_to, now))


def ledger_of(database: Database, store: KeyStore, install: bytes, now: datetime) -> Ledger:
    """What was destroyed and who is on a list, as of now."""
    with database.read() as session:
        rows = session.exec(select(SuppressionEntry)).all()
    entries = [
        Entry(row.list, row.mac.hex(), rfc3339(row.added_at), row.expires_on.isoformat() if row.expires_on else None)
        for row in rows
    ]
    return Ledger(install.hex(), rfc3339(now), tuple(store.tombstones()), tuple(entries))


def read_ledger(path: Path) -> Ledger:
    """Read a ledger.

    Raises:
        SettingsError: there is none, or it is none.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return Ledger(
            install=found["install"],
            made=found["made"],
            tombstones=tuple(Tombstone(*each) for each in found["tombstones"]),
            suppression=tuple(Entry(**each) for each in found["suppression"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        raise SettingsError(f"{path} is not a ledger of what was destroyed.") from None


def read_manifest(folder: Path, kind: str) -> dict[str, Any]:
    """The manifest of a backup, after every file was compared with it.

    Raises:
        SettingsError: none, of another kind, or a file is missing or not what was written. One line.
    """
    try:
        found: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise SettingsError(f"{folder} holds no whole backup.") from None
    if found.get("type") != kind:
        raise SettingsError(f"{folder} is not a backup of this kind.")
    for name, digest in found["files"].items():
        path = folder / name
        if not path.is_file() or _sha256(path) != digest:
            raise SettingsError(f"{path} is missing or not what was written.")
    return found


def expire(keys_to: Path, now: datetime) -> int:
    """Delete copies of keys older than 30 days; the newest stays. Returns how many."""
    old = []
    folders = sorted(folder for folder in keys_to.iterdir() if (folder / MANIFEST).is_file())
    for folder in folders[:-1]:
        made = datetime.fromisoformat(json.loads((folder / MANIFEST).read_text())["made"])
        if made < now - timedelta(days=KEYSTORE_BACKUP_DAYS):
            old.append(folder)
    for folder in old:
        shutil.rmtree(folder)
    return len(old)


def expires_on(entry: Entry) -> date | None:
    """The last day of an entry."""
    return date.fromisoformat(entry.expires_on) if entry.expires_on else None


def _plain(ledger: Ledger) -> dict[str, Any]:
    entries = [asdict(entry) for entry in ledger.suppression]
    return {"install": ledger.install, "made": ledger.made, "tombstones": [list(each) for each in ledger.tombstones]} | {
        "suppression": entries
    }


def _copy_blobs(settings: Settings, to: Path) -> int:
    source, number = settings.blobs_folder, 0
    for path in source.glob("[0-9a-f][0-9a-f]/*"):
        target = to / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            shutil.copy2(path, target)
        except FileNotFoundError:
            continue  # destroyed while we looked
        number += 1
    return number


def _write_manifest(folder: Path, facts: dict[str, Any]) -> None:
    files = {str(path.relative_to(folder)): _sha256(path) for path in sorted(folder.rglob("*")) if path.is_file()}
    create_private(folder / MANIFEST, json.dumps({**facts, "files": files}, indent=1).encode(), "manifest")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
