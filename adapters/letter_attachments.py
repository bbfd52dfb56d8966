"""What comes with a letter: the certificate of an erasure, and the signed document it can be checked by (Article 12(1)).

Next: `adapters/letter_message.py`
"""

from dataclasses import dataclass

from sqlmodel import Session

from adapters.database.erasure_tables import ErasurePlanRow
from adapters.resources import Resources
from domain.blobs import BlobRef
from domain.case import CaseState
from domain.errors import NotAllowedNowError

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
