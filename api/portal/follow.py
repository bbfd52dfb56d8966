"""`/follow`: where a request is, what is needed from the person, and the ways to write, to add an address, to stop (Article 12).

The token of the mail becomes a cookie at once, so that it stays in no history. What was written is shown only to a visit that
began by proving the mailbox. Next: api/portal/collect.py
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from adapters.database.case_reader import CaseReader, CaseView
from adapters.database.tables import CaseEventRow
from adapters.letter_languages import authorities_in, own_authority_in, remedies_in
from api.dependencies import TheWeb, Web
from api.face import forms
from api.portal import deeds, pages, sessions
from api.portal.form import can_be_written_to
from api.portal.languages import current, say, spoke, told_of
from api.portal.reading import (
    answer_of,
    by_agent,
    code_is_sent,
    copy_days,
    dates_of,
    fetching_of,
    link_of,
    masked_address,
    may_withdraw,
    messages_of,
)
from api.portal.steps import stage_of, steps_of
from api.portal.told import tell
from api.portal.words import asked, outcome_of, request_title
from domain.authority import Action
from domain.conclusion import waits_for_words
from domain.decisions import allowed_actions
from domain.errors import CodeRefusedError, InvalidInputError, NoCodesLeftError, NotAllowedNowError
from domain.identity_decisions import agents_address, mandate_awaited
from domain.rights import Outcome, Right

router = APIRouter(route_class=pages.PageRoute, include_in_schema=False)

_MOVED_ON: Final = "Your request has moved on. This is not possible any more."
_UNKNOWN: Final = "I do not know."
LONGEST_MESSAGE: Final = 20_000  # characters, as in the form
_UNSEARCHED: Final = frozenset({Right.COMPLAINT.value, Right.MINOR_REPORT.value})  # so another address helps nobody
_WORDS: Final = frozenset({"answer", "text", "address"})  # fields whose words are carried over into another language
_THANKS: Final = {
    "proven": "Thank you. This address is confirmed.",
    "written": "Thank you. We have your message and answer by mail.",
    "answered": "Thank you. We have your answer and go on.",
    "address": "Thank you. We have sent a mail to that address. It counts once it is confirmed there.",
    "evidence": "Thank you. We have your file, look at it and write to you.",
    "code": "We have sent a new mail with a code.",
}


@router.get("/follow")
async def follow(request: Request, web: TheWeb, done: str = "") -> Response:
    """The page of a request."""
    session = await run_in_threadpool(sessions.current, request, web, "follow")
    return await run_in_threadpool(lambda: follow_page(web, session, notice=say(_THANKS[done]) if done in _THANKS else ""))


@router.post("/follow/code")
async def type_code(request: Request, web: TheWeb) -> Response:
    """Confirm the mailbox here."""

    async def act(session: sessions.Visit, form: FormData) -> str:
        code = forms.field(form, "code")
        make = deeds.confirm(web, session.case_id, code=code)
        await deeds.do(web, session.case_id, forms.field(form, "once"), code, Action.CONFIRM_IDENTITY_CODE, make)
        return "proven"

    return await _acted(request, web, "code", act)


@router.post("/follow/resend")
async def resend(request: Request, web: TheWeb) -> Response:
    """Ask for a new code to the address that the mail went to."""

    async def act(session: sessions.Visit, form: FormData) -> str:
        make = deeds.code_for(web, session.case_id, session.identifier, "verify")
        await deeds.do(web, session.case_id, forms.field(form, "once"), "", Action.REQUEST_CODE, make)
        return "code"

    return await _acted(request, web, "code", act)


@router.post("/follow/answer")
async def answer(request: Request, web: TheWeb) -> Response:
    """Answer the question that was asked about the request (Article 12A(5) UK GDPR): the clock goes on."""

    async def act(session: sessions.Visit, form: FormData) -> str:
        text = say(_UNKNOWN) if forms.field(form, "unknown") else _words(form, "answer")
        make = deeds.answer(web, session.case_id, text)
        await deeds.do(web, session.case_id, forms.field(form, "once"), text, Action.ANSWER_CLARIFICATION, make)
        return "answered"

    return await _acted(request, web, "answer", act)


@router.post("/follow/message")
async def write(request: Request, web: TheWeb) -> Response:
    """Write to the controller."""

    async def act(session: sessions.Visit, form: FormData) -> str:
        text = _words(form, "text")
        make = deeds.message(web, session.case_id, text)
        await deeds.do(web, session.case_id, forms.field(form, "once"), text, Action.SEND_MESSAGE, make)
        return "written"

    return await _acted(request, web, "text", act)


@router.post("/follow/address")
async def add_address(request: Request, web: TheWeb) -> Response:
    """Name another address; it is searched with once its owner has confirmed it."""

    async def act(session: sessions.Visit, form: FormData) -> str:
        address = forms.field(form, "address")
        if not can_be_written_to(web.resources.vault, address):
            raise InvalidInputError("Enter an e-mail address in the form name@example.com.", field="address")
        make = deeds.add_address(web, session.case_id, address)
        await deeds.do(web, session.case_id, forms.field(form, "once"), address, Action.ADD_IDENTIFIER, make)
        return "address"

    return await _acted(request, web, "address", act)


@router.get("/follow/{token}")
async def enter(token: str, web: TheWeb) -> Response:
    """Swap the token of the mail for a visit."""
    link, alive = await run_in_threadpool(link_of, web.resources, token, "follow", web.now())
    if link is None or not alive:
        return pages.error_page(web, 410)
    answer = pages.away_to("/follow")
    await run_in_threadpool(
        lambda: sessions.begin(web, answer, link.case_id, "follow", identifier=link.identifier, link=link.id),
    )
    return answer


@router.post("/follow/leave")
async def leave(request: Request, web: TheWeb) -> Response:
    """Close the page, on a device that others use too."""
    await posted(request, web)
    answer = tell(web, "left")
    await run_in_threadpool(sessions.leave, request, web, answer)
    return answer


def _words(form: FormData, field: str) -> str:
    text = forms.field(form, field)
    if not 0 < len(text) <= LONGEST_MESSAGE:
        raise InvalidInputError("Write what you want to tell us, in at most 20,000 characters.", field=field)
    return text


async def posted(request: Request, web: Web) -> tuple[sessions.Visit, FormData]:
    """The visit that a form was sent from, and what was filled in."""
    session = await run_in_threadpool(sessions.current, request, web, "follow")
    form = await forms.form_of(request)
    sessions.check_form(web, session, forms.field(form, "key"))
    return session, form


async def _acted(request: Request, web: Web, field: str, act: Callable[[sessions.Visit, FormData], Awaitable[str]]) -> Response:
    """Act, and come back to the page: with thanks, or with what was wrong and all that was typed."""
    session, form = await posted(request, web)
    typed = {field: forms.field(form, field)}
    if spoke(form):
        return await run_in_threadpool(lambda: follow_page(web, session, typed=typed))
    try:
        done = await act(session, form)
    except (InvalidInputError, CodeRefusedError, NoCodesLeftError, NotAllowedNowError) as refusal:
        told = say(_MOVED_ON) if refusal.kind == NotAllowedNowError.kind else told_of(refusal)
        return await run_in_threadpool(lambda: follow_page(web, session, errors={field: told}, typed=typed, status=422))
    answer = pages.away_to(f"/follow?done={done}")
    if done == "proven":
        await run_in_threadpool(begin_proven, web, answer, session)
    return answer


def begin_proven(web: Web, answer: Response, session: sessions.Visit) -> None:
    """The visit goes on as one that has shown the mailbox to be theirs."""
    sessions.begin(
        web,
        answer,
        session.case_id,
        "follow",
        identifier=session.identifier,
        link=session.link,
        proven=True,
        instead=session,
    )


def follow_page(
    web: Web,
    session: sessions.Visit,
    *,
    notice: str = "",
    errors: dict[str, str] | None = None,
    typed: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    """The page of a request.

    Args:
        web: of the process.
        session: the visit.
        notice: what has just been done.
        status: of HTTP.
        errors: what was wrong, by field.
        typed: what stood in the fields; it is shown again.
    """
    reader, language, controller = CaseReader(web.resources), current().language, web.resources.datamap.controller
    view = reader.get(session.case_id)
    events = reader.events(session.case_id, limit=1_000)
    messages = messages_of(web.resources, view.receipt, events) if session.proven else None
    steps, facts = steps_of(web, view, events), _standing(web, view, session, events)
    return pages.show(
        web,
        "follow.html",
        status=status,
        session=session,
        here="/follow",
        asking=next((f"{field}-form" for field in typed or () if field in _WORDS), ""),
        title=request_title(view.receipt.rights),
        asked=asked(view.receipt.rights),
        steps=steps,
        stage=stage_of(steps, facts),
        messages=messages,
        question=next((each.text for each in messages or () if each.asks), ""),
        address=masked_address(web.resources, session.case_id, session.identifier),
        remedies=remedies_in(language, view.receipt.regimes, controller),
        own_authority=own_authority_in(language, view.receipt.regimes, controller),
        authorities=authorities_in(language) if "EU" in view.receipt.regimes else [],
        notice=notice,
        errors=errors or {},
        typed=typed or {},
        **facts,
    )


def _standing(web: Web, view: CaseView, session: sessions.Visit, events: list[CaseEventRow]) -> dict[str, Any]:
    state, allowed = view.state, allowed_actions(view.state)
    identifier = state.identifiers.get(session.identifier) if session.identifier else None
    delivery = state.identifiers.get(state.delivery_address) if state.delivery_address else None
    claimed = identifier is not None and identifier.standing == "claimed"
    asked_code = claimed and Action.CONFIRM_IDENTITY_CODE in allowed and code_is_sent(web, view, session.identifier)
    return {
        "receipt": view.receipt,
        "access": Right.ACCESS.value in view.receipt.rights,
        "clock": view.clock,
        **dates_of(web, view),
        "awaited": waits_for_words(state),
        "outcome": outcome_of(state.outcome) if state.outcome else "",
        "may_ask_again": state.outcome in {Outcome.WITHDRAWN, Outcome.IDENTITY_NOT_CONFIRMED},
        "may": {action.value for action in allowed},
        # What was answered cannot be taken back, and what was released is not searched once more by naming another address.
        "may_end": Action.WITHDRAW in allowed,
        "may_withdraw": may_withdraw(state),
        "may_name": Action.ADD_IDENTIFIER in allowed
        and not (state.answered or (state.package and state.package.published) or _UNSEARCHED.issuperset(view.receipt.rights)),
        "wants_code": asked_code,
        "wants_more": (state.more_identity_asked and not state.identity_record)
        or (mandate_awaited(state) and state.authority_open and agents_address(state) is None),
        # The mailbox is theirs, and that alone does not settle who asks: a caseworker looks, where anything waits for it.
        "by_agent": by_agent(view),
        # Whoever owns a further address reads nothing that the requester wrote, and ends and adds nothing.
        "theirs": state.delivery_address in {None, session.identifier},
        "by_hand": bool(state.unsure) and delivery is not None and delivery.standing == "proven",
        **answer_of(state),
        **fetching_of(events),
        **copy_days(web, state),
        "delivery": masked_address(web.resources, session.case_id, state.delivery_address),
    }
