"""Notices that the law counts only when they were given: an extension (Article 12(3)) and a refusal (Article 12(4)).

The letter goes first, the event that the clock reads comes when the mail server took it, or when a person says how it reached
the data subject. Both watch the state, so that a case that is carried on sends what was decided before it was ended.
Next: `activities/correspondence.py`
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.case import Notice
    from domain.events import Draft, Tag
    from domain.messages import SendLetter

from workflows.proceedings import Proceedings


async def give_extension(case: Proceedings) -> None:
    """Send the notice of each extension that was decided. Ends with the case (CaseEnded)."""
    while True:
        await case.until(lambda state: state.extension and not state.extension.given)
        told = await _told(case, "extension", case.state.extension)
        await case.record(case.given(Draft(tag=Tag.EXTENSION_NOTIFIED if told else Tag.EXTENSION_BOUNCED)))


async def give_refusal(case: Proceedings) -> None:
    """Send an approved refusal; that ends what it refuses: one right, or the case."""
    while True:
        await case.until(lambda state: state.refusal and state.refusal.approved)
        right = case.state.refusal.right if case.state.refusal else None
        if await _told(case, "refusal", case.state.refusal):
            await case.conclude(case.given(Draft(tag=Tag.REFUSAL_NOTIFIED, facts={"right": right.value} if right else {})))
        else:
            await case.record(Draft(tag=Tag.REFUSAL_BOUNCED))


async def tell_not_confirmed(case: Proceedings) -> None:
    """Say that we do not act because we do not know who asks (Article 12(4)); only when the letter went out it was said."""
    message = SendLetter(case_id=case.case_id, letter="identity_not_confirmed", number=case.state.sequence)
    if await case.delivered(message):
        await case.record_even_if_ended(Draft(tag=Tag.REFUSAL_NOTIFIED))


async def _told(case: Proceedings, letter: str, notice: Notice | None) -> bool:
    assert notice is not None
    message = SendLetter(case_id=case.case_id, letter=letter, number=notice.sequence, note=notice.text)
    return await case.deliver_or_ask(message)
