"""What a data subject may ask for: the rights, statuses and outcomes every other module speaks in.

One case may carry several rights, each an item with its own outcome (design section 4).
Next: `domain/events.py`.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Literal


class Right(StrEnum):
    """The eleven kinds of request, named as the GDPR and the controller's policy name them."""

    ACCESS = "access"  # Article 15
    RECTIFICATION = "rectification"  # Article 16
    ERASURE = "erasure"  # Article 17
    RESTRICTION = "restriction"  # Article 18
    PORTABILITY = "portability"  # Article 20
    OBJECTION = "objection"  # Article 21
    AUTOMATED_DECISION_REVIEW = "automated_decision_review"  # Article 22, UK 22A-22D
    WITHDRAW_CONSENT = "withdraw_consent"  # Article 7(3)
    TRANSFER_INFORMATION = "transfer_information"  # Article 15(2)
    COMPLAINT = "complaint"  # s.164A DPA 2018
    MINOR_REPORT = "minor_report"  # the policy's children section


# Nobody has to show who they are to be heard here (`security.md` section 3): the effect is limited to the address named, or none.
NO_IDENTITY_CHECK = frozenset({Right.WITHDRAW_CONSENT, Right.OBJECTION, Right.COMPLAINT, Right.MINOR_REPORT})


Stake = Literal["copy", "erasure", "other"]


def at_stake(rights: Iterable[Right]) -> Stake:
    """What a stranger would do who asked in somebody's name: get their data, have them deleted, or decide about them."""
    asked = set(rights)
    if not asked.isdisjoint({Right.ACCESS, Right.PORTABILITY}):
        return "copy"
    return "erasure" if asked == {Right.ERASURE} else "other"


class Status(StrEnum):
    """Where a case stands. The order is the order of the statute; there is no status for an error."""

    RECEIVED = "received"
    VERIFYING_IDENTITY = "verifying_identity"
    AWAITING_CLARIFICATION = "awaiting_clarification"
    COLLECTING = "collecting"
    IN_REVIEW = "in_review"
    FULFILLING = "fulfilling"
    DELIVERED = "delivered"
    CLOSED = "closed"


class Outcome(StrEnum):
    """How a case, or one right in it, ended."""

    FULFILLED = "fulfilled"
    PARTLY_FULFILLED = "partly_fulfilled"
    NOTHING_HELD = "nothing_held"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    IDENTITY_NOT_CONFIRMED = "identity_not_confirmed"
    NOT_THE_REQUESTER = "not_the_requester"
    DUPLICATE = "duplicate"


class Channel(StrEnum):
    """How a request reached the controller; any channel is valid (Article 12(2))."""

    API = "api"
    WEB_FORM = "web_form"
    EMAIL = "email"
    LETTER = "letter"
    PHONE = "phone"
    IN_PERSON = "in_person"


class Relation(StrEnum):
    """What somebody is to the controller, where a caseworker who opens a case by hand knows it."""

    CUSTOMER = "customer"
    EMPLOYEE = "employee"
    APPLICANT = "applicant"
    AGENT = "agent"  # asks for somebody else, who has to confirm it (`security.md` section 3)
    NO_ACCOUNT = "no_account"  # is in other people's data


class Mandate(StrEnum):
    """On what ground somebody says that they act for the person; their word, until a proof of it was looked at."""

    LAWYER = "lawyer"
    POWER_OF_ATTORNEY = "power_of_attorney"
    PARENT_OR_GUARDIAN = "parent_or_guardian"
    COURT_APPOINTED = "court_appointed"
    OTHER = "other"


class Risk(StrEnum):
    """How much doubt about the requester is on record; decides which factors suffice (`security.md` section 3)."""

    LOW = "low"
    ELEVATED = "elevated"
    HIGH = "high"


class Role(StrEnum):
    """Who acts. Staff roles first; the others are the data subject, the controller's platform and Habeas itself."""

    CASEWORKER = "caseworker"
    REVIEWER = "reviewer"
    PRIVACY_LEAD = "privacy_lead"
    DPO = "dpo"
    BREACH_RESPONDER = "breach_responder"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    LEGAL_REVIEWER = "legal_reviewer"  # decides what is privileged, and sees nothing else
    PLATFORM = "platform"
    DATA_SUBJECT = "data_subject"
    SYSTEM = "system"
