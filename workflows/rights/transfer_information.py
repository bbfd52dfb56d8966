"""Article 15(2) and the policy: who abroad holds data of this person, why they may, and a copy of each safeguard.

A look at what there is says which of the recipients in the data map it is about. A copy of a safeguard is a person's work: what
is no business of the person is covered in it, and what they read says why.
Failures: a system that refuses or stays away is a work item; it is mended, or left out with a reason.
Next: `activities/transfers.py`
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.transfers import Transfers
    from domain.events import Draft, Tag
    from domain.measure_messages import FindTransfers, TransfersFound
    from domain.messages import SystemResult
    from domain.work_decisions import SAFEGUARD

from workflows.answering import answered_by_person
from workflows.options import CONNECTORS
from workflows.proceedings import Proceedings, opened

_RUN = -1_000_000  # below the looks of erasures and of measures


async def transfer_information(case: Proceedings) -> None:
    """Carry a question about transfers to the letter that answers it."""
    tries, skipped = 0, list[str]()
    while case.state.transfers is None:
        message = FindTransfers(case_id=case.case_id, run=_RUN - tries, keys=case.state.usable_keys, skipped=skipped)
        found: TransfersFound = await workflow.execute_activity_method(Transfers.find_transfers, message, **CONNECTORS)
        tries += 1
        if found.failed:
            skipped += await _ask_about(case, found.failed)
            continue
        copies = [opened(workflow.uuid4(), SAFEGUARD, recipient=name) for name in found.safeguards]
        await case.record(Draft(tag=Tag.TRANSFERS_FOUND, facts={"recipients": [*found.recipients]}), *copies)
    await answered_by_person(case, "transfer_information")


async def _ask_about(case: Proceedings, failed: list[SystemResult]) -> list[str]:
    """A system cannot be looked at: a person mends it, or says why it is left out; those are given back."""
    items = {workflow.uuid4(): result.system for result in failed}
    await case.record(*(opened(item, "measure_failed", system=system) for item, system in items.items()))
    await case.until(lambda state: not items.keys() & state.open_work_items.keys())
    return [system for item, system in items.items() if case.state.work_items[item].result == "exception"]
