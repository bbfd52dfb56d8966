"""One measure: look what a correction would meet, carry it out, and ask a person where no program can (Articles 7(3), 16, 18).

Failures: a system that refuses or stays away is a work item, and the measure waits; a correction that meets neither the old
value nor the new one is void, and a caseworker looks again.
Next: `activities/measures.py`
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.measures import Measures
    from domain.case import CaseState
    from domain.events import Draft, Fact, Tag
    from domain.measure_decisions import wants_values
    from domain.measure_messages import (
        CarryOutMeasure,
        ExamineMeasure,
        FindValues,
        FoundValues,
        MeasureCarriedOut,
        MeasureExamined,
    )
    from domain.measure_standing import Measure, corrected_last, pending_of, restriction_of
    from domain.messages import SendLetter, SystemResult
    from domain.rights import Right, Status

from workflows.options import CONNECTORS
from workflows.proceedings import Proceedings, opened

_NOTHING = "nothing_marked"  # the task: nobody's records were marked, is that so?


def due(state: CaseState, right: Right) -> Measure | None:
    """The measure of a right that Habeas has something to do for, if there is one."""
    measure = pending_of(state.measures, right)
    return measure if measure is not None and (measure.approved or measure.found is None) else None


def to_be_told(state: CaseState, right: Right) -> Measure | None:
    """The restriction of a right whose lifting was decided and not told yet (Article 18(3))."""
    lasting = restriction_of(state.measures)
    return lasting if lasting and lasting.right is right and lasting.announced and lasting.told_at is None else None


async def attend(case: Proceedings) -> None:
    """Do what is to be done now for the measures of a right: one thing."""
    if wants_values(case.state, case.right):
        await _find_values(case)
    elif (measure := due(case.state, case.right)) is not None:
        await (carry_out(case, measure) if measure.approved else _examine(case, measure))
    elif (lasting := to_be_told(case.state, case.right)) is not None:
        letter = SendLetter(case_id=case.case_id, letter="restriction_lifting", number=lasting.announced, note=lasting.text)
        told = await case.deliver_or_ask(letter)
        await case.record(Draft(tag=Tag.LIFTING_TOLD if told else Tag.LIFTING_BOUNCED, facts={"number": lasting.number}))


async def _find_values(case: Proceedings) -> None:
    """What could be corrected, for whoever proposes it; a system that cannot be looked at keeps nobody from proposing."""
    keys, after = case.state.usable_keys, corrected_last(case.state.measures)
    message = FindValues(case_id=case.case_id, number=case.state.sequence, keys=keys)
    found: FoundValues = await workflow.execute_activity_method(Measures.find_values, message, **CONNECTORS)
    facts: dict[str, Fact] = {
        "keys": [str(key) for key in keys],
        "after": after,
        "values": found.values,
        "failed": [*found.failed],
    }
    await case.record(Draft(tag=Tag.VALUES_FOUND, facts=facts))


async def _examine(case: Proceedings, measure: Measure) -> None:
    message = ExamineMeasure(case_id=case.case_id, measure=_now(case, measure), keys=case.state.usable_keys)
    seen: MeasureExamined = await workflow.execute_activity_method(Measures.examine_measure, message, **CONNECTORS)
    if seen.rows is None:
        await _ask_about(case, measure, seen.failed)
    else:
        facts: dict[str, Fact] = {"number": measure.number, "rows": seen.rows}
        await case.record_if(lambda state: pending_of(state.measures, case.right), Draft(tag=Tag.MEASURE_EXAMINED, facts=facts))


async def carry_out(case: Proceedings, measure: Measure) -> None:
    """Make a measure true in the systems; what cannot be done is asked about, and the measure waits."""
    withdrawn = measure.kind == "withdraw"
    received = case.state.received_at
    message = CarryOutMeasure(
        case_id=case.case_id,
        measure=_now(case, measure),
        # Ending a consent asks for no proof; its effect ends with the address that was named (Article 7(3)).
        keys=[] if withdrawn else case.state.usable_keys,
        at=received if withdrawn and received is not None else workflow.now(),
        restriction=measure.of,
    )
    done: MeasureCarriedOut = await workflow.execute_activity_method(Measures.carry_out_measure, message, **CONNECTORS)
    if done.failed:
        await _ask_about(case, measure, done.failed)
        return
    if done.empty and not await _nobody_there(case, measure):
        await _undo(measure, message)
        done = done.model_copy(update={"stale": True})
    if done.stale:
        await case.record(Draft(tag=Tag.MEASURE_VOIDED, facts={"number": measure.number}))
        return
    facts: dict[str, Fact] = {
        "number": measure.number,
        "rows": done.rows,
        "by_hand": [*done.by_hand],
        "addressees": [f"{each.track}.{each.recipient}" for each in done.addressees],
    }
    items = [opened(workflow.uuid4(), "measure_by_hand", system=name, measure=str(measure.number)) for name in done.by_hand]
    # Also when the case was closed meanwhile: what is changed is changed, and the record has to say so.
    await case.record_even_if_ended(Draft(tag=Tag.MEASURE_CARRIED_OUT, facts=facts), *items)


async def _nobody_there(case: Proceedings, measure: Measure) -> bool:
    """No record was marked though programs looked: a person says whether nothing of theirs is held, or looks another way."""
    known = [key for key, item in case.state.work_items.items() if (item.kind, item.measure) == (_NOTHING, measure.number)]
    key = known[0] if known else workflow.uuid4()
    if not known:
        await case.record(opened(key, _NOTHING, measure=str(measure.number)))
    await case.until(lambda state: key not in state.open_work_items)
    return case.state.work_items[key].result == "found"


async def _undo(measure: Measure, message: CarryOutMeasure) -> None:
    """What held here from the first moment ends with a restriction that came to nothing."""
    if measure.kind in {"restrict", "dispute"}:
        back = measure.model_copy(update={"kind": "lift", "of": measure.number})
        undo = message.model_copy(update={"measure": back})
        await workflow.execute_activity_method(Measures.carry_out_measure, undo, **CONNECTORS)


def _now(case: Proceedings, measure: Measure) -> Measure:
    """The measure as it stands: systems may have been left out since."""
    return next(each for each in case.state.measures if each.number == measure.number)


async def _ask_about(case: Proceedings, measure: Measure, failed: list[SystemResult]) -> None:
    """A system cannot be looked at or changed: a person mends it, or says why it is left out."""
    items = {workflow.uuid4(): result.system for result in failed}
    number = str(measure.number)
    # A restriction may outlast its case, and is lifted after it (`workflows/lifting.py`).
    record = case.record_even_if_ended if case.state.status is Status.CLOSED else case.record
    await record(*(opened(item, "measure_failed", system=system, measure=number) for item, system in items.items()))
    if case.state.status is Status.CLOSED:
        here = case.state
        await workflow.wait_condition(lambda: not items.keys() & here.open_work_items.keys() or here.status is not Status.CLOSED)
    else:
        await case.until(lambda state: not items.keys() & state.open_work_items.keys())
    left_out = [system for item, system in items.items() if case.state.work_items[item].result == "exception"]
    if left_out:
        facts = [{"number": measure.number, "system": system} for system in left_out]
        await record(*(Draft(tag=Tag.MEASURE_SYSTEM_SKIPPED, facts={**fact}) for fact in facts))
