"""What is the requester's own and never suggested as somebody else's: what they said of themselves, and what is held of them.

Whoever asks by an e-mail address alone has a name and a street in the controller's records, found under that address; the data
map says which fields tell of the person whose row it is. It keeps suggestions away and allows nothing: what may be covered
and what is searched for in the package go by what the requester said themselves. Next: domain/suggestions.py
"""

from collections.abc import Iterator
from typing import Final

from adapters.collected import Collected, CollectedCollection
from adapters.database.tables import CaseReceipt
from adapters.requester import Requester
from api.dependencies import Web
from domain.case import CaseState
from domain.datamap import Collection, DataMap
from domain.redaction import text_of
from domain.traversal import Place, places

_MOST_ROWS: Final = 20  # of a record about a person there are few; more are something that people have, such as orders
_CONTACTS: Final = frozenset({"email", "phone"})


def own_words(web: Web, receipt: CaseReceipt, state: CaseState) -> tuple[str, ...]:
    """Every word of theirs, each once; opens the records about them and no other collection.

    Raises:
        KeyMissingError: the case's key was destroyed.
    """
    with web.resources.database.read() as session:
        requester = Requester.read(session, web.resources.vault.case(state.case_id), receipt, state)
    telling = _telling(web.resources.datamap)
    found = Collected.open(web.resources, state.case_id, state.run, only=telling).collections if telling and state.run else ()
    held = (word for each in found for word in _held(each, telling[each.system, each.name]))
    return tuple(dict.fromkeys((*requester.words, *held)))


def _telling(datamap: DataMap) -> dict[Place, dict[str, str]]:
    """Collections of records about people: the fields that tell of the person whose row it is, by what they tell."""
    return {place: told for place, collection in places(datamap.systems) if (told := _fields(collection))}


def _fields(collection: Collection) -> dict[str, str]:
    marked = {name: part.of_person for name, part in collection.fields.items() if part.of_person}
    if not marked:
        return {}
    contacts = {name: kind for name, kind in collection.identities.items() if kind in _CONTACTS}
    kept = {name for name, part in collection.fields.items() if not part.masked and not part.third_party}
    return {name: kind for name, kind in (contacts | marked).items() if name in kept}


def _held(found: CollectedCollection, told: dict[str, str]) -> Iterator[str]:
    if found.state != "searched" or not 0 < found.rows <= _MOST_ROWS:
        return
    rows = list(found.records())
    names = [name for name, kind in told.items() if kind == "name"]
    if any(len({text_of(row[name]).casefold() for row in rows if row.get(name)}) > 1 for name in names):
        return  # these rows are about people of different names, and nobody said which of them asks
    for row in rows:
        for name, kind in told.items():
            value = text_of(row[name]).strip() if row.get(name) else ""
            if len(value) > 1:
                yield value
                yield from (part for part in value.split() if kind == "name" and len(part) > 1)
