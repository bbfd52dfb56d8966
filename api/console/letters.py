"""`/console/letters`: every letter as it would be sent, with made-up contents and the controller's own names and addresses.

The page of a letter has styles inside, as mail needs them, so it is shown in a frame of its own that may do nothing else.
Next: adapters/letter_samples.py
"""

from functools import cache
from html import escape
from pathlib import Path
from typing import Final

import jinja2
from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool

from adapters.desk_samples import BY_ITSELF, DESK_SAMPLES, desk_preview
from adapters.letter_samples import LANGUAGES as ALL
from adapters.letter_samples import sample_context
from adapters.letters import LETTERS, Rendered, render, speaks
from adapters.notice_samples import SAMPLES, sample_notice
from api.console.mail_words import LANGUAGES
from api.console.pages import ConsoleRoute, TheCaseworker, show
from api.dependencies import TheWeb, Web
from domain.datamap import Controller
from domain.errors import UnknownObjectError
from domain.incoming import Language

router = APIRouter(prefix="/console", route_class=ConsoleRoute, include_in_schema=False)

PATH: Final = "/console/letters"
_IN_A_FRAME: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
)


@router.get("/letters")
async def every_letter(web: TheWeb, who: TheCaseworker) -> Response:
    """The list, by subject."""
    rows = await run_in_threadpool(
        lambda: [(name, _title(name), _found(name, web, "en"), _written_by(name)) for name in (*LETTERS, *SAMPLES, *DESK_SAMPLES)]
    )
    return show(web, "letters.html", who, at=PATH, rows=rows)


@router.get("/letters/{name}")
async def letter(name: str, web: TheWeb, who: TheCaseworker, language: Language = "en") -> Response:
    """One letter in one of its languages: subject, page and text; a controller's own as it is now."""
    rendered = await run_in_threadpool(_found, name, web, language)
    own = web.resources.settings.letters
    return show(
        web,
        "letter.html",
        who,
        frames=True,
        at=PATH,
        name=name,
        title=_title(name),
        letter=rendered,
        tall=_tall(rendered.text),
        by_itself="caseworker" not in _written_by(name),
        language=language,
        languages=[(each, LANGUAGES[each]) for each in ALL if _speaks(name, each, own)],
        is_own=own is not None and any((own / place).is_dir() for place in (name, f"_desk/{name}")),
    )


@router.get("/letters/{name}/page")
async def page(name: str, web: TheWeb, _who: TheCaseworker, language: Language = "en") -> Response:
    """The HTML part alone, for the frame."""
    rendered = await run_in_threadpool(_found, name, web, language)
    headers = {"Content-Security-Policy": _IN_A_FRAME, "Cross-Origin-Resource-Policy": "same-origin"}
    return HTMLResponse(rendered.html, headers=headers)


def _tall(text: str) -> int:
    """How tall the page of a letter is at most, in pixels, so that its frame cuts nothing off; no script may measure it there."""
    lines = text.splitlines()
    written, links = sum(bool(line) for line in lines), sum(line.startswith("http") for line in lines)
    return 260 + 36 * written + 18 * (len(lines) - written) + 90 * links  # a link is a button with its address below


def _found(name: str, web: Web, language: Language) -> Rendered:
    controller, settings = web.resources.datamap.controller, web.resources.settings
    if not _speaks(name, language, settings.letters):
        raise UnknownObjectError
    own = settings.letters
    try:
        if name in SAMPLES:
            return sample_notice(name, controller, settings.public_url, language, own)
        if name in DESK_SAMPLES:
            return desk_preview(name, controller, settings.public_url, own)
        if own is None:
            return _ours(name, controller, language)
        return render(name, sample_context(name, controller, language), language, own)
    except jinja2.TemplateError as failure:
        told = f"This letter of yours cannot be sent: {failure.message or type(failure).__name__}"
        return Rendered(subject="Cannot be sent as it is written", text=told, html=f"<p>{escape(told)}</p>")


def _speaks(name: str, language: Language, own: Path | None) -> bool:
    if name in DESK_SAMPLES:
        return language == "en"
    return name in SAMPLES or (name in LETTERS and speaks(name, language, own) == language)


def _written_by(name: str) -> str:
    if name in DESK_SAMPLES:
        return DESK_SAMPLES[name]
    return BY_ITSELF if name in LETTERS and LETTERS[name].automatic else f"{BY_ITSELF} and a caseworker"


@cache
def _ours(name: str, controller: Controller, language: Language) -> Rendered:
    return render(name, sample_context(name, controller, language), language)


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()
