"""Who may do what to a case: one table (`security.md` section 4), asked at the API and again inside the workflow.

The page's column "dpo" as somebody who decides reads `privacy_lead` here: a DPO advises and does not decide (Article 38(6)).
Next: `domain/decisions.py`.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from domain.errors import NotPermittedError
from domain.rights import Role

A = TypeVar("A", bound=StrEnum)


class Action(StrEnum):
    """The commands of a case, named in the imperative; the JSON API's names are these."""

    REQUEST_CODE = "request_code"
    CONFIRM_IDENTITY_CODE = "confirm_identity_code"
    SUBMIT_IDENTITY_EVIDENCE = "submit_identity_evidence"
    CONFIRM_IDENTITY = "confirm_identity"
    REQUEST_MORE_IDENTITY = "request_more_identity"
    RECORD_DOUBT = "record_doubt"
    DISPUTE_IDENTITY = "dispute_identity"
    NAME_ACCOUNT = "name_account"
    ANSWER_SAFEGUARDING = "answer_safeguarding"
    DECIDE_ACCOUNT = "decide_account"
    OBJECT_TO_REPORT = "object_to_report"
    ADD_IDENTIFIER = "add_identifier"
    ACCEPT_IDENTIFIER = "accept_identifier"
    REJECT_IDENTIFIER = "reject_identifier"
    CHANGE_DELIVERY_ADDRESS = "change_delivery_address"
    COMPLETE_WORK_ITEM = "complete_work_item"
    RETRY_SYSTEM = "retry_system"
    SEARCH_ARCHIVE = "search_archive"
    CONTINUE_WITHOUT_SYSTEM = "continue_without_system"
    REQUEST_CLARIFICATION = "request_clarification"
    ANSWER_CLARIFICATION = "answer_clarification"
    EXTEND_DEADLINE = "extend_deadline"
    PROPOSE_REFUSAL = "propose_refusal"
    APPROVE_REFUSAL = "approve_refusal"
    REQUEST_AUTHORITY = "request_authority"
    RECORD_AUTHORITY = "record_authority"
    RECORD_FEE = "record_fee"
    LINK_COMPLAINT = "link_complaint"
    SEND_PROGRESS = "send_progress"
    DECIDE_COMPLAINT = "decide_complaint"
    SET_ITEM_DECISION = "set_item_decision"
    SET_DECISION_RULE = "set_decision_rule"
    WEIGH_THIRD_PERSON = "weigh_third_person"
    UNDO_ITEM_DECISION = "undo_item_decision"
    REFER_TO_LEGAL = "refer_to_legal"
    DECIDE_PRIVILEGE = "decide_privilege"
    PREPARE_PACKAGE = "prepare_package"
    APPROVE_PACKAGE = "approve_package"
    PREPARE_PARTIAL_ANSWER = "prepare_partial_answer"
    APPROVE_PARTIAL_ANSWER = "approve_partial_answer"
    RETURN_FOR_REWORK = "return_for_rework"
    ANNOUNCE_ALONE = "announce_alone"
    RECORD_AFTER_CHECK = "record_after_check"
    EDIT_ERASURE = "edit_erasure"
    APPROVE_ERASURE = "approve_erasure"
    CANCEL_ERASURE = "cancel_erasure"
    PROPOSE_RECTIFICATION = "propose_rectification"
    APPROVE_RECTIFICATION = "approve_rectification"
    TAKE_BACK_RECTIFICATION = "take_back_rectification"
    MARK_DISPUTED = "mark_disputed"
    RESTRICT_PROCESSING = "restrict_processing"
    ANNOUNCE_LIFTING = "announce_lifting"
    LIFT_RESTRICTION = "lift_restriction"
    WITHDRAW_CONSENT = "withdraw_consent"
    RECORD_VIEW = "record_view"
    OPEN_PACKAGE = "open_package"
    RECORD_DELIVERY = "record_delivery"
    REISSUE_PACKAGE = "reissue_package"
    REPORT_WRONG_PERSON = "report_wrong_person"
    REPORT_MISSING = "report_missing"
    SEND_MESSAGE = "send_message"
    NEEDS_NO_ANSWER = "needs_no_answer"
    ADD_NOTE = "add_note"
    WITHDRAW = "withdraw"
    DISOWN = "disown"
    MERGE_DUPLICATE = "merge_duplicate"
    HOLD = "hold"
    RELEASE = "release"
    CLOSE = "close"
    REOPEN = "reopen"


# Rows with a revision, answered by the web process; the workflow hears of them with `prepare_package`.
DESK_ACTIONS = frozenset(
    {
        Action.SET_ITEM_DECISION,
        Action.SET_DECISION_RULE,
        Action.WEIGH_THIRD_PERSON,
        Action.UNDO_ITEM_DECISION,
        Action.REFER_TO_LEGAL,
        Action.DECIDE_PRIVILEGE,
    }
)

_WORKERS = frozenset({Role.CASEWORKER, Role.PRIVACY_LEAD})
_SECOND_EYES = frozenset({Role.REVIEWER, Role.PRIVACY_LEAD})
_LEAD = frozenset({Role.PRIVACY_LEAD})
_LEGAL = frozenset({Role.LEGAL_REVIEWER})
_SUBJECT = frozenset({Role.DATA_SUBJECT})
# The platform relays what the data subject typed into its own pages; it never decides.
_SUBJECT_OR_RELAY = frozenset({Role.DATA_SUBJECT, Role.PLATFORM})

ROLES: dict[Action, frozenset[Role]] = {
    # A caseworker's key may relay too: the code itself is the proof, whoever carries it.
    Action.REQUEST_CODE: _SUBJECT_OR_RELAY | _WORKERS,
    Action.CONFIRM_IDENTITY_CODE: _SUBJECT_OR_RELAY | _WORKERS,
    Action.SUBMIT_IDENTITY_EVIDENCE: _SUBJECT_OR_RELAY | _WORKERS,
    Action.CONFIRM_IDENTITY: _WORKERS,
    Action.REQUEST_MORE_IDENTITY: _WORKERS,
    Action.RECORD_DOUBT: _WORKERS | {Role.PLATFORM},  # the platform sees a new device, or a contact that was changed
    Action.DISPUTE_IDENTITY: _SUBJECT | _WORKERS,
    Action.NAME_ACCOUNT: _WORKERS,
    Action.ANSWER_SAFEGUARDING: _WORKERS,
    Action.DECIDE_ACCOUNT: _WORKERS,
    Action.OBJECT_TO_REPORT: _SUBJECT | _WORKERS,
    Action.ADD_IDENTIFIER: _SUBJECT_OR_RELAY | _WORKERS,
    Action.ACCEPT_IDENTIFIER: _WORKERS,
    Action.REJECT_IDENTIFIER: _WORKERS,
    Action.CHANGE_DELIVERY_ADDRESS: _WORKERS,
    Action.COMPLETE_WORK_ITEM: _WORKERS,
    Action.RETRY_SYSTEM: _WORKERS,
    Action.SEARCH_ARCHIVE: _WORKERS,
    Action.CONTINUE_WITHOUT_SYSTEM: _WORKERS,
    Action.REQUEST_CLARIFICATION: _WORKERS,
    Action.ANSWER_CLARIFICATION: _SUBJECT_OR_RELAY | _WORKERS,
    Action.EXTEND_DEADLINE: _WORKERS,
    Action.PROPOSE_REFUSAL: _WORKERS,
    Action.APPROVE_REFUSAL: _SECOND_EYES,
    Action.REQUEST_AUTHORITY: _WORKERS,
    Action.RECORD_AUTHORITY: _WORKERS,
    Action.RECORD_FEE: _WORKERS,
    # A reviewer too: in a small office, whoever is left that was not involved.
    Action.LINK_COMPLAINT: _WORKERS | _SECOND_EYES,
    Action.SEND_PROGRESS: _WORKERS | _SECOND_EYES,
    Action.DECIDE_COMPLAINT: _WORKERS | _SECOND_EYES,
    Action.SET_ITEM_DECISION: _WORKERS,
    Action.SET_DECISION_RULE: _WORKERS,
    Action.WEIGH_THIRD_PERSON: _WORKERS,
    Action.UNDO_ITEM_DECISION: _WORKERS,
    Action.REFER_TO_LEGAL: _WORKERS,
    Action.DECIDE_PRIVILEGE: _LEGAL,  # nobody who works on the case
    Action.PREPARE_PACKAGE: _WORKERS,
    Action.APPROVE_PACKAGE: _SECOND_EYES,
    Action.PREPARE_PARTIAL_ANSWER: _WORKERS,
    Action.APPROVE_PARTIAL_ANSWER: _SECOND_EYES,
    Action.RETURN_FOR_REWORK: _SECOND_EYES,
    Action.ANNOUNCE_ALONE: _LEAD,  # solo mode: who may both prepare and approve
    Action.RECORD_AFTER_CHECK: _SECOND_EYES | {Role.DPO},
    Action.EDIT_ERASURE: _WORKERS,
    Action.APPROVE_ERASURE: _SECOND_EYES,
    Action.CANCEL_ERASURE: _SUBJECT | _WORKERS,
    Action.PROPOSE_RECTIFICATION: _WORKERS,
    Action.APPROVE_RECTIFICATION: _SECOND_EYES,
    Action.TAKE_BACK_RECTIFICATION: _WORKERS,
    Action.MARK_DISPUTED: _WORKERS,
    Action.RESTRICT_PROCESSING: _WORKERS,
    Action.ANNOUNCE_LIFTING: _LEAD,  # the letter gives away how what is weighed ends
    Action.LIFT_RESTRICTION: _LEAD,
    Action.WITHDRAW_CONSENT: _WORKERS,
    Action.RECORD_VIEW: _WORKERS,
    Action.OPEN_PACKAGE: _SUBJECT,
    Action.RECORD_DELIVERY: _WORKERS,
    Action.REISSUE_PACKAGE: _SUBJECT_OR_RELAY | _WORKERS,
    Action.REPORT_WRONG_PERSON: _SUBJECT_OR_RELAY | _WORKERS,
    Action.REPORT_MISSING: _SUBJECT_OR_RELAY | _WORKERS,
    Action.SEND_MESSAGE: _SUBJECT | _WORKERS,
    Action.NEEDS_NO_ANSWER: _WORKERS,
    Action.ADD_NOTE: _WORKERS | _SECOND_EYES | {Role.DPO},  # a DPO advises beside each decision (Article 38)
    Action.WITHDRAW: _SUBJECT_OR_RELAY | _WORKERS,
    Action.DISOWN: _SUBJECT | _WORKERS,
    Action.MERGE_DUPLICATE: _WORKERS,
    Action.HOLD: _LEAD | {Role.DPO},  # the DPO may hold a release, with a reason
    Action.RELEASE: _LEAD,
    Action.CLOSE: _LEAD,
    Action.REOPEN: _LEAD | _SUBJECT_OR_RELAY,  # a late answer reopens the case at its original date
}

# Decisions that an API key may take only where HABEAS_API_DECISIONS allows it (`security.md` R5).
DECISIONS = frozenset(
    {
        Action.APPROVE_PACKAGE,
        Action.APPROVE_PARTIAL_ANSWER,
        Action.APPROVE_ERASURE,
        Action.APPROVE_REFUSAL,
        Action.APPROVE_RECTIFICATION,
        Action.ANNOUNCE_ALONE,
        Action.LIFT_RESTRICTION,
        Action.CONFIRM_IDENTITY,
        Action.HOLD,
        Action.RELEASE,
        Action.CLOSE,
        Action.REOPEN,
    },
)


def check_role(roles: Mapping[A, frozenset[Role]], action: A, role: Role) -> None:
    """Refuse an action that the role does not cover: of a case, a breach, a notice or a sweep, each by its own table.

    Raises:
        NotPermittedError: the table has no such cell.
    """
    if role not in roles[action]:
        raise NotPermittedError(action=action.value, role=role.value)
