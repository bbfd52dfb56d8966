"""How each right of a case stands and ends, and where that leaves the case: a part of `domain/folding.py`.

The case stands where its least advanced right does; a right that ended holds nothing up any more.
Next: `domain/conclusion.py`
"""

from collections.abc import Callable
from uuid import UUID

from domain.case import CaseState
from domain.erasure_standing import ErasureStanding
from domain.event_facts import text_of
from domain.events import CaseEvent, Tag
from domain.recipients import expected
from domain.rights import Outcome, Right, Status

_ORDER = list(Status)


def stands(state: CaseState, right: Right, status: Status) -> None:
    """Let a right stand somewhere else, if the case has it."""
    if (item := state.item(right)) is not None:
        item.status = status


def begin(state: CaseState) -> None:
    """Set every right that is not answered to where it starts, given what is known of who asks."""
    for item in state.rights:
        if item.answered:
            continue
        known = state.knows(item.right)
        at_work = Status.COLLECTING if item.right is state.copied else Status.FULFILLING
        item.status = at_work if known else Status.VERIFYING_IDENTITY


def settle(state: CaseState) -> None:
    """Let an open case stand where its least advanced right does."""
    if state.status is Status.CLOSED or not state.rights:
        return
    for item in state.rights:
        if item.ended:
            item.status = Status.CLOSED
    waiting = [item.status for item in state.rights if not item.ended]
    state.status = min(waiting, key=_ORDER.index) if waiting else Status.DELIVERED


def refused(state: CaseState, right: Right | None) -> None:
    """One right, or everything that is not answered yet, ends with a refusal of which the person was told."""
    for item in state.rights:
        if not item.answered and right in {None, item.right}:
            item.outcome, item.answered = Outcome.REFUSED, True
            # What was stopped until the decision goes on after it; the person knows (Article 18(3)), and it is still to be done.
            # Marketing stays stopped, and whoever sends for us is told whatever came of the rest (Article 21(3)).
            mine = [each for each in state.measures if each.right is item.right]
            item.following = any(each.in_force or expected(state, each) for each in mine)
            for work in state.open_work_items.values():
                if work.right is item.right:
                    work.result = "refused"  # nobody has to do it any more


def _decided(state: CaseState, event: CaseEvent) -> None:
    if (item := state.item(Right(text_of(event, "right")))) is not None:
        item.outcome = Outcome(text_of(event, "outcome"))
        item.decided = event.sequence
        note = event.facts.get("note")
        item.text = UUID(str(note)) if note else None
        if item.right is Right.MINOR_REPORT and state.erasure is not None:
            # What was erased was a child's account; what else was asked begins with a plan of its own.
            state.erasure = ErasureStanding(plans=state.erasure.plans, looks=state.erasure.looks)


def _answered(state: CaseState, event: CaseEvent) -> None:
    if (item := state.item(Right(text_of(event, "right")))) is not None:
        item.answered, item.following = True, bool(event.facts.get("following"))
        if item.outcome is None or item.following:  # the person was told, and something is still followed up
            item.status = Status.DELIVERED


def _followed_up(state: CaseState, event: CaseEvent) -> None:
    if (item := state.item(Right(text_of(event, "right")))) is not None:
        item.following = False


def _bounced(state: CaseState, event: CaseEvent) -> None:
    if (item := state.item(Right(text_of(event, "right")))) is not None:
        item.outcome, item.text = None, None


RIGHT_RULES: dict[Tag, Callable[[CaseState, CaseEvent], None]] = {
    Tag.RIGHT_DECIDED: _decided,
    Tag.RIGHT_ANSWERED: _answered,
    Tag.RIGHT_FOLLOWED_UP: _followed_up,
    Tag.RIGHT_BOUNCED: _bounced,
}
