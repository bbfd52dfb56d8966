"""A restriction that outlasts its case: an objection was right, and later the person wants it otherwise, or its ground is gone.

Told first, lifted then, as in an open case (Article 18(3)). Nobody is chased, since the case is over: processors and recipients
are tasks. Failures: what is out of attempts is a task, and goes on once a person has dealt with it.
Next: `workflows/measures.py`
"""

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from domain.events import Draft, Tag
    from domain.measure_standing import Measure, restriction_of
    from domain.messages import SendLetter
    from domain.recipients import FIRST
    from domain.rights import Status

from workflows.measures import carry_out
from workflows.proceedings import Proceedings, opened


async def lift_after_the_end(case: Proceedings) -> None:
    """Do what was decided about a restriction of a closed case; nothing where nothing was."""
    while case.state.status is Status.CLOSED:
        lasting, lift = restriction_of(case.state.measures), _pending(case)
        try:
            if lift is not None:
                await _lift(case, lift)
            elif lasting is not None and lasting.announced and lasting.told_at is None:
                await _tell(case, lasting)
            else:
                return
        except ActivityError:
            await _answered(case, "needs_operator")


def _pending(case: Proceedings) -> Measure | None:
    return next((each for each in case.state.measures if each.kind == "lift" and each.pending), None)


async def _tell(case: Proceedings, lasting: Measure) -> None:
    letter = SendLetter(case_id=case.case_id, letter="restriction_lifting", number=lasting.announced, note=lasting.text)
    told = await case.delivered(letter) or await _answered(case, "letter_failed")
    await case.record_even_if_ended(
        Draft(tag=Tag.LIFTING_TOLD if told else Tag.LIFTING_BOUNCED, facts={"number": lasting.number})
    )


async def _lift(case: Proceedings, lift: Measure) -> None:
    await carry_out(case, lift)
    done = next(each for each in case.state.measures if each.number == lift.number)
    tasks = [
        opened(workflow.uuid4(), FIRST[each.track], recipient=each.recipient, measure=str(lift.number))
        for each in done.addressees
    ]
    if done.carried_out_at is not None and tasks:
        await case.record_even_if_ended(*tasks)


async def _answered(case: Proceedings, kind: str) -> bool:
    """Wait for a person's answer to a task of the closed case, which is opened unless it lies there; whether it is done."""
    lying = [key for key, item in case.state.open_work_items.items() if item.kind == kind]
    key = lying[-1] if lying else workflow.uuid4()
    if not lying:
        await case.record_even_if_ended(opened(key, kind))
    await workflow.wait_condition(lambda: key not in case.state.open_work_items or case.state.status is not Status.CLOSED)
    return case.state.work_items[key].result == "found"
