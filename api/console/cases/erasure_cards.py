"""The card for an erasure plan: what it does in figures, and who may approve it (mockup 04).

Next: api/console/cases/shell.py
"""

from adapters.letter_words import count
from api.console.cases.card import Card, Looking, Press
from domain.authority import ROLES, Action
from domain.next_step import NextStep


def approve(looking: Looking, _step: NextStep) -> Card:
    """The plan, to be approved by somebody who prepared nothing."""
    erasure = looking.facts.state.erasure
    assert erasure is not None
    assert erasure.plan is not None
    plan = erasure.plan
    figures = f"{count(plan.erase, 'record')} to erase, {count(plan.change, 'record')} to anonymise, {plan.keep:,} to keep."
    mine = looking.person in looking.facts.state.preparers
    yes = Press(Action.APPROVE_ERASURE, f"Erase {count(plan.erase, 'record')}", {"sha256": plan.sha256}, first=True, red=True)
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
        f"{figures} Approval covers exactly this plan; every proven address is told first, and may stop it (Article 17).",
        instructions=looking.legal_hold,
        presses=looking.only(*alone, edit, back),
        link=("Look at the plan", "erasure"),
        note=note or ("You prepared a part of this case, so somebody else must approve." if mine else ""),
    )
