"""Article 7(3): a consent ends at once, for the purposes that were named, from the moment the withdrawal was received.

Nobody is asked who they are, since nobody was when consent was given; the effect ends with the address that was named. Earlier
processing stays as it was. Where the request names no purpose, a caseworker says which are meant.
Next: `workflows/answering.py`
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.events import Draft, Tag
    from domain.measure_decisions import withdrawing
    from domain.measure_standing import Measure, done_of, pending_of
    from domain.rights import Outcome

from workflows.answering import answer, ask, decided, see_through, tell, until
from workflows.proceedings import Proceedings


async def withdraw_consent(case: Proceedings) -> None:
    """Carry the withdrawal of a consent to the letter that says so."""
    while _ended(case) is None:
        if case.state.consents and pending_of(case.state.measures, case.right) is None and not decided(case):
            await case.record(withdrawing(case.state.consents))
        elif pending_of(case.state.measures, case.right) is None:
            await ask(case)
        await until(case, lambda _state: decided(case) or _ended(case))
        if decided(case) and _ended(case) is None and await answer(case):
            return
    item, measure = case.state.item(case.right), _ended(case)
    assert item is not None
    assert measure is not None
    if not item.answered:
        over = {"right": case.right.value, "outcome": Outcome.FULFILLED.value}
        await tell(case, "consent_withdrawn", measure.number, Draft(tag=Tag.RIGHT_DECIDED, facts={**over}))
    if item.following:
        await see_through(case)


def _ended(case: Proceedings) -> Measure | None:
    return next((each for each in done_of(case.state.measures, case.right) if each.kind == "withdraw"), None)
