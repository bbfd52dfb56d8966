"""Proofs of identity are destroyed with the decision, and after 14 days whatever was decided (Article 5(1)(e)).

Next: activities/identity.py
"""

import contextlib
from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.identity import Identity
    from domain.events import Draft, Tag
    from domain.messages import CaseRef

from workflows.options import EVENTS
from workflows.proceedings import Proceedings

EVIDENCE_LIVES = timedelta(days=14)


async def watch_evidence(case: Proceedings) -> None:
    """Destroy what was handed in, once it is decided or too old. Ends with the case (CaseEnded)."""
    while True:
        await case.until(lambda state: state.evidence)
        with contextlib.suppress(TimeoutError):
            await case.until(lambda state: state.identity_record, timeout=EVIDENCE_LIVES)
        await destroy_evidence(case)


async def destroy_evidence(case: Proceedings) -> None:
    """Destroy what there is now, also when the case has ended."""
    if evidence := list(case.state.evidence):
        await workflow.execute_activity_method(Identity.destroy_evidence, CaseRef(case_id=case.case_id), **EVENTS)
        drafts = [Draft(tag=Tag.IDENTITY_EVIDENCE_DESTROYED, facts={"evidence": str(each)}) for each in evidence]
        await case.record_even_if_ended(*drafts)
