"""The door to NoticeWorkflow. Next: `workflows/notice.py`."""

from uuid import UUID

from temporalio.client import Client

from adapters.database.breach_reader import open_dossiers, unstarted_dossiers
from adapters.database.notice_reader import NOTICE, NoticeReader, notice_event_of
from adapters.resources import Resources
from api.door import Carrier, Door
from domain.notice import ENDED, NoticeState
from domain.notice_events import fold_notice
from domain.notice_messages import NoticeSnapshot, OpenNotice
from workflows.ids import notice_workflow_id
from workflows.notice import NoticeWorkflow
from workflows.options import CASE_QUEUE, TASK_TIMEOUT

NoticeDoor = Door[NoticeState, NoticeSnapshot]
_EVERY_EVENT = 1_000_000  # of one notice: a few for each two thousand recipients


def notices(client: Client, resources: Resources) -> NoticeDoor:
    """The door of one web process."""
    reader = NoticeReader(resources)

    def folded(notice_id: UUID) -> NoticeState | None:
        rows = reader.events(notice_id, 0, _EVERY_EVENT)
        return fold_notice(notice_id, [notice_event_of(row) for row in rows]) if rows else None

    carrier = Carrier[NoticeState, NoticeSnapshot](
        kind=NOTICE,
        run=NoticeWorkflow.run,
        command=NoticeWorkflow.command,
        queue=CASE_QUEUE,
        task_timeout=TASK_TIMEOUT,
        workflow_id=notice_workflow_id,
        opening=lambda notice_id, state: OpenNotice(notice_id=notice_id, state=state),
        folded=folded,
        has_ended=lambda state: state.status in ENDED,
        snapshot=NoticeSnapshot,
        unstarted=lambda session, before: unstarted_dossiers(session, NOTICE, before),
        unfinished=lambda session: open_dossiers(session, NOTICE, [status.value for status in ENDED]),
        found_again=lambda notice_id: {"facts": {"dossier": str(notice_id)}},
    )
    return Door(client, resources, carrier)
