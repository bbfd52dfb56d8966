"""Files that hold secrets: made 0600 in one piece, refused when anybody else can read them (`security.md` 1, command line).

Used by adapters/keyring.py and adapters/signing.py.
"""

import os
from pathlib import Path

from domain.errors import SettingsError

_OTHERS = 0o077


def read_private(path: Path, what: str) -> bytes:
    """The content of a secret file.

    Args:
        path: the file; a link is followed.
        what: its name in the refusal, such as "key ring".

    Raises:
        SettingsError: missing, unreadable, not a plain file, or open to group or others.
    """
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if mode & _OTHERS:
                raise SettingsError(f"The {what} {path} can be read by others: chmod 600 {path}")
            return file.read()
    except FileNotFoundError:
        raise SettingsError(f"There is no {what} at {path}: `habeas keys init` makes one.") from None
    except OSError as failure:
        raise SettingsError(f"The {what} {path} cannot be read: {failure.strerror}.") from None


def create_private(path: Path, content: bytes, what: str) -> None:
    """Write a new secret file, durable before this returns. An existing file is never touched.

    Raises:
        SettingsError: something is there already, or the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Exclusive creation with the mode in the same call: there is no moment at which others could open it.
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise SettingsError(f"There is a {what} at {path} already; it is left as it is.") from None
    except OSError as failure:
        raise SettingsError(f"The {what} {path} cannot be written: {failure.strerror}.") from None
    sync_folder(path.parent)


def replace_private(path: Path, content: bytes, what: str) -> None:
    """Write the next version of a secret file beside it, then put it in its place at once.

    Raises:
        SettingsError: the folder cannot be written, or another replacement is under way.
    """
    successor = path.with_name(path.name + ".next")
    create_private(successor, content, what)
    successor.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a new or changed name in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
