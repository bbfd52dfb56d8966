"""What a person searches with in a system that no program can ask: identifiers of the case, and numbers that other systems hold.

The data map says which: the kinds by which a collection is searched, and the references that lead to it (Article 15).
Next: api/console/cases/work_cards.py
"""

import itertools
from collections.abc import Iterator
from typing import Final

from adapters.collected import Collected
from adapters.row_text import key_text
from api.console import words
from api.console.cases.facts import CaseFacts
from api.dependencies import Web
from domain.datamap import System

MOST: Final = 10  # of one sort; whoever has more is searched for by name of the system's own export
_KIND: Final = "search_by_hand"


def leads_of(web: Web, facts: CaseFacts) -> dict[str, list[str]]:
    """By system that a person has to search now: with what, each with its name; to be called in a thread."""
    waiting = {item.system for item in facts.state.open_work_items.values() if item.kind == _KIND}
    return {each.name: [*_leads(web, facts, each)] for each in web.resources.datamap.systems if each.name in waiting}


def _leads(web: Web, facts: CaseFacts, system: System) -> Iterator[str]:
    kinds = {kind for each in system.collections for kind in each.identities.values()}
    usable = {*facts.state.usable_keys}
    for line in facts.identifiers:
        if line.id in usable and line.kind in kinds:
            yield f"{words.KIND(line.kind)} {line.value}"
    references = [way for each in system.collections for way in each.references if way.same_person]
    sources = {way.source for way in references}
    places = {(name, collection) for name, collection, _ in sources}
    if not places or not facts.state.run:
        return
    for found in Collected.open(web.resources, facts.state.case_id, facts.state.run, only=places).collections:
        if found.state != "searched" or not found.rows:
            continue
        known = web.resources.datamap.collection(found.system, found.name)
        for field in sorted(field for name, collection, field in sources if (name, collection) == (found.system, found.name)):
            values = dict.fromkeys(text for batch in found.column(field) for value in batch if (text := key_text(value)))
            title = known.fields[field].called(field)
            yield from (f"{title} {value}" for value in itertools.islice(values, MOST))
