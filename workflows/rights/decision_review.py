"""Article 22, UK Articles 22A to 22D: a person looks at an automated decision, with what the data subject says about it.

Nobody decides before that view is recorded (`record_view`). A decision that is changed is changed in the systems by a correction
(`propose_rectification`): an account is restored, a refusal is taken back.
Next: `workflows/answering.py`
"""

from workflows.answering import answered_by_person
from workflows.proceedings import Proceedings


async def decision_review(case: Proceedings) -> None:
    """Carry the review of an automated decision to its outcome."""
    await answered_by_person(case)
