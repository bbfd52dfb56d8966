"""Real resources in a folder of the test's own: key ring, key store, database, blobs, signing key, a small data map."""

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from adapters.keyring import KeyRing
from adapters.resources import Resources
from adapters.settings import Settings
from adapters.signing import Signer
from adapters.vault import Vault

SMALL_DATAMAP = Path(__file__).parent / "data" / "small_datamap.yml"


@contextmanager
def resources(home: Path, database_url: str, datamap: Path = SMALL_DATAMAP) -> Iterator[Resources]:
    """Open everything a worker or web process opens.

    Keys that are missing are copies of keys made once a process, so that a test does not wait for twenty commits of its own; two
    homes of one process are thus one installation. Make the keys yourself where that matters (`make_keys`).
    """
    settings = Settings.load(home=home, database_url=database_url, datamap=datamap)
    if not settings.keys.exists():
        shutil.copytree(_keys_made_once(), home, dirs_exist_ok=True)
    opened = Resources.open(settings)
    try:
        yield opened
    finally:
        opened.close()


def make_keys(home: Path) -> None:
    """Make what an installation makes once: key ring, key store, signing keys."""
    settings = Settings.load(home=home, datamap=SMALL_DATAMAP)
    KeyRing.create(settings.keys)
    Signer.create(settings.signing_key)
    Signer.create(settings.audit_key)
    Vault.open(ring_file=settings.keys, keystore_url=settings.keystore_url).close()


@cache
def _keys_made_once() -> Path:
    home = Path(tempfile.mkdtemp(prefix="habeas-keys-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    make_keys(home)
    return home
