"""Solo mode at the door that every command goes through: whether it is on, who may use it, and who hears of it.

When it is legal is `domain/alone_decisions.py`'s, and asked again inside the workflow. Next: domain/alone.py
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from adapters.database.case_access import may_know
from adapters.database.tables import Caseworker, PackageRow
from adapters.desk_post import staff_with
from adapters.resources import Resources
from adapters.staff_post import tell
from api.security import Caller
from domain.alone import SOLO_APPROVALS
from domain.authority import Action
from domain.case import CaseState
from domain.errors import FourEyesError, InvalidInputError, NotAllowedNowError, NotPermittedError
from domain.rights import Role
from domain.staffing import CONFIRMERS
from domain.withholding import Basis

CHECKERS = frozenset({Role.REVIEWER, Role.PRIVACY_LEAD, Role.DPO})  # who may look at it afterwards


def possible_alone(resources: Resources, who: Caller, state: CaseState) -> bool:
    """Whether somebody may announce an approval of what they prepared."""
    return resources.settings.solo and _at_console(who) and who.person in state.preparers


def refuse_alone(resources: Resources, who: Caller, action: Action, state: CaseState) -> None:
    """Refuse to announce or give an approval alone where solo mode does not reach.

    Raises:
        FourEyesError: solo mode is off. NotPermittedError: by an API key, which proves nobody's presence.
        NotAllowedNowError: something is kept back as privileged.
    """
    approves = action in SOLO_APPROVALS and who.person in state.preparers
    if action is not Action.ANNOUNCE_ALONE and not approves:
        return
    if not resources.settings.solo:
        raise FourEyesError
    if not _at_console(who):
        raise NotPermittedError("Nobody approves alone by an API key: it needs a sign-in of the last minutes.")
    for package in (state.package, state.partial.package if state.partial else None):
        with resources.database.read() as session:
            row = session.get(PackageRow, package.id) if package else None
        if row is not None and Basis.PRIVILEGE.value in row.summary.get("withheld", {}):
            raise NotAllowedNowError("Something is kept back as privileged. Nobody approves that alone.")


def checkers(session: Session, resources: Resources, who: Caller, case_id: UUID) -> dict[str, str]:
    """Who may look at it afterwards, as commands name people, with their names: not the one who approves, nobody walled off."""
    query = select(Caseworker).where(col(Caseworker.active), col(Caseworker.role).in_([role.value for role in CHECKERS]))
    people = may_know(session, resources.vault, case_id, session.exec(query.order_by(Caseworker.name)).all())
    return {name: each.name for each in people if (name := f"caseworker:{each.id}") != who.person}


def announcement(session: Session, resources: Resources, who: Caller, case_id: UUID, given: dict[str, Any]) -> dict[str, Any]:
    """What travels of an announcement, if whoever is named for the look afterwards can look.

    Raises:
        InvalidInputError: they cannot.
    """
    if given["checker"] not in checkers(session, resources, who, case_id):
        raise InvalidInputError("Choose a reviewer, privacy lead or data protection officer other than you.", field="checker")
    return {name: given[name] for name in ("approval", "sha256", "checker")}


def tell_alone(  # noqa: PLR0917 (a command, who gives it, and what came with it)
    session: Session, action: Action, who: Caller, state: CaseState, given: dict[str, Any], now: datetime
) -> None:
    """Write down who is told: all who watch over the office of an announcement, the colleague who was named of an approval."""
    if action is Action.ANNOUNCE_ALONE:
        others = {each.id for each in staff_with(session, *CONFIRMERS)} | {_id(given["checker"])}
        tell(session, "alone_announced", *sorted(others - {_id(who.person)}), at=now)
    elif action in SOLO_APPROVALS and who.person in state.preparers:
        named = [_id(each.checker) for each in state.alone if each.by == who.person and not each.approved]
        tell(session, "alone_approved", *named, at=now)


def _id(person: str) -> UUID:
    return UUID(person.partition(":")[2])


def _at_console(who: Caller) -> bool:
    return who.key_id.startswith("session:")
