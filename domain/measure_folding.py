"""How recorded events move the measures of a case: a part of `domain/folding.py`.

Next: workflows/measures.py
"""

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from domain.case import CaseState
from domain.case_parts import LiftingMeanwhile
from domain.clock_folding import prepared
from domain.erasure import Addressee, Track
from domain.event_facts import number_of, text_of, texts_of, uuid_of, uuids_of
from domain.events import CaseEvent, Tag
from domain.measure_standing import Measure, ValuesFound
from domain.recipients import overtake
from domain.rights import Right

Rule = Callable[[CaseState, CaseEvent], None]
# What was asked is done with the measure: nobody has to carry the right out any more.
_DONE_BY = {("restrict", Right.RESTRICTION), ("withdraw", Right.WITHDRAW_CONSENT)}


def _measure(state: CaseState, event: CaseEvent) -> Measure | None:
    number = event.facts.get("number")
    return next((each for each in state.measures if each.number == number), None)


def _id(event: CaseEvent, name: str) -> UUID | None:
    value = event.facts.get(name)
    return UUID(str(value)) if value else None


def _proposed(state: CaseState, event: CaseEvent) -> None:
    facts = event.facts
    measure = Measure(
        number=event.sequence,
        right=Right(str(facts["right"])),
        kind=cast("Any", str(facts["kind"])),
        purposes=texts_of(event, "purposes"),
        ground=cast("Any", facts.get("ground")),
        changes=_id(event, "changes"),
        sha256=str(facts["sha256"]) if facts.get("sha256") else None,
        places=texts_of(event, "places"),
        contact=bool(facts.get("contact")),
        text=_id(event, "text"),
        of=cast("int", facts.get("of", 0)),
        approved=facts["kind"] != "correct",  # what cannot be undone needs a second person; the others end as they began
    )
    state.measures.append(measure)
    prepared(state, event)
    if (measure.kind, measure.right) in _DONE_BY:
        for item in state.open_work_items.values():
            if item.kind == "carry_out_right" and item.right is measure.right:
                item.result = "done"


def _values(state: CaseState, event: CaseEvent) -> None:
    after = number_of(event, "after")
    state.values = ValuesFound(keys=uuids_of(event, "keys"), after=after)


def _examined(state: CaseState, event: CaseEvent) -> None:
    if (measure := _measure(state, event)) is not None:
        measure.found = number_of(event, "rows")


def _approved(state: CaseState, event: CaseEvent) -> None:
    if (measure := _measure(state, event)) is not None:
        measure.approved = True


def _returned(state: CaseState, event: CaseEvent) -> None:
    state.preparers = []
    _voided(state, event)


def _voided(state: CaseState, event: CaseEvent) -> None:
    if (measure := _measure(state, event)) is not None:
        measure.void = True


def _skipped(state: CaseState, event: CaseEvent) -> None:
    if (measure := _measure(state, event)) is not None:
        measure.skipped = sorted({*measure.skipped, text_of(event, "system")})


def _carried_out(state: CaseState, event: CaseEvent) -> None:
    if (measure := _measure(state, event)) is None:
        return
    measure.carried_out_at, measure.rows = event.at, number_of(event, "rows")
    measure.by_hand, measure.addressees = texts_of(event, "by_hand"), _addressees(event)
    if measure.kind == "lift":
        overtake(state, measure)
        for each in state.measures:
            each.lifted = each.lifted or each.number == measure.of


def _addressees(event: CaseEvent) -> list[Addressee]:
    named = (text.split(".") for text in texts_of(event, "addressees"))
    return [Addressee(recipient=name, track=cast("Track", track)) for track, name in named]


def _marketing_stopped(state: CaseState, event: CaseEvent) -> None:
    """It is done with the event itself, by the addresses that were named; whoever sends for us is told as of any measure."""
    state.marketing_stopped = True
    if addressees := _addressees(event):
        stop = Measure(number=event.sequence, right=Right.OBJECTION, kind="stop", purposes=texts_of(event, "purposes"))
        stop.approved, stop.carried_out_at, stop.addressees = True, event.at, addressees
        state.measures.append(stop)


def _lifting_decided(state: CaseState, event: CaseEvent) -> None:
    if (measure := _measure(state, event)) is not None:
        measure.announced, measure.text, measure.told_at = event.sequence, _id(event, "text"), None
    elif _is_meanwhile(state, event):
        state.lifting_meanwhile = LiftingMeanwhile(announced=event.sequence, text=uuid_of(event, "text"))


def _lifting_told(state: CaseState, event: CaseEvent) -> None:
    if (measure := _measure(state, event)) is not None:
        measure.told_at = event.at
    elif _is_meanwhile(state, event) and state.lifting_meanwhile is not None:
        state.lifting_meanwhile.told_at = event.at


def _lifting_bounced(state: CaseState, event: CaseEvent) -> None:
    if (measure := _measure(state, event)) is not None:
        measure.announced, measure.text = 0, None
    elif _is_meanwhile(state, event):
        state.lifting_meanwhile = None


def _is_meanwhile(state: CaseState, event: CaseEvent) -> bool:
    """Whether it is about the restriction that holds while an erasure waits (`domain/meanwhile.py`)."""
    return bool(state.restricted_meanwhile) and event.facts.get("number") == state.restricted_meanwhile


def _view(state: CaseState, event: CaseEvent) -> None:
    state.view_recorded = True
    prepared(state, event)


def _transfers(state: CaseState, event: CaseEvent) -> None:
    state.transfers = texts_of(event, "recipients")


MEASURE_RULES: dict[Tag, Rule] = {
    Tag.MEASURE_PROPOSED: _proposed,
    Tag.VALUES_FOUND: _values,
    Tag.MEASURE_EXAMINED: _examined,
    Tag.MEASURE_APPROVED: _approved,
    Tag.MEASURE_RETURNED: _returned,
    Tag.MEASURE_TAKEN_BACK: _voided,
    Tag.MEASURE_VOIDED: _voided,
    Tag.MEASURE_SYSTEM_SKIPPED: _skipped,
    Tag.MEASURE_CARRIED_OUT: _carried_out,
    Tag.LIFTING_DECIDED: _lifting_decided,
    Tag.LIFTING_TOLD: _lifting_told,
    Tag.LIFTING_BOUNCED: _lifting_bounced,
    Tag.VIEW_RECORDED: _view,
    Tag.TRANSFERS_FOUND: _transfers,
    Tag.MARKETING_STOPPED: _marketing_stopped,
}
