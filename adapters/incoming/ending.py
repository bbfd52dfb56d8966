"""Lets mail end: with its case, after its own period when it was put aside or written by a machine, and keys without a mail.

The key goes first, then the bytes; what is left is a row of enums and dates (`security.md` 2.7). Originals in a watched mailbox
that are still there are marked to be removed at the next look.
Next: `adapters/vault.py`
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select

from adapters.database.mail_tables import IncomingMail, MailArrival
from adapters.resources import Resources
from domain.blobs import BlobRef
from domain.triage import Standing

PUT_ASIDE_FOR: Final = timedelta(days=90)  # long enough to take a decision back, and to see a pattern
_ORPHANED_AFTER: Final = timedelta(days=1)
_AT_ONCE: Final = 500


def end_mails_of_case(resources: Resources, case_id: UUID, *, rule: str, approver: str, now: datetime) -> int:
    """Destroy the mails of a case, as part of destroying the case; how many there were."""
    with resources.database.read() as session:
        mine = (IncomingMail.case_id == case_id, col(IncomingMail.destroyed_at).is_(None))
        rows = session.exec(select(IncomingMail).where(*mine)).all()
    _end(resources, rows, rule=rule, approver=approver, now=now)
    return len(rows)


def end_old_mails(resources: Resources, now: datetime) -> int:
    """Destroy what was put aside, or recorded without a case, 90 days ago; how many there were. May be repeated at any time."""
    over = (
        col(IncomingMail.standing).in_([Standing.DISMISSED.value, Standing.RECORDED.value]),
        col(IncomingMail.case_id).is_(None),
        col(IncomingMail.destroyed_at).is_(None),
        col(IncomingMail.stored_at) < now - PUT_ASIDE_FOR,
    )
    with resources.database.read() as session:
        rows = session.exec(select(IncomingMail).where(*over).limit(_AT_ONCE)).all()
    _end(resources, rows, rule="mail-put-aside", approver="system", now=now)
    return len(rows)


def end_keys_without_mail(resources: Resources, now: datetime) -> int:
    """Destroy keys that were made for a mail whose row never came: a crash between the two."""
    ended = 0
    for key in resources.vault.mails_with_keys(created_before=now - _ORPHANED_AFTER):
        with resources.database.read() as session:
            used = session.exec(select(IncomingMail.id).where(IncomingMail.key == key)).first()
        if used is None:
            resources.vault.destroy_mail_key(key, rule="mail-never-stored", approver="system")
            ended += 1
    return ended


def _end(resources: Resources, rows: Sequence[IncomingMail], *, rule: str, approver: str, now: datetime) -> None:
    for row in rows:
        resources.vault.destroy_mail_key(row.key, rule=rule, approver=approver)
        if row.blob is not None:
            resources.blobs.delete(BlobRef.model_validate(row.blob).blob_id)
        nothing = {"raw": None, "blob": None, "content": None, "note": None, "documents_due": None, "destroyed_at": now}
        with resources.database.write() as session:
            session.execute(update(IncomingMail).where(col(IncomingMail.id) == row.id).values(nothing))
            session.execute(update(MailArrival).where(col(MailArrival.mail) == row.id).values(remove=True, settled=False))
