"""Article 17: look, plan, approve, tell, wait, erase, look again, certify, and look once more after a month.

1. A look into the systems makes a plan; a second person approves exactly it. Edits, other identifiers or a change in what the
   systems hold that matters make another plan.
2. Every proven address, and every one that the systems hold, is told with a link that stops it without a code; nothing is erased
   before the waiting days are over.
3. What only a person can do first is done first: a subscription is cancelled before its row goes.
4. It is carried out, looked at again, and certified. Processors are instructed, other recipients informed (Article 19).

Failures: a system that refuses or stays away is a work item, and the rest goes on. Nobody but a person ends it.
Next: `workflows/after_erasure.py`
"""

import contextlib
from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.erasure import Erasure
    from domain.case import CaseState
    from domain.erasure_decisions import erasure_binding, waiting_days
    from domain.erasure_messages import CarryOutErasure, ErasureCarriedOut, PlanErasure, PlanMade
    from domain.erasure_standing import PlanStanding
    from domain.events import Draft, Fact, Tag
    from domain.messages import SendLetter
    from domain.rights import Outcome, Right

from workflows.after_erasure import ask_about, finish, standing_of
from workflows.holders import held_drafts
from workflows.options import CONNECTORS
from workflows.proceedings import Proceedings, opened


async def erasure(case: Proceedings) -> None:
    """Carry the erasure from a look into the systems to the last look after it."""
    while not standing_of(case).carried_out_at:
        if _stopped(case.state):
            await _say_stopped(case)
            continue
        if not _current(case.state):
            await _plan(case)
        await _review(case)
        if standing_of(case).approved and await _wait(case) and await _carry_out(case):
            break
    await finish(case)


def _stopped(state: CaseState) -> bool:
    item = state.item(Right.ERASURE)
    return item is not None and item.outcome is Outcome.WITHDRAWN


async def _say_stopped(case: Proceedings) -> None:
    """Tell the person that nothing was erased; that ends it, and they may ask again at any time."""
    item = case.state.item(case.right)
    assert item is not None
    await case.deliver_or_ask(SendLetter(case_id=case.case_id, letter="erasure_stopped", number=item.decided))
    await case.conclude(Draft(tag=Tag.RIGHT_ANSWERED, facts={"right": case.right.value}))


def _current(state: CaseState) -> bool:
    plan = state.erasure.plan if state.erasure else None
    return plan is not None and plan.keys == state.usable_keys


async def _plan(case: Proceedings) -> None:
    while not _current(case.state):
        erasure, keys = standing_of(case), case.state.usable_keys
        message = PlanErasure(
            case_id=case.case_id,
            number=erasure.plans + 1,
            run=-(erasure.looks + 1),
            keys=keys,
            edits=erasure.edits,
            skipped=erasure.skipped,
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
            "waiting_days": made.waiting_days,
        }
        await case.record(Draft(tag=Tag.ERASURE_PLANNED, facts=facts), *held_drafts(case, made.held))


async def _review(case: Proceedings) -> None:
    await case.until(lambda state: _decided(state) or not _current(state) or _stopped(state))


def _decided(state: CaseState) -> bool:
    return state.erasure is not None and state.erasure.approved


def _still(state: CaseState, plan: PlanStanding) -> bool:
    """Whether the approval of this plan holds: an address or a key may have changed since."""
    erasure = state.erasure
    return (
        erasure is not None
        and erasure.plan is not None
        and erasure.plan.sha256 == plan.sha256
        and erasure.plan.binding == erasure_binding(state)
        and _current(state)
    )


async def _wait(case: Proceedings) -> bool:
    """Tell everybody, do what comes first, let the waiting days pass. False when the approval is void."""
    plan = standing_of(case).plan
    assert plan is not None
    if not _still(case.state, plan):
        await _void(case)
        return False
    if not plan.empty:
        await _announce(case, plan)
        await _ask_before(case, plan)
    await case.until(lambda state: not _still(state, plan) or (not state.held and _nothing_before(state)))
    until = standing_of(case).waiting_until
    if until is not None and until > workflow.now():
        with contextlib.suppress(TimeoutError):
            await case.until(lambda state: not _still(state, plan), timeout=until - workflow.now())
    await case.until(lambda state: not _still(state, plan) or not state.held)
    if not _still(case.state, plan):
        if standing_of(case).approved:
            await _void(case)
        return False
    return True


async def _void(case: Proceedings) -> None:
    # What was approved goes with an address, keys and an identity record; one of them is another one now (R1).
    await case.record_if(lambda state: state.erasure and state.erasure.plan, Draft(tag=Tag.ERASURE_VOIDED))


async def _announce(case: Proceedings, plan: PlanStanding) -> None:
    """Tell every proven address and every one that is held, once a plan; the stop link needs no code."""
    if standing_of(case).told_at is not None:
        return
    number = plan.approved_by * 100  # a letter of its own for each address
    for place, (key, identifier) in enumerate(sorted(case.state.identifiers.items())):
        if identifier.kind == "email" and (identifier.standing == "proven" or identifier.found):
            message = SendLetter(case_id=case.case_id, letter="erasure_planned", number=number + place, identifier=key)
            await case.deliver_or_ask(message)
    until = workflow.now() + timedelta(days=waiting_days(case.state, plan))
    await case.record_if(lambda state: _still(state, plan), Draft(tag=Tag.ERASURE_ANNOUNCED, facts={"until": until.isoformat()}))


async def _ask_before(case: Proceedings, plan: PlanStanding) -> None:
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


def _nothing_before(state: CaseState) -> bool:
    return not any(item.kind == "before_erasure" for item in state.open_work_items.values())


async def _carry_out(case: Proceedings) -> bool:
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
            return True


async def _ask_about_hold(case: Proceedings) -> None:
    item = workflow.uuid4()
    await case.record(Draft(tag=Tag.ERASURE_INTERRUPTED), opened(item, "legal_hold"))
    await case.until(lambda state: item not in state.open_work_items)
