"""Judges codes and links, and destroys identity evidence (Articles 12(2), 12(6); `security.md` section 3).

The web writes an attempt row and the update carries its id; here it is verified, counted and consumed in one transaction, so
that a wrong code counts although the update is refused, and a right one is never used up for nothing.
Next: `activities/collection.py`
"""

from datetime import UTC, datetime
from uuid import UUID

from sqlmodel import Session, col, select, update
from temporalio import activity

from activities.failures import translated
from adapters.codes import changed, end_codes, mailboxes_of_codes, one_at_a_time, spend_code
from adapters.database.tables import Attempt, IdentityEvidence
from adapters.links import mailbox_of_link, spend_link, spend_siblings
from adapters.resources import Resources
from domain.blobs import BlobRef
from domain.errors import UnknownObjectError
from domain.messages import CaseRef, Verdict

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


def judge(session: Session, case_id: UUID, attempt_id: UUID, now: datetime) -> Verdict:
    """Judge an attempt once, in the caller's write transaction; asked again, the answer is the same.

    Raises:
        UnknownObjectError: there is no such attempt in this case.
    """
    attempt = session.get(Attempt, attempt_id)
    if attempt is None or attempt.case_id != case_id:
        raise UnknownObjectError(attempt=str(attempt_id))
    by_link = attempt.kind == "link"
    one_at_a_time(session, mailbox_of_link(session, attempt) if by_link else mailboxes_of_codes(session, attempt))
    this = col(Attempt.id) == attempt.id
    if not changed(session, update(Attempt).where(this, col(Attempt.judged_at).is_(None)).values(judged_at=now)):
        session.refresh(attempt)
        return _verdict(attempt.identifier)
    identifier = spend_link(session, attempt, now) if by_link else spend_code(session, attempt, now)
    session.execute(update(Attempt).where(this).values(accepted=identifier is not None, identifier=identifier))
    if identifier is not None and attempt.purpose == "verify":
        spend_siblings(session, attempt.case_id, identifier, now)
        end_codes(session, attempt.case_id, "verify", now, identifier)
    return _verdict(identifier)


def _verdict(identifier: UUID | None) -> Verdict:
    return Verdict(accepted=identifier is not None, identifier=identifier)
