"""What stands of flags, tags, notes and questions, for the pages of the review desk.

Next: api/console/cases/desk_remarks.py
"""

from dataclasses import dataclass
from typing import Any

from adapters.database.remarks import Kind, Remark, remarks_of
from api.console.cases import content, desk_seen, reading
from api.console.cases.facts import CaseFacts
from api.console.sessions import SignedIn
from api.dependencies import Web
from api.remarking import colleagues_of
from domain.errors import KeyMissingError


@dataclass(frozen=True)
class Asked:
    """A question of a case that nobody has answered."""

    remark: Remark
    where: str
    link: str
    by: str
    to: str
    mine: bool


def around(web: Web, facts: CaseFacts, who: SignedIn, items: list[str]) -> dict[str, Any]:
    """What a page of items shows of it: remarks by item, whom a question can be to, and everybody's names."""
    with web.resources.database.read() as session:
        said = remarks_of(session, web.resources.vault.case(facts.state.case_id), only=items)
        colleagues = [(f"caseworker:{each.id}", each.name) for each in colleagues_of(session, web, facts.state.case_id)]
        named = {each.by for several in said.values() for each in several} | {
            each.answer.by for several in said.values() for each in several if each.answer
        }
        names = reading.people_of(session, named) | dict(colleagues)
    return {"spoken": said, "colleagues": [pair for pair in colleagues if pair[0] != who.person], "names": names}


def asked(web: Web, facts: CaseFacts, who: SignedIn) -> tuple[list[Asked], dict[str, int]]:
    """The open questions of a case, those to whoever looks first; and how many items are flagged and tagged."""
    with web.resources.database.read() as session:
        try:
            said = remarks_of(session, web.resources.vault.case(facts.state.case_id))
        except KeyMissingError:
            return [], {}
        every = [each for several in said.values() for each in several]
        names = reading.people_of(session, {each.by for each in every} | {each.to for each in every if each.to})
    open_ones = [_asked(web, each, names, who) for each in every if each.kind is Kind.QUESTION and each.answer is None]
    counts = {kind.value: sum(each.kind is kind for each in every) for kind in (Kind.FLAG, Kind.TAG, Kind.NOTE)}
    return sorted(open_ones, key=lambda each: not each.mine), {kind: number for kind, number in counts.items() if number}


def _asked(web: Web, each: Remark, names: dict[str, str], who: SignedIn) -> Asked:
    system, collection, _ = each.item.split(".")
    start = each.position - each.position % desk_seen.PAGE
    return Asked(
        remark=each,
        where=f"{content.title_of(web, system, collection)}, number {each.position + 1:,}",
        link=f"package/{system}/{collection}?start={start}#item-{each.position + 1}",
        by=names.get(each.by, ""),
        to=names.get(each.to or "", ""),
        mine=each.to == who.person,
    )
