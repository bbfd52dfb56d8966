"""Search receipts: what was searched, with which keys (as keyed hashes), when, how many rows, zero included (principle 6).

A row is written after its blobs are durable and replaces the one before. Its keys tell a later attempt whether the collection
is finished: the same keys need not be asked again. Next: adapters/collected.py
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, delete, select

from activities.matching import Way
from adapters.case_vault import CaseVault
from adapters.collected import Collected, CollectedCollection
from adapters.database.review_tables import ItemOpened
from adapters.database.session import insert
from adapters.database.tables import PageSeen, SearchReceipt
from adapters.resources import Resources
from adapters.sealed_head import Head, Sealable, blob_ids
from domain.traversal import Place

# A crash costs at most the collections that were finished in the last second; a commit each would cost a typical person more.
FLUSH_SECONDS = 1.0


def key_macs(vault: CaseVault, ways: Sequence[Way]) -> list[str]:
    """What a receipt says of the keys: a MAC of each identifier, one of each set of values that rows led to."""
    macs = set()
    for way in ways:
        if way.kind is None:
            macs.add(vault.receipt_mac(f"values:{way.field}", way.keys.digest()))
        else:
            identifiers = [key for batch in way.keys.batches(len(way.keys) or 1) for key in batch]
            macs |= {vault.receipt_mac(way.kind, form) for form in way.forms(identifiers)}
    return sorted(macs)


@dataclass(frozen=True)
class Outcome:
    """How one collection fared; `content` holds its sealed rows when it was searched."""

    place: Place
    state: str
    keys: list[str]
    searched_at: datetime
    content: Sealable
    rows: int = 0
    doubtful: int = 0

    @classmethod
    def nothing(cls, place: Place, state: str, reason: str, at: datetime) -> "Outcome":
        """A collection that could not be searched."""
        return cls(place, state, [], at, Sealable(Head(reason=reason)))


class Receipts:
    """The receipts of one run of one case. Thread-safe.

    Args:
        resources: database, vault and blobs.
        case_id: the case.
        run: 0 is the copy of short-lived collections.
    """

    def __init__(self, resources: Resources, case_id: UUID, run: int) -> None:
        self._resources = resources
        self._vault = resources.vault.case(case_id)
        self._case_id, self._run = case_id, run
        self._there = {(one.system, one.name): one for one in Collected.open(resources, case_id, run).collections}
        self._waiting: list[Outcome] = []
        self._lock = threading.Lock()
        self._flushed = time.monotonic()

    def find(self, place: Place) -> CollectedCollection | None:
        """What an earlier attempt found in a collection, if it finished searching it."""
        found = self._there.get(place)
        return found if found and found.state == "searched" else None

    def add(self, outcome: Outcome) -> None:
        """Record an outcome, now or within a second."""
        with self._lock:
            self._waiting.append(outcome)
            if time.monotonic() - self._flushed >= FLUSH_SECONDS:
                self._write()

    def flush(self) -> None:
        """Record what waits."""
        with self._lock:
            self._write()

    def _write(self) -> None:
        waiting, self._waiting = self._waiting, []
        unused: list[UUID] = []
        if waiting:
            with self._resources.database.write() as session:
                here = SearchReceipt.case_id == self._case_id, SearchReceipt.run == self._run
                present = {(row.system, row.collection): row for row in session.exec(select(SearchReceipt).where(*here))}
                new = [row for each in waiting if (row := self._replace(session, present.get(each.place), each, unused))]
                session.flush()  # what is replaced goes first
                insert(session, new)
        self._flushed = time.monotonic()
        for blob in unused:  # after the commit: a crash in between leaves a blob too many, never one too few
            self._resources.blobs.delete(blob)

    def _forget_seen(self, session: Session, place: Place) -> None:
        """What stands on the pages of a collection is something else now: nobody has looked at it."""
        for table in (PageSeen, ItemOpened):
            here = (col(table.case_id) == self._case_id, col(table.run) == self._run)
            session.execute(delete(table).where(*here, col(table.system) == place[0], col(table.collection) == place[1]))

    def _replace(self, session: Session, old: SearchReceipt | None, outcome: Outcome, unused: list[UUID]) -> SearchReceipt | None:
        """The receipt that takes the place of the one before, if it does; adds to the blobs that are nobody's now."""
        if old is not None:
            seen = self._there.get(outcome.place)
            if old.state == "searched" and old.keys == outcome.keys and (seen is None or seen.searched_at != old.searched_at):
                unused += outcome.content.blob_ids  # an attempt that was thought dead finished first: what it found stands
                return None
            unused += blob_ids(old)
            session.delete(old)
            self._forget_seen(session, outcome.place)
        system, collection = outcome.place
        return SearchReceipt(
            case_id=self._case_id,
            run=self._run,
            system=system,
            collection=collection,
            state=outcome.state,
            rows=outcome.rows,
            doubtful=outcome.doubtful,
            keys=outcome.keys,
            blobs=outcome.content.cell(self._vault, self._run, system, collection),
            searched_at=outcome.searched_at,
        )
