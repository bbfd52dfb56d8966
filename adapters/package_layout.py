"""Every byte of a package's zip that is not content, compared with what `activities/package_zip.py` writes (APPNOTE 6.3.10).

An unpacker reads the directory at the end and believes it; whatever else stands in the file is where something could hide, or
where two unpackers could see two different packages. So nothing else may stand there: members follow each other from the
first byte to the directory, under headers that have nothing of their own.
"""

import hashlib
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import BinaryIO

_LOCAL = struct.Struct("<4s5H3L2H")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64 = struct.Struct("<4sLQL")
_SIZES_LATER = struct.pack("<2H2Q", 1, 16, 0, 0)  # a 64-bit field without values: sizes stand after the content
_FLAGS = 0x08  # the one flag we set says the same
_VERSION, _VERSION_64 = 20, 45
_UNIX = 3 << 8
_PLAIN_FILE = 0o100644 << 16
_MAX_16, _MAX_32 = 0xFFFF, 0xFFFFFFFF
_PIECE = 1 << 20


def layout_problems(members: Sequence[zipfile.ZipInfo], start: int, file: BinaryIO) -> Iterator[str]:
    """What stands in the file that we did not write, as sentences.

    Args:
        members: as the directory lists them.
        start: where the directory begins.
        file: the zip.
    """
    position, entries = 0, []
    for info in members:
        if info.header_offset != position or info.date_time != members[0].date_time:
            yield f"There are bytes before {info.filename!a} that belong to nothing, or its header was changed."
            return
        file.seek(position)
        large = _has_large_header(info, file)
        if large is None:
            yield f"The header of {info.filename!a} was changed."
            return
        file.seek(info.compress_size, 1)
        sizes = struct.pack("<4sL2Q" if large else "<4sL2L", b"PK\x07\x08", info.CRC, info.compress_size, info.file_size)
        if file.read(len(sizes)) != sizes:
            yield f"The end of {info.filename!a} was changed."
            return
        position = file.tell()
        entries.append(_entry(info, large=large))
    directory = b"".join(entries)
    file.seek(position)
    if position != start or file.read() != directory + _end(len(members), len(directory), start):
        yield "The directory of the zip was changed, or bytes stand around it."


def content_digest(info: zipfile.ZipInfo, file: BinaryIO, most: int) -> tuple[int, str] | None:
    """Size and SHA-256 of a member; None when its stream is not exactly one whole deflate stream, or holds more than `most`.

    Args:
        info: of a member whose header was found as it should be.
        file: the zip.
        most: bytes; guards against a small member that grows without end.
    """
    file.seek(info.header_offset)
    *_, name_bytes, extra_bytes = _LOCAL.unpack(file.read(_LOCAL.size))
    file.seek(name_bytes + extra_bytes, 1)
    stream, digest, length = zlib.decompressobj(-zlib.MAX_WBITS), hashlib.sha256(), 0
    left = info.compress_size - 1
    while left > 0 and (pending := file.read(min(_PIECE, left))):
        left -= len(pending)
        while pending:
            piece = stream.decompress(pending, _PIECE)
            pending = stream.unconsumed_tail
            digest.update(piece)
            length += len(piece)
            if length > most or stream.unused_data:
                return None
    rest = _last(stream, file.read(1))
    if rest is None:
        return None
    digest.update(rest)
    return length + len(rest), digest.hexdigest()


def _last(stream: "zlib._Decompress", byte: bytes) -> bytes | None:
    """What the last byte of a deflate stream adds; None when it does not end there, or its unused bits are not zero."""
    if stream.eof or len(byte) != 1:
        return None
    without_top_bit = bytes([byte[0] & ~(1 << max(byte[0].bit_length() - 1, 0))])
    trial = stream.copy()
    rest = stream.decompress(byte)
    if not stream.eof or stream.unused_data:
        return None
    if byte != without_top_bit:
        try:
            # The unused bits are the top ones. If the highest one that is set changes nothing, it was put there.
            if trial.decompress(without_top_bit) == rest and trial.eof:
                return None
        except zlib.error:
            return rest
    return rest


def _moment(info: zipfile.ZipInfo) -> tuple[int, int]:
    year, month, day, hour, minute, second = info.date_time
    return hour << 11 | minute << 5 | second // 2, (year - 1980) << 9 | month << 5 | day


def _has_large_header(info: zipfile.ZipInfo, file: BinaryIO) -> bool | None:
    """Read a local header: whether it is the one for large members; None when it is neither."""
    name = info.filename.encode()
    local = file.read(_LOCAL.size)
    for large in (False, True):
        extra, size = (_SIZES_LATER, _MAX_32) if large else (b"", 0)
        version = _VERSION_64 if large else _VERSION
        fixed = (b"PK\x03\x04", version, _FLAGS, zipfile.ZIP_DEFLATED, *_moment(info), 0, size, size, len(name), len(extra))
        if local == _LOCAL.pack(*fixed):
            return large if file.read(len(name) + len(extra)) == name + extra else None
    return None


def _entry(info: zipfile.ZipInfo, *, large: bool) -> bytes:
    """A member's entry in the directory."""
    name, wide = info.filename.encode(), []
    sizes = (info.compress_size, info.file_size)
    if max(sizes) > zipfile.ZIP64_LIMIT:
        wide, sizes = [info.file_size, info.compress_size], (_MAX_32, _MAX_32)
    offset = info.header_offset
    if offset > zipfile.ZIP64_LIMIT:
        wide, offset = [*wide, offset], _MAX_32
    extra = struct.pack(f"<2H{len(wide)}Q", 1, 8 * len(wide), *wide) if wide else b""
    version = _VERSION_64 if large or wide else _VERSION
    fixed = (b"PK\x01\x02", _UNIX | version, version, _FLAGS, zipfile.ZIP_DEFLATED, *_moment(info))
    numbers = (info.CRC, *sizes, len(name), len(extra), 0, 0, 0, _PLAIN_FILE, offset)
    return _ENTRY.pack(*fixed, *numbers) + name + extra


def _end(count: int, size: int, start: int) -> bytes:
    """What stands after the directory."""
    wide = b""
    if count > zipfile.ZIP_FILECOUNT_LIMIT or max(size, start) > zipfile.ZIP64_LIMIT:
        versions = (_VERSION_64, _VERSION_64)
        wide = _END_64.pack(b"PK\x06\x06", _END_64.size - 12, *versions, 0, 0, count, count, size, start)
        wide += _LOCATOR_64.pack(b"PK\x06\x07", 0, start + size, 1)
        count, size, start = min(count, _MAX_16), min(size, _MAX_32), min(start, _MAX_32)
    return wide + _END.pack(b"PK\x05\x06", 0, 0, count, count, size, start, 0)
