"""The cards of an erasure: what its plan does in figures, who may approve it, when it is carried out, and how it is stopped.

Next: api/console/cases/shell.py
"""

from adapters.letter_words import count, moment
from api.console.cases.card import Card, Looking, Press
from domain.authority import ROLES, Action
from domain.erasure_decisions import waiting_days
from domain.next_step import NextStep
from domain.rights import Right


def approve(looking: Looking, _step: NextStep) -> Card:
    """The plan, to be approved by somebody who prepared nothing."""
    erasure = looking.facts.state.erasure
    assert erasure is not None
    assert erasure.plan is not None
    plan = erasure.plan
    figures = f"{count(plan.erase, 'record')} to erase, {count(plan.change, 'record')} to anonymise, {plan.keep:,} to keep."
    mine = looking.person in looking.facts.state.preparers
    told = looking.facts.state.erasing is Right.ERASURE  # of a child's account it is carried out at once, and nobody stops it
    days = waiting_days(looking.facts.state, plan) if told else 0
    later = f"after {count(days, 'day')}" if days else "at once"
    first = f"At once every proven address is told; {later} it is carried out" if told else "It is carried out at once"
    label = f"Approve: erase {count(plan.erase, 'record')} {later}" if plan.erase else "Approve the plan"
    yes = Press(Action.APPROVE_ERASURE, label, {"sha256": plan.sha256}, first=True, red=True)
    edit = Press(Action.EDIT_ERASURE, "Keep or erase otherwise")
    back = Press(Action.RETURN_FOR_REWORK, "Return for rework")
    if looking.role not in ROLES[Action.APPROVE_ERASURE]:
        return Card(
            "A colleague approves the erasure",
            f"{figures} Whatever is kept has a ground of Article 17(3) and an end.",
            instructions=looking.legal_hold,
            presses=looking.only(edit, Press(Action.CANCEL_ERASURE, "Stop the erasure")),
            link=("Look at the plan", "erasure"),
        )
    alone, note = looking.alone(yes) if mine else ([yes], "")
    return Card(
        "Approve the erasure plan",
        f"{figures} Approval covers exactly this plan. {first} (Article 17).",
        instructions=looking.legal_hold,
        presses=looking.only(*alone, edit, back),
        link=("Look at the plan", "erasure"),
        note=note or ("You prepared a part of this case, so somebody else must approve." if mine else ""),
    )


def waiting(looking: Looking, _step: NextStep) -> Card:
    """The days in which it can still be stopped."""
    erasure = looking.facts.state.erasure
    press = Press(Action.CANCEL_ERASURE, "Stop the erasure", red=True)
    who = "you stop it here" if looking.may(press.action) else "a caseworker stops it here"
    until = moment(erasure.waiting_until, looking.zone) if erasure and erasure.waiting_until else "the waiting days are over"
    return Card(
        "Nothing is erased yet",
        f"It is carried out from {until} on. Until then whoever was told stops it with the link in the letter, without a code, "
        f"and {who}; what is erased cannot be brought back (Article 17).",
        presses=looking.only(press),
        waiting=True,
    )
