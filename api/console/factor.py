"""The seam for the second factor: whether one is due between the password and the console.

Nobody has one yet, so a password is enough; a session without `factor_at` opens nothing, and is what a page that asks for the
factor would complete. Next: api/console/sessions.py
"""

from adapters.database.tables import Caseworker


def is_due(_person: Caseworker) -> bool:
    """Whether this person has to show a second factor before the session counts."""
    return False
