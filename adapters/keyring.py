"""The operator's root keys: a file outside the database, `[{kid, key, state}]` (`security.md` 2.3).

A root key protects nothing directly. It gives one wrapping key per purpose, which wraps the keys of the key store.

Next: adapters/keystore.py
"""

import json
import secrets
from base64 import b64decode, b64encode
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from adapters.canonical import Part, canonical
from adapters.private_file import create_private, read_private, replace_private
from domain.errors import KeyMissingError, SettingsError

KEY_BYTES = 32  # AES-256, HMAC-SHA256
_KID_BYTES = 4  # a name, not a secret: eight hex digits tell a handful of keys apart
# 32 random bytes have about 30 different values; fewer than 16 does not happen by chance, only by a placeholder.
_LEAST_DISTINCT = 16


def derive(key: bytes, info: bytes, *, salt: bytes | None = None, length: int = KEY_BYTES) -> bytes:
    """HKDF-SHA256 (RFC 5869); without a salt when `key` is uniformly random already."""
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(key)


@dataclass(frozen=True)
class KeyRing:
    """The root keys of one installation, one of which is primary: new wraps use it, the others only open old ones."""

    path: Path
    primary: str
    keys: dict[str, bytes]
    old_since: dict[str, datetime] = field(default_factory=dict)  # by kid; UTC
    seen: tuple[int, int] = field(default=(0, 0), compare=False)  # which file it was read from

    def __repr__(self) -> str:
        return f"KeyRing({self.path}, {sorted(self.keys)})"

    @classmethod
    def create(cls, path: Path) -> Self:
        """Make a ring file (0600) with one fresh key.

        Raises:
            SettingsError: a file is there already.
        """
        create_private(path, _to_json([_new_entry()]), "key ring")
        return cls.load(path)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a ring file.

        Raises:
            SettingsError: missing, open to others, malformed, or a placeholder key; one line.
        """
        raw = read_private(path, "key ring")
        try:
            entries = [(str(entry["kid"]), b64decode(entry["key"], validate=True), entry["state"]) for entry in json.loads(raw)]
        except (ValueError, KeyError, TypeError):
            raise SettingsError(f"The key ring {path} is not a list of kid, key and state.") from None
        keys = {kid: key for kid, key, _ in entries}
        old_since = {str(entry["kid"]): _instant(entry.get("since")) for entry in json.loads(raw) if entry["state"] == "old"}
        primaries = [kid for kid, _, state in entries if state == "primary"]
        if len(primaries) != 1 or len(keys) != len(entries) or any(state not in {"primary", "old"} for *_, state in entries):
            raise SettingsError(f"The key ring {path} needs different kids, one of them primary and the others old.")
        if any(len(key) != KEY_BYTES or len(set(key)) < _LEAST_DISTINCT for key in keys.values()):
            raise SettingsError(f"The key ring {path} holds a key that is not {KEY_BYTES} random bytes.")
        return cls(path, primaries[0], keys, old_since, _file_id(path))

    def fresh(self) -> Self:
        """The ring as its file is now: whoever wraps a key asks first, so that a rotation needs no restart of anything."""
        try:
            changed = _file_id(self.path) != self.seen
        except OSError:
            return self  # it is being replaced, or its disk is away: what it opened, it still opens
        return self.load(self.path) if changed else self

    def rotate(self) -> Self:
        """Add a new primary key to the file; the present one stays to open what it wrapped."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        kept = [self._old(kid, now) for kid in self.keys]
        replace_private(self.path, _to_json([_new_entry(), *kept]), "key ring")
        return self.load(self.path)

    def without(self, kids: Collection[str]) -> Self:
        """Take old keys out of the file; what they wrapped opens nowhere any more.

        Raises:
            SettingsError: one of them is the primary key.
        """
        if self.primary in kids:
            raise SettingsError("The primary key stays in the key ring.")
        primary = {"kid": self.primary, "key": b64encode(self.keys[self.primary]).decode(), "state": "primary"}
        kept = [self._old(kid, None) for kid in self.keys if kid not in {*kids, self.primary}]
        replace_private(self.path, _to_json([primary, *kept]), "key ring")
        return self.load(self.path)

    def _old(self, kid: str, since: str | None) -> dict[str, str]:
        known = self.old_since.get(kid)
        known_text = known.isoformat(timespec="seconds") if known else since
        entry = {"kid": kid, "key": b64encode(self.keys[kid]).decode(), "state": "old"}
        return entry | {"since": known_text} if known_text else entry

    def wrapping_key(self, kid: str, install: bytes, purpose: Part) -> bytes:
        """`KW_v = HKDF-SHA256(RK_v, salt=install, info=T("habeas/1/wrap", purpose))`.

        Raises:
            KeyMissingError: no such key in the ring.
        """
        if kid not in self.keys:
            raise KeyMissingError(kid=kid)
        return derive(self.keys[kid], canonical("habeas/1/wrap", purpose), salt=install)


def _instant(text: str | None) -> datetime:
    """When a key became old; a ring of before this was noted counts as long ago."""
    return datetime.fromisoformat(text) if text else datetime.min.replace(tzinfo=UTC)


def _file_id(path: Path) -> tuple[int, int]:
    stat = path.stat()
    return stat.st_ino, stat.st_mtime_ns


def _new_entry() -> dict[str, str]:
    return {
        "kid": secrets.token_hex(_KID_BYTES),
        "key": b64encode(secrets.token_bytes(KEY_BYTES)).decode(),
        "state": "primary",
    }


def _to_json(entries: list[dict[str, str]]) -> bytes:
    return json.dumps(entries, indent=1).encode() + b"\n"
