"""How long Habeas keeps what it holds itself, as rows with numbers, and what keeps a row from being destroyed (Article 5(1)(e)).

Every outcome of a case ends the same way: also a withdrawn or refused request is destroyed. The periods of the controller's own
systems stand in the data map; what may be destroyed of them is decided by the same suspensions.

Next: adapters/database/retention_due.py
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from domain.period import period_end


class Kept(StrEnum):
    """What is destroyed, each by a rule of its own. The values stand in tombstones, receipts and workflow ids."""

    IDENTITY_EVIDENCE = "identity_evidence"
    COLLECTED = "collected_copies"
    PACKAGE = "package"
    CASE = "case_contents"
    STUB = "case_stub"
    BREACH = "breach_register"
    NOTICE = "notice"
    ACCESS_LOG = "access_log"
    SIGN_INS = "sign_ins"
    STAFF_RECORD = "staff_record"


class Suspension(StrEnum):
    """Why something is kept although its period is over. One is enough."""

    OPEN_CASE = "open_case"  # of the same person, or this one has something open
    COMPLAINT = "complaint"  # about the case (s.164A DPA 2018)
    HOLD = "hold"  # legal/tax, dispute and claims, fraud and abuse: the three grounds of the policy (P49)
    INCIDENT = "incident"  # the system is frozen as evidence of an open breach


@dataclass(frozen=True)
class RetentionRule:
    """One row.

    Args:
        kept: what it is about.
        period: how long, as the data map writes periods.
        counted_from: since when, in words.
        what: what is destroyed, in words.
        approval: whether a privacy lead approves each sweep; what only repeats a copy, or has an end set by law, needs none.
        at_most: another end for the case that the first event never comes.
        suspended_by: what keeps it.
    """

    kept: Kept
    period: str
    counted_from: str
    what: str
    approval: bool = True
    at_most: str | None = None
    suspended_by: frozenset[Suspension] = frozenset(Suspension)

    def over(self, since: date, today: date) -> bool:
        """Whether the last day of the period has passed.

        Args:
            since: day from which it is counted, UTC as `today`.
            today: UTC.
        """
        return today > period_end(since, self.period)

    def over_at_most(self, since: date, today: date) -> bool:
        """As `over`, for the end that comes without the first event; False where there is none."""
        return self.at_most is not None and today > period_end(since, self.at_most)


RULES: Final[dict[Kept, RetentionRule]] = {
    rule.kept: rule
    for rule in (
        RetentionRule(
            Kept.IDENTITY_EVIDENCE,
            period="14 days",
            counted_from="the upload, where no decision about the identity came before",
            what="uploaded proofs of identity: their key and their bytes",
            approval=False,
            suspended_by=frozenset(),  # nobody has a ground to keep a passport (P81)
        ),
        RetentionRule(
            Kept.COLLECTED,
            period="30 days",
            counted_from="the day on which the person fetched the copy",
            at_most="6 months",  # after the end of the case
            what="the collected rows and files, and the work on them",
            approval=False,
        ),
        RetentionRule(
            Kept.PACKAGE,
            period="6 months",  # it is given again on request until then (docs/decisions/0018)
            counted_from="the delivery, or the end of the case where nothing was delivered",
            what="the copy as it was delivered",
            approval=False,
        ),
        RetentionRule(
            Kept.CASE,
            period="2 years",
            counted_from="the last contact with the person, at the earliest the end of the case",
            what="the case's key, and with it every letter, message, note, name and address",
        ),
        RetentionRule(
            Kept.STUB,
            period="6 years",
            counted_from="the end of the case",
            what="what was left to account for the case: reference, rights, dates, outcome, hashes, releases that were held",
        ),
        RetentionRule(
            Kept.BREACH,
            period="6 years",
            counted_from="the end of the breach",
            what="the key of a breach in the register, and with it its words, evidence and reports",
        ),
        RetentionRule(
            Kept.NOTICE,
            period="6 years",
            counted_from="the end of the notice",
            what="the key of a notice, and with it its list of people and its letters",
        ),
        RetentionRule(
            Kept.ACCESS_LOG,
            period="2 years",
            counted_from="the end of the month",
            what="who looked at what and did what, a month at a time; the signed heads of its days stay",
            suspended_by=frozenset({Suspension.INCIDENT}),
        ),
        RetentionRule(
            Kept.SIGN_INS,
            period="90 days",
            counted_from="the end of the month in which they ended",
            what="sign-ins of staff, their invitations, and the mails that told them of their account",
            approval=False,  # they repeat what the access log says
            suspended_by=frozenset({Suspension.INCIDENT}),
        ),
        RetentionRule(
            Kept.STAFF_RECORD,
            period="2 years",
            counted_from="the end of the month in which they were settled",
            what="changes of accounts and roles with who confirmed them, changes of the settings, and alarms",
            suspended_by=frozenset({Suspension.INCIDENT}),
        ),
    )
}
KEYSTORE_BACKUP_DAYS: Final = 30  # a destruction takes effect when the last copy of the key store is gone (`security.md` 2.7)
