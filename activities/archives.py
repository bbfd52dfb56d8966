"""Reads what was imported for a case: hours for a large archive, so it is an activity and no part of a request.

Done again after a crash it begins anew and leaves nothing of the attempt before. Next: adapters/archives/importing.py
"""

from datetime import UTC, datetime

from temporalio import activity

from activities.failures import translated
from activities.heartbeat import beating
from adapters.archives.attempts import give_up
from adapters.archives.importing import read_archive
from adapters.resources import Resources
from domain.archive_messages import ArchiveRead, ArchiveStopped, ReadArchive, StopArchive


class ArchiveReading:
    """Reads imports.

    Args:
        resources: opened once by the worker.
    """

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    @activity.defn
    @translated
    def read_archive(self, message: ReadArchive) -> ArchiveRead:
        """Take one import apart, seal and index every message, and count what cannot be read.

        Raises:
            UnknownObjectError: there is no such import. KeyMissingError: its case was destroyed.
        """
        with beating():
            return ArchiveRead(state=read_archive(self._resources, message.archive))

    @activity.defn
    @translated
    def stop_archive(self, message: StopArchive) -> ArchiveStopped:
        """Leave an import alone that cannot be read to its end, and say whose it is.

        Raises:
            UnknownObjectError: there is no such import.
        """
        row = give_up(self._resources, message.archive, message.reason, datetime.now(UTC))
        return ArchiveStopped(archive=row.id, case_id=row.case_id, system=row.system)
