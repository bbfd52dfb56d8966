"""Article 18: nothing but storage, in every system that can and by a person's hand elsewhere, until it is lifted after notice.

The case stays open while the restriction lasts. It is lifted by a privacy lead, and only after the person was told (18(3)).
Next: `workflows/answering.py`
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.events import Draft, Tag
    from domain.measure_standing import Measure, done_of
    from domain.rights import Outcome

from workflows.answering import answer, ask, decided, see_through, tell, until
from workflows.proceedings import Proceedings


async def restriction(case: Proceedings) -> None:
    """Carry a restriction from its ground to its end."""
    while _restricted(case) is None:
        await ask(case)
        await until(case, lambda _state: decided(case) or _restricted(case))
        if decided(case) and await answer(case):
            return
    item, measure = case.state.item(case.right), _restricted(case)
    assert item is not None
    assert measure is not None
    if not item.answered:
        await tell(case, "restriction_in_force", measure.number)
    over = {"right": case.right.value, "outcome": Outcome.FULFILLED.value}
    await see_through(case, Draft(tag=Tag.RIGHT_DECIDED, facts={**over}))


def _restricted(case: Proceedings) -> Measure | None:
    return next((each for each in done_of(case.state.measures, case.right) if each.kind == "restrict"), None)
