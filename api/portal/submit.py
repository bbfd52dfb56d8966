"""`/`: the form in which anybody may ask, with or without an account, and the receipt (Articles 12(2), 15-22; s.164A DPA 2018).

Answered after the commit alone, and in the same words for everybody: whether an address is known is not said. A mistake brings
the form back with all that was typed. First of six files: next is workflows/case.py
"""

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from adapters.database.case_reader import CaseReader
from adapters.database.intake import IncomingRequest, Intake, Receipt
from api.dependencies import TheWeb, Web
from api.face import forms
from api.idempotency import keyed_hash
from api.portal import pages, sessions
from api.portal.deeds import tries_left
from api.portal.limits import limits_of
from api.portal.reading import first_mailbox
from api.portal.words import ASKED, COUNTRIES, RIGHTS
from domain.errors import InvalidInputError
from domain.normal import refuse_hidden
from domain.rights import Channel, Right

router = APIRouter(route_class=pages.PageRoute, include_in_schema=False)

CALLER: Final = "portal"
_LONGEST: Final = {"name": 200, "email": 320, "username": 320, "phone": 40, "other_email": 320, "message": 20_000}
_HINTS: Final = (("username", "username"), ("phone", "phone"), ("other_email", "email"))  # field, kind of identifier
_TOO_OFTEN: Final = (
    "This address was named in many requests today, so we stop here to keep its mailbox from being flooded. "
    "Please try again tomorrow, or write to us."
)


@dataclass
class Filled:
    """The form as it was filled in, and what is wrong with it, by field."""

    rights: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=lambda: dict.fromkeys([*_LONGEST, "country"], ""))
    errors: dict[str, str] = field(default_factory=dict)
    notice: str = ""


@router.get("/")
async def form(web: TheWeb) -> Response:
    """The empty form."""
    return _form(web, Filled())


@router.post("/")
async def submit(request: Request, web: TheWeb) -> Response:
    """Take a request in; it is received when this answers."""
    sent = await forms.form_of(request)
    filled = await run_in_threadpool(_read, web, sent)
    if filled.errors:
        return _form(web, filled, 422)
    mark = forms.field(sent, "once")
    if not sessions.is_ours(web, mark):
        filled.notice = "This page was open for more than a day. Nothing was sent yet. Please look at it again and press Send."
        return _form(web, filled, 422)
    mailbox = web.resources.vault.index_email(filled.texts["email"]).hex()
    if limits_of(request.app).requests.full(mailbox):
        filled.notice = _TOO_OFTEN
        return _form(web, filled, 429)
    receipt, identifier = await run_in_threadpool(_receive, web, filled, mark)
    if receipt.created:
        web.cases.start_soon(receipt.case_id)
    answer = pages.away_to("/receipt")
    sessions.keep(answer, web, sessions.begin(receipt.case_id, "verify", web.now(), identifier=identifier))
    return answer


@router.get("/receipt")
async def receipt(request: Request, web: TheWeb) -> Response:
    """The receipt: reference, what happens next, the date and how it is worked out."""
    session = await run_in_threadpool(sessions.current, request, web, "verify")
    return await run_in_threadpool(receipt_page, web, session)


def receipt_page(
    web: Web, session: sessions.PortalSession, error: str = "", *, sent: bool = False, status: int = 200
) -> Response:
    """The receipt, with the field for the code.

    Args:
        web: of the process.
        session: the visit.
        status: of HTTP.
        error: what was wrong with the code just typed.
        sent: a new code was asked for just now.
    """
    view = CaseReader(web.resources).get(session.case_id)
    page = pages.show(
        web,
        "receipt.html",
        status=status,
        session=session,
        reference=view.receipt.reference,
        asked=[ASKED[right] for right in view.receipt.rights],
        access=Right.ACCESS.value in view.receipt.rights,
        received_at=view.receipt.received_at,
        clock=view.clock,
        error=error,
        sent=sent,
        left=tries_left(web, session.case_id, "verify") if error else 0,
    )
    sessions.keep(page, web, session)
    return page


def _form(web: Web, filled: Filled, status: int = 200) -> Response:
    return pages.show(web, "form.html", status=status, filled=filled, rights=RIGHTS, countries=COUNTRIES)


def _read(web: Web, sent: FormData) -> Filled:
    known = {right.value for right in Right}
    filled = Filled(rights=[value for value in dict.fromkeys(map(str, sent.getlist("rights"))) if value in known])
    filled.texts |= {name: forms.field(sent, name) for name in filled.texts}
    if not filled.rights:
        filled.errors["rights"] = "Choose at least one. If you are not sure, choose the nearest and use your own words below."
    for name, longest in _LONGEST.items():
        if error := _wrong(web, name, filled.texts[name], longest):
            filled.errors[name] = error
    if filled.texts["country"] not in {"", "other", *dict(COUNTRIES)}:
        filled.errors["country"] = "Choose a country from the list, or leave it open."
    return filled


def _wrong(web: Web, name: str, value: str, longest: int) -> str | None:
    if len(value) > longest:
        return f"Please use at most {longest:,} characters."
    try:
        if name in {"email", "other_email"} and value:
            web.resources.vault.index_email(value)
        elif name not in {"message", "email", "other_email"}:
            refuse_hidden(value, field=name)
    except InvalidInputError:
        if "email" in name:
            return "Enter an e-mail address in the form name@example.com."
        return "There are characters in it that cannot be seen. Please type it instead of pasting it."
    if name == "email" and not value:
        return "Enter the e-mail address to which we may answer."
    return None


def _receive(web: Web, filled: Filled, mark: str) -> tuple[Receipt, UUID | None]:
    now, vault, texts = web.now(), web.resources.vault, filled.texts
    content = keyed_hash(vault, "portal-body", *filled.rights, *(texts[name] for name in sorted(texts)))
    incoming = IncomingRequest(
        rights=[Right(right) for right in filled.rights],
        email=texts["email"],
        name=texts["name"] or None,
        country=texts["country"] if texts["country"] in dict(COUNTRIES) else None,
        message=texts["message"] or None,
        hints=[(kind, texts[name]) for name, kind in _HINTS if texts[name]],
        channel=Channel.WEB_FORM,
        received_at=now,
        caller=CALLER,
        # The same form pressed twice is one request; gone back to and changed, it is another.
        idempotency_key=keyed_hash(vault, "portal-form", mark, content),
        body_hash=content,
    )
    receipt = Intake(web.resources).receive(incoming, now)
    return receipt, _mailbox(web, receipt.case_id)


def _mailbox(web: Web, case_id: UUID) -> UUID | None:
    with web.resources.database.read() as session:
        return first_mailbox(session, case_id)
