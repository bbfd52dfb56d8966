"""s.164A DPA 2018: a complaint is acknowledged at once, looked into by somebody not involved, and answered with its outcome.

The thirty days of the law are the clock's and end with the acknowledgement; a note of progress is asked for every fourteen days.
Failures: an acknowledgement or an outcome that did not arrive is a work item, and was not given. Next: `domain/complaint.py`
"""

import functools
from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.complaint import ACKNOWLEDGE, HANDLE, PROGRESS, PROGRESS_EVERY
    from domain.events import Draft, Tag
    from domain.messages import SendLetter

from workflows.proceedings import Proceedings, opened


async def complaint(case: Proceedings) -> None:
    """Carry a complaint from its acknowledgement to its outcome."""
    if not _decided(case) and not _lies(case, HANDLE):
        await case.record(opened(workflow.uuid4(), HANDLE))  # looking into it begins at receipt, not with the thirtieth day
    case.errand(functools.partial(_acknowledge, case))
    while True:
        await _look_into(case)
        item = case.state.item(case.right)
        assert item is not None
        outcome = SendLetter(case_id=case.case_id, letter="complaint_outcome", number=item.decided, note=item.text)
        if await case.deliver_or_ask(outcome):
            await case.conclude(case.given(Draft(tag=Tag.RIGHT_ANSWERED, facts={"right": case.right.value})))
            return
        await case.record(Draft(tag=Tag.RIGHT_BOUNCED, facts={"right": case.right.value}), opened(workflow.uuid4(), HANDLE))


async def _acknowledge(case: Proceedings) -> None:
    while not case.state.complaint.acknowledged:
        told = await case.deliver_or_ask(SendLetter(case_id=case.case_id, letter="complaint_received"))
        if not told:
            # Any other way will do, and somebody has to find one; until then the thirty days run.
            item = workflow.uuid4()
            await case.record(opened(item, ACKNOWLEDGE))
            await case.until(lambda state, item=item: item not in state.open_work_items)  # type: ignore[misc]
            told = case.state.work_items[item].result == "found"
        if told:
            await case.record(case.given(Draft(tag=Tag.COMPLAINT_ACKNOWLEDGED)))


async def _look_into(case: Proceedings) -> None:
    """Wait for the decision, and ask for a note of progress whenever the person has heard nothing for a while."""
    while not _decided(case):
        last = case.state.complaint.told_at or case.state.received_at
        assert last is not None
        left = last + PROGRESS_EVERY - workflow.now()
        known = case.state.complaint.told_at
        try:
            await case.until(
                lambda state, known=known: _decided(case) or state.complaint.told_at != known,  # type: ignore[misc]
                timeout=None if _lies(case, PROGRESS) else max(left, timedelta(0)),
            )
        except TimeoutError:
            await case.record(opened(workflow.uuid4(), PROGRESS))


def _decided(case: Proceedings) -> bool:
    item = case.state.item(case.right)
    return item is not None and item.outcome is not None


def _lies(case: Proceedings, kind: str) -> bool:
    return any(item.kind == kind for item in case.state.open_work_items.values())
