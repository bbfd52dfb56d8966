"""What letters say about an erasure: when it comes and what ends with it, and afterwards what came of it (Articles 12(3), 17).

Next: `adapters/letters.py`
"""

from collections.abc import Mapping
from datetime import date, timedelta

from adapters.letter_words import count, day_ahead
from domain.case import CaseState
from domain.datamap import DataMap
from domain.erasure_decisions import waiting_days
from domain.erasure_standing import ErasureStanding, PlanStanding
from domain.errors import NotAllowedNowError
from domain.incoming import Language


def announced(state: CaseState, datamap: DataMap, today: date, language: Language = "en") -> dict[str, object]:
    """From which day on it is erased, and what ends with it, by the names that a person knows.

    Raises:
        NotAllowedNowError: nothing is planned.
    """
    _, plan = _planned(state)
    places = [place.split(".") for place in plan.before]
    ends = [datamap.collection(system, name).title for system, name in places]
    return {"erase_on": day_ahead(today + timedelta(days=waiting_days(state, plan)), today, language), "ends": ends}


def carried_out(state: CaseState, datamap: DataMap, language: Language = "en") -> Mapping[str, object]:
    """What came of it, in figures; the certificate says the rest.

    Raises:
        NotAllowedNowError: nothing is planned.
    """
    erasure, plan = _planned(state)
    recipients = [datamap.recipient(each.recipient).name for each in plan.addressees if each.track == "instruct"]
    return {
        "nothing": plan.empty,
        "erased": count(plan.erase, "record", language),
        "changed": count(plan.change, "record", language) if plan.change else None,
        "kept": count(plan.keep, "record", language) if plan.keep else None,
        "left": count(erasure.leftovers, "record", language) if erasure.leftovers else None,
        "told": recipients,
    }


def answered_since(state: CaseState, datamap: DataMap) -> dict[str, object]:
    """Of the processors that were pending in the certificate: who confirmed, and who did not.

    Raises:
        NotAllowedNowError: nothing is planned.
    """
    erasure, _ = _planned(state)
    said = {
        item.recipient for item in state.work_items.values() if item.kind == "processor_confirmation" and item.result == "found"
    }
    return {
        "confirmed": [datamap.recipient(name).name for name in erasure.pending if name in said],
        "unconfirmed": [datamap.recipient(name).name for name in erasure.pending if name not in said],
    }


def _planned(state: CaseState) -> tuple[ErasureStanding, PlanStanding]:
    if state.erasure is None or state.erasure.plan is None:
        raise NotAllowedNowError("No erasure is planned.", status=state.status.value)
    return state.erasure, state.erasure.plan
