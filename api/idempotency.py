"""Idempotency-Key: the same key from the same caller on the same route is the same wish, also across restarts.

A key may hold anything, an address too, and the body holds one for sure. So neither is kept, and what stands for them is a
keyed MAC: a bare hash of an address can be guessed back for ever (`security.md` 2.6).
"""

from fastapi import Request

from adapters.vault import Vault
from domain.errors import InvalidInputError

HEADER = "Idempotency-Key"
_LONGEST = 255


def sent_key(request: Request) -> str | None:
    """The key as it was sent.

    Raises:
        InvalidInputError: empty, too long, or not printable ASCII.
    """
    key = request.headers.get(HEADER)
    if key is not None and (not 0 < len(key) <= _LONGEST or not key.isascii() or not key.isprintable()):
        raise InvalidInputError("An Idempotency-Key has 1 to 255 printable ASCII characters.", field=HEADER)
    return key


def keyed_hash(vault: Vault, use: str, *parts: str) -> str:
    """What stands for a key or a body: 64 hexadecimal digits.

    Args:
        vault: holds the key.
        use: keeps the uses apart.
        parts: caller, route, and what is hashed.
    """
    return vault.code_mac("habeas/1/api", use, *parts).hex()
