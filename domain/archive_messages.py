"""What travels between ArchiveWorkflow and its activity: ids and states, as of every message (principle 3).

Next: workflows/archive.py
"""

from uuid import UUID

from domain.archives import ArchiveState
from domain.commands import Message


class ReadArchive(Message):
    """Read what was imported."""

    archive: UUID


class ArchiveRead(Message):
    """How far it came; the counts are in its row."""

    state: ArchiveState
