"""The sealed object store: a local folder of streams with random names (`security.md` 2.4).

Collected rows, files, mail and packages. A blob is written once, by one attempt, under an id of its own: a retried
activity opens a new one. Names, sizes apart, tell nothing about case or person.

Next: adapters/stream.py
"""

import contextlib
import io
import os
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self
from urllib.parse import unquote, urlsplit
from uuid import UUID, uuid4

from adapters.case_vault import CaseVault
from adapters.private_file import sync_folder
from adapters.stream import SEGMENT, OpeningStream, SealingStream
from domain.blobs import BlobRef
from domain.errors import SealBrokenError, SettingsError, UnknownObjectError

_BUFFER = 256 * 1024  # small writes and reads stay in C; large enough that Python runs a few times per segment


class Blobs:
    """A folder of sealed streams. Thread-safe; several processes may share it."""

    def __init__(self, folder: Path) -> None:
        """Use `Blobs.open`."""
        self._folder = folder
        self._unfinished = folder / "unfinished"

    @classmethod
    def open(cls, url: str) -> Self:
        """Open a store, making its folder if there is none.

        Args:
            url: a path, or `file:///...`.

        Raises:
            SettingsError: another scheme, or a folder that cannot be written. One line.
        """
        parts = urlsplit(url)
        if parts.scheme not in {"", "file"} or (parts.scheme == "file" and parts.netloc not in {"", "localhost"}):
            raise SettingsError("HABEAS_BLOBS_URL must be a local folder or file:///...; S3-compatible stores follow.")
        blobs = cls(Path(unquote(parts.path) if parts.scheme else url))
        try:
            blobs._unfinished.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as failure:
            raise SettingsError(f"The blob folder {blobs._folder} cannot be used: {failure.strerror}.") from None
        return blobs

    def create(self, vault: CaseVault, kind: str) -> "BlobWriter":
        """Begin a new blob of a case, always under a new id.

        Args:
            vault: of the case it belongs to.
            kind: a code word, part of the key derivation.
        """
        blob_id = uuid4()
        keys = vault.stream_key(blob_id, kind)
        unfinished = self._unfinished / blob_id.hex
        file = os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb", buffering=SEGMENT)
        return BlobWriter(SealingStream(file, keys), file, unfinished=unfinished, final=self._path(blob_id), kind=kind)

    def read(self, vault: CaseVault, ref: BlobRef) -> "BlobReader":
        """Open a blob whose end mark and length have been checked already.

        Raises:
            UnknownObjectError: there is no such blob.
            SealBrokenError: cut, extended, changed, or not this case's blob of this kind.
        """
        try:
            source = self._path(ref.blob_id).open("rb", buffering=0)
        except FileNotFoundError:
            raise UnknownObjectError(blob=str(ref.blob_id)) from None
        try:
            return BlobReader(source, vault, ref)
        except BaseException:
            source.close()
            raise

    def delete(self, blob_id: UUID) -> None:
        """Remove a blob; one that is gone already is no error."""
        path = self._path(blob_id)
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
            sync_folder(path.parent)

    def sweep_unfinished(self, *, older_than: timedelta) -> int:
        """Remove what killed processes left half written; returns how many. Younger ones may still be at work."""
        latest = time.time() - older_than.total_seconds()
        swept = 0
        for path in self._unfinished.iterdir():
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime < latest:
                    path.unlink()
                    swept += 1
        return swept

    def _path(self, blob_id: UUID) -> Path:
        # 256 folders by the first byte: a folder with a million names is slow on many file systems.
        return self._folder / blob_id.hex[:2] / blob_id.hex


class BlobWriter(io.BufferedWriter):
    """A binary file to write once, in a `with` block; `ref` is there after a clean end of it.

    On an exception, on `close` inside the block (so `detach` a TextIOWrapper), or when the process dies, there is no
    blob. Cannot seek; zipfile accepts that.
    """

    def __init__(self, sealing: SealingStream, file: BinaryIO, *, unfinished: Path, final: Path, kind: str) -> None:
        """Use `Blobs.create`."""
        self._sealing, self._file = sealing, file
        self._unfinished, self._final, self._kind = unfinished, final, kind
        self._ref: BlobRef | None = None
        super().__init__(sealing, _BUFFER)

    @property
    def ref(self) -> BlobRef:
        """The handle on the finished blob."""
        if self._ref is None:
            raise ValueError("the blob is not finished")
        return self._ref

    def close(self) -> None:
        """Give up, unless the blob is finished."""
        self._sealing.close()
        if self._ref is None:
            self._unfinished.unlink(missing_ok=True)
            with contextlib.suppress(OSError):  # the bytes it still wants to write are not wanted any more
                self._file.close()
        self._file.close()

    def __exit__(self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if kind is None:
                self._finish()
        finally:
            self.close()

    def _finish(self) -> None:
        self.flush()
        self._sealing.finish()
        ref = BlobRef(blob_id=UUID(self._final.name), kind=self._kind, bytes=self._sealing.bytes, sha256=self._sealing.sha256)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._final.parent.mkdir(exist_ok=True, mode=0o700)
        self._unfinished.rename(self._final)
        sync_folder(self._final.parent)
        sync_folder(self._final.parent.parent)
        self._ref = ref


class BlobReader(io.BufferedReader):
    """A binary file to read: `read(n)`, `readline`, `seek` by whole segments. Iterating gives chunks, not lines.

    A segment that was changed raises SealBrokenError when it is reached: discard what came before.
    """

    def __init__(self, source: io.FileIO, vault: CaseVault, ref: BlobRef) -> None:
        """Use `Blobs.read`."""
        self._source = source
        opening = OpeningStream(source, vault.stream_key(ref.blob_id, ref.kind))
        if opening.bytes != ref.bytes:
            raise SealBrokenError
        super().__init__(opening, _BUFFER)

    def __iter__(self) -> Iterator[bytes]:
        while chunk := self.read(SEGMENT):
            yield chunk

    def close(self) -> None:
        try:
            super().close()
        finally:
            self._source.close()
