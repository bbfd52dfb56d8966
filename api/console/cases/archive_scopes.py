"""What was agreed to be searched in mail archives, as an authority reads it: on the coverage page and in its table.

Next: api/console/cases/coverage.py
"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

from adapters.archives.store import Agreed, Archives, Import
from adapters.letter_words import count, day
from api.console.cases.facts import CaseFacts
from api.console.cases.reading import people_of
from api.dependencies import Web
from domain.archives import UNREADABLE, UNSEARCHED, ArchiveState
from domain.errors import KeyMissingError


@dataclass(frozen=True)
class ScopeLine:
    """One archive of the data map.

    Args:
        words: in a few words, without anybody's own.
        period: which one was agreed; empty where nothing was.
        custodians, terms, agreed_with, reason: sealed words; empty for whoever sees no content.
        unreadable: how many parts, and why; and attached files that were not searched to their end.
        left_out: imports that were read and that the scope does not name.
        by, at: who recorded it, and when; None where nothing was agreed.
    """

    title: str
    words: str
    unreadable: str
    left_out: int
    revision: int = 0
    custodians: str = ""
    terms: str = ""
    agreed_with: str = ""
    reason: str = ""
    by: str = ""
    at: datetime | None = None
    period: str = ""
    system: str = ""

    @property
    def not_read(self) -> str:
        """What of the imports was not searched, in words; nothing where all was."""
        left = f"{count(self.left_out, 'import')} that {'was' if self.left_out == 1 else 'were'} read and not in the scope"
        return "; ".join(filter(None, [self.unreadable, left if self.left_out else ""]))


def scopes_of(web: Web, facts: CaseFacts, *, content: bool) -> list[ScopeLine]:
    """The archives of the data map with what was agreed; to be called in a thread. Empty when the case's content is gone."""
    try:
        archives = Archives(web.resources, facts.state.case_id)
        return [
            replace(
                _line(web, system.title, archives.imports(system.name), archives.agreed(system.name), content=content),
                system=system.name,
            )
            for system in archives.systems()
        ]
    except KeyMissingError:
        return []


def _line(web: Web, title: str, imports: list[Import], agreed: Agreed | None, *, content: bool) -> ScopeLine:
    read = [each for each in imports if each.row.state == ArchiveState.READ]
    bad = Counter[str]()
    for each in imports:
        bad.update(each.row.unreadable)
    unreadable = ", ".join(f"{number:,} {UNREADABLE[reason]}" for reason, number in bad.items())
    missed = Counter[str]()
    for each in imports:
        missed.update(each.row.unsearched)
    if missed:
        told = ", ".join(f"{number:,} {UNSEARCHED[reason]}" for reason, number in missed.items())
        unreadable += f"{'; ' if unreadable else ''}attached files not searched to the end: {told}"
    left_out = sum(not each.agreed for each in read)
    if agreed is None:
        words = f"{count(len(imports), 'import')}, no scope agreed" if imports else "Nothing was imported"
        return ScopeLine(title, words, unreadable, left_out)
    period = agreed.scope.period
    first = f"from {day(period.first)}" if period.first else "from the beginning"
    last = f"to {day(period.last)}" if period.last else "to the end"
    words = f"Agreed scope {agreed.revision}: {count(len(agreed.scope.archives), 'import')}, {first} {last}"
    between = f"{first} {last}; what has no date is in it"
    words += f", {count(len(agreed.scope.terms), 'term')} beside the identifiers" if agreed.scope.terms else ""
    words += f"; {count(sum(bad.values()), 'part')} unreadable" if bad else ""
    with web.resources.database.read() as session:
        by = people_of(session, [agreed.by]).get(agreed.by, "Somebody")
    named = ", ".join(dict.fromkeys(each.custodian for each in imports if each.agreed))
    scope = agreed.scope
    own = (named, ", ".join(scope.terms), scope.agreed_with, scope.reason) if content else ("", "", "", "")
    return ScopeLine(title, words, unreadable, left_out, agreed.revision, *own, by=by, at=agreed.at, period=between)
