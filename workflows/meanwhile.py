"""An erasure at high risk that waits for identity: until then the data are only stored (`security.md` section 3).

The person is told when it begins, and that it ends with the erasure or with the request; where a privacy lead ends it sooner,
they are told before that (Article 18(3)). Whoever says "this was not me" ends it at once. What only a person could mark is left
as it is: it ends by itself, and nobody would be left to undo it.
Failures: a system that cannot be marked is left out; one whose mark cannot be taken away is a work item.
Next: domain/meanwhile.py
"""

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from activities.measures import Measures
    from domain.events import Draft, Tag
    from domain.meanwhile import begins, lasts, to_be_told
    from domain.measure_messages import CarryOutMeasure, MeasureCarriedOut
    from domain.measure_standing import Kind, Measure
    from domain.messages import SendLetter
    from domain.rights import Right

from workflows.options import CONNECTORS
from workflows.proceedings import Proceedings, opened


async def restrict_meanwhile(case: Proceedings) -> None:
    """Restrict while an erasure waits, and end it. Ends with the case (CaseEnded), which ends the restriction too."""
    while True:
        await case.until(lambda state: state.restricted_meanwhile or begins(state))
        if await case.record_if(
            lambda state: begins(state) and not state.restricted_meanwhile, Draft(tag=Tag.ERASURE_RESTRICTED)
        ):
            case.post("erasure_restricted", number=case.state.restricted_meanwhile)
        if lasts(case.state):
            await _carry_out(case, "restrict")
        await case.until(lambda state: state.restricted_meanwhile and not lasts(state))
        await end_restriction(case)


async def end_restriction(case: Proceedings) -> None:
    """Let everything be as it was, also when the case has ended."""
    done: MeasureCarriedOut | None = None
    while case.state.restricted_meanwhile and (done := await _carry_out(case, "lift")) is None:
        item = workflow.uuid4()
        await case.record_even_if_ended(opened(item, "needs_operator"))
        await workflow.wait_condition(lambda item=item: item not in case.state.open_work_items)  # type: ignore[misc]
    if case.state.restricted_meanwhile and done is not None:
        await case.record_even_if_ended(Draft(tag=Tag.ERASURE_RELEASED, facts={"rows": done.rows}))


async def tell_before_lifting(case: Proceedings) -> None:
    """Tell the person that it ends sooner, whenever that is decided; only then is it lifted. Ends with the case (CaseEnded)."""
    while True:
        await case.until(to_be_told)
        number, lifting = case.state.restricted_meanwhile, to_be_told(case.state)
        assert lifting is not None
        letter = SendLetter(case_id=case.case_id, letter="restriction_lifting", number=lifting.announced, note=lifting.text)
        told = await case.deliver_or_ask(letter)
        await case.record(Draft(tag=Tag.LIFTING_TOLD if told else Tag.LIFTING_BOUNCED, facts={"number": number}))


async def _carry_out(case: Proceedings, kind: Kind) -> MeasureCarriedOut | None:
    """Mark what programs can mark, or take the marks away; doing it twice changes nothing more. None where a system failed."""
    number = case.state.restricted_meanwhile
    measure = Measure(number=number, right=Right.ERASURE, kind=kind, of=number if kind == "lift" else 0)
    message = CarryOutMeasure(case_id=case.case_id, measure=measure, keys=case.state.usable_keys, at=workflow.now())
    try:
        done: MeasureCarriedOut = await workflow.execute_activity_method(Measures.carry_out_measure, message, **CONNECTORS)
    except ActivityError:
        return None
    return None if done.failed else done
