"""A new link to a copy that was delivered: from a link that has ended, or from the page of the request; six months long.

Whoever asks, the mail goes to the address the copy was delivered to (docs/decisions/0018). Next: api/portal/collect.py
"""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from adapters.database.case_reader import CaseReader
from adapters.database.tables import Link
from api.dependencies import TheWeb, Web
from api.face import forms
from api.portal import deeds, pages, sessions
from api.portal.languages import say
from api.portal.reading import link_of
from api.portal.told import tell
from domain.afterwards import SENT_BEFORE
from domain.authority import Action
from domain.decisions import allowed_actions
from domain.errors import NotAllowedNowError

router = APIRouter(route_class=pages.PageRoute, include_in_schema=False)


@router.post("/collect/{token}/again")
async def by_link(token: str, request: Request, web: TheWeb) -> Response:
    """A link that has ended still says whose copy it led to."""
    link, _ = await run_in_threadpool(link_of, web.resources, token, "package", web.now())
    if link is None:
        return pages.error_page(web, 410)
    return await _sent(web, link.case_id, forms.field(await forms.form_of(request), "once"))


@router.post("/collect/again")
async def by_visit(request: Request, web: TheWeb) -> Response:
    """From the page of the copy, where its thirty days are over before the link to it is: a reminder brings a link of its own."""
    session = await run_in_threadpool(sessions.current, request, web, "package")
    form = await forms.form_of(request)
    sessions.check_form(web, session, forms.field(form, "key"))
    return await _sent(web, session.case_id, forms.field(form, "once"))


@router.post("/follow/copy")
async def by_page(request: Request, web: TheWeb) -> Response:
    """From the page of the request, also after it is closed: to the page of the copy if it is open here, else by mail."""
    session = await run_in_threadpool(sessions.current, request, web, "follow")
    form = await forms.form_of(request)
    sessions.check_form(web, session, forms.field(form, "key"))
    if await run_in_threadpool(_open_here, request, web, session.case_id):
        return pages.away_to("/collect")
    return await _sent(web, session.case_id, forms.field(form, "once"))


def ask_again(web: Web, link: Link, token: str) -> Response:
    """What a link that has ended offers; changes nothing."""
    if Action.REISSUE_PACKAGE not in allowed_actions(CaseReader(web.resources).get(link.case_id).state):
        return pages.error_page(web, 410)
    return pages.show(
        web,
        "confirm.html",
        status=410,
        title=say("This link has ended"),
        lines=[say("We can send a new one to the address that the copy was sent to. It works for seven days.")],
        action=f"/collect/{token}/again",
        button=say("Send me a new link"),
        calm=True,
        back="/unchanged",
        back_words=say("No, thank you"),
    )


def _open_here(request: Request, web: Web, case_id: UUID) -> bool:
    try:
        return sessions.current(request, web, "package").case_id == case_id
    except sessions.SessionOverError:
        return False


async def _sent(web: Web, case_id: UUID, mark: str) -> Response:
    try:
        await deeds.do(web, case_id, mark, "", Action.REISSUE_PACKAGE, deeds.again)
    except NotAllowedNowError as refusal:
        return tell(web, "link-sent-before" if refusal.message == SENT_BEFORE else "link-over")
    return tell(web, "new-link")
