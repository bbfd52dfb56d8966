"""What stands against an erasure: a legal hold, or a restriction that somebody asked for in another case (Article 18).

Nothing of a person is erased while one lasts, on exactly the three grounds that the policy names (P49, P50).

Next: activities/erasure_run.py
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlmodel import col, select

from activities.identifiers import usable_rows
from adapters.database.erasure_tables import LegalHold
from adapters.legal_holds import lasts
from adapters.resources import Resources
from adapters.restrictions import restrictions
from domain.rights import Right


def restricted(resources: Resources, case_id: UUID) -> bool:
    """Whether another case restricts the person to storage (Article 18(2)); erasing is more than that.

    What waits there for an erasure itself stops none: whoever is not known yet never stands against whoever is (I10).
    """
    indexes = [row.value_index for row in usable_rows(resources, case_id)]
    with resources.database.read() as session:
        lasting = restrictions(session, indexes, but=case_id)
    return any(not each.purposes and each.ground != Right.ERASURE.value for each in lasting)


def held(resources: Resources, case_id: UUID, keys: Sequence[UUID] = ()) -> bool:
    """Whether any usable identifier of the case, of `keys` alone where some are named, is under a hold."""
    indexes = [row.value_index for row in usable_rows(resources, case_id, keys)]
    with resources.database.read() as session:
        query = select(LegalHold).where(col(LegalHold.subject_index).in_(indexes), col(LegalHold.lifted_at).is_(None))
        return any(lasts(hold, datetime.now(UTC)) for hold in session.exec(query))
