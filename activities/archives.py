"""Reads what was imported for a case: hours for a large archive, so it is an activity and no part of a request.

Done again after a crash it begins anew and leaves nothing of the attempt before. Next: adapters/archives/importing.py
"""

from temporalio import activity

from activities.failures import translated
from activities.heartbeat import beating
from adapters.archives.importing import read_archive
from adapters.resources import Resources
from domain.archive_messages import ArchiveRead, ReadArchive


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
