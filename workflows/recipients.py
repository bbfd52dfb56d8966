"""Whoever received data is told: a processor is instructed and confirms (Article 28(3)), another is informed (Article 19).

Each is a work item with a due date; silence is chased after 7 and 14 days and then goes to the privacy lead. What a caseworker
says is the proof: the note, and the files with it.
With a measure (a correction, a restriction, a consent that ended) each of them is told anew: it is another subject.
Next: `activities/erasure.py`
"""

from datetime import timedelta
from uuid import UUID

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.case import CaseState, WorkItem
    from domain.erasure import Addressee
    from domain.events import Draft, Tag

from workflows.proceedings import Proceedings, opened

CHASE_AFTER_DAYS = (7, 14)
FIRST = {"instruct": "instruct_processor", "inform": "inform_recipient"}
_CONFIRMATION = "processor_confirmation"


def instructed(state: CaseState, addressee: Addressee, measure: int = 0) -> bool:
    """Whether somebody told them; of an erasure unless a measure is named."""
    item = _item(state, FIRST[addressee.track], addressee.recipient, measure)
    return item is not None and item[1].result == "found"


def confirmed(state: CaseState, addressee: Addressee, measure: int = 0) -> bool:
    """Whether nothing more is expected of them: a processor confirmed, another recipient was told, or a person says why not."""
    first = _item(state, FIRST[addressee.track], addressee.recipient, measure)
    if first is None or first[1].result is None:
        return False
    if addressee.track == "inform" or first[1].result != "found":
        return True
    last = _item(state, _CONFIRMATION, addressee.recipient, measure)
    return last is not None and last[1].result is not None


async def pursue(case: Proceedings, addressee: Addressee, measure: int = 0) -> None:
    """See to it that one of them is told, and answers; of an erasure unless a measure is named."""
    result = await _ask(case, FIRST[addressee.track], addressee.recipient, measure)
    if addressee.track == "instruct" and result == "found":
        await _ask(case, _CONFIRMATION, addressee.recipient, measure)


async def _ask(case: Proceedings, kind: str, recipient: str, measure: int) -> str:
    found = _item(case.state, kind, recipient, measure)
    if found is None:
        due = (workflow.now() + timedelta(days=CHASE_AFTER_DAYS[-1])).date()
        of = {"measure": str(measure)} if measure else {}
        draft = opened(workflow.uuid4(), kind, recipient=recipient, due=due.isoformat(), **of)
        await case.record_if(lambda state: _item(state, kind, recipient, measure) is None, draft)
        found = _item(case.state, kind, recipient, measure)
    assert found is not None
    key, item = found
    for days in CHASE_AFTER_DAYS:
        if days in item.chased:
            continue
        wait = (item.opened_at or workflow.now()) + timedelta(days=days) - workflow.now()
        try:
            await case.until(lambda state: key not in state.open_work_items, timeout=max(wait, timedelta(0)))
        except TimeoutError:
            await _chase(case, key, days, recipient)
        else:
            break
    await case.until(lambda state: key not in state.open_work_items)
    return str(case.state.work_items[key].result)


async def _chase(case: Proceedings, key: UUID, days: int, recipient: str) -> None:
    chased = Draft(tag=Tag.RECIPIENT_CHASED, facts={"work_item": str(key), "days": days})
    last = days == CHASE_AFTER_DAYS[-1]
    escalated = [opened(workflow.uuid4(), "recipient_silent", recipient=recipient)] if last else []
    await case.record_if(lambda state: key in state.open_work_items, chased, *escalated)


def _item(state: CaseState, kind: str, recipient: str, measure: int) -> tuple[UUID, WorkItem] | None:
    wanted = (kind, recipient, measure)
    found = [(key, item) for key, item in state.work_items.items() if (item.kind, item.recipient, item.measure) == wanted]
    return found[-1] if found else None
