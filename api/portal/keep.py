"""`/object`: the holder of an account that was reported as a child's says that they are 18 or older, without a code.

A person looks into it; no document is asked for. A GET only shows, so that a mail scanner objects to nothing.
Next: api/portal/deeds.py
"""

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from adapters.database.case_reader import CaseReader
from api.dependencies import TheWeb, Web
from api.face import forms
from api.portal import deeds, pages
from api.portal.reading import link_of
from domain.authority import Action
from domain.decisions import allowed_actions
from domain.errors import NotAllowedNowError

router = APIRouter(route_class=pages.PageRoute, include_in_schema=False)

_GONE = 410
_OVER = ["This was decided already. If you do not agree, write to us: the ways to reach us are below."]


@router.get("/object/{token}")
async def show(token: str, web: TheWeb) -> Response:
    """What the button does; changes nothing."""
    return await run_in_threadpool(_shown, web, token)


@router.post("/object/{token}")
async def object_to_report(token: str, request: Request, web: TheWeb) -> Response:
    """Have a person look into it."""
    link, alive = await run_in_threadpool(link_of, web.resources, token, "object", web.now())
    if link is None or not alive:
        return pages.error_page(web, _GONE)
    form = await forms.form_of(request)
    try:
        await deeds.do(web, link.case_id, forms.field(form, "once"), "", Action.OBJECT_TO_REPORT, deeds.object_to_report)
    except NotAllowedNowError:
        return await run_in_threadpool(_told, web, "Thank you for telling us", _OVER)
    lines = ["A person looks into it, and we write to you.", "Until then the account stays paused, and nothing of it is deleted."]
    return await run_in_threadpool(_told, web, "Thank you for telling us", lines)


def _shown(web: Web, token: str) -> Response:
    link, alive = link_of(web.resources, token, "object", web.now())
    if link is None or not alive:
        return pages.error_page(web, _GONE)
    view = CaseReader(web.resources).get(link.case_id)
    if Action.OBJECT_TO_REPORT not in allowed_actions(view.state):
        return _told(web, "This was decided already", _OVER)
    return pages.show(
        web,
        "confirm.html",
        title="Are you 18 or older?",
        lines=["If you press the button, a person looks into it. We do not ask for a passport."],
        action=f"/object/{token}",
        button="I am 18 or older. Keep my account",
        back="/",
        back_words="No, leave it as it is",
    )


def _told(web: Web, title: str, lines: list[str]) -> Response:
    return pages.show(web, "told.html", title=title, lines=lines)
