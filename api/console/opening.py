"""`/console/cases/new`: opens a case for a request that came by telephone, letter, in person or to somebody's own mailbox.

Any channel is valid (Article 12(2)), and the month runs from the day it reached the controller, not from the day it is typed in.
Next: adapters/database/intake.py
"""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Final

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from adapters.database.intake import IncomingRequest, Intake, Receipt
from api.console import words
from api.console.filters import PATH
from api.console.pages import ConsoleRoute, TheCaseworker, TheForm, away_to, show
from api.console.sessions import SignedIn
from api.dependencies import TheWeb, Web
from api.face import forms
from api.face.countries import COUNTRIES
from api.face.days import zone
from api.idempotency import keyed_hash
from domain.datamap import DataMap
from domain.errors import InvalidInputError
from domain.normal import refuse_hidden
from domain.rights import Channel, Mandate, Relation, Right

router = APIRouter(prefix="/console", route_class=ConsoleRoute, include_in_schema=False)

CHANNELS: Final = (Channel.PHONE, Channel.LETTER, Channel.IN_PERSON, Channel.EMAIL)
_LONGEST: Final = {
    "name": 200, "agent": 200, "agent_email": 320, "email": 320, "phone": 40, "username": 320, "customer_id": 100,
    "postal": 500, "unreachable": 500, "wrong": 2_000, "right": 2_000, "message": 20_000,
}  # fmt: skip
_WORDS: Final = frozenset({"message", "postal", "unreachable", "wrong", "right"})  # of any characters: nobody searches with them
_NEVER_FOUND_BY: Final = ("username", "customer_id")  # where the data map names no such kind: they help a colleague look
_HIGHEST: Final = 320  # characters of an identifier, as everywhere
_CHOSEN: Final = ("channel", "relation", "mandate", "country", "day", "hour")
_GDPR_APPLIES: Final = date(2018, 5, 25)  # Article 99(2): nothing older is a request under it
_NOON: Final = time(12)  # a letter reaches somebody on a day, not at a minute


@dataclass
class Filled:
    """The form as it was filled in, and what is wrong with it, by field."""

    mark: str
    rights: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


def numbers(datamap: DataMap) -> list[tuple[str, str, bool]]:
    """What else a person may be known by: kind, title, and whether any system is searched by it."""
    kinds = sorted(datamap.identity_kinds - {"email", "phone"})
    return [(kind, words.KIND(kind), True) for kind in kinds] + [
        (kind, words.KIND(kind), False) for kind in _NEVER_FOUND_BY if kind not in kinds
    ]


@router.get("/cases/new")
async def form(web: TheWeb, who: TheCaseworker) -> Response:
    """The empty form: today, by telephone."""
    today = web.now().astimezone(zone(web)).date()
    texts = dict.fromkeys([*_longest(web), *_CHOSEN], "") | {"day": today.isoformat(), "relation": Relation.CUSTOMER.value}
    return _page(web, who, Filled(mark=secrets.token_urlsafe(16), texts=texts))


@router.post("/cases/new")
async def open_case(web: TheWeb, who: TheCaseworker, sent: TheForm) -> Response:
    """Take the request in; it was received when it reached the controller."""
    filled = _read(web, sent)
    received_at = _received_at(web, filled)
    if filled.errors or received_at is None:
        return await run_in_threadpool(_page, web, who, filled)
    receipt = await run_in_threadpool(_received, web, who, filled, received_at)
    if receipt.created:
        web.cases.start_soon(receipt.case_id)
    return away_to(f"{PATH}/{receipt.reference}")


def _page(web: Web, who: SignedIn, filled: Filled) -> Response:
    return show(
        web,
        "new_case.html",
        who,
        status=422 if filled.errors else 200,
        at=PATH,
        filled=filled,
        rights=[(right.value, words.RIGHTS[right]) for right in Right],
        channels=[(channel.value, words.CAME[channel]) for channel in CHANNELS],
        numbers=numbers(web.resources.datamap),
        relations=[(relation.value, words.RELATIONS[relation]) for relation in Relation],
        mandates=[("", "Not known, or nobody asks for them"), *((each.value, words.MANDATES[each]) for each in Mandate)],
        countries=[("", "Not known"), *COUNTRIES, ("other", "Another country")],
    )


def _read(web: Web, sent: FormData) -> Filled:
    chosen = {str(value) for value in sent.getlist("rights")}
    filled = Filled(mark=forms.field(sent, "mark"), rights=[right.value for right in Right if right.value in chosen])
    filled.texts = {name: forms.field(sent, name) for name in (*_CHOSEN, *_longest(web))}
    texts, errors = filled.texts, filled.errors
    if texts["channel"] not in CHANNELS:
        errors["channel-phone"] = "Say how the request reached us."
    if texts["relation"] not in tuple(Relation):
        errors["relation-customer"] = "Say what the person is to us, as far as you know."
    if not filled.rights:
        errors["rights-access"] = "Choose at least one. If it is not clear, choose the nearest and write down their words."
    for name, longest in _longest(web).items():
        if told := _wrong(web, name, texts[name], longest):
            errors[name] = told
    if not any(texts[name] for name in ("name", "email", *_hints(web))):
        errors.setdefault("name", "Write down at least one thing by which the person can be found or answered.")
    if texts["relation"] == Relation.AGENT and not texts["agent"]:
        errors["agent"] = "Write down who asks for the person."
    if texts["mandate"] not in {"", *Mandate}:
        errors["mandate"] = "Choose a ground, or leave it open."
    if texts["agent_email"] and texts["agent_email"].casefold() == texts["email"].casefold():
        errors["agent_email"] = "This is the person\u2019s own address. Leave it empty if theirs is the only one."
    _answerable(filled)
    return filled


def _answerable(filled: Filled) -> None:
    """Ask on purpose where nobody could answer the person, and where a correction is described and not asked for."""
    texts, errors = filled.texts, filled.errors
    reached = texts["email"] or texts["postal"] or texts["phone"] or (texts["agent"] and texts["agent_email"])
    if not reached and not texts["unreachable"]:
        errors["unreachable"] = (
            "Nobody could answer this person. Write down an address or a number, or say here why there is none."
        )
    if (texts["wrong"] or texts["right"]) and Right.RECTIFICATION.value not in filled.rights:
        errors["wrong"] = "This is about a correction. Choose \u201cCorrection\u201d as well, or write it in their words."


def _hints(web: Web) -> list[str]:
    return ["phone", *(kind for kind, _, _ in numbers(web.resources.datamap))]


def _longest(web: Web) -> dict[str, int]:
    return dict.fromkeys(_hints(web), _HIGHEST) | _LONGEST


def _wrong(web: Web, name: str, value: str, longest: int) -> str:
    if len(value) > longest:
        return f"At most {longest:,} characters."
    try:
        if name.endswith("email") and value:
            web.resources.vault.index_email(value)
        elif name not in _WORDS:
            refuse_hidden(value, field=name)
    except InvalidInputError:
        if name.endswith("email"):
            return "Enter an e-mail address in the form name@example.com, or leave it empty."
        return "There are characters in it that cannot be seen. Type it instead of pasting it."
    return ""


def _received_at(web: Web, filled: Filled) -> datetime | None:
    place, now = zone(web), web.now()
    try:
        day = date.fromisoformat(filled.texts["day"])
        hour = time.fromisoformat(filled.texts["hour"]) if filled.texts["hour"] else None
    except ValueError:
        filled.errors["day"] = "Enter the day, and the time if you know it, such as 14:30."
        return None
    if hour is None and day == now.astimezone(place).date():
        return now
    received_at = datetime.combine(day, hour or _NOON, place).astimezone(UTC)
    if received_at > now or day < _GDPR_APPLIES:
        filled.errors["day"] = "A request was received in the past, and after 25 May 2018. The month runs from that day."
        return None
    return received_at


def _received(web: Web, who: SignedIn, filled: Filled, received_at: datetime) -> Receipt:
    texts, vault = filled.texts, web.resources.vault
    incoming = IncomingRequest(
        rights=[Right(right) for right in filled.rights],
        email=texts["email"] or None,
        name=texts["name"] or None,
        country=texts["country"] if texts["country"] in dict(COUNTRIES) else None,
        message=texts["message"] or None,
        hints=[(kind, texts[kind]) for kind in _hints(web) if texts[kind]],
        channel=Channel(texts["channel"]),
        received_at=received_at,
        caller=who.person,
        # The same form pressed twice is one request.
        idempotency_key=keyed_hash(vault, "console-form", who.person, filled.mark),
        body_hash=keyed_hash(vault, "console-body", *filled.rights, *(texts[name] for name in sorted(texts))),
        relation=Relation(texts["relation"]),
        agent=texts["agent"] or None,
        postal_address=texts["postal"] or None,
        unreachable=texts["unreachable"] or None,
        correction=(texts["wrong"], texts["right"]) if texts["wrong"] or texts["right"] else None,
        agent_email=texts["agent_email"] or None,
        mandate=Mandate(texts["mandate"]) if texts["mandate"] else None,
    )
    return Intake(web.resources).receive(incoming, web.now())
