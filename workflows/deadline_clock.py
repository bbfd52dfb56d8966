"""One durable timer over the case's clock (Article 12(3)): reminds before the safe date and records its passing.

The dates are data that an activity computed; this loop sleeps to the next milestone and starts over when the dates move.
A timer reminds and escalates. It never ends a case.
"""

import contextlib
from collections.abc import Sequence
from datetime import date, datetime

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from activities.deadline_calls import DeadlineCalls
    from domain.call_messages import CaseDue
    from domain.case import CaseState
    from domain.clock_folding import LOOK_AGAIN
    from domain.deadline import Clock
    from domain.events import Draft, Tag
    from domain.insurance import estimate, offers
    from domain.milestones import OFFER_DAYS, Milestone, extension_lapsed, next_milestone

from workflows.options import LETTERS
from workflows.proceedings import Proceedings, opened


async def watch_deadline(case: Proceedings) -> None:
    """Follow the clock until the case ends (CaseEnded)."""
    while True:
        milestone = None
        if case.clock is not None and case.clock.state != "met" and not case.state.answered:
            milestone = next_milestone(
                case.clock,
                case.state.regimes,
                *_done(case, case.clock),
                now=workflow.now(),
                estimate=_estimated(case.state),
                reviewed=case.state.reviewed,
            )
        dates = _dates(case)
        if milestone is None:
            await case.until(lambda _state, known=dates: _dates(case) != known)  # type: ignore[misc]
        elif milestone.at <= workflow.now():
            await case.record(*_reached(milestone, case))
            if milestone.days is not None or milestone.passed is not None:
                _tell_desk(case, late=milestone.passed is not None)
        else:
            try:
                wait = milestone.at - workflow.now()
                await case.until(lambda _state, known=dates: _dates(case) != known, timeout=wait)  # type: ignore[misc]
            except TimeoutError:
                continue  # the milestone is reached: the next turn records it


def _tell_desk(case: Proceedings, *, late: bool) -> None:
    assert case.clock is not None
    message = CaseDue(case_id=case.case_id, number=case.state.sequence, due=case.clock.safe_due, late=late)

    async def tell() -> None:
        # The queue and the case say the same: a mail that cannot be delivered to us stops nothing.
        with contextlib.suppress(ActivityError):
            await workflow.execute_activity_method(DeadlineCalls.tell_of_due_case, message, **LETTERS)

    case.errand(tell)


def _dates(case: Proceedings) -> tuple[date | None, date | None, date | None, bool]:
    clock = case.clock
    met = case.state.answered or (clock is not None and clock.state == "met")
    return (clock.safe_due, clock.legal_due, clock.review_on, met) if clock else (None, None, None, met)


def _done(case: Proceedings, clock: Clock) -> tuple[Sequence[int], Sequence[str]]:
    """What was already recorded for this date; a date that moved is reminded of anew."""
    moved = case.state.deadline_for is not None and case.state.deadline_for != clock.safe_due
    return ([], []) if moved else (case.state.deadline_warned, case.state.deadline_passed)


def _reached(milestone: Milestone, case: Proceedings) -> list[Draft]:
    assert case.clock is not None
    due = case.clock.safe_due.isoformat()
    if milestone.estimate is not None:
        found = estimate(case.state)
        facts = {"records": found.records, "systems": found.systems, "waiting": found.waiting}
        noted = Draft(tag=Tag.DEADLINE_ESTIMATED, facts={"day": milestone.estimate, **facts})
        return [noted, *(_offers(case) if found.large else [])]
    if milestone.review is not None:
        # Nobody answered, and the law sets no end: a person chases, goes on, or proposes to close.
        looked = Draft(tag=Tag.DEADLINE_REVIEWED, facts={"review_on": milestone.review.isoformat()})
        return [looked, opened(workflow.uuid4(), LOOK_AGAIN)]
    if milestone.days is None:
        # Escalation: somebody has to look, and the case stays open however late it is.
        late = opened(workflow.uuid4(), "deadline_passed", date=str(milestone.passed))
        return [Draft(tag=Tag.DEADLINE_PASSED, facts={"date": milestone.passed, "due": due}), late]
    drafts = [Draft(tag=Tag.DEADLINE_APPROACHING, facts={"days": milestone.days, "due": due})]
    return [*drafts, *_offers(case)] if milestone.days == OFFER_DAYS else drafts


def _estimated(state: CaseState) -> tuple[datetime, Sequence[int]] | None:
    """What the estimate counts from, where something is searched."""
    if state.item(state.copied) is None or state.received_at is None:
        return None
    return state.received_at, state.estimates


def _offers(case: Proceedings) -> list[Draft]:
    """Longer time and a partial answer, each a decision of its own."""
    clock = case.clock
    assert clock is not None
    extendable = clock.extend_by is not None and not extension_lapsed(clock, case.state.regimes, now=workflow.now())
    return [opened(workflow.uuid4(), kind) for kind in offers(case.state, extendable=extendable)]
