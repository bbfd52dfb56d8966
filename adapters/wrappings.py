"""What lies packed inside a file, taken out of it: for the search of what leaves.

Gzip, zlib, bzip2, xz, tar, zips behind something else, compound files of Microsoft, texts of PNG and GIF. What is packed in a
way that nobody here can open says so, and counts as a find. Next: adapters/alphabets.py
"""

import bz2
import contextlib
import io
import lzma
import struct
import tarfile
import zlib
from collections.abc import Callable, Iterator
from typing import Final, Protocol

from adapters.archives.outlook import SIGN as COMPOUND
from adapters.archives.outlook import Compound
from adapters.documents import rich_text

_PACKED: Final = (
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
    b"\x28\xb5\x2f\xfd",
    b"\x04\x22\x4d\x18",
    b"MSCF",
    b"\x1f\x9d",
    b"\x1f\xa0",
)
_LOCKED: Final = "EncryptedPackage".encode("utf-16-le")
_ZIPS: Final = (b"PK\x03\x04", b"PK\x05\x06")
_FILES: Final = (*_ZIPS, b"%PDF", b"\x89PNG", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", COMPOUND, *_PACKED)
_TAR_AT: Final = 257  # where a tar says that it is one
_MOST_MEMBERS: Final = 1_000  # packed pieces after each other
CONTROLS: Final = bytes(range(9)) + bytes(range(14, 32))
_LZFU_AT: Final = 8  # where packed RTF of Outlook says what it is


class CannotBeReadError(Exception):
    """Something is packed in a way that nobody here can open, or swells beyond all limits."""


class _Unpacks(Protocol):
    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


def packed_in(content: bytes, most: int) -> Iterator[tuple[str, bytes]]:
    """What a packed file holds, each with a word for its place; nothing for any other file.

    Args:
        content: the file.
        most: bytes that may come out.

    Raises:
        CannotBeReadError: nobody here can open it.
    """
    if content.startswith(_PACKED):
        raise CannotBeReadError
    if content[:2] == b"\x1f\x8b":
        yield "unpacked", _unpacked(content, lambda: zlib.decompressobj(31), most)
    elif content[:3] == b"BZh":
        yield "unpacked", _unpacked(content, bz2.BZ2Decompressor, most)
    elif content[:6] == b"\xfd7zXZ\0":
        yield "unpacked", _unpacked(content, lzma.LZMADecompressor, most)
    elif content[:3] == b"\x5d\0\0":
        with contextlib.suppress(CannotBeReadError):
            yield "unpacked", _unpacked(content, lambda: lzma.LZMADecompressor(lzma.FORMAT_ALONE), most)
    elif content[:1] == b"\x78" and len(content) > 1 and (content[0] << 8 | content[1]) % 31 == 0:
        with contextlib.suppress(CannotBeReadError):  # two letters of text can look like this
            yield "unpacked", _unpacked(content, lambda: zlib.decompressobj(15), most)
    elif content[_TAR_AT : _TAR_AT + 5] == b"ustar":
        yield from _tar(content)
    elif content.startswith(COMPOUND):
        yield from _compound(content)
    elif content.startswith(b"GIF8"):
        yield "comments", _remarks(content)


def zip_behind(content: bytes) -> bool:
    """Whether a zip lies behind something else: a program that unpacks itself, a picture with a tail."""
    return not content.startswith(_ZIPS) and b"PK\x05\x06" in content[-66_000:] and b"PK\x03\x04" in content


def _unpacked(content: bytes, begin: Callable[[], _Unpacks], most: int) -> bytes:
    """Everything, also where several are put after each other."""
    out = bytearray()
    for _ in range(_MOST_MEMBERS):
        if not content:
            return bytes(out)
        unpacker = begin()
        try:
            out += unpacker.decompress(content, max(most - len(out), 1))
        except (zlib.error, OSError, lzma.LZMAError, EOFError) as failure:
            if out:
                return bytes(out) + b"\n" + content  # what is behind it is no more of it
            raise CannotBeReadError from failure
        if len(out) >= most:
            raise CannotBeReadError
        content = unpacker.unused_data
    raise CannotBeReadError


def png_texts(content: bytes, place: str, most: int) -> Iterator[tuple[str, bytes]]:
    """The packed texts of a PNG."""
    at = 8
    while at + 8 <= len(content):
        length, kind = struct.unpack(">I4s", content[at : at + 8])
        if kind in {b"zTXt", b"iTXt"}:
            packed = _packed_text(kind, content[at + 8 : at + 8 + length])
            with contextlib.suppress(zlib.error):
                yield f"{place} (text chunk)", zlib.decompressobj().decompress(packed, most)
        at += 12 + length


def _packed_text(kind: bytes, data: bytes) -> bytes:
    """Where a chunk of text keeps it: behind its keyword, and of international text behind a language and the keyword again."""
    rest = data.partition(b"\0")[2]
    return rest[1:] if kind == b"zTXt" else rest[2:].partition(b"\0")[2].partition(b"\0")[2]


def _remarks(content: bytes) -> bytes:
    """What a GIF says in its extensions: in blocks of 255 letters at most, a word may lie in two."""
    out, at = bytearray(), 0
    while (at := content.find(b"\x21", at)) >= 0:
        place, at = at + 2, at + 1
        if content[at : at + 1] not in {b"\xfe", b"\xff", b"\x01"}:
            continue
        while place < len(content) and (size := content[place]):
            out += content[place + 1 : place + 1 + size]
            place += 1 + size
        at = max(at, place)
        out += b"\n"
    return bytes(out)


def _tar(content: bytes) -> Iterator[tuple[str, bytes]]:
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as tape:
            for number, member in enumerate(tape, start=1):
                file = tape.extractfile(member) if member.isfile() else None
                yield f"member {number}", file.read() if file else b""
    except (tarfile.TarError, ValueError, EOFError, OSError) as failure:
        raise CannotBeReadError from failure


def _compound(content: bytes) -> Iterator[tuple[str, bytes]]:
    """The streams of an old Office document or a message of Outlook: their sectors lie anywhere in the file."""
    if _LOCKED in content:
        raise CannotBeReadError
    try:
        for number, stream in enumerate(Compound(content).streams(), start=1):
            yield f"stream {number}", stream
            if stream[_LZFU_AT : _LZFU_AT + 4] == b"LZFu":
                with contextlib.suppress(ValueError, IndexError, struct.error):
                    yield f"stream {number}, unpacked", rich_text.unpacked(stream)
    except (ValueError, IndexError, struct.error):
        return  # not one after all, or damaged: its bytes are searched as they are


def file_begins(content: bytes) -> bool:
    """Whether bytes begin as a file does that has others in it."""
    return content.startswith(_FILES) or (
        content[:1] == b"\x78" and len(content) > 1 and (content[0] << 8 | content[1]) % 31 == 0
    )
