"""Coverage: every collection of the data map beside what its search gave, for one case (Articles 15 and 5(2)).

An authority asks what was not searched before it asks what was found. So a collection without a receipt stands here too, with
the reason; zero is a result; and nobody's identifier is in it, only its kind. Next: api/console/cases/evidence_pack.py
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from adapters.row_text import guarded
from api.console.cases import receipts, systems
from api.console.cases.archive_scopes import ScopeLine, scopes_of
from api.console.cases.facts import CaseFacts
from api.console.words import KIND
from api.dependencies import Web
from domain.chain import rfc3339
from domain.datamap import System
from domain.datamap_systems import Collection
from domain.traversal import Place

Result = Literal["found", "nothing", "not searched"]
_ANONYMOUS: Final = "Nobody can be found in it: it is about all users together"
HEAD: Final = "system collection result reason records doubtful keys looked_up_by searched_at"


@dataclass(frozen=True)
class Covered:
    """One collection of the data map.

    Args:
        result: `nothing` was searched; `not searched` was not.
        reason: why not, or who looked.
        records: rows that belong to the person; None where nobody counted.
        doubtful: rows that look like the person's and were left out of the copy until somebody decides.
        keys: with how many keys it was searched.
        looked_up_by: the kinds of identifier and the collections that lead to it.
        at: when.
    """

    system: str
    collection: str
    result: Result
    reason: str
    records: int | None
    doubtful: int
    keys: int
    looked_up_by: str
    at: datetime | None

    @property
    def cells(self) -> Sequence[object]:
        """As a line of the table that is exported."""
        at = "" if self.at is None else rfc3339(self.at)
        records = "" if self.records is None else self.records
        return (
            self.system,
            self.collection,
            self.result,
            guarded(self.reason),
            records,
            self.doubtful,
            self.keys,
            self.looked_up_by,
            at,
        )


@dataclass(frozen=True)
class Coverage:
    """The page: the rows, how many of each result, the kinds of identifier at hand, and the scopes agreed for archives."""

    rows: list[Covered]
    counts: Mapping[Result, int]
    identifiers: list[tuple[str, str, int]]  # kind, standing, how many
    scopes: list[ScopeLine]

    @property
    def anonymous(self) -> int:
        """How many were not searched because nobody can be found in them."""
        return sum(row.reason.startswith(_ANONYMOUS) for row in self.rows)


def read(web: Web, facts: CaseFacts, *, content: bool) -> Coverage:
    """Every collection, those that were not searched first; to be called in a thread.

    Args:
        web: of the process.
        facts: of the case.
        content: with the words in which a colleague said why something was left out.
    """
    tab = {row.name: row for row in systems.read(web, facts).rows}
    found = {(one.system, one.collection): one for one in receipts.receipts(web, facts)}
    titles = {(system.name, each.name): each.title for system in web.resources.datamap.systems for each in system.collections}
    rows = [
        _covered(system, each, tab[system.name], found.get((system.name, each.name)), titles, content=content)
        for system in web.resources.datamap.systems
        for each in system.collections
    ]
    scopes = scopes_of(web, facts, content=content)
    said = {each.title: each.words for each in scopes}
    rows = [replace(row, reason=". ".join(filter(None, [row.reason, said.get(row.system, "")]))) for row in rows]
    rows.sort(key=lambda row: ("not searched", "nothing", "found").index(row.result))
    usable: list[tuple[str, str]] = [(each.kind, each.standing) for each in facts.state.identifiers.values() if each.usable]
    identifiers = [(kind, standing, number) for (kind, standing), number in sorted(Counter(usable).items())]
    return Coverage(rows, Counter(row.result for row in rows), identifiers, scopes)


def _covered(
    system: System,
    collection: Collection,
    tab: systems.SystemRow,
    receipt: receipts.ReceiptRow | None,
    titles: Mapping[Place, str],
    *,
    content: bool,
) -> Covered:
    by = _looked_up_by(collection, titles)
    if receipt is not None:
        result: Result = "not searched" if receipt.state != "searched" else "found" if receipt.rows else "nothing"
        said = receipt.said.partition(": ")[2]
        records = receipt.rows if receipt.state == "searched" else None
        return Covered(system.title, collection.title, result, said, records, receipt.doubtful, receipt.keys, by, receipt.at)
    if collection.anonymous:
        return Covered(system.title, collection.title, "not searched", _ANONYMOUS, None, 0, 0, "nothing", tab.at)
    reason = f"{tab.said}. {tab.why}" if tab.why and content else tab.said
    # Where a person looked there is one answer for the whole system: it counts once, in the Systems tab, not per collection.
    result = "not searched" if tab.state != "done" else "found" if tab.records else "nothing"
    return Covered(system.title, collection.title, result, reason, None, 0, 0, by, tab.at)


def _looked_up_by(collection: Collection, titles: Mapping[Place, str]) -> str:
    kinds = [KIND(kind).lower() for kind in dict.fromkeys(collection.identities.values())]
    led = [titles[reference.source[:2]] for reference in collection.references if reference.same_person]
    return "; ".join([*kinds, *(f"from {title}" for title in dict.fromkeys(led))])
