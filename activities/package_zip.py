"""The zip of an access answer (Articles 12(3), 15(3), 20): written once, front to back, into a sealed stream.

Python's own zipfile on a target that cannot seek; constant memory, whatever the number of rows (docs/decisions/0007-zip.md).
Every path is made here or comes from names that the data map has checked, so no member can lie outside the folder it is
unpacked in.

Next: activities/package_data.py
"""

import hashlib
import re
import zipfile
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import BinaryIO, NamedTuple, Self

_LARGE = 1_000_000  # above it speed counts more than size: level 1 is four times as fast as level 6 on rows
_FAST, _SMALL = 1, 6
_REGULAR_FILE = 0o100644 << 16
_PATH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*")
# Names that Windows keeps for devices, whatever stands after the dot.
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{digit}" for port in ("com", "lpt") for digit in range(10))})


class Member(NamedTuple):
    """One file in the zip, as the manifest names it; size and hash are of its content."""

    path: str
    bytes: int
    sha256: str


class _OneWay:
    """A target that hides whether it can seek, so that zipfile writes the same bytes to every target."""

    def __init__(self, target: BinaryIO) -> None:
        self.write = target.write
        self.flush = target.flush

    def close(self) -> None:
        """Leave the target open: whoever opened it closes it."""


class PackageZip:
    """Writes members one after the other. Use in a `with` block; the directory is written at its clean end.

    Args:
        target: binary, need not seek.
        at: the date all members carry, so that nothing in the zip says when a file was touched.
        pulse: called after each piece, so that a long member is not taken for a dead process.
    """

    def __init__(self, target: BinaryIO, at: datetime, pulse: Callable[[], None]) -> None:
        self._zip = zipfile.ZipFile(_OneWay(target), "w", zipfile.ZIP_DEFLATED)
        self._date = (at.year, at.month, at.day, 0, 0, 0)
        self._pulse = pulse
        self.members: dict[str, Member] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._zip.close()
        else:
            self._zip.fp = None  # or its finaliser would write a directory under half a package

    def add(self, path: str, pieces: bytes | str | Iterable[bytes], *, size: int = 0) -> Member:
        """Write one member.

        Args:
            path: inside the zip.
            pieces: its content, whole or piece by piece.
            size: the expected size in bytes where the content comes in pieces; decides level and 64-bit fields.

        Raises:
            ValueError: the path is not plain or not new: a defect of the caller.
        """
        if not _PATH.fullmatch(path) or path in self.members:
            raise ValueError("a member's path must be plain and new")
        if isinstance(pieces, str):
            pieces = pieces.encode()
        if isinstance(pieces, bytes):
            size, pieces = len(pieces), (pieces,)
        self.members[path] = self._write(path, pieces, size)
        return self.members[path]

    def _write(self, path: str, pieces: Iterable[bytes], size: int) -> Member:
        info = zipfile.ZipInfo(path, self._date)
        info.create_system = 3  # the same bytes on every machine; 3 gives the permissions below a meaning
        info.external_attr = _REGULAR_FILE
        info.compress_type = zipfile.ZIP_DEFLATED
        info.file_size = size
        # Public as `compress_level` from Python 3.13 on.
        info._compresslevel = _FAST if size > _LARGE else _SMALL  # type: ignore[attr-defined]  # noqa: SLF001
        digest, length = hashlib.sha256(), 0
        with self._zip.open(info, "w") as target:
            for piece in pieces:
                target.write(piece)
                digest.update(piece)
                length += len(piece)
                self._pulse()
        return Member(path, length, digest.hexdigest())


def plain(name: str) -> str:
    """A name of the data map as a path segment that every system can unpack; no other name has a hyphen."""
    return f"{name}-" if name in _DEVICES else name
