"""Where a letter goes: to which address of its case, to none that is not known, or on paper (Article 12; `security.md` I8).

Next: activities/letter_facts.py
"""

from datetime import datetime

from sqlmodel import Session, col, select

from activities.letter_writing import Writing
from adapters.database.tables import CaseIdentifierRow, CaseReceipt, CaseRecord
from adapters.letter_endings import heard_by_all
from adapters.resources import Resources
from domain.case import CaseState
from domain.errors import LetterRefusedError, UnknownObjectError
from domain.messages import SendLetter

# What says whether anything is held goes to an address whose owner is known, and nowhere else (I8, I10).
PROVEN_ONLY = frozenset(
    {
        *("package_ready", "package_again", "package_reminder", "nothing_held", "partial_answer", "refusal", "right_decided"),
        *(
            "erasure_done",
            "erasure_confirmed",
            "erasure_stopped",
            "restriction_in_force",
            "restriction_lifting",
            "transfer_information",
        ),
    }
)
# Every address that was shown to be the person's, or that the systems hold for them, is told before anything leaves or goes (I6).
HELD_TOO = frozenset(
    {"erasure_planned", "somebody_asked", "account_suspended", "account_reinstated", "account_deleted"},
)


# What somebody without e-mail gets on paper, by post or handed over: all but what proves, reminds of or opens with a mailbox.
ON_PAPER = frozenset(
    {
        *("request_received", "more_identity", "authority", "clarification", "extension", "refusal", "identity_not_confirmed"),
        *("right_decided", "transfer_information", "consent_withdrawn", "restriction_in_force", "restriction_lifting"),
        *("package_ready", "partial_answer", "nothing_held", "complaint_received", "complaint_progress", "complaint_outcome"),
        *(
            "erasure_planned",
            "erasure_stopped",
            "erasure_confirmed",
            "erasure_done",
            "erasure_restricted",
            "report_acted",
            "request_withdrawn",
            "not_the_requester",
        ),
        *("duplicate_merged", "case_closed", "case_reopened", "message"),
    }
)


def begin(resources: Resources, session: Session, message: SendLetter, now: datetime) -> Writing:
    """Find the case of a letter, and the address that it goes to.

    Raises:
        UnknownObjectError: no such case, or no such address in it.
        LetterRefusedError: the case has no e-mail address, or one that this letter must not go to. Facts: reason.
    """
    receipt = session.get(CaseReceipt, message.case_id)
    if receipt is None:
        raise UnknownObjectError(case_id=str(message.case_id))
    record = session.get(CaseRecord, message.case_id)
    state = CaseState.model_validate(record.state) if record else CaseState(case_id=message.case_id)
    address = _address(session, message, state)
    writing = Writing(resources, session, message, receipt, state, address, now)
    known = message.letter in PROVEN_ONLY and not heard_by_all(message.letter, message.number, state)
    if message.letter in HELD_TOO and not (writing.proven or writing.held):
        raise LetterRefusedError(reason="address_not_proven")
    if address is None:
        if message.letter not in ON_PAPER or (known and not writing.proven):
            raise LetterRefusedError(reason="no_address")
        return writing
    if known and not (writing.proven and address.id == state.delivery_address):
        raise LetterRefusedError(reason="address_not_proven")
    return writing


def _address(session: Session, message: SendLetter, state: CaseState) -> CaseIdentifierRow | None:
    wanted = message.identifier or state.delivery_address
    if wanted is None and state.sequence:
        return None  # a contact that the systems hold is not the one that asked
    if wanted is None:
        first = (
            select(CaseIdentifierRow)
            .where(CaseIdentifierRow.case_id == message.case_id, CaseIdentifierRow.kind == "email")
            .order_by(col(CaseIdentifierRow.added_at), col(CaseIdentifierRow.id))
        )
        address = session.exec(first).first()
        if address is None and message.identifier is None:
            return None
    else:
        address = session.get(CaseIdentifierRow, wanted)
        if address is None or address.case_id != message.case_id:
            raise UnknownObjectError(identifier=str(wanted))
    if address is None or address.kind != "email" or address.value is None:
        raise LetterRefusedError(reason="no_address")
    return address
