"""The history of a case in words: who did what and when, the letters and decisions among it (Article 5(2)).

Next: api/console/cases/history_rows.py
"""

from dataclasses import dataclass
from datetime import datetime

from adapters.database.tables import CaseEventRow
from api.console.cases.facts import CaseFacts
from api.console.cases.history_rows import beside, built
from api.console.cases.history_words import WORDS, Teller
from api.dependencies import Web
from domain.events import Tag


@dataclass(frozen=True)
class Line:
    """One thing that happened. `words` are somebody's own; `open`: nobody has done it yet."""

    at: datetime
    who: str
    what: str
    words: str = ""
    open: bool = False


def told(web: Web, facts: CaseFacts, *, content: bool = True) -> list[Line]:
    """The history, the newest first: the events, the letters, and what was decided on records; to be called in a thread.

    Args:
        web: of the process.
        facts: of the case.
        content: with what people wrote; an auditor reads without.
    """
    teller = Teller(facts, web.resources.datamap, built(web, facts))
    waiting = {str(key) for key in facts.state.open_work_items}
    lines = [
        Line(
            at=row.at,
            who=_who(facts, row),
            what=_what(teller, row) if content else _plain(row),
            words=facts.note_of(row) if content else "",
            open=row.tag == Tag.WORK_ITEM_OPENED and str(row.facts.get("work_item")) in waiting,
        )
        for row in reversed(facts.events)
    ]
    lines += [
        Line(
            each.at,
            facts.person(each.actor),
            f"{each.what} {each.told}".strip() if content else each.what,
            words=each.words if content else "",
            open=each.open,
        )
        for each in beside(web, facts)
    ]
    return sorted(lines, key=lambda line: line.at, reverse=True)


def _who(facts: CaseFacts, row: CaseEventRow) -> str:
    """Whoever did it; a request that a caseworker took in was written down by them."""
    by_hand = row.tag == Tag.REQUEST_RECEIVED and facts.view.receipt.caller in facts.people
    return facts.person(facts.view.receipt.caller if by_hand else row.actor)


def _what(teller: Teller, row: CaseEventRow) -> str:
    known = WORDS.get(Tag(row.tag)) if row.tag in set(Tag) else None
    if known is None:
        return _plain(row)
    return (known if isinstance(known, str) else known(teller, row)) + teller.moved_in(row)


def _plain(row: CaseEventRow) -> str:
    """An event without anything of a person in it."""
    known = WORDS.get(Tag(row.tag)) if row.tag in set(Tag) else None
    if isinstance(known, str):
        return known
    if row.tag == Tag.SNAPSHOT_TAKEN:
        return "Short-lived data were copied before they go"
    _, _, words_of_tag = row.tag.partition(":")
    subject, _, happened = words_of_tag.partition(":")
    return f"{subject.replace('_', ' ').capitalize()} {happened.replace('_', ' ')}"
