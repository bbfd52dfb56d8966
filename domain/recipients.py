"""Whoever received the data: who has to be told of what was done, who was told, and who confirmed (Articles 19, 28(3)).

Each of them is a work item of the case, a processor two: that it was instructed, and that it confirmed. With a measure each is
told anew, since it is another subject; without one it is about an erasure. Pure. Next: workflows/recipients.py
"""

from collections.abc import Iterable
from typing import Literal, get_args
from uuid import UUID

from domain.case import CaseState
from domain.case_parts import WorkItem
from domain.erasure import Addressee
from domain.measure_standing import Measure

FIRST = {"instruct": "instruct_processor", "inform": "inform_recipient"}
CONFIRMATION = "processor_confirmation"
TELLING = frozenset({*FIRST.values(), CONFIRMATION})
# to_tell: next; unreached: a person says that they could not be told; waiting: a processor was told and has not confirmed yet;
# told: that is all that is expected of them, or all that came of it; confirmed: a processor said that it did it.
Standing = Literal["to_tell", "unreached", "waiting", "told", "confirmed"]
_FARTHEST: tuple[Standing, ...] = get_args(Standing)
OVERTAKEN = "overtaken"  # how such a task ends when what it speaks of is over before it was done


def task_of(state: CaseState, kind: str, recipient: str, measure: int) -> tuple[UUID, WorkItem] | None:
    """The work item of one of them, the newest; None before it is opened."""
    wanted = (kind, recipient, measure)
    found = [(key, item) for key, item in state.work_items.items() if (item.kind, item.recipient, item.measure) == wanted]
    return found[-1] if found else None


def instructed(state: CaseState, addressee: Addressee, measure: int = 0) -> bool:
    """Whether somebody told them; of an erasure unless a measure is named."""
    return _answer(state, FIRST[addressee.track], addressee, measure) == "found"


def confirmed(state: CaseState, addressee: Addressee, measure: int = 0) -> bool:
    """Whether nothing more is expected of them: a processor confirmed, another recipient was told, or a person says why not."""
    first = _answer(state, FIRST[addressee.track], addressee, measure)
    if first is None or addressee.track == "inform" or first != "found":
        return first is not None
    return _answer(state, CONFIRMATION, addressee, measure) is not None


def over(state: CaseState, measure: int) -> bool:
    """Whether a measure is a restriction that was lifted: nobody has to hear of it any more."""
    return any(each.number == measure and each.lifted for each in state.measures)


def expected(state: CaseState, measure: Measure) -> list[Addressee]:
    """Of whom something is still expected after a measure was carried out."""
    if measure.carried_out_at is None or measure.lifted:
        return []
    return [each for each in measure.addressees if not confirmed(state, each, measure.number)]


def untold(state: CaseState) -> list[tuple[int, Addressee]]:
    """The same for every measure of the case: its number and the addressee."""
    return [(each.number, one) for each in state.measures for one in expected(state, each)]


def standing_of(state: CaseState, measures: Iterable[Measure]) -> dict[str, Standing]:
    """How far every recipient of some measures is, where there are several with the one that is least far."""
    found: dict[str, Standing] = {}
    for measure in measures:
        for each in measure.addressees:
            if _answer(state, FIRST[each.track], each, measure.number) == OVERTAKEN:
                continue  # nobody has to hear of it any more
            now = _standing(state, each, measure.number)
            found[each.recipient] = min(found.get(each.recipient, now), now, key=_FARTHEST.index)
    return found


def _standing(state: CaseState, addressee: Addressee, measure: int) -> Standing:
    first = _answer(state, FIRST[addressee.track], addressee, measure)
    if first != "found":
        return "to_tell" if first is None else "unreached"
    if addressee.track == "inform":
        return "told"
    word = _answer(state, CONFIRMATION, addressee, measure)
    return "confirmed" if word == "found" else "waiting" if word is None else "told"


def overtake(state: CaseState, lift: Measure) -> None:
    """Let a lifting end what its restriction still asked of recipients; only who was told of the one is told of the other."""
    lift.addressees = [each for each in lift.addressees if instructed(state, each, lift.of)]
    for item in state.open_work_items.values():
        if item.measure == lift.of and item.kind in TELLING:
            item.result = OVERTAKEN


def _answer(state: CaseState, kind: str, addressee: Addressee, measure: int) -> str | None:
    found = task_of(state, kind, addressee.recipient, measure)
    return found[1].result if found else None
