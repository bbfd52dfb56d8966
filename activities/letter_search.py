"""What the letters say of the search: where, with what, and what of the person's own naming was not searched with.

Next: `adapters/letters.py`
"""

from collections.abc import Iterable

from sqlmodel import col, select

from activities.identifiers import named_in_vain
from activities.letter_writing import Facts, Writing
from adapters.archives.store import Archives
from adapters.database.tables import CaseIdentifierRow
from adapters.letter_answers import all_systems
from adapters.letter_words import count, day, masked


def skipped(writing: Writing) -> list[str]:
    """The systems that somebody decided to answer without."""
    return [_title(writing, name) for name, system in writing.state.systems.items() if system.state == "skipped"]


def searched(writing: Writing) -> Facts:
    """Where was looked, when and with what."""
    language = writing.language
    done = [system.searched_at for system in writing.state.systems.values() if system.searched_at]
    keys = select(CaseIdentifierRow).where(col(CaseIdentifierRow.id).in_(writing.state.searched_keys))
    rows = sorted(writing.session.exec(keys).all(), key=lambda row: row.added_at)
    return {
        "systems": all_systems(language) if len(done) == len(writing.state.systems) else count(len(done), "system", language),
        "searched_on": day(max(done, default=writing.now).astimezone(writing.zone).date(), language),
        "searched_with": _masked(writing, rows),
        "named_only": _masked(writing, named_in_vain(writing.session, writing.state)),
        "scopes": _scopes(writing),
        "not_asked": [_title(writing, name) for name, system in writing.state.systems.items() if system.state == "unasked"],
    }


def _masked(writing: Writing, rows: Iterable[CaseIdentifierRow]) -> list[str]:
    return [masked(row.kind, value, writing.language) for row in rows if (value := writing.open(row))]


def _title(writing: Writing, name: str) -> str:
    return next((system.title for system in writing.datamap.systems if system.name == name), name)


def _scopes(writing: Writing) -> list[Facts]:
    """Of each archive that was searched, what was agreed to be searched in it; nobody's mailbox is named."""
    archives = Archives(writing.resources, writing.receipt.case_id)
    searched = [name for name, system in writing.state.systems.items() if system.archive and system.state == "searched"]
    agreed = [(name, each.scope) for name in searched if (each := archives.agreed(name))]
    return [
        {
            "title": _title(writing, name),
            "mailboxes": len(scope.archives),
            "first": day(scope.period.first, writing.language) if scope.period.first else "",
            "last": day(scope.period.last, writing.language) if scope.period.last else "",
            "terms": list(scope.terms),
        }
        for name, scope in agreed
    ]
