"""Every contact that the systems hold is told of a request for a copy or for erasure (I6): "this was not me" holds the release.

It never holds the clock. A letter that cannot be delivered is a work item, and the case goes on.
Next: `activities/held_contacts.py`
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.events import Draft, Fact, Tag
    from domain.messages import HeldContacts, SendLetter

from workflows.proceedings import Proceedings


def held_drafts(case: Proceedings, held: HeldContacts) -> list[Draft]:
    """What a search showed of the person's contacts, as events; nothing for what is on record already."""
    known = case.state.identifiers
    new = [each for each in held.found if each.identifier not in known or not known[each.identifier].found]
    drafts = []
    for each in new:
        facts: dict[str, Fact] = {"identifier": str(each.identifier), "kind": each.kind}
        if each.identifier in held.recent:
            facts["recent"] = True
        drafts.append(Draft(tag=Tag.IDENTIFIER_FOUND, facts=facts))
    doubts = [doubt for doubt in held.doubts if doubt not in case.state.doubts]
    return drafts + [Draft(tag=Tag.IDENTITY_DOUBTED, facts={"doubt": doubt.value}) for doubt in doubts]


async def tell_holders(case: Proceedings) -> None:
    """Tell every held address that was not told yet, without a word of what is held."""
    untold = case.state.untold
    for key in untold:
        number = case.state.identifiers[key].found
        await case.delivered(SendLetter(case_id=case.case_id, letter="somebody_asked", number=number, identifier=key))
    if untold:
        told = Draft(tag=Tag.HOLDERS_TOLD, facts={"identifiers": [str(key) for key in untold]})
        await case.record_if(lambda state: set(untold) & set(state.untold), told)
