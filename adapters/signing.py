"""The installation's signature on what it releases: manifest, certificate, report (`security.md` 2.8, key `SG`).

Ed25519 (RFC 8032) over the raw bytes of a JSON document, detached. The document's first member is its type, so that a
signature under one kind of document can never be shown under another.

Next: activities/package.py
"""

import hashlib
import json
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from adapters.private_file import create_private, read_private
from domain.errors import SealBrokenError, SettingsError

_KID_HEX = 16  # security.md 2.8


class Signer:
    """Holds the private half. Thread-safe."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        """Use `Signer.open`."""
        self._key = key
        self.public_pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        self.kid = key_id(self.public_pem)

    @classmethod
    def create(cls, key_file: Path) -> Self:
        """Make a key file (PEM, 0600) and open it.

        Raises:
            SettingsError: a file is there already.
        """
        pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        create_private(key_file, pem, "signing key")
        return cls.open(key_file)

    @classmethod
    def open(cls, key_file: Path) -> Self:
        """Read a key file.

        Raises:
            SettingsError: missing, open to others, or not an unencrypted Ed25519 key. One line.
        """
        try:
            key = load_pem_private_key(read_private(key_file, "signing key"), password=None)
        except (ValueError, TypeError):
            key = None
        if not isinstance(key, Ed25519PrivateKey):
            raise SettingsError(f"The signing key {key_file} is not an Ed25519 private key in PEM.")
        return cls(key)

    def sign(self, document_type: str, raw: bytes) -> bytes:
        """The detached signature, 64 bytes.

        Args:
            document_type: such as `habeas.manifest/1`.
            raw: the document exactly as it is released.

        Raises:
            ValueError: the document's first member is not this type: a defect of the caller.
        """
        if _type_of(raw) != document_type:
            raise ValueError("the document does not begin with its type")
        return self._key.sign(raw)


def verify_signature(public_pem: bytes, document_type: str, raw: bytes, signature: bytes) -> None:
    """Check a detached signature, without the vault: `habeas verify-package` runs on any machine.

    Raises:
        SealBrokenError: another key, another type, or a changed document.
    """
    try:
        _public_key(public_pem).verify(signature, raw)
    except InvalidSignature:
        raise SealBrokenError from None
    if _type_of(raw) != document_type:
        raise SealBrokenError


def key_id(public_pem: bytes) -> str:
    """The first 16 hex digits of SHA-256 of the public key's 32 bytes.

    Raises:
        SealBrokenError: not an Ed25519 public key in PEM.
    """
    return hashlib.sha256(_public_key(public_pem).public_bytes_raw()).hexdigest()[:_KID_HEX]


def public_keys(raw: bytes) -> list[bytes]:
    """The public keys in a file: one in PEM, or the list that an installation tells at `/.well-known/habeas-keys.json`."""
    try:
        return [str(key["pem"]).encode() for key in json.loads(raw)["keys"]]
    except (ValueError, KeyError, TypeError):
        return [raw]


def _public_key(pem: bytes) -> Ed25519PublicKey:
    try:
        key = load_pem_public_key(pem)
    except ValueError:
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise SealBrokenError
    return key


def _type_of(raw: bytes) -> object:
    """The value of the first member, when that member is `type` and the only one of the name."""
    try:
        members = json.loads(raw, object_pairs_hook=tuple)
    except (ValueError, RecursionError):
        return None
    if not isinstance(members, tuple) or not members or [name for name, _ in members].count("type") != 1:
        return None
    name, value = members[0]
    return value if name == "type" else None
