"""A folder of files: a path with one `{field}` in it says where a person's files are.

Serves Articles 15(3) and 20. Whatever stands in a key, nothing outside the root is ever opened: a path is followed to where
it really leads, links included, before it is believed. `uploads/{account_id}/*` means everything under that folder,
`images/{file_name}` one file; there is no other pattern, because a pattern may match somebody else's files.

Next: activities/collection.py
"""

import contextlib
import errno
import os
import re
import stat
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from activities.systems.base import BATCH_ROWS, Change, Complaint, Connector, Lookup, SystemUnreachableError, refused
from activities.systems.turns import Turns
from adapters.row_text import Row
from adapters.sealed_head import FILE_FIELDS
from domain.datamap import Collection, ErasureAction, System, stays_inside
from domain.errors import SystemFailedError

_PLACE = re.compile(r"\{([^{}]*)\}")
_GONE = (FileNotFoundError, NotADirectoryError)  # between finding and opening, or never there: nothing is held


class FileSystem(Connector):
    """One folder with everything under it.

    Args:
        system: of the data map.
        root: the folder.
        turns: how hard the store may be used.
        change_root: the folder as it is mounted for changing.
    """

    has_files = True

    def __init__(self, system: System, root: Path, turns: Turns | None = None, change_root: Path | None = None) -> None:
        super().__init__(system)
        self._root = root
        self._change_root = change_root
        self._turns = turns or Turns(system.rate)

    def fields(self, collection: Collection) -> tuple[str, ...]:
        return (*(name for name in collection.fields if name not in FILE_FIELDS), *FILE_FIELDS)

    def search(self, collection: Collection, lookup: Lookup) -> Iterator[Sequence[Row]]:
        with self._turns.turn():
            batch: list[Row] = []
            for key in lookup.keys:
                for path in self._paths(collection, lookup.field, key):
                    if row := self._row(collection, lookup, key, path):
                        batch.append(row)
                    if len(batch) == BATCH_ROWS:
                        yield batch
                        batch = []
            if batch:
                yield batch

    def open_file(self, collection: Collection, row: Row) -> BinaryIO | None:
        """Open the file of a row; None when it is gone by now, or is not a file lying where its path says."""
        place = self._place(row[len(self.fields(collection)) - len(FILE_FIELDS)])
        if place is None:
            return None
        try:
            with self._answers():
                opened = os.fdopen(os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb")  # a pipe must not stop us
        except _GONE:
            return None
        if stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
            return opened
        opened.close()
        return None

    def check(self) -> Iterator[Complaint]:
        try:
            root = self._real_root()
        except SystemUnreachableError:
            yield Complaint("error", "There is no such folder.")
            return
        for collection in self.system.collections:
            try:
                self._pattern(collection)
            except SystemFailedError:
                yield Complaint("error", "A `*` stands only behind the last `/` of a path.", collection.name)
                continue
            before = _PLACE.split(str(collection.path))[0].rpartition("/")[0]
            if before and not (root / before).is_dir():
                yield Complaint("error", f"There is no folder `{before}` under the root.", collection.name)

    def _pattern(self, collection: Collection) -> tuple[str, str, bool]:
        """What stands before the key, what behind it, and whether everything under the folder is meant."""
        before, _, after = _PLACE.split(str(collection.path))
        everything = after.endswith("/*")
        after = after.removesuffix("/*")
        if "*" in before + after:
            raise refused(self.system.name, "misconfigured")
        return before, after, everything

    def _paths(self, collection: Collection, field: str, key: str) -> Iterator[str]:
        """Paths, relative to the root, of what is there for a key."""
        before, after, everything = self._pattern(collection)
        path = f"{before}{key}{after}"
        plain = all(part not in {"", ".", ".."} for part in key.split("/"))  # `uploads/./*` would be everybody's files
        if field not in _PLACE.findall(str(collection.path)) or not plain or not stays_inside(path):
            return
        if everything:
            yield from self._under(path)
        else:
            yield path

    def _under(self, folder: str) -> Iterator[str]:
        place = self._place(folder)
        if place is None:
            return
        try:
            with self._answers():
                entries = sorted(os.scandir(place), key=lambda entry: entry.name)
        except _GONE:
            return
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from self._under(f"{folder}/{entry.name}")
            elif entry.is_file(follow_symlinks=False):
                yield f"{folder}/{entry.name}"

    def _row(self, collection: Collection, lookup: Lookup, key: str, path: str) -> Row | None:
        place = self._place(path)
        if place is None:
            return None
        try:
            with self._answers():
                found = place.stat(follow_symlinks=False)
        except _GONE:
            return None
        if not stat.S_ISREG(found.st_mode):
            return None
        changed = datetime.fromtimestamp(found.st_mtime, UTC)
        known = {lookup.field: key, "path": path, "bytes": found.st_size, "modified_at": changed}
        return tuple(known.get(name) for name in lookup.only or self.fields(collection))

    @property
    def erases(self) -> bool:
        return self._change_root is not None

    def erase(self, collection: Collection, change: Change) -> int:
        """Delete files, and the folders they leave empty, up to the one that the data map names."""
        if self._change_root is None or change.action is not ErasureAction.DELETE:
            return super().erase(collection, change)
        kept = _PLACE.split(str(collection.path))[0].rpartition("/")[0]
        gone = 0
        with self._turns.turn():
            for row in change.rows:
                place = self._place(str(row["path"]), self._change_root)
                if place is None:
                    continue
                with contextlib.suppress(*_GONE), self._answers():
                    place.unlink()
                    gone += 1
                self._drop_empty(place.parent, kept)
        return gone

    def _drop_empty(self, folder: Path, kept: str) -> None:
        """A folder may be named after the account: it goes with its last file."""
        root = self._real_root(self._change_root)
        stop = root / kept
        while folder not in {stop, root} and folder.is_relative_to(root):
            try:
                folder.rmdir()
            except OSError:  # not empty, or gone by now
                return
            folder = folder.parent

    def _place(self, path: str, root: Path | None = None) -> Path | None:
        """Where a path really is, None when it leads elsewhere: over a link, out of the root, to somebody else's files."""
        root = self._real_root(root)
        place = root / path
        plain = Path(os.path.normpath(place))
        return place if plain.is_relative_to(root) and os.path.realpath(place) == str(plain) else None

    def _real_root(self, root: Path | None = None) -> Path:
        try:
            return (root or self._root).resolve(strict=True)
        except OSError as failure:
            # A store that is not mounted must not read as "no files held".
            raise SystemUnreachableError(self.system.name) from failure

    @contextlib.contextmanager
    def _answers(self) -> Iterator[None]:
        """Tell a file that is not there from a store that does not answer or says no."""
        try:
            yield
        except _GONE:
            raise
        except PermissionError as failure:
            raise refused(self.system.name) from failure
        except OSError as failure:
            if failure.errno in {errno.ENAMETOOLONG, errno.ELOOP}:
                raise FileNotFoundError from failure
            raise SystemUnreachableError(self.system.name) from failure
