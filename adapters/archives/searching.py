"""Searches the imports of one case: which messages an identifier or a term is in, within the agreed scope; and how many.

The blind index says which messages may be meant, their text says which are. Heads alone are held in memory (some hundred bytes a
message); texts are read one by one in the order in which they lie. Next: activities/systems/archive.py
"""

from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlmodel import Session, col, select

from adapters.archives.meant import test_of
from adapters.archives.parts import Macs, Seen, chunks, message_at, seen_in, words_in
from adapters.blobs import BlobReader
from adapters.database.archive_tables import ArchivePart, ArchiveRow, ArchiveWords
from adapters.resources import Resources
from domain.archive_groups import alike_of, threads_of
from domain.archives import ArchiveState, Scope, counted
from domain.blobs import BlobRef
from domain.errors import InvalidInputError

_OPEN: Final = 4  # blobs at once
_NAME: Final = 3  # place of a file's name in `Seen.f`
_SEARCHED: Final = ("subject", "text", "sender", "recipients", "copied")


class At(NamedTuple):
    """Where a message is: import, part, and its place there."""

    archive: UUID
    part: int
    number: int


@dataclass(frozen=True)
class Found:
    """One message of a search, copies folded into one.

    Args:
        at: of the first copy.
        seen: what is known of it.
        custodians: of all its copies, each once.
        copies: how many there are.
    """

    at: At
    seen: Seen
    custodians: tuple[str, ...]
    copies: int
    thread: str
    alike: str


class Estimate(BaseModel):
    """How much a scope would give: counts, and nothing of any content; the answer of the JSON API too.

    Args:
        messages: in the imports that were chosen; `in_period` of them, `found` of these; `unique` leaves copies out, and is how
            many messages a search would give.
        by_custodian, by_year, by_key: of those that were found, how many; a key is a kind of identifier or an agreed word.
        unreadable: parts of these imports that nobody could read; they are in no other count.
        unsearched: attached files in which words may stand without being found; they are held, and come with their mails.
    """

    model_config = ConfigDict(frozen=True)

    messages: int
    in_period: int
    undated: int
    found: int
    unique: int
    threads: int
    alike: int
    attachments: int
    unreadable: int
    unsearched: int
    by_custodian: dict[str, int]
    by_year: dict[str, int]
    by_key: dict[str, int]

    @property
    def counts(self) -> dict[str, int]:
        """The numbers alone, for the record."""
        names = [
            "messages",
            "in_period",
            "undated",
            "found",
            "unique",
            "threads",
            "alike",
            "attachments",
            "unreadable",
            "unsearched",
        ]
        return {name: int(getattr(self, name)) for name in names}


class ArchiveSearch:
    """The imports of a case that a scope names; opened for one search.

    Args:
        resources: of the process.
        case_id: the case.
        scope: which imports, which period, which terms.

    Raises:
        InvalidInputError: it names an import that is not this case's, or is not read.
    """

    def __init__(self, resources: Resources, case_id: UUID, scope: Scope) -> None:
        self._resources, self._scope = resources, scope
        self._vault = resources.vault.case(case_id)
        self._macs = Macs(self._vault)
        with resources.database.read() as session:
            self._rows = {row.id: row for row in _chosen(session, case_id, scope)}
            parts = session.exec(select(ArchivePart).where(col(ArchivePart.archive).in_(self._rows))).all()
        order = {archive: number for number, archive in enumerate(scope.archives)}
        self._parts = {
            (part.archive, part.number): part for part in sorted(parts, key=lambda one: (order[one.archive], one.number))
        }
        self._custodians = {
            row.id: self._vault.open("archive", "custodian", str(row.id), row.custodian or b"").decode()
            for row in self._rows.values()
        }

    @cached_property
    def messages(self) -> dict[At, Seen]:
        """Everything in the imports, whatever its date, in the order in which it lies."""
        return {
            At(*name, number): seen
            for name, part in self._parts.items()
            for number, seen in enumerate(seen_in(self._vault, part))
        }

    @cached_property
    def all(self) -> dict[At, Found]:
        """The messages in the period without their copies, each with its conversation and what is like it."""
        within = {at: seen for at, seen in self.messages.items() if self._scope.period.holds(seen.d)}
        copies: dict[str, list[At]] = {}
        for at, seen in within.items():
            copies.setdefault(seen.x, []).append(at)
        first = [places[0] for places in copies.values()]
        sighted = [within[at].sighted for at in first]
        threads, alike = threads_of(sighted), alike_of(sighted)
        return {
            at: Found(
                at,
                within[at],
                tuple(dict.fromkeys(self._custodians[each.archive] for each in copies[within[at].x])),
                len(copies[within[at].x]),
                thread,
                like,
            )
            for at, thread, like in zip(first, threads, alike, strict=True)
        }

    def find(self, key: str, kind: str | None = None) -> set[At]:
        """The messages that an identifier or a term is in; copies are folded into their first.

        Args:
            key: an identifier as it was proven, or an agreed term.
            kind: `email` and `phone` are compared as such, anything else word by word.
        """
        test = test_of(key, kind)
        if test is None:
            return set()
        needed, sure, holds = test
        may = [at for at in self._candidates(needed) if at in self.all]
        if sure:
            return set(may)
        return {at for at, said, texts in self._read_with_files(may) if holds(_searched(said)) or any(map(holds, texts))}

    def found_in(self, at: At, said: dict[str, Any], key: str, kind: str | None) -> str:
        """Where in a message an identifier or a term stands: empty for the message itself, otherwise the names of its files."""
        test = test_of(key, kind)
        if test is None or test[2](_searched(said)) or not self.messages[at].f:
            return ""
        found = [file[_NAME] for file, text in zip(self.messages[at].f, self._texts(at), strict=True) if test[2](text)]
        return "; ".join(found)

    def read(self, places: Iterable[At]) -> Iterator[tuple[At, dict[str, Any]]]:
        """What messages say, read in the order in which they lie."""
        wanted = set(places)
        blobs = _OpenBlobs(self)
        try:
            for at in (at for at in self.messages if at in wanted):
                yield at, message_at(blobs.of(at.archive, at.part), self.messages[at])
        finally:
            blobs.close()

    def _read_with_files(self, places: Iterable[At]) -> Iterator[tuple[At, dict[str, Any], Iterator[str]]]:
        """What messages say, and what stands in their files, which is read when it is asked for."""
        return ((at, said, self._texts(at)) for at, said in self.read(places))

    def _texts(self, at: At) -> Iterator[str]:
        for part, *_, offset, count in self.messages[at].f:
            with self.open(at.archive, part) as blob:
                yield b"".join(chunks(blob, offset, count)).decode()

    def open(self, archive: UUID, part: int) -> BlobReader:
        """The sealed blob of a part."""
        return self._resources.blobs.read(self._vault, BlobRef.model_validate(self._parts[archive, part].blob))

    def estimate(self, keys: Sequence[tuple[str, str | None, str]]) -> Estimate:
        """How much the scope gives.

        Args:
            keys: each with its kind and what it is called in the estimate; an identifier is called by its kind.
        """
        hits = [(called, self.find(key, kind)) for key, kind, called in keys]
        found = [self.all[at] for at in sorted(set().union(*(each for _, each in hits)))]
        days = [seen.d for seen in self.messages.values()]
        by_key: Counter[str] = Counter()
        for called, each in hits:
            by_key[called] += len(each)
        return Estimate(
            messages=len(days),
            in_period=sum(map(self._scope.period.holds, days)),
            undated=sum(not day for day in days),
            found=sum(each.copies for each in found),
            unique=len(found),
            threads=len({each.thread for each in found}),
            alike=len({each.alike for each in found if each.alike}),
            attachments=sum(len(each.seen.f) for each in found),
            unreadable=sum(sum(row.unreadable.values()) for row in self._rows.values()),
            unsearched=sum(sum(row.unsearched.values()) for row in self._rows.values()),
            by_custodian=counted(name for each in found for name in each.custodians),
            by_year=dict(sorted(counted(each.seen.d[:4] or "no date" for each in found).items())),
            by_key=dict(by_key),
        )

    def _candidates(self, needed: Iterable[str]) -> list[At]:
        """Messages with all of these words, by the index."""
        both: set[At] | None = None
        with self._resources.database.read() as session:
            for word in needed:
                drawer, mac = self._macs.place(word)
                query = select(ArchiveWords).where(col(ArchiveWords.archive).in_(self._rows), ArchiveWords.drawer == drawer)
                having = {
                    At(row.archive, row.part, number)
                    for row in session.exec(query).all()
                    for number in words_in(self._vault, row).get(mac, ())
                }
                both = having if both is None else both & having
        return sorted(both or ())


class _OpenBlobs:
    """A few blobs, the least lately used closed first."""

    def __init__(self, search: ArchiveSearch) -> None:
        self._search = search
        self._open: OrderedDict[tuple[UUID, int], BlobReader] = OrderedDict()

    def of(self, archive: UUID, part: int) -> BlobReader:
        if (archive, part) not in self._open:
            self._open[archive, part] = self._search.open(archive, part)
            if len(self._open) > _OPEN:
                self._open.popitem(last=False)[1].close()
        self._open.move_to_end((archive, part))
        return self._open[archive, part]

    def close(self) -> None:
        for blob in self._open.values():
            blob.close()


def _chosen(session: Session, case_id: UUID, scope: Scope) -> list[ArchiveRow]:
    query = select(ArchiveRow).where(ArchiveRow.case_id == case_id, col(ArchiveRow.id).in_(scope.archives))
    rows = [row for row in session.exec(query).all() if row.state == ArchiveState.READ]
    if len(rows) != len(set(scope.archives)):
        raise InvalidInputError("An import of this scope is not read, was removed, or is not this case's.", field="archives")
    return rows


def _searched(said: dict[str, Any]) -> str:
    return "\n".join([*(said[name] for name in _SEARCHED), *said["files"]])
