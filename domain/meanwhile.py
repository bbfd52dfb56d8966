"""Until it is known who asks for an erasure at high risk: restrict, do not erase (`security.md` section 3).

Control of the mailbox is enough for it, as for every restriction, because it can be undone; without that nobody is restricted, so
that a stranger stops nothing (I10). Pure. Next: workflows/meanwhile.py
"""

from domain.case import CaseState
from domain.identity import Doubt
from domain.rights import Right, Risk


def begins(state: CaseState) -> bool:
    """Whether the data are to be stored only from now on: the erasure waits for more, and a restriction would not."""
    waits = _asked_for(state) and state.asking_risk is Risk.HIGH and not state.knows(Right.ERASURE)
    return waits and bool(state.usable_keys and state.factors) and state.enough(Right.RESTRICTION, set(state.factors))


def lasts(state: CaseState) -> bool:
    """Whether it goes on: until the erasure is carried out or ends otherwise, or somebody says that they never asked for it."""
    return bool(state.restricted_meanwhile) and _asked_for(state)


def _asked_for(state: CaseState) -> bool:
    item = state.item(Right.ERASURE)
    erased = state.erasure is not None and state.erasure.carried_out_at is not None
    disowned = state.disputed or Doubt.DISOWNED in state.doubts
    return item is not None and item.outcome is None and not item.ended and not erased and not disowned
