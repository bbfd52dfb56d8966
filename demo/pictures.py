"""Small real pictures for the demo's file store, written without a picture library."""

import struct
import zlib

_SIDE = 16  # pixels: real enough for every viewer, small enough to make hundreds


def picture(name: str) -> bytes:
    """A PNG whose colour depends on its name."""
    colour = zlib.crc32(name.encode()).to_bytes(4, "big")[:3]
    lines = b"".join(b"\0" + colour * _SIDE for _ in range(_SIDE))
    header = struct.pack(">IIBBBBB", _SIDE, _SIDE, 8, 2, 0, 0, 0)  # 8 bits a channel, RGB
    chunks = (_chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(lines)), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
