"""When a case is over, and how it ended as a whole: computed from how each of its rights ended (design section 4).

Next: `domain/decisions.py`
"""

from collections.abc import Iterable
from datetime import datetime

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


def concluded(state: CaseState, drafts: list[Draft], *, now: datetime) -> list[Draft]:
    """The same events, with the end of the case behind them if they leave nothing to do."""
    after = state.model_copy(deep=True)
    for place, draft in enumerate(drafts, start=state.sequence + 1):
        evolve(after, CaseEvent(sequence=place, tag=draft.tag, at=now, actor=draft.actor, facts=draft.facts))
    if not after.rights or not all(item.ended for item in after.rights):
        return drafts
    outcome = outcome_of(item.outcome for item in after.rights if item.outcome)
    return [*drafts, Draft(tag=Tag.REQUEST_CLOSED, facts={"outcome": outcome.value})]
