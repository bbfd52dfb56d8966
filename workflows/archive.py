"""ArchiveWorkflow: one import is read to its end, however often the worker is restarted meanwhile (issue 6, point 7).

Messages: none. On each failure: tried again, longer and longer apart; what is out of attempts is left alone and becomes a work
item of its case, with the reason in the row. Next: `activities/archives.py`
"""

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, FailureError

with workflow.unsafe.imports_passed_through():
    from activities.archives import ArchiveReading
    from domain.archive_messages import ArchiveRead, ArchiveStopped, ReadArchive, StopArchive
    from domain.archives import ArchiveState, Stopped
    from workflows.case import CaseWorkflow

from workflows.ids import case_workflow_id
from workflows.options import ARCHIVES, CONNECTORS

_DISK = ("OSError", "FileExistsError", "FileNotFoundError", "NotADirectoryError", "PermissionError")
_REASONS = {"ScannerSilentError": Stopped.SCANNER, **dict.fromkeys(_DISK, Stopped.DISK)}


@workflow.defn
class ArchiveWorkflow:
    """One import."""

    @workflow.run
    async def run(self, message: ReadArchive) -> ArchiveRead:
        """Read it, or say that nobody could."""
        try:
            read: ArchiveRead = await workflow.execute_activity_method(ArchiveReading.read_archive, message, **ARCHIVES)
        except ActivityError as failure:
            await self._stop(message, failure.cause)
            return ArchiveRead(state=ArchiveState.STOPPED)
        return read

    async def _stop(self, message: ReadArchive, cause: BaseException | None) -> None:
        kind = cause.type if isinstance(cause, ApplicationError) else None
        order = StopArchive(archive=message.archive, reason=_REASONS.get(kind or "", Stopped.UNKNOWN))
        stopped: ArchiveStopped = await workflow.execute_activity_method(ArchiveReading.stop_archive, order, **CONNECTORS)
        case: workflow.ExternalWorkflowHandle[CaseWorkflow] = workflow.get_external_workflow_handle_for(
            CaseWorkflow.run, case_workflow_id(stopped.case_id)
        )
        try:
            await case.signal(CaseWorkflow.archive_stopped, stopped)
        except FailureError:  # the case has ended: nobody waits for this import
            workflow.logger.info("import stopped after its case")
