"""What a worker carries: the workflows, their ids and their queues. Every @workflow.defn is here (held by a test)."""

from workflows.archive import ArchiveWorkflow
from workflows.audit import AuditWorkflow
from workflows.breach import BreachWorkflow
from workflows.case import CaseWorkflow
from workflows.ids import (
    AUDIT_WORKFLOW_ID,
    archive_workflow_id,
    breach_workflow_id,
    case_workflow_id,
    mailbox_workflow_id,
    notice_workflow_id,
    sweep_workflow_id,
)
from workflows.mailbox import MailboxWorkflow
from workflows.notice import NoticeWorkflow
from workflows.options import CASE_QUEUE, CONNECTOR_QUEUE, LETTER_QUEUE, MAIL_QUEUE, NOTICE_QUEUE
from workflows.sweep import SweepWorkflow

WORKFLOWS: list[type] = [
    CaseWorkflow,
    MailboxWorkflow,
    BreachWorkflow,
    NoticeWorkflow,
    SweepWorkflow,
    AuditWorkflow,
    ArchiveWorkflow,
]

__all__ = [
    "AUDIT_WORKFLOW_ID",
    "CASE_QUEUE",
    "CONNECTOR_QUEUE",
    "LETTER_QUEUE",
    "MAIL_QUEUE",
    "NOTICE_QUEUE",
    "WORKFLOWS",
    "archive_workflow_id",
    "breach_workflow_id",
    "case_workflow_id",
    "mailbox_workflow_id",
    "notice_workflow_id",
    "sweep_workflow_id",
]
