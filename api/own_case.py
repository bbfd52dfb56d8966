"""Keeps people away from a case that is about them (`security.md` R8), in front of everything else that is done to it.

Next: api/dependencies.py
"""

from uuid import UUID

from adapters.database.case_access import is_about
from adapters.database.case_reader import CaseView
from adapters.resources import Resources
from api.security import Caller
from domain.errors import NotPermittedError


def refuse_own_case(resources: Resources, who: Caller, view: CaseView) -> CaseView:
    """The case, unless it is about whoever calls.

    Raises:
        NotPermittedError: it is. The answer says so: they know that they asked.
    """
    kind, _, person = who.person.partition(":")
    if kind == "caseworker":
        with resources.database.read() as session:
            own = is_about(session, resources.vault, view.receipt.case_id, UUID(person))
        if own:
            raise NotPermittedError("This case is about you. A colleague works on it, and you hear of it as everybody does.")
    return view
