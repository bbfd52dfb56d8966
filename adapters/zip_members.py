"""Reads members of zips that strangers packed: a piece at a time, so that none can fill the memory.

`zipfile` unpacks all of what it has read of a member before it cuts off what goes beyond the length in its table: asked for a
whole member, or for a megabyte that was packed by bzip2 or LZMA, it makes gigabytes of a few kilobytes.
Next: adapters/archives/containers.py, adapters/layers.py
"""

import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Final

# What a broken or hostile zip raises in its table and its members.
BROKEN: Final = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, ValueError, LookupError, RuntimeError,
    AssertionError,
)  # fmt: skip
MOST_MEMBERS: Final = 200_000
_ENTRY: Final = b"PK\x01\x02"  # begins each entry of the table
_PIECE: Final = 1 << 20
_TIGHT: Final = 4_096  # the least that is read at once; packed tightest, it makes some eighty megabytes
_STEADY: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})  # unpacked no further than is asked for


def step(info: zipfile.ZipInfo) -> int:
    """How many bytes to ask for at once."""
    return _PIECE if info.compress_type in _STEADY else _TIGHT


def opened(content: bytes) -> zipfile.ZipFile:
    """A zip whose table is not larger than what holds it allows: each entry takes a thousand bytes once it is read.

    Raises:
        TooMuchError: it has more members than anybody packs. zipfile.BadZipFile and the others in `BROKEN`.
    """
    if content.count(_ENTRY) > MOST_MEMBERS:
        raise TooMuchError
    return zipfile.ZipFile(io.BytesIO(content))


class TooMuchError(Exception):
    """A member, or a table, holds more than may be read."""


def member(zipped: zipfile.ZipFile, info: zipfile.ZipInfo, most: int) -> bytes:
    """A whole member.

    Raises:
        TooMuchError: it holds, or says it holds, more than `most` bytes.
        zipfile.BadZipFile and the others in `BROKEN`.
    """
    if info.file_size > most:
        raise TooMuchError
    with zipped.open(info) as opened:
        content = b"".join(pieces(opened, step(info), most + 1))
    if len(content) > most:
        raise TooMuchError
    return content


def pieces(opened: IO[bytes], size: int, most: int) -> Iterator[bytes]:
    """What comes next of an opened member, at most `most` bytes, asked for by `size`."""
    while most > 0 and (piece := opened.read(min(size, most))):
        most -= len(piece)
        yield piece
