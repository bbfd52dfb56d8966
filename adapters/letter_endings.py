"""How the rights of a case ended, in the words of letters (Article 12(3): information on action taken).

Next: `adapters/letters.py`
"""

from domain.case import CaseState
from domain.rights import NO_IDENTITY_CHECK, Outcome, Right

# How one right of several ended, behind its name.
ENDED: dict[Outcome | None, str] = {
    Outcome.FULFILLED: "we did what you asked.",
    Outcome.PARTLY_FULFILLED: "we did a part of what you asked.",
    Outcome.NOTHING_HELD: "we found nothing to do it with.",
    Outcome.REFUSED: "we did not act on it. Our letter about it has the reasons.",
    None: "we stopped working on it.",
}
# The same for a copy, of which a part was left out.
COPY_IN_PART = "we gave it to you, without what we had to leave out."
# The same for the rights of which it says more. It speaks of our systems; the letter says of each recipient how far they are.
DONE: dict[Right, str] = {
    Right.RECTIFICATION: "We have corrected your data in our own systems.",
    Right.RESTRICTION: "The use of your data was paused.",
    Right.OBJECTION: "Your objection is upheld: in our own systems, what you objected to has stopped and stays stopped.",
    Right.AUTOMATED_DECISION_REVIEW: "A person has looked at the decision again, with what you said about it.",
    Right.WITHDRAW_CONSENT: "Your consent has ended.",
}
# The same as the first sentence of that right's own letter.
HOW: dict[Outcome, str] = {
    Outcome.FULFILLED: "We have done what you asked.",
    Outcome.PARTLY_FULFILLED: "We have done a part of what you asked. What we did, and what we did not do and why, stands below.",
    Outcome.NOTHING_HELD: "We found no data about you with which we could do it.",
}
# How the case ended as a whole.
WHOLE: dict[Outcome | None, str] = {
    Outcome.FULFILLED: "We have answered everything that was asked for.",
    Outcome.PARTLY_FULFILLED: "You have our answer. Below you see what we gave or did, and what not.",
    None: "Our answer is in an earlier letter.",
}
# Why it was not confirmed who asked.
UNKNOWN = {
    "unproven": "Nobody confirmed this address with the code or the link that we sent.",
    "asked": "We asked for one more thing to be certain, and what we have is not enough.",
    "uncertain": "What we have does not show with enough certainty who asked.",
}


def decided_item(state: CaseState, sequence: int) -> tuple[Right, Outcome] | None:
    """The right that an event decided, and how it ended; None when there is none."""
    decided = ((item.right, item.outcome) for item in state.rights if item.decided == sequence and item.outcome in HOW)
    return next(((right, outcome) for right, outcome in decided if outcome), None)


def heard_by_all(letter: str, number: int, state: CaseState) -> bool:
    """Whether a letter answers what anybody may ask without showing who they are: it goes to the address that was named."""
    if letter == "refusal" and state.refusal is not None:
        rights = [state.refusal.right] if state.refusal.right else [item.right for item in state.rights]
    elif letter == "right_decided":
        rights = [item.right for item in state.rights if item.decided == number]
    else:
        return False
    return NO_IDENTITY_CHECK.issuperset(rights)
