"""Two requests for the same thing: the one that goes on keeps the date of the first (Article 12(3)).

Next: workflows/mail.py
"""

import contextlib
from uuid import UUID

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from domain.messages import MailArrived

from workflows.ids import case_workflow_id
from workflows.proceedings import Proceedings


async def tell_earlier_date(case: Proceedings, into: UUID) -> None:
    """Of two requests for the same thing the date of the first one counts."""
    if case.state.received_at is not None:
        earlier = MailArrived(mail=case.case_id, arrived_at=case.state.received_at, kind="earlier")
        with contextlib.suppress(ApplicationError):  # the other one has ended meanwhile
            await workflow.get_external_workflow_handle(case_workflow_id(into)).signal("mail_arrived", earlier)
