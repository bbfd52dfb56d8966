"""`/dispute`: the owner of a contact that we hold says "this was not me", without a code (`security.md` I6).

It holds the release and never the clock; a person looks into it. A GET only shows, so that a mail scanner disputes nothing.
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
_OVER = ["This request has ended already. If you are worried about it, write to us: the ways to reach us are below."]


@router.get("/dispute/{token}")
async def show(token: str, web: TheWeb) -> Response:
    """What the button does; changes nothing."""
    return await run_in_threadpool(_shown, web, token)


@router.post("/dispute/{token}")
async def dispute(token: str, request: Request, web: TheWeb) -> Response:
    """Hold the release, and have a person look into it."""
    link, alive = await run_in_threadpool(link_of, web.resources, token, "dispute", web.now())
    if link is None or not alive:
        return pages.error_page(web, _GONE)
    form = await forms.form_of(request)
    try:
        await deeds.do(web, link.case_id, forms.field(form, "once"), "", Action.DISPUTE_IDENTITY, deeds.dispute)
    except NotAllowedNowError:
        return await run_in_threadpool(_told, web, "Thank you for telling us", _OVER)
    lines = ["Nothing goes out and nothing is deleted until a person has looked into it.", "You need do nothing more."]
    return await run_in_threadpool(_told, web, "Thank you for telling us", lines)


def _shown(web: Web, token: str) -> Response:
    link, alive = link_of(web.resources, token, "dispute", web.now())
    if link is None or not alive:
        return pages.error_page(web, _GONE)
    view = CaseReader(web.resources).get(link.case_id)
    if Action.DISPUTE_IDENTITY not in allowed_actions(view.state):
        return _told(web, "This request has ended", _OVER)
    return pages.show(
        web,
        "confirm.html",
        title="Was this request not yours?",
        lines=["If you press the button, nothing goes out and nothing is deleted until a person has looked into it."],
        action=f"/dispute/{token}",
        button="This was not me",
        back="/",
        back_words="No, leave it as it is",
    )


def _told(web: Web, title: str, lines: list[str]) -> Response:
    return pages.show(web, "told.html", title=title, lines=lines)
