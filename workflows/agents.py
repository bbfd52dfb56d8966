"""Somebody acts for the person: they are asked for proof at their own address, and told once it is settled (practice.md 3.14).

Nothing of the person stands in these letters, and no page of the case opens from them. Next: domain/identity_decisions.py
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.identity_decisions import agents_address
    from domain.messages import SendLetter

from workflows.proceedings import Proceedings


async def tell_agent(case: Proceedings) -> None:
    """Say that they may act, when the person said so or the mandate was enough; once. Ends with the case (CaseEnded)."""
    await case.until(lambda state: agents_address(state) and (state.identity_record or state.authority == "sufficient"))
    await case.delivered(SendLetter(case_id=case.case_id, letter="agent_told", identifier=agents_address(case.state)))
