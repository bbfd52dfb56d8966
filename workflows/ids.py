"""The workflow ids: opaque or names from the settings, since ids are never encrypted."""

from uuid import UUID

AUDIT_WORKFLOW_ID = "audit"


def case_workflow_id(case_id: UUID) -> str:
    """The workflow id of a case."""
    return f"case-{case_id}"


def mailbox_workflow_id(mailbox: str) -> str:
    """The workflow id of a watched mailbox."""
    return f"mailbox-{mailbox}"


def breach_workflow_id(breach_id: UUID) -> str:
    """The workflow id of a breach."""
    return f"breach-{breach_id}"


def notice_workflow_id(notice_id: UUID) -> str:
    """The workflow id of a notice."""
    return f"notice-{notice_id}"


def archive_workflow_id(archive: UUID) -> str:
    """The workflow id of an import."""
    return f"archive-{archive}"


def sweep_workflow_id(rule: str, system: str | None = None, collection: str | None = None) -> str:
    """The workflow id of a period of retention: of Habeas' own, or of a collection of the controller's."""
    return f"sweep-{rule}" if system is None else f"sweep-{rule}-{system}-{collection}"
