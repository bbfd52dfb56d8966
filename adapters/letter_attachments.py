"""What comes with a letter: the certificate of an erasure with its signature, copies of safeguards (Articles 12(1), 15(2)).

Next: `adapters/letter_message.py`
"""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from adapters.database.erasure_tables import ErasurePlanRow
from adapters.database.tables import UploadedFile
from adapters.resources import Resources
from adapters.scanning import refuse_unscanned
from domain.blobs import BlobRef
from domain.case import CaseState
from domain.errors import NotAllowedNowError
from domain.work_decisions import SAFEGUARD

_CERTIFICATE = ("certificate.pdf", "certificate.json", "certificate.sig")


@dataclass(frozen=True)
class Attachment:
    """One file of a letter."""

    name: str
    media_type: str
    content: bytes


def attachments_of(resources: Resources, session: Session, letter: str, state: CaseState) -> list[Attachment]:
    """The files of a letter; most have none.

    Raises:
        NotAllowedNowError: there is no certificate yet.
    """
    if letter == "transfer_information":
        return _safeguards(resources, session, state)
    if letter != "erasure_done":
        return []
    plan = state.erasure.plan if state.erasure else None
    row = session.get(ErasurePlanRow, plan.id) if plan else None
    if row is None or row.certificate is None:
        raise NotAllowedNowError("There is no certificate yet.", status=state.status.value)
    vault = resources.vault.case(state.case_id)
    types = {"pdf": "application/pdf", "json": "application/json", "sig": "application/octet-stream"}
    files = []
    for name in _CERTIFICATE:
        with resources.blobs.read(vault, BlobRef.model_validate(row.certificate[name])) as stored:
            files.append(Attachment(name, types[name.rpartition(".")[2]], b"".join(stored)))
    return files


def _safeguards(resources: Resources, session: Session, state: CaseState) -> list[Attachment]:
    """The copies that a caseworker added, under plain names."""
    given = [key for key, item in state.work_items.items() if item.kind == SAFEGUARD and item.result == "found"]
    rows = session.exec(select(UploadedFile).where(col(UploadedFile.work_item).in_(given))).all()
    vault, files = resources.vault.case(state.case_id), []
    for number, row in enumerate(sorted(rows, key=lambda each: (each.uploaded_at, str(each.id))), start=1):
        named = vault.open("uploaded_file", "name", str(row.id), row.name).decode()
        ending = next((end for end in (".pdf", ".png", ".jpg", ".txt") if named.lower().endswith(end)), ".bin")
        refuse_unscanned(resources.settings, row.malware)
        with resources.blobs.read(vault, BlobRef.model_validate(row.blob)) as stored:
            files.append(Attachment(f"safeguard-{number}{ending}", row.media_type, b"".join(stored)))
    return files
