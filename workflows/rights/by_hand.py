"""Whatever right is not carried out by Habeas itself yet: a person does it, says how it ended, and the data subject is told.

A refusal takes its own road (`workflows/notices.py`), since somebody else has to approve it.
Failures: a letter that cannot be delivered is a work item; if the person was not told, the right is decided anew.
Next: `workflows/notices.py`
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.events import Draft, Tag
    from domain.messages import SendLetter

from workflows.proceedings import Proceedings, opened


async def by_hand(case: Proceedings) -> None:
    """Ask a caseworker to carry the right out, and tell the data subject what came of it."""
    right = case.right
    while True:
        if not any(item.right is right for item in case.state.open_work_items.values()) and not _decided(case):
            await case.record(opened(workflow.uuid4(), "carry_out_right", right=right.value))
        await case.until(lambda _state: _decided(case))
        item = case.state.item(right)
        assert item is not None
        letter = SendLetter(case_id=case.case_id, letter="right_decided", number=item.decided, note=item.text)
        if await case.deliver_or_ask(letter):
            await case.conclude(Draft(tag=Tag.RIGHT_ANSWERED, facts={"right": right.value}))
            return
        await case.record(Draft(tag=Tag.RIGHT_BOUNCED, facts={"right": right.value}))


def _decided(case: Proceedings) -> bool:
    item = case.state.item(case.right)
    return item is not None and item.outcome is not None
