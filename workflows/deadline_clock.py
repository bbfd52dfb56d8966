"""One durable timer over the case's clock (Article 12(3)): reminds before the safe date and records its passing.

The dates are data that an activity computed; this loop sleeps to the next milestone and starts over when the dates move.
A timer reminds and escalates. It never ends a case.
"""

from datetime import date, datetime

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.events import Draft, Tag
    from domain.milestones import Milestone, next_milestone

from workflows.proceedings import Proceedings


async def watch_deadline(case: Proceedings) -> None:
    """Follow the clock until the case ends (CaseEnded)."""
    while True:
        milestone = None
        if case.clock is not None and case.state.delivered_at is None:
            milestone = next_milestone(
                case.clock,
                case.state.regimes,
                case.state.deadline_warned,
                case.state.deadline_passed,
                now=workflow.now(),
            )
        dates = _dates(case)
        if milestone is None:
            await case.until(lambda _state, known=dates: _dates(case) != known)  # type: ignore[misc]
        elif milestone.at <= workflow.now():
            await case.record(_reached(milestone))
        else:
            try:
                wait = milestone.at - workflow.now()
                await case.until(lambda _state, known=dates: _dates(case) != known, timeout=wait)  # type: ignore[misc]
            except TimeoutError:
                continue  # the milestone is reached: the next turn records it


def _dates(case: Proceedings) -> tuple[date | None, date | None, datetime | None]:
    clock = case.clock
    return (clock.safe_due if clock else None, clock.legal_due if clock else None, case.state.delivered_at)


def _reached(milestone: Milestone) -> Draft:
    if milestone.days is not None:
        return Draft(tag=Tag.DEADLINE_APPROACHING, facts={"days": milestone.days})
    return Draft(tag=Tag.DEADLINE_PASSED, facts={"date": milestone.passed})
