"""What one case's key does: seals single values, keys its blobs, MACs its search receipts (`security.md` 2.3, 2.4, 2.6).

Next: adapters/blobs.py
"""

import hmac
import secrets
from collections.abc import Callable, Iterable, Iterator
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adapters.canonical import canonical, framed
from adapters.keyring import KEY_BYTES, derive
from adapters.stream import StreamKeys
from domain.errors import SealBrokenError

_VERSION = b"\x01"
_NONCE = 12
_TAG = 16


class CaseKeys:
    """The three uses of one case key, derived. The key itself is not kept."""

    __slots__ = ("blob", "field", "receipt")

    def __init__(self, key: bytes, family: str) -> None:
        """`family` is "case", "evidence", "breach" or "notice": no two derive the same key even from the same bytes."""
        self.field = AESGCM(derive(key, canonical(f"habeas/1/{family}", "field")))
        self.blob = derive(key, canonical(f"habeas/1/{family}", "blob"))
        self.receipt = derive(key, canonical(f"habeas/1/{family}", "receipt"))


class CaseVault:
    """Seals and opens for one case. Asks for its keys at every call, so it may be held longer than they may."""

    def __init__(self, case_id: UUID, keys: Callable[[], CaseKeys]) -> None:
        self.case_id = case_id
        self._keys = keys

    def seal(self, table: str, column: str, row_id: str, plaintext: bytes) -> bytes:
        """Seal one cell: `0x01 | nonce 12 | ciphertext | tag`, bound to case, table, column and row.

        Raises:
            KeyMissingError: the case's key was destroyed.
        """
        nonce = secrets.token_bytes(_NONCE)
        return _VERSION + nonce + self._keys().field.encrypt(nonce, plaintext, self._cell(table, column, row_id))

    def open(self, table: str, column: str, row_id: str, sealed: bytes) -> bytes:
        """Open one cell.

        Raises:
            SealBrokenError: changed, or sealed for another cell or case.
            KeyMissingError: the case's key was destroyed.
        """
        if len(sealed) < len(_VERSION) + _NONCE + _TAG or sealed[:1] != _VERSION:
            raise SealBrokenError
        nonce, ciphertext = sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
        try:
            return self._keys().field.decrypt(nonce, ciphertext, self._cell(table, column, row_id))
        except InvalidTag:
            raise SealBrokenError from None

    def receipt_mac(self, kind: str, value: str) -> str:
        """A hex MAC that stands for an identifier in a search receipt, and means nothing once the key is gone."""
        return hmac.digest(self._keys().receipt, canonical("habeas/1/receipt", kind, value), "sha256").hex()

    def receipt_macs(self, kind: str, values: Iterable[bytes]) -> Iterator[bytes]:
        """The MACs of many values of one kind, as bytes; the key is opened once."""
        begun = hmac.new(self._keys().receipt, canonical("habeas/1/receipt", kind), "sha256")
        for value in values:
            mac = begun.copy()
            mac.update(framed(value))
            yield mac.digest()

    def stream_key(self, blob_id: UUID, kind: str) -> StreamKeys:
        """The keys of one blob: case, blob and kind are part of the derivation, so blobs cannot be swapped."""
        info = canonical("habeas/1/stream", self.case_id, blob_id, kind)
        okm = derive(self._keys().blob, info, salt=blob_id.bytes, length=2 * KEY_BYTES)
        associated = canonical("habeas/1/aad", self.case_id, blob_id, kind)
        return StreamKeys(body=okm[:KEY_BYTES], commitment=okm[KEY_BYTES:], associated=associated)

    def _cell(self, table: str, column: str, row_id: str) -> bytes:
        return canonical("habeas/1/field", self.case_id, table, column, row_id)
