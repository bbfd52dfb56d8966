"""Judges codes and links, and destroys identity evidence (Articles 12(2), 12(6); `security.md` section 3).

The web writes an attempt row and the update carries its id; here it is verified, counted and consumed in one transaction, so
that a wrong code counts although the update is refused, and a right one is never used up for nothing.
Next: `activities/collection.py`
"""

from datetime import UTC, datetime

from sqlmodel import col, select, update
from temporalio import activity

from activities.failures import translated
from adapters.database.tables import IdentityEvidence
from adapters.resources import Resources
from domain.blobs import BlobRef
from domain.messages import CaseRef

EVIDENCE_RULE = "identity-evidence"  # in the tombstone: with the decision, at the latest after 14 days


class Identity:
    """What proves who is asking.

    Args:
        resources: opened once by the worker.
    """

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    @activity.defn
    @translated
    def destroy_evidence(self, message: CaseRef) -> None:
        """Destroy the uploaded proofs of identity of a case: their key first, then their bytes."""
        now, resources = datetime.now(UTC), self._resources
        alive = (IdentityEvidence.case_id == message.case_id, col(IdentityEvidence.destroyed_at).is_(None))
        with resources.database.read() as session:
            rows = session.exec(select(IdentityEvidence).where(*alive)).all()
        if not rows:
            return
        resources.vault.destroy_evidence_key(message.case_id, rule=EVIDENCE_RULE, approver="system")
        for row in rows:
            resources.blobs.delete(BlobRef.model_validate(row.blob).blob_id)
        with resources.database.write() as session:
            these = (col(IdentityEvidence.id).in_([row.id for row in rows]), col(IdentityEvidence.destroyed_at).is_(None))
            session.execute(update(IdentityEvidence).where(*these).values(destroyed_at=now, blob=None))
