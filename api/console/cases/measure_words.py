"""What was done about a right in sentences: for the card of whoever goes on with it, and for tasks at recipients and in systems.

Next: api/console/cases/done_lines.py
"""

from typing import Final

from adapters.letter_words import count
from api.console.cases.card import Looking
from api.console.cases.measure_fields import field_title, told_of
from domain.case import CaseState, WorkItem
from domain.datamap import DataMap
from domain.measure_standing import Measure
from domain.recipients import Standing, standing_of

_PASSED_ON: Final[dict[str, set[Standing]]] = {
    "Told, and confirmed by them": {"confirmed"},
    "Told": {"waiting", "told"},
    "Still to be told": {"to_tell"},
    "Could not be told": {"unreached"},
}


def what(looking: Looking, item: WorkItem) -> str:
    """What a task at a recipient or in a system is about: an erasure, or the measure that it is part of."""
    measure = next((each for each in looking.facts.state.measures if each.number == item.measure), None) if item.measure else None
    if measure is None:
        return "It is about the erasure." if item.recipient else ""
    of = ", ".join(purpose.title for purpose in looking.datamap.purposes if purpose.id in measure.purposes)
    told = {
        "correct": f"Correct it there too. {changes(looking, measure)}",
        "dispute": "Mark the record as disputed.",
        "restrict": "Restrict it: nothing but storage.",
        "lift": "The restriction is over: use may go on.",
        "withdraw": "The consent has ended: stop what rests on it.",
        "stop": "They object to how their data are used. Direct marketing stops at once, whatever they objected to: "
        "nothing more of it is sent to them from now on (Article 21(3)).",
    }[measure.kind]
    return f"{told} Purposes: {of}." if of else told


def said(looking: Looking, measure: Measure) -> str:
    """What was done, where, and who outside was told of it by now."""
    of = ", ".join(purpose.title for purpose in looking.datamap.purposes if purpose.id in measure.purposes)
    what = {
        "correct": "Corrected",
        "dispute": "Marked as disputed",
        "restrict": "Restricted",
        "lift": "Lifted",
        "withdraw": "Ended",
        "stop": "Stopped",
    }[measure.kind]
    by_hand = ", ".join(looking.title(name) for name in measure.by_hand)
    where = "the addresses they named" if measure.kind == "stop" else count(measure.rows, "record")
    return " ".join(
        each
        for each in (
            f"{what}{f' ({of})' if of else ''}: {where}.",
            f"By hand: {by_hand}." if by_hand else "",
            passed_on(looking.facts.state, looking.datamap, measure),
        )
        if each
    )


def passed_on(state: CaseState, datamap: DataMap, measure: Measure) -> str:
    """Who outside was told of it by now, who confirmed, and who is still to be told (Articles 19, 28(3))."""
    standing, names = standing_of(state, [measure]), {each.id: each.name for each in datamap.recipients}
    lines = [
        (words, [names.get(name, name) for name, now in standing.items() if now in group]) for words, group in _PASSED_ON.items()
    ]
    return " ".join(f"{words}: {', '.join(some)}." for words, some in lines if some)


def changes(looking: Looking, measure: Measure) -> str:
    """The values of a correction, as sentences."""
    lines = []
    for each in told_of(looking.facts, measure):
        old = f"\u201c{each['old']}\u201d" if each["old"] is not None else "nothing"
        becomes = f"becomes \u201c{each['new']}\u201d" if each["new"] else "is removed, and nothing stands there afterwards"
        lines.append(f"{field_title(looking.datamap, each['system'], each['collection'], each['field'])}: {old} {becomes}.")
    return " ".join(line[:1].upper() + line[1:] for line in lines)
