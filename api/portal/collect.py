"""`/collect`: the person opens the package with a fresh code (Articles 12(3), 15(3)).

The link leads to the page and opens nothing; the code goes to the proven address alone. Beside the copy stand the two things
that may be wrong with it: it reached somebody else, or something is missing. Last of the six files from form to package; the
bytes go out by `api/portal/download.py`.
"""

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from adapters.database.case_reader import CaseReader
from api.dependencies import TheWeb, Web
from api.face import forms
from api.portal import deeds, pages, sessions
from api.portal.again import ask_again
from api.portal.download import is_there, unlock
from api.portal.follow import LONGEST_MESSAGE
from api.portal.languages import say, spoke, told_of
from api.portal.reading import copy_days, link_of, masked_address
from api.portal.told import tell
from api.portal.words import code_refused
from domain.authority import Action
from domain.decisions import allowed_actions
from domain.errors import CodeRefusedError, InvalidInputError, NoCodesLeftError, NotAllowedNowError

router = APIRouter(route_class=pages.PageRoute, include_in_schema=False)

_SENT = "We have sent a mail with a code. It may take a minute."
_HEARD = "Thank you. We have your message, look again at no cost, and answer by mail."
_OVER = "There is no copy here any more that a code could open. Write to us, and we look for another way."


@router.get("/collect")
async def collect(request: Request, web: TheWeb, done: str = "", have: str = "") -> Response:
    """The page beside the copy."""
    session = await run_in_threadpool(sessions.current, request, web, "package")
    notice = {"sent": say(_SENT), "heard": say(_HEARD)}.get(done, "")
    return await run_in_threadpool(lambda: _page(web, session, notice=notice, sent=done == "sent" or have == "code"))


@router.get("/collect/wrong-person")
async def ask_wrong_person(request: Request, web: TheWeb) -> Response:
    """Ask once more, and say what it does."""
    session = await run_in_threadpool(sessions.current, request, web, "package")
    return pages.show(
        web,
        "confirm.html",
        session=session,
        title=say("Did this reach the wrong person?"),
        lines=[
            say("If you press the button, the link and every code stop working at once, and a person looks into it."),
            say("Please do not open the copy, and delete it if you have it already. You did nothing wrong."),
        ],
        action="/collect/wrong-person",
        button=say("This is not mine. Stop it"),
        back="/collect",
        back_words=say("No, go back"),
    )


@router.get("/collect/{token}")
async def enter(token: str, web: TheWeb) -> Response:
    """Swap the token of the mail for a visit; sends and opens nothing."""
    link, alive = await run_in_threadpool(link_of, web.resources, token, "package", web.now())
    if link is None:
        return pages.error_page(web, 410)
    if not alive:
        return await run_in_threadpool(ask_again, web, link, token)
    answer = pages.away_to("/collect")
    await run_in_threadpool(
        lambda: sessions.begin(web, answer, link.case_id, "package", identifier=link.identifier, link=link.id),
    )
    return answer


@router.post("/collect/send")
async def send_code(request: Request, web: TheWeb) -> Response:
    """Send a fresh code to the address that the copy goes to."""
    session, form = await _posted(request, web)
    mark = forms.field(form, "once")
    view = await run_in_threadpool(CaseReader(web.resources).get, session.case_id)
    if not {Action.REQUEST_CODE, Action.OPEN_PACKAGE} <= {*allowed_actions(view.state)}:
        return await run_in_threadpool(lambda: _page(web, session, errors={"code": say(_OVER)}, status=409))
    make = deeds.code_for(web, session.case_id, view.state.delivery_address, "open_package")
    try:
        await deeds.do(web, session.case_id, mark, "", Action.REQUEST_CODE, make)
    except NoCodesLeftError as refusal:
        told = told_of(refusal)
        return await run_in_threadpool(lambda: _page(web, session, errors={"code": told}, status=422, sent=True))
    return pages.away_to("/collect?done=sent")


@router.post("/collect/code")
async def type_code(request: Request, web: TheWeb) -> Response:
    """Open the copy for this visit."""
    session, form = await _posted(request, web)
    mark, code = forms.field(form, "once"), forms.field(form, "code")
    try:
        command = await run_in_threadpool(unlock, web, session, mark, code)
    except InvalidInputError:
        told = say("The code has 8 digits. It stands in our mail.")
    except NotAllowedNowError as refusal:
        told = told_of(refusal)
    except CodeRefusedError:
        left = await run_in_threadpool(deeds.tries_left, web, session.case_id, "open_package")
        told = code_refused(left)
    else:
        return await run_in_threadpool(_opened, web, session, command)
    return await run_in_threadpool(
        lambda: _page(web, session, errors={"code": told}, typed={"code": code}, status=422, sent=True)
    )


@router.post("/collect/missing")
async def something_missing(request: Request, web: TheWeb) -> Response:
    """Say what is missing; it reaches the caseworkers as a message."""
    session, form = await _posted(request, web)
    mark, text = forms.field(form, "once"), forms.field(form, "text")
    if spoke(form):
        return await run_in_threadpool(lambda: _page(web, session, typed={"text": text}))
    if not 0 < len(text) <= LONGEST_MESSAGE:
        told = say("Write what is missing, in at most 20,000 characters.")
        return await run_in_threadpool(lambda: _page(web, session, errors={"text": told}, typed={"text": text}, status=422))
    make = deeds.missing(web, session.case_id, text)
    await deeds.do(web, session.case_id, mark, text, Action.REPORT_MISSING, make)
    return pages.away_to("/collect?done=heard")


@router.post("/collect/wrong-person")
async def wrong_person(request: Request, web: TheWeb) -> Response:
    """Stop at once: links and codes end, also when the request is closed already, and a person looks into it."""
    session, form = await _posted(request, web)
    mark, told = forms.field(form, "once"), "wrong-person"
    try:
        await deeds.do(web, session.case_id, mark, "", Action.REPORT_WRONG_PERSON, deeds.wrong_person)
    except NotAllowedNowError:  # it is not on its way to anybody any more
        told = "wrong-person-late"
    await run_in_threadpool(sessions.end_others, web, session.case_id)
    return tell(web, told)


async def _posted(request: Request, web: Web) -> tuple[sessions.Visit, FormData]:
    session = await run_in_threadpool(sessions.current, request, web, "package")
    form = await forms.form_of(request)
    sessions.check_form(web, session, forms.field(form, "key"))
    return session, form


def _page(
    web: Web,
    session: sessions.Visit,
    *,
    notice: str = "",
    errors: dict[str, str] | None = None,
    typed: dict[str, str] | None = None,
    sent: bool = False,
    status: int = 200,
) -> Response:
    view = CaseReader(web.resources).get(session.case_id)
    allowed = allowed_actions(view.state)
    return pages.show(
        web,
        "collect.html",
        status=status,
        session=session,
        here="/collect?have=code" if sent else "/collect",
        asking="text-form" if typed and "text" in typed else "",
        reference=view.receipt.reference,
        ready=is_there(view),
        opened=session.opened,
        bytes=view.state.fetchable.bytes if view.state.fetchable else 0,
        fetched=view.state.fetchable is not None and view.state.fetchable.opened,
        part=view.state.fetchable is not None and view.state.fetchable == view.state.partial_given,
        may={action.value for action in allowed},
        **copy_days(web, view.state),
        address=masked_address(web.resources, session.case_id, view.state.delivery_address),
        notice=notice,
        errors=errors or {},
        typed=typed or {},
        sent=sent,
    )


def _opened(web: Web, session: sessions.Visit, command: str) -> Response:
    answer = pages.away_to("/collect")
    sessions.begin(
        web,
        answer,
        session.case_id,
        "package",
        identifier=session.identifier,
        link=session.link,
        opened_by=command,
        instead=session,
    )
    return answer
