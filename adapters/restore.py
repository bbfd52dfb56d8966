"""`habeas restore`: puts a backup back, and first of all what must not be undone by that (`security.md` 2.7).

Destroyed cases stay destroyed and people on lists stay on them: the newest ledger that can be found, and the key store that is
still there, are applied before anything may start. While that is not done a marker keeps every start away.

Next: adapters/buried.py
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlmodel import select

from adapters import embedded
from adapters.backup import DATA_TYPE, KEYS_TYPE, LEDGER, Entry, Ledger, expires_on, ledger_of, read_ledger, read_manifest
from adapters.blobs import Blobs
from adapters.buried import empty_buried
from adapters.database import migrate
from adapters.database.erasure_tables import SuppressionEntry
from adapters.database.session import Database
from adapters.database.tables import AccessLog, Alarm
from adapters.database_copies import put_back, put_back_sqlite
from adapters.keystore import KeyStore
from adapters.settings import RESTORING, Settings
from domain.errors import SettingsError
from domain.retention import Kept

_IN_ONE_QUERY: Final = 400  # ids; SQLite takes 999 values at most
_PURPOSES: Final = {Kept.CASE.value: "case", Kept.BREACH.value: "breach", Kept.NOTICE.value: "notice"}


@dataclass(frozen=True)
class Restored:
    """What a restore did besides putting files back.

    Args:
        made: when the backup was made, RFC 3339.
        known_until: until when it is known what was destroyed.
        keys: destroyed keys that the backup would have brought back.
        emptied: cases, breaches, notices, mails and proofs whose sealed rows it would have brought back.
        listed: people who were put back on a suppression list.
    """

    made: str
    known_until: str
    keys: int
    emptied: int
    listed: int


def restore(settings: Settings, data: Path, keys: Path, ledgers: Sequence[Path] = (), *, replace: bool = False) -> Restored:
    """Put both parts of a backup in the place of what the settings name.

    Args:
        settings: of the installation.
        data: one backup of the data.
        keys: one backup of the keys, made with it or later.
        ledgers: further ledgers, such as the one of a newer backup of keys.
        replace: whether something that is there already is replaced.

    Raises:
        SettingsError: something is not whole, does not belong together, or something is in the place. One line; where anything
            was touched already, the marker keeps Habeas from starting until a restore came to its end.
    """
    facts, key_facts = read_manifest(data, DATA_TYPE), read_manifest(keys, KEYS_TYPE)
    if facts["install"] != key_facts["install"]:
        raise SettingsError("The backup of the keys is of another installation than the backup of the data.")
    if key_facts["made"] < facts["made"]:
        raise SettingsError("The backup of the keys is older than the backup of the data: newer cases would never open again.")
    known = _ledgers(facts["install"], [keys / LEDGER, *_newer(keys), *ledgers])
    present = _present(settings, facts["install"])
    marker = settings.home / RESTORING
    if present is not None and not replace and not marker.exists():
        raise SettingsError("There is an installation in this place. `--replace` puts the backup in its stead.")
    settings.make_home()
    marker.write_text("a restore has begun and not come to its end\n")
    known = [*known, *([present] if present else [])]
    _put_files_back(settings, data, keys)
    migrate.upgrade(settings.database_url)
    done = _apply(settings, known, facts["made"])
    marker.unlink()
    return done


def _ledgers(install: str, paths: Iterable[Path]) -> list[Ledger]:
    found = [read_ledger(path) for path in dict.fromkeys(paths)]
    if any(ledger.install != install for ledger in found):
        raise SettingsError("One of the ledgers is of another installation.")
    return found


def _newer(keys: Path) -> list[Path]:
    """Ledgers of newer backups of keys beside this one: what was destroyed since stands in them."""
    return [
        folder / LEDGER for folder in sorted(keys.parent.iterdir()) if folder.name > keys.name and (folder / LEDGER).is_file()
    ]


def _present(settings: Settings, install: str) -> Ledger | None:
    """What the installation in this place knows, if there is one; one that cannot be read is no reason to forget what it holds.

    Raises:
        SettingsError: the one in the place is another installation.
    """
    if not any(map(_exists, (settings.database_url, settings.keystore_url))):
        return None
    database = Database(settings.database_url)
    try:
        store = KeyStore(settings.keystore_url)
        try:
            mine = store.installation(bytes.fromhex(install))
            found = ledger_of(database, store, mine, datetime.now(UTC))
        finally:
            store.close()
    except (sa.exc.SQLAlchemyError, SettingsError):
        return Ledger(install, "", (), ())  # damaged: the ledgers of backups have to do
    finally:
        database.close()
    if found.install != install:
        raise SettingsError("There is another installation in this place.")
    return found


def _exists(url: str) -> bool:
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite":
        path = Path(str(parsed.database))
        return path.is_file() and path.stat().st_size > 0
    engine = sa.create_engine(parsed.set(drivername="postgresql+psycopg"), hide_parameters=True)
    try:
        inspector = sa.inspect(engine)
        return inspector.has_table("case_receipt") or inspector.has_table("keys", schema="habeas_keys")
    except sa.exc.SQLAlchemyError:
        raise SettingsError("The database that the settings name does not answer.") from None
    finally:
        engine.dispose()


def _put_files_back(settings: Settings, data: Path, keys: Path) -> None:
    copy = next(path for path in (data / "habeas.db", data / "habeas.dump") if path.exists())
    put_back(settings.database_url, copy)
    copy = next(path for path in (keys / "keys.db", keys / "keys.dump") if path.exists())
    put_back(settings.keystore_url, copy, only_keys=True)
    if (data / embedded.STATE).exists():
        put_back_sqlite(settings.home / embedded.STATE, data / embedded.STATE)
    folder = settings.blobs_folder
    for path in (data / "blobs").glob("*/*"):
        target = folder / path.relative_to(data / "blobs")
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        target.write_bytes(path.read_bytes())
        target.chmod(0o600)


def _apply(settings: Settings, known: Sequence[Ledger], made: str) -> Restored:
    stones = list(dict.fromkeys(stone for ledger in known for stone in ledger.tombstones))
    store, database, blobs = KeyStore(settings.keystore_url), Database(settings.database_url), Blobs.open(settings.blobs_url)
    try:
        revived = store.bury(stones)
        emptied = empty_buried(database, blobs, store.tombstones())
        listed = _list_again(database, [entry for ledger in known for entry in ledger.suppression])
        now, facts = datetime.now(UTC), {"keys": revived, "emptied": emptied, "listed": listed}
        with database.write() as session:
            session.add(Alarm(at=now, kind="restored", case_id=None, facts=facts))
            session.add(AccessLog(at=now, actor="system", action="restored"))
    finally:
        store.close()
        database.close()
    return Restored(made, max(ledger.made for ledger in known), revived, emptied, listed)


def _list_again(database: Database, entries: Iterable[Entry]) -> int:
    listed = 0
    with database.write() as session:
        for entry in dict.fromkeys(entries):
            mac = bytes.fromhex(entry.mac)
            there = session.exec(
                select(SuppressionEntry).where(SuppressionEntry.list == entry.list, SuppressionEntry.mac == mac)
            ).first()
            if there is None:
                added = datetime.fromisoformat(entry.added_at)
                session.add(SuppressionEntry(list=entry.list, mac=mac, added_at=added, expires_on=expires_on(entry)))
                session.flush()
                listed += 1
    return listed
