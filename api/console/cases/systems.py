"""The Systems tab: a row per system of the data map with its state, records and receipt; those not searched are listed too.

While a search runs its receipts arrive one collection after the other; that is the progress. Next: api/console/cases/receipts.py
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Literal

from sqlmodel import select

from adapters.database.tables import SearchReceipt
from adapters.letter_words import in_words
from api.console.cases.facts import CaseFacts
from api.console.cases.receipts import planned, shown_run
from api.dependencies import Web
from domain.case import SystemState
from domain.case_parts import heard_from
from domain.datamap import System, SystemKind
from domain.events import Tag
from domain.rights import Right, Status

_BY_HAND: Final = "measure_by_hand"  # the task to change something in a system that no program may change
_MANUAL: Final = {SystemKind.MANUAL, SystemKind.PROCESSOR}
_SEARCHED: Final = {Right.ACCESS, Right.PORTABILITY, Right.ERASURE}
RowState = Literal["failed", "running", "done", "waiting", "skipped"]
_SILENT: Final = "failed"  # state of a receipt: the system did not answer
_TRIED_AGAIN: Final = "No answer so far; it is tried again by itself"
_UNASKED: Final = "Not asked for in this case, as the data map says; import something, and it can be searched"
_ORDER: Final[tuple[RowState, ...]] = ("failed", "running", "waiting", "done", "skipped")


@dataclass(frozen=True)
class SystemRow:
    """One system.

    Args:
        state: as drawn; failures come first.
        said: the state in words.
        files: what it holds are files, no rows of a table; a file is no further record.
        done, total: collections searched while it runs; 0 of 0 otherwise.
        at: when it was searched or decided.
        receipt: there is one to look at.
        acts: `retry`, `without` or `answer`: what can be done about it.
        archive: mails and chats are imported into it.
        item: the open task, if only a person can search it.
        why: the reason why it was left out.
    """

    name: str
    title: str
    state: RowState
    said: str
    records: int | None
    at: datetime | None = None
    files: bool = False
    done: int = 0
    total: int = 0
    receipt: bool = False
    acts: tuple[str, ...] = ()
    archive: bool = False
    item: str = ""
    why: str = ""


@dataclass(frozen=True)
class Systems:
    """The tab.

    Args:
        runs: a search is under way, so the page renews itself.
        heard: how many systems were searched, of how many that are asked.
    """

    rows: list[SystemRow]
    runs: bool
    heard: tuple[int, int]
    records: int
    files: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    planned: int | None = None  # rows that an erasure's plan counted, where no copy was asked for
    stopped: bool = False  # that erasure was stopped
    needless: bool = False  # nothing is searched for what was asked
    values: int | None = None  # of a correction: different values that somebody looked at

    @property
    def summary(self) -> str:
        """In one sentence, zero included."""
        if self.planned is not None:
            rows = f"{self.planned:,} {'row' if self.planned == 1 else 'rows'}"
            stopped = " The erasure was stopped, and nothing was erased." if self.stopped else ""
            return (
                f"Looked through for the plan of the erasure, which counted {rows}.{stopped} No copy was asked for, so "
                "none was made."
            )
        if self.needless:
            looked = f" {self.values:,} different values were looked at, to choose from what is wrong." if self.values else ""
            return f"Nothing has to be searched for what was asked.{looked}"
        parts = [self.searched]
        parts += [
            f"{self.counts[state]} {word}"
            for state, word in (
                ("running", "running"),
                ("waiting", "waiting"),
                ("failed", "without answer"),
                ("skipped", "left out or not needed"),
            )
            if self.counts.get(state)
        ]
        so_far = " so far" if self.runs else ""
        return f"{', '.join(parts)}. {self.found}{so_far}."

    @property
    def searched(self) -> str:
        """How many of them were searched."""
        return "{} of {} searched".format(*self.heard)

    @property
    def found(self) -> str:
        """Records and files together, as a package's first page counts them."""
        return in_words(self.records, self.files)


def read(web: Web, facts: CaseFacts) -> Systems:
    """The systems of a case as they stand; to be called in a thread."""
    state = facts.state
    begun = state.status is Status.COLLECTING and state.needs_search
    run = state.run + 1 if begun else state.run
    if not begun and planned(facts) is not None:
        run = shown_run(web, facts)
    with web.resources.database.read() as session:
        receipts = session.exec(
            select(SearchReceipt).where(SearchReceipt.case_id == state.case_id, SearchReceipt.run == run)
        ).all()
    by_system: dict[str, list[SearchReceipt]] = defaultdict(list)
    for receipt in receipts:
        by_system[receipt.system].append(receipt)
    known = {} if begun else state.systems
    rows = [
        _row(facts, system, known.get(system.name), by_system[system.name], begun=begun)
        for system in web.resources.datamap.systems
    ]
    gone = sorted(set(known) - {system.name for system in web.resources.datamap.systems})
    rows += [
        SystemRow(name, name.replace("_", " "), "done", "Searched; not in the data map any more", known[name].records)
        for name in gone
    ]
    archives = {system.name for system in web.resources.datamap.systems if system.kind is SystemKind.ARCHIVE}
    rows = [replace(row, archive=row.name in archives) for row in rows]
    rows.sort(key=lambda row: _ORDER.index(row.state))
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        counts[row.state] += 1
    runs = begun or any(system.state == "searching" for system in state.systems.values())
    records, files = (sum(row.records or 0 for row in rows if row.files == are_files) for are_files in (False, True))
    needless = not begun and _needs_no_search(facts)
    looked = facts.happened(Tag.VALUES_FOUND)
    values = int(str(looked[0].facts.get("values", 0))) if looked else None
    stopped = facts.state.erasure is not None and facts.state.erasure.stopped is not None
    named = (system.name for system in web.resources.datamap.systems)
    heard = (counts["done"], len(rows)) if begun else heard_from(known, named)
    return Systems(rows, runs, heard, records, files, dict(counts), planned(facts), stopped, needless, values)


def _needs_no_search(facts: CaseFacts) -> bool:
    """Whether nothing has to be searched: neither a copy nor an erasure was asked for, and no search was begun."""
    rights = {item.right for item in facts.state.rights}
    return facts.state.run == 0 and bool(rights) and not rights & _SEARCHED and planned(facts) is None


def _row(facts: CaseFacts, system: System, known: SystemState | None, receipts: list[SearchReceipt], *, begun: bool) -> SystemRow:  # noqa: PLR0911
    title = system.title
    if known is None:
        if not begun and _needs_no_search(facts):
            return _unsearched(facts, system)
        if not begun and planned(facts) is not None:
            return _looked_through(facts, system, receipts)
        if not begun:
            begins = "Not searched yet" if facts.state.run == 0 else "Not part of the last search"
            return SystemRow(system.name, title, "waiting", begins, None)
        return _running(system, receipts)
    if known.state == "searching":
        return _running(system, [])
    if known.state == "failed":
        tries = len([row for row in facts.happened(Tag.SYSTEM_FAILED) if row.facts.get("system") == system.name])
        said = f"No answer, tried {system.attempts * max(1, tries)} times"
        return SystemRow(
            system.name, title, "failed", said, known.records, _last(facts, system, Tag.SYSTEM_FAILED), acts=("retry", "without")
        )
    if known.state == "manual":
        item = next((str(key) for key, item in facts.state.open_work_items.items() if item.system == system.name), "")
        owner = f"With {system.owner}" if system.owner else "With a person"
        return SystemRow(
            system.name,
            title,
            "waiting",
            owner,
            None,
            _last(facts, system, Tag.WORK_ITEM_OPENED),
            acts=("answer", "without"),
            item=item,
        )
    if known.state == "skipped":
        row = next((row for row in facts.happened(Tag.SYSTEM_SKIPPED) if row.facts.get("system") == system.name), None)
        why = facts.note_of(row) if row else ""
        return SystemRow(system.name, title, "skipped", "Left out by decision", None, row.at if row else None, why=why)
    if known.state == "unasked":
        return SystemRow(system.name, title, "skipped", _UNASKED, None, _last(facts, system, Tag.SYSTEM_UNASKED))
    return _searched(facts, system, known, bool(receipts))


def _unsearched(facts: CaseFacts, system: System) -> SystemRow:
    """A system where nothing is searched; what a person has to do there, or did, for a decision that concerns it."""
    work = [(key, item) for key, item in facts.state.work_items.items() if (item.kind, item.system) == (_BY_HAND, system.name)]
    if any(item.result is None for _, item in work):
        owner = f"With {system.owner}" if system.owner else "With a person"
        return SystemRow(system.name, system.title, "waiting", f"{owner}, to do there by hand", None)
    done = {str(key) for key, _ in work}
    row = next((row for row in facts.happened(Tag.WORK_ITEM_COMPLETED) if str(row.facts.get("work_item")) in done), None)
    if row is not None:
        said = f"{'Left out' if row.facts.get('result') == 'exception' else 'Done'} by hand, {facts.person(row.actor)}"
        return SystemRow(system.name, system.title, "done", said, None, row.at, why=facts.note_of(row))
    if any(each.carried_out_at and system.name not in each.by_hand for each in facts.state.measures):
        said = "Not searched; what was decided is carried out here, where it applies"
        return SystemRow(system.name, system.title, "skipped", said, None)
    return SystemRow(system.name, system.title, "skipped", "Not needed for this request", None)


def _looked_through(facts: CaseFacts, system: System, receipts: list[SearchReceipt]) -> SystemRow:
    """What the plan of an erasure gave, where no copy was asked for."""
    if facts.state.erasure and system.name in facts.state.erasure.skipped:
        return SystemRow(system.name, system.title, "skipped", "Left out by decision", None)
    if system.kind in _MANUAL | {SystemKind.ARCHIVE}:
        return SystemRow(system.name, system.title, "waiting", "Only a person can look here", None)
    said = "Looked through for the erasure plan"
    if not receipts:  # of a case that was certified before receipts of plans were kept
        return SystemRow(system.name, system.title, "done", said, None)
    records, at = sum(row.rows for row in receipts), max(row.searched_at for row in receipts)
    said += "" if records else ", nothing found"
    return SystemRow(system.name, system.title, "done", said, records, at, receipt=True, files=system.kind is SystemKind.FILES)


def _searched(facts: CaseFacts, system: System, known: SystemState, receipt: bool) -> SystemRow:  # noqa: FBT001
    said = "Searched" if known.records else "Searched, nothing found"
    if system.kind in _MANUAL:
        items = {str(key) for key, item in facts.state.work_items.items() if item.system == system.name}
        rows = [row for row in facts.happened(Tag.WORK_ITEM_COMPLETED) if str(row.facts.get("work_item")) in items]
        files = int(str(rows[0].facts.get("files", 0) or 0)) if rows else 0
        by = f" by {facts.person(rows[0].actor)}" if rows else " by hand"
        said = f"Searched{by}" + (f", {files} {'file' if files == 1 else 'files'}" if files else ", nothing found")
        at = known.searched_at or (rows[0].at if rows else None)
        found, why = max(known.records, files), facts.note_of(rows[0]) if rows else ""
        stored = found == files > 0
        return SystemRow(system.name, system.title, "done", said, found, at, why=why, receipt=receipt, files=stored)
    stored = system.kind is SystemKind.FILES
    return SystemRow(system.name, system.title, "done", said, known.records, known.searched_at, receipt=receipt, files=stored)


def _running(system: System, receipts: Iterable[SearchReceipt]) -> SystemRow:
    if system.kind in _MANUAL:
        return SystemRow(system.name, system.title, "waiting", "Waits for the others, then for a person", None)
    left, stored = list(receipts), system.kind is SystemKind.FILES
    done = [row for row in left if row.state != _SILENT]
    records, total = sum(row.rows for row in done), sum(not each.anonymous for each in system.collections)
    at = max((row.searched_at for row in left), default=None)
    if len(done) < len(left):  # an attempt that got no answer leaves receipts too: they are no result
        return SystemRow(
            system.name, system.title, "running", _TRIED_AGAIN, records or None, at, done=len(done), total=total, files=stored
        )
    if len(done) >= total:
        said = "Searched" if records else "Searched, nothing found"
        return SystemRow(system.name, system.title, "done", said, records, at, files=stored)
    said = f"Searching, {len(done)} of {total} collections" if done else "Waits for its turn"
    state: RowState = "running" if done else "waiting"
    return SystemRow(
        system.name, system.title, state, said, records if done else None, at, done=len(done), total=total, files=stored
    )


def _last(facts: CaseFacts, system: System, tag: Tag) -> datetime | None:
    return next((row.at for row in facts.happened(tag) if row.facts.get("system") == system.name), None)
