"""Who may call what: route x scope x role as data (`security.md` section 4, R7). A route without a row cannot be made.

The roles of a case's actions are `domain/authority.py`'s and asked again inside the workflow. "Own" cases of the platform
are those that came in by it. There are no teams yet: cases are assigned to the whole office.
Next: api/security.py
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from domain.authority import DECISIONS, ROLES, Action
from domain.breach_authority import DECISIONS as BREACH_DECISIONS
from domain.breach_authority import ROLES as BREACH_ROLES
from domain.breach_authority import BreachAction
from domain.notice_commands import NOTICE_DECISIONS, NOTICE_ROLES, NoticeAction
from domain.rights import Role

API = "/api/v1"
JSON_LIMIT = 1_000_000  # bytes; the longest message of a person and a few hundred ids stay far below
UPLOAD_LIMIT = 50_000_000  # bytes; an export of a system that only people can search
ARCHIVE_LIMIT = 20_000_000_000  # bytes; a mailbox of ten years. What is larger is laid down on the server
LIFE_OF_A_DECIDING_KEY = timedelta(hours=24)  # in production a key that decides lives no longer (R5)


class Scope(StrEnum):
    """What a key may be used for; never more than its owner's role covers."""

    REQUESTS_WRITE = "requests:write"
    CASES_READ = "cases:read"
    CASES_WRITE = "cases:write"
    PACKAGES_READ = "packages:read"
    SUPPRESSION_CHECK = "suppression:check"
    BREACHES_READ = "breaches:read"
    BREACHES_WRITE = "breaches:write"
    RETENTION_READ = "retention:read"
    RETENTION_WRITE = "retention:write"


@dataclass(frozen=True)
class Rule:
    """One row of the table.

    Args:
        scope: the key must have it.
        roles: the key's owner must have one of these now.
        decision: only where decisions by key are allowed (R5).
        limit: of the request's body, bytes.
        content: it gives what was collected of the person, which is the restricted role's alone while it is only held (P50).
    """

    scope: Scope
    roles: frozenset[Role]
    decision: bool = False
    limit: int = JSON_LIMIT
    content: bool = False


_OFFICE = frozenset({Role.CASEWORKER, Role.REVIEWER, Role.PRIVACY_LEAD, Role.DPO})
_WITH_PLATFORM = _OFFICE | {Role.PLATFORM}
_DESK = frozenset({Role.CASEWORKER, Role.PRIVACY_LEAD})  # decide what becomes of a mail
_UPLOADS = frozenset({Action.COMPLETE_WORK_ITEM, Action.SUBMIT_IDENTITY_EVIDENCE})

_BREACH_DESK = frozenset({Role.BREACH_RESPONDER, Role.PRIVACY_LEAD, Role.DPO})
_BREACH_READERS = _BREACH_DESK | {Role.AUDITOR}  # who reads no words of it
# Whoever sees something reports it; the platform's own detection too.
_REPORTERS = _BREACH_DESK | {Role.CASEWORKER, Role.REVIEWER, Role.PLATFORM}

_RETENTION = frozenset({Role.PRIVACY_LEAD, Role.DPO, Role.AUDITOR})
_HOLD_CONFIRMERS = frozenset({Role.REVIEWER, Role.PRIVACY_LEAD, Role.DPO})

# Paths below /api/v1. Administrators see no case, and a breach responder none either.
ROUTES: dict[tuple[str, str], Rule] = {
    # Anybody in the office may be handed a letter, the DPO included (Article 38(4)).
    ("POST", "/requests"): Rule(Scope.REQUESTS_WRITE, _WITH_PLATFORM),
    ("GET", "/cases"): Rule(Scope.CASES_READ, _WITH_PLATFORM),
    ("POST", "/cases/search"): Rule(Scope.CASES_READ, _WITH_PLATFORM),
    ("GET", "/cases/{reference}"): Rule(Scope.CASES_READ, _WITH_PLATFORM),
    ("GET", "/cases/{reference}/events"): Rule(Scope.CASES_READ, _WITH_PLATFORM | {Role.AUDITOR}),
    ("GET", "/cases/{reference}/items"): Rule(Scope.CASES_READ, _OFFICE, content=True),
    ("GET", "/cases/{reference}/erasure-plan"): Rule(Scope.CASES_READ, _OFFICE),
    ("GET", "/cases/{reference}/certificate"): Rule(Scope.CASES_READ, _OFFICE),
    ("POST", "/cases/{reference}/items/sample"): Rule(Scope.CASES_READ, _OFFICE, content=True),
    ("GET", "/cases/{reference}/archives"): Rule(Scope.CASES_READ, _OFFICE),
    ("POST", "/cases/{reference}/archives"): Rule(Scope.CASES_WRITE, _DESK, limit=ARCHIVE_LIMIT),
    ("POST", "/cases/{reference}/archives/estimate"): Rule(Scope.CASES_READ, _OFFICE),
    ("POST", "/cases/{reference}/archives/scope"): Rule(Scope.CASES_WRITE, _DESK),
    ("GET", "/cases/{reference}/walls"): Rule(Scope.CASES_READ, _OFFICE),
    ("POST", "/cases/{reference}/walls"): Rule(Scope.CASES_WRITE, _OFFICE),
    # It opens people's data to somebody.
    ("POST", "/cases/{reference}/walls/{wall}/lift"): Rule(
        Scope.CASES_WRITE, frozenset({Role.PRIVACY_LEAD, Role.DPO}), decision=True
    ),
    ("GET", "/cases/{reference}/remarks"): Rule(Scope.CASES_READ, _OFFICE, content=True),
    ("POST", "/cases/{reference}/remarks"): Rule(Scope.CASES_WRITE, _OFFICE, content=True),
    ("GET", "/cases/{reference}/package"): Rule(
        Scope.PACKAGES_READ, frozenset({Role.REVIEWER, Role.PRIVACY_LEAD, Role.DPO}), decision=True, content=True
    ),
    ("GET", "/cases/{reference}/commands/{command}"): Rule(Scope.CASES_WRITE, _WITH_PLATFORM),
    # Asking a list is an oracle: a scope of its own, and changing it is the privacy lead's.
    ("POST", "/suppression/check"): Rule(Scope.SUPPRESSION_CHECK, _WITH_PLATFORM),
    ("POST", "/suppression"): Rule(Scope.CASES_WRITE, frozenset({Role.PRIVACY_LEAD})),
    ("POST", "/holds"): Rule(Scope.CASES_WRITE, frozenset({Role.PRIVACY_LEAD}), decision=True),
    ("POST", "/holds/{hold}/confirm"): Rule(Scope.CASES_WRITE, _HOLD_CONFIRMERS, decision=True),
    ("POST", "/holds/{hold}/review"): Rule(Scope.CASES_WRITE, frozenset({Role.PRIVACY_LEAD}), decision=True),
    ("GET", "/holds"): Rule(Scope.CASES_READ, frozenset({Role.PRIVACY_LEAD, Role.DPO})),
    ("POST", "/holds/{hold}/lift"): Rule(Scope.CASES_WRITE, frozenset({Role.PRIVACY_LEAD}), decision=True),
    ("POST", "/disclosures"): Rule(Scope.CASES_WRITE, frozenset({Role.PRIVACY_LEAD})),
    ("POST", "/disclosures/search"): Rule(Scope.CASES_READ, frozenset({Role.PRIVACY_LEAD, Role.DPO})),
    # Mail is nobody's case yet, so it is not for the platform.
    ("GET", "/mail"): Rule(Scope.CASES_READ, _OFFICE),
    ("POST", "/mail"): Rule(Scope.REQUESTS_WRITE, _OFFICE, limit=UPLOAD_LIMIT),
    ("GET", "/mail/{mail}"): Rule(Scope.CASES_READ, _OFFICE),
    ("GET", "/mail/{mail}/raw"): Rule(Scope.CASES_READ, _OFFICE),
    ("GET", "/mail/{mail}/attachments/{index}"): Rule(Scope.CASES_READ, _OFFICE),
    ("POST", "/mail/{mail}/open"): Rule(Scope.CASES_WRITE, _DESK),
    ("POST", "/mail/{mail}/join"): Rule(Scope.CASES_WRITE, _DESK),
    ("POST", "/mail/{mail}/dismiss"): Rule(Scope.CASES_WRITE, _DESK),
    ("POST", "/mail/{mail}/attachments/{index}/quarantine"): Rule(Scope.CASES_WRITE, frozenset({Role.PRIVACY_LEAD})),
    ("POST", "/mail/{mail}/attachments/{index}/keep"): Rule(Scope.CASES_WRITE, _DESK),
    ("POST", "/mail/{mail}/attachments/{index}/destroy"): Rule(Scope.CASES_WRITE, _DESK),
    ("GET", "/cases/{reference}/messages"): Rule(Scope.CASES_READ, _OFFICE),
    # The word for a sweep is a privacy lead's, by key as at the console; administrators look there.
    ("GET", "/retention/periods"): Rule(Scope.RETENTION_READ, _RETENTION),
    ("GET", "/retention/sweeps"): Rule(Scope.RETENTION_READ, _RETENTION),
    ("POST", "/retention/sweeps"): Rule(Scope.RETENTION_WRITE, frozenset({Role.PRIVACY_LEAD})),
    ("GET", "/retention/sweeps/{sweep}"): Rule(Scope.RETENTION_READ, _RETENTION),
    ("POST", "/retention/sweeps/{sweep}/approve"): Rule(Scope.RETENTION_WRITE, frozenset({Role.PRIVACY_LEAD}), decision=True),
    ("POST", "/retention/sweeps/{sweep}/decline"): Rule(Scope.RETENTION_WRITE, frozenset({Role.PRIVACY_LEAD})),
    ("GET", "/retention/receipts"): Rule(Scope.RETENTION_READ, _RETENTION),
    # Over all cases, so not for the platform, which sees its own.
    ("GET", "/due-dates.csv"): Rule(Scope.CASES_READ, _OFFICE),
    ("GET", "/due-dates.ics"): Rule(Scope.CASES_READ, _OFFICE),
    ("GET", "/figures/clock.csv"): Rule(Scope.CASES_READ, _OFFICE | {Role.AUDITOR}),
    **{
        ("POST", f"/cases/{{reference}}/actions/{action.value}"): Rule(
            Scope.CASES_WRITE,
            ROLES[action],
            decision=action in DECISIONS,
            limit=UPLOAD_LIMIT if action in _UPLOADS else JSON_LIMIT,
        )
        for action in Action
    },
    ("POST", "/breaches"): Rule(Scope.BREACHES_WRITE, _REPORTERS),
    ("GET", "/breaches"): Rule(Scope.BREACHES_READ, _BREACH_READERS),
    ("GET", "/breaches/register.csv"): Rule(Scope.BREACHES_READ, _BREACH_READERS),
    ("GET", "/breaches/{reference}"): Rule(Scope.BREACHES_READ, _BREACH_READERS),
    ("GET", "/breaches/{reference}/events"): Rule(Scope.BREACHES_READ, _BREACH_READERS),
    ("GET", "/breaches/{reference}/reports/{report}"): Rule(Scope.BREACHES_READ, _BREACH_DESK),
    ("GET", "/breaches/{reference}/evidence/{evidence}"): Rule(Scope.BREACHES_READ, _BREACH_DESK),
    ("GET", "/breaches/{reference}/commands/{command}"): Rule(Scope.BREACHES_WRITE, _BREACH_DESK),
    **{
        ("POST", f"/breaches/{{reference}}/actions/{action.value}"): Rule(
            Scope.BREACHES_WRITE,
            BREACH_ROLES[action],
            decision=action in BREACH_DECISIONS,
            limit=UPLOAD_LIMIT if action is BreachAction.ADD_EVIDENCE else JSON_LIMIT,
        )
        for action in BreachAction
    },
    ("POST", "/notices"): Rule(Scope.BREACHES_WRITE, _BREACH_DESK - {Role.DPO}),
    ("GET", "/notices"): Rule(Scope.BREACHES_READ, _BREACH_READERS),
    ("GET", "/notices/{reference}"): Rule(Scope.BREACHES_READ, _BREACH_READERS),
    ("GET", "/notices/{reference}/events"): Rule(Scope.BREACHES_READ, _BREACH_READERS),
    ("POST", "/notices/{reference}/proof"): Rule(Scope.BREACHES_READ, _BREACH_DESK | {Role.CASEWORKER}),
    ("GET", "/notices/{reference}/banner"): Rule(Scope.BREACHES_READ, _BREACH_DESK | {Role.PLATFORM}),
    ("GET", "/notices/{reference}/commands/{command}"): Rule(Scope.BREACHES_WRITE, _BREACH_DESK),
    **{
        ("POST", f"/notices/{{reference}}/actions/{action.value}"): Rule(
            Scope.BREACHES_WRITE,
            NOTICE_ROLES[action],
            decision=action in NOTICE_DECISIONS,
            limit=UPLOAD_LIMIT if action is NoticeAction.LOAD_LIST else JSON_LIMIT,
        )
        for action in NoticeAction
    },
}

# What a role can ever use a key for, whatever is written on the key.
_CASES = frozenset({Scope.REQUESTS_WRITE, Scope.CASES_READ, Scope.CASES_WRITE, Scope.SUPPRESSION_CHECK})
_BREACHES = frozenset({Scope.BREACHES_READ, Scope.BREACHES_WRITE})
SCOPES_OF_ROLES: dict[Role, frozenset[Scope]] = {
    Role.CASEWORKER: _CASES | _BREACHES,
    Role.REVIEWER: _CASES | _BREACHES | {Scope.PACKAGES_READ},
    Role.PRIVACY_LEAD: _CASES | _BREACHES | {Scope.PACKAGES_READ, Scope.RETENTION_READ, Scope.RETENTION_WRITE},
    Role.DPO: _CASES | _BREACHES | {Scope.PACKAGES_READ, Scope.RETENTION_READ},
    Role.BREACH_RESPONDER: _BREACHES,
    Role.ADMINISTRATOR: frozenset(),
    Role.AUDITOR: frozenset({Scope.CASES_READ, Scope.BREACHES_READ, Scope.RETENTION_READ}),
    Role.LEGAL_REVIEWER: frozenset({Scope.CASES_WRITE}),  # one action; the console gives them no key yet
    Role.PLATFORM: _CASES | _BREACHES,
}
