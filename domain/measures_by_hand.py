"""Where a measure does not hold, though it was carried out: a person has not done it yet, or it could not be done (Article 18).

What the person is told must be true of every system. Next: activities/letter_measures.py
"""

from domain.case import CaseState
from domain.measure_standing import Measure


def not_done(state: CaseState, measure: Measure) -> tuple[list[str], list[str]]:
    """The systems in which a person still has to do it, and those that were left out or in which it could not be done."""
    answers = {
        item.system: item.result
        for item in state.work_items.values()
        if item.kind == "measure_by_hand" and item.measure == measure.number
    }
    to_do = [name for name in measure.by_hand if answers.get(name) is None]
    refused = [name for name in measure.by_hand if answers.get(name) == "exception"]
    return to_do, [*refused, *(name for name in measure.skipped if name not in measure.by_hand)]
