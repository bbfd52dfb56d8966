"""Seals a file or a folder of this machine as an archive: for the command line, and for exports laid down on the server.

Next: adapters/archives/store.py
"""

import hashlib
import os
import stat
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

from adapters.archives.importing import ARCHIVE_KIND
from adapters.case_vault import CaseVault
from adapters.resources import Resources
from domain.blobs import BlobRef
from domain.datamap import System, resolve
from domain.errors import InvalidInputError

_PIECE: Final = 1 << 20
_MOST_FILES: Final = 1_000_000  # of a folder


def seal_path(
    resources: Resources, vault: CaseVault, path: Path, pulse: Callable[[], object] = lambda: None
) -> tuple[BlobRef, str]:
    """Seal a file or a folder of this machine; returns it with its SHA-256, of a folder that of the list of its files.

    A folder becomes a zip of its plain files; links are not followed.

    Raises:
        InvalidInputError: there is nothing there, or it is empty.
    """
    with resources.blobs.create(vault, ARCHIVE_KIND) as blob:
        if path.is_dir():
            digest = _zip_folder(path, blob, pulse)
        elif path.is_file():
            with path.open("rb") as file:
                while piece := file.read(_PIECE):
                    blob.write(piece)
                    pulse()
            digest = ""
        else:
            raise InvalidInputError("There is no such file or folder.", field="file")
    if not blob.ref.bytes:
        resources.blobs.delete(blob.ref.blob_id)
        raise InvalidInputError("This file is empty.", field="file")
    return blob.ref, digest or blob.ref.sha256


def _zip_folder(folder: Path, blob: BinaryIO, pulse: Callable[[], object]) -> str:
    listed = hashlib.sha256()
    number = 0
    with zipfile.ZipFile(blob, "w", zipfile.ZIP_STORED) as zipped:
        for path in _plain_files(folder):
            digest = hashlib.sha256()
            name = str(path.relative_to(folder)).encode("utf-8", "replace").decode()
            with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
                if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    continue
                with zipped.open(zipfile.ZipInfo(name), "w", force_zip64=True) as target:
                    while piece := file.read(_PIECE):
                        digest.update(piece)
                        target.write(piece)
            listed.update(f"{digest.hexdigest()}  {name}\n".encode())
            number += 1
            pulse()
    if not number:
        raise InvalidInputError("There is no file in this folder.", field="file")
    return listed.hexdigest()


def _plain_files(folder: Path) -> Iterator[Path]:
    for number, entry in enumerate(sorted(os.scandir(folder), key=lambda one: one.name)):
        if number > _MOST_FILES:
            raise InvalidInputError("There are too many files in this folder.", field="file")
        if entry.is_dir(follow_symlinks=False):
            yield from _plain_files(Path(entry.path))
        elif entry.is_file(follow_symlinks=False):
            yield Path(entry.path)


def laid_down(resources: Resources, system: System) -> list[str]:
    """Exports that lie on the server, files and folders, by name; none where the data map names no folder for them."""
    folder = _folder(resources, system)
    if folder is None or not folder.is_dir():
        return []
    return sorted(each.name for each in folder.iterdir() if not each.is_symlink() and not each.name.startswith("."))


def path_of(resources: Resources, system: System, name: str) -> Path:
    """Where one of them lies.

    Raises:
        InvalidInputError: there is none of this name.
    """
    folder = _folder(resources, system)
    if folder is None or name not in laid_down(resources, system):
        raise InvalidInputError("There is no such export on the server.", field="laid_down")
    return folder / name


def _folder(resources: Resources, system: System) -> Path | None:
    if system.connection is None:
        return None
    return Path(resolve(system.connection.read, home=resources.settings.home, environment=os.environ))
