"""`/console/sign-in/factor`: the code of the authenticator or a recovery code; and setting up an authenticator with its codes.

Nobody opens anything else before (`security.md` 2.9). A recovery code signs in only to set up a new authenticator: until that is
confirmed the old one counts. Next: api/console/account.py
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

import segno
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from adapters.database.tables import AccessLog, Caseworker
from adapters.factors import Factors, uri
from adapters.staff_post import tell
from api.console import sessions, tries
from api.console.browsers import browser_of
from api.console.navigation import home_of
from api.console.pages import ConsoleRoute, TheForm, away_to, show
from api.console.sessions import SignedIn
from api.console.sign_in import inside
from api.console.turned_away import SignedOutError
from api.dependencies import TheWeb, Web
from api.face.forms import field

router = APIRouter(prefix="/console/sign-in/factor", route_class=ConsoleRoute, include_in_schema=False)

NEW: Final = "/console/sign-in/factor/new"
_WRONG: Final = "This code does not work. Each code counts once and for a minute: wait for the next one and type that."
_TOO_MANY: Final = "There were too many wrong codes. Wait an hour, or use a browser you have signed in with before."
_DIGITS: Final = 6


@router.get("")
async def ask(request: Request, web: TheWeb, next: str = "") -> Response:  # noqa: A002 (the word in the address)
    """The form for the code."""
    who, _ = await run_in_threadpool(sessions.halfway, request, web)
    return _asked(web, who, inside(next))


@router.post("")
async def check(request: Request, web: TheWeb, form: TheForm) -> Response:
    """Check the code and begin the session, or lead to a new authenticator."""
    who, _ = await run_in_threadpool(sessions.halfway, request, web)
    sessions.check_form(who, field(form, "key"))
    return await run_in_threadpool(_checked, request, web, who, field(form, "code"), inside(field(form, "next")))


@router.get("/new")
async def begin(request: Request, web: TheWeb, next: str = "") -> Response:  # noqa: A002
    """The picture that an authenticator reads, and the same in letters."""
    setting_up = await run_in_threadpool(_may_set_up, request, web)
    return await run_in_threadpool(_shown, web, setting_up, inside(next))


@router.post("/new")
async def confirm(request: Request, web: TheWeb, form: TheForm) -> Response:
    """Let the new authenticator count, show the recovery codes once, and begin the session."""
    setting_up = await run_in_threadpool(_may_set_up, request, web)
    sessions.check_form(setting_up.who, field(form, "key"))
    return await run_in_threadpool(_set_up, request, web, setting_up, field(form, "code"), inside(field(form, "next")))


@dataclass(frozen=True)
class _SettingUp:
    who: SignedIn
    halfway: bool
    person: Caseworker


def _asked(web: Web, who: SignedIn, onward: str, told: str = "", status: int = 200) -> Response:
    return show(web, "factor.html", None, status=status, next=onward, told=told, half_key=who.form_key)


def _checked(request: Request, web: Web, who: SignedIn, code: str, onward: str) -> Response:
    person, factors = _person(web, who), Factors(web.resources.database, web.resources.vault)
    buckets = tries.of_codes(request, web, person.email)
    if tries.too_often(web, buckets):
        _guessed(web, who)
        return _asked(web, who, onward, _TOO_MANY, 429)
    now = web.now()
    if len("".join(code.split())) == _DIGITS:
        if not factors.accepts(person.id, code, now):
            _failed(web, who)
            return _asked(web, who, onward, _WRONG, 422)
        tries.forgotten(web, buckets)
        return _arrived(request, web, who, person, onward)
    if not factors.accepts_recovery(person.id, code, now):
        _failed(web, who)
        return _asked(web, who, onward, _WRONG, 422)
    tries.forgotten(web, buckets)
    with web.resources.database.write() as session:
        tell(session, "recovery_used", person.id, at=now)
    answer = away_to(NEW)
    sessions.begin(web, request, answer, person, halfway=True, recovered=True, before=who.session)
    return answer


def _arrived(request: Request, web: Web, who: SignedIn, person: Caseworker, onward: str) -> Response:
    answer = away_to(onward or home_of(who.role))
    begin_session(request, web, answer, person, before=who.session)
    return answer


def begin_session(
    request: Request, web: Web, answer: Response, person: Caseworker, *, before: UUID | None = None, by_passkey: bool = False
) -> None:
    """Let somebody in who has shown who they are; they are told of a browser that was not seen before."""
    if not tries.known_browser(request, web, person.email):
        with web.resources.database.write() as session:
            tell(session, "new_sign_in", person.id, at=web.now(), browser=browser_of(request.headers.get("user-agent", "")))
        tries.remember(web, answer, person.email)
    Factors(web.resources.database, web.resources.vault).drop_begun(person.id)
    sessions.begin(web, request, answer, person, before=before, by_passkey=by_passkey)


def _may_set_up(request: Request, web: Web) -> _SettingUp:
    """Whoever has none yet, or came with a recovery code, or signed in a moment ago.

    Raises:
        SignedOutError: nobody of these. SignInAgainError: signed in, but not just now.
    """
    try:
        who = sessions.current(request, web)
    except SignedOutError:
        who, recovered = sessions.halfway(request, web)
        if not recovered and Factors(web.resources.database, web.resources.vault).has(who.caseworker):
            raise
        return _SettingUp(who, halfway=True, person=_person(web, who))
    who.need_fresh(web.now(), "/console/account")
    return _SettingUp(who, halfway=False, person=_person(web, who))


def _shown(web: Web, setting_up: _SettingUp, onward: str, told: str = "", status: int = 200) -> Response:
    seed = Factors(web.resources.database, web.resources.vault).begun(setting_up.person.id)
    picture = segno.make(uri(seed, setting_up.person.email), error="m").svg_inline(
        scale=4,
        border=3,
        light="#fff",
        dark="#000",
        svgclass="qr",
        lineclass=None,
        omitsize=False,
        title="Picture for an authenticator",
    )
    return show(
        web,
        "factor_new.html",
        None if setting_up.halfway else setting_up.who,
        status=status,
        picture=picture,
        seed=" ".join(seed[at : at + 4] for at in range(0, len(seed), 4)),
        next=onward,
        told=told,
        half_key=setting_up.who.form_key,
    )


def _set_up(request: Request, web: Web, setting_up: _SettingUp, code: str, onward: str) -> Response:
    person, now = setting_up.person, web.now()
    if tries.too_often(web, tries.of_codes(request, web, person.email)):
        return _shown(web, setting_up, onward, _TOO_MANY, 429)
    codes = Factors(web.resources.database, web.resources.vault).confirm(person.id, code, now)
    if codes is None:
        return _shown(web, setting_up, onward, _WRONG, 422)
    tries.forgotten(web, tries.of_codes(request, web, person.email))
    with web.resources.database.write() as session:
        tell(session, "factor_changed", person.id, at=now)
        session.add(AccessLog(at=now, actor=setting_up.who.person, action="factor_changed"))
        sessions.end_all(session, person.id, now, but=setting_up.who.session)
    page = show(web, "recovery_codes.html", None, codes=codes, onward=onward or home_of(setting_up.who.role))
    begin_session(request, web, page, person, before=setting_up.who.session)
    return page


def _failed(web: Web, who: SignedIn) -> None:
    with web.resources.database.write() as session:
        session.add(AccessLog(at=web.now(), actor=who.person, action="factor_failed"))


def _guessed(web: Web, who: SignedIn) -> None:
    _failed(web, who)
    if not tries.too_often(web, {f"told:{who.person}": tries.TOLD}):
        with web.resources.database.write() as session:
            tell(session, "factor_guessed", who.caseworker, at=web.now())


def _person(web: Web, who: SignedIn) -> Caseworker:
    with web.resources.database.read() as session:
        return session.get_one(Caseworker, who.caseworker)
