"""Article 17: look, plan, approve, tell, wait, erase, look again, certify, and look once more after a month.

1. A look into the systems makes a plan; a second person approves exactly it. Edits, other identifiers or a change in what the
   systems hold that matters make another plan.
2. Every proven address, and every one that the systems hold, is told with a link that stops it without a code; nothing is erased
   before the waiting days are over.
3. What only a person can do first is done first: a subscription is cancelled before its row goes.
4. It is carried out, looked at again, and certified. Processors are instructed, other recipients informed (Article 19).

Failures: a system that refuses or stays away is a work item, and the rest goes on. Nobody but a person ends it.
Next: `workflows/erasing.py`
"""

import contextlib
from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.erasure_decisions import waiting_days
    from domain.erasure_standing import PlanStanding
    from domain.events import Draft, Tag
    from domain.messages import SendLetter

from workflows.after_erasure import finish, standing_of
from workflows.erasing import ask_before, carry_out, current, make_plan, nothing_before, review, still, stopped, void
from workflows.proceedings import Proceedings


async def erasure(case: Proceedings) -> None:
    """Carry the erasure from a look into the systems to the last look after it."""
    while not standing_of(case).carried_out_at:
        if stopped(case.state):
            await _say_stopped(case)
            continue
        if not current(case.state):
            await make_plan(case)
        await review(case)
        if standing_of(case).approved and await _wait(case) and await carry_out(case):
            break
    await finish(case)


async def _say_stopped(case: Proceedings) -> None:
    """Tell the person that nothing was erased; that ends it, and they may ask again at any time."""
    item = case.state.item(case.right)
    assert item is not None
    await case.deliver_or_ask(SendLetter(case_id=case.case_id, letter="erasure_stopped", number=item.decided))
    await case.conclude(case.given(Draft(tag=Tag.RIGHT_ANSWERED, facts={"right": case.right.value})))


async def _wait(case: Proceedings) -> bool:
    """Tell everybody, do what comes first, let the waiting days pass. False when the approval is void."""
    plan = standing_of(case).plan
    assert plan is not None
    if not still(case.state, plan):
        await void(case)
        return False
    if not plan.empty:
        await _announce(case, plan)
        await ask_before(case, plan)
    await case.until(lambda state: not still(state, plan) or (not state.held and nothing_before(state)))
    until = standing_of(case).waiting_until
    if until is not None and until > workflow.now():
        with contextlib.suppress(TimeoutError):
            await case.until(lambda state: not still(state, plan), timeout=until - workflow.now())
    await case.until(lambda state: not still(state, plan) or not state.held)
    if not still(case.state, plan):
        if standing_of(case).approved:
            await void(case)
        return False
    return True


_ON_PAPER = 99  # behind the places of the addresses


async def _announce(case: Proceedings, plan: PlanStanding) -> None:
    """Tell every proven address and every one that is held, once a plan; the stop link needs no code."""
    if standing_of(case).told_at is not None:
        return
    number = plan.approved_by * 100  # a letter of its own for each address
    for place, (key, identifier) in enumerate(sorted(case.state.identifiers.items())):
        if identifier.kind == "email" and (identifier.standing == "proven" or identifier.found):
            message = SendLetter(case_id=case.case_id, letter="erasure_planned", number=number + place, identifier=key)
            await case.deliver_or_ask(message)
    if case.state.delivery_address is None:  # without e-mail the days to stop it begin when the letter was posted
        await case.deliver_or_ask(SendLetter(case_id=case.case_id, letter="erasure_planned", number=number + _ON_PAPER))
    until = workflow.now() + timedelta(days=waiting_days(case.state, plan))
    await case.record_if(lambda state: still(state, plan), Draft(tag=Tag.ERASURE_ANNOUNCED, facts={"until": until.isoformat()}))
