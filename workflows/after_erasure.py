"""After an erasure: hand work, recipients, the look afterwards, the certificate, and one more look after a month (Article 17).

A leftover is a work item; rows that were made since are a question for a person, never a leftover.
Next: `workflows/recipients.py`
"""

import contextlib
import functools
from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.erasure import Erasure
    from domain.case import CaseState
    from domain.erasure_messages import CertifyErasure, LookAgain, LookedAgain
    from domain.erasure_standing import ErasureStanding, PlanStanding
    from domain.events import Draft, Fact, Tag
    from domain.messages import CaseRef, SendLetter, SystemResult
    from domain.recipients import FIRST, confirmed, instructed
    from domain.rights import Outcome

from workflows.options import CONNECTORS, EVENTS
from workflows.proceedings import Proceedings, opened
from workflows.recipients import pursue

_PUBLIC = "public_copies"  # what was public may be copied elsewhere: the reasonable steps are a person's (Article 17(2))


def standing_of(case: Proceedings) -> ErasureStanding:
    """How far the erasure of a case is."""
    return case.state.erasure or ErasureStanding()


async def ask_about(case: Proceedings, failed: list[SystemResult]) -> None:
    """A system cannot be searched or changed: a person mends it, or says why it is left out."""
    items = {workflow.uuid4(): result.system for result in failed}
    interrupted = Draft(tag=Tag.ERASURE_INTERRUPTED, facts={"systems": [result.system for result in failed]})
    drafts = [opened(item, "erasure_failed", system=system) for item, system in items.items()]
    await case.record(interrupted, *drafts)
    await case.until(lambda state: not items.keys() & state.open_work_items.keys())
    left_out = [system for item, system in items.items() if case.state.work_items[item].result == "exception"]
    if left_out:
        await case.record(*(Draft(tag=Tag.ERASURE_SYSTEM_SKIPPED, facts={"system": system}) for system in left_out))


async def finish(case: Proceedings) -> None:
    """From the first look after it to the last one: hand work, recipients, certificate, another look after a month."""
    plan = standing_of(case).plan
    assert plan is not None
    for addressee in plan.addressees:
        case.errand(functools.partial(pursue, case, addressee))
    await _ask_about_public_copies(case, plan)
    await _by_hand(case, plan)
    if standing_of(case).looked_at is None:
        await _look(case, plan)
    await _certify(case, plan)
    if not plan.empty:
        case.errand(functools.partial(_tell_of_rest, case, plan))
        await _look_once_more(case, plan)
        await case.until(lambda state: all(confirmed(state, each) for each in plan.addressees) and not _lies(state, _PUBLIC))
        await case.until(lambda _state: standing_of(case).told_of_rest or not standing_of(case).pending)
    await workflow.execute_activity_method(Erasure.forget_looks, CaseRef(case_id=case.case_id), **EVENTS)
    decided: dict[str, Fact] = {"right": case.right.value, "outcome": _outcome(case, plan).value}
    await case.conclude(Draft(tag=Tag.RIGHT_DECIDED, facts=decided))


async def finish_unseen(case: Proceedings) -> None:
    """The same for an account whose holder did not ask: nobody gets a certificate, and the month is not waited for."""
    plan = standing_of(case).plan
    assert plan is not None
    for addressee in plan.addressees:
        case.errand(functools.partial(pursue, case, addressee))
    await _by_hand(case, plan)
    if standing_of(case).looked_at is None:
        await _look(case, plan, last=True)
    await case.until(lambda state: not any(item.kind in {"leftover", "newer_account"} for item in state.open_work_items.values()))
    await case.until(lambda state: all(confirmed(state, each) for each in plan.addressees))
    await workflow.execute_activity_method(Erasure.forget_looks, CaseRef(case_id=case.case_id), **EVENTS)


async def certify_after_the_end(case: Proceedings) -> None:
    """The case was closed while it was erased: what is gone is gone, so the person gets the certificate all the same."""
    plan = standing_of(case).plan
    assert plan is not None
    told = [opened(workflow.uuid4(), FIRST[each.track], recipient=each.recipient) for each in plan.addressees]
    await case.record_even_if_ended(*told)
    run = -(standing_of(case).looks + 1)
    look = LookAgain(case_id=case.case_id, plan=plan.id, run=run, skipped=standing_of(case).skipped)
    looked: LookedAgain = await workflow.execute_activity_method(Erasure.look_again, look, **CONNECTORS)
    left = sum(each.rows for each in looked.leftovers if not each.newer)
    await case.record_even_if_ended(Draft(tag=Tag.ERASURE_LOOKED, facts={"leftovers": left, "newer": 0, "last": True}))
    made = await workflow.execute_activity_method(Erasure.certify_erasure, _certificate(case, plan), **CONNECTORS)
    await case.record_even_if_ended(
        Draft(tag=Tag.ERASURE_CERTIFIED, facts={"sha256": made.sha256, "erased": made.erased, "kept": made.kept})
    )
    await case.delivered(SendLetter(case_id=case.case_id, letter="erasure_done", number=standing_of(case).certified))
    await workflow.execute_activity_method(Erasure.forget_looks, CaseRef(case_id=case.case_id), **EVENTS)


async def _ask_about_public_copies(case: Proceedings, plan: PlanStanding) -> None:
    known = {(item.system, item.collection) for item in case.state.work_items.values() if item.kind == _PUBLIC}
    places = [place.split(".") for place in plan.public]
    drafts = [
        opened(workflow.uuid4(), _PUBLIC, system=system, collection=name)
        for system, name in places
        if (system, name) not in known
    ]
    if drafts:
        await case.record(*drafts)


async def _tell_of_rest(case: Proceedings, plan: PlanStanding) -> None:
    """A second letter, once every processor that was pending in the certificate has confirmed, or a person says why not."""
    if not standing_of(case).pending or standing_of(case).told_of_rest:
        return
    await case.until(lambda state: all(confirmed(state, each) for each in plan.addressees))
    number = standing_of(case).certified
    await case.delivered(SendLetter(case_id=case.case_id, letter="erasure_confirmed", number=number))
    await case.record_if(lambda _state: not standing_of(case).told_of_rest, Draft(tag=Tag.ERASURE_REST_TOLD))


def _lies(state: CaseState, kind: str) -> bool:
    return any(item.kind == kind for item in state.open_work_items.values())


async def _by_hand(case: Proceedings, plan: PlanStanding) -> None:
    """Systems that no program may change: a person erases there, and says so."""
    known = {item.system for item in case.state.work_items.values() if item.kind == "erase_by_hand"}
    drafts = [opened(workflow.uuid4(), "erase_by_hand", system=system) for system in plan.by_hand if system not in known]
    if drafts:
        await case.record(*drafts)
    await case.until(lambda state: not any(item.kind == "erase_by_hand" for item in state.open_work_items.values()))


async def _look(case: Proceedings, plan: PlanStanding, *, last: bool = False) -> None:
    """Look whether anything is left; what is becomes a work item, what is newer a question."""
    while True:
        message = LookAgain(
            case_id=case.case_id, plan=plan.id, run=-(standing_of(case).looks + 1), skipped=standing_of(case).skipped
        )
        looked: LookedAgain = await workflow.execute_activity_method(Erasure.look_again, message, **CONNECTORS)
        if not looked.failed:
            break
        await ask_about(case, looked.failed)
    left = sum(each.rows for each in looked.leftovers if not each.newer)
    newer = sum(each.rows for each in looked.leftovers if each.newer)
    items = [
        opened(workflow.uuid4(), "newer_account" if each.newer else "leftover", system=each.system, collection=each.collection)
        for each in looked.leftovers
    ]
    await case.record(Draft(tag=Tag.ERASURE_LOOKED, facts={"leftovers": left, "newer": newer, "last": last}), *items)


async def _certify(case: Proceedings, plan: PlanStanding) -> None:
    """Write the certificate and bring it to the person; the law counts from when it arrived."""
    item, number = case.state.item(case.right), 0
    while item is not None and not item.answered:
        if not standing_of(case).certified:
            message = _certificate(case, plan)
            made = await workflow.execute_activity_method(Erasure.certify_erasure, message, **CONNECTORS)
            facts: dict[str, Fact] = {"sha256": made.sha256, "erased": made.erased, "kept": made.kept}
            processors = {each.recipient for each in plan.addressees if each.track == "instruct"}
            facts["pending"] = sorted(processors - {*message.confirmed})
            await case.record(Draft(tag=Tag.ERASURE_CERTIFIED, facts=facts))
        letter = SendLetter(case_id=case.case_id, letter="erasure_done", number=number or standing_of(case).certified)
        told = await case.deliver_or_ask(letter)
        tag = Tag.RIGHT_ANSWERED if told else Tag.RIGHT_BOUNCED
        await case.record(case.given(Draft(tag=tag, facts={"right": case.right.value})))
        number = case.state.sequence  # to be sent another way, it is another letter
        item = case.state.item(case.right)


def _certificate(case: Proceedings, plan: PlanStanding) -> CertifyErasure:
    items = [each for each in case.state.work_items.values() if each.kind == "erase_by_hand"]
    return CertifyErasure(
        case_id=case.case_id,
        plan=plan.id,
        done_by_hand=sorted({each.system for each in items if each.system and each.result == "found"}),
        instructed=[each.recipient for each in plan.addressees if instructed(case.state, each)],
        confirmed=[each.recipient for each in plan.addressees if confirmed(case.state, each)],
        skipped=standing_of(case).skipped,
    )


async def _look_once_more(case: Proceedings, plan: PlanStanding) -> None:
    while not standing_of(case).followed_up:
        carried_out = standing_of(case).carried_out_at or workflow.now()
        wait = carried_out + timedelta(days=plan.second_look_days) - workflow.now()
        with contextlib.suppress(TimeoutError):
            await case.until(lambda _state: False, timeout=max(wait, timedelta(0)))
        await _look(case, plan, last=True)
    # What was left, and whether a newer account is meant, is decided by a person before the case ends.
    await case.until(lambda state: not any(item.kind in {"leftover", "newer_account"} for item in state.open_work_items.values()))


def _outcome(case: Proceedings, plan: PlanStanding) -> Outcome:
    if plan.empty:
        return Outcome.NOTHING_HELD
    by_hand = [item for item in case.state.work_items.values() if item.kind in {"erase_by_hand", "leftover"}]
    open_ends = standing_of(case).skipped or any(item.result == "exception" for item in by_hand)
    return Outcome.PARTLY_FULFILLED if plan.keep or open_ends else Outcome.FULFILLED
