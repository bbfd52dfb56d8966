"""What was destroyed stays destroyed: applied to whatever a copy put back, by hand or by `habeas restore` (`security.md` 2.7).

Tombstones say of what the key is gone, receipts of destruction say it in the database; each makes the other good.

Next: adapters/destruction.py
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from sqlmodel import col, select

from adapters.blobs import Blobs
from adapters.database.breach_tables import DossierFile, DossierNote
from adapters.database.mail_tables import IncomingMail
from adapters.database.retention_tables import Destruction
from adapters.database.session import Database
from adapters.database.tables import Alarm, CaseIdentifierRow, CaseReceipt, IdentityEvidence, Note
from adapters.destruction import blobs_of_case, empty_case, empty_dossier
from adapters.keystore import KeyStore, Tombstone
from domain.blobs import BlobRef
from domain.retention import Kept

_IN_ONE_QUERY: Final = 400  # ids; SQLite takes 999 values at most
_PURPOSES: Final = {Kept.CASE.value: "case", Kept.BREACH.value: "breach", Kept.NOTICE.value: "notice"}


def bury_again(database: Database, store: KeyStore, blobs: Blobs) -> int:
    """Make good what a copy brought back that somebody put in place by hand; run before every start. Returns how many things.

    A tombstone whose rows are there empties them; a receipt of destruction whose key is there destroys it.
    """
    with database.read() as session:
        rows = session.exec(select(Destruction).where(col(Destruction.kept).in_(list(_PURPOSES)))).all()
    revived = store.bury([_stone(row) for row in rows]) if rows else 0
    emptied = empty_buried(database, blobs, store.tombstones())
    if revived or emptied:
        facts = {"keys": revived, "emptied": emptied}
        with database.write() as session:
            session.add(Alarm(at=datetime.now(UTC), kind="destroyed-came-back", case_id=None, facts=facts))
    return revived + emptied


def empty_buried(database: Database, blobs: Blobs, stones: Sequence[Tombstone]) -> int:
    """Take what tombstones are of out of the database and the blob store; returns how many things still had something."""
    by_purpose: dict[str, list[UUID]] = {}
    for stone in stones:
        if _is_id(stone.object):
            by_purpose.setdefault(stone.purpose, []).append(UUID(stone.object))
    done = _cases(database, blobs, by_purpose.get("case", []))
    done += _dossiers(database, blobs, by_purpose.get("breach", []) + by_purpose.get("notice", []))
    done += _mails(database, blobs, by_purpose.get("mail", []))
    return done + _evidence(database, blobs, [stone for stone in stones if stone.purpose == "evidence"])


def _cases(database: Database, blobs: Blobs, ids: list[UUID]) -> int:
    found: set[UUID] = set()
    with database.read() as session:
        for some in _parts(ids):
            receipts = select(CaseReceipt.case_id).where(
                col(CaseReceipt.case_id).in_(some), col(CaseReceipt.subject).is_not(None)
            )
            addresses = select(CaseIdentifierRow.case_id).where(col(CaseIdentifierRow.case_id).in_(some))
            notes = select(Note.case_id).where(col(Note.case_id).in_(some), Note.text != b"")
            found |= {*session.exec(receipts).all(), *session.exec(addresses).all(), *session.exec(notes).all()}
    for case_id in found:
        for blob in blobs_of_case(database, case_id):
            blobs.delete(blob)
        with database.write() as session:
            empty_case(session, case_id)
    return len(found)


def _dossiers(database: Database, blobs: Blobs, ids: list[UUID]) -> int:
    found: set[UUID] = set()
    with database.read() as session:
        for some in _parts(ids):
            notes = select(DossierNote.dossier_id).where(col(DossierNote.dossier_id).in_(some), DossierNote.text != b"")
            files = select(DossierFile.dossier_id).where(col(DossierFile.dossier_id).in_(some))
            found |= {*session.exec(notes).all(), *session.exec(files).all()}
    for dossier_id in found:
        with database.write() as session:
            for row in session.exec(select(DossierFile).where(DossierFile.dossier_id == dossier_id)).all():
                blobs.delete(BlobRef.model_validate(row.blob).blob_id)
            empty_dossier(session, dossier_id)
    return len(found)


def _mails(database: Database, blobs: Blobs, keys: list[UUID]) -> int:
    done = 0
    for some in _parts(keys):
        with database.write() as session:
            alive = col(IncomingMail.key).in_(some), col(IncomingMail.destroyed_at).is_(None)
            for row in session.exec(select(IncomingMail).where(*alive)).all():
                if row.blob is not None:
                    blobs.delete(BlobRef.model_validate(row.blob).blob_id)
                row.raw = row.blob = row.content = row.note = None
                row.destroyed_at = datetime.now(UTC)
                session.add(row)
                done += 1
    return done


def _evidence(database: Database, blobs: Blobs, stones: Sequence[Tombstone]) -> int:
    done = 0
    with database.write() as session:
        for stone in stones:
            destroyed = datetime.fromisoformat(stone.destroyed)
            # A proof that was asked for later has a key of its own.
            alive = (
                IdentityEvidence.case_id == UUID(stone.object),
                col(IdentityEvidence.destroyed_at).is_(None),
                col(IdentityEvidence.received_at) <= destroyed,
            )
            for row in session.exec(select(IdentityEvidence).where(*alive)).all():
                if row.blob:
                    blobs.delete(BlobRef.model_validate(row.blob).blob_id)
                row.blob, row.destroyed_at = None, destroyed
                session.add(row)
                done += 1
    return done


def _stone(row: Destruction) -> Tombstone:
    destroyed = row.at.astimezone(UTC).isoformat(timespec="microseconds")
    return Tombstone(str(row.object), _PURPOSES[row.kept], destroyed, row.kept, row.approver)


def _parts(ids: list[UUID]) -> Iterable[list[UUID]]:
    return (ids[start : start + _IN_ONE_QUERY] for start in range(0, len(ids), _IN_ONE_QUERY))


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
