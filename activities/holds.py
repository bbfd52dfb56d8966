"""Legal holds: nothing of a person is erased while one lasts, on exactly the three grounds that the policy names (P49, P50).

Next: activities/erasure_run.py
"""

from uuid import UUID

from sqlmodel import col, select

from activities.identifiers import usable_rows
from adapters.database.erasure_tables import LegalHold
from adapters.resources import Resources


def held(resources: Resources, case_id: UUID) -> bool:
    """Whether any usable identifier of the case is under a hold."""
    indexes = [row.value_index for row in usable_rows(resources, case_id)]
    with resources.database.read() as session:
        lasting = (col(LegalHold.subject_index).in_(indexes), col(LegalHold.lifted_at).is_(None))
        return session.exec(select(LegalHold.id).where(*lasting)).first() is not None
