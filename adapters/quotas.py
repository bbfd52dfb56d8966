"""How much is kept of one case, breach or notice: files and bytes, so that nobody fills the disk for everybody (ASVS 5.2.4).

Archives of mail and chats have an estimate that somebody agrees to instead. Next: adapters/evidence.py
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session, col, func, select

from adapters.database.tables import IdentityEvidence, UploadedFile
from domain.blobs import BlobRef
from domain.errors import InvalidInputError

MOST_PROOFS: Final = 10  # of one case at a time: both sides of a card, and some that were no good
MOST_FILES: Final = 1_000  # of one case, breach or notice
MOST_BYTES: Final = 10_000_000_000  # likewise
ENOUGH_PROOFS: Final = "We have many files from you already. We look at them and write to you."


def refuse_one_proof_more(session: Session, case_id: UUID) -> None:
    """Refuse another proof of identity where enough of them wait to be looked at.

    Raises:
        InvalidInputError: there are ten.
    """
    there = select(func.count()).where(IdentityEvidence.case_id == case_id, col(IdentityEvidence.destroyed_at).is_(None))
    if session.exec(there).one() >= MOST_PROOFS:
        raise InvalidInputError(ENOUGH_PROOFS, field="files")


def refuse_too_much_by_hand(session: Session, case_id: UUID, coming: list[BlobRef]) -> None:
    """Refuse further files of what people searched for a case.

    Raises:
        InvalidInputError: too many, or too large together.
    """
    if coming:
        refuse_too_much(session.exec(select(UploadedFile.blob).where(UploadedFile.case_id == case_id)), coming)


def refuse_too_much(kept: Iterable[Mapping[str, Any]], coming: Iterable[BlobRef]) -> None:
    """Refuse files with which one case, breach or notice would hold more than any ever should.

    Args:
        kept: the blobs that are there, as rows hold them.
        coming: those that were handed in.

    Raises:
        InvalidInputError: too many, or too large together.
    """
    sizes = [*(int(blob["bytes"]) for blob in kept), *(ref.bytes for ref in coming)]
    if len(sizes) > MOST_FILES or sum(sizes) > MOST_BYTES:
        raise InvalidInputError(
            f"More than {MOST_FILES:,} files or {MOST_BYTES // 1_000_000_000} GB would be kept here. Put them into one archive, "
            "or keep them where they are and say so in a note.",
            field="files",
        )
