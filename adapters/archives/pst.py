"""Outlook files (PST): `readpst` of Debian's pst-utils turns them into mailboxes, in a process with limits.

It writes folders called as the folders in the file; one called `..` climbs. So it works at the bottom of a deep well, and what it
leaves outside its folder is not read. Next: adapters/archives/containers.py
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

PLACES: Final = f"{os.defpath}:/usr/bin:/usr/local/bin"  # where `readpst` may be
_DEPTH: Final = 60
_SWELLS: Final = 8  # times the file's own size
_SPARE: Final = 1_000_000_000  # bytes on top of that
_LONGEST: Final = 6 * 3_600  # seconds
_LOOK: Final = 1.0  # seconds between two looks at what it does
_ROOT: Final = Path(__file__).resolve().parent.parent.parent


def reader() -> str | None:
    """Where `readpst` is; None when it is not installed."""
    return shutil.which("readpst", path=PLACES)


class PstFailedError(Exception):
    """It could not be read to its end. `swells`: it wrote far more than an Outlook file holds."""

    def __init__(self, *, swells: bool = False) -> None:
        super().__init__("swells" if swells else "damaged")
        self.swells = swells


def unpack(program: str, file: Path, work: Path, pulse: Callable[[], object]) -> Iterator[tuple[str, Path]]:
    """Turn an Outlook file into files of mail; each with the name of its folder.

    Args:
        program: as `reader` found it.
        file: the Outlook file.
        work: an empty folder that is removed afterwards by whoever made it.
        pulse: called about once a second.

    Raises:
        PstFailedError: after everything that could be read was given.
    """
    out = work.joinpath(*["w"] * _DEPTH)
    out.mkdir(parents=True)
    most = file.stat().st_size * _SWELLS + _SPARE
    module = "adapters.archives.pst_child"
    # Everything: deleted mails are held too, and what is no mail (calendars, contacts) is shown as not read.
    wish = ["-q", "-j", "0", "-r", "-D", "-o", str(out), str(file)]
    child = subprocess.Popen(  # noqa: S603 (a module of ours)
        [sys.executable, "-m", module, program, str(most), *wish],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={"PATH": os.defpath, "PYTHONPATH": str(_ROOT), "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8"},
        cwd=work,
    )
    swells = _watched(child, out, most, pulse)
    for path in sorted(_under(out)):
        yield str(path.relative_to(out)), path
    if swells or child.returncode:
        raise PstFailedError(swells=swells)


def _watched(child: subprocess.Popen[bytes], out: Path, most: int, pulse: Callable[[], object]) -> bool:
    end = time.monotonic() + _LONGEST
    swells = False
    try:
        while child.poll() is None:
            try:
                child.wait(_LOOK)
            except subprocess.TimeoutExpired:
                pulse()
                swells = sum(path.stat().st_size for path in _under(out)) > most
                if swells or time.monotonic() > end:
                    child.kill()
    finally:
        child.kill()
        child.wait()
    return swells


def _under(folder: Path) -> Iterator[Path]:
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            yield from _under(Path(entry.path))
        elif entry.is_file(follow_symlinks=False):
            yield Path(entry.path)
