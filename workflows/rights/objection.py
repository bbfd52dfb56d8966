"""Article 21: stop first, then decide with recorded grounds. Direct marketing has stopped before this is called.

For anything but marketing a caseworker stops the purposes at once (`restrict_processing`, ground `objection`), once it is known
who asks. Upheld, they stay stopped. Not upheld is a refusal on compelling grounds or for claims, proposed by one person and
approved by another; its letter tells that what was stopped goes on, and only after it does it.
Next: `workflows/answering.py`
"""

from workflows.answering import answered_by_person
from workflows.proceedings import Proceedings


async def objection(case: Proceedings) -> None:
    """Carry an objection to its decision."""
    await answered_by_person(case)
