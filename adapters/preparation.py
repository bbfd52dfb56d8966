"""Everything that has to be there before the first part of Habeas starts: keys, data map, tables; for the demo also its data.

Each step may be repeated and changes nothing that is there already. `habeas up` runs it in a process of its own.

Next: adapters/resources.py
"""

import importlib
import json
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from adapters.blobs import Blobs
from adapters.buried import bury_again
from adapters.database import migrate
from adapters.database.people import KEY_DAYS, seed_demo_people
from adapters.database.session import Database
from adapters.keyring import KeyRing
from adapters.keystore import KeyStore
from adapters.private_file import create_private
from adapters.resources import read_datamap
from adapters.settings import Settings
from adapters.signing import Signer
from adapters.vault import Vault
from domain.errors import SettingsError

Say = Callable[[str, str], None]


def prepare(settings: Settings, say: Say, *, demo_size: str = "small") -> None:
    """Make what is missing and check what is there.

    Args:
        settings: of the installation; already refused if unsafe.
        say: told the step and its result, once per step.
        demo_size: `small` or `full`; only the demo has a size.

    Raises:
        SettingsError: a key, a store or a setting is missing or unsafe. One line.
        DataMapError: the data map is malformed or unlawful; names the line.
    """
    is_demo = settings.environment == "demo"
    settings.make_home()
    make_keys(settings, say)
    if is_demo:
        build_demo(settings.home, demo_size, say)
    datamap = read_datamap(settings.datamap)
    collections = sum(len(system.collections) for system in datamap.systems)
    say("data map", f"{len(datamap.systems)} systems, {collections} collections ({settings.datamap})")
    bring_up_to_date(settings.database_url)
    say("database", f"at {migrate.present(settings.database_url)}, {_shown(settings.database_url)}")
    Vault.open(ring_file=settings.keys, keystore_url=settings.keystore_url).close()
    destroy_what_came_back(settings, say)
    if is_demo:
        seed_people(settings, say)


def destroy_what_came_back(settings: Settings, say: Say) -> None:
    """Make good what a copy put in place by hand has brought back, before anything can read it (`security.md` 2.7)."""
    database, store = Database(settings.database_url), KeyStore(settings.keystore_url)
    try:
        if number := bury_again(database, store, Blobs.open(settings.blobs_url)):
            say("retention", f"{number} things that had been destroyed had come back with a copy; they were destroyed again")
    finally:
        store.close()
        database.close()


def make_keys(settings: Settings, say: Say) -> None:
    """Make the key ring and the signing key of a new installation; an existing one is only looked at.

    Raises:
        SettingsError: production, where an operator makes them; or something was sealed with a ring that is gone.
    """
    missing = [path for path in key_files(settings) if not path.exists()]
    if missing:
        if settings.environment == "production":
            settings.refuse_unsafe_production()
        if settings.keys in missing and (settings.signing_key.exists() or _file_of(settings.keystore_url).exists()):
            raise SettingsError(
                f"HABEAS_KEYS: the key ring {settings.keys} is gone, and nothing sealed opens without it. Put it back.",
                setting="keys",
            )
    create_keys(settings)
    say("keys", f"{'made in' if missing else 'found in'} {settings.keys.parent}")


def create_keys(settings: Settings) -> None:
    """Make whichever of the key files is missing, readable by their owner alone."""
    if not settings.keys.exists():
        KeyRing.create(settings.keys)
    for path in (settings.signing_key, settings.audit_key):
        if not path.exists():
            Signer.create(path)


def key_files(settings: Settings) -> tuple[Path, Path, Path]:
    """What `habeas keys init` makes."""
    return settings.keys, settings.signing_key, settings.audit_key


def build_demo(home: Path, size: str, say: Say) -> None:
    """Fill the example controller's own systems; they stay as they are once they are there."""
    # Only a demo loads demo code: an installation may leave it out.
    importlib.import_module("demo.controller").build(home, size=size)
    say("demo", f"the example controller's systems are filled ({size})")


def bring_up_to_date(database_url: str) -> None:
    """Apply the migrations that are missing.

    Raises:
        SettingsError: the database cannot be reached, or was busy for too long. One line, without the URL.
    """
    try:
        migrate.upgrade(database_url)
    except SQLAlchemyError as failure:
        raise SettingsError(
            f"HABEAS_DATABASE_URL: the database cannot be brought up to date ({type(failure).__name__}).", setting="database_url"
        ) from None


def seed_people(settings: Settings, say: Say) -> None:
    """Make the demo's staff with fresh secrets, and keep those in the demo's home: they can never be shown again."""
    path = settings.demo_sign_ins
    # A day less than the keys live, so that a demo that is started again has not just lost its sign-ins.
    if path.exists() and time.time() - path.stat().st_mtime > timedelta(days=KEY_DAYS - 1).total_seconds():
        path.unlink()
    if path.exists() and '"seed"' not in path.read_text():
        path.unlink()  # of a demo that was begun before staff had authenticators
    if not path.exists():
        database = Database(settings.database_url)
        vault = Vault.open(ring_file=settings.keys, keystore_url=settings.keystore_url)
        people = [asdict(person) for person in seed_demo_people(database, vault)]
        vault.close()
        database.close()
        create_private(path, json.dumps(people, indent=1).encode(), "list of demo sign-ins")
    say("staff", f"one made-up caseworker per role, passwords and keys in {path}")


def _shown(url: str) -> str:
    """Name a database without its password."""
    return make_url(url).render_as_string(hide_password=True)


def _file_of(url: str) -> Path:
    """Return the file of an SQLite URL; for other databases a path that does not exist."""
    parsed = make_url(url)
    is_file = parsed.get_backend_name() == "sqlite" and parsed.database
    return Path(str(parsed.database)) if is_file else Path("/nonexistent")
