"""One attempt at reading an import at a time; what the one before it left is removed first.

Next: adapters/archives/importing.py
"""

import contextlib
import fcntl
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from adapters.database.archive_tables import ArchivePart, ArchiveRow, ArchiveUnreadable, ArchiveWords
from adapters.database.tables import AccessLog
from adapters.resources import Resources
from domain.archives import ArchiveState, Stopped
from domain.blobs import BlobRef
from domain.errors import NotAllowedNowError, UnknownObjectError

_LOOK: Final = 1.0  # seconds


@contextlib.contextmanager
def alone(unpacking: Path, archive: UUID, pulse: Callable[[], object]) -> Iterator[Path]:
    """A folder for what only a program can read: it lies there in clear until it was read. One reader at a time has it.

    The folder is called after the import, so that the next attempt removes what a killed one left there.
    """
    unpacking.mkdir(mode=0o700, exist_ok=True)
    work = unpacking / str(archive)
    with (unpacking / f"{archive}.lock").open("wb") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:  # the command line reads it, or a worker that was thought dead
                pulse()
                time.sleep(_LOOK)
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(mode=0o700)
        try:
            yield work
        finally:
            shutil.rmtree(work, ignore_errors=True)
            (unpacking / f"{archive}.lock").unlink(missing_ok=True)


def give_up(resources: Resources, archive: UUID, reason: Stopped, now: datetime) -> ArchiveRow:
    """Leave an import alone until a person decides; what was read of it goes with the next attempt, or with the import.

    Raises:
        UnknownObjectError: there is no such import.
    """
    values = {"state": ArchiveState.STOPPED.value, "stopped": reason.value, "finished_at": now}
    begun = col(ArchiveRow.state).in_([ArchiveState.RECEIVED.value, ArchiveState.READING.value])
    with resources.database.write() as session:
        session.execute(sa.update(ArchiveRow).where(col(ArchiveRow.id) == archive, begun).values(values))
        row = session.get(ArchiveRow, archive)
    if row is None:
        raise UnknownObjectError
    return row


def again(resources: Resources, archive: UUID, by: str, now: datetime) -> None:
    """Have an import read anew that was given up.

    Raises:
        NotAllowedNowError: it was not.
    """
    with resources.database.write() as session:
        row = session.get(ArchiveRow, archive)
        if row is None or row.state != ArchiveState.STOPPED:
            raise NotAllowedNowError("Only an import whose reading was given up is read again.")
        row.state, row.stopped, row.finished_at = ArchiveState.RECEIVED.value, None, None
        session.add_all([row, AccessLog(at=now, actor=by, action="archive_read_again", case_id=row.case_id)])


def forget(resources: Resources, archive: UUID) -> None:
    """Delete what was read of an import, blobs first: a crash in between leaves rows that say what is still to be deleted."""
    with resources.database.read() as session:
        parts = session.exec(select(ArchivePart.blob).where(ArchivePart.archive == archive)).all()
        bad = session.exec(select(ArchiveUnreadable.blob).where(ArchiveUnreadable.archive == archive)).all()
    for blob in (*parts, *bad):
        if blob:
            resources.blobs.delete(BlobRef.model_validate(blob).blob_id)
    with resources.database.write() as session:
        for model in (ArchiveWords, ArchivePart, ArchiveUnreadable):
            session.execute(sa.delete(model).where(col(model.archive) == archive))
