"""`/console/staff`: who has an account, what is proposed about it, and who confirms that (`security.md` 4, R3 and R4).

An administrator proposes, a privacy lead or DPO confirms; what only takes away acts at once.

Next: adapters/database/staff_changes.py
"""

from collections.abc import Callable
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Path, Response
from sqlmodel import Session, col, select
from starlette.concurrency import run_in_threadpool

from adapters.database import staff_changes
from adapters.database.staff_tables import StaffChange, StaffFactor, StaffNotice
from adapters.database.tables import Caseworker, StaffSession
from api.console.pages import ConsoleRoute, TheCaseworker, TheForm, away_to, show
from api.console.sessions import SignedIn
from api.console.words import ROLES
from api.dependencies import TheWeb, Web
from api.errors import STATUSES
from api.face.forms import field
from domain.errors import DomainError, InvalidInputError, UnknownObjectError
from domain.rights import Role
from domain.staffing import CONFIRMERS, Change

router = APIRouter(prefix="/console/staff", route_class=ConsoleRoute, include_in_schema=False)

PATH: Final = "/console/staff"
DONE: Final = {
    "proposed": "Proposed. It has no effect before a privacy lead or data protection officer confirms it; they are told by mail.",
    "confirmed": "Confirmed. It counts from now on.",
    "refused": "Refused. Nothing was changed.",
    "disabled": "The account is closed, its sessions and keys are ended.",
    "signed-out": "Signed out everywhere.",
    "invited": "A link to choose a password is on its way to them.",
}
CHANGES: Final = {
    Change.ACCOUNT: "A new account",
    Change.ROLE: "Another role",
    Change.TEAM: "Another team, and with it other cases where cases are limited to teams",
    Change.FACTOR: "A new authenticator, because the old one and the recovery codes are lost",
    Change.SIGN_ON: "Signing in with a company account of the same address: ask them whether it is theirs",
    Change.PLATFORM_KEY: "A key for the controller\u2019s platform",
}
ThePerson = Annotated[UUID, Path()]


@router.get("")
async def staff(web: TheWeb, who: TheCaseworker, done: str = "") -> Response:
    """Everybody with an account, and what waits for an answer."""
    return await run_in_threadpool(lambda: _page(web, who, told=DONE.get(done, "")))


@router.post("")
async def add(web: TheWeb, who: TheCaseworker, form: TheForm) -> Response:
    """Propose somebody new."""
    given = {name: field(form, name) for name in ("email", "name", "role")}
    return await _changed(
        web, who, "proposed", lambda session: staff_changes.propose_account(session, **given, by=who.person, now=web.now()), given
    )


@router.post("/{person}/{deed}")
async def change(
    person: ThePerson, deed: Annotated[str, Path(pattern=r"^[a-z]{1,20}$")], web: TheWeb, who: TheCaseworker, form: TheForm
) -> Response:
    """Propose another role or a new authenticator; close the account; sign out everywhere; invite to choose a password."""
    by, now = who.person, web.now()
    deeds: dict[str, tuple[str, Callable[[Session], object]]] = {
        "role": (
            "proposed",
            lambda session: staff_changes.propose_role(session, person, field(form, "role"), by=by, now=now),
        ),
        "factor": ("proposed", lambda session: staff_changes.propose_new_factor(session, person, by=by, now=now)),
        "disable": ("disabled", lambda session: staff_changes.disable(session, person, by=by, now=now)),
        "signout": ("signed-out", lambda session: staff_changes.sign_out(session, person, by=by, now=now)),
        "invite": ("invited", lambda session: staff_changes.invite(session, person, by=by, now=now)),
        "team": ("proposed", lambda session: staff_changes.propose_team(session, person, field(form, "team"), by=by, now=now)),
    }
    if deed not in deeds:
        raise UnknownObjectError
    if str(person) == str(who.caseworker) and deed in {"role", "factor", "disable", "team"}:
        raise InvalidInputError("Somebody else has to do this: it is about your own account.")
    done, act = deeds[deed]
    return await _changed(web, who, done, act)


@router.post("/changes/{change}/{answer}")
async def settle(
    change: Annotated[UUID, Path()],
    answer: Annotated[str, Path(pattern=r"^(confirmed|refused)$")],
    web: TheWeb,
    who: TheCaseworker,
) -> Response:
    """Confirm or refuse what somebody else proposed."""
    return await _changed(
        web,
        who,
        answer,
        lambda session: staff_changes.settle(
            session, change, confirmed=answer == "confirmed", by=who.person, role=who.role, now=web.now()
        ),
    )


async def _changed(
    web: Web, who: SignedIn, done: str, act: Callable[[Session], object], given: dict[str, str] | None = None
) -> Response:
    who.need_fresh(web.now(), PATH)

    def acted() -> None:
        with web.resources.database.write() as session:
            act(session)

    try:
        await run_in_threadpool(acted)
    except DomainError as refusal:
        status, told = STATUSES.get(refusal.kind, 422), {str(refusal.facts.get("field", "main")): refusal.message}
        return await run_in_threadpool(lambda: _page(web, who, status=status, errors=told, given=given))
    return away_to(f"{PATH}?done={done}")


def _page(
    web: Web,
    who: SignedIn,
    *,
    told: str = "",
    status: int = 200,
    errors: dict[str, str] | None = None,
    given: dict[str, str] | None = None,
) -> Response:
    with web.resources.database.read() as session:
        people = list(session.exec(select(Caseworker).order_by(col(Caseworker.name))).all())
        waiting = staff_changes.waiting(session)
        factors = {row.caseworker for row in session.exec(select(StaffFactor)).all() if row.seed is not None}
        unreachable = set(session.exec(select(StaffNotice.caseworker).where(col(StaffNotice.refused))).all())
        lately = session.exec(
            select(StaffSession.caseworker, col(StaffSession.began_at)).where(col(StaffSession.factor_at).is_not(None))
        ).all()
    names = {f"caseworker:{person.id}": person.name for person in people}
    return show(
        web,
        "staff.html",
        who,
        status=status,
        at=PATH,
        people=people,
        waiting=[_waiting(change, names, who) for change in waiting],
        pending={change.caseworker for change in waiting},
        factors=factors,
        unreachable=unreachable,
        last={person: max(began for each, began in lately if each == person) for person, _ in lately},
        roles=[(role.value, text) for role, text in ((Role(name), text) for name, text in ROLES.items())],
        administers=who.role is Role.ADMINISTRATOR,
        told=told,
        errors=errors or {},
        given=given or {"email": "", "name": "", "role": ""},
    )


def _waiting(change: StaffChange, names: dict[str, str], who: SignedIn) -> dict[str, object]:
    about = f"caseworker:{change.caseworker}"
    return {
        "id": change.id,
        "what": CHANGES[Change(change.kind)],
        "whom": names.get(about, ""),
        "role": ROLES.get(change.role or "", "") or change.team or "",
        "by": names.get(change.by, change.by.replace("host:", "the command line, user ")),
        "at": change.proposed_at,
        "answerable": who.role in CONFIRMERS and who.person not in {change.by, about},
    }
