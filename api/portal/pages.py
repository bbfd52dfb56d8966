"""Shows a page: templates, static files, headers, refusals in plain words. No page needs a script.

Next: api/portal/submit.py
"""

from collections.abc import Awaitable, Callable, Coroutine
from datetime import date, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any, Final, cast

import jinja2
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from api.dependencies import Web, web_of
from api.errors import RETRY_AFTER_SECONDS, STATUSES
from api.face.assets import SHARED, Assets
from api.face.days import day_near, size, zone
from api.face.forms import from_elsewhere
from api.portal.languages import NAMES, current, keep, say, speaking, words
from api.portal.limits import client_posts_too_often
from api.portal.sessions import SessionOverError, Visit, form_key, once
from api.portal.sums import steps_in
from domain.errors import DomainError
from domain.incoming import Language

FOLDER: Final = Path(__file__).resolve().parent
CSP: Final = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
_FORBIDDEN, _GONE, _TOO_MANY, _OUR_OWN, _AWAY = 403, 410, 429, 500, 503
ASSETS: Final = Assets(FOLDER / "static", "/static/portal", {"portal.css": "text/css; charset=utf-8"})
_NOT_OURS: Final = "/api/"
_log = structlog.get_logger("web")

# What happened, what was kept, what to do now (ui.md, "Errors").
ERRORS: Final[dict[int, tuple[str, str]]] = {
    403: (
        "This page cannot be used from there",
        "Open the link in our mail, and try again. Nothing was changed.",
    ),
    404: (
        "There is no such page",
        "Look at the address once more. If it came from our mail, open the link there.",
    ),
    409: ("This is not possible any more", "Your request has moved on since this page was opened. Nothing was changed."),
    410: ("This link has ended", "Links end to keep your data safe. Open the newest mail from us, or write to us."),
    413: ("That is too long", "Please shorten the text and send it again. Nothing was sent."),
    422: ("Something did not arrive as it should", "Please go back and try once more. Nothing was changed."),
    429: ("Too many tries in a short time", "Please wait ten minutes and try again. What you sent before is kept."),
    500: (
        "Something went wrong on our side",
        "It was noted. What you sent before is kept. Please try again later.",
    ),
    503: ("We cannot answer at this moment", "Everything that you sent before is kept. Please try again in a minute."),
}


@cache
def environment(language: Language) -> jinja2.Environment:
    """The templates in one language, with the style sheet's address."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER / "templates"),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.globals |= {"asset": ASSETS.at, "shared": SHARED.at, "language": language, "languages": NAMES}
    made.globals["colon"] = "\u00a0: " if language == "fr" else ": "
    made.filters["spoken"] = partial(steps_in, language=language)

    def said(sentence: str) -> str:
        return words(language).get(sentence, sentence)

    # What Jinja's extension for languages adds to an environment.
    cast("Any", made).install_gettext_callables(said, lambda one, many, number: said(one if number == 1 else many), newstyle=True)
    return made


def show(
    web: Web,
    template: str,
    *,
    status: int = 200,
    session: Visit | None = None,
    mark: str = "",
    here: str = "",
    **facts: Any,  # noqa: ANN401 (Jinja's)
) -> HTMLResponse:
    """Render a page with strict headers.

    Args:
        web: of the process.
        template: its file.
        status: of HTTP.
        session: the visit, whose forms carry its key.
        mark: of a form that goes on over several pages; without it each page has its own.
        here: where a page that answers a post is found again; another language leads there. Or `asking`, the form to send for it.
        facts: what the template names.
    """
    today, spoken = web.now().astimezone(zone(web)).date(), current()

    def said(value: date | datetime) -> str:
        return day_near(value.astimezone(zone(web)).date() if isinstance(value, datetime) else value, today, spoken.language)

    text = (
        environment(spoken.language)
        .get_template(template)
        .render(
            controller=web.resources.datamap.in_language(spoken.language).controller,
            elsewhere=spoken.elsewhere or (here and f"{here}{'&' if '?' in here else '?'}"),
            chosen=spoken.chosen,
            said=said,
            size=lambda number: size(number, spoken.language),
            once=mark or once(web),
            form_key=form_key(web, session) if session else "",
            **facts,
        )
    )
    told = {"Content-Language": spoken.language, "Vary": "Accept-Language"}
    return HTMLResponse(text, status, headers={"Content-Security-Policy": CSP} | told)


def away_to(path: str) -> RedirectResponse:
    """After a post: another address, so that reloading posts nothing again."""
    return RedirectResponse(path, 303)


class PageRoute(APIRoute):
    """A route whose refusals are pages, and whose posts come from our own pages only."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def shown(request: Request) -> Response:
            web = web_of(request)
            with speaking(request, web) as spoken:
                answer = await _answered(request, web, handler, self.path_format)
            keep(web, spoken, answer)
            return answer

        return shown


async def _answered(  # noqa: PLR0911 (one return per kind of refusal)
    request: Request, web: Web, handler: Callable[[Request], Coroutine[Any, Any, Response]], route: str
) -> Response:
    try:
        if request.method == "POST" and from_elsewhere(request, web):
            return error_page(web, _FORBIDDEN)
        client = request.client.host if request.client else ""
        if request.method == "POST" and await run_in_threadpool(client_posts_too_often, web, client):
            return error_page(web, _TOO_MANY)
        return await handler(request)
    except DomainError as refusal:
        return _refused(web, refusal)
    except RequestValidationError:  # an address that no page of ours leads to
        return error_page(web, 404)
    except HTTPException as refusal:
        return error_page(web, refusal.status_code)
    except (OperationalError, InterfaceError, PoolTimeoutError):
        return error_page(web, _AWAY)
    except ClientDisconnect:
        raise  # whoever went away gets no page, and is no failure of ours (api/errors.py)
    except Exception as failure:  # noqa: BLE001 (whatever it is, its words may quote somebody's data)
        _log.error("request failed", route=route, exc_info=failure)
        return error_page(web, 500)


def error_page(web: Web, status: int, told: str = "", *, title: str = "", here: str = "") -> HTMLResponse:
    """A refusal in words, its own where it has some; `here`: where it stands in another language, if not by its status."""
    known = status if status in ERRORS else 404 if status < _OUR_OWN else 500
    general, what_now = ERRORS[known]
    title, told = title or say(general), told or say(what_now)
    page = show(web, "error.html", status=status, here=here or f"/sorry/{known}", title=title, what_now=told)
    if status == _AWAY:
        page.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return page


def sorry_page(web: Web, kind: str) -> HTMLResponse:
    """A refusal again, by what stands in its address: a status, or that a visit is over."""
    if kind == SessionOverError.kind:
        return _over(web)
    return error_page(web, next((status for status in ERRORS if str(status) == kind), 404))


def install(app: FastAPI) -> None:
    """Let a browser that asks for what is not there see a page; programs keep their problem+json."""
    given = cast("Callable[[Request, HTTPException], Awaitable[Response]]", app.exception_handlers[HTTPException])

    async def shown(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if "text/html" in request.headers.get("accept", "") and not request.url.path.startswith(_NOT_OURS):
            with speaking(request, web := web_of(request)) as spoken:
                answer = error_page(web, error.status_code)
            keep(web, spoken, answer)
            return answer
        return await given(request, error)

    app.add_exception_handler(HTTPException, shown)


def _refused(web: Web, refusal: DomainError) -> HTMLResponse:
    if refusal.kind == SessionOverError.kind:
        return _over(web)
    status = STATUSES.get(refusal.kind, 500)
    if status == _OUR_OWN:
        _log.error("request failed", exc_info=refusal)
    return error_page(web, status)


def _over(web: Web) -> HTMLResponse:
    told = f"{say(SessionOverError.sentence)} {say('Open the link in our newest mail again.')}"
    return error_page(web, _GONE, told, title=say("This page is closed"), here=f"/sorry/{SessionOverError.kind}")
