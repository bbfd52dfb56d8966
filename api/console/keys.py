"""`/console/keys`: one's own API keys and the platform's: made, shown once, ended (`security.md` 2.9 and section 4).

A key never does more than its owner's role of the moment. An administrator's key for the platform counts when a second person has
confirmed it. Next: api/security.py
"""

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Path, Response
from sqlmodel import Session, col, or_, select
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from adapters.database import people, staff_changes
from adapters.database.tables import AccessLog, ApiKey, Caseworker
from adapters.staff_post import tell
from api.authority import SCOPES_OF_ROLES
from api.console.pages import ConsoleRoute, TheCaseworker, TheForm, away_to, show
from api.console.sessions import SignedIn
from api.dependencies import TheWeb, Web
from api.face.forms import field, number_in
from domain.errors import InvalidInputError, UnknownObjectError
from domain.rights import Role

router = APIRouter(prefix="/console/keys", route_class=ConsoleRoute, include_in_schema=False)

PATH: Final = "/console/keys"
OF_THE_PLATFORM: Final = frozenset({Role.ADMINISTRATOR, Role.PRIVACY_LEAD, Role.DPO})
_DONE: Final = {"revoked": "The key is ended. It stops to count within five seconds."}


@dataclass(frozen=True)
class _Wanted:
    platform: bool
    scopes: list[str]
    days: int
    networks: list[str]
    origin: str


@router.get("")
async def keys(web: TheWeb, who: TheCaseworker, done: str = "") -> Response:
    """The keys that are this person's to see."""
    return await run_in_threadpool(lambda: _page(web, who, told=_DONE.get(done, "")))


@router.post("")
async def make(web: TheWeb, who: TheCaseworker, form: TheForm) -> Response:
    """Make a key, and show it this once."""
    who.need_fresh(web.now(), PATH)
    try:
        made, pending = await run_in_threadpool(_made, web, who, form)
    except InvalidInputError as refusal:
        told = {str(refusal.facts.get("field", "main")): refusal.message}
        return await run_in_threadpool(lambda: _page(web, who, status=422, errors=told))
    return await run_in_threadpool(lambda: _page(web, who, made=made, pending=pending))


@router.post("/{key}/revoke")
async def revoke(key: Annotated[str, Path(pattern=r"^[0-9a-f]{8}$")], web: TheWeb, who: TheCaseworker) -> Response:
    """End a key."""
    await run_in_threadpool(_revoked, web, who, key)
    return away_to(f"{PATH}?done=revoked")


def scopes_of(role: Role) -> list[str]:
    """What a key of somebody with this role can be used for at most."""
    return sorted(scope.value for scope in SCOPES_OF_ROLES.get(role, frozenset()))


def _made(web: Web, who: SignedIn, form: FormData) -> tuple[str, bool]:
    wanted = _wanted(who, form)
    with web.resources.database.read() as session:
        owner = session.get_one(Caseworker, who.caseworker)
    pending = wanted.platform and who.role is Role.ADMINISTRATOR
    made = people.create_api_key(
        web.resources.database,
        email=None if wanted.platform else owner.email,
        scopes=wanted.scopes,
        days=wanted.days,
        networks=wanted.networks,
        pending=pending,
        origin=wanted.origin if wanted.platform else "",
    )
    now, key_id = web.now(), people.key_id_of(made)
    with web.resources.database.write() as session:
        session.add(AccessLog(at=now, actor=who.person, action="api_key_made"))
        if pending:
            staff_changes.propose_platform_key(session, key_id, by=who.person, now=now)
        elif not wanted.platform:
            tell(session, "api_key_made", who.caseworker, at=now)
    return made, pending


def _wanted(who: SignedIn, form: FormData) -> _Wanted:
    platform = field(form, "whose") == "platform"
    if platform and who.role not in OF_THE_PLATFORM:
        raise InvalidInputError("Keys of the platform are made by others.", field="whose")
    possible = scopes_of(Role.PLATFORM if platform else who.role)
    scopes = [str(scope) for scope in form.getlist("scope")]
    if not scopes or set(scopes) - set(possible):
        raise InvalidInputError("Choose what the key may do: at most what your role may.", field="scope")
    days = number_in(field(form, "days"))
    if days is None:
        raise InvalidInputError("Say for how many days, 365 at most.", field="days")
    return _Wanted(platform, scopes, days, field(form, "networks").split(), field(form, "origin"))


def _revoked(web: Web, who: SignedIn, key: str) -> None:
    with web.resources.database.write() as session:
        row = next((each for each in _visible(session, who) if each.id == key), None)
        if row is None:
            raise UnknownObjectError
        row.revoked_at = web.now()
        session.add(row)
        session.add(AccessLog(at=web.now(), actor=who.person, action="api_key_revoked"))


def _visible(session: Session, who: SignedIn) -> list[ApiKey]:
    mine = col(ApiKey.caseworker) == who.caseworker
    seen = or_(mine, col(ApiKey.caseworker).is_(None)) if who.role in OF_THE_PLATFORM else mine
    return list(session.exec(select(ApiKey).where(seen).order_by(col(ApiKey.created_at).desc())).all())


def _page(
    web: Web,
    who: SignedIn,
    *,
    told: str = "",
    status: int = 200,
    errors: dict[str, str] | None = None,
    made: str = "",
    pending: bool = False,
) -> Response:
    with web.resources.database.read() as session:
        rows = _visible(session, who)
    whose = [("own", "Mine: it acts as me")] if scopes_of(who.role) else []
    if who.role in OF_THE_PLATFORM:
        whose.append(("platform", "The platform\u2019s: it opens requests and relays what people type"))
    scopes = {*scopes_of(who.role), *(scopes_of(Role.PLATFORM) if who.role in OF_THE_PLATFORM else ())}
    return show(
        web,
        "keys.html",
        who,
        status=status,
        at=PATH,
        rows=rows,
        now=web.now(),
        whose=whose,
        scopes=sorted(scopes),
        most=people.KEY_DAYS_AT_MOST,
        usual=people.KEY_DAYS,
        made=made,
        pending=pending,
        told=told,
        errors=errors or {},
    )
