"""Cards for corrections, restrictions and consents: what a caseworker decides with, and what a second person approves.

Next: api/console/cases/stage_cards.py
"""

import dataclasses
from uuid import UUID

from adapters.letter_words import count
from api.console import words
from api.console.cases.card import Card, Looking, Press
from api.console.cases.key_cards import OF_RECORDS, OWN_WORD, barred, before_records, on_own_word_only, to_compare
from api.console.cases.measure_fields import changes_of, told_of, withdrawn
from api.console.cases.measure_words import changes, said
from domain.authority import ROLES, Action
from domain.case import WorkItem
from domain.events import Tag
from domain.measure_decisions import CORRECTED, ON_RECORDS, may_be_made
from domain.measure_standing import Measure, done_of, restriction_of
from domain.next_step import NextStep
from domain.rights import Right

_GUIDANCE: dict[Right, str] = {
    Right.RECTIFICATION: (
        "Propose each correction with its old and new value and what shows that it is right; somebody else approves it (Article "
        "16). What you do not correct is marked as disputed, with the person\u2019s own words."
    ),
    Right.RESTRICTION: (
        "Choose the ground of Article 18(1): from then on the data are stored and nothing else. It can "
        "be undone, and is lifted only after the person was told."
    ),
    Right.OBJECTION: (
        "Marketing has stopped already. For anything else stop it first, then decide (Article 21(1)): to go on, we have to show "
        "compelling grounds or claims, and somebody else approves that."
    ),
    Right.AUTOMATED_DECISION_REVIEW: (
        "Look at the inputs of the decision, not only at its result, and record what the person says about it first (Article "
        "22(3), UK Article 22C). What has to change in a system is a correction."
    ),
    Right.TRANSFER_INFORMATION: (
        "Habeas looked who abroad holds data of this person and writes the list, with the ground of each transfer (Article "
        "15(2)). Write what you covered in the copies of the safeguards, and why."
    ),
    Right.WITHDRAW_CONSENT: (
        "Say which purposes are meant; they end at once, from the day the withdrawal reached us (Article 7(3)). Nobody is asked "
        "who they are, and what was done before stays as it was."
    ),
}
_PRESSES: dict[Right, tuple[Press, ...]] = {
    Right.RECTIFICATION: (
        Press(Action.PROPOSE_RECTIFICATION, "Propose a correction", first=True),
        Press(Action.MARK_DISPUTED, "Mark as disputed"),
        Press(Action.RESTRICT_PROCESSING, "Restrict it while you check"),
    ),
    Right.RESTRICTION: (Press(Action.RESTRICT_PROCESSING, "Restrict processing", first=True),),
    Right.OBJECTION: (Press(Action.RESTRICT_PROCESSING, "Stop the purposes", first=True),),
    Right.AUTOMATED_DECISION_REVIEW: (
        Press(Action.RECORD_VIEW, "Record what the person says", first=True),
        Press(Action.PROPOSE_RECTIFICATION, "Change what was decided"),
    ),
    Right.WITHDRAW_CONSENT: (Press(Action.WITHDRAW_CONSENT, "End the consent", first=True),),
}


_CALLED = {Right.WITHDRAW_CONSENT: "the withdrawal of a consent", Right.TRANSFER_INFORMATION: "the question about transfers"}
# What was stopped or marked until it is decided can end before that: told first, lifted then (Article 18(3)).
_SOONER = (
    Press(Action.LIFT_RESTRICTION, "Lift the restriction"),
    Press(Action.ANNOUNCE_LIFTING, "Tell them that the restriction ends"),
)
_CORRECTED = (
    "The systems hold the new value, and whoever received the old one is told (Article 19). If more is wrong, correct that too; "
    "then say how it ended: the person reads what you write, and the case goes on to its end."
)
_OLD_VALUE = (
    "Once it is approved, the fields above hold the new value, and the old one stays in the record of this case. No other field "
    "is changed"
)
_CODE_FIRST = "To stop more than marketing, the mailbox has to be shown: send a code first."
_ONE_MORE = {Action.PROPOSE_RECTIFICATION: "Propose another correction"}


def carry_out(looking: Looking, key: UUID, item: WorkItem) -> Card | None:
    """The card of a right that has measures of its own; None for another."""
    right = item.right
    if right not in _GUIDANCE:
        return None
    if item.right and (first := before_records(looking, item.right)) is not None:
        return first
    if right is Right.RESTRICTION and (theirs := on_own_word_only(looking)) is not None:
        return theirs
    state = looking.facts.state
    consents = withdrawn(looking.facts, looking.datamap) if right is Right.WITHDRAW_CONSENT else []
    named = [f"They withdraw: {'; '.join(consents)}."] if consents else []
    compare = [told] if right in OF_RECORDS and (told := to_compare(looking)) else []
    done = [said(looking, each) for each in done_of(state.measures, right)]
    view = looking.facts.happened(Tag.VIEW_RECORDED) if right is Right.AUTOMATED_DECISION_REVIEW else []
    own = looking.only(*_PRESSES.get(right, ()))
    unproven = right is Right.OBJECTION and not own and not state.usable_keys
    if unproven and state.delivery_address is not None:
        own = looking.only(Press(Action.REQUEST_CODE, "Send a code", direct=True))
    corrected = right in CORRECTED and any(each.kind == "correct" for each in done_of(state.measures, right))
    if corrected:  # what was asked is done: the next step is to say so, and more corrections stand behind it
        own = [dataclasses.replace(each, label=_ONE_MORE.get(each.action, each.label), first=False) for each in own]
    target = {"work_item": str(key), "result": "done"}
    end = Press(Action.COMPLETE_WORK_ITEM, "Say how it ended", target, first=corrected or not own)
    return Card(
        "Corrected: say how it ended" if corrected else f"Carry out: {_CALLED.get(right, words.RIGHTS[right].lower())}",
        _CORRECTED if corrected else _GUIDANCE[right],
        instructions=" ".join(
            [*compare, *named, *_came_back(looking), *done, *(f"They say: {looking.facts.note_of(row)}" for row in view[:1])]
        ),
        presses=[
            *looking.only(*([end] if corrected else [])),
            *own,
            *looking.only(
                *([] if corrected else [end]),
                Press(Action.PROPOSE_REFUSAL, "Propose to refuse it", {"right": right.value}),
                *(_SOONER if restriction_of(state.measures) else ()),
                Press(Action.EXTEND_DEADLINE, "Take longer"),
                Press(Action.SEND_MESSAGE, f"Write to {looking.facts.subject.first}"),
            ),
        ],
        note=_barred(looking, right) or (_CODE_FIRST if unproven else ""),
        elsewhere=looking.elsewhere.places if corrected and looking.elsewhere else (),
        corrects=looking.may(Action.PROPOSE_RECTIFICATION),
    )


def _barred(looking: Looking, right: Right) -> str:
    """Why somebody is not offered what stops or marks records; empty where nothing keeps them from it."""
    of_records = [press.label.lower() for press in _PRESSES.get(right, ()) if press.action in ON_RECORDS]
    return f"{' and '.join(of_records).capitalize()}: {OWN_WORD}" if of_records and barred(looking) else ""


def approve(looking: Looking, _step: NextStep) -> Card:
    """A correction, to be approved by somebody who prepared nothing."""
    measure = next(each for each in looking.facts.state.measures if each.kind == "correct" and each.pending)
    mine = looking.person in looking.facts.state.preparers
    row = next((row for row in looking.facts.happened(Tag.MEASURE_PROPOSED) if row.sequence == measure.number), None)
    why = looking.facts.note_of(row) if row else ""
    returned = Press(Action.RETURN_FOR_REWORK, "Return for rework", first=not measure.found)
    taken = Press(Action.TAKE_BACK_RECTIFICATION, "Take the proposal back", first=not measure.found)
    back = returned if looking.may(Action.RETURN_FOR_REWORK) and not mine else taken
    if not measure.found:
        return Card(
            "Nothing holds the old value",
            "No record of the person holds what the correction expects, so nobody can approve it (Article 16). Take it back, and "
            "propose it anew from what is there.",
            instructions=changes(looking, measure),
            presses=looking.only(back),
        )
    words_of = _approving(looking, measure)
    yes = Press(Action.APPROVE_RECTIFICATION, words_of, {"sha256": str(measure.sha256)}, direct=True, first=True)
    if not may_be_made(looking.facts.state, measure):
        return Card(
            "Show more of who asks before this is changed",
            "It moves how the person is reached, or signs in: whoever has the new address gets what goes there. Needed is their "
            "sign-in, or the old mailbox with a second contact we hold; more where there is a doubt (Article 12(6)).",
            instructions=changes(looking, measure),
            presses=looking.only(
                Press(Action.REQUEST_MORE_IDENTITY, "Ask for more identity", first=True),
                Press(Action.CONFIRM_IDENTITY, "Record what showed it"),
                back,
            ),
        )
    alone, note = looking.alone(yes) if mine else ([yes], _old_value(looking))
    return Card(
        "Approve the correction"
        if looking.role in ROLES[Action.APPROVE_RECTIFICATION]
        else "A colleague approves the correction",
        f"It changes {count(measure.found, 'record')} (Article 16). {_informed(looking, measure)} Your approval covers exactly "
        "these values.",
        instructions=f"Why: {why}",
        changes=changes_of(looking.facts, looking.datamap, measure),
        presses=looking.only(*alone, back),
        note=note or "You prepared a part of this case, so somebody else must approve.",
        elsewhere=looking.elsewhere.places if looking.elsewhere else (),
    )


def _old_value(looking: Looking) -> str:
    """What an approval leaves as it is, as far as anybody looked."""
    if looking.elsewhere is None:
        return f"{_OLD_VALUE}: the old value can still stand in another place."
    held = looking.elsewhere.places
    rest = "what is listed above keeps the old one" if held else "no other field that can be corrected holds the old value"
    silent = f" Nobody could look in {', '.join(looking.elsewhere.unlooked)}." if looking.elsewhere.unlooked else ""
    return f"{_OLD_VALUE}; {rest}. Longer texts, and systems that only a person changes, were not looked through.{silent}"


def _came_back(looking: Looking) -> list[str]:
    """Why the last proposal came to nothing, for whoever proposes the next."""
    ends = Tag.MEASURE_RETURNED, Tag.MEASURE_TAKEN_BACK, Tag.MEASURE_VOIDED
    last = next(iter(looking.facts.happened(*ends, Tag.MEASURE_CARRIED_OUT)), None)
    if last is None or last.tag not in ends:
        return []
    if last.tag == Tag.MEASURE_VOIDED:
        return ["The last correction came to nothing: no record holds the old value any more. Choose from what is there now."]
    how = "returned the last correction" if last.tag == Tag.MEASURE_RETURNED else "took the last correction back"
    return [f"{looking.facts.person(last.actor)} {how}: \u201c{looking.facts.note_of(last)}\u201d"]


def changing(looking: Looking, _step: NextStep) -> Card:
    """A change that is being made, or what it would change is being looked for; what only a person can change is a task then."""
    if any(each.kind == "correct" and each.pending and not each.approved for each in looking.facts.state.measures):
        return Card(
            "The records with the old value are being looked for",
            "Then somebody else approves the correction, or learns that nothing holds the old value (Article 16). This takes a "
            "moment.",
            presses=looking.only(Press(Action.TAKE_BACK_RECTIFICATION, "Take the proposal back")),
            waiting=True,
        )
    return Card(
        "The change is being made in the systems",
        "What was decided is carried out in each of them; what only a person can change becomes a task (Articles 16 to 19). This "
        "takes a moment.",
        waiting=True,
    )


def restricted(looking: Looking, _step: NextStep) -> Card:
    """A restriction that lasts."""
    measure = restriction_of(looking.facts.state.measures)
    assert measure is not None
    told = "The person was told that it ends." if measure.told_at else "A privacy lead tells the person first and then lifts it."
    return Card(
        "Restricted: nothing but storage",
        f"It lasts until it is lifted. {told} It cannot be lifted before that notice has gone out (Article 18(3)).",
        instructions=said(looking, measure),
        presses=looking.only(
            Press(Action.LIFT_RESTRICTION, "Lift the restriction", first=True),
            Press(Action.ANNOUNCE_LIFTING, "Tell the person that it ends", first=True),
            Press(Action.SEND_MESSAGE, f"Write to {looking.facts.subject.first}"),
        ),
        note="" if looking.may(Action.LIFT_RESTRICTION) or not measure.told_at else "A privacy lead lifts it.",
        waiting=True,
    )


def _informed(looking: Looking, measure: Measure) -> str:
    """Who is told of a correction, by name, as the data map has them."""
    places = dict.fromkeys(tuple(place.split(".")[:2]) for place in measure.places)
    found = (each for system, collection in places for each in looking.datamap.recipients_of(system, collection))
    names = dict.fromkeys(each.name for each in found if each.own_copy and not each.occasional)
    return (
        f"Told of it afterwards: {', '.join(names)} (Article 19)." if names else "Nobody else holds a copy that has to be told."
    )


def _approving(looking: Looking, measure: Measure) -> str:
    """What the press of whoever approves says that it does: a value that goes is named there too."""
    kept = {bool(each["new"]) for each in told_of(looking.facts, measure)}
    return {(False,): "Remove the value", (False, True): "Correct it, and remove what is named"}.get(
        tuple(sorted(kept)), "Correct it"
    )
