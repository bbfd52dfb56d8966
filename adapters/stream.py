"""Sealed streams, format HBS1 (`security.md` 2.4): `"HBS1" | suite 1 | reserved 3 | commitment 32 | body`.

The body is the wire format of tink's AES256-GCM-HKDF-1MB: `0x28 | salt 32 | prefix 7`, then segments of 2^20 bytes
(the first one shorter by that header) under nonce `prefix | counter u32 | last flag`. A stream is written once from
front to back; there is no way to append to one or to rewrite a part.

Next: adapters/blobs.py
"""

import hashlib
import hmac
import io
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adapters.keyring import derive
from domain.errors import SealBrokenError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

SEGMENT = 1 << 20
_TAG = 16
_SALT = 32
_PREFIX = 7
_HEADER = 1 + _SALT + _PREFIX  # 40 = 0x28, which is also its own first byte
_MAGIC = b"HBS1\x01\x00\x00\x00"
_COMMITMENT = 32
BODY_AT = len(_MAGIC) + _COMMITMENT
_FIRST = SEGMENT - _HEADER - _TAG  # plaintext bytes of the first segment
_OTHER = SEGMENT - _TAG


@dataclass(frozen=True, repr=False)
class StreamKeys:
    """What `CaseVault.stream_key` derives for one blob: never reused for another, because the blob id is the salt."""

    body: bytes
    commitment: bytes
    associated: bytes


class SealingStream(io.RawIOBase):
    """Seals what is written to it. Without `finish` the result has no end mark and no reader accepts it."""

    def __init__(self, target: BinaryIO, keys: StreamKeys) -> None:
        salt = secrets.token_bytes(_SALT)
        self._prefix = secrets.token_bytes(_PREFIX)
        self._cipher = AESGCM(derive(keys.body, keys.associated, salt=salt))
        self._target = target
        self._held = bytearray()
        self._room = _FIRST
        self._counter = 0
        self._digest = hashlib.sha256()
        self.bytes = 0
        target.write(_MAGIC + keys.commitment + bytes([_HEADER]) + salt + self._prefix)

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.bytes

    def write(self, data: "ReadableBuffer", /) -> int:
        with memoryview(data).cast("B") as view:
            self._require_open()
            self._digest.update(view)
            at = 0
            while at < len(view):
                # A full segment is sealed only when more follows, because the very last one carries the end mark.
                if len(self._held) == self._room:
                    self._seal(last=False)
                with view[at : at + self._room - len(self._held)] as piece:
                    self._held += piece
                    at += len(piece)
            self.bytes += len(view)
            return len(view)

    def finish(self) -> None:
        """Write the last segment with its end mark. Nothing can be written afterwards."""
        self._require_open()
        self._seal(last=True)
        self.close()

    def _seal(self, *, last: bool) -> None:
        counter, self._counter = self._counter, self._counter + 1  # before anything can fail: a nonce is spent once
        try:
            # The counter is a u32: `_nonce` raises OverflowError after 2^32 segments.
            self._target.write(self._cipher.encrypt(_nonce(self._prefix, counter, last=last), self._held, None))
        except BaseException:
            self.close()  # a caller that tries again after "disk full" must not get a stream with something doubled
            raise
        self._held.clear()
        self._room = _OTHER

    def _require_open(self) -> None:
        if self.closed:
            raise ValueError("the sealed stream is finished or broken")


class OpeningStream(io.RawIOBase):
    """Opens a sealed stream at any position, segment by segment.

    The end mark is checked before the first byte is handed out, so a stream that was cut or extended gives nothing.

    Raises:
        SealBrokenError: wrong key, case, blob or kind; changed, cut or extended. From the constructor or from a read.
    """

    def __init__(self, source: BinaryIO, keys: StreamKeys) -> None:
        self._source = source
        front = source.read(BODY_AT + _HEADER)
        body = source.seek(0, io.SEEK_END) - BODY_AT
        header = front[BODY_AT:]
        if len(header) != _HEADER or not front.startswith(_MAGIC) or header[0] != _HEADER:
            raise SealBrokenError
        if not hmac.compare_digest(front[len(_MAGIC) : BODY_AT], keys.commitment):
            raise SealBrokenError
        self._segments = -(-body // SEGMENT)
        self._prefix = header[1 + _SALT :]
        self._cipher = AESGCM(derive(keys.body, keys.associated, salt=header[1 : 1 + _SALT]))
        self._position = 0
        self._index = -1
        self._plain = b""
        self._load(self._segments - 1)
        self.bytes = self._start(self._index) + len(self._plain)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.bytes}[whence]
        if base + offset < 0:
            raise ValueError("negative seek position")
        self._position = base + offset
        return self._position

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        with memoryview(buffer).cast("B") as view:
            piece = self._piece()[: len(view)]
            view[: len(piece)] = piece
            self._position += len(piece)
            return len(piece)

    def readall(self) -> bytes:
        pieces = []
        while piece := self._piece():
            pieces.append(bytes(piece))
            self._position += len(piece)
        return b"".join(pieces)

    def _piece(self) -> memoryview:
        """What lies between the position and the end of its segment."""
        if self._position >= self.bytes:
            return memoryview(b"")
        index = 0 if self._position < _FIRST else 1 + (self._position - _FIRST) // _OTHER
        if index != self._index:
            self._load(index)
        return memoryview(self._plain)[self._position - self._start(index) :]

    def _load(self, index: int) -> None:
        last = index == self._segments - 1
        first = _HEADER if index == 0 else 0
        self._source.seek(BODY_AT + index * SEGMENT + first)
        sealed = self._source.read(SEGMENT - first)
        if len(sealed) < _TAG:
            raise SealBrokenError
        try:
            self._plain = self._cipher.decrypt(_nonce(self._prefix, index, last=last), sealed, None)
        except InvalidTag:
            raise SealBrokenError from None
        self._index = index

    @staticmethod
    def _start(index: int) -> int:
        return 0 if index == 0 else _FIRST + (index - 1) * _OTHER


def _nonce(prefix: bytes, counter: int, *, last: bool) -> bytes:
    return prefix + counter.to_bytes(4, "big") + (b"\x01" if last else b"\x00")
