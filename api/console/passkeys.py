"""`/console/passkeys`: the passkeys of whoever is signed in, each with a name; adding and removing takes a fresh sign-in.

The six digits go on to work beside them, unless the installation lets people in by a passkey alone (`HABEAS_PASSKEYS`): then
nobody who has one gets in with less. Next: api/console/passkey_sign_in.py
"""

from uuid import UUID

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from adapters.database.tables import Caseworker
from adapters.passkey_site import site_of
from adapters.passkeys import Passkeys, Use
from api.console import sessions
from api.console.pages import ConsoleRoute, TheCaseworker, TheForm, away_to, show
from api.console.turned_away import PASSKEYS
from api.dependencies import TheWeb, Web
from api.face.forms import field
from domain.errors import InvalidInputError, UnknownObjectError

router = APIRouter(prefix=PASSKEYS, route_class=ConsoleRoute, include_in_schema=False)

_DONE = {
    "added": "Your passkey counts from now on. You were signed out everywhere else.",
    "removed": "Removed. It counts no more.",
}
_DUE = "Habeas opens with a passkey here. Add one, and sign in with it."


@router.get("")
async def listed(web: TheWeb, who: TheCaseworker, done: str = "", due: str = "") -> Response:
    """One's own passkeys."""
    return await run_in_threadpool(lambda: _page(web, who, told=_DUE if due else _DONE.get(done, ""), due=bool(due)))


@router.post("/challenge")
async def begin(web: TheWeb, who: TheCaseworker) -> Response:
    """What a device is to sign to be added."""
    who.need_fresh(web.now(), PASSKEYS)
    return as_json(await run_in_threadpool(_options, web, who))


@router.post("")
async def add(web: TheWeb, who: TheCaseworker, form: TheForm) -> Response:
    """Let a passkey count; every other session of this person is over, as with another authenticator."""
    who.need_fresh(web.now(), PASSKEYS)
    try:
        await run_in_threadpool(_added, web, who, field(form, "answer"), field(form, "passkey_name"))
    except InvalidInputError as refusal:
        errors = {"passkey_name": refusal.message}
        return await run_in_threadpool(lambda: _page(web, who, errors=errors))
    due = not who.by_passkey and await run_in_threadpool(only_by_passkey, web, who.caseworker)
    return away_to(f"{PASSKEYS}?{'due' if due else 'done'}=added")


@router.post("/{passkey}/remove")
async def remove(passkey: UUID, web: TheWeb, who: TheCaseworker) -> Response:
    """Forget one's own passkey."""
    who.need_fresh(web.now(), PASSKEYS)
    if not await run_in_threadpool(mine(web, who).remove, who.caseworker, passkey, web.now()):
        raise UnknownObjectError
    return away_to(f"{PASSKEYS}?done=removed")


def passkeys_of(web: Web) -> Passkeys | None:
    """The passkeys of everybody; None where browsers make none for this console."""
    site = site_of(web.resources.settings.console_url)
    return Passkeys(web.resources.database, site) if site else None


def only_by_passkey(web: Web, person: UUID) -> bool:
    """Whether somebody gets in by a passkey alone: the installation wants it, and they have one."""
    passkeys = passkeys_of(web)
    return web.resources.settings.passkeys == "required" and passkeys is not None and bool(passkeys.of(person))


def mine(web: Web, who: sessions.SignedIn) -> Passkeys:
    """The passkeys, for somebody with an account of Habeas.

    Raises:
        UnknownObjectError: there are none here, or they came by single sign-on, where the company's provider asks for its own.
    """
    passkeys = passkeys_of(web)
    if passkeys is None or who.by_provider:
        raise UnknownObjectError
    return passkeys


def as_json(options: str) -> Response:
    """What a browser is asked, for the script."""
    return Response(options, media_type="application/json")


def _options(web: Web, who: sessions.SignedIn) -> str:
    with web.resources.database.read() as session:
        person = session.get_one(Caseworker, who.caseworker)
    return mine(web, who).ask(Use.ADD, who.key_id, web.now(), person)


def _added(web: Web, who: sessions.SignedIn, answer: str, name: str) -> None:
    now = web.now()
    mine(web, who).add(who.caseworker, who.key_id, answer, name, now)
    with web.resources.database.write() as session:
        sessions.end_all(session, who.caseworker, now, but=who.session)


def _page(
    web: Web, who: sessions.SignedIn, *, told: str = "", errors: dict[str, str] | None = None, due: bool = False
) -> Response:
    passkeys = mine(web, who)
    return show(
        web,
        "passkeys.html",
        who,
        status=422 if errors else 200,
        rows=passkeys.of(who.caseworker),
        site=passkeys.site,
        fresh=who.is_fresh(web.now()),
        told=told,
        due=due,
        errors=errors or {},
    )
