"""What travels between ArchiveWorkflow and its activity: ids and states, as of every message (principle 3).

Next: workflows/archive.py
"""

from uuid import UUID

from domain.archives import ArchiveState, Stopped
from domain.commands import Message
from domain.texts import Name


class ReadArchive(Message):
    """Read what was imported."""

    archive: UUID


class ArchiveRead(Message):
    """How far it came; the counts are in its row."""

    state: ArchiveState


class StopArchive(Message):
    """Give an import up until a person decides."""

    archive: UUID
    reason: Stopped


class ArchiveStopped(Message):
    """Signal to a case, too: an import of it was given up."""

    archive: UUID
    case_id: UUID
    system: Name
