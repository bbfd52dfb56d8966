"""The words of the console: states, rights, roles, channels. In words, never as codes (ui.md, "Foundations").

Next: api/console/navigation.py
"""

from typing import Final

from domain.case_parts import POSTAL
from domain.regimes import MEMBER_STATES
from domain.rights import Channel, Outcome, Relation, Right, Risk, Role, Status

STATUSES: Final[dict[str, str]] = {
    Status.RECEIVED: "Received",
    Status.VERIFYING_IDENTITY: "Identity check",
    Status.AWAITING_CLARIFICATION: "Question out",
    Status.COLLECTING: "Collecting",
    Status.IN_REVIEW: "In review",
    Status.FULFILLING: "Fulfilling",
    Status.DELIVERED: "Delivered",
    Status.CLOSED: "Closed",
}
RIGHTS: Final[dict[str, str]] = {
    Right.ACCESS: "Access",
    Right.RECTIFICATION: "Correction",
    Right.ERASURE: "Erasure",
    Right.RESTRICTION: "Restriction",
    Right.PORTABILITY: "Portability",
    Right.OBJECTION: "Objection",
    Right.AUTOMATED_DECISION_REVIEW: "Human review",
    Right.WITHDRAW_CONSENT: "Consent withdrawn",
    Right.TRANSFER_INFORMATION: "Transfers",
    Right.COMPLAINT: "Complaint",
    Right.MINOR_REPORT: "Child\u2019s account",
}
ROLES: Final[dict[str, str]] = {
    Role.CASEWORKER: "caseworker",
    Role.REVIEWER: "reviewer",
    Role.PRIVACY_LEAD: "privacy lead",
    Role.DPO: "data protection officer",
    Role.BREACH_RESPONDER: "responder",
    Role.ADMINISTRATOR: "administrator",
    Role.AUDITOR: "auditor",
    Role.LEGAL_REVIEWER: "legal reviewer",
}
OUTCOMES: Final[dict[str, str]] = {
    Outcome.FULFILLED: "Fulfilled",
    Outcome.PARTLY_FULFILLED: "Partly fulfilled",
    Outcome.NOTHING_HELD: "Nothing held",
    Outcome.REFUSED: "Refused",
    Outcome.WITHDRAWN: "Withdrawn",
    Outcome.IDENTITY_NOT_CONFIRMED: "Identity not confirmed",
    Outcome.NOT_THE_REQUESTER: "Not the requester",
    Outcome.DUPLICATE: "Joined with another case",
}
CHANNELS: Final[dict[str, str]] = {
    Channel.API: "through our platform",
    Channel.WEB_FORM: "by the form",
    Channel.EMAIL: "by e-mail",
    Channel.LETTER: "by letter",
    Channel.PHONE: "by telephone",
    Channel.IN_PERSON: "in person",
}
CAME: Final[dict[str, str]] = {
    Channel.PHONE: "Telephone",
    Channel.LETTER: "Letter",
    Channel.IN_PERSON: "In person",
    Channel.EMAIL: "E-mail to a mailbox that is not watched",
}
MANDATES: Final[dict[str, str]] = {
    "lawyer": "their lawyer",
    "power_of_attorney": "holder of a power of attorney",
    "parent_or_guardian": "parent or guardian",
    "court_appointed": "appointed by a court",
    "other": "somebody with another ground",
}
RELATIONS: Final[dict[str, str]] = {
    Relation.CUSTOMER: "Customer, now or before",
    Relation.EMPLOYEE: "Employee, now or before",
    Relation.APPLICANT: "Applicant for work",
    Relation.AGENT: "Represented by somebody who asks for them",
    Relation.NO_ACCOUNT: "Somebody without an account, in other people\u2019s data",
}
RISKS: Final[dict[str, str]] = {
    Risk.LOW: "Nothing makes it doubtful who asks.",
    Risk.ELEVATED: "Something makes it doubtful who asks.",
    Risk.HIGH: "Something makes it very doubtful who asks.",
}


# As the form of the portal offers them; any other is shown by its code.
_COUNTRIES: Final[dict[str, str]] = {"GB": "United Kingdom", **{code: name for code, (name, *_) in MEMBER_STATES.items()}}


def COUNTRY(code: str) -> str:  # noqa: N802 (beside the other words of templates)
    """Where somebody lives, in words."""
    return _COUNTRIES.get(code, code) or "Country not said"


def FIELD(name: str) -> str:  # noqa: N802 (beside the other words of templates)
    """A field of the controller's own, in words; the data map gives a collection a title and a field none."""
    return name.replace("_", " ").strip().capitalize() or name


_KINDS: Final = {
    "email": "E-mail address",
    "phone": "Telephone number",
    POSTAL: "Postal address",
    "account_id": "Account number",
    "username": "User name",
    "customer_id": "Customer number",
}


def KIND(kind: str) -> str:  # noqa: N802
    """A kind of identifier, in words."""
    return _KINDS.get(kind, FIELD(kind))


def LETTER(name: str) -> str:  # noqa: N802
    """A letter by its name, in words."""
    return FIELD(name)


def rights_in_short(rights: list[str]) -> str:
    """The rights of a case in a narrow column: Access + 1."""
    first = RIGHTS[rights[0]] if rights else "None yet"
    return first if len(rights) <= 1 else f"{first} + {len(rights) - 1}"


DOUBTS: Final[dict[str, str]] = {  # why it is doubtful who asks, by the name of the doubt
    "no_mailbox": "no mailbox was named",
    "by_staff": "it was opened by staff, or came by letter",
    "new_device": "a new device",
    "new_country": "a new country",
    "long_silence": "no activity for two years",
    "several_requests": "several requests for the person",
    "stated": "in the caseworker\u2019s own words",
    "contact_changed": "a contact was changed in the last 30 days",
    "second_mailbox": "a second mailbox was proven after the search, and no record found of the person knows it",
    "other_address": "the answer is to go to another address",
    "look_alike": "an address that looks like another",
    "agent": "somebody asks for the person",
    "private_content": "private content, and only the mailbox shown",
    "safeguarding": "a child or somebody at risk",
    "disowned": "the owner of a contact we hold said \u201cnot me\u201d",
}
FACTORS: Final[dict[str, str]] = {  # what showed who asks
    "mailbox": "A code to the mailbox",
    "sign_in": "Signed in on the platform",
    "held_contact": "A second contact that we held before",
    "recent_facts": "Two of three facts of recent activity",
    "by_person": "Called back on the number we hold, or a code by letter to the address we hold",
    "document": "A document, name and photograph only (last resort)",
    "judged": "My own decision, with the reason",
    "authority": "Proof that they may act for the person",
}
RECORDED_FACTORS: Final = FACTORS | {"judged": "A caseworker\u2019s own decision, with the reason"}  # said of somebody else
BURDENS: Final[dict[str, str]] = {  # what may make a request manifestly unfounded or excessive
    "repetitive": "The same was answered lately",
    "nothing_new": "Nothing has changed since",
    "no_intent": "An offer to withdraw it for something",
    "malicious": "Meant to harass or to disrupt, and it says so",
    "disproportionate": "An effort out of all proportion, also after asking what is meant",
}
