"""Coverage: every collection of the data map beside what its search gave, for one case (Articles 15 and 5(2)).

An authority asks what was not searched before it asks what was found. So a collection without a receipt stands here too, with
the reason; zero is a result; and an identifier is in it only as its owner knows it. Next: api/console/cases/evidence_pack.py
"""

import contextlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from adapters.archives.store import Archives
from adapters.letter_words import masked_mailbox
from api.console.cases import receipts, systems
from api.console.cases.archive_scopes import ScopeLine, scopes_of
from api.console.cases.facts import CaseFacts, IdentifierLine
from api.console.words import KIND
from api.dependencies import Web
from domain.archives import MESSAGES
from domain.chain import rfc3339
from domain.datamap import System
from domain.datamap_systems import Collection
from domain.errors import InvalidInputError, KeyMissingError
from domain.normal import normal_email, normal_phone
from domain.traversal import Place

Result = Literal["found", "nothing", "not searched"]
_NORMAL: Final = {"email": normal_email, "phone": normal_phone}
_STANDING: Final = {"proven": "proven", "accepted": "accepted by hand"}
BY_A_PERSON: Final = "A person searched"
_ANONYMOUS: Final = "Nobody can be found in it: it is about all users together"
# An authority has the file alone: what the page says stands in it, one line for each collection.
HEAD: Final = (
    "case system collection result reason records doubtful keys searched_with looked_up_by custodians period terms agreed_with "
    "agreed_because agreed_at recorded_by not_read searched_at"
)


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
        searched_with: which identifiers of the person it was searched with, as they may be shown.
        scope: what was agreed of the archive in which it lies.
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
    searched_with: str = ""
    scope: ScopeLine | None = None

    @property
    def led_by(self) -> str:
        """What it was searched with, in a sentence."""
        return self.searched_with if self.searched_with in {"", BY_A_PERSON} else f"Searched with {self.searched_with}"

    def cells(self, reference: str) -> Sequence[object]:
        """As a line of the table that is exported."""
        records = "" if self.records is None else self.records
        found = (self.result, self.reason, records, self.doubtful, self.keys, self.searched_with, self.looked_up_by)
        cells = (reference, self.system, self.collection, *found, *_agreed(self.scope), _instant(self.at))
        return [each.replace("\N{NO-BREAK SPACE}", " ") if isinstance(each, str) else each for each in cells]


@dataclass(frozen=True)
class Coverage:
    """The page: the rows, how many of each result, the identifiers at hand in words, and the scopes agreed for archives."""

    rows: list[Covered]
    counts: Mapping[Result, int]
    identifiers: list[str]
    scopes: list[ScopeLine]

    def table(self, reference: str) -> list[Sequence[object]]:
        """The rows as they are exported."""
        return [row.cells(reference) for row in self.rows]

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
    every = [(system, each) for system in web.resources.datamap.systems for each in system.collections]
    titles = {(system.name, each.name): each.title for system, each in every}
    known = _by_mac(web, facts, content=content)
    scopes = {each.system: each for each in scopes_of(web, facts, content=content)}
    rows = []
    for system, each in every:
        receipt, scope = found.get((system.name, each.name)), scopes.get(system.name)
        row = _covered(system, each, tab[system.name], receipt, titles, content=content)
        row = replace(row, scope=scope, reason=". ".join(filter(None, [row.reason, scope.words if scope else ""])))
        rows.append(replace(row, searched_with=_searched_with(row, receipt, known)))
    rows.sort(key=lambda row: ("not searched", "nothing", "found").index(row.result))
    return Coverage(rows, Counter(row.result for row in rows), _at_hand(facts, content=content), list(scopes.values()))


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


def _searched_with(row: Covered, receipt: receipts.ReceiptRow | None, known: Mapping[str, str]) -> str:
    if receipt is None:
        return "" if row.result == "not searched" else BY_A_PERSON
    if receipt.state != "searched":
        return ""
    named = sorted({known[mac] for mac in receipt.macs if mac in known})
    led = sum(mac not in known for mac in receipt.macs)
    if not named and not known:  # the case's key is gone
        return f"{receipt.keys} identifiers that are destroyed" if receipt.keys else ""
    words = "the agreed words" if row.scope and receipt.collection == MESSAGES else "what rows of other collections led to"
    return "; ".join([*named, *([words] if led else [])])


def _by_mac(web: Web, facts: CaseFacts, *, content: bool) -> dict[str, str]:
    """What stands in receipts for the identifiers of a case that count, with each in words."""
    found: dict[str, str] = {}
    try:
        vault = web.resources.vault.case(facts.state.case_id)
        archives = Archives(web.resources, facts.state.case_id)
        for line in _usable(facts):
            with contextlib.suppress(InvalidInputError):  # it was destroyed, so nothing can be said of it
                found[vault.receipt_mac(line.kind, _NORMAL.get(line.kind, str)(line.value))] = _in_words(line, content=content)
        for agreed in filter(None, (archives.agreed(system.name) for system in archives.systems())):
            found[vault.receipt_mac("scope", str(agreed.revision))] = f"the agreed scope {agreed.revision}"
    except KeyMissingError:
        return {}
    return found


def _at_hand(facts: CaseFacts, *, content: bool) -> list[str]:
    if content:
        return [_in_words(line, content=True) for line in _usable(facts)]
    kinds = Counter((line.kind, line.standing) for line in _usable(facts))
    return [f"{KIND(kind).lower()} ({number}, {_STANDING[standing]})" for (kind, standing), number in sorted(kinds.items())]


def _usable(facts: CaseFacts) -> list[IdentifierLine]:
    known = facts.state.identifiers
    return [line for line in facts.identifiers if line.id in known and known[line.id].usable]


def _in_words(line: IdentifierLine, *, content: bool) -> str:
    """An identifier as its owner knows it and nobody else learns it; without content its kind alone."""
    shown = ""
    if content:
        shown = masked_mailbox(line.value) if line.kind == "email" else f"ending in {line.value[-2:]}"
    return f"{' '.join(filter(None, [KIND(line.kind).lower(), shown]))} ({_STANDING[line.standing]})"


def _agreed(scope: ScopeLine | None) -> Sequence[object]:
    if scope is None:
        return ("",) * 8
    said = (scope.custodians, scope.period, scope.terms, scope.agreed_with, scope.reason)
    return (*said, _instant(scope.at), scope.by, scope.not_read)


def _instant(at: datetime | None) -> str:
    return "" if at is None else rfc3339(at)
