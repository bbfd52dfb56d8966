"""Whether a package is the one that was signed: offline, by anybody, on any machine (`habeas verify-package`, `security.md` 2.8).

The manifest proves the content of every member; the layout of the zip is checked beside it, so that nothing can hide between
members, before the first or after the last one. Nothing is unpacked.
"""

import hashlib
import json
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Literal

from adapters.signing import key_id, verify_signature
from domain.errors import SealBrokenError

TYPE = "habeas.manifest/1"
MANIFEST, SIGNATURE, KEY = "manifest.json", "manifest.sig", "key.pem"
_LARGEST_MANIFEST = 256 * 2**20  # a million members of 250 bytes; more is not a manifest of ours
_PIECE = 1 << 20
_LOCAL = struct.Struct("<4s5H3L2H")
_END = struct.Struct("<4s4H2LH")
_MOST_MEMBERS = 0xFFFF  # from here on the end record is a 64-bit one
_PLAIN_FILE = 0o100644 << 16
_SIZES_AFTER = 0x08  # the one flag we set: sizes stand after the content, because the stream cannot seek
_SIZES_LATER = struct.pack("<2H2Q", 1, 16, 0, 0)  # an empty 64-bit field: the sizes follow
_VERSION, _VERSION_64 = 20, 45
_UNIX = 3
_BROKEN = (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError, KeyError, TypeError, struct.error, zlib.error)

Status = Literal["intact", "intact_unknown_signer", "broken"]


@dataclass(frozen=True)
class PackageCheck:
    """What was found.

    Args:
        status: `intact_unknown_signer` is whole, but the key in it is nobody's we know: it proves integrity only.
        problems: a sentence for each, naming the member.
        manifest: its particulars without the list of members; empty when it cannot be read.
    """

    status: Status
    problems: tuple[str, ...] = ()
    manifest: Mapping[str, Any] = field(default_factory=dict)


def check_package(path: Path, known_keys: Mapping[str, bytes] | None = None) -> PackageCheck:
    """Check a package.

    Args:
        path: of the zip.
        known_keys: public keys in PEM by kid, of signers that are known or pinned.

    Raises:
        FileNotFoundError: there is no such file.
    """
    with path.open("rb") as file:
        try:
            with zipfile.ZipFile(file) as package:
                return _check(package, file, known_keys or {})
        except _BROKEN:
            return PackageCheck("broken", ("This is not a whole zip file.",))


def _check(package: zipfile.ZipFile, file: BinaryIO, known_keys: Mapping[str, bytes]) -> PackageCheck:
    problems = [*_layout(package, file), *_twice(package)]
    try:
        raw = _content(package, MANIFEST)
        manifest = json.loads(raw)
        kid, listed = str(manifest["kid"]), _listed(manifest)
    except _BROKEN:
        return PackageCheck("broken", (*problems, f"{MANIFEST} is missing or cannot be read."))
    problems += _signature(package, raw, kid, known_keys)
    problems += _members(package, listed)
    summary = {name: value for name, value in manifest.items() if name != "members"} | {"members": len(listed)}
    if problems:
        return PackageCheck("broken", tuple(problems), summary)
    return PackageCheck("intact" if kid in known_keys else "intact_unknown_signer", (), summary)


def _listed(manifest: Any) -> dict[str, tuple[int, str]]:  # noqa: ANN401 (somebody's JSON)
    return {str(member["path"]): (int(member["bytes"]), str(member["sha256"])) for member in manifest["members"]}


def _content(package: zipfile.ZipFile, name: str) -> bytes:
    if package.getinfo(name).file_size > _LARGEST_MANIFEST:
        raise ValueError("too large")
    with package.open(name) as member:
        return member.read(_LARGEST_MANIFEST)


def _signature(package: zipfile.ZipFile, raw: bytes, kid: str, known_keys: Mapping[str, bytes]) -> Iterator[str]:
    """The signature against the key in the package, and against the known key of that number."""
    try:
        included, signature = _content(package, KEY), _content(package, SIGNATURE)
        if key_id(included) != kid:
            yield f"{KEY} is not the key that {MANIFEST} names."
        for key in (included, known_keys.get(kid, included)):
            verify_signature(key, TYPE, raw, signature)
    except SealBrokenError:
        yield f"{SIGNATURE} does not fit {MANIFEST}."
    except _BROKEN:
        yield f"{SIGNATURE} or {KEY} is missing or cannot be read."


def _members(package: zipfile.ZipFile, listed: Mapping[str, tuple[int, str]]) -> Iterator[str]:
    present = set(package.namelist()) - {MANIFEST, SIGNATURE}
    yield from (f"{name!a} was added." for name in sorted(present - listed.keys()))
    yield from (f"{name!a} is missing." for name in sorted(listed.keys() - present))
    for name in sorted(present & listed.keys()):
        if _digest(package, name, listed[name][0]) != listed[name]:
            yield f"{name!a} was changed."


def _digest(package: zipfile.ZipFile, name: str, size: int) -> tuple[int, str] | None:
    """Size and hash of a member; None when it cannot be read or is longer than it should be."""
    digest, length = hashlib.sha256(), 0
    try:
        with package.open(name) as member:
            while piece := member.read(_PIECE):
                length += len(piece)
                if length > size:
                    return None
                digest.update(piece)
    except _BROKEN:
        return None
    return length, digest.hexdigest()


def _twice(package: zipfile.ZipFile) -> Iterator[str]:
    yield from (f"{name!a} is there more than once." for name, times in Counter(package.namelist()).items() if times > 1)


def _layout(package: zipfile.ZipFile, file: BinaryIO) -> Iterator[str]:
    """Members follow each other from the first byte to the directory, under headers as `PackageZip` writes them."""
    members, end = package.infolist(), 0
    for info in members:
        if info.header_offset != end:
            yield f"There are bytes before {info.filename!a} that belong to nothing."
        after = _after(info, file)
        if after is None or info.date_time != members[0].date_time:
            yield f"The header of {info.filename!a} was changed."
            return
        end = after
    if end != package.start_dir or _tail(package, file):
        yield "The directory of the zip was changed, or bytes stand around it."


def _after(info: zipfile.ZipInfo, file: BinaryIO) -> int | None:
    """Where the next member begins; None when a header has anything of its own."""
    file.seek(info.header_offset)
    local, name = _LOCAL.unpack(file.read(_LOCAL.size)), info.filename.encode()
    large = local[10] > 0  # a 64-bit field follows the name
    if local != _expected_local(info, name, large=large) or file.read(len(name)) != name:
        return None
    if file.read(local[10]) != (_SIZES_LATER if large else b"") or not _plain_entry(info, large=large):
        return None
    file.seek(info.compress_size, 1)
    descriptor = struct.pack("<4sL2Q" if large else "<4sL2L", b"PK\x07\x08", info.CRC, info.compress_size, info.file_size)
    return file.tell() if file.read(len(descriptor)) == descriptor else None


def _expected_local(info: zipfile.ZipInfo, name: bytes, *, large: bool) -> tuple[Any, ...]:
    year, month, day, hour, minute, second = info.date_time
    moment = (hour << 11 | minute << 5 | second // 2, (year - 1980) << 9 | month << 5 | day)
    size = 0xFFFFFFFF if large else 0  # the sizes stand after the content
    version = _VERSION_64 if large else _VERSION
    lengths = (len(name), len(_SIZES_LATER) if large else 0)
    return (b"PK\x03\x04", version, _SIZES_AFTER, zipfile.ZIP_DEFLATED, *moment, 0, size, size, *lengths)


def _plain_entry(info: zipfile.ZipInfo, *, large: bool) -> bool:
    """Whether the member's entry in the directory is as `PackageZip` writes it."""
    far = large or info.header_offset > zipfile.ZIP64_LIMIT
    version = _VERSION_64 if far else _VERSION
    entry = (info.create_system, info.create_version, info.extract_version, info.flag_bits, info.compress_type)
    rest = (info.external_attr, info.internal_attr, info.volume, info.reserved, info.comment)
    plain = entry == (_UNIX, version, version, _SIZES_AFTER, zipfile.ZIP_DEFLATED) and rest == (_PLAIN_FILE, 0, 0, 0, b"")
    return plain and (far or info.extra == b"")


def _tail(package: zipfile.ZipFile, file: BinaryIO) -> bool:
    """Whether something stands after the directory, or its end record was changed."""
    size = file.seek(0, 2)
    count, start = len(package.infolist()), package.start_dir
    if count >= _MOST_MEMBERS or size > zipfile.ZIP64_LIMIT:
        return bool(package.comment)  # zipfile itself checks the end records of a large file against each other
    expected = _END.pack(b"PK\x05\x06", 0, 0, count, count, size - _END.size - start, start, 0)
    file.seek(size - _END.size)
    return file.read() != expected
