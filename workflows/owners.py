"""Looks up whose account it is before somebody says that it is the person's (Articles 5(1)(f), 32).

Nothing waits for it, and a system that does not answer keeps nobody from deciding: the page says that nobody could look.
Next: activities/owners.py
"""

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from activities.owners import Owners
    from domain.events import Draft, Fact, Tag
    from domain.owners import FindOwners, FoundOwner, FoundOwners, to_look_up

from workflows.options import LOOKS
from workflows.proceedings import Proceedings


async def look_up_owners(case: Proceedings) -> None:
    """Look as often as there is something to look up. Ends with the case (CaseEnded)."""
    while True:
        await case.until(to_look_up)
        wanted = to_look_up(case.state)
        message = FindOwners(case_id=case.case_id, identifiers=wanted)
        try:
            answer: FoundOwners = await workflow.execute_activity_method(Owners.find_owners, message, **LOOKS)
        except ActivityError:
            answer = FoundOwners()
        found = {each.identifier: each for each in answer.found}
        drafts = [_draft(found.get(key) or FoundOwner(identifier=key, failed=True)) for key in wanted]
        await case.record(*drafts)


def _draft(each: FoundOwner) -> Draft:
    facts: dict[str, Fact] = {"identifier": str(each.identifier), "records": each.records}
    facts |= {"owner": str(each.note)} if each.note else {}
    return Draft(tag=Tag.IDENTIFIER_LOOKED_UP, facts=facts | ({"failed": True} if each.failed else {}))
