"""The report of a child's account (the policy's children section): suspend, tell, ask, let a person decide, then act.

1. Whatever account was named is suspended within the hour: marked, hidden, kept from all sends. All of it can be undone.
2. Whoever reported it hears that we acted: not whether there is an account, and nothing of it. The account holder hears why,
   with a way to object.
3. The safeguarding question comes before anything is looked at or destroyed; the evidence can be held.
4. A person decides within 72 hours. Deleting has a plan that somebody else approves; no timer deletes anything.
5. What the child paid is a person's task: it is asked for before the account goes, and the case ends with its answer.

Failures: a system that stays away is a work item, and the rest goes on. Next: `activities/minor_report.py`
"""

import functools
from datetime import timedelta
from uuid import UUID

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.erasure import Erasure
    from activities.minor_report import MinorReport
    from domain.case import CaseState
    from domain.case_parts import REFUND
    from domain.events import Draft, Fact, Tag
    from domain.messages import CaseRef, SendLetter
    from domain.minor import DECIDE, DECIDE_WITHIN, FIND, OVERDUE
    from domain.minor_messages import AccountRef, Blocked, EvidenceHeld, Reinstated, Suspended
    from domain.minor_standing import MinorStanding
    from domain.rights import Outcome, Right

from workflows.after_erasure import finish_unseen, standing_of
from workflows.erasing import ask_before, carry_out, current, make_plan, nothing_before, review
from workflows.holders import held_drafts
from workflows.options import CONNECTORS, EVENTS
from workflows.proceedings import Proceedings, opened

_RUNS = 10_000  # numbers of looks begin below those of any erasure


async def minor_report(case: Proceedings) -> None:
    """Carry the report from the suspension to its end."""
    await _begin(case)
    case.errand(functools.partial(_suspend_what_is_named, case))
    case.errand(functools.partial(_remind_of_deciding, case))
    case.errand(functools.partial(_hold_evidence, case))
    await _tell_reporter(case)
    await case.until(lambda state: _minor(state).decision)
    if _minor(case.state).decision == "delete":
        await _delete(case)
    else:
        await _reinstate(case)
    decided: dict[str, Fact] = {"right": case.right.value, "outcome": Outcome.FULFILLED.value}
    await case.conclude(Draft(tag=Tag.RIGHT_DECIDED, facts=decided))


def _minor(state: CaseState) -> MinorStanding:
    return state.minor or MinorStanding()


async def _begin(case: Proceedings) -> None:
    """Take the account that the report named; where it named none, somebody finds it within the hour."""
    if _minor(case.state).accounts or any(item.kind in {FIND, DECIDE} for item in case.state.work_items.values()):
        return
    alone = [item.right for item in case.state.rights] == [Right.MINOR_REPORT]
    named = [key for key in case.state.identifiers if key != case.state.delivery_address] if alone else []
    drafts = [
        Draft(tag=Tag.ACCOUNT_NAMED, facts={"identifier": str(key), "kind": case.state.identifiers[key].kind}) for key in named
    ]
    await case.record(*drafts, opened(workflow.uuid4(), DECIDE if named else FIND))


async def _suspend_what_is_named(case: Proceedings) -> None:
    while not _minor(case.state).decision:
        await case.until(lambda state: _minor(state).decision or _unsuspended(state))
        if _minor(case.state).decision:
            return
        await _suspend(case)


def _unsuspended(state: CaseState) -> bool:
    minor = _minor(state)
    return set(minor.accounts) != set(minor.suspended)


async def _suspend(case: Proceedings) -> None:
    minor = _minor(case.state)
    accounts = list(minor.accounts)
    message = AccountRef(case_id=case.case_id, accounts=accounts, run=-(_RUNS + minor.looks + 1))
    done: Suspended = await workflow.execute_activity_method(MinorReport.suspend_account, message, **CONNECTORS)
    if done.failed:
        await _ask(case, [result.system for result in done.failed])
        return
    known = {item.system for item in case.state.work_items.values() if item.kind == "suspend_by_hand"}
    holders = [str(each.identifier) for each in done.held.found if each.identifier != case.state.delivery_address]
    facts: dict[str, Fact] = {"accounts": [str(key) for key in accounts], "rows": done.rows, "by_hand": [*done.by_hand]}
    items = [opened(workflow.uuid4(), "suspend_by_hand", system=name) for name in done.by_hand if name not in known]
    if not any(item.kind == DECIDE for item in case.state.open_work_items.values()):
        items.append(opened(workflow.uuid4(), DECIDE))
    found = [draft for draft in held_drafts(case, done.held) if draft.tag is Tag.IDENTIFIER_FOUND]
    await case.record(Draft(tag=Tag.ACCOUNT_SUSPENDED, facts=facts | {"holders": holders}), *found, *items)
    await _tell_holder(case, "account_suspended")


async def _ask(case: Proceedings, systems: list[str]) -> None:
    items = {workflow.uuid4(): system for system in systems}
    drafts = [opened(item, "suspension_failed", system=system) for item, system in items.items()]
    await case.record(Draft(tag=Tag.ACCOUNT_SUSPENSION_INTERRUPTED, facts={"systems": systems}), *drafts)
    await case.until(lambda state: not items.keys() & state.open_work_items.keys())


async def _tell_holder(case: Proceedings, letter: str) -> None:
    """Every contact that the systems hold of the account is told; whoever reported it is not told there."""
    holders = _holders(case.state)
    for key in holders:
        number = case.state.identifiers[key].found
        await case.delivered(SendLetter(case_id=case.case_id, letter=letter, number=number, identifier=key))
    if letter == "account_suspended":
        await case.record(Draft(tag=Tag.ACCOUNT_HOLDER_TOLD, facts={"identifiers": [str(key) for key in holders]}))


def _holders(state: CaseState) -> list[UUID]:
    return [key for key in sorted(_minor(state).holders) if state.identifiers[key].kind == "email"]


async def _tell_reporter(case: Proceedings) -> None:
    """The same words at the same time, whether there is an account or not."""
    item = case.state.item(case.right)
    if item is not None and not item.answered:
        await case.deliver_or_ask(SendLetter(case_id=case.case_id, letter="report_acted"))
        await case.record(Draft(tag=Tag.RIGHT_ANSWERED, facts={"right": case.right.value}))


async def _remind_of_deciding(case: Proceedings) -> None:
    begun = case.state.received_at or workflow.now()
    try:
        wait = max(begun + DECIDE_WITHIN - workflow.now(), timedelta(0))
        await case.until(lambda state: _minor(state).decision, timeout=wait)
    except TimeoutError:
        lies = any(item.kind == OVERDUE for item in case.state.work_items.values())
        await case.record_if(lambda state: not (lies or _minor(state).decision), opened(workflow.uuid4(), OVERDUE))


async def _hold_evidence(case: Proceedings) -> None:
    await case.until(lambda state: _minor(state).evidence_held or _minor(state).decision)
    if _minor(case.state).evidence_held:
        _: EvidenceHeld = await workflow.execute_activity_method(MinorReport.hold_evidence, _account(case), **EVENTS)


async def _reinstate(case: Proceedings) -> None:
    rows, left = 0, [] if _minor(case.state).reinstated else list(_minor(case.state).suspensions)
    while left:
        message = _account(case, left[-1])
        done: Reinstated = await workflow.execute_activity_method(MinorReport.reinstate_account, message, **CONNECTORS)
        if done.failed:
            await _ask(case, [result.system for result in done.failed])
            continue
        rows += done.rows
        left.pop()
    if not _minor(case.state).reinstated:
        await case.record(Draft(tag=Tag.ACCOUNT_REINSTATED, facts={"rows": rows}))
        await _tell_holder(case, "account_reinstated")
    await workflow.execute_activity_method(Erasure.forget_looks, CaseRef(case_id=case.case_id), **EVENTS)


async def _delete(case: Proceedings) -> None:
    """As any erasure: planned, approved by somebody else, carried out, looked at again; but nobody is shown a sample."""
    if _minor(case.state).evidence_held:
        await workflow.execute_activity_method(MinorReport.hold_evidence, _account(case), **EVENTS)
    while not standing_of(case).carried_out_at:
        if not current(case.state):
            await make_plan(case)
        await review(case)
        plan = standing_of(case).plan
        if plan is None or not standing_of(case).approved:
            continue
        await ask_before(case, plan)
        if not plan.empty:
            await _ask_about_payments(case)
        await case.until(lambda state: nothing_before(state) or not standing_of(case).approved)
        await case.until(lambda state: not state.held)
        if standing_of(case).approved and await carry_out(case):
            break
    if not _minor(case.state).blocked:
        blocked: Blocked = await workflow.execute_activity_method(MinorReport.block_credentials, _account(case), **EVENTS)
        facts: dict[str, Fact] = {"credentials": blocked.credentials, "until": blocked.until.isoformat()}
        await case.record(Draft(tag=Tag.CREDENTIALS_BLOCKED, facts=facts))
        await _tell_holder(case, "account_deleted")
    await finish_unseen(case)
    await case.until(lambda state: not any(item.kind == REFUND for item in state.open_work_items.values()))


async def _ask_about_payments(case: Proceedings) -> None:
    """What a child paid is refunded by a person, who finds it better while it is there. The deletion does not wait for that."""
    if not any(item.kind == REFUND for item in case.state.work_items.values()):
        await case.record(opened(workflow.uuid4(), REFUND))


def _account(case: Proceedings, look: int | None = None) -> AccountRef:
    minor = _minor(case.state)
    last = minor.suspensions[-1] if minor.suspensions else 0
    return AccountRef(case_id=case.case_id, accounts=list(minor.accounts), run=-(_RUNS + (look or last)))
