"""`/follow/withdraw` and `/follow/not-me`: how the person ends a request, and the fresh code that withdrawing asks for.

A follow link lies about for months, in a mailbox and in histories. So it only tells us something: "this was not me" holds the
release until a person has looked, once it is known who asks. Whoever types a fresh code reads what was written and can end it
(`security.md` 2.9 and section 4). Next: api/portal/deeds.py
"""

from typing import Final

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from adapters.attempts import judge, purpose_of_code
from adapters.database.case_reader import CaseReader, CaseView
from adapters.links import record_attempt
from api.dependencies import TheWeb, Web
from api.face import forms
from api.portal import deeds, pages, sessions
from api.portal.follow import begin_proven, posted
from api.portal.languages import say, told_of
from api.portal.reading import masked_address, may_withdraw
from api.portal.told import tell
from domain.authority import Action
from domain.decisions import allowed_actions
from domain.errors import CodeRefusedError, InvalidInputError, NoCodesLeftError, NotAllowedNowError

router = APIRouter(route_class=pages.PageRoute, include_in_schema=False)

_WITHDRAW: Final = "withdraw"  # where the page of the code leads to
_SENT: Final = "sent"


@router.get("/follow/withdraw")
async def ask_withdraw(request: Request, web: TheWeb) -> Response:
    """Ask once more, and say what it does; for a fresh code first."""
    session = await run_in_threadpool(sessions.current, request, web, "follow")
    if not may_withdraw((await run_in_threadpool(CaseReader(web.resources).get, session.case_id)).state):
        return pages.error_page(web, 409)
    if not session.proven:
        return pages.away_to(f"/follow/prove?then={_WITHDRAW}")
    lines = [
        say("We stop working on it and close it. Nothing happens to your account or your data."),
        say("You can ask again whenever you like."),
    ]
    return _ask(web, session, "withdraw", say("Withdraw your request?"), lines, say("Withdraw my request"))


@router.post("/follow/withdraw")
async def withdraw(request: Request, web: TheWeb) -> Response:
    """Take the request back."""
    session, form = await posted(request, web)
    if not may_withdraw((await run_in_threadpool(CaseReader(web.resources).get, session.case_id)).state):
        return pages.error_page(web, 409)
    if not session.proven:
        return pages.away_to(f"/follow/prove?then={_WITHDRAW}")
    await deeds.do(web, session.case_id, forms.field(form, "once"), "", Action.WITHDRAW, deeds.withdraw)
    return pages.away_to("/follow")


@router.get("/follow/not-me")
async def ask_not_me(request: Request, web: TheWeb) -> Response:
    """Ask once more, and say what it does."""
    session = await run_in_threadpool(sessions.current, request, web, "follow")
    view = await run_in_threadpool(CaseReader(web.resources).get, session.case_id)
    lines = (
        [say("If somebody else made it in your name, we stop working on it and close it. Nobody gets anything.")]
        if _ends(view, session)
        else [say("If you press the button, nothing goes out and nothing is deleted until a person has looked into it.")]
    )
    return _ask(web, session, "not-me", say("Was this request not yours?"), lines, say("This was not me. Stop it"))


@router.post("/follow/not-me")
async def not_me(request: Request, web: TheWeb) -> Response:
    """Say that somebody else made it."""
    session, form = await posted(request, web)
    view, mark = await run_in_threadpool(CaseReader(web.resources).get, session.case_id), forms.field(form, "once")
    if not _ends(view, session):
        await deeds.do(web, session.case_id, mark, "", Action.DISPUTE_IDENTITY, deeds.dispute)
        return tell(web, "held")
    await deeds.do(web, session.case_id, mark, "", Action.DISOWN, deeds.disown)
    await run_in_threadpool(sessions.end_others, web, session.case_id, session)
    return pages.away_to("/follow")


@router.get("/follow/prove")
async def ask_code(request: Request, web: TheWeb, then: str = "", done: str = "") -> Response:
    """The page that takes a fresh code; sends nothing."""
    session = await run_in_threadpool(sessions.current, request, web, "follow")
    return await run_in_threadpool(lambda: _code_page(web, session, then, sent=done == _SENT))


@router.post("/follow/prove/send")
async def send_code(request: Request, web: TheWeb) -> Response:
    """Send a fresh code to the address that the visit came from."""
    session, form = await posted(request, web)
    then = forms.field(form, "then")
    view = await run_in_threadpool(CaseReader(web.resources).get, session.case_id)
    try:
        if session.identifier is None or not _is_the_requester(view, session):
            raise NotAllowedNowError
        make = deeds.code_for(web, session.case_id, session.identifier, purpose_of_code(view.state, session.identifier))
        await deeds.do(web, session.case_id, forms.field(form, "once"), "", Action.REQUEST_CODE, make)
    except NoCodesLeftError as refusal:
        told = told_of(refusal)
        return await run_in_threadpool(lambda: _code_page(web, session, then, sent=True, told=told))
    return pages.away_to(_code_address(then))


@router.post("/follow/prove")
async def type_code(request: Request, web: TheWeb) -> Response:
    """Go on as somebody who has shown that the mailbox is theirs."""
    session, form = await posted(request, web)
    then, code = forms.field(form, "then"), forms.field(form, "code")
    try:
        await _prove(web, session, code, forms.field(form, "once"))
    except (InvalidInputError, CodeRefusedError) as refusal:
        told = told_of(refusal)
        return await run_in_threadpool(lambda: _code_page(web, session, then, sent=True, told=told, typed=code))
    answer = pages.away_to("/follow/withdraw" if then == _WITHDRAW else "/follow")
    await run_in_threadpool(begin_proven, web, answer, session)
    return answer


async def _prove(web: Web, session: sessions.Visit, code: str, mark: str) -> None:
    view = await run_in_threadpool(CaseReader(web.resources).get, session.case_id)
    if session.identifier is None or not _is_the_requester(view, session):
        raise CodeRefusedError
    if purpose_of_code(view.state, session.identifier) == "verify":  # it also counts as the proof that the request waits for
        make = deeds.confirm(web, session.case_id, code=code)
        await deeds.do(web, session.case_id, mark, code, Action.CONFIRM_IDENTITY_CODE, make)
        return
    if not await run_in_threadpool(_holds, web, view, session, code):
        raise CodeRefusedError


def _holds(web: Web, view: CaseView, session: sessions.Visit, code: str) -> bool:
    """Whether a code holds for this visit; it is counted and spent all the same. It changes nothing in the case."""
    assert session.identifier is not None
    purpose = purpose_of_code(view.state, session.identifier)
    with web.resources.database.write() as database:
        attempt = record_attempt(database, web.resources.vault, session.case_id, purpose, code=code, now=web.now())
        return judge(database, session.case_id, attempt, web.now()).identifier == session.identifier


def _ends(view: CaseView, session: sessions.Visit) -> bool:
    """Whether "this was not me" ends the request at once: nobody has shown yet that they asked, or this visit just did."""
    return session.proven or not view.state.identity_record or Action.DISPUTE_IDENTITY not in allowed_actions(view.state)


def _is_the_requester(view: CaseView, session: sessions.Visit) -> bool:
    # Whoever owns a further address reads nothing that the requester wrote, and ends nothing.
    return view.state.delivery_address in {None, session.identifier}


def _code_address(then: str) -> str:
    return f"/follow/prove?done={_SENT}" + (f"&then={_WITHDRAW}" if then == _WITHDRAW else "")


def _code_page(web: Web, session: sessions.Visit, then: str, *, sent: bool = False, told: str = "", typed: str = "") -> Response:
    view = CaseReader(web.resources).get(session.case_id)
    theirs = session.identifier is not None and _is_the_requester(view, session)
    return pages.show(
        web,
        "prove.html",
        status=422 if told else 200,
        session=session,
        here=_code_address(then),
        reference=view.receipt.reference,
        theirs=theirs,
        address=masked_address(web.resources, session.case_id, session.identifier),
        withdrawing=then == _WITHDRAW,
        sent=sent,
        told=told,
        typed=typed,
    )


def _ask(web: Web, session: sessions.Visit, path: str, title: str, lines: list[str], button: str) -> Response:  # noqa: PLR0917
    return pages.show(
        web,
        "confirm.html",
        session=session,
        title=title,
        lines=lines,
        action=f"/follow/{path}",
        button=button,
        back="/follow",
        back_words=say("No, go back"),
    )
