"""`/console/letters`: every letter as it would be sent, with made-up contents and the controller's own names and addresses.

The page of a letter has styles inside, as mail needs them, so it is shown in a frame of its own that may do nothing else.
Next: adapters/letter_samples.py
"""

from functools import cache
from typing import Final

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool

from adapters.letter_samples import sample_context
from adapters.letters import LETTERS, Rendered, render
from api.console.pages import ConsoleRoute, TheCaseworker, show
from api.dependencies import TheWeb
from domain.datamap import Controller
from domain.errors import UnknownObjectError

router = APIRouter(prefix="/console", route_class=ConsoleRoute, include_in_schema=False)

PATH: Final = "/console/letters"
_IN_A_FRAME: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
)


@router.get("/letters")
async def every_letter(web: TheWeb, who: TheCaseworker) -> Response:
    """The list, by subject."""
    controller = web.resources.datamap.controller
    rows = await run_in_threadpool(lambda: [(name, _title(name), _sample(name, controller), LETTERS[name]) for name in LETTERS])
    return show(web, "letters.html", who, at=PATH, rows=rows)


@router.get("/letters/{name}")
async def letter(name: str, web: TheWeb, who: TheCaseworker) -> Response:
    """One letter: subject, page and text."""
    rendered = await run_in_threadpool(_found, name, web.resources.datamap.controller)
    return show(web, "letter.html", who, frames=True, at=PATH, name=name, title=_title(name), letter=rendered, kind=LETTERS[name])


@router.get("/letters/{name}/page")
async def page(name: str, web: TheWeb, _who: TheCaseworker) -> Response:
    """The HTML part alone, for the frame."""
    rendered = await run_in_threadpool(_found, name, web.resources.datamap.controller)
    headers = {"Content-Security-Policy": _IN_A_FRAME, "Cross-Origin-Resource-Policy": "same-origin"}
    return HTMLResponse(rendered.html, headers=headers)


def _found(name: str, controller: Controller) -> Rendered:
    if name not in LETTERS:
        raise UnknownObjectError
    return _sample(name, controller)


@cache
def _sample(name: str, controller: Controller) -> Rendered:
    return render(name, sample_context(name, controller))


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()
