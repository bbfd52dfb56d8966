"""Each right of a case in its own time: what needs no identity at once, access before erasure, the others beside each other.

One row per right says what carries it out; rights are strangers to one another and meet only here.
Next: `workflows/rights/access.py`
"""

import contextlib
from collections.abc import Callable, Coroutine
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.objection import Objection
    from domain.case import CaseState
    from domain.events import Draft, Fact, Tag
    from domain.messages import CaseRef
    from domain.milestones import erase_from
    from domain.rights import NO_IDENTITY_CHECK, Outcome, Right

from workflows.answering import answered_by_person
from workflows.options import EVENTS
from workflows.proceedings import CaseEnded, Proceedings
from workflows.rights.access import access
from workflows.rights.complaint import complaint
from workflows.rights.decision_review import decision_review
from workflows.rights.erasure import erasure
from workflows.rights.minor_report import minor_report
from workflows.rights.objection import objection
from workflows.rights.rectification import rectification
from workflows.rights.restriction import restriction
from workflows.rights.transfer_information import transfer_information
from workflows.rights.withdraw_consent import withdraw_consent

FULFIL: dict[Right, Callable[[Proceedings], Coroutine[Any, Any, None]]] = {
    Right.ACCESS: access,
    Right.RECTIFICATION: rectification,
    Right.ERASURE: erasure,
    Right.RESTRICTION: restriction,
    Right.PORTABILITY: access,  # the same road to a copy of less; beside access there is one copy for both
    Right.OBJECTION: objection,
    Right.AUTOMATED_DECISION_REVIEW: decision_review,
    Right.WITHDRAW_CONSENT: withdraw_consent,
    Right.TRANSFER_INFORMATION: transfer_information,
    Right.COMPLAINT: complaint,
    Right.MINOR_REPORT: minor_report,
}


async def fulfil(case: Proceedings, right: Right) -> None:
    """Carry out one right, and again if something reopens it, until the case ends (CaseEnded)."""
    while True:
        await case.until(lambda state: not _ended(state, right))
        with contextlib.suppress(CaseEnded):  # of this right: refused, or decided by somebody
            part = case.of(right)
            if right not in NO_IDENTITY_CHECK:
                await part.until(lambda state: state.knows(right))
            if right is Right.ERASURE:
                await _access_first(part)
                if not _ended(part.state, Right.MINOR_REPORT):  # a child's account first
                    await part.until(lambda state: _ended(state, Right.MINOR_REPORT))
            if right is Right.OBJECTION:
                await _stop_marketing(part)
            if right is Right.PORTABILITY and part.state.item(Right.ACCESS) is not None:
                await _with_the_copy(part)
                continue
            await FULFIL[right](part)


async def _with_the_copy(case: Proceedings) -> None:
    """A copy of everything says which part of it is portable; if there is none, a person carries portability out."""
    await case.until(lambda state: state.delivered_at or _ended(state, Right.ACCESS))
    if case.state.delivered_at is None:
        await answered_by_person(case)
        return
    facts: dict[str, Fact] = {"right": case.right.value}
    decided = Draft(tag=Tag.RIGHT_DECIDED, facts={**facts, "outcome": Outcome.FULFILLED.value})
    await case.conclude(decided, Draft(tag=Tag.RIGHT_ANSWERED, facts=facts))


async def _stop_marketing(case: Proceedings) -> None:
    """Direct marketing stops at once, whatever is decided about the rest (Article 21(3))."""
    if not case.state.marketing_stopped:
        ref = CaseRef(case_id=case.case_id)
        stopped = await workflow.execute_activity_method(Objection.stop_marketing, ref, **EVENTS)
        facts: dict[str, Fact] = {"addresses": stopped.addresses}
        if stopped.addressees:
            told = [f"{each.track}.{each.recipient}" for each in stopped.addressees]
            facts |= {"purposes": [*stopped.purposes], "addressees": [*told]}
        await case.record(Draft(tag=Tag.MARKETING_STOPPED, facts=facts))


def _ended(state: CaseState, right: Right) -> bool:
    item = state.item(right)
    return item is None or item.ended


async def _access_first(case: Proceedings) -> None:
    """What was asked to be shown is shown before it is erased: fetched, or a while after notice, never past the safe date."""
    while not _ended(case.state, Right.ACCESS):
        delivered, clock = case.state.delivered_at, case.clock
        if delivered is None or clock is None:
            await case.until(lambda state: state.delivered_at or _ended(state, Right.ACCESS))
            continue
        wait = erase_from(clock, delivered) - workflow.now()
        try:
            await case.until(lambda state: state.delivered_at is None or _ended(state, Right.ACCESS), timeout=wait)
        except TimeoutError:
            return
