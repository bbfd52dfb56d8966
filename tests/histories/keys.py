"""The keys that the saved histories are sealed with: made up, in the repository, good for nothing else."""

import json
from pathlib import Path

from adapters.keystore import KeyStore, WrappedKey
from adapters.vault import Vault

FOLDER = Path(__file__).parent
FILE = FOLDER / "keys" / "keys.json"


def save(ring_file: Path, keystore_url: str) -> None:
    """Keep an installation's ring, its id and its payload keys."""
    store = KeyStore(keystore_url)
    rows = [{"object": key.object, "kid": key.kid, "wrapped": key.wrapped.hex()} for key in store.every("codec")]
    install = store.installation(b"").hex()
    store.close()
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps({"ring": json.loads(ring_file.read_text()), "install": install, "codec": rows}, indent=1) + "\n")


def vault(home: Path) -> Vault:
    """Open that installation's vault again, in a folder."""
    given = json.loads(FILE.read_text())
    ring, url = home / "ring.json", f"sqlite:///{home}/keys.db"
    ring.touch(mode=0o600)
    ring.write_text(json.dumps(given["ring"]))
    store = KeyStore(url)
    store.installation(bytes.fromhex(given["install"]))
    for row in given["codec"]:
        store.add(WrappedKey(row["object"], "codec", row["kid"], bytes.fromhex(row["wrapped"])))
    store.close()
    return Vault.open(ring_file=ring, keystore_url=url)
