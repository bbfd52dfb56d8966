"""Vaults for tests: a fresh one, and the one the committed vectors were made with."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from adapters.keyring import KeyRing
from adapters.keystore import KeyStore, WrappedKey
from adapters.vault import Vault

VECTORS = Path(__file__).parent / "vectors"


def fresh_vault(home: Path, keystore_url: str | None = None) -> Vault:
    """Open the vault of a folder, making its ring at the first call."""
    ring = home / "ring.json"
    if not ring.exists():
        KeyRing.create(ring)
    return Vault.open(ring_file=ring, keystore_url=keystore_url or f"sqlite:///{home}/keys.db")


@cache
def vectors(name: str) -> dict[str, Any]:
    """Vectors computed apart from this code, from the text of the specification alone."""
    found: dict[str, Any] = json.loads((VECTORS / f"{name}.json").read_text())
    return found


def vector_vault(home: Path) -> Vault:
    """The installation of the vectors: its ring, its install id, its wrapped keys."""
    given = vectors("keys")
    ring = home / "ring.json"
    ring.touch(mode=0o600)
    ring.write_text(json.dumps(given["ring"]))
    url = f"sqlite:///{home}/keys.db"
    store = KeyStore(url)
    store.installation(bytes.fromhex(given["install"]))
    for row in given["rows"]:
        store.add(WrappedKey(row["object"], row["purpose"], row["kid"], bytes.fromhex(row["wrapped"])))
    store.close()
    return Vault.open(ring_file=ring, keystore_url=url)
