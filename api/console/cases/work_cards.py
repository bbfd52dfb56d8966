"""Cards for what only a person can do: a system that failed, a search by hand, a task, a right, a letter that was not taken.

Next: api/console/cases/stage_cards.py
"""

from uuid import UUID

from adapters.letter_words import count
from api.console import words
from api.console.cases import measure_cards
from api.console.cases.card import Card, Looking, Press
from domain.authority import Action
from domain.case import WorkItem
from domain.events import Tag
from domain.next_step import NextStep
from domain.work_decisions import SAFEGUARD

_TASKS = {
    "needs_operator": (
        "Something needs an operator",
        "Habeas met a failure that trying again does not mend, and the case waits. When it is mended, say so, and it goes on.",
    ),
    "deadline_passed": (
        "The date has passed: answer now",
        "The case shows as missed, and nothing hides that. Article 12(3) still wants the answer, with a word on why it is late.",
    ),
    "consider_partial_answer": (
        "Decide whether to answer a part now",
        "Some of it is ready and the rest may be late. A part in time is better, and it ends nothing (Article 12(3)).",
    ),
    "handle_complaint": (
        "Look into the complaint",
        "Somebody who was not involved looks into it (s.164A DPA 2018). Say which case it is about, and what you found.",
    ),
    "acknowledge_complaint": (
        "Acknowledge the complaint another way",
        "The letter did not reach them, and the law gives 30 days (s.164A(4) DPA 2018). Try another way, then say so.",
    ),
    "complaint_progress": (
        "Tell the person how far the complaint is",
        "It is two weeks since they heard of it. The law wants progress told without undue delay (s.164A DPA 2018).",
    ),
    "letter_bounced": (
        "A letter came back",
        "A notice that did not arrive was not given (Article 12). Find another way to the person, then say so.",
    ),
    "mail_after_end": (
        "They wrote after the case was closed",
        "Read it, and answer by a message; or reopen the case at its date; or open a new one from the day it arrived.",
    ),
    "before_erasure": (
        "Do this before anything is erased",
        "Something elsewhere has to end first: a charge, a conversation, a balance. Do it, then say so (Article 17).",
    ),
    "erase_by_hand": (
        "Erase in this system by hand",
        "No program may change it, so a person erases there; the certificate says so. Say when it is done (Article 17).",
    ),
    "erasure_failed": (
        "A system could not be erased",
        "What could be done is done, and the rest waits. When it is mended, say so; or say why it is left out (Article 17).",
    ),
    "legal_hold": (
        "A legal hold or a restriction stops the erasure",
        "Nothing of this person is erased while it lasts (Articles 17(3), 18(2)). Look whether it has its ground, then say so.",
    ),
    "find_account": (
        "Find the account that is reported, within the hour",
        (
            "Read the report for an address or a name, and name the account: it is suspended at once, and that can be undone. "
            "Look at nothing in it."
        ),
    ),
    "decide_account": (
        "Decide about the account, within 72 hours",
        (
            "First answer whether somebody may be in danger; then delete it or give it back. Nothing is deleted by a timer "
            "(privacy policy, children)."
        ),
    ),
    "account_overdue": (
        "The report of a child's account is three days old: decide now",
        "The account is suspended, and that is no end. Decide, or say why it needs longer.",
    ),
    "account_objection": (
        "The account holder says that they are 18 or older",
        "Ask for no passport: look for what the account shows. Then decide, and say here that you looked.",
    ),
    "suspend_by_hand": (
        "Suspend the account in this system by hand",
        "No program may mark it: let nobody sign in, hide what is public, and stop all sends. Then say so.",
    ),
    "suspension_failed": (
        "A system could not be suspended",
        "What could be marked and hidden is. When it is mended, say so, and the rest follows.",
    ),
    "not_me": (
        "The owner of a contact we hold says: this was not me",
        (
            "Nothing leaves and nothing is erased until you have looked into it. Find out who asked and who answered, then "
            "say so (Article 12(6))."
        ),
    ),
    "leftover": (
        "Something is still there after the erasure",
        "A search found rows that should be gone. Look why, erase them there, then say so (Article 17).",
    ),
    "newer_account": (
        "Is this a new account of the same person?",
        "Rows were made after the erasure, and nothing of them is touched. Decide whether anything has to be done (Article 17).",
    ),
    "instruct_processor": (
        "Instruct a processor",
        (
            "Give it no more than its own id of the person, and nothing in the subject of a mail. Say when it is instructed "
            "(Article 28(3))."
        ),
    ),
    "processor_confirmation": (
        "Record the processor's confirmation",
        "It was instructed and has to confirm. Record its word and add what it sent (Article 28(3)).",
    ),
    "inform_recipient": (
        "Tell a recipient",
        "Whoever received the data is told, unless that is impossible. Say when it is done (Article 19).",
    ),
    "safeguard_copy": (
        "Add the copy of a safeguard",
        "The person may have a copy of what protects their data abroad (Article 15(2)). Cover prices and the like, and say why.",
    ),
    "measure_by_hand": (
        "Do this in a system by hand",
        "No program may change it, so a person does there what was decided (Articles 7, 16 and 18). Say when it is done.",
    ),
    "measure_failed": (
        "A system could not be changed",
        "What could be done is done, and the rest waits. When it is mended, say so; or say why it is left out (Article 5(2)).",
    ),
    "recipient_silent": (
        "A recipient does not answer",
        "It was chased twice and is still silent. Decide what comes next, then say so (Articles 19 and 28).",
    ),
    "consider_extension": (
        "Decide whether this needs longer",
        "The law gives two further months for a reason that the person reads (Article 12(3)). If it can be done in time, say so.",
    ),
}
# What a task is done with, where that is a command of its own; the first is the one filled button.
_OWN_PRESSES: dict[str, tuple[Press, ...]] = {
    "handle_complaint": (
        Press(Action.DECIDE_COMPLAINT, "Say what you found", first=True),
        Press(Action.SEND_PROGRESS, "Tell them how far it is"),
        Press(Action.LINK_COMPLAINT, "Say which case it is about"),
    ),
    "complaint_progress": (Press(Action.SEND_PROGRESS, "Tell them how far it is", first=True),),
    "find_account": (Press(Action.NAME_ACCOUNT, "Name the account", first=True),),
    "decide_account": (
        Press(Action.ANSWER_SAFEGUARDING, "Is somebody in danger?", first=True),
        Press(Action.DECIDE_ACCOUNT, "Delete it, or give it back"),
        Press(Action.NAME_ACCOUNT, "Name another account"),
    ),
    "account_overdue": (Press(Action.DECIDE_ACCOUNT, "Delete it, or give it back", first=True),),
    "account_objection": (Press(Action.DECIDE_ACCOUNT, "Delete it, or give it back", first=True),),
    "consider_extension": (Press(Action.EXTEND_DEADLINE, "Take longer", first=True),),
    "consider_partial_answer": (Press(Action.PREPARE_PARTIAL_ANSWER, "Answer a part now", first=True),),
}
_DECIDED = {"handle_complaint", "complaint_progress", "decide_account"}  # answered by their own commands alone


def retry(looking: Looking, step: NextStep) -> Card:
    """A system that did not answer."""
    system, title = looking.system(step.about), looking.title(step.about)
    found = looking.facts.state.systems[step.about].records if step.about in looking.facts.state.systems else 0
    target = {"system": step.about or ""}
    return Card(
        f"Decide what to do about {title}",
        "The other systems go on by themselves. Article 15 gives the person all of their data, so a system that is left out "
        "needs a "
        "reason that they can read.",
        failure=(
            f"{title[:1].upper()}{title[1:]} did not answer.",
            f"Everything found so far is kept, {count(found, 'record')} here. Retry, or continue without it and say why.",
        ),
        presses=looking.only(
            Press(Action.RETRY_SYSTEM, f"Retry {title}", target, direct=True, first=True),
            Press(Action.CONTINUE_WITHOUT_SYSTEM, f"Continue without {title}", target),
        ),
        note=f"{system.owner} looks after it." if system and system.owner else "",
    )


def by_hand(looking: Looking, step: NextStep) -> Card:
    """A system that only a person can search."""
    system, title = looking.system(step.about), looking.title(step.about)
    key = _item(looking, "search_by_hand", step.about)
    target = {"work_item": str(key)}
    return Card(
        f"Search {title} by hand",
        "Only a person can search it, and \u201cnothing found\u201d is a result like any other. Article 15 covers it as much "
        "as every "
        "database.",
        instructions=(system.instructions or "") if system else "",
        presses=looking.only(
            Press(Action.COMPLETE_WORK_ITEM, "Nothing found", target | {"result": "not_found"}, direct=True, first=True),
            Press(Action.COMPLETE_WORK_ITEM, "It cannot be searched", target | {"result": "exception"}),
            Press(Action.CONTINUE_WITHOUT_SYSTEM, "Continue without it", {"system": step.about or ""}),
        ),
        item=key if looking.may(Action.COMPLETE_WORK_ITEM) else None,
    )


def task(looking: Looking, step: NextStep) -> Card:
    """A task without a card of its own."""
    key, item = _first_item(looking, step)
    plain = ("Do the task: " + item.kind.replace("_", " "), "Look at the case, do it, then say so.")
    title, guidance = _TASKS.get(item.kind, plain)
    target = {"work_item": str(key)}
    own = _OWN_PRESSES.get(item.kind, ())
    answer = [
        *(
            [Press(Action.COMPLETE_WORK_ITEM, "Done", target | {"result": "found"}, direct=True, first=not own)]
            if item.kind != SAFEGUARD
            else []
        ),
        Press(Action.COMPLETE_WORK_ITEM, "It cannot be done", target | {"result": "exception"}),
    ]
    write = Press(Action.SEND_MESSAGE, f"Write to {looking.facts.subject.first}")
    presses = looking.only(*own, *([] if item.kind in _DECIDED else answer), write)
    files = key if item.kind == SAFEGUARD and looking.may(Action.COMPLETE_WORK_ITEM) else None
    return Card(title, guidance, instructions=_about(looking, item), presses=presses, item=files)


def carry_out(looking: Looking, step: NextStep) -> Card:
    """A right that a person carries out."""
    key, item = _first_item(looking, step)
    if (own := measure_cards.carry_out(looking, key, item)) is not None:
        return own
    right = words.RIGHTS[item.right].lower() if item.right else "what was asked"
    target = {"work_item": str(key), "result": "done"}
    return Card(
        f"Carry out: {right}",
        "It is carried out by hand so far: do it in your systems, and tell the recipients where the law wants it (Article "
        "19). The "
        "person reads what you write here.",
        presses=looking.only(
            Press(Action.COMPLETE_WORK_ITEM, "Say what was done", target, first=True),
            Press(Action.PROPOSE_REFUSAL, "Propose to refuse it", {"right": item.right.value} if item.right else {}),
            Press(Action.EXTEND_DEADLINE, "Take longer"),
            Press(Action.SEND_MESSAGE, f"Write to {looking.facts.subject.first}"),
        ),
    )


def letter(looking: Looking, step: NextStep) -> Card:
    """A letter that the mail server did not take."""
    key, _ = _first_item(looking, step)
    failed = next(iter(looking.facts.happened(Tag.LETTER_FAILED)), None)
    letter = str(failed.facts.get("letter", "a letter")).replace("_", " ") if failed else "A letter"
    target = {"work_item": str(key)}
    return Card(
        "Bring a letter to the person",
        "A notice that did not arrive was not given, and the clock counts it so (Article 12). Try another way, then say what "
        "came of it.",
        failure=(
            f"The mail server did not take the letter \u201c{letter}\u201d.",
            "It is kept, and so is everything else of the case.",
        ),
        presses=looking.only(
            Press(
                Action.COMPLETE_WORK_ITEM, "It reached them another way", target | {"result": "found"}, direct=True, first=True
            ),
            Press(Action.COMPLETE_WORK_ITEM, "It did not reach them", target | {"result": "not_found"}, direct=True),
        ),
    )


def _about(looking: Looking, item: WorkItem) -> str:
    """Whom or what a task is about, and what the data map says is to be done there."""
    of = measure_cards.what(looking, item)
    if item.recipient:
        return f"{next((each.name for each in looking.datamap.recipients if each.id == item.recipient), item.recipient)}. {of}"
    system = looking.system(item.system)
    if system is None:
        return ""
    collection = next((each for each in system.collections if each.name == item.collection), None)
    if collection is None:
        return f"{system.title}. {of}".strip()
    before = collection.erasure.before if item.kind == "before_erasure" else None
    return f"{system.title}: {collection.title}." + (f" {before.task}." if before else "")


def _item(looking: Looking, kind: str, system: str | None) -> UUID | None:
    items = looking.facts.state.open_work_items.items()
    return next((key for key, item in items if item.kind == kind and item.system == system), None)


def _first_item(looking: Looking, step: NextStep) -> tuple[UUID, WorkItem]:
    items = looking.facts.state.open_work_items
    fitting = [(key, item) for key, item in items.items() if step.about in {item.kind, item.system, item.right}]
    return (fitting or list(items.items()))[0]
