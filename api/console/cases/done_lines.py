"""What was done about a request, in a line each: corrections, restrictions, ended consents, an erasure (Articles 5(2), 16 to 19).

Next: api/console/cases/tabs.py
"""

from collections.abc import Iterator
from typing import Final

from adapters.letter_words import count
from api.console.cases.facts import CaseFacts
from api.console.cases.measure_fields import field_title, markable
from api.console.cases.measure_words import passed_on
from domain.datamap import DataMap
from domain.measure_standing import Measure

_DONE: Final = {
    "correct": "Corrected",
    "dispute": "Marked as disputed",
    "restrict": "Restricted",
    "lift": "Restriction lifted",
    "withdraw": "Consent ended",
    "stop": "Direct marketing stopped",
}


def done_lines(facts: CaseFacts, datamap: DataMap) -> Iterator[tuple[str, str]]:
    """What was done, in the order in which it was proposed: a word for it, where with how many records, and who was told."""
    for measure in facts.state.measures:
        if measure.carried_out_at is not None and not measure.void:
            yield _DONE[measure.kind], f"{_where(measure, datamap)} {passed_on(facts.state, datamap, measure)}".rstrip()
    if facts.state.erasure is not None and facts.state.erasure.carried_out_at is not None:
        yield "Erased", "what the approved plan names; the certificate says what was kept and why."
    elif facts.state.erasure is not None and facts.state.erasure.stopped is not None:
        yield "Not erased", "The erasure was stopped, and nothing was erased."


def _where(measure: Measure, datamap: DataMap) -> str:
    marked = dict(markable(datamap))
    parts = [place.split(".") for place in measure.places]
    named = [field_title(datamap, *each) if len(each) > 2 else marked.get(".".join(each), each[-1]) for each in parts]  # noqa: PLR2004
    named += [purpose.title for purpose in datamap.purposes if purpose.id in measure.purposes]
    by_hand = [each.title for each in datamap.systems if each.name in measure.by_hand]
    rows = "by the addresses they named" if measure.kind == "stop" else count(measure.rows, "record")
    told = f" By hand: {'; '.join(by_hand)}." if by_hand else ""
    return f"{'; '.join(named)}: {rows}.{told}" if named else f"{rows[:1].upper()}{rows[1:]}.{told}"
