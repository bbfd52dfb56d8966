"""ArchiveWorkflow: one import is read to its end, however often the worker is restarted meanwhile (issue 6, point 7).

Messages: none. Next: `activities/archives.py`
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.archives import ArchiveReading
    from domain.archive_messages import ArchiveRead, ReadArchive

from workflows.options import ARCHIVES


@workflow.defn
class ArchiveWorkflow:
    """One import."""

    @workflow.run
    async def run(self, message: ReadArchive) -> ArchiveRead:
        """Read it."""
        read: ArchiveRead = await workflow.execute_activity_method(ArchiveReading.read_archive, message, **ARCHIVES)
        return read
