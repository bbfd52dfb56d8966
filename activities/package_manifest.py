"""The manifest: what is in the package, hashed and signed, so that anybody can check it offline (`security.md` 2.8).

Written last. It and its signature are not in its own list. Next: activities/package.py
"""

import json
import secrets
from collections.abc import Iterable
from datetime import datetime

from activities.package_zip import Member, PackageZip
from adapters.resources import Resources
from domain.chain import rfc3339

TYPE = "habeas.manifest/1"
# So that the hash of a short answer ("nothing held") cannot be found by trying (security.md 2.4 rule 6).
_SALT_BYTES = 32


def add_manifest(zipped: PackageZip, resources: Resources, reference: str, head: str, at: datetime) -> None:
    """Write manifest.json over all members so far, and manifest.sig over its raw bytes.

    Args:
        zipped: the package, complete but for these two.
        resources: whose installation, data map and signing key.
        reference: of the case.
        head: of the case's chain of events when the package was made.
        at: when it was made, UTC.
    """
    raw = _manifest(zipped.members.values(), resources, reference, head, at)
    zipped.add("manifest.json", raw)
    zipped.add("manifest.sig", resources.signer.sign(TYPE, raw))


def _manifest(members: Iterable[Member], resources: Resources, reference: str, head: str, at: datetime) -> bytes:
    document = {
        "type": TYPE,
        "install": resources.vault.install.hex(),
        "controller": resources.datamap.controller.name,
        "reference": reference,
        "created": rfc3339(at),
        "kid": resources.signer.kid,
        "datamap": resources.datamap.hash,
        "head": head,
        "salt": secrets.token_hex(_SALT_BYTES),
        "members": [member._asdict() for member in sorted(members)],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()
