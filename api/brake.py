"""The release brake (`security.md` R6): counts approvals per person and installation, and holds what is beyond the settings.

It stands at the door that every command goes through, by console and by key. Counting is one conditional update, so two hundred
approvals at once are counted as two hundred. Next: api/console/alerts.py
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select, update

from adapters.codes import changed
from adapters.database.case_reader import CaseReader
from adapters.database.staff_tables import ConfigurationChange, HeldRelease, StaffChange
from adapters.database.tables import AccessLog, ApiKey, CommandRow
from adapters.desk_post import staff_with
from adapters.rates import Rate, one_too_many
from adapters.resources import Resources
from adapters.settings import Settings
from adapters.staff_post import tell
from api.security import Caller
from domain.authority import Action
from domain.case import CaseState
from domain.commands import Command
from domain.decisions import decide
from domain.errors import NotAllowedNowError, UnknownObjectError
from domain.release_brake import RELEASES, Brake, ReleaseHeldError, check_raises
from domain.rights import Role

_COMMAND: Final[TypeAdapter[Command]] = TypeAdapter(Command)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Approval:
    """An approval as it comes in.

    Args:
        who: approves.
        command_id: of the update; a repetition is not counted again.
        now: UTC.
        sha256: of what is approved; a release is let go for exactly this.
    """

    who: Caller
    case_id: UUID
    action: Action
    command_id: str
    now: datetime
    sha256: str = ""


def let_through(resources: Resources, approval: Approval, state: CaseState, given: Mapping[str, Any]) -> None:
    """Let a release through that the case would take, or hold it; every other command passes.

    What the case refuses is refused before it is counted: nobody uses the day's releases up with approvals of nothing.

    Args:
        resources: of the process.
        approval: as it comes in.
        state: of the case as it is recorded, which is never behind the workflow.
        given: the fields of the action.

    Raises:
        DomainError: the case would refuse it. ReleaseHeldError: it waits for a second person, who is told by mail.
    """
    if approval.action not in RELEASES:
        return
    with resources.database.read() as session:
        repeated = session.get(CommandRow, approval.command_id) is not None
    if not repeated:
        facts = {name: value for name, value in given.items() if name != "reason"}  # words are sealed only once it is let through
        decide(state, _COMMAND.validate_python({**facts, "action": approval.action, "actor": approval.who.actor}))
    refuse_braked(resources, approval)


def refuse_braked(resources: Resources, approval: Approval) -> None:
    """Let a release through, or hold it and say so; every other command passes.

    Raises:
        ReleaseHeldError: it waits for a second person, who is told by mail.
    """
    if approval.action not in RELEASES:
        return
    with resources.database.write() as session:
        if session.get(CommandRow, approval.command_id) is not None or _raised(session, approval):
            return
        reason = _reason(session, resources, approval)
        if reason is None:
            return
        _hold(session, approval, reason)
    raise ReleaseHeldError(reason=reason.value)


def held(session: Session) -> list[HeldRelease]:
    """What waits for a second person, the oldest first."""
    query = select(HeldRelease).where(col(HeldRelease.raised_at).is_(None)).order_by(col(HeldRelease.asked_at))
    return list(session.exec(query).all())


def let_go(resources: Resources, who: Caller, release: UUID, now: datetime) -> None:
    """Let one held release go: its approver can approve it once more.

    Raises:
        UnknownObjectError: there is no such release. NotAllowedNowError: somebody let it go already.
        NotPermittedError, FourEyesError: they may not.
    """
    with resources.database.read() as session:
        row = session.get(HeldRelease, release)
    if row is None or row.case_id in who.sight.hidden:
        raise UnknownObjectError
    preparers = CaseReader(resources).get(row.case_id).state.preparers
    check_raises(role=who.role, person=who.person, approved_by=row.person, preparers=preparers)
    here = (col(HeldRelease.id) == release, col(HeldRelease.raised_at).is_(None))
    with resources.database.write() as session:
        if not changed(session, update(HeldRelease).where(*here).values(raised_by=who.person, raised_at=now)):
            raise NotAllowedNowError("Somebody has let this go already.")
        session.add(AccessLog(at=now, actor=who.person, action="release_brake_raised", case_id=row.case_id))


def _mine(approval: Approval) -> tuple[ColumnElement[bool], ...]:
    return (
        col(HeldRelease.case_id) == approval.case_id,
        col(HeldRelease.action) == approval.action.value,
        col(HeldRelease.person) == approval.who.person,
        col(HeldRelease.sha256) == approval.sha256,
    )


def _raised(session: Session, approval: Approval) -> bool:
    lately = col(HeldRelease.raised_at) > approval.now - _DAY
    return session.exec(select(HeldRelease.id).where(*_mine(approval), lately).limit(1)).first() is not None


def _reason(session: Session, resources: Resources, approval: Approval) -> Brake | None:
    settings, vault = resources.settings, resources.vault
    if _changed_lately(session, settings, approval.now):
        return Brake.CHANGE
    for brake, name, most in (
        (Brake.PERSON, approval.who.person, settings.releases_per_person),
        (Brake.INSTALLATION, "", settings.releases_per_day),
    ):
        key = vault.code_mac("habeas/1/rate", "releases", brake.value, name).hex()
        if one_too_many(session, key, Rate(most=most, within=_DAY), approval.now):
            return brake
    return None


def _changed_lately(session: Session, settings: Settings, now: datetime) -> bool:
    since = now - timedelta(hours=settings.release_wait_hours)
    looks = (
        select(StaffChange.id).where(col(StaffChange.settled_at) > since, col(StaffChange.confirmed).is_(True)),
        select(ApiKey.id).where(col(ApiKey.created_at) > since),
        select(ConfigurationChange.id).where(col(ConfigurationChange.at) > since, col(ConfigurationChange.first).is_(False)),
    )
    return settings.release_wait_hours > 0 and any(session.exec(look.limit(1)).first() is not None for look in looks)


def _hold(session: Session, approval: Approval, reason: Brake) -> None:
    if session.exec(select(HeldRelease.id).where(*_mine(approval), col(HeldRelease.raised_at).is_(None))).first() is not None:
        return
    person, now = approval.who.person, approval.now
    session.add(
        HeldRelease(
            case_id=approval.case_id,
            action=approval.action.value,
            sha256=approval.sha256,
            person=person,
            reason=reason.value,
            asked_at=now,
        )
    )
    session.add(AccessLog(at=now, actor=person, action="release_held", case_id=approval.case_id))
    tell(session, "release_held", *(each.id for each in staff_with(session, Role.PRIVACY_LEAD)), at=now)
