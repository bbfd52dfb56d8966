"""Article 16: fields with their old and new value, proposed with evidence, approved by a second person, made in every system.

A caseworker proposes corrections (`propose_rectification`) until all is right, then says how it ended; whoever received the
data is told (Article 19). What is refused is marked as disputed, with the person's own statement (`mark_disputed`).
Next: `workflows/answering.py`
"""

from workflows.answering import answered_by_person
from workflows.proceedings import Proceedings


async def rectification(case: Proceedings) -> None:
    """Carry corrections from a proposal to recipients that know of them."""
    await answered_by_person(case)
