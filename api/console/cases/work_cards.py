"""Cards for what only a person can do: a system that failed, a search by hand, a task, a right, a letter that was not taken.

Next: api/console/cases/stage_cards.py
"""

from dataclasses import replace
from uuid import UUID

from adapters.letter_words import count, moment
from api.console import words
from api.console.cases import looked, measure_cards
from api.console.cases.card import Card, Looking, Press
from api.console.cases.measure_words import what
from api.console.cases.task_words import TASKS
from domain.authority import Action
from domain.case import JOIN, WorkItem
from domain.case_parts import IMPORT_ARCHIVE, POSTAL, REFUND
from domain.events import Tag
from domain.next_step import NextStep
from domain.work_decisions import SAFEGUARD, WITH_COPY, may_be_read_out

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
    JOIN: (Press(Action.MERGE_DUPLICATE, "Join the cases", red=True),),
    "after_check": (Press(Action.RECORD_AFTER_CHECK, "Say what you found", first=True),),
    REFUND: (
        Press(Action.COMPLETE_WORK_ITEM, "It is refunded", {"result": "found"}, first=True),
        Press(Action.COMPLETE_WORK_ITEM, "Nothing was paid", {"result": "not_found"}),
        Press(Action.COMPLETE_WORK_ITEM, "It is not refunded", {"result": "exception"}),
    ),
    "consider_extension": (Press(Action.EXTEND_DEADLINE, "Take longer", first=True),),
    "consider_partial_answer": (Press(Action.PREPARE_PARTIAL_ANSWER, "Answer a part now", first=True),),
}
_ANSWERS: dict[
    str, tuple[str, str]
] = {  # to a task that is a question: yes, empty where a command says it; no, empty where there is no such answer
    JOIN: ("", "Leave them apart"),
    "nothing_marked": ("It is so: nothing of theirs is held there", "Look again another way"),
    "consider_extension": ("It can be done in time", ""),
    "consider_partial_answer": ("Answer everything at once", ""),
}
_IN_FORCE = "restriction_in_force"
_DECIDED = {"handle_complaint", "complaint_progress", "decide_account", "after_check", REFUND}  # by their own presses alone


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
    if key is None:
        return _import(looking, step)
    target = {"work_item": str(key)}
    leads = looking.leads.get(step.about or "", [])
    search = f"Search with: {'; '.join(leads)}." if leads else "No proven identifier of theirs leads there."
    return Card(
        f"Search {title} by hand",
        "Only a person can search it, and \u201cnothing found\u201d is a result like any other. Article 15 covers it as much "
        "as every "
        "database.",
        instructions=" ".join(filter(None, [system.instructions if system else "", search])),
        presses=looking.only(
            Press(Action.COMPLETE_WORK_ITEM, "It cannot be searched", target | {"result": "exception"}),
            Press(Action.CONTINUE_WITHOUT_SYSTEM, "Continue without it", {"system": step.about or ""}),
        ),
        item=key if looking.may(Action.COMPLETE_WORK_ITEM) else None,
        looks=looked.places(looking.facts.state, looking.datamap, str(key)) if looking.may(Action.COMPLETE_WORK_ITEM) else [],
    )


def _import(looking: Looking, step: NextStep) -> Card:
    """An archive into which nothing is imported yet, or for which no scope is agreed."""
    system, title = looking.system(step.about), looking.title(step.about)
    target = {"work_item": str(_item(looking, IMPORT_ARCHIVE, step.about))}
    return Card(
        f"Import mails and chats into {title}",
        "Say first what may be found there: whose mailboxes, which period, which words. The estimate counts without opening "
        "anything, and what is agreed stands on the coverage page and in the letter (Article 15).",
        instructions=(system.instructions or "") if system else "",
        link=("Import and agree on a scope", "archives"),
        presses=looking.only(
            Press(Action.COMPLETE_WORK_ITEM, "Nothing found", target | {"result": "not_found"}, direct=True),
            Press(Action.COMPLETE_WORK_ITEM, "It cannot be searched", target | {"result": "exception"}),
            Press(Action.CONTINUE_WITHOUT_SYSTEM, "Continue without it", {"system": step.about or ""}),
        ),
    )


def task(looking: Looking, step: NextStep) -> Card:
    """A task without a card of its own."""
    key, item = _first_item(looking, step)
    plain = ("Do the task: " + item.kind.replace("_", " "), "Look at the case, do it, then say so.")
    title, guidance = TASKS.get(item.kind, plain)
    target = {"work_item": str(key)}
    own = [
        replace(each, target=target | each.target) if each.action is Action.COMPLETE_WORK_ITEM else each
        for each in _OWN_PRESSES.get(item.kind, ())
    ]
    done, not_done = _ANSWERS.get(item.kind, ("Done", "It cannot be done"))
    answer = [
        *(
            [Press(Action.COMPLETE_WORK_ITEM, done, target | {"result": "found"}, direct=True, first=not own)]
            if done and item.kind != SAFEGUARD
            else []
        ),
        *([Press(Action.COMPLETE_WORK_ITEM, not_done, target | {"result": "exception"})] if not_done else []),
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
    key, item = _first_item(looking, step)
    letter = (item.letter or "a letter").replace("_", " ")
    target = {"work_item": str(key)}
    return Card(
        "Bring a letter to the person",
        "A notice that did not arrive was not given, and the clock counts it so. Give it in writing another way: to another "
        "address of theirs, by post or by hand. Reading it out does only where they ask for that and are known (Article 12(1)).",
        failure=(
            f"The letter \u201c{letter}\u201d did not go out by mail.",
            "The mail server refused it, or there is no proven address that it may go to. Everything else of the case is kept.",
        ),
        presses=looking.only(
            Press(
                Action.COMPLETE_WORK_ITEM, "It reached them another way", target | {"result": "found"}, direct=True, first=True
            ),
            Press(Action.COMPLETE_WORK_ITEM, "It did not reach them", target | {"result": "not_found"}, direct=True),
        ),
    )


def post(looking: Looking, step: NextStep) -> Card:
    """A letter on paper, for somebody without e-mail."""
    key, item = _first_item(looking, step)
    name, target = (item.letter or "a letter").replace("_", " "), {"work_item": str(key)}
    copy = " Put the copy of their data with it: print it from its preview." if item.letter in WITH_COPY else ""
    where = looking.facts.subject.address
    open_tasks = looking.facts.state.open_work_items.values()
    to_do = [looking.title(each.system) for each in open_tasks if each.kind == "measure_by_hand"]
    orally = Press(Action.COMPLETE_WORK_ITEM, "They asked to have it read out", target | {"result": "read_out"})
    unready = f" Not restricted yet, as the letter says too: {', '.join(to_do)}." if to_do and item.letter == _IN_FORCE else ""
    return Card(
        f"Print and post a letter: {name}",
        "The person has no e-mail address, so this letter goes on paper: print it, post it or hand it over, then record the day. "
        f"They count as told from the day it went (Article 12).{copy}{unready}",
        instructions=f"It goes to: {', '.join(where.splitlines())}"
        if where
        else "No postal address is on record: hand it over, or ask for one.",
        presses=looking.only(
            Press(Action.COMPLETE_WORK_ITEM, "Record that it went", target | {"result": "posted"}),
            *([orally] if may_be_read_out(looking.facts.state, item) else []),
            *(() if where else (Press(Action.ADD_IDENTIFIER, "Add a postal address", {"kind": POSTAL}),)),
            Press(Action.COMPLETE_WORK_ITEM, "It cannot be brought", target | {"result": "not_found"}),
        ),
        link=("Print the letter", f"letters/{item.sent}/print"),
        note="With the copy: See it under Package." if copy else "",
    )


def _about(looking: Looking, item: WorkItem) -> str:
    """Whom or what a task is about, and what the data map says is to be done there."""
    if item.kind == JOIN:
        return _joining(looking)
    of = what(looking, item)
    if item.recipient:
        return f"{next((each.name for each in looking.datamap.recipients if each.id == item.recipient), item.recipient)}. {of}"
    system = looking.system(item.system)
    if system is None:
        return ""
    collection = next((each for each in system.collections if each.name == item.collection), None)
    if collection is None:
        return f"{system.title}. {of}".strip()
    before = collection.erasure.before if item.kind == "before_erasure" else None
    if before is None:
        return f"{system.title}: {collection.title}."
    erasure = looking.facts.state.erasure
    until = erasure.waiting_until if erasure else None
    stop = f" Not before {moment(until, looking.zone)}: until then they may stop the erasure." if until else ""
    return f"{system.title}: {collection.title}. {before.task}.{stop}"


def _joining(looking: Looking) -> str:
    """Who wants to join the case into which other one, and why."""
    row = next(iter(looking.facts.happened(Tag.REQUEST_JOIN_PROPOSED)), None)
    if row is None:
        return ""
    who, why = looking.facts.person(row.actor), looking.facts.note_of(row)
    return f"{who} wants it to go on in {looking.facts.joins}: \u201c{why}\u201d"


def _item(looking: Looking, kind: str, system: str | None) -> UUID | None:
    items = looking.facts.state.open_work_items.items()
    return next((key for key, item in items if item.kind == kind and item.system == system), None)


def _first_item(looking: Looking, step: NextStep) -> tuple[UUID, WorkItem]:
    items = looking.facts.state.open_work_items
    fitting = [(key, item) for key, item in items.items() if step.about in {item.kind, item.system, item.right}]
    return (fitting or list(items.items()))[0]
