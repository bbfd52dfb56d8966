"""Changes of accounts, proposed by one person and settled by another (`security.md` R4); each is noted and told by mail.

What takes somebody's access away acts at once. Next: api/console/staff.py
"""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select, update

from adapters.codes import changed
from adapters.database.staff_tables import StaffChange
from adapters.database.tables import AccessLog, ApiKey, Caseworker, StaffSession
from adapters.desk_post import staff_with
from adapters.factors import remove_factor
from adapters.staff_post import tell
from domain.errors import InvalidInputError, NotAllowedNowError, UnknownObjectError
from domain.rights import Role
from domain.staffing import CONFIRMERS, Change, check_role_of_staff, check_settles, one_line

_TEAM_LENGTH = 60


def propose_account(session: Session, *, email: str, name: str, role: str, by: str, now: datetime) -> StaffChange:
    """Add somebody who can do nothing yet.

    Raises:
        InvalidInputError: the address is taken (one person, one account), or not a role of staff.
    """
    wanted, address, name = check_role_of_staff(role), one_line(email, "email").lower(), one_line(name, "name")
    if "@" not in address or not name:
        raise InvalidInputError("Give a name and a whole e-mail address.", field="email")
    if session.exec(select(Caseworker).where(col(Caseworker.email) == address)).first() is not None:
        raise InvalidInputError("Somebody has an account with this address already.", field="email")
    person = Caseworker(email=address, name=name, role=wanted.value, active=False)
    session.add(person)
    session.flush()
    return _proposed(session, Change.ACCOUNT, person.id, by, now, role=wanted.value)


def propose_role(session: Session, person: UUID, role: str, *, by: str, now: datetime) -> StaffChange:
    """Ask for another role for somebody; until it is confirmed they keep the one they have.

    Raises:
        InvalidInputError: not a role of staff, or the one they have.
    """
    wanted = check_role_of_staff(role)
    if person_of(session, person).role == wanted:
        raise InvalidInputError("This is the role they have.", field="role")
    return _proposed(session, Change.ROLE, person, by, now, role=wanted.value)


def propose_team(session: Session, person: UUID, team: str, *, by: str, now: datetime) -> StaffChange:
    """Ask that somebody is of another team: where cases are limited to teams, that opens other cases to them.

    Raises:
        InvalidInputError: the name holds what no name does.
    """
    name = one_line(team, "team")[:_TEAM_LENGTH]
    row = _proposed(session, Change.TEAM, person_of(session, person).id, by, now)
    row.team = name
    session.add(row)
    return row


def person_of(session: Session, person: UUID) -> Caseworker:
    """The account of a member of staff.

    Raises:
        UnknownObjectError: there is none of this id.
    """
    row = session.get(Caseworker, person)
    if row is None:
        raise UnknownObjectError
    return row


def propose_new_factor(session: Session, person: UUID, *, by: str, now: datetime) -> StaffChange:
    """Ask that somebody who lost authenticator and recovery codes may set up new ones."""
    return _proposed(session, Change.FACTOR, person_of(session, person).id, by, now)


def propose_platform_key(session: Session, api_key: str, *, by: str, now: datetime) -> StaffChange:
    """Ask that a key of the controller's platform may count."""
    return _proposed(session, Change.PLATFORM_KEY, None, by, now, api_key=api_key)


def propose_sign_on(session: Session, person: UUID, *, issuer: str, subject: str, by: str, now: datetime) -> StaffChange:
    """Ask that somebody of the provider is the person of an account here."""
    row = _proposed(session, Change.SIGN_ON, person, by, now)
    row.issuer, row.subject = issuer, subject
    session.add(row)
    return row


def waiting(session: Session) -> list[StaffChange]:
    """What nobody has answered yet, the oldest first."""
    query = select(StaffChange).where(col(StaffChange.settled_at).is_(None)).order_by(col(StaffChange.proposed_at))
    return list(session.exec(query).all())


def settle(session: Session, change: UUID, *, confirmed: bool, by: str, role: Role, now: datetime) -> StaffChange:
    """Confirm or refuse a change; confirmed it acts at once.

    Raises:
        UnknownObjectError: there is no such change. NotAllowedNowError: somebody answered it before.
        NotPermittedError, FourEyesError: they may not answer it.
    """
    row = session.get(StaffChange, change)
    if row is None:
        raise UnknownObjectError
    about = f"caseworker:{row.caseworker}" if row.caseworker else None
    check_settles(role=role, person=by, proposed_by=row.by, about=about)
    here = (col(StaffChange.id) == change, col(StaffChange.settled_at).is_(None))
    values = {"settled_by": by, "settled_at": now, "confirmed": confirmed}
    if not changed(session, update(StaffChange).where(*here).values(**values)):
        raise NotAllowedNowError("Somebody has answered this already.")
    session.add(AccessLog(at=now, actor=by, action=f"staff_{row.kind}_{'confirmed' if confirmed else 'refused'}"))
    if confirmed:
        _act(session, row, now)
    return row


def disable(session: Session, person: UUID, *, by: str, now: datetime) -> None:
    """Take everything away from somebody: at once, since nothing is opened by it. What they did stays recorded."""
    row = person_of(session, person)
    row.active = False
    session.add(row)
    sign_out_everywhere(session, person, now)
    session.execute(
        update(ApiKey).where(col(ApiKey.caseworker) == person, col(ApiKey.revoked_at).is_(None)).values(revoked_at=now)
    )
    session.add(AccessLog(at=now, actor=by, action="staff_disabled"))
    tell(session, "staff_disabled", *_watchers(session), at=now, person=row.name)


def sign_out(session: Session, person: UUID, *, by: str, now: datetime) -> None:
    """End every session of somebody else, on record."""
    sign_out_everywhere(session, person_of(session, person).id, now)
    session.add(AccessLog(at=now, actor=by, action="staff_signed_out"))


def sign_out_everywhere(session: Session, person: UUID, now: datetime) -> None:
    """End every session of somebody."""
    here = (col(StaffSession.caseworker) == person, col(StaffSession.ended_at).is_(None))
    session.execute(update(StaffSession).where(*here).values(ended_at=now))


def invite(session: Session, person: UUID, *, by: str, now: datetime) -> None:
    """Send somebody a link to set a password of their own; the authenticator they have still counts."""
    tell(session, "invited", person_of(session, person).id, at=now)
    session.add(AccessLog(at=now, actor=by, action="staff_invited"))


def _proposed(
    session: Session,
    kind: Change,
    person: UUID | None,
    by: str,
    now: datetime,
    *,
    role: str | None = None,
    api_key: str | None = None,
) -> StaffChange:
    # A later proposal takes the place of one that waits: the last word of whoever proposes counts.
    if person is not None:
        same = (StaffChange.kind == kind.value, StaffChange.caseworker == person, col(StaffChange.settled_at).is_(None))
        for before in session.exec(select(StaffChange).where(*same)).all():
            before.settled_at, before.settled_by, before.confirmed = now, by, False
            session.add(before)
    row = StaffChange(kind=kind.value, caseworker=person, role=role, api_key=api_key, by=by, proposed_at=now)
    session.add(row)
    session.add(AccessLog(at=now, actor=by, action=f"staff_{kind.value}_proposed"))
    tell(session, "staff_proposed", *_watchers(session), at=now)
    return row


def _act(session: Session, row: StaffChange, now: datetime) -> None:
    if row.kind == Change.PLATFORM_KEY:
        key = session.get_one(ApiKey, row.api_key)
        key.pending = False
        session.add(key)
        return
    assert row.caseworker is not None
    person = session.get_one(Caseworker, row.caseworker)
    if row.kind == Change.FACTOR:
        remove_factor(session, person.id)
        tell(session, "factor_removed", person.id, at=now)
    elif row.kind == Change.TEAM:
        person.team = row.team or None
        session.add(person)
    elif row.kind == Change.SIGN_ON:
        person.issuer, person.subject = row.issuer, row.subject
        session.add(person)
        tell(session, "sign_on_joined", person.id, at=now)
    else:
        assert row.role is not None
        person.role = row.role
        person.active = True
        session.add(person)
        tell(session, "role_given", person.id, at=now, role=row.role.replace("_", " "))
    if row.kind == Change.ACCOUNT and person.password is None and person.subject is None:
        tell(session, "invited", person.id, at=now)
    sign_out_everywhere(session, person.id, now)


def _watchers(session: Session) -> list[UUID]:
    """Who hears of every change: whoever could confirm it."""
    return [person.id for person in staff_with(session, *CONFIRMERS)]
