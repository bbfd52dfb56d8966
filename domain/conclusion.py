"""When a case is over, and how it ended as a whole: computed from how each of its rights ended (design section 4).

Next: `domain/decisions.py`
"""

from collections.abc import Iterable
from datetime import datetime

from domain.afterwards import SOMETHING_MISSING
from domain.case import CaseState
from domain.events import CaseEvent, Draft, Tag
from domain.folding import evolve
from domain.rights import Outcome

_FULL = {Outcome.FULFILLED, Outcome.NOTHING_HELD}


def outcome_of(outcomes: Iterable[Outcome]) -> Outcome:
    """How a case ended whose rights ended like this."""
    different = set(outcomes)
    if len(different) == 1:
        return different.pop()
    return Outcome.FULFILLED if different <= _FULL else Outcome.PARTLY_FULFILLED


def all_ended(state: CaseState) -> bool:
    """Whether nothing is left to do of what was asked."""
    return bool(state.rights) and all(item.ended for item in state.rights)


def waits_for_words(state: CaseState) -> bool:
    """Whether the person is owed an answer to something they wrote beside what was asked."""
    return state.unanswered is not None or any(item.kind == SOMETHING_MISSING for item in state.open_work_items.values())


def concluded(state: CaseState, drafts: list[Draft], *, now: datetime) -> list[Draft]:
    """The same events, with the end of the case behind them if they leave nothing to do.

    Whoever wrote and has no answer yet is not closed upon: the page on which they wrote promised one. Neither is whoever said
    that something is missing.
    """
    after = state.model_copy(deep=True)
    for place, draft in enumerate(drafts, start=state.sequence + 1):
        evolve(after, CaseEvent(sequence=place, tag=draft.tag, at=now, actor=draft.actor, facts=draft.facts))
    if not all_ended(after) or waits_for_words(after):
        return drafts
    outcome = outcome_of(item.outcome for item in after.rights if item.outcome)
    return [*drafts, Draft(tag=Tag.REQUEST_CLOSED, facts={"outcome": outcome.value})]
