"""Imports of a case as staff see them: received, listed, agreed about, removed.

An import is received when its row is committed, as requests are; reading it comes after. Next: adapters/archives/importing.py
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import Session, col, select

from adapters.archives.attempts import forget
from adapters.archives.searching import ArchiveSearch, Estimate
from adapters.blobs import BlobReader
from adapters.database.archive_tables import ArchivePart, ArchiveRow, ArchiveScope, ArchiveUnreadable
from adapters.database.tables import AccessLog, CaseIdentifierRow, Note
from adapters.notes import write_note
from adapters.resources import Resources
from domain.archives import AgreedScope, ArchiveKind, ArchiveState, Scope
from domain.blobs import BlobRef
from domain.case import CaseState
from domain.datamap import System, SystemKind
from domain.errors import InvalidInputError, NotAllowedNowError, UnknownObjectError


@dataclass(frozen=True)
class Import:
    """One import, opened. `agreed`: the newest scope of its system names it."""

    row: ArchiveRow
    custodian: str
    name: str
    agreed: bool

    @property
    def unreadable(self) -> int:
        """How many of its parts could not be read."""
        return sum(self.row.unreadable.values())


@dataclass(frozen=True)
class Agreed:
    """A scope that was agreed, opened."""

    revision: int
    scope: AgreedScope
    counts: dict[str, int]
    by: str
    at: datetime


class Archives:
    """The imports of one case.

    Args:
        resources: of the process.
        case_id: the case.
    """

    def __init__(self, resources: Resources, case_id: UUID) -> None:
        self._resources, self.case_id = resources, case_id
        self._vault = resources.vault.case(case_id)

    def systems(self) -> list[System]:
        """The systems of the data map into which something can be imported."""
        return [system for system in self._resources.datamap.systems if system.kind is SystemKind.ARCHIVE]

    def system(self, name: str) -> System:
        """One of them.

        Raises:
            InvalidInputError: there is none of this name.
        """
        found = next((system for system in self.systems() if system.name == name), None)
        if found is None:
            raise InvalidInputError("The data map has no archive of this name.", field="system")
        return found

    def identifiers(self, state: CaseState) -> list[tuple[str, str]]:
        """Kind and value of what a search of imports goes by: identifiers that may be used, as the data map names their kinds."""
        kinds = {kind for system in self.systems() for one in system.collections for kind in one.identities.values()}
        query = select(CaseIdentifierRow).where(
            CaseIdentifierRow.case_id == self.case_id, col(CaseIdentifierRow.id).in_(state.usable_keys)
        )
        with self._resources.database.read() as session:
            rows = session.exec(query).all()
        return [
            (row.kind, self._vault.open("case_identifier", "value", str(row.id), row.value).decode())
            for row in rows
            if row.value is not None and row.kind in kinds
        ]

    def receive(self, ref: BlobRef, *, system: str, custodian: str, name: str, by: str, now: datetime, sha256: str = "") -> UUID:
        """Take in an archive that was sealed already; reading it comes after.

        Args:
            ref: the sealed archive.
            system: of the data map.
            custodian: whose mailbox or chat it is.
            name: of the file or folder.
            by: person id.
            now: UTC.
            sha256: of a folder, that of the list of its files; otherwise the file's own.

        Raises:
            InvalidInputError: no such system, no custodian, or the same archive of the same custodian is there already.
        """
        self.system(system)
        custodian, name = " ".join(custodian.split())[:200], name.replace("\\", "/").rpartition("/")[2][:200] or "archive"
        if not custodian:
            raise InvalidInputError("Say whose mailbox or chat this is.", field="custodian")
        key = uuid4()
        digest = sha256 or ref.sha256
        row = ArchiveRow(
            id=key,
            case_id=self.case_id,
            system=system,
            kind=ArchiveKind.UNKNOWN.value,
            state=ArchiveState.RECEIVED.value,
            custodian=self._vault.seal("archive", "custodian", str(key), custodian.encode()),
            name=self._vault.seal("archive", "name", str(key), name.encode()),
            blob=ref.model_dump(mode="json"),
            sha256=digest,
            bytes=ref.bytes,
            imported_by=by,
            imported_at=now,
        )
        if any(each.row.sha256 == digest and each.custodian == custodian for each in self.imports()):
            raise InvalidInputError("This archive of this custodian is imported already.", field="file")
        with self._resources.database.write() as session:
            session.add_all([row, AccessLog(at=now, actor=by, action="archive_imported", case_id=self.case_id)])
        return key

    def imports(self, system: str | None = None) -> list[Import]:
        """The imports, the oldest first; those that were removed too."""
        query = (
            select(ArchiveRow).where(ArchiveRow.case_id == self.case_id).order_by(col(ArchiveRow.imported_at), col(ArchiveRow.id))
        )
        with self._resources.database.read() as session:
            rows = session.exec(query).all()
            named = {key for each in {row.system for row in rows} for key in self._archives_of(self._newest(session, each))}
        return [
            Import(row, self._opened(row, "custodian"), self._opened(row, "name"), row.id in named)
            for row in rows
            if system in {None, row.system}
        ]

    def find(self, archive: UUID) -> Import:
        """One import.

        Raises:
            UnknownObjectError: this case has none of this id.
        """
        for each in self.imports():
            if each.row.id == archive:
                return each
        raise UnknownObjectError

    def why(self, found: Import) -> str:
        """The sealed words in which somebody said why an import was removed; empty where nobody did."""
        with self._resources.database.read() as session:
            note = session.get(Note, found.row.reason) if found.row.reason else None
        return self._vault.open("note", "text", str(note.id), note.text).decode() if note and note.text else ""

    def unreadable(self, archive: UUID, start: int = 0, limit: int = 50) -> list[tuple[int, str, str, bool]]:
        """What could not be read of an import: number, reason, place, and whether its bytes are at hand."""
        self.find(archive)
        query = select(ArchiveUnreadable).where(ArchiveUnreadable.archive == archive, col(ArchiveUnreadable.number) >= start)
        with self._resources.database.read() as session:
            rows = session.exec(query.order_by(col(ArchiveUnreadable.number)).limit(limit)).all()
        return [
            (
                row.number,
                row.reason,
                self._vault.open("archive_unreadable", "place", f"{archive}:{row.number}", row.place).decode(),
                bool(row.blob),
            )
            for row in rows
        ]

    def unread(self, archive: UUID, number: int) -> tuple[str, BlobReader]:
        """Something that could not be read, as it came, for a download.

        Raises:
            UnknownObjectError: there is none, or its bytes are in the archive alone.
        """
        self.find(archive)
        with self._resources.database.read() as session:
            row = session.get(ArchiveUnreadable, (archive, number))
        if row is None or row.blob is None:
            raise UnknownObjectError
        place = self._vault.open("archive_unreadable", "place", f"{archive}:{number}", row.place).decode()
        return place.rpartition("/")[2] or "part", self._resources.blobs.read(self._vault, BlobRef.model_validate(row.blob))

    def estimate(self, scope: Scope, identifiers: Sequence[tuple[str, str]]) -> Estimate:
        """How much a scope would give.

        Args:
            scope: not agreed yet.
            identifiers: kind and value of those that may be searched with.

        Raises:
            InvalidInputError: an import is not read.
        """
        keys: list[tuple[str, str | None, str]] = [(value, kind, kind.replace("_", " ")) for kind, value in identifiers]
        keys += [(term, None, f"\u201c{term}\u201d") for term in scope.terms]
        return ArchiveSearch(self._resources, self.case_id, scope).estimate(keys)

    def agree(self, system: str, scope: AgreedScope, estimate: Estimate, by: str, now: datetime) -> int:
        """Record what was agreed; returns its revision.

        Raises:
            InvalidInputError: no such system, an import of another one, or one that nobody imported.
        """
        self.system(system)
        mine = {each.row.id for each in self.imports(system)}
        if not set(scope.archives) <= mine:
            raise InvalidInputError("This scope names an import of another system.", field="archives")
        with self._resources.database.write() as session:
            before = self._newest(session, system)
            revision = before.revision + 1 if before else 1
            sealed = self._vault.seal("archive_scope", "scope", f"{system}:{revision}", scope.model_dump_json().encode())
            row = ArchiveScope(
                case_id=self.case_id,
                system=system,
                revision=revision,
                scope=sealed,
                counts=estimate.counts,
                decided_by=by,
                decided_at=now,
            )
            session.add_all([row, AccessLog(at=now, actor=by, action="archive_scope_agreed", case_id=self.case_id)])
        return revision

    def agreed(self, system: str) -> Agreed | None:
        """The scope that holds; None before the first, and when the case's content is gone."""
        with self._resources.database.read() as session:
            row = self._newest(session, system)
        if row is None or row.scope is None:
            return None
        opened = self._vault.open("archive_scope", "scope", f"{system}:{row.revision}", row.scope)
        return Agreed(row.revision, AgreedScope.model_validate_json(opened), row.counts, row.decided_by, row.decided_at)

    def revision(self, system: str) -> int:
        """The revision of the scope that holds.

        Raises:
            NotAllowedNowError: none is agreed yet.
        """
        agreed = self.agreed(system)
        if agreed is None:
            raise NotAllowedNowError("No scope is agreed yet: whose mailboxes, which period, which words.")
        return agreed.revision

    def remove(self, archive: UUID, reason: str, by: str, now: datetime) -> None:
        """Destroy an import before its case is: what was read of it and the archive itself; that it was there stays.

        Raises:
            NotAllowedNowError: it is in the agreed scope, or is being read.
        """
        found = self.find(archive)
        if found.agreed:
            raise NotAllowedNowError("This import is in the agreed scope. Agree on a scope without it first.")
        if found.row.state == ArchiveState.READING:
            raise NotAllowedNowError("This import is being read. Wait until that is done.")
        forget(self._resources, archive)
        if found.row.blob:
            self._resources.blobs.delete(BlobRef.model_validate(found.row.blob).blob_id)
        with self._resources.database.write() as session:
            note = write_note(session, self._resources.vault, self.case_id, author=by, text=reason, now=now)
            values = {"state": ArchiveState.REMOVED.value, "blob": None, "removed_by": by, "reason": note, "finished_at": now}
            session.execute(sa.update(ArchiveRow).where(col(ArchiveRow.id) == archive).values(values))
            session.add(AccessLog(at=now, actor=by, action="archive_removed", case_id=self.case_id))

    def _newest(self, session: Session, system: str) -> ArchiveScope | None:
        query = select(ArchiveScope).where(ArchiveScope.case_id == self.case_id, ArchiveScope.system == system)
        return session.exec(query.order_by(col(ArchiveScope.revision).desc()).limit(1)).first()

    def _archives_of(self, row: ArchiveScope | None) -> tuple[UUID, ...]:
        if row is None or row.scope is None:
            return ()
        opened = self._vault.open("archive_scope", "scope", f"{row.system}:{row.revision}", row.scope)
        return AgreedScope.model_validate_json(opened).archives

    def _opened(self, row: ArchiveRow, column: str) -> str:
        sealed = getattr(row, column)
        return self._vault.open("archive", column, str(row.id), sealed).decode() if sealed else ""


def blobs_of_archives(session: Session, case_id: UUID) -> list[UUID]:
    """Every sealed file of the imports of a case; needs no key."""
    found = [
        *session.exec(select(ArchiveRow.blob).where(ArchiveRow.case_id == case_id)).all(),
        *session.exec(select(ArchivePart.blob).where(ArchivePart.case_id == case_id)).all(),
        *session.exec(select(ArchiveUnreadable.blob).where(ArchiveUnreadable.case_id == case_id)).all(),
    ]
    return [BlobRef.model_validate(blob).blob_id for blob in found if blob]
