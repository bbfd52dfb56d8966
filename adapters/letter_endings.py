"""How the rights of a case ended, in the words of letters (Article 12(3): information on action taken).

Next: `adapters/letters.py`
"""

from adapters.letter_words import ASKED
from domain.case import CaseState
from domain.rights import NO_IDENTITY_CHECK, Outcome, Right

# How one right of several ended, behind its name.
ENDED: dict[Outcome, str] = {
    Outcome.FULFILLED: "we did what you asked.",
    Outcome.PARTLY_FULFILLED: "we did a part of what you asked.",
    Outcome.NOTHING_HELD: "we found nothing to do it with.",
    Outcome.REFUSED: "we did not act on it. Our letter about it has the reasons.",
}
# The same for the rights of which it says more.
_DONE: dict[Right, str] = {
    Right.RECTIFICATION: "We have corrected your data.",
    Right.RESTRICTION: "The use of your data was paused.",
    Right.OBJECTION: "Your objection is upheld: what you objected to has stopped and stays stopped.",
    Right.AUTOMATED_DECISION_REVIEW: "A person has looked at the decision again, with what you said about it.",
    Right.WITHDRAW_CONSENT: "Your consent has ended.",
}
# The same as the first sentence of that right's own letter.
HOW: dict[Outcome, str] = {
    Outcome.FULFILLED: "We have done what you asked.",
    Outcome.PARTLY_FULFILLED: "We have done a part of what you asked. What we did, and what we did not do and why, stands below.",
    Outcome.NOTHING_HELD: "We found no data about you with which we could do it.",
}
ENDED_OTHERWISE = "we stopped working on it."

_OUTCOMES = {
    Outcome.FULFILLED: "We have answered everything that was asked for.",
    Outcome.PARTLY_FULFILLED: "We have answered a part of what was asked for. The letter with your copy says what is missing.",
}


def as_a_whole(outcome: Outcome | None) -> str:
    """How a case ended as a whole, in a sentence."""
    return _OUTCOMES.get(outcome, "Our answer is in an earlier letter.") if outcome else ""


def how_ended(state: CaseState) -> list[dict[str, str]]:
    """What was asked and how it ended, one after the other."""
    return [
        {"what": ASKED[item.right], "how": ENDED.get(item.outcome, ENDED_OTHERWISE) if item.outcome else ENDED_OTHERWISE}
        for item in state.rights
    ]


def decided_by(state: CaseState, sequence: int) -> dict[str, str] | None:
    """What was asked and what came of it, for the right that an event decided; None when there is none."""
    for item in state.rights:
        if item.decided == sequence and item.outcome in HOW:
            done = _DONE.get(item.right) if item.outcome is Outcome.FULFILLED else None
            return {"what": ASKED[item.right], "how": done or HOW[item.outcome]}
    return None


def heard_by_all(letter: str, number: int, state: CaseState) -> bool:
    """Whether a letter answers what anybody may ask without showing who they are: it goes to the address that was named."""
    if letter == "refusal" and state.refusal is not None:
        rights = [state.refusal.right] if state.refusal.right else [item.right for item in state.rights]
    elif letter == "right_decided":
        rights = [item.right for item in state.rights if item.decided == number]
    else:
        return False
    return NO_IDENTITY_CHECK.issuperset(rights)
