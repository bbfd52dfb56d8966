"""A child's account that was reported is suspended within the hour; where nobody has found it by half of that, people are told.

Serves the policy's children section (P67). Next: workflows/rights/minor_report.py
"""

from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, select

from adapters.database.case_access import may_know
from adapters.database.tables import CaseReceipt, QueueEntry
from adapters.desk_post import staff_with
from adapters.rates import Rate, one_too_many
from adapters.staff_post import tell
from adapters.vault import Vault
from domain.minor import FIND
from domain.rights import Role

_HALF: Final = timedelta(minutes=30)
_ONCE: Final = Rate(most=1, within=timedelta(days=365))


def remind(session: Session, vault: Vault, now: datetime) -> None:
    """Tell caseworkers and privacy leads, once a report, of an account that nobody has found for half an hour.

    Args:
        session: of a write transaction.
        vault: for the key under which it is noted that they were told.
        now: UTC.
    """
    query = (
        select(CaseReceipt.case_id, CaseReceipt.reference)
        .join(QueueEntry, col(QueueEntry.case_id) == col(CaseReceipt.case_id))
        .where(QueueEntry.is_open, QueueEntry.about == FIND, CaseReceipt.received_at <= now - _HALF)
    )
    for case_id, reference in session.exec(query).all():
        if one_too_many(session, vault.code_mac("habeas/1/rate", "unfound-account", str(case_id)).hex(), _ONCE, now):
            continue
        people = may_know(session, vault, case_id, staff_with(session, Role.CASEWORKER, Role.PRIVACY_LEAD))
        tell(session, "account_unfound", *(person.id for person in people), at=now, reference=reference)
