"""Who may open which page of the console: route x role as data (`security.md` section 4, R7). No row, no route.

The roles of a case's commands are `domain/authority.py`'s and asked again inside the workflow; a page that only shows has its
roles here alone. Next: api/console/pages.py
"""

from dataclasses import dataclass
from typing import Final

from adapters.database.held_content import MAY_OPEN
from api.authority import ARCHIVE_LIMIT, UPLOAD_LIMIT
from domain.rights import Role
from domain.staffing import CONFIRMERS

STAFF: Final = frozenset(
    {
        Role.CASEWORKER, Role.REVIEWER, Role.PRIVACY_LEAD, Role.DPO, Role.BREACH_RESPONDER, Role.ADMINISTRATOR, Role.AUDITOR,
        Role.LEGAL_REVIEWER,
    },
)  # fmt: skip
DESK: Final = frozenset({Role.BREACH_RESPONDER, Role.PRIVACY_LEAD, Role.DPO})  # work on breaches, or advise on them
OFFICE: Final = frozenset({Role.CASEWORKER, Role.REVIEWER, Role.PRIVACY_LEAD, Role.DPO})  # see cases and who is in them
EVIDENCE: Final = frozenset({Role.PRIVACY_LEAD, Role.DPO, Role.AUDITOR})  # an auditor gets it without content
RETENTION: Final = frozenset({Role.PRIVACY_LEAD, Role.DPO, Role.AUDITOR, Role.ADMINISTRATOR})
COUNTS: Final = OFFICE | {Role.ADMINISTRATOR, Role.AUDITOR}  # numbers, nobody's name
WORKERS: Final = OFFICE - {Role.DPO}  # a DPO advises and does not decide (Article 38(6))
_HOST: Final = frozenset({Role.ADMINISTRATOR})  # accounts and settings, nobody's case
_DECIDERS: Final = frozenset({Role.CASEWORKER, Role.PRIVACY_LEAD})  # about single items, rules and third persons
_LEAD: Final = frozenset({Role.PRIVACY_LEAD})
_SECOND_EYES: Final = frozenset({Role.REVIEWER, Role.PRIVACY_LEAD})  # approve what others prepared
_LEGAL: Final = frozenset({Role.LEGAL_REVIEWER})  # what was given to them, and what is only held; nothing else of any case
_APPROVERS: Final = frozenset({Role.REVIEWER, Role.PRIVACY_LEAD, Role.DPO})
_WITH_AUDITOR: Final = OFFICE | {Role.AUDITOR}  # history and receipts, without content


@dataclass(frozen=True)
class Rule:
    """One row of the table.

    Args:
        roles: one of these, now; None: also whoever is not signed in.
        upload: the body is a file, which the route reads by itself and whose form key it checks by itself.
        limit: of an upload, bytes.
        content: it shows what was collected of the person, which is the restricted role's alone while it is only held (P50).
    """

    roles: frozenset[Role] | None
    upload: bool = False
    limit: int = 0
    content: bool = False


ROUTES: Final[dict[tuple[str, str], Rule]] = {
    ("GET", "/console/sign-in"): Rule(None),
    ("POST", "/console/sign-in"): Rule(None),
    # These four ask for a session that waits for its second factor, or for a fresh one (api/console/factor.py).
    ("GET", "/console/sign-in/factor"): Rule(None),
    ("POST", "/console/sign-in/factor"): Rule(None),
    ("GET", "/console/sign-in/factor/new"): Rule(None),
    ("POST", "/console/sign-in/factor/new"): Rule(None),
    # A passkey says by itself whose it is (api/console/passkey_sign_in.py).
    ("POST", "/console/sign-in/passkey/challenge"): Rule(None),
    ("POST", "/console/sign-in/passkey"): Rule(None),
    ("GET", "/console/sign-in/invited/{token}"): Rule(None),
    ("POST", "/console/sign-in/invited/{token}"): Rule(None),
    # What the provider of single sign-on sends back, and tells by itself; each proves itself by what it carries.
    ("GET", "/console/sign-in/provider"): Rule(None),
    ("GET", "/console/sign-in/provider/back"): Rule(None),
    ("POST", "/console/sign-in/provider/logged-out"): Rule(None),
    ("GET", "/console"): Rule(STAFF),
    ("GET", "/console/sign-in/again"): Rule(STAFF),
    ("POST", "/console/sign-in/again"): Rule(STAFF),
    ("POST", "/console/sign-in/again/challenge"): Rule(STAFF),
    ("POST", "/console/sign-in/again/passkey"): Rule(STAFF),
    ("GET", "/console/passkeys"): Rule(STAFF),
    ("POST", "/console/passkeys"): Rule(STAFF),
    ("POST", "/console/passkeys/challenge"): Rule(STAFF),
    ("POST", "/console/passkeys/{passkey}/remove"): Rule(STAFF),
    ("POST", "/console/sign-out"): Rule(STAFF),
    ("GET", "/console/account"): Rule(STAFF),
    ("POST", "/console/account/password"): Rule(STAFF),
    ("POST", "/console/account/sessions/end"): Rule(STAFF),
    ("GET", "/console/staff"): Rule(CONFIRMERS | _HOST),
    ("POST", "/console/staff"): Rule(_HOST),
    ("POST", "/console/staff/{person}/{deed}"): Rule(_HOST),
    ("POST", "/console/staff/changes/{change}/{answer}"): Rule(CONFIRMERS),
    ("GET", "/console/alerts"): Rule(CONFIRMERS),
    ("POST", "/console/alerts/releases/{release}"): Rule(frozenset({Role.PRIVACY_LEAD})),
    # As by the API: a privacy lead holds back, anybody who approves may be the second person.
    ("GET", "/console/holds"): Rule(_APPROVERS),
    ("POST", "/console/holds"): Rule(_LEAD),
    ("POST", "/console/holds/{hold}/confirm"): Rule(_APPROVERS),
    ("POST", "/console/holds/{hold}/review"): Rule(_LEAD),
    ("POST", "/console/holds/{hold}/lift"): Rule(_LEAD),
    ("GET", "/console/disclosures"): Rule(CONFIRMERS),
    ("POST", "/console/disclosures"): Rule(_LEAD),
    ("POST", "/console/disclosures/search"): Rule(CONFIRMERS),
    ("GET", "/console/keys"): Rule(STAFF - {Role.AUDITOR} - _LEGAL),
    ("POST", "/console/keys"): Rule(STAFF - {Role.AUDITOR} - _LEGAL),
    ("POST", "/console/keys/{key}/revoke"): Rule(STAFF - {Role.AUDITOR} - _LEGAL),
    ("GET", "/console/find"): Rule(OFFICE),
    ("GET", "/console/breaches"): Rule(DESK | {Role.AUDITOR}),
    ("GET", "/console/breaches/register.csv"): Rule(DESK | {Role.AUDITOR}),
    ("GET", "/console/breaches/incident-pack"): Rule(DESK | {Role.ADMINISTRATOR}),
    ("GET", "/console/breaches/incident-pack.txt"): Rule(DESK | {Role.ADMINISTRATOR}),
    ("GET", "/console/breaches/new"): Rule(OFFICE | DESK),  # whoever sees something reports it
    ("POST", "/console/breaches/new"): Rule(OFFICE | DESK),
    ("GET", "/console/breaches/{reference}"): Rule(DESK | {Role.AUDITOR}),
    ("GET", "/console/breaches/{reference}/pack"): Rule(DESK),
    ("GET", "/console/breaches/{reference}/progress"): Rule(DESK),
    ("GET", "/console/breaches/{reference}/report/{authority}"): Rule(DESK),
    ("POST", "/console/breaches/{reference}/report/{authority}"): Rule(DESK - {Role.DPO}),
    ("GET", "/console/breaches/{reference}/reports/{report}/{form}"): Rule(DESK),
    ("GET", "/console/breaches/{reference}/evidence/{evidence}"): Rule(DESK),
    ("POST", "/console/breaches/{reference}/evidence"): Rule(DESK, upload=True, limit=UPLOAD_LIMIT),
    # The roles of each action are those of `domain/breach_authority.py`.
    ("GET", "/console/breaches/{reference}/actions/{action}"): Rule(DESK),
    ("POST", "/console/breaches/{reference}/actions/{action}"): Rule(DESK),
    ("GET", "/console/notices"): Rule(DESK | {Role.AUDITOR}),
    ("GET", "/console/notices/new"): Rule(DESK - {Role.DPO}),
    ("POST", "/console/notices/new"): Rule(DESK - {Role.DPO}),
    ("GET", "/console/notices/{reference}"): Rule(DESK | {Role.AUDITOR}),
    ("GET", "/console/notices/{reference}/progress"): Rule(DESK | {Role.AUDITOR}),
    ("GET", "/console/notices/{reference}/letters/{segment}"): Rule(DESK),
    ("GET", "/console/notices/{reference}/not-told.csv"): Rule(DESK - {Role.DPO}),
    # Whoever is in the office helps when hundreds write back.
    ("GET", "/console/notices/{reference}/replies"): Rule(DESK | {Role.CASEWORKER}),
    ("POST", "/console/notices/{reference}/replies"): Rule((DESK - {Role.DPO}) | {Role.CASEWORKER}),
    ("POST", "/console/notices/{reference}/link"): Rule((DESK - {Role.DPO}) | {Role.CASEWORKER}),
    ("POST", "/console/notices/{reference}/proof"): Rule(DESK | {Role.CASEWORKER}),
    ("POST", "/console/notices/{reference}/list"): Rule(DESK - {Role.DPO}, upload=True, limit=UPLOAD_LIMIT),
    # The roles of each action are those of `domain/notice_commands.py`.
    ("GET", "/console/notices/{reference}/actions/{action}"): Rule(DESK),
    ("POST", "/console/notices/{reference}/actions/{action}"): Rule(DESK),
    ("GET", "/console/triage"): Rule(OFFICE | {Role.BREACH_RESPONDER}),
    ("GET", "/console/triage/{mail}"): Rule(OFFICE | {Role.BREACH_RESPONDER}),
    ("GET", "/console/triage/{mail}/html"): Rule(OFFICE | {Role.BREACH_RESPONDER}),
    ("GET", "/console/triage/{mail}/raw"): Rule(OFFICE | {Role.BREACH_RESPONDER}),
    ("GET", "/console/triage/{mail}/attachments/{index}"): Rule(OFFICE | {Role.BREACH_RESPONDER}),
    ("POST", "/console/triage/{mail}/open"): Rule(frozenset({Role.CASEWORKER, Role.PRIVACY_LEAD})),
    ("POST", "/console/triage/{mail}/join"): Rule(frozenset({Role.CASEWORKER, Role.PRIVACY_LEAD})),
    ("POST", "/console/triage/{mail}/dismiss"): Rule(frozenset({Role.CASEWORKER, Role.PRIVACY_LEAD})),
    ("POST", "/console/triage/{mail}/attachments/{index}/quarantine"): Rule(frozenset({Role.PRIVACY_LEAD})),
    ("POST", "/console/triage/{mail}/attachments/{index}/keep"): Rule(frozenset({Role.CASEWORKER, Role.PRIVACY_LEAD})),
    ("POST", "/console/triage/{mail}/attachments/{index}/destroy"): Rule(frozenset({Role.CASEWORKER, Role.PRIVACY_LEAD})),
    ("GET", "/console/cases"): Rule(OFFICE),
    # Numbers for whoever runs the installation; which cases, for those who may know of cases. The roles of each command are
    # those of `domain/sweep_messages.py`.
    ("GET", "/console/retention"): Rule(RETENTION),
    ("POST", "/console/retention/look"): Rule(frozenset({Role.PRIVACY_LEAD, Role.ADMINISTRATOR})),
    ("GET", "/console/retention/{sweep}"): Rule(RETENTION - {Role.ADMINISTRATOR}),
    ("POST", "/console/retention/{sweep}/approve"): Rule(frozenset({Role.PRIVACY_LEAD})),
    ("POST", "/console/retention/{sweep}/decline"): Rule(frozenset({Role.PRIVACY_LEAD})),
    ("GET", "/console/letters"): Rule(STAFF),
    ("GET", "/console/letters/{name}"): Rule(STAFF),
    ("GET", "/console/letters/{name}/page"): Rule(STAFF),
    ("GET", "/console/datamap"): Rule(STAFF),
    ("GET", "/console/reports"): Rule(COUNTS),
    ("GET", "/console/reports/{name}.csv"): Rule(COUNTS),
    ("POST", "/console/reports/evidence"): Rule(EVIDENCE),
    ("GET", "/console/cases/new"): Rule(OFFICE),  # anybody in the office may be handed a letter, the DPO too (Article 38(4))
    ("POST", "/console/cases/new"): Rule(OFFICE),
    ("POST", "/console/cases/assign"): Rule(WORKERS),
    ("POST", "/console/cases/views"): Rule(OFFICE),
    ("POST", "/console/cases/views/remove"): Rule(OFFICE),
    ("GET", "/console/cases/search"): Rule(OFFICE),
    ("POST", "/console/cases/search"): Rule(OFFICE),
    ("GET", "/console/cases/{reference}"): Rule(OFFICE),
    ("GET", "/console/cases/{reference}/systems"): Rule(_WITH_AUDITOR),
    ("GET", "/console/cases/{reference}/systems/progress"): Rule(OFFICE),
    ("GET", "/console/cases/{reference}/systems/{system}"): Rule(_WITH_AUDITOR),
    ("GET", "/console/cases/{reference}/coverage"): Rule(_WITH_AUDITOR),
    ("GET", "/console/cases/{reference}/coverage.csv"): Rule(_WITH_AUDITOR),
    # Who imports and agrees also decides about items; a DPO and a reviewer look.
    ("GET", "/console/cases/{reference}/archives"): Rule(OFFICE),
    ("POST", "/console/cases/{reference}/archives/import"): Rule(_DECIDERS),
    ("POST", "/console/cases/{reference}/archives/upload"): Rule(_DECIDERS, upload=True, limit=ARCHIVE_LIMIT),
    ("POST", "/console/cases/{reference}/archives/estimate"): Rule(_DECIDERS),
    ("POST", "/console/cases/{reference}/archives/agree"): Rule(_DECIDERS),
    ("GET", "/console/cases/{reference}/archives/{archive}"): Rule(OFFICE, content=True),
    ("GET", "/console/cases/{reference}/archives/{archive}/unreadable/{number}"): Rule(_DECIDERS, content=True),
    ("POST", "/console/cases/{reference}/archives/{archive}/again"): Rule(_DECIDERS),
    ("POST", "/console/cases/{reference}/archives/{archive}/remove"): Rule(_DECIDERS),
    ("GET", "/console/cases/{reference}/package"): Rule(OFFICE, content=True),
    ("GET", "/console/cases/{reference}/package/{system}/groups/{by}"): Rule(OFFICE, content=True),
    ("GET", "/console/cases/{reference}/package/{system}/groups/{by}/{group}"): Rule(OFFICE, content=True),
    ("POST", "/console/cases/{reference}/package/{system}/groups/{by}/{group}"): Rule(_DECIDERS, content=True),
    ("GET", "/console/cases/{reference}/package/{system}/{collection}"): Rule(OFFICE, content=True),
    ("POST", "/console/cases/{reference}/package/{system}/{collection}"): Rule(_DECIDERS, content=True),
    ("GET", "/console/cases/{reference}/package/{system}/{collection}/rule"): Rule(_DECIDERS, content=True),
    ("POST", "/console/cases/{reference}/package/{system}/{collection}/rule"): Rule(_DECIDERS, content=True),
    # Whoever works on a case is refused what is with legal, and a legal reviewer everything else.
    ("GET", "/console/cases/{reference}/package/{system}/{collection}/files/{position}"): Rule(OFFICE | _LEGAL, content=True),
    ("GET", "/console/cases/{reference}/package/{system}/{collection}/files/{position}/picture"): Rule(
        OFFICE | _LEGAL, content=True
    ),
    ("GET", "/console/legal"): Rule(_LEGAL),
    ("GET", "/console/cases/{reference}/legal"): Rule(_LEGAL),
    ("POST", "/console/cases/{reference}/legal"): Rule(_LEGAL),
    ("GET", "/console/cases/{reference}/held"): Rule(MAY_OPEN, content=True),
    ("POST", "/console/cases/{reference}/package/{system}/{collection}/{position}/remark"): Rule(OFFICE, content=True),
    ("GET", "/console/cases/{reference}/package/{system}/{collection}/talks"): Rule(OFFICE, content=True),
    ("GET", "/console/cases/{reference}/package/{system}/{collection}/doubtful"): Rule(OFFICE, content=True),
    ("POST", "/console/cases/{reference}/package/{system}/{collection}/doubtful"): Rule(_DECIDERS, content=True),
    ("GET", "/console/cases/{reference}/package/{system}/{collection}/{position}/whole"): Rule(OFFICE, content=True),
    ("GET", "/console/cases/{reference}/package/find"): Rule(OFFICE, content=True),
    ("POST", "/console/cases/{reference}/package/find"): Rule(OFFICE, content=True),
    ("POST", "/console/cases/{reference}/package/undo"): Rule(_DECIDERS, content=True),
    ("POST", "/console/cases/{reference}/package/cover"): Rule(_DECIDERS, content=True),
    ("GET", "/console/cases/{reference}/package/check"): Rule(_SECOND_EYES, content=True),
    ("POST", "/console/cases/{reference}/package/check"): Rule(_SECOND_EYES, content=True),
    ("GET", "/console/cases/{reference}/package/{system}/{collection}/{position}/legal"): Rule(_DECIDERS, content=True),
    ("POST", "/console/cases/{reference}/package/{system}/{collection}/{position}/legal"): Rule(_DECIDERS, content=True),
    ("GET", "/console/cases/{reference}/package/{system}/{collection}/files/{position}/look"): Rule(OFFICE, content=True),
    ("POST", "/console/cases/{reference}/package/{system}/{collection}/files/{position}/look"): Rule(_DECIDERS, content=True),
    ("GET", "/console/cases/{reference}/person"): Rule(_DECIDERS, content=True),
    ("POST", "/console/cases/{reference}/person"): Rule(_DECIDERS, content=True),
    ("GET", "/console/cases/{reference}/schedule.csv"): Rule(OFFICE, content=True),
    ("GET", "/console/cases/{reference}/preview/{path}"): Rule(OFFICE, content=True),
    ("GET", "/console/cases/{reference}/package.zip"): Rule(
        frozenset({Role.REVIEWER, Role.PRIVACY_LEAD, Role.DPO}), content=True
    ),
    ("GET", "/console/cases/{reference}/erasure"): Rule(OFFICE),
    ("GET", "/console/cases/{reference}/messages"): Rule(OFFICE),
    ("GET", "/console/cases/{reference}/letters/{letter}/print"): Rule(OFFICE),
    ("GET", "/console/cases/{reference}/letters/{letter}"): Rule(OFFICE),
    ("GET", "/console/cases/{reference}/history"): Rule(_WITH_AUDITOR),
    ("GET", "/console/cases/{reference}/proofs/{evidence}"): Rule(frozenset({Role.CASEWORKER, Role.PRIVACY_LEAD})),
    # The roles of each command are those of `domain/authority.py`.
    ("GET", "/console/cases/{reference}/actions/{action}"): Rule(OFFICE),
    ("POST", "/console/cases/{reference}/actions/{action}"): Rule(OFFICE),
    ("POST", "/console/cases/{reference}/actions/propose_rectification/chosen"): Rule(_DECIDERS),
    ("GET", "/console/cases/{reference}/values"): Rule(_DECIDERS, content=True),
    ("POST", "/console/cases/{reference}/values"): Rule(_DECIDERS, content=True),
    ("POST", "/console/cases/{reference}/owner"): Rule(WORKERS),
    # Whoever sees a case keeps somebody away from it; letting them see it again opens people's data, so a confirmer does.
    ("GET", "/console/cases/{reference}/walls"): Rule(OFFICE),
    ("POST", "/console/cases/{reference}/walls"): Rule(OFFICE),
    ("POST", "/console/cases/{reference}/walls/{wall}/lift"): Rule(CONFIRMERS),
    ("POST", "/console/cases/{reference}/evidence"): Rule(EVIDENCE),
    ("POST", "/console/cases/{reference}/files/{kind}"): Rule(OFFICE, upload=True, limit=UPLOAD_LIMIT),
}


def may(role: Role, method: str, path: str) -> bool:
    """Whether a role may open a route, by the route's path as written in the table; a route that is not there, nobody."""
    rule = ROUTES.get((method, path))
    return rule is not None and (rule.roles is None or role in rule.roles)
