"""What stands against an erasure, said before somebody approves it: a legal hold on the person (P49, P50).

Next: api/console/cases/erasure_cards.py
"""

from sqlmodel import col, select

from adapters.database.erasure_tables import LegalHold
from adapters.database.tables import CaseIdentifierRow
from adapters.legal_holds import lasts
from adapters.letter_words import day
from api.console.cases.facts import CaseFacts
from api.console.holds import GROUNDS
from api.dependencies import Web


def against(web: Web, facts: CaseFacts) -> str:
    """A sentence about the hold, empty where none stands or nothing waits to be erased; to be called in a thread."""
    erasure = facts.state.erasure
    if erasure is None or erasure.plan is None or erasure.carried_out_at is not None:
        return ""
    mine = select(CaseIdentifierRow.value_index).where(col(CaseIdentifierRow.id).in_(facts.state.erasing_keys))
    query = select(LegalHold).where(col(LegalHold.subject_index).in_(mine), col(LegalHold.lifted_at).is_(None))
    with web.resources.database.read() as session:
        hold = next((each for each in session.exec(query) if lasts(each, web.now())), None)
    if hold is None:
        return ""
    return (
        f"A legal hold stands on this person: {GROUNDS.get(hold.ground, hold.ground)}, looked at again on {day(hold.review_on)}. "
        "Nothing is erased while it lasts; an approval waits for it."
    )
