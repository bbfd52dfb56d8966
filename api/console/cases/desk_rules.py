"""The decisions about many items that stand in a case: rules over collections and balances of third persons.

Next: api/console/cases/desk_again.py
"""

from dataclasses import dataclass
from datetime import datetime

from adapters.database.item_decisions import Decision, Standing
from api.console.cases.content import title_of
from api.console.cases.desk_lines import stands_of
from api.console.cases.facts import CaseFacts
from api.console.cases.reading import people_of
from api.dependencies import Web
from domain.errors import KeyMissingError
from domain.withholding import ItemChoice


@dataclass(frozen=True)
class Many:
    """One decision about many items.

    Args:
        about: which items, or whom, in words.
        says: what becomes of them.
        test: why it is right for all of them; the person does not get it.
    """

    revision: int
    about: str
    says: str
    test: str
    by: str
    at: datetime


def standing_of(web: Web, facts: CaseFacts) -> list[Many]:
    """Rules and balances, the newest first; none where the case's key is gone."""
    with web.resources.database.read() as session:
        try:
            standing = Standing.read(session, web.resources.vault.case(facts.state.case_id), only=())
        except KeyMissingError:
            return []
        rules = [rule for rules in standing.rules.values() for rule in rules]
        people = list(standing.weighed)
        names = people_of(session, {each.author for each in (*rules, *people)})
    lines = [_line(web, facts, each, names.get(each.author, each.author)) for each in (*rules, *people)]
    return sorted(lines, key=lambda line: -line.revision)


def _line(web: Web, facts: CaseFacts, decision: Decision, by: str) -> Many:
    test = facts.notes.get(decision.reason, "") if decision.reason else ""
    if decision.parts.person:
        says = "told of" if decision.choice is ItemChoice.INCLUDE else "covered everywhere"
        return Many(decision.revision, decision.parts.person.names[0], says, test, by, decision.at)
    system, collection, _ = decision.item.split(".")
    about, condition = title_of(web, system, collection), decision.parts.condition
    if condition is not None:
        words = (
            f"is \u201c{condition.equals}\u201d"
            if condition.equals is not None
            else f"has \u201c{condition.contains}\u201d in it"
        )
        about = f"{about}, where {condition.field} {words}"
    stands, basis = stands_of(decision, ())
    number = sum(decision.parts.after.values())
    return Many(
        decision.revision,
        f"{about}: {number:,} items" if number else about,
        f"{stands}: {basis}" if basis else stands,
        test,
        by,
        decision.at,
    )
