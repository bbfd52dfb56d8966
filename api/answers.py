"""What comes back from a command to a workflow: its refusal as the domain's own error, or silence.

Next: `api/cases.py`
"""

from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from domain.errors import DomainError, find_error


class CommandUnansweredError(DomainError):
    """No worker answered in time. The command counts as accepted only when it is answered under its id."""

    kind = "unanswered"
    sentence = "The command was handed in and is not answered yet. Ask again under its id."


def restored(failure: WorkflowUpdateFailedError) -> DomainError:
    """The refusal as the workflow raised it.

    Raises:
        WorkflowUpdateFailedError: it was none of ours.
    """
    cause = failure.cause
    if not isinstance(cause, ApplicationError) or cause.type is None:
        raise failure
    facts = cause.details[0] if cause.details else {}
    return find_error(cause.type)(cause.message, **facts)
