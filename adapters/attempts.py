"""Says what came of a code that was typed or a link that was pressed: once, whoever asks again.

Next: adapters/codes.py
"""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, update

from adapters.codes import CodePurpose, changed, end_codes, mailboxes_of_codes, one_at_a_time, spend_code
from adapters.database.tables import Attempt
from adapters.links import mailbox_of_link, spend_link, spend_siblings
from domain.case import CaseState
from domain.errors import UnknownObjectError
from domain.messages import Verdict


def purpose_of_code(state: CaseState, identifier: UUID) -> CodePurpose:
    """What a fresh code to an address of a case is for: to prove it, to open the copy, or to read and to withdraw on its page."""
    known = state.identifiers.get(identifier)
    if known is None or known.standing != "proven":
        return "verify"
    return "open_package" if state.fetchable and identifier == state.delivery_address else "visit"


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
