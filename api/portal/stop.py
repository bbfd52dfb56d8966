"""`/stop`: stops an erasure by the link in its notice, without a code (Article 17; practice: "stop this" must cost nothing).

A GET only shows, so that a mail scanner stops nothing. Next: api/portal/deeds.py
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


@router.get("/stop/{token}")
async def show(token: str, web: TheWeb) -> Response:
    """What the button does; changes nothing."""
    return await run_in_threadpool(_shown, web, token)


@router.post("/stop/{token}")
async def stop(token: str, request: Request, web: TheWeb) -> Response:
    """Stop it."""
    link, alive = await run_in_threadpool(link_of, web.resources, token, "stop", web.now())
    if link is None or not alive:
        return pages.error_page(web, _GONE)
    form = await forms.form_of(request)
    try:
        await deeds.do(web, link.case_id, forms.field(form, "once"), "", Action.CANCEL_ERASURE, deeds.cancel_erasure)
    except NotAllowedNowError:
        return await run_in_threadpool(_shown, web, token)
    return await run_in_threadpool(_told, web, "Nothing will be erased", ["We stopped it. We write to you in a moment."])


def _shown(web: Web, token: str) -> Response:
    link, alive = link_of(web.resources, token, "stop", web.now())
    if link is None or not alive:
        return pages.error_page(web, _GONE)
    view = CaseReader(web.resources).get(link.case_id)
    if Action.CANCEL_ERASURE not in allowed_actions(view.state):
        erased = view.state.erasure is not None and view.state.erasure.carried_out_at is not None
        if erased:
            return _told(web, "The data are erased already", ["It cannot be stopped any more. Our letter has the certificate."])
        return _told(web, "Nothing will be erased", ["The erasure was stopped. You need do nothing."])
    return pages.show(
        web,
        "confirm.html",
        title="Stop the erasure?",
        lines=["If you press the button, nothing is erased. You can ask for it again whenever you like."],
        action=f"/stop/{token}",
        button="Stop the erasure",
        back="/",
        back_words="No, leave it as it is",
    )


def _told(web: Web, title: str, lines: list[str]) -> Response:
    return pages.show(web, "told.html", title=title, lines=lines)
