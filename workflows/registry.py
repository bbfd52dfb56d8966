"""What a worker carries: the workflows, their ids and their queues. Every @workflow.defn is here (held by a test)."""

from uuid import UUID

from workflows.case import CaseWorkflow
from workflows.options import CASE_QUEUE, CONNECTOR_QUEUE

WORKFLOWS: list[type] = [CaseWorkflow]

__all__ = ["CASE_QUEUE", "CONNECTOR_QUEUE", "WORKFLOWS", "case_workflow_id"]


def case_workflow_id(case_id: UUID) -> str:
    """The workflow id of a case: opaque, since ids are never encrypted."""
    return f"case-{case_id}"
