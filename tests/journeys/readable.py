"""Looks for somebody's words in the raw bytes of everything that was written."""

import contextlib
from collections.abc import Iterable
from pathlib import Path


def files_in(folder: Path, *, but: Iterable[Path] = ()) -> list[Path]:
    """Every file below a folder, without those below others."""
    left_out = [*but]
    found = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in found if not any(path.is_relative_to(each) for each in left_out)]


def readable(files: Iterable[Path], *words: str) -> list[tuple[str, str]]:
    """Which words stand in which of the files."""
    found = []
    for path in files:
        with contextlib.suppress(FileNotFoundError):  # an attempt that ended between two looks takes its file along
            content = path.read_bytes()
            found += [(path.name, word) for word in words if word.encode() in content]
    return found
