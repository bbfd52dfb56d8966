"""Deletes what a command left behind that was never accepted, and keys that no receipt came for (`security.md` 2.7).

Words, files and proofs of identity are stored with the command that carries them, before the workflow judges it. Where the record
does not name that command a day later it was refused or lost, and nobody may keep what came with it. Called by the web process's
sweep (docs/decisions/0005).
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, delete, select

from adapters import contact_changes
from adapters.database.tables import CaseEventRow, CaseReceipt, CommandRow, IdentityEvidence, KeptForm, Note, UploadedFile
from adapters.resources import Resources
from adapters.suppression import expire
from domain.blobs import BlobRef

KEPT_FOR = timedelta(hours=24)
_AT_ONCE = 200
_RULE, _APPROVER = "key-without-receipt", "system"


def sweep_leftovers(resources: Resources, now: datetime) -> int:
    """Delete leftovers older than a day; says how many commands and keys they were of.

    Args:
        resources: opened once by the process.
        now: UTC.
    """
    before = now - KEPT_FOR
    with resources.database.write() as session:
        contact_changes.forget(session, now)
        expire(session, now.date())  # nobody stands on a list longer than it says
        commands = _never_accepted(session, before)
        blobs = [blob for command in commands for blob in _without(session, command)]
        session.execute(delete(KeptForm).where(col(KeptForm.kept_at) < before))
    for blob in blobs:  # rows first: a blob that no row names is unreadable, a row without its blob would be an error
        resources.blobs.delete(blob)
    resources.blobs.sweep_unfinished(older_than=KEPT_FOR)
    return len(commands) + _keys(resources, before)


def _never_accepted(session: Session, before: datetime) -> list[CommandRow]:
    accepted = select(CaseEventRow.id).where(CaseEventRow.command_id == CommandRow.id).exists()
    query = select(CommandRow).where(CommandRow.created_at < before, ~accepted).order_by(col(CommandRow.created_at))
    return list(session.exec(query.limit(_AT_ONCE)).all())


def _without(session: Session, command: CommandRow) -> list[UUID]:
    """Delete a command with its rows; gives the blobs that are to go as well."""
    named = {value for value in command.payload.values() if isinstance(value, str)} - _in_the_record(session, command.case_id)
    ids = [UUID(value) for value in named if _is_id(value)]
    session.execute(delete(Note).where(col(Note.case_id) == command.case_id, col(Note.id).in_(ids)))
    proofs = select(IdentityEvidence).where(
        IdentityEvidence.case_id == command.case_id, col(IdentityEvidence.id).in_(ids), col(IdentityEvidence.blob).is_not(None)
    )
    # Files of a work item are not named one by one: they were stored at the command's own instant.
    files = select(UploadedFile).where(
        UploadedFile.case_id == command.case_id,
        UploadedFile.uploaded_at == command.created_at,
        UploadedFile.work_item == _id(command.payload.get("work_item")),
    )
    rows: list[IdentityEvidence | UploadedFile] = [*session.exec(proofs).all(), *session.exec(files).all()]
    for row in rows:
        session.delete(row)
    session.delete(command)  # whoever sends it again under the same key begins anew
    return [BlobRef.model_validate(row.blob).blob_id for row in rows]


def _in_the_record(session: Session, case_id: UUID) -> set[str]:
    facts = session.exec(select(CaseEventRow.facts).where(CaseEventRow.case_id == case_id)).all()
    return {value for each in facts for value in each.values() if isinstance(value, str)}


def _is_id(value: str) -> bool:
    return _id(value) is not None


def _id(value: Any) -> UUID | None:  # noqa: ANN401 (JSON)
    try:
        return UUID(str(value))
    except ValueError:
        return None


def _keys(resources: Resources, before: datetime) -> int:
    old = resources.vault.cases_with_keys(created_before=before)
    with resources.database.read() as session:
        kept = set(session.exec(select(CaseReceipt.case_id).where(col(CaseReceipt.case_id).in_(old))).all()) if old else set()
    left = [case_id for case_id in old if case_id not in kept][:_AT_ONCE]
    for case_id in left:
        resources.vault.destroy_case_key(case_id, rule=_RULE, approver=_APPROVER)
    return len(left)
