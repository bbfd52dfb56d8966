"""Approving alone what one prepared, where nobody else is there: announced with a reason, after a night, checked afterwards.

Solo mode (docs/decisions/0031) is off unless `HABEAS_SOLO` says otherwise. It never covers a refusal, a release that keeps
something back as privileged, a high risk, or a case where one person alone says who asks. Pure, like `domain/decisions.py`.
Next: domain/alone_decisions.py
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

from domain.afterwards import AFTER_CHECK_DISPUTED
from domain.authority import Action
from domain.case import CaseState
from domain.case_parts import AFTER_CHECK, Alone, WorkItem
from domain.commands import Command, CommandBase
from domain.errors import FourEyesError, NotAllowedNowError
from domain.event_facts import text_of
from domain.events import CaseEvent, Draft, Tag

COOLING: Final = timedelta(hours=12)  # practice.md: a night lies between wanting it and doing it
SOLO_APPROVALS: Final = frozenset(
    {Action.APPROVE_PACKAGE, Action.APPROVE_PARTIAL_ANSWER, Action.APPROVE_ERASURE, Action.APPROVE_RECTIFICATION}
)


def second_person(state: CaseState, command: CommandBase, action: Action, sha256: str, binding: str) -> list[Draft]:
    """Refuse whoever prepared, unless they announced exactly this; then the event says that one person did both.

    Args:
        state: where the case stands.
        command: the approval.
        action: which one it is.
        sha256: of what is approved.
        binding: of everything else that the approval covers.

    Raises:
        FourEyesError: they prepared, and announced nothing or something else.
    """
    if command.actor.person not in state.preparers:
        return []
    announced = announced_by(state, action, command.actor.person)
    if announced is None or (announced.sha256, announced.binding) != (sha256, binding):
        raise FourEyesError
    return [Draft(tag=Tag.APPROVED_ALONE, facts={"announced": announced.sequence, "approval": action.value})]


def announced_by(state: CaseState, action: Action, person: str) -> Alone | None:
    """What somebody announced to approve alone and has not approved yet."""
    mine = (each for each in state.alone if not each.approved and (each.approval, each.by) == (action.value, person))
    return next(mine, None)


def unchecked(state: CaseState) -> list[Alone]:
    """What one person approved alone and nobody has looked at since."""
    return [each for each in state.alone if each.approved and each.finding is None]


def check_cooling(state: CaseState, command: Command, now: datetime) -> None:
    """Refuse an approval alone before its time.

    Raises:
        NotAllowedNowError: names the hour.
    """
    if command.action not in SOLO_APPROVALS or command.actor.person not in state.preparers:
        return
    announced = announced_by(state, command.action, command.actor.person)
    if announced is not None and now < announced.at + COOLING:
        hour = (announced.at + COOLING).isoformat(timespec="minutes")
        raise NotAllowedNowError(
            f"You announced it less than 12 hours ago. You can approve it alone from {hour} on; a colleague can at once.",
            status=state.status.value,
        )


def _announced(state: CaseState, event: CaseEvent) -> None:
    approval, by = text_of(event, "approval"), event.actor
    # The last word counts; what was approved stays on record.
    state.alone = [each for each in state.alone if each.approved or (each.approval, each.by) != (approval, by)]
    state.alone.append(
        Alone(
            sequence=event.sequence,
            approval=approval,
            sha256=text_of(event, "sha256"),
            binding=text_of(event, "binding"),
            by=by,
            checker=text_of(event, "checker"),
            at=event.at,
        )
    )


def _approved(state: CaseState, event: CaseEvent) -> None:
    for each in state.alone:
        if each.sequence == event.facts["announced"]:
            each.approved = event.sequence
            # The task is part of the event: an approval by one person cannot be forgotten.
            state.work_items[task_of(state, each)] = WorkItem(kind=AFTER_CHECK, opened_at=event.at)


def _checked(state: CaseState, event: CaseEvent) -> None:
    for each in unchecked(state):
        if each.sequence == event.facts["announced"]:
            each.finding = text_of(event, "finding")
            state.work_items[task_of(state, each)].result = "done"
            if each.finding == "not_in_order":
                key = uuid5(state.case_id, f"{AFTER_CHECK_DISPUTED}/{event.sequence}")
                state.work_items[key] = WorkItem(kind=AFTER_CHECK_DISPUTED, opened_at=event.at)


def task_of(state: CaseState, alone: Alone) -> UUID:
    """The id of the task to look at it afterwards."""
    return uuid5(state.case_id, f"{AFTER_CHECK}/{alone.sequence}")


ALONE_RULES: dict[Tag, Callable[[CaseState, CaseEvent], None]] = {
    Tag.APPROVAL_ANNOUNCED: _announced,
    Tag.APPROVED_ALONE: _approved,
    Tag.AFTER_CHECKED: _checked,
}
