"""Search receipts of a case as pages show them: what was searched, with how many keys, when, how many rows, zero included.

Serves design principle 6. They outlast what was found: only why something was not searched goes with it.
Next: api/console/cases/coverage.py
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import select

from adapters.database.erasure_tables import ErasurePlanRow
from adapters.database.tables import SearchReceipt
from adapters.sealed_head import Sealable
from api.console.cases.facts import CaseFacts
from api.dependencies import Web
from domain.datamap import System
from domain.errors import KeyMissingError, UnknownObjectError


@dataclass(frozen=True)
class ReceiptRow:
    """What the search of one collection left; readable when what it found is gone.

    Args:
        reason: why it was not searched; None where that went with what was collected.
        keys: with how many identifiers and sets of values it was searched.
        macs: what stands for each of these.
    """

    system: str
    collection: str
    title: str
    state: str
    reason: str | None
    rows: int
    doubtful: int
    keys: int
    at: datetime
    macs: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """The state in words; why not, after a colon."""
        if self.state == "searched":
            return "Searched" if self.rows else "Searched, nothing found"
        if self.state != "unreachable":
            return "Not searched: it did not answer"
        if self.reason == "shared_only":
            return "Not searched: only shared references lead here"
        if self.reason == "left_out":
            return "Not searched: only a system that was left out leads here"
        return "Not searched: nothing that is known of the person leads here"


def receipts_of(web: Web, facts: CaseFacts, name: str) -> tuple[System, list[ReceiptRow]]:
    """The search receipts of one system (design principle 6).

    Raises:
        UnknownObjectError: no such system.
    """
    system = next((each for each in web.resources.datamap.systems if each.name == name), None)
    if system is None:
        raise UnknownObjectError
    return system, [each for each in receipts(web, facts) if each.system == name]


def receipts(web: Web, facts: CaseFacts) -> list[ReceiptRow]:
    """The receipts of the newest search; of the look for an erasure's plan, where no copy was asked for."""
    case_id, run = facts.state.case_id, shown_run(web, facts)
    titles = {(system.name, each.name): each.title for system in web.resources.datamap.systems for each in system.collections}
    order = {place: number for number, place in enumerate(titles)}
    with web.resources.database.read() as session:
        rows = session.exec(select(SearchReceipt).where(SearchReceipt.case_id == case_id, SearchReceipt.run == run)).all()
    rows = sorted(rows, key=lambda row: (order.get((row.system, row.collection), len(order)), row.system, row.collection))
    return [
        ReceiptRow(
            system=row.system,
            collection=row.collection,
            title=titles.get((row.system, row.collection), row.collection),
            state=row.state,
            reason=_reason(web, row),
            rows=row.rows,
            doubtful=row.doubtful,
            keys=len(row.keys),
            at=row.searched_at,
            macs=tuple(row.keys),
        )
        for row in rows
    ]


def _reason(web: Web, row: SearchReceipt) -> str | None:
    if row.state == "searched":
        return None
    try:
        return Sealable.open(web.resources.vault.case(row.case_id), row).head.reason
    except KeyMissingError:
        return None  # destroyed with what was collected, or with the key of the case


def shown_run(web: Web, facts: CaseFacts) -> int:
    """Number of the search whose receipts are shown: the newest, or the look of the plan where no copy was asked for."""
    standing = facts.state.erasure
    if planned(facts) is not None and standing is not None and standing.readable is not None:
        with web.resources.database.read() as session:
            plan = session.get(ErasurePlanRow, standing.readable.id)
        if plan is not None:
            return plan.run
    return max(1, facts.state.run)


def planned(facts: CaseFacts) -> int | None:
    """The rows an erasure's plan counted; None where a search for a copy has receipts of its own, or nothing was planned."""
    standing = facts.state.erasure
    if facts.state.run or standing is None or (plan := standing.readable) is None:
        return None
    return plan.erase + plan.change + plan.keep
