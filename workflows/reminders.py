"""Reminds somebody who has not answered, and then proposes to a person that the case be closed (design principle 4).

Next: `domain/reminding.py`
"""

from collections.abc import Callable
from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.case import CaseState
    from domain.events import Draft, Tag
    from domain.reminding import IDENTITY, Plan, Silence, next_step

from workflows.proceedings import Proceedings


async def remind_of_identity(case: Proceedings) -> None:
    """Until it is known who asks (Article 12(6)). Ends with the case (CaseEnded)."""

    def silence(state: CaseState) -> Silence | None:
        if state.identity_record or state.identity_asked_at is None:
            return None
        return Silence(state.identity_asked_at, state.identity_reminders, state.identity_reminded_at, state.closing_proposed)

    await case.until(lambda state: state.delivery_address or state.identity_record)  # nobody reminds whom no mail reaches
    await remind(case, IDENTITY, silence, Tag.IDENTITY_REMINDED, "identity_reminder")


async def remind(case: Proceedings, plan: Plan, silence: Callable[[CaseState], Silence | None], tag: Tag, letter: str) -> None:
    """Follow a plan for as long as there is a silence.

    Args:
        case: under way.
        plan: when to do what.
        silence: how it stands by the state; None when there is nothing to remind of any more.
        tag: of the event that counts a reminder.
        letter: its name; its number is the event's.
    """
    while (now := silence(case.state)) is not None:
        step = next_step(plan, now, workflow.now())
        wait = step.at - workflow.now() if step else None
        if step is None or (wait and wait > timedelta(0)):
            try:
                await case.until(lambda state, known=now: silence(state) != known, timeout=wait)  # type: ignore[misc]
            except TimeoutError:
                continue  # it is due: the next turn does it
        elif step.reminder is None:
            await case.record_if(lambda state, known=now: silence(state) == known, Draft(tag=Tag.CLOSING_PROPOSED))  # type: ignore[misc]
        else:
            reminded = Draft(tag=tag, facts={"number": step.reminder})
            if await case.record_if(lambda state, known=now: silence(state) == known, reminded):  # type: ignore[misc]
                case.post(letter, number=case.state.sequence)
