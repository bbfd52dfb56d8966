"""Keeps people away from a case that is about them or from which they are walled off (`security.md` R8), before all else.

And from what belongs to a case that is not theirs to see, where they come to it by another road (section 4, "O"), and from
what was collected of somebody whose data are only held (P50).
Next: api/dependencies.py
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from adapters.database.case_access import is_about, is_walled_off, out_of_sight
from adapters.database.case_reader import CaseView
from adapters.database.held_content import MAY_OPEN, is_held
from adapters.resources import Resources
from api.security import Caller
from domain.errors import NotPermittedError, UnknownObjectError


def refuse_own_case(resources: Resources, who: Caller, view: CaseView) -> CaseView:
    """The case, unless it is about whoever calls, or a wall stands between them and it.

    Raises:
        UnknownObjectError: there is a wall; asked anew each time, since a key's sight is remembered for a moment.
        NotPermittedError: it is about them. The answer says so: they know that they asked.
    """
    kind, _, person = who.person.partition(":")
    if kind == "caseworker":
        with resources.database.read() as session:
            if is_walled_off(session, view.receipt.case_id, UUID(person)):
                raise UnknownObjectError
            own = is_about(session, resources.vault, view.receipt.case_id, UUID(person))
        if own:
            raise NotPermittedError("This case is about you. A colleague works on it, and you hear of it as everybody does.")
    return view


def may_open_held(resources: Resources, who: Caller, case_id: UUID, now: datetime) -> bool:
    """Whether whoever calls may see what was collected in a case: nobody but the restricted role while it is only held."""
    with resources.database.read() as session:
        return who.role in MAY_OPEN or not is_held(session, case_id, now)


def refuse_held(resources: Resources, who: Caller, view: CaseView, now: datetime) -> CaseView:
    """The case, unless its content is held and whoever calls has not the restricted role.

    Raises:
        NotPermittedError: says who opens it.
    """
    if not may_open_held(resources, who, view.receipt.case_id, now):
        raise NotPermittedError(
            "What was collected here stays only because a legal hold or the law keeps it. A legal reviewer, a privacy lead or "
            "the DPO opens it; the case itself goes on as before."
        )
    return view


def hidden_from(resources: Resources, who: Caller, case_ids: Iterable[UUID | None]) -> frozenset[UUID]:
    """Which of these cases whoever calls may be shown nothing of: a colleague's where that is limited, and their own."""
    named = {case_id for case_id in case_ids if case_id is not None}
    if not named:
        return frozenset()
    with resources.database.read() as session:
        return out_of_sight(session, named, who.sight)
