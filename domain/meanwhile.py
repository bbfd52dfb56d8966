"""Until it is known who asks for an erasure at high risk: restrict, do not erase (`security.md` section 3).

Control of the mailbox is enough for it, as for every restriction, because it can be undone; without that nobody is restricted, so
that a stranger stops nothing (I10). Where it turns out to do harm, or to have no reason any more, it ends sooner as every
restriction does: the person is told, then a privacy lead lifts it (Article 18(3)). Pure. Next: workflows/meanwhile.py
"""

from domain.authority import Action
from domain.case import CaseState
from domain.case_parts import LiftingMeanwhile
from domain.identity import Doubt
from domain.rights import Right, Risk


def begins(state: CaseState) -> bool:
    """Whether the data are to be stored only from now on: the erasure waits for more, and a restriction would not."""
    waits = _asked_for(state) and not _lifted(state) and state.asking_risk is Risk.HIGH and not state.knows(Right.ERASURE)
    return waits and bool(state.usable_keys and state.factors) and state.enough(Right.RESTRICTION, set(state.factors))


def lasts(state: CaseState) -> bool:
    """Whether it goes on: until the erasure is carried out or ends, somebody says that they never asked, or it is lifted."""
    return bool(state.restricted_meanwhile) and _asked_for(state) and not _lifted(state)


def lifting_meanwhile(state: CaseState) -> list[Action]:
    """What may be done to end it sooner, whoever asks."""
    lifting = state.lifting_meanwhile
    if not lasts(state):
        return []
    if lifting is None:
        return [Action.ANNOUNCE_LIFTING]
    return [Action.LIFT_RESTRICTION] if lifting.told_at else []


def to_be_told(state: CaseState) -> LiftingMeanwhile | None:
    """The early end that was decided and that the person was not told of yet."""
    lifting = state.lifting_meanwhile
    return lifting if lasts(state) and lifting is not None and lifting.told_at is None else None


def _lifted(state: CaseState) -> bool:
    return state.lifting_meanwhile is not None and state.lifting_meanwhile.lifted


def _asked_for(state: CaseState) -> bool:
    item = state.item(Right.ERASURE)
    erased = state.erasure is not None and state.erasure.carried_out_at is not None
    disowned = state.disputed or Doubt.DISOWNED in state.doubts
    return item is not None and item.outcome is None and not item.ended and not erased and not disowned
