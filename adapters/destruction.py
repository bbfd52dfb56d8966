"""Destroys what a retention rule has ended: the key first, then blobs, then what the database holds (`security.md` 2.7).

What is left of a case is its stub: reference, rights, dates, outcome, hashes, and the chain of its events, which still verifies.
Every step may be repeated; the receipt is written with the last one.

Next: adapters/vault.py
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from adapters.archives.store import blobs_of_archives
from adapters.database import archive_tables, tables
from adapters.database import breach_tables as dossiers
from adapters.database.append_only import ending
from adapters.database.desk_periods import BY_MONTH, delete_month
from adapters.database.erasure_tables import ErasurePlanRow, ErasureStepRow
from adapters.database.mail_tables import IncomingMail, MailArrival
from adapters.database.measure_tables import ConsentEnd, DisputedRecord, Restriction
from adapters.database.retention_tables import Destruction
from adapters.database.review_tables import CaseWall, ItemOpened
from adapters.database.session import Database
from adapters.database.staff_tables import HeldRelease
from adapters.incoming.ending import end_mails_of_case
from adapters.resources import Resources
from adapters.sealed_head import blob_ids
from domain.blobs import BlobRef
from domain.retention import KEYSTORE_BACKUP_DAYS, Kept

# What becomes of each table that belongs to a case when its contents end. A test holds that none is forgotten.
STAYS: Final = frozenset(
    {
        *("case_right", "case_event", "case_record", "queue_entry", "case_assignment", "complaint_link"),
        # Who let a stopped release go accounts for it; what must not be done with the person stands as long as the stub.
        *(str(table.__tablename__) for table in (HeldRelease, Restriction, ConsentEnd, DisputedRecord)),
    }
)  # ids, enums, dates, counts, hashes
GOES: Final = frozenset(
    {
        "case_identifier", "uploaded_file", "item_decision", "page_seen", "item_opened", "link", "subject_session", "code",
        "attempt", "command", "package", "correctable_values", "review_sample", "sample_check", "item_remark",
        "archive_words", "archive_unreadable", "archive_part",
    },
)  # fmt: skip
EMPTIED: Final[dict[str, dict[str, Any]]] = {
    "case_receipt": {
        "subject": None,
        "message": None,
        "correction": None,
        "idempotency_key": None,
        "body_hash": None,
        "asserted_identifier": None,
    },
    "letter": {"content": None},
    "search_receipt": {"keys": [], "blobs": {}},  # that a system was searched, and how many rows it gave, stays
    "erasure_plan": {"plan": {}, "edits": [], "sealed": None, "after": None, "certificate": None},
    "identity_evidence": {"blob": None},
    "incoming_mail": {"sender_index": None, "cases": [], "note": None},
    str(CaseWall.__tablename__): {"reason": b""},  # who was kept away, and when, stays
    "archive": {"custodian": None, "name": None, "blob": None},  # that it was imported, by whom, and its hash stay
    "archive_scope": {"scope": None},  # how much it was stays
    "note": {},  # its sealed bytes give way to their hash
}
_DOSSIER_GOES: Final = (dossiers.DossierFile, dossiers.NoticeSegment, dossiers.NoticeRecipient, dossiers.DossierCommand)


@dataclass(frozen=True)
class Authorised:
    """Why something is destroyed.

    Args:
        sweep: the sweep that found it; None outside one.
        approver: id of whoever approved, or `system` where the rule needs nobody.
        now: UTC.
    """

    approver: str
    now: datetime
    sweep: UUID | None = None


def destroy(resources: Resources, kept: Kept, thing: UUID, by: Authorised) -> None:
    """Destroy one thing and write its receipt.

    Raises:
        TimeoutError: the key is gone, but a reader still holds the key store's log: call again.
    """
    counts = {
        Kept.IDENTITY_EVIDENCE: _evidence,
        Kept.COLLECTED: _collected,
        Kept.PACKAGE: _packages,
        Kept.CASE: _case,
        Kept.STUB: _stub,
        Kept.BREACH: _dossier,
        Kept.NOTICE: _dossier,
        **dict.fromkeys(BY_MONTH, _month),
    }[kept](resources, kept, thing, by)
    effective_on = (by.now + timedelta(days=KEYSTORE_BACKUP_DAYS)).date()
    receipt = Destruction(
        kept=kept.value, object=thing, sweep=by.sweep, at=by.now, effective_on=effective_on, approver=by.approver, counts=counts
    )
    # In the access log too, whose chain is anchored outside every day.
    case_id = None if kept in {Kept.BREACH, Kept.NOTICE, *BY_MONTH} else thing
    noted = tables.AccessLog(at=by.now, actor=by.approver, action=f"destroyed:{kept.value}", case_id=case_id)
    with resources.database.write() as session:
        session.add_all([receipt, noted])


def empty_case(session: Session, case_id: UUID) -> None:
    """Take everything but the stub out of the database: for a case whose key is gone. May be repeated."""
    for note in session.exec(select(tables.Note).where(tables.Note.case_id == case_id, tables.Note.text != b"")).all():
        note.text_sha256, note.text = hashlib.sha256(note.text).hexdigest(), b""
        session.add(note)
    for name, values in EMPTIED.items():
        table = SQLModel.metadata.tables[name]
        if values:
            session.execute(sa.update(table).where(table.c.case_id == case_id).values(values))
    for name in sorted(GOES):
        table = SQLModel.metadata.tables[name]
        session.execute(sa.delete(table).where(table.c.case_id == case_id))


def empty_dossier(session: Session, dossier_id: UUID) -> None:
    """As `empty_case`, for a breach or a notice: its events stay, which are ids, enums, counts and dates."""
    here = dossiers.DossierNote.dossier_id == dossier_id, dossiers.DossierNote.text != b""
    for note in session.exec(select(dossiers.DossierNote).where(*here)).all():
        note.text_sha256, note.text = hashlib.sha256(note.text).hexdigest(), b""
        session.add(note)
    for model in _DOSSIER_GOES:
        table = SQLModel.metadata.tables[str(model.__tablename__)]
        column = table.c["dossier_id"] if "dossier_id" in table.c else table.c["notice_id"]
        session.execute(sa.delete(table).where(column == dossier_id))


def _evidence(resources: Resources, _kept: Kept, case_id: UUID, by: Authorised) -> dict[str, int]:
    resources.vault.destroy_evidence_key(case_id, rule=Kept.IDENTITY_EVIDENCE.value, approver=by.approver)
    with resources.database.read() as session:
        mine = tables.IdentityEvidence.case_id == case_id, col(tables.IdentityEvidence.destroyed_at).is_(None)
        rows = session.exec(select(tables.IdentityEvidence).where(*mine)).all()
    _delete(resources, [BlobRef.model_validate(row.blob).blob_id for row in rows if row.blob])
    with resources.database.write() as session:
        these = col(tables.IdentityEvidence.id).in_([row.id for row in rows])
        session.execute(sa.update(tables.IdentityEvidence).where(these).values(blob=None, destroyed_at=by.now))
    return {"proofs": len(rows)}


def _collected(resources: Resources, _kept: Kept, case_id: UUID, _by: Authorised) -> dict[str, int]:
    with resources.database.read() as session:
        receipts = session.exec(select(tables.SearchReceipt).where(tables.SearchReceipt.case_id == case_id)).all()
        uploads = session.exec(select(tables.UploadedFile).where(tables.UploadedFile.case_id == case_id)).all()
        imported = blobs_of_archives(session, case_id)
    receipts = [row for row in receipts if "sealed" in row.blobs]  # what an erasure's looks read is gone by then
    blobs = [blob for row in receipts for blob in blob_ids(row)]
    blobs += [BlobRef.model_validate(row.blob).blob_id for row in uploads]
    _delete(resources, [*blobs, *imported])
    with resources.database.write() as session:
        for gone in (archive_tables.ArchiveWords, archive_tables.ArchiveUnreadable, archive_tables.ArchivePart):
            session.execute(sa.delete(gone).where(col(gone.case_id) == case_id))
        there = col(archive_tables.ArchiveRow.case_id) == case_id
        ended = {"state": "removed", "blob": None, "custodian": None, "name": None}
        session.execute(sa.update(archive_tables.ArchiveRow).where(there).values(ended))
        session.execute(
            sa.update(tables.SearchReceipt).where(col(tables.SearchReceipt.case_id) == case_id).values(blobs={"ids": []})
        )
        for model in (tables.UploadedFile, tables.PageSeen, ItemOpened):
            session.execute(sa.delete(model).where(col(model.case_id) == case_id))
    return {"receipts": len(receipts), "rows": sum(row.rows for row in receipts), "files": len(blobs)}


def _packages(resources: Resources, _kept: Kept, case_id: UUID, _by: Authorised) -> dict[str, int]:
    with resources.database.read() as session:
        rows = session.exec(select(tables.PackageRow).where(tables.PackageRow.case_id == case_id)).all()
    _delete(resources, [BlobRef.model_validate(row.blob).blob_id for row in rows])
    with resources.database.write() as session:
        session.execute(sa.delete(tables.PackageRow).where(col(tables.PackageRow.case_id) == case_id))
    return {"packages": len(rows)}  # their hashes stay in the events


def _case(resources: Resources, kept: Kept, case_id: UUID, by: Authorised) -> dict[str, int]:
    resources.vault.destroy_case_key(case_id, rule=kept.value, approver=by.approver)
    resources.vault.destroy_evidence_key(case_id, rule=kept.value, approver=by.approver)
    mails = end_mails_of_case(resources, case_id, rule=kept.value, approver=by.approver, now=by.now)
    blobs = blobs_of_case(resources.database, case_id)
    _delete(resources, blobs)
    with resources.database.write() as session:
        letters = session.exec(select(tables.Letter.id).where(tables.Letter.case_id == case_id)).all()
        notes = session.exec(select(tables.Note.id).where(tables.Note.case_id == case_id)).all()
        empty_case(session, case_id)
    return {"letters": len(letters), "notes": len(notes), "mails": mails, "files": len(blobs)}


def blobs_of_case(database: Database, case_id: UUID) -> list[UUID]:
    """Every sealed file of a case; needs no key, so they can be deleted after it was destroyed."""
    with database.read() as session:
        receipts = session.exec(select(tables.SearchReceipt).where(tables.SearchReceipt.case_id == case_id)).all()
        found = [blob for row in receipts for blob in blob_ids(row)]
        for model in (tables.UploadedFile, tables.PackageRow, tables.IdentityEvidence):
            rows: Iterable[Any] = session.exec(select(model).where(model.case_id == case_id)).all()
            found += [BlobRef.model_validate(row.blob).blob_id for row in rows if row.blob]
        found += blobs_of_archives(session, case_id)
        plans = session.exec(select(ErasurePlanRow).where(ErasurePlanRow.case_id == case_id)).all()
        sealed = [each for plan in plans for each in (plan.certificate or {}).values() if isinstance(each, dict)]
        found += [BlobRef.model_validate(each).blob_id for each in sealed if "blob_id" in each]
    return found


def _stub(resources: Resources, _kept: Kept, case_id: UUID, _by: Authorised) -> dict[str, int]:
    with resources.database.write() as session:
        events = session.exec(select(tables.CaseEventRow.id).where(tables.CaseEventRow.case_id == case_id)).all()
        plans = select(ErasurePlanRow.id).where(ErasurePlanRow.case_id == case_id)
        mails = select(IncomingMail.id).where(IncomingMail.case_id == case_id)
        session.execute(sa.delete(ErasureStepRow).where(col(ErasureStepRow.plan).in_(plans)))
        session.execute(sa.delete(MailArrival).where(col(MailArrival.mail).in_(mails)))
        about = tables.ComplaintLink
        session.execute(sa.delete(about).where((col(about.about) == case_id) | (col(about.complaint) == case_id)))
        with ending(session):
            for name in sorted((STAYS | GOES | EMPTIED.keys()) - {"complaint_link", "case_receipt"}, key=_turn):
                table = SQLModel.metadata.tables[name]
                session.execute(sa.delete(table).where(table.c.case_id == case_id))
        session.execute(sa.delete(tables.CaseReceipt).where(col(tables.CaseReceipt.case_id) == case_id))
    return {"events": len(events)}


def _turn(table: str) -> tuple[bool, str]:
    """What others point to goes after them."""
    return table == "archive", table


def _dossier(resources: Resources, kept: Kept, dossier_id: UUID, by: Authorised) -> dict[str, int]:
    purpose: Any = "breach" if kept is Kept.BREACH else "notice"
    resources.vault.destroy_dossier_key(dossier_id, purpose, rule=kept.value, approver=by.approver)
    with resources.database.read() as session:
        files = session.exec(select(dossiers.DossierFile).where(dossiers.DossierFile.dossier_id == dossier_id)).all()
    _delete(resources, [BlobRef.model_validate(row.blob).blob_id for row in files])
    with resources.database.write() as session:
        empty_dossier(session, dossier_id)
    return {"files": len(files)}


def _month(resources: Resources, kept: Kept, month: UUID, by: Authorised) -> dict[str, int]:
    with resources.database.write() as session:
        return delete_month(session, kept, month, by.now.date())


def _delete(resources: Resources, blobs: Iterable[UUID]) -> None:
    for blob in blobs:
        resources.blobs.delete(blob)
