"""A device that holds passkeys, as a browser would let it answer: in software, so that each of its statements can be wrong."""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from secrets import token_bytes
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

_UP, _UV, _AT = 0x01, 0x04, 0x40  # somebody was there; showed who they are; a key comes along


def _text(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")


@dataclass
class Device:
    """One passkey. What it says is set by its fields.

    Args:
        origin: of the page that it believes to be on.
        verifies: it asks for a finger.
        count: signatures so far.
        across: the page is in a frame of another one.
    """

    origin: str = "http://localhost:8000"
    verifies: bool = True
    count: int = 0
    across: bool = False
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    name: bytes = field(default_factory=lambda: token_bytes(16))
    owner: str = ""

    def make(self, asked: dict[str, Any]) -> str:
        """Answer `navigator.credentials.create`."""
        self.owner = asked["user"]["id"]
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        held = bytes(16) + len(self.name).to_bytes(2, "big") + self.name + cbor2.dumps(public)
        told = self._said("webauthn.create", asked["challenge"])
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": self._data(asked["rp"]["id"], _AT) + held})
        return self._answer(told, {"attestationObject": _text(attested)})

    def sign(self, asked: dict[str, Any]) -> str:
        """Answer `navigator.credentials.get`; the counter goes on."""
        self.count += 1
        told, data = self._said("webauthn.get", asked["challenge"]), self._data(asked["rpId"])
        signature = self.key.sign(data + hashlib.sha256(told).digest(), ec.ECDSA(hashes.SHA256()))
        answer = {"authenticatorData": _text(data), "signature": _text(signature), "userHandle": self.owner}
        return self._answer(told, answer)

    def _data(self, site: str, more: int = 0) -> bytes:
        flags = _UP | (_UV if self.verifies else 0) | more
        return hashlib.sha256(site.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _said(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": self.across}
        return json.dumps(said).encode()

    def _answer(self, told: bytes, response: dict[str, str]) -> str:
        named = _text(self.name)
        whole = {"id": named, "rawId": named, "type": "public-key", "response": {"clientDataJSON": _text(told)} | response}
        return json.dumps(whole)


def changed(answer: str, **response: str) -> str:
    """An answer with other parts than the device gave."""
    whole = json.loads(answer)
    whole["response"] |= response
    return json.dumps(whole)


def without_last_bit(text: str) -> str:
    """The same bytes but for the last bit."""
    value = bytearray(urlsafe_b64decode(text + "==="))
    value[-1] ^= 1
    return _text(bytes(value))
