"""Real resources in a folder of the test's own: key ring, key store, database, blobs, signing key, a small data map."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adapters.keyring import KeyRing
from adapters.resources import Resources
from adapters.settings import Settings
from adapters.signing import Signer

SMALL_DATAMAP = Path(__file__).parent / "data" / "small_datamap.yml"


@contextmanager
def resources(home: Path, database_url: str, datamap: Path = SMALL_DATAMAP) -> Iterator[Resources]:
    """Open everything a worker or web process opens."""
    settings = Settings.load(home=home, database_url=database_url, datamap=datamap)
    if not settings.keys.exists():
        KeyRing.create(settings.keys)
        Signer.create(settings.signing_key)
        Signer.create(settings.audit_key)
    opened = Resources.open(settings)
    try:
        yield opened
    finally:
        opened.close()
