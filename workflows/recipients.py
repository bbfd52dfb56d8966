"""Whoever received data is told: a processor is instructed and confirms (Article 28(3)), another is informed (Article 19).

Each is a work item with a due date; silence is chased after 7 and 14 days and then goes to the privacy lead. What a caseworker
says is the proof: the note, and the files with it.
With a measure (marketing that stopped, a restriction, a correction, a consent that ended) each of them is told anew, from the
moment it was carried out: the answer to the person waits for nobody else, and they wait for no answer.
Next: `domain/recipients.py`
"""

import functools
from datetime import timedelta
from uuid import UUID

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.erasure import Addressee
    from domain.events import Draft, Tag
    from domain.recipients import CONFIRMATION, FIRST, OVERTAKEN, over, task_of, untold

from workflows.proceedings import Proceedings, opened

CHASE_AFTER_DAYS = (7, 14)


async def tell_recipients(case: Proceedings) -> None:
    """Pursue every recipient of every measure from the moment it is carried out. Ends with the case (CaseEnded)."""
    pursued: set[tuple[int, Addressee]] = set()
    while True:
        await case.until(lambda state: {*untold(state)} - pursued)
        for measure, addressee in untold(case.state):
            if (measure, addressee) not in pursued:
                pursued.add((measure, addressee))
                case.errand(functools.partial(pursue, case, addressee, measure))


async def pursue(case: Proceedings, addressee: Addressee, measure: int = 0) -> None:
    """See to it that one of them is told, and answers; of an erasure unless a measure is named."""
    result = await _ask(case, FIRST[addressee.track], addressee.recipient, measure)
    if addressee.track == "instruct" and result == "found":
        await _ask(case, CONFIRMATION, addressee.recipient, measure)


async def _ask(case: Proceedings, kind: str, recipient: str, measure: int) -> str:
    found = task_of(case.state, kind, recipient, measure)
    if found is None:
        due = (workflow.now() + timedelta(days=CHASE_AFTER_DAYS[-1])).date()
        of = {"measure": str(measure)} if measure else {}
        draft = opened(workflow.uuid4(), kind, recipient=recipient, due=due.isoformat(), **of)
        await case.record_if(lambda state: not (task_of(state, kind, recipient, measure) or over(state, measure)), draft)
        found = task_of(case.state, kind, recipient, measure)
    if found is None:
        return OVERTAKEN
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
