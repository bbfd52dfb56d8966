"""Imported mail archives and chat exports, searched like any other system: for one case, within the scope that was agreed.

Until something is imported and a scope is agreed a person has to do both, so the system counts as searched by hand. Agreed words
are a way of their own, beside the identifiers that were proven. Nothing is erased or corrected here: mail lies where it always
did, and the import ends with the case. Next: adapters/archives/searching.py
"""

import io
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, BinaryIO
from uuid import UUID

from activities.systems.base import BATCH_ROWS, Complaint, Connector, Lookup, refused
from adapters.archives.parts import chunks
from adapters.archives.searching import ArchiveSearch, At, Found
from adapters.archives.store import Agreed, Archives
from adapters.resources import Resources
from adapters.row_text import Row
from adapters.sealed_head import FILE_FIELDS
from domain.archives import ATTACHMENTS, MESSAGES, TERM
from domain.datamap import Collection, System
from domain.errors import InvalidInputError

_TO_HAND = 200  # rows of long texts in one batch


class ArchiveSystem(Connector):
    """An archive without a case: nothing is imported into it, so a person does what is to be done there."""

    by_hand = True

    def check(self) -> Iterator[Complaint]:
        yield from ()

    def search(self, collection: Collection, lookup: Lookup) -> Iterator[Sequence[Row]]:  # noqa: ARG002
        raise refused(self.system.name, "by_hand")

    def of_case(self, resources: Resources, case_id: UUID) -> Connector:
        return ArchiveOfCase(self.system, resources, case_id)


class ArchiveOfCase(Connector):
    """What was imported into an archive for one case.

    Args:
        system: of the data map.
        resources: of the worker.
        case_id: the case.
    """

    has_files = True
    imported = True

    def __init__(self, system: System, resources: Resources, case_id: UUID) -> None:
        super().__init__(system)
        self._resources, self._case_id = resources, case_id

    @cached_property
    def _agreed(self) -> Agreed | None:
        return Archives(self._resources, self._case_id).agreed(self.system.name)

    @cached_property
    def _search(self) -> ArchiveSearch:
        if self._agreed is None:
            raise refused(self.system.name, "by_hand")
        try:
            return ArchiveSearch(self._resources, self._case_id, self._agreed.scope)
        except InvalidInputError as failure:
            raise refused(self.system.name, "misconfigured") from failure

    @property
    def by_hand(self) -> bool:  # type: ignore[override]
        """Whether a person has to import something first, and to agree on what is searched."""
        return self._agreed is None

    @property
    def mark(self) -> str:
        return str(self._agreed.revision) if self._agreed else ""

    def agreed(self, collection: Collection) -> tuple[str, tuple[str, ...]] | None:
        if self._agreed is None or collection.name != MESSAGES or TERM not in collection.fields:
            return None
        return TERM, self._agreed.scope.terms

    def check(self) -> Iterator[Complaint]:
        yield from ()

    def large(self, collection: Collection) -> bool:
        return collection.name == MESSAGES

    def fields(self, collection: Collection) -> tuple[str, ...]:
        if collection.name != ATTACHMENTS:
            return tuple(collection.fields)
        return (*(name for name in collection.fields if name not in FILE_FIELDS), *FILE_FIELDS)

    def search(self, collection: Collection, lookup: Lookup) -> Iterator[Sequence[Row]]:
        rows = self._attachments(lookup) if collection.name == ATTACHMENTS else self._messages(lookup)
        names = lookup.only or self.fields(collection)
        most = BATCH_ROWS if collection.name == ATTACHMENTS else _TO_HAND
        batch: list[Row] = []
        for values in rows:
            batch.append(tuple(values.get(name) for name in names))
            if len(batch) == most:
                yield batch
                batch = []
        if batch:
            yield batch

    def open_file(self, collection: Collection, row: Row) -> BinaryIO | None:
        path = str(row[len(self.fields(collection)) - len(FILE_FIELDS)])
        message, _, rest = path.partition("/")
        at = self._by_id.get(message)
        if at is None:
            return None
        part, offset, count, *_ = self._search.all[at].seen.f[int(rest.partition("/")[0]) - 1]
        with self._search.open(at.archive, part) as blob:
            return io.BytesIO(b"".join(chunks(blob, offset, count)))

    @cached_property
    def _by_id(self) -> dict[str, At]:
        return {found.seen.x: at for at, found in self._search.all.items()}

    def _messages(self, lookup: Lookup) -> Iterator[dict[str, Any]]:
        keys: dict[At, str] = {}
        for key in lookup.keys:
            if lookup.field == "id":
                keys |= {self._by_id[key]: key} if key in self._by_id else {}
            else:
                keys |= {at: key for at in self._search.find(key, lookup.kind) if at not in keys}
        for at, said in self._search.read(keys):
            found = self._search.all[at]
            yield said | {
                "files": "; ".join(said["files"]),
                "copies": found.copies,
                "sent_at": said["sent_at"] or None,
                "alike": found.alike or None,
                "found_in": self._found_in(lookup, at, said, keys[at]),
                **_of(found),
                lookup.field: keys[at],
            }

    def _found_in(self, lookup: Lookup, at: At, said: dict[str, Any], key: str) -> str | None:
        """The files that a message was found by, where its own text does not say why it was."""
        return None if lookup.field == "id" else self._search.found_in(at, said, key, lookup.kind) or None

    def _attachments(self, lookup: Lookup) -> Iterator[dict[str, Any]]:
        for key in lookup.keys:
            at = self._by_id.get(key)
            if at is None or lookup.field != "message":
                continue
            found = self._search.all[at]
            for number, (_, _, count, name, *_) in enumerate(found.seen.f, start=1):
                plain = name.replace("/", "_") or "file"
                yield _of(found) | {
                    "message": key,
                    "path": f"{key}/{number}/{plain}",
                    "bytes": count,
                    "sent_at": found.seen.d or None,
                }


def _of(found: Found) -> dict[str, Any]:
    return {"id": found.seen.x, "custodian": "; ".join(found.custodians), "thread": found.thread}
