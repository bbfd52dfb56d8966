"""Secrets that a vault's agent writes, one file each, in place of environment variables (ASVS 13.3.1).

`HABEAS_SECRETS` names the folder; a file is named as the variable that it stands for, of Habeas or of the data map. A variable of
the environment wins. Next: adapters/settings.py
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from domain.errors import SettingsError

_OTHERS: Final = 0o007


def folder_of_secrets(given: object = None) -> Path | None:
    """The folder that is set, or None.

    Raises:
        SettingsError: it is not there, or everybody on the machine can read it.
    """
    named = str(given or os.environ.get("HABEAS_SECRETS") or "")
    if not named:
        return None
    folder = Path(named).expanduser().absolute()
    if not folder.is_dir():
        raise SettingsError("HABEAS_SECRETS: there is no such folder.", setting="secrets")
    if folder.stat().st_mode & _OTHERS:
        raise SettingsError("HABEAS_SECRETS: the folder can be read by others: chmod o-rwx on it.", setting="secrets")
    return folder


class Variables(Mapping[str, str]):
    """The environment, and behind it the files of a folder, read when they are asked for: the agent may have renewed them.

    Args:
        environment: usually `os.environ`.
        folder: of the secrets; None: the environment alone.
    """

    def __init__(self, environment: Mapping[str, str], folder: Path | None) -> None:
        self._environment = environment
        self._folder = folder

    def __getitem__(self, name: str) -> str:
        if name in self._environment or self._folder is None or Path(name).name != name:
            return self._environment[name]
        try:
            return (self._folder / name).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise KeyError(name) from None

    def __iter__(self) -> Iterator[str]:
        files = [] if self._folder is None else [each.name for each in self._folder.iterdir() if each.is_file()]
        return iter({*self._environment, *files})

    def __len__(self) -> int:
        return len(list(iter(self)))
