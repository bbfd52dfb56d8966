"""Two cases of one person: the one that goes on keeps the date of the first, and both are told (Article 12(3)).

Where nothing proves that one person made both, joining is only proposed, and a task asks a second person. Failures: the case that
was to go on has ended meanwhile: a task asks somebody to look whether its answer covers what was asked here.
Next: workflows/mail.py
"""

from uuid import UUID

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from domain.case import JOIN
    from domain.messages import MailArrived
    from domain.texts import PersonId

from workflows.ids import case_workflow_id
from workflows.proceedings import Proceedings, opened


async def follow_joining(case: Proceedings, into: UUID, by: PersonId) -> None:
    """Tell the case that goes on; or, while it is only proposed, ask a second person."""
    if not case.ended:
        asked = any(item.kind == JOIN for item in case.state.open_work_items.values())
        if case.state.joining is not None and not asked:
            await case.record(opened(workflow.uuid4(), JOIN))
        return
    assert case.state.received_at is not None
    joined = MailArrived(mail=case.case_id, arrived_at=case.state.received_at, kind="joined", actor=by)
    try:
        await workflow.get_external_workflow_handle(case_workflow_id(into)).signal("mail_arrived", joined)
    except ApplicationError:  # the other one has ended meanwhile
        await case.record_even_if_ended(opened(workflow.uuid4(), "joined_after_end"))
