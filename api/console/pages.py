"""Shows the console's pages and guards them: session, role, form key, origin; refusals in words (`security.md` 2.9 and 4).

A page works without a script; one short script of our own renews fragments and sends filters. Next: api/console/sign_in.py
"""

import re
from collections.abc import Awaitable, Callable, Coroutine
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final, cast
from urllib.parse import quote

import jinja2
import structlog
from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from markupsafe import Markup
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from adapters.letter_words import count, day, moment
from api.console import sessions, words
from api.console.authority import ROUTES, Rule
from api.console.navigation import menu
from api.console.sessions import POLL_HEADER, SignedIn
from api.console.turned_away import PASSKEYS, SIGN_IN, PasskeyDueError, SignedOutError, SignInAgainError
from api.dependencies import Web, web_of
from api.errors import RETRY_AFTER_SECONDS, STATUSES, TooLargeError
from api.face.assets import SHARED, Assets
from api.face.days import day_near, day_short, distance, stored_instant, zone
from api.face.forms import field, form_of, from_elsewhere, number_in
from domain.errors import DomainError

FOLDER: Final = Path(__file__).resolve().parent
CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
ASSETS: Final = Assets(
    FOLDER / "static",
    "/static/console",
    {
        "areas.js": "text/javascript; charset=utf-8",
        "console.css": "text/css; charset=utf-8",
        "console.js": "text/javascript; charset=utf-8",
        "passkeys.js": "text/javascript; charset=utf-8",
    },
)
_WITHOUT_PASSKEY: Final = (PASSKEYS, SIGN_IN, "/console/sign-out", "/console/account")  # open to whoever is to add one
_MOST_FIELDS: Final = 400  # a bulk selection of a whole page
_FORBIDDEN, _ABSENT, _OUR_OWN, _AWAY = 403, 404, 500, 503
_OF_A_CASE: Final = re.compile(r"/console/cases/(HAB-[0-9A-Z]{4,12})/")
_log = structlog.get_logger("web")

# What happened, what was kept, what to do now (ui.md, "Errors").
ERRORS: Final[dict[int, tuple[str, str]]] = {
    403: ("This is not yours to open", "Your role does not cover it. Ask a privacy lead if you need it for your work."),
    404: ("There is nothing here", "Look at the address or the reference once more. You may also not be meant to see it."),
    409: ("The case has moved on", "Somebody or something was quicker. Nothing was changed. Open the case again and look."),
    410: ("This is gone", "It was destroyed at the end of its retention, with its key. Nobody can open it again."),
    413: ("That is too large", "Nothing was stored. Send fewer or smaller files, or a shorter text."),
    422: ("Something did not arrive as it should", "Nothing was changed. Go back and try once more."),
    429: ("Too many tries in a short time", "Wait a quarter of an hour, then try again."),
    500: (
        "Something went wrong here",
        "It was noted. What was stored before is kept. Try again; if it stays, tell your administrator.",
    ),
    503: ("A part of Habeas does not answer", "What was stored before is kept. Try again in a minute."),
}


@cache
def environment() -> jinja2.Environment:
    """The templates, with everything that any of them says."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER / "templates"),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"asset": ASSETS.at, "shared": SHARED.at, "words": words, "count": count, "day": day}
    return made


def show(
    web: Web,
    template: str,
    who: SignedIn | None,
    *,
    status: int = 200,
    at: str = "",
    frames: bool = False,
    **facts: Any,  # noqa: ANN401 (Jinja's)
) -> HTMLResponse:
    """Render a page or a fragment, with strict headers.

    Args:
        web: of the process.
        template: its file.
        who: sees it; None before the sign-in.
        status: of HTTP.
        at: the menu's entry that it belongs to, as a path.
        frames: it shows pages of our own in frames.
        facts: whatever the template wants besides.
    """
    place = zone(web)
    today = web.now().astimezone(place).date()

    def local(value: date | datetime) -> date:
        return value.astimezone(place).date() if isinstance(value, datetime) else value

    def stored(value: object) -> str:
        said = stored_instant(value, place) if isinstance(value, str) else ""
        return Markup('<time datetime="{0}" title="{0}">{1}</time>').format(value, said) if said else str(value)

    text = (
        environment()
        .get_template(template)
        .render(
            controller=web.resources.datamap.controller,
            who=who,
            menu=menu(web, who.role) if who else [],
            at=at,
            today=today,
            said=lambda value: day_near(local(value), today),
            short=lambda value: day_short(local(value), today),
            far=lambda value: distance(local(value), today),
            moment=lambda value: moment(value, place),
            stored=stored,
            form_key=who.form_key if who else "",
            **facts,
        )
    )
    return HTMLResponse(text, status, headers={"Content-Security-Policy": f"{CSP}; frame-src 'self'" if frames else CSP})


def away_to(path: str) -> RedirectResponse:
    """After a post: another address, so that reloading posts nothing again."""
    return RedirectResponse(path, 303)


class ConsoleRoute(APIRoute):
    """A route that admits by its row in `api/console/authority.py`, and whose refusals are pages.

    Raises:
        KeyError: when it is made without a row; the application does not start.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()
        (method,) = self.methods or {"?"}
        rule = ROUTES[method, self.path_format]

        async def guarded(request: Request) -> Response:  # noqa: PLR0911 (one return per kind of refusal)
            web = web_of(request)
            request.state.rule = rule
            try:
                await _admitted(request, web, rule)
                return await handler(request)
            except SignedOutError as refusal:
                return _signed_out(request, web, refusal)
            except SignInAgainError as refusal:
                return away_to(refusal.where)
            except DomainError as refusal:
                return await run_in_threadpool(_refused, web, _signed_in(request), refusal, _case_of(request))
            except RequestValidationError:  # an address that no page of ours leads to
                return await run_in_threadpool(error_page, web, _signed_in(request), 404)
            except HTTPException as refusal:
                return await run_in_threadpool(error_page, web, _signed_in(request), refusal.status_code, case=_case_of(request))
            except (OperationalError, InterfaceError, PoolTimeoutError):
                return error_page(web, None, _AWAY, case=_case_of(request))
            except ClientDisconnect:
                raise  # whoever went away gets no page, and is no failure of ours (api/errors.py)
            except Exception as failure:  # noqa: BLE001 (whatever it is, its words may quote somebody's data)
                _log.error("request failed", route=self.path_format, exc_info=failure)
                return error_page(web, None, _OUR_OWN, case=_case_of(request))

        return guarded


async def caseworker(request: Request) -> SignedIn:
    """Whoever the guard let in."""
    return cast("SignedIn", request.state.caseworker)


async def posted(request: Request) -> FormData:
    """The form that the guard read, because its key stands in it."""
    return cast("FormData", request.state.form)


TheCaseworker = Annotated[SignedIn, Depends(caseworker)]
TheForm = Annotated[FormData, Depends(posted)]


def install(app: FastAPI) -> None:
    """Let a browser that asks for a page of the console that is not there see one of ours."""
    given = cast("Callable[[Request, HTTPException], Awaitable[Response]]", app.exception_handlers[HTTPException])

    async def shown(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if not request.url.path.startswith("/console"):
            return await given(request, error)
        web = web_of(request)
        try:
            who = await run_in_threadpool(sessions.current, request, web)
        except SignedOutError as refusal:
            return _signed_out(request, web, refusal)
        return await run_in_threadpool(error_page, web, who, error.status_code)

    app.add_exception_handler(HTTPException, shown)


def error_page(web: Web, who: SignedIn | None, status: int, told: str | None = None, *, case: str = "") -> HTMLResponse:
    """A refusal in words.

    Args:
        web: of the process.
        who: sees it, with the menu; None where nobody could be asked.
        status: of HTTP.
        told: its own words.
        case: reference of the case that it was about; empty for none.
    """
    title, what_now = ERRORS.get(status, ERRORS[404] if status < _OUR_OWN else ERRORS[500])
    here = case if status not in (_ABSENT, _FORBIDDEN) else ""  # whoever may not see it is led to no case
    page = show(web, "error.html", who, status=status, title=title, what_now=told or what_now, case=here)
    if status == _AWAY:
        page.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return page


def _signed_in(request: Request) -> SignedIn | None:
    """Whoever has a session, also where the role covers nothing here: they keep their menu."""
    return cast("SignedIn | None", getattr(request.state, "who", None))


def _case_of(request: Request) -> str:
    """Reference of the case that an address is about."""
    found = _OF_A_CASE.match(request.url.path)
    return found[1] if found else ""


async def _admitted(request: Request, web: Web, rule: Rule) -> None:
    if request.method == "POST" and from_elsewhere(request, web):
        raise HTTPException(_FORBIDDEN)
    who = None
    if rule.roles is not None:
        who = await run_in_threadpool(sessions.current, request, web)
        request.state.who, request.state.person = who, who.person  # for the page and the line of a refusal (api/observation.py)
        if who.role not in rule.roles:
            raise HTTPException(_FORBIDDEN)
        due = web.resources.settings.passkeys == "required" and not (who.by_passkey or who.by_provider)
        if due and not request.url.path.startswith(_WITHOUT_PASSKEY):
            raise PasskeyDueError
        request.state.caseworker = who
    if rule.upload:
        declared = number_in(request.headers.get("content-length", ""))
        if declared is None or declared > rule.limit:
            raise TooLargeError(limit=rule.limit)
    elif request.method == "POST":
        request.state.form = await form_of(request, _MOST_FIELDS)
        if who is not None:
            sessions.check_form(who, field(request.state.form, "key"))


def _signed_out(request: Request, web: Web, refusal: SignedOutError) -> Response:
    if POLL_HEADER in request.headers:
        return Response(refusal.message, 401, media_type="text/plain")
    if request.method == "GET":
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return away_to(f"{SIGN_IN}?next={quote(here, safe='/')}")
    return show(web, "signed_out.html", None, status=401, told=refusal.message)


def _refused(web: Web, who: SignedIn | None, refusal: DomainError, case: str) -> HTMLResponse:
    status = STATUSES.get(refusal.kind, _OUR_OWN)
    if status == _OUR_OWN:
        _log.error("request failed", exc_info=refusal)
        return error_page(web, who, status, case=case)
    return error_page(web, who, status, None if status == STATUSES["not-found"] else refusal.message, case=case)
