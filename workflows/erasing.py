"""The steps that every erasure has: look and plan, approve, do what comes first, carry out (Article 17; design principle 7).

What is asked of us and the account of a child that was reported share them (`workflows/rights/erasure.py`, `minor_report.py`).
Failures: a system that refuses or stays away is a work item, and the rest goes on. Nobody but a person ends it.
Next: `workflows/after_erasure.py`
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.erasure import Erasure
    from domain.case import CaseState
    from domain.erasure_decisions import erasure_binding
    from domain.erasure_messages import CarryOutErasure, ErasureCarriedOut, PlanErasure, PlanMade
    from domain.erasure_standing import PlanStanding
    from domain.events import Draft, Fact, Tag
    from domain.rights import Outcome, Right

from workflows.after_erasure import ask_about, certify_after_the_end, standing_of
from workflows.holders import held_drafts
from workflows.options import CONNECTORS
from workflows.proceedings import Proceedings, opened


def current(state: CaseState) -> bool:
    """Whether there is a plan by the identifiers that count now."""
    plan = state.erasure.plan if state.erasure else None
    return plan is not None and plan.keys == state.erasing_keys


async def make_plan(case: Proceedings) -> None:
    """Look into the systems until there is a plan; a system that fails is a person's decision."""
    while not current(case.state):
        erasure, keys = standing_of(case), case.state.erasing_keys
        message = PlanErasure(
            case_id=case.case_id,
            number=erasure.plans + 1,
            run=-(erasure.looks + 1),
            keys=keys,
            edits=erasure.edits,
            skipped=erasure.skipped,
            samples=case.state.erasing is Right.ERASURE,  # nobody has to look at what a child made
        )
        made: PlanMade = await workflow.execute_activity_method(Erasure.plan_erasure, message, **CONNECTORS)
        if made.failed:
            await ask_about(case, made.failed)
            continue
        facts: dict[str, Fact] = {
            "plan": str(made.plan),
            "number": message.number,
            "sha256": made.sha256,
            "datamap": made.datamap,
            "keys": [str(key) for key in keys],
            "erase": made.erase,
            "change": made.change,
            "keep": made.keep,
            "before": [f"{place.system}.{place.collection}" for place in made.before],
            "by_hand": [*made.by_hand],
            "addressees": [f"{each.track}.{each.recipient}" for each in made.addressees],
            "public": [f"{place.system}.{place.collection}" for place in made.public],
            "waiting_days": made.waiting_days,
            "second_look_days": made.second_look_days,
        }
        await case.record(Draft(tag=Tag.ERASURE_PLANNED, facts=facts), *held_drafts(case, made.held))


async def review(case: Proceedings) -> None:
    """Wait until the plan is approved, or is the plan no more."""
    await case.until(lambda state: _decided(state) or not current(state) or stopped(state))


def stopped(state: CaseState) -> bool:
    """Whether the person stopped what they had asked for."""
    item = state.item(state.erasing)
    return item is not None and item.outcome is Outcome.WITHDRAWN


def _decided(state: CaseState) -> bool:
    return state.erasure is not None and state.erasure.approved


def still(state: CaseState, plan: PlanStanding) -> bool:
    """Whether the approval of this plan holds: an address or a key may have changed since."""
    erasure = state.erasure
    return (
        erasure is not None
        and erasure.plan is not None
        and erasure.plan.sha256 == plan.sha256
        and erasure.plan.binding == erasure_binding(state)
        and current(state)
    )


async def void(case: Proceedings) -> None:
    """Make the plan void."""
    # What was approved goes with an address, keys and an identity record; one of them is another one now (R1).
    await case.record_if(lambda state: state.erasure and state.erasure.plan, Draft(tag=Tag.ERASURE_VOIDED))


async def ask_before(case: Proceedings, plan: PlanStanding) -> None:
    """Open what a person has to do first, unless it was opened for an earlier plan."""
    known = {(item.system, item.collection) for item in case.state.work_items.values() if item.kind == "before_erasure"}
    places = [tuple(place.split(".")) for place in plan.before]
    drafts = [
        opened(workflow.uuid4(), "before_erasure", system=system, collection=collection)
        for system, collection in places
        if (system, collection) not in known
    ]
    if drafts:
        await case.record(*drafts)


def nothing_before(state: CaseState) -> bool:
    """Whether everything that a person does first is done."""
    return not any(item.kind == "before_erasure" for item in state.open_work_items.values())


async def carry_out(case: Proceedings) -> bool:
    """Erase. False when what the systems hold no longer fits the plan, or somebody placed a hold."""
    plan = standing_of(case).plan
    assert plan is not None
    while True:
        run = -(standing_of(case).looks + 1)
        message = CarryOutErasure(
            case_id=case.case_id, plan=plan.id, sha256=plan.sha256, run=run, skipped=standing_of(case).skipped
        )
        done: ErasureCarriedOut = await workflow.execute_activity_method(Erasure.carry_out_erasure, message, **CONNECTORS)
        if done.held:
            await _ask_about_hold(case)
        elif done.failed:
            await ask_about(case, done.failed)
        elif not done.done:
            changed = [f"{place.system}.{place.collection}" for place in done.changed]
            await case.record(Draft(tag=Tag.ERASURE_VOIDED, facts={"changed": changed, "datamap": done.datamap}))
            return False
        else:
            # Also when the case was closed meanwhile: what is gone is gone, and the record has to say so.
            await case.record_even_if_ended(Draft(tag=Tag.ERASURE_CARRIED_OUT, facts={"plan": str(plan.id)}))
            if case.ended and case.right is Right.ERASURE:
                await certify_after_the_end(case)
            return True


async def _ask_about_hold(case: Proceedings) -> None:
    item = workflow.uuid4()
    await case.record(Draft(tag=Tag.ERASURE_INTERRUPTED), opened(item, "legal_hold"))
    await case.until(lambda state: item not in state.open_work_items)
