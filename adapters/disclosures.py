"""The log of disclosures: whose data went to an authority or another occasional recipient, and what the person is told of it.

Serves Article 15(1)(c): an answer names actual recipients. One that is silent, because telling would defeat its purpose, is not
named before its day; that day is looked at again. Next: activities/package_sources.py
"""

from collections.abc import Collection
from datetime import date

from sqlmodel import Session, col, select

from adapters.database.erasure_tables import Disclosure


def disclosures(session: Session, indexes: Collection[bytes], today: date) -> list[Disclosure]:
    """The disclosures that the person may be told of today, the newest first.

    Args:
        session: of any transaction.
        indexes: blind indexes of the person's identifiers.
        today: local date.
    """
    query = select(Disclosure).where(col(Disclosure.subject_index).in_(indexes)).order_by(col(Disclosure.disclosed_on).desc())
    return [each for each in session.exec(query) if not _silent(each, today)]


def _silent(each: Disclosure, today: date) -> bool:
    # Without a day somebody has to look at it first: it stays silent.
    return each.silent and (each.silent_until is None or today <= each.silent_until)
