"""How decisions about the clock make the case's state: a part of `domain/folding.py`.

Next: `workflows/notices.py`
"""

from collections.abc import Callable
from datetime import date
from typing import Literal, cast

from domain.case import CaseState, Notice
from domain.event_facts import number_of, text_of, uuid_of
from domain.events import CaseEvent, Tag
from domain.identity import Factor
from domain.insurance import EXTENSION
from domain.rights import Right
from domain.rights_folding import refused


def prepared(state: CaseState, event: CaseEvent) -> None:
    """Remember a caseworker whose act an approval will rest on: that person cannot approve it."""
    if event.actor.startswith("caseworker:") and event.actor not in state.preparers:
        state.preparers.append(event.actor)


LOOK_AGAIN = "look_again"  # kind of the work item at an unanswered question


def tasks_done(state: CaseState, kind: str) -> None:
    """What work items of a kind asked for was done: they are done with it."""
    for item in state.open_work_items.values():
        if item.kind == kind:
            item.result = "done"


def _question(name: str, *, is_open: bool) -> Callable[[CaseState, CaseEvent], None]:
    def rule(state: CaseState, _event: CaseEvent) -> None:
        setattr(state, name, is_open)
        if not is_open:
            tasks_done(state, LOOK_AGAIN)

    return rule


def _authority(state: CaseState, event: CaseEvent) -> None:
    _question("authority_open", is_open=False)(state, event)
    state.authority = cast("Literal['sufficient', 'doubtful']", str(event.facts.get("standing", "sufficient")))
    if state.authority == "sufficient":
        state.factors = sorted({*state.factors, Factor.AUTHORITY})


def _reviewed(state: CaseState, event: CaseEvent) -> None:
    state.reviewed.append(date.fromisoformat(text_of(event, "review_on")))


def _extension_decided(state: CaseState, event: CaseEvent) -> None:
    state.extension = Notice(sequence=event.sequence, text=uuid_of(event, "note"), approved=True)
    tasks_done(state, EXTENSION)


def _extension_notified(state: CaseState, _event: CaseEvent) -> None:
    if state.extension is not None:
        state.extension.given = True


def _extension_bounced(state: CaseState, _event: CaseEvent) -> None:
    state.extension = None


def _refusal_proposed(state: CaseState, event: CaseEvent) -> None:
    right = event.facts.get("right")
    state.refusal = Notice(sequence=event.sequence, text=uuid_of(event, "text"), right=Right(str(right)) if right else None)
    prepared(state, event)


def _refusal_approved(state: CaseState, _event: CaseEvent) -> None:
    if state.refusal is not None:
        state.refusal.approved = True


def _refusal_notified(state: CaseState, _event: CaseEvent) -> None:
    if state.refusal is None:
        return
    state.refusal.given = True
    refused(state, state.refusal.right)
    if state.refusal.right is not None:
        state.refusal = None  # another right may have to be refused as well


def _refusal_bounced(state: CaseState, _event: CaseEvent) -> None:
    state.refusal = None


def _for_date(state: CaseState, event: CaseEvent) -> None:
    # Reminders belong to one date: when the clock has moved they start over (events without `due` are from before this rule).
    due = event.facts.get("due")
    if due is not None and (day := date.fromisoformat(str(due))) != state.deadline_for:
        if state.deadline_for is not None:
            state.deadline_warned, state.deadline_passed = [], []
        state.deadline_for = day


def _approaching(state: CaseState, event: CaseEvent) -> None:
    _for_date(state, event)
    state.deadline_warned.append(number_of(event, "days"))


def _passed(state: CaseState, event: CaseEvent) -> None:
    _for_date(state, event)
    state.deadline_passed.append("legal" if event.facts["date"] == "legal" else "safe")


CLOCK_RULES: dict[Tag, Callable[[CaseState, CaseEvent], None]] = {
    Tag.CLARIFICATION_ASKED: _question("clarification_open", is_open=True),
    Tag.CLARIFICATION_ANSWERED: _question("clarification_open", is_open=False),
    Tag.AUTHORITY_ASKED: _question("authority_open", is_open=True),
    Tag.AUTHORITY_RECEIVED: _authority,
    Tag.DEADLINE_REVIEWED: _reviewed,
    Tag.EXTENSION_DECIDED: _extension_decided,
    Tag.EXTENSION_NOTIFIED: _extension_notified,
    Tag.EXTENSION_BOUNCED: _extension_bounced,
    Tag.REFUSAL_PROPOSED: _refusal_proposed,
    Tag.REFUSAL_APPROVED: _refusal_approved,
    Tag.REFUSAL_NOTIFIED: _refusal_notified,
    Tag.REFUSAL_BOUNCED: _refusal_bounced,
    Tag.DEADLINE_APPROACHING: _approaching,
    Tag.DEADLINE_PASSED: _passed,
}
