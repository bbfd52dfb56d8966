"""`/`: the form in which anybody may ask, with or without an account, and the receipt (Articles 12(2), 15-22; s.164A DPA 2018).

Answered after the commit alone, and in the same words for everybody: whether an address is known is not said. A mistake brings
the form back with all that was typed. First of the six files of the README.
Next: `adapters/database/intake.py`
"""

from datetime import date
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from adapters.database.case_reader import CaseReader
from adapters.database.clocks import clock_of, seat_of
from adapters.database.intake import IncomingRequest, Intake, Receipt
from adapters.letter_languages import own_authority_in
from adapters.letter_words import how_counted
from api.dependencies import TheWeb, Web
from api.face import forms
from api.face.countries import COUNTRIES
from api.face.days import zone
from api.idempotency import keyed_hash
from api.portal import form, pages, sessions
from api.portal.form import Filled, Step, picture_asked
from api.portal.languages import FIELD, current, say, spoke
from api.portal.limits import mailbox_named_too_often
from api.portal.reading import address_of, by_agent, code_is_sent, dates_of, first_mailbox
from api.portal.words import ACCOUNTS, MANDATES, asked, choices, countries, substance
from domain.consents import course_of
from domain.datamap import LawfulBasis, Purpose
from domain.deadline import regimes_for
from domain.identity_decisions import mandate_awaited
from domain.incoming import Language
from domain.rights import Channel, Mandate, Right, Status, at_stake

router = APIRouter(route_class=pages.PageRoute, include_in_schema=False)

CALLER: Final = "portal"
_HINTS: Final = (("username", "username"), ("phone", "phone"), ("other_email", "email"))  # field, kind of identifier
_WITH_ARTICLE: Final = {"GB", "NL"}
_WITHOUT_A_DAY: Final = frozenset({Right.COMPLAINT.value, Right.WITHDRAW_CONSENT.value, Right.MINOR_REPORT.value})
_TOO_OFTEN: Final = (
    "This address was named in many requests today, so we stop here to keep its mailbox from being flooded. "
    "Please try again tomorrow, or write to us."
)
_FILLED_IN: Final = (
    "Something filled in a field that people do not see, so nothing was sent yet. Everything you wrote is here. Please press "
    "Continue again."
)
_FILLED_IN_LAST: Final = (
    "Something filled in a field that people do not see, so nothing was sent yet. Everything you wrote is here. Please press "
    "Send again."
)
_TOO_OLD: Final = "This page was open for more than a day. Nothing was sent yet. Please look at it again and press Send."
_MANDATE: Final = "Thank you. Somebody looks at your mandate. We write to you once it is enough, or the person has said so."
_SENT: Final = "We have sent a new mail with a code. Older codes do not work any more."


@router.get("/")
async def first_step(web: TheWeb) -> Response:
    """The empty form, one step at a time."""
    return await run_in_threadpool(_step, web, Filled(), "what")


@router.get("/all")
async def all_steps(web: TheWeb) -> Response:
    """The empty form on one page."""
    return await run_in_threadpool(_step, web, Filled(), "whole")


@router.get("/complain")
async def complain(request: Request, web: TheWeb) -> Response:
    """The form for a complaint, which names the request that it is about where that page is open."""
    filled = Filled(rights=[Right.COMPLAINT.value])
    filled.texts["concerns"] = await run_in_threadpool(_followed, request, web)
    return await run_in_threadpool(_step, web, filled, "about")


@router.post("/")
async def submit(request: Request, web: TheWeb) -> Response:  # noqa: PLR0911 (one return per kind of answer)
    """One step on, or back; at the last one the request is taken in, and is received when this answers."""
    sent = await forms.form_of(request)
    filled, step, mark = form.read(sent), form.step_of(forms.field(sent, "step")), forms.field(sent, "once")
    current().choose(forms.field(sent, FIELD))
    if spoke(sent):  # nothing that was typed is lost
        return await run_in_threadpool(_step, web, filled, step, mark)
    if forms.field(sent, "website"):
        # Nothing is lost and nobody is turned away: the page comes back with everything, and without what filled it in.
        filled.notice = say(_FILLED_IN_LAST if step == "check" else _FILLED_IN)
        return await run_in_threadpool(_step, web, filled, step, mark, 422)
    if wanted := forms.field(sent, "go"):
        filled.checking = filled.checking or step == "check"
        return await run_in_threadpool(_step, web, filled, form.step_of(wanted), mark)
    await run_in_threadpool(form.look_over, web.resources.vault, filled, step)
    if filled.errors:
        shown: Step = "whole" if step == "check" else step
        return await run_in_threadpool(_step, web, filled, shown, mark, 422)
    if step != "check":
        return await run_in_threadpool(_step, web, filled, "check" if filled.checking else form.after(step), mark)
    if not sessions.is_ours(web, mark):
        filled.notice = say(_TOO_OLD)
        return await run_in_threadpool(_step, web, filled, step, "", 422)
    if await run_in_threadpool(mailbox_named_too_often, web, filled.texts["email"]):
        filled.notice = say(_TOO_OFTEN)
        return await run_in_threadpool(_step, web, filled, step, mark, 429)
    receipt, answer = await run_in_threadpool(_received, web, filled, mark)
    if not receipt.begun:
        web.cases.start_soon(receipt.case_id)
    return answer


@router.get("/receipt")
async def receipt(request: Request, web: TheWeb, done: str = "") -> Response:
    """The receipt: reference, what happens next, the date and how it is worked out."""
    session = await run_in_threadpool(sessions.current, request, web, "verify")
    return await run_in_threadpool(lambda: receipt_page(web, session, sent=done == "sent", mandate=done == "mandate"))


def receipt_page(
    web: Web,
    session: sessions.Visit,
    error: str = "",
    typed: str = "",
    *,
    sent: bool = False,
    mandate: bool = False,
    mandate_error: str = "",
    status: int = 200,
) -> Response:
    """The receipt, with the field for the code.

    Args:
        web: of the process.
        session: the visit.
        status: of HTTP.
        error: what was wrong with the code just typed.
        typed: that code; it is shown again.
        sent: a new code was asked for just now.
        mandate: the proof of a mandate was handed in just now.
        mandate_error: what was wrong with it.
    """
    view = CaseReader(web.resources).get(session.case_id)
    stake = at_stake(map(Right, view.receipt.rights))
    return pages.show(
        web,
        "receipt.html",
        status=status,
        session=session,
        here="/receipt",
        reference=view.receipt.reference,
        asked=asked(view.receipt.rights),
        access=stake == "copy",
        deletes=stake == "erasure",
        objects=Right.OBJECTION.value in view.receipt.rights,
        course=course_of(map(Right, view.receipt.rights), view.receipt.consents or ()),
        # Whoever has just typed it may see whether it is right; a link may have come to somebody else.
        address=address_of(web.resources, session.case_id, session.identifier, masked=session.link is not None),
        agent=by_agent(view),
        handed_in=bool(view.state.evidence),
        settled=bool(view.state.identity_record) or view.state.authority == "sufficient",
        closed=view.state.status is Status.CLOSED,
        begins=view.state.status is Status.RECEIVED,  # its workflow takes a moment; until then no proof is taken in
        wants_code=sent or bool(error) or code_is_sent(web, view, session.identifier),
        received_at=view.receipt.received_at,
        own_authority=own_authority_in(current().language, view.receipt.regimes, web.resources.datamap.controller),
        clock=view.clock,
        **dates_of(web, view),
        error=error,
        typed=typed,
        notice=say(_SENT) if sent else say(_MANDATE) if mandate else "",
        mandate_awaited=mandate_awaited(view.state),
        mandate_error=mandate_error,
    )


def _step(web: Web, filled: Filled, step: Step, mark: str = "", status: int = 200) -> Response:
    return pages.show(
        web,
        "check.html" if step == "check" else "form.html",
        status=status,
        step=step,
        number=("what", "about", "help", "check").index(step) + 1 if step != "whole" else 0,
        back=form.before(step),
        filled=filled,
        shown=["what", "about", "help"] if step == "whole" else [step],
        fields=form.FIELDS,
        rights=choices(),
        substance="" if step == "whole" else substance(filled.rights),
        picture_asked=step == "whole" or picture_asked(filled),
        countries=countries(),
        accounts={value: say(label) for value, label in ACCOUNTS.items()},
        mandates={value: say(label) for value, label in MANDATES.items()},
        consents=[(each.id, each.title) for each in _resting_on_consent(web)] if Right.WITHDRAW_CONSENT in filled.rights else [],
        # A complaint, a consent and a report of a child have no day of the law for their outcome: none is named for them.
        dated=not filled.rights or not _WITHOUT_A_DAY.issuperset(filled.rights),
        due=(due := _due_if_asked_now(web, filled.texts["country"])),
        due_counted=how_counted([Right.ACCESS], web.now().astimezone(zone(web)).date(), due, current().language),
        due_here=None if filled.texts["country"] or (here := _due_if_asked_now(web, _own(web))) == due else here,
        own_country=_called(_own(web)),
        mark=mark,  # one from the first step to the last: the same wish
    )


def _resting_on_consent(web: Web) -> list[Purpose]:
    purposes = web.resources.datamap.in_language(current().language).purposes
    return [each for each in purposes if each.lawful_basis is LawfulBasis.CONSENT]


def _due_if_asked_now(web: Web, country: str) -> date:
    """The date of an answer for whoever asks now and lives there; where they have not said it, by the stricter law."""
    now, controller = web.now(), web.resources.datamap.controller
    regimes = regimes_for(controller.country, country if country in dict(COUNTRIES) else None)
    return clock_of(now, regimes, [Right.ACCESS], [], as_of=now, seat=seat_of(controller)).safe_due


def _own(web: Web) -> str:
    return web.resources.datamap.controller.country


def _called(country: str) -> str:
    named = dict(countries()).get(country, "")
    return f"the {named}" if current().language == "en" and country in _WITH_ARTICLE else named


def _followed(request: Request, web: Web) -> str:
    try:
        session = sessions.current(request, web, "follow", "package")
    except sessions.SessionOverError:
        return ""
    return CaseReader(web.resources).get(session.case_id).receipt.reference


def _received(web: Web, filled: Filled, mark: str) -> tuple[Receipt, Response]:
    receipt = _receive(web, filled, mark)
    with web.resources.database.read() as database:
        mailbox: UUID | None = first_mailbox(database, receipt.case_id)
    answer = pages.away_to("/receipt")
    sessions.begin(web, answer, receipt.case_id, "verify", identifier=mailbox)
    return receipt, answer


def _of_letters() -> Language | None:
    """The language of letters to come: that of the form; where English stood there unasked, the person's words tell."""
    spoken = current()
    return spoken.language if spoken.chosen or spoken.language != "en" else None


def _receive(web: Web, filled: Filled, mark: str) -> Receipt:
    now, vault, texts = web.now(), web.resources.vault, filled.texts
    named = {each.id for each in _resting_on_consent(web)}
    consents = [name for name in filled.consents if name in named and Right.WITHDRAW_CONSENT in filled.rights]
    content = keyed_hash(vault, "portal-body", *filled.rights, *consents, *(texts[name] for name in sorted(texts)))
    incoming = IncomingRequest(
        rights=[Right(right) for right in filled.rights],
        email=texts["email"],
        name=texts["name"] or None,
        country=texts["country"] if texts["country"] in dict(COUNTRIES) else None,
        message=form.message_of(filled),
        hints=[(kind, texts[name]) for name, kind in _HINTS if texts[name]],
        consents=consents,
        relation=form.relation_of(filled),
        agent=texts["agent"] or None,
        agent_email=texts["agent_email"] or None,
        mandate=Mandate(texts["mandate"]) if texts["agent"] and texts["mandate"] else None,
        correction=form.correction_of(filled),
        language=_of_letters(),
        channel=Channel.WEB_FORM,
        received_at=now,
        caller=CALLER,
        # The same form pressed twice is one request; gone back to and changed, it is another.
        idempotency_key=keyed_hash(vault, "portal-form", mark, content),
        body_hash=content,
    )
    return Intake(web.resources).receive(incoming, now)
