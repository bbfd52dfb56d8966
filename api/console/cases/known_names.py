"""Names that are known where a case is reviewed: of third persons, in the data map's name columns, and of the staff.

They are suggestions to a reviewer, who decides; the requester's own are left out where texts are looked at.
Next: domain/suggestions.py
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlmodel import select

from adapters.collected import CollectedCollection
from adapters.database.item_decisions import Standing
from adapters.database.tables import Caseworker
from api.dependencies import Web
from domain.archives import WHO_AND_WHERE
from domain.redaction import text_of
from domain.suggestions import addressees

# Columns that hold who somebody is by their own name; a file, a table or a plan has a name and is nobody.
_NAMING: Final = re.compile(
    r"(?:(?:full|first|last|given|family|display|holder|billing|author|agent|sender|recipient|from|to|contact|owner|manager)_)?name"
    r"|author|agent|sender|recipient|manager|written_by|handled_by|assignee"
)

# Columns that hold lists of addresses, with the names before them.
_HEADERS: Final = WHO_AND_WHERE | {"from", "to", "cc", "bcc", "reply_to"}


def known_names(web: Web, standing: Standing, found: CollectedCollection, rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Every name, each once.

    Args:
        web: of the process.
        standing: the third persons who were weighed in the case.
        found: the collection; the data map says which of its fields identify by a name.
        rows: of the page; what one of them calls somebody may stand in the text of another.
    """
    people = [name for each in standing.people if each.parts.person for name in each.parts.person.names]
    with web.resources.database.read() as session:
        staff = session.exec(select(Caseworker.name)).all()
    systems = web.resources.datamap.systems
    mapped = [each for system in systems if system.name == found.system for each in system.collections if each.name == found.name]
    naming = {field for each in mapped for field, kind in each.identities.items() if kind == "name"}
    rows = list(rows)
    held = [
        text_of(value) for row in rows for name, value in row.items() if value and (name in naming or _NAMING.fullmatch(name))
    ]
    told = [
        each for row in rows for name, value in row.items() if value and name in _HEADERS for each in addressees(text_of(value))
    ]
    return list(dict.fromkeys(name.strip() for name in (*people, *staff, *held, *told)))
