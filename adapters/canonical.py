"""The canonical tuple of `security.md` 2.2: one unambiguous byte string for every associated data and HKDF info.

Never joined strings, never JSON: ("ab", "c") and ("a", "bc") must not meet.
"""

from uuid import UUID

Part = str | bytes | UUID


def canonical(*parts: Part) -> bytes:
    """For each element its length as u32 big-endian, then its bytes.

    Args:
        parts: text is taken as UTF-8, a UUID as its lower-case text with hyphens, bytes as they are.
    """
    return b"".join(framed(part if isinstance(part, bytes) else str(part).encode()) for part in parts)


def framed(raw: bytes) -> bytes:
    """One element of a tuple."""
    return len(raw).to_bytes(4, "big") + raw
