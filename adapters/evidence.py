"""Takes in an uploaded proof of identity, sealed under a key that dies with the decision about it (`security.md` 2.3, F6).

Next: `activities/identity.py`
"""

from datetime import UTC, datetime
from typing import BinaryIO
from uuid import UUID

from adapters.blobs import BlobWriter
from adapters.database.tables import IdentityEvidence
from adapters.resources import Resources
from domain.blobs import BlobRef
from domain.errors import InvalidInputError
from domain.first_bytes import ENOUGH, believed
from domain.incoming import Malware

MEDIA_TYPES = frozenset({"application/pdf", "image/jpeg", "image/png", "image/webp", "image/heic"})
MOST_BYTES = 10 * 1024 * 1024  # a photograph of a document from any telephone fits
_CHUNK = 64 * 1024


def evidence_row(case_id: UUID, ref: BlobRef, media_type: str, malware: Malware, now: datetime) -> IdentityEvidence:
    """The row of a proof that was sealed while it arrived; `media_type` is believed already, `now` is UTC.

    Raises:
        InvalidInputError: another kind of file, or one above 10 MB.
    """
    if media_type not in MEDIA_TYPES:
        raise InvalidInputError("Send a photograph (JPEG, PNG, WebP, HEIC) or a PDF.", field="files")
    if ref.bytes > MOST_BYTES:
        raise InvalidInputError("This file is larger than 10 MB.", field="files")
    blob = ref.model_dump(mode="json")
    return IdentityEvidence(case_id=case_id, blob=blob, media_type=media_type, malware=malware, received_at=now)


def store_evidence(
    resources: Resources, case_id: UUID, stream: BinaryIO, media_type: str, malware: Malware = "not_scanned"
) -> UUID:
    """Seal an upload and note it; returns the evidence id that `submit_identity_evidence` carries.

    Args:
        resources: of the process.
        case_id: a case that exists.
        stream: the upload, read once and in chunks; never on disk in the clear.
        media_type: as declared; only photographs and PDF are taken, and only where the first bytes agree.
        malware: what a scanner said.

    Raises:
        InvalidInputError: another kind of file, an empty one, or one above 10 MB; nothing is kept of it.
    """
    if media_type not in MEDIA_TYPES:
        raise InvalidInputError("Send a photograph (JPEG, PNG, WebP, HEIC) or a PDF.", field="media_type")
    resources.vault.make_evidence_key(case_id)
    vault = resources.vault.evidence(case_id)
    with resources.blobs.create(vault, "evidence") as blob:
        _copy(stream, blob, media_type)
    row = evidence_row(case_id, blob.ref, media_type, malware, datetime.now(UTC))
    try:
        with resources.database.write() as session:
            session.add(row)
    except BaseException:
        resources.blobs.delete(blob.ref.blob_id)
        raise
    return row.id


def _copy(stream: BinaryIO, blob: BlobWriter, media_type: str) -> None:
    taken = 0
    while chunk := stream.read(_CHUNK):
        if not taken and believed(media_type, chunk[:ENOUGH]) != media_type:
            raise InvalidInputError("This file is not what it says it is.", field="file")
        taken += len(chunk)
        if taken > MOST_BYTES:
            raise InvalidInputError("This file is larger than 10 MB.", field="file")
        blob.write(chunk)
    if not taken:
        raise InvalidInputError("This file is empty.", field="file")
