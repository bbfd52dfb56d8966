"""The next step of a case in words: what it is, two sentences with the article, and what may be pressed (mockups, rule 3).

What comes next is `domain/next_step.py`'s; who may do it, `domain/authority.py`'s. Next: api/console/cases/work_cards.py
"""

from collections.abc import Callable

from api.console.cases import erasure_cards, key_cards, measure_cards, package_cards, stage_cards, work_cards
from api.console.cases.card import Card, Looking, Press
from domain.authority import Action
from domain.next_step import NextStep, Step, next_step


def card_of(looking: Looking) -> Card:
    """The card for whoever looks."""
    step = next_step(looking.facts.state, looking.hindrance)
    return CARDS.get(step.step, CARDS[Step.LOOK])(looking, step)


def _waiting(title: str, guidance: str, *presses: Press) -> Callable[[Looking, NextStep], Card]:
    def card(looking: Looking, _step: NextStep) -> Card:
        name = looking.facts.subject
        return Card(title.format(name=name.called, first=name.first), guidance, presses=looking.only(*presses), waiting=True)

    return card


_CODE = Press(Action.REQUEST_CODE, "Send a new code", direct=True)
CARDS: dict[Step, Callable[[Looking, NextStep], Card]] = {
    Step.START: _waiting(
        "The case is being started", "The request is received, and its clock runs from then. This takes a moment."
    ),
    Step.LOOK: _waiting("Look at the case", "Nothing is waited for that Habeas knows of."),
    Step.RETRY_SYSTEM: work_cards.retry,
    Step.SEARCH_BY_HAND: work_cards.by_hand,
    Step.MEND_LETTER: work_cards.letter,
    Step.POST_LETTER: work_cards.post,
    Step.NAME_KEY: key_cards.name_key,
    Step.ASK_OPERATOR: work_cards.task,
    Step.ANSWER_LATE: work_cards.task,
    Step.CONSIDER_EXTENSION: work_cards.task,
    Step.CARRY_OUT: work_cards.carry_out,
    Step.DO_TASK: work_cards.task,
    Step.AWAIT_CODE: _waiting(
        "Wait for {name} to confirm the address",
        "A mail with a code and a link is with them, and reminders follow by themselves. Ask for more only with a doubt on "
        "record "
        "(Article 12(6)).",
        _CODE,
        Press(Action.CONFIRM_IDENTITY, "Confirm identity by hand"),
        Press(Action.REQUEST_MORE_IDENTITY, "Ask for more identity"),
    ),
    Step.AWAIT_PROOF: _waiting(
        "Wait for what you asked {first} for",
        "They can send it on their page or reply to the mail. An unfounded question stops no clock (Article 12(6)).",
        Press(Action.CONFIRM_IDENTITY, "Confirm identity by hand"),
        Press(Action.SUBMIT_IDENTITY_EVIDENCE, "Add a proof"),
    ),
    Step.LOOK_AT_PROOF: stage_cards.proof,
    Step.CONFIRM_IDENTITY: key_cards.confirm,
    Step.DECIDE_CLOSING: stage_cards.closing,
    Step.AWAIT_ANSWER: _waiting(
        "Wait for {first} to answer",
        "The question is with them; in the UK the clock of an access request stands still until then (Article 12A(5)). The "
        "search goes on.",
        Press(Action.ANSWER_CLARIFICATION, "Record their answer"),
        Press(Action.SEND_MESSAGE, "Write again"),
    ),
    Step.SEARCHING: _waiting(
        "The systems are being searched",
        "Each leaves a receipt, also where nothing is found (Article 5(2)). You need not wait here.",
    ),
    Step.BUILDING: _waiting(
        "The package is being built",
        "It holds what was found, with purposes, recipients and retention beside it (Article 15). This takes a moment.",
    ),
    Step.ON_HOLD: stage_cards.held,
    Step.APPROVE_PACKAGE: stage_cards.approve,
    Step.BUILD_AGAIN: package_cards.build_again,
    Step.MEND_PACKAGE: package_cards.mend,
    Step.ANSWER_QUESTION: package_cards.answer,
    Step.APPROVE_REFUSAL: stage_cards.refusal,
    Step.APPROVE_PARTIAL_ANSWER: stage_cards.part,
    Step.APPROVE_ERASURE: erasure_cards.approve,
    Step.APPROVE_RECTIFICATION: measure_cards.approve,
    Step.CHANGING: measure_cards.changing,
    Step.RESTRICTED: measure_cards.restricted,
    Step.WAITING_DAYS: erasure_cards.waiting,
    Step.TELLING: _waiting(
        "The person is told before anything is erased",
        "The plan is approved. Every proven address gets a letter that can stop it, then the waiting days run (Article 17).",
        Press(Action.CANCEL_ERASURE, "Stop the erasure", red=True),
    ),
    Step.ERASING: _waiting(
        "What was approved is erased",
        "In the order of the plan; then the systems are searched again, and the certificate says what was done (Article 17).",
    ),
    Step.FOLLOW_UP: _waiting(
        "Erased and certified",
        "The systems are searched once more after a month, and processors are asked for their word (Articles 17 and 19).",
        Press(Action.SEND_MESSAGE, "Write to them"),
    ),
    Step.CONSIDER_PARTIAL_ANSWER: work_cards.task,
    Step.SENDING: _waiting("The letter is on its way", "Delivered means that the mail server took the notice (Article 12(3))."),
    Step.AWAIT_FETCH: _waiting(
        "Wait for {first} to fetch the copy",
        "They open it with a fresh code; reminders go out by themselves. If they would rather have it another way, record it "
        "(Article "
        "12(1)).",
        Press(Action.RECORD_DELIVERY, "Record a delivery by other means"),
        Press(Action.SEND_MESSAGE, "Write to them"),
    ),
    Step.ANSWER_MESSAGE: stage_cards.unanswered,
    Step.NOTHING: stage_cards.closed,
}
