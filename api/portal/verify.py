"""`/verify`: proves a mailbox by the link or by the code of the same mail, or says "this was not me" (Articles 12(2), 12(6)).

A GET only shows; the POST spends, so that a mail scanner cannot use the link up. Next: api/portal/follow.py
"""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from adapters.database.case_reader import CaseReader, CaseView
from api.dependencies import TheWeb, Web
from api.face import forms
from api.portal import deeds, pages, sessions
from api.portal.languages import say, told_of
from api.portal.reading import by_agent, link_of, masked_address
from api.portal.submit import receipt_page
from api.portal.told import tell
from api.portal.words import asked, code_refused
from domain.authority import Action
from domain.errors import CodeRefusedError, InvalidInputError, NoCodesLeftError
from domain.rights import Right, Status, at_stake

router = APIRouter(route_class=pages.PageRoute, include_in_schema=False)

_NOT_MINE = "The owner of the second address says that it is not the address of whoever made this request."


@router.post("/verify/code")
async def type_code(request: Request, web: TheWeb) -> Response:
    """Type the code where the request was made, or where a new one was asked for."""
    session = await run_in_threadpool(sessions.current, request, web, "verify")
    form = await forms.form_of(request)
    sessions.check_form(web, session, forms.field(form, "key"))
    code = forms.field(form, "code")
    make = deeds.confirm(web, session.case_id, code=code)
    try:
        await deeds.do(web, session.case_id, forms.field(form, "once"), code, Action.CONFIRM_IDENTITY_CODE, make)
    except InvalidInputError:
        return await _again(web, session, say("The code has 8 digits. It stands in our mail."), code)
    except CodeRefusedError:
        left = await run_in_threadpool(deeds.tries_left, web, session.case_id, "verify")
        return await _again(web, session, code_refused(left), code)
    return await run_in_threadpool(_proven, web, session.case_id, session.identifier, session.link, session)


@router.post("/verify/resend")
async def resend(request: Request, web: TheWeb) -> Response:
    """Ask for a new code to the same address."""
    session = await run_in_threadpool(sessions.current, request, web, "verify")
    form = await forms.form_of(request)
    sessions.check_form(web, session, forms.field(form, "key"))
    make = deeds.code_for(web, session.case_id, session.identifier, "verify")
    try:
        await deeds.do(web, session.case_id, forms.field(form, "once"), "", Action.REQUEST_CODE, make)
    except NoCodesLeftError as refusal:
        return await _again(web, session, told_of(refusal))
    return pages.away_to("/receipt?done=sent")


@router.get("/verify/{token}")
async def show_link(token: str, web: TheWeb) -> Response:
    """What the link is for, and its button; changes nothing."""
    return await run_in_threadpool(_shown, web, token)


@router.post("/verify/{token}")
async def spend_link(token: str, request: Request, web: TheWeb) -> Response:
    """The button: this mailbox is mine."""
    link, alive = await run_in_threadpool(link_of, web.resources, token, "verify", web.now())
    if link is None or not alive or link.used_at is not None:
        return await run_in_threadpool(_shown, web, token)
    form = await forms.form_of(request)
    make = deeds.confirm(web, link.case_id, token=token)
    try:
        await deeds.do(web, link.case_id, forms.field(form, "once"), "", Action.CONFIRM_IDENTITY_CODE, make)
    except CodeRefusedError:
        return await run_in_threadpool(_shown, web, token)  # pressed twice, or used from another device meanwhile
    return await run_in_threadpool(_proven, web, link.case_id, link.identifier, link.id)


@router.post("/verify/{token}/new")
async def new_code(token: str, request: Request, web: TheWeb) -> Response:
    """A link that has ended still says which address to send a new code to."""
    link, _ = await run_in_threadpool(link_of, web.resources, token, "verify", web.now())
    if link is None:
        return pages.error_page(web, 410)
    form = await forms.form_of(request)
    make = deeds.code_for(web, link.case_id, link.identifier, "verify")
    try:
        await deeds.do(web, link.case_id, forms.field(form, "once"), "", Action.REQUEST_CODE, make)
    except NoCodesLeftError as refusal:
        return await run_in_threadpool(_shown, web, token, told_of(refusal))
    answer = pages.away_to("/receipt?done=sent")
    await run_in_threadpool(
        lambda: sessions.begin(web, answer, link.case_id, "verify", identifier=link.identifier, link=link.id),
    )
    return answer


@router.get("/verify/{token}/not-me")
async def ask_not_me(token: str, web: TheWeb) -> Response:
    """Ask once more, and say what it does."""
    return await run_in_threadpool(_asked, web, token)


@router.post("/verify/{token}/not-me")
async def not_me(token: str, request: Request, web: TheWeb) -> Response:
    """Stop the request; where only a second address is somebody else's, tell the caseworker."""
    link, alive = await run_in_threadpool(link_of, web.resources, token, "verify", web.now())
    if link is None or not alive:
        return await run_in_threadpool(_shown, web, token)
    form = await forms.form_of(request)
    view = await run_in_threadpool(CaseReader(web.resources).get, link.case_id)
    mark = forms.field(form, "once")
    if view.state.status is not Status.CLOSED:
        if _is_the_requester(view, link.identifier):
            await deeds.do(web, link.case_id, mark, "", Action.DISOWN, deeds.disown)
            await run_in_threadpool(sessions.end_others, web, link.case_id)
        else:
            make = deeds.message(web, link.case_id, say(_NOT_MINE))
            await deeds.do(web, link.case_id, mark, "", Action.SEND_MESSAGE, make)
    return tell(web, "not-mine")


def _is_the_requester(view: CaseView, identifier: UUID) -> bool:
    delivery = view.state.delivery_address
    return delivery is None or delivery == identifier


def _proven(
    web: Web, case_id: UUID, identifier: UUID | None, link: UUID | None, instead: sessions.Visit | None = None
) -> Response:
    answer = pages.away_to("/follow?done=proven")
    # Whoever owns a further address reads nothing that the requester wrote: a slip of the keyboard may have named a stranger.
    proven = identifier is None or _is_the_requester(CaseReader(web.resources).get(case_id), identifier)
    sessions.begin(web, answer, case_id, "follow", identifier=identifier, link=link, proven=proven, instead=instead)
    return answer


async def _again(web: Web, session: sessions.Visit, error: str, typed: str = "") -> Response:
    return await run_in_threadpool(lambda: receipt_page(web, session, error, typed, status=422))


def _shown(web: Web, token: str, told: str = "") -> Response:
    link, alive = link_of(web.resources, token, "verify", web.now())
    if link is None:
        return pages.error_page(web, 410)
    view = CaseReader(web.resources).get(link.case_id)
    identifier = view.state.identifiers.get(link.identifier)
    stake = at_stake(map(Right, view.receipt.rights))
    return pages.show(
        web,
        "verify.html",
        status=422 if told else 200 if alive else 410,
        here=f"/verify/{token}",
        told=told,
        path=f"/verify/{token}",
        reference=view.receipt.reference,
        asked=asked(view.receipt.rights),
        by_agent=by_agent(view),
        access=stake == "copy",
        deletes=stake == "erasure",
        address=masked_address(web.resources, link.case_id, link.identifier),
        goes_to=""
        if _is_the_requester(view, link.identifier)
        else masked_address(web.resources, link.case_id, view.state.delivery_address),
        received_at=view.receipt.received_at,
        closed=view.state.status is Status.CLOSED,
        done=link.used_at is not None or (identifier is not None and identifier.standing == "proven"),
        alive=alive,
    )


def _asked(web: Web, token: str) -> Response:
    link, alive = link_of(web.resources, token, "verify", web.now())
    if link is None or not alive:
        return _shown(web, token)
    return pages.show(
        web,
        "confirm.html",
        title=say("Was this request not yours?"),
        lines=[say("If you press the button, we stop working on it and close it. Nobody gets anything.")],
        action=f"/verify/{token}/not-me",
        button=say("This was not me. Stop it"),
        back=f"/verify/{token}",
        back_words=say("No, go back"),
    )
