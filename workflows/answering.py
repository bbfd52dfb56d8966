"""From what was asked to the answer, for rights that a person decides: ask, carry out what they decide, tell, see it through.

A refusal takes its own road (`workflows/notices.py`), since somebody else has to approve it.
Failures: a letter that cannot be delivered is a work item; if the person was not told, the right is decided anew.
Next: `workflows/measures.py`
"""

from collections.abc import Callable

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.case import CaseState
    from domain.conclusion import all_ended, waits_for_words
    from domain.events import Draft, Fact, Tag
    from domain.measure_decisions import lifting, wants_values
    from domain.measure_standing import Measure, done_of, restriction_of
    from domain.messages import SendLetter
    from domain.recipients import expected
    from domain.rights import Outcome, Right

from workflows.measures import attend, due, to_be_told
from workflows.proceedings import Proceedings, opened


def decided(case: Proceedings) -> bool:
    """Whether the right has its outcome."""
    item = case.state.item(case.right)
    return item is not None and item.outcome is not None


async def answered_by_person(case: Proceedings, letter: str = "right_decided") -> None:
    """Ask a caseworker, carry out what they decide, and tell the data subject what came of it."""
    while True:
        await ask(case)
        await until(case, lambda _state: decided(case))
        if await answer(case, letter):
            return


async def ask(case: Proceedings) -> None:
    """Open the work item of a right, unless it lies there or the right is decided."""
    if not decided(case) and not any(item.right is case.right for item in case.state.open_work_items.values()):
        await case.record(opened(workflow.uuid4(), "carry_out_right", right=case.right.value))


async def until(case: Proceedings, condition: Callable[[CaseState], object]) -> None:
    """Carry out the measures of a right until the state fulfils a condition."""

    def there_is_work(state: CaseState) -> bool:
        return bool(due(state, case.right) or to_be_told(state, case.right) or wants_values(state, case.right))

    while True:
        await case.until(lambda state: condition(state) or there_is_work(state))
        if not there_is_work(case.state):
            return
        await attend(case)


async def answer(case: Proceedings, letter: str = "right_decided") -> bool:
    """Tell the data subject what was decided, and see it through. False when it has to be decided anew."""
    item = case.state.item(case.right)
    assert item is not None
    if not item.answered:
        if not await case.deliver_or_ask(SendLetter(case_id=case.case_id, letter=letter, number=item.decided, note=item.text)):
            await case.record(Draft(tag=Tag.RIGHT_BOUNCED, facts={"right": case.right.value}))
            return False
        await case.conclude(told(case))
    if item.following:
        await see_through(case)
    return True


def told(case: Proceedings) -> Draft:
    """The event that says that the person was told, and whether something is still open."""
    facts: dict[str, Fact] = {"right": case.right.value}
    if _open_ends(case.state, case.right):
        facts["following"] = True
    return case.given(Draft(tag=Tag.RIGHT_ANSWERED, facts=facts))


async def tell(case: Proceedings, letter: str, number: int, *drafts: Draft) -> None:
    """Send a letter that Habeas writes until the person is told, then record that they were, with what else ends the right."""
    while not await case.deliver_or_ask(SendLetter(case_id=case.case_id, letter=letter, number=number)):
        await case.record(Draft(tag=Tag.RIGHT_BOUNCED, facts={"right": case.right.value}))
        number = case.state.sequence  # to be sent another way, it is another letter
    await case.conclude(*drafts, told(case))


async def see_through(case: Proceedings, *drafts: Draft) -> None:
    """What the answer left open: a restriction that lasts, systems by hand, recipients who are still asked; then it is over."""
    lasting = _lasting(case.state, case.right)
    item = case.state.item(case.right)
    if lasting is not None and item is not None and item.outcome is Outcome.REFUSED:
        await case.record(lifting(lasting))  # the refusal told the person that it ends
    await until(case, lambda state: _lasting(state, case.right) is None)
    await case.until(lambda state: _nothing_open(state, case.right))
    await case.conclude(*drafts, Draft(tag=Tag.RIGHT_FOLLOWED_UP, facts={"right": case.right.value}))


def _lasting(state: CaseState, right: Right) -> Measure | None:
    """The restriction of a right that has to be lifted; one that follows from an objection that was right stays."""
    lasting, item = restriction_of(state.measures), state.item(right)
    stays = right is Right.OBJECTION and item is not None and item.outcome in {Outcome.FULFILLED, Outcome.PARTLY_FULFILLED}
    return lasting if lasting is not None and lasting.right is right and not stays else None


def _open_ends(state: CaseState, right: Right) -> bool:
    return _lasting(state, right) is not None or not _nothing_open(state, right)


def _nothing_open(state: CaseState, right: Right) -> bool:
    measures = done_of(state.measures, right)
    numbers = {each.number for each in measures}
    by_hand = any(item.kind == "measure_by_hand" and item.measure in numbers for item in state.open_work_items.values())
    return not by_hand and not any(expected(state, each) for each in measures)


async def close_once_answered(case: Proceedings) -> None:
    """All that was asked is done, and only words of the person held the end up: it comes with the answer to them."""
    while True:
        await case.until(_over)
        await case.conclude(still=_over)


def _over(state: CaseState) -> bool:
    return all_ended(state) and not waits_for_words(state)
