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

from adapters.package_layout import content_digest, layout_problems
from adapters.signing import key_id, verify_signature
from domain.errors import SealBrokenError

TYPE = "habeas.manifest/1"
MANIFEST, SIGNATURE, KEY = "manifest.json", "manifest.sig", "key.pem"
_LARGEST_MANIFEST = 256 * 2**20  # a million members of 250 bytes; more is not a manifest of ours
# What zipfile and zlib raise on bytes that are not what they seem; RuntimeError is "encrypted".
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, RuntimeError),
    *(EOFError, OSError, ValueError, KeyError, TypeError),
)

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
    problems = [*_twice(package), *layout_problems(package.infolist(), package.start_dir, file)]
    try:
        raw = _content(package, file, MANIFEST)
        manifest = json.loads(raw)
        kid, listed = str(manifest["kid"]), _listed(manifest)
    except _BROKEN:
        return PackageCheck("broken", (*problems, f"{MANIFEST} is missing or cannot be read."))
    problems += _signature(package, file, raw, kid, known_keys)
    problems += _members(package, file, listed)
    summary = {name: value for name, value in manifest.items() if name != "members"} | {"members": len(listed)}
    if problems:
        return PackageCheck("broken", tuple(problems), summary)
    return PackageCheck("intact" if kid in known_keys else "intact_unknown_signer", (), summary)


def _listed(manifest: Any) -> dict[str, tuple[int, str]]:  # noqa: ANN401 (somebody's JSON)
    return {str(member["path"]): (int(member["bytes"]), str(member["sha256"])) for member in manifest["members"]}


def _content(package: zipfile.ZipFile, file: BinaryIO, name: str) -> bytes:
    """A small member, whole; ValueError when its stream holds anything else."""
    info = package.getinfo(name)
    if info.file_size > _LARGEST_MANIFEST:
        raise ValueError("too large")
    raw = package.read(name)
    if content_digest(info, file, most=len(raw)) != (len(raw), hashlib.sha256(raw).hexdigest()):
        raise ValueError("more than its content")
    return raw


def _signature(package: zipfile.ZipFile, file: BinaryIO, raw: bytes, kid: str, known_keys: Mapping[str, bytes]) -> Iterator[str]:
    """The signature against the key in the package, and against the known key of that number."""
    try:
        included, signature = _content(package, file, KEY), _content(package, file, SIGNATURE)
        if key_id(included) != kid:
            yield f"{KEY} is not the key that {MANIFEST} names."
        for key in (included, known_keys.get(kid, included)):
            verify_signature(key, TYPE, raw, signature)
    except SealBrokenError:
        yield f"{SIGNATURE} does not fit {MANIFEST}."
    except _BROKEN:
        yield f"{SIGNATURE} or {KEY} is missing or cannot be read."


def _members(package: zipfile.ZipFile, file: BinaryIO, listed: Mapping[str, tuple[int, str]]) -> Iterator[str]:
    present = set(package.namelist()) - {MANIFEST, SIGNATURE}
    yield from (f"{name!a} was added." for name in sorted(present - listed.keys()))
    yield from (f"{name!a} is missing." for name in sorted(listed.keys() - present))
    for name in sorted(present & listed.keys()):
        if not _same(package.getinfo(name), file, listed[name]):
            yield f"{name!a} was changed."


def _same(info: zipfile.ZipInfo, file: BinaryIO, wanted: tuple[int, str]) -> bool:
    try:
        return content_digest(info, file, most=wanted[0]) == wanted
    except _BROKEN:
        return False


def _twice(package: zipfile.ZipFile) -> Iterator[str]:
    yield from (f"{name!a} is there more than once." for name, times in Counter(package.namelist()).items() if times > 1)
