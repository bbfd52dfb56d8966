"""`/console/disclosures`: which data went to an authority or court, on what basis, and whether the person hears of it (P20).

Serves Article 15(1)(c). The list names nobody; whose a disclosure is, is asked by address. Next: adapters/disclosures.py
"""

from datetime import date
from typing import Any, Final

from fastapi import APIRouter, Response
from pydantic import ValidationError
from sqlmodel import col, select
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from adapters.database.erasure_tables import Disclosure
from adapters.database.tables import Caseworker
from api.access import note_access
from api.console.authority import may
from api.console.pages import ConsoleRoute, TheCaseworker, TheForm, away_to, show
from api.console.sessions import SignedIn
from api.dependencies import TheWeb, Web
from api.errors import STATUSES
from api.face.forms import field
from api.v1.disclosures import DisclosureBody, DisclosureSearch, find, record
from domain.errors import DomainError

router = APIRouter(prefix="/console/disclosures", route_class=ConsoleRoute, include_in_schema=False)

PATH: Final = "/console/disclosures"
BASES: Final = {
    "court_order": "a court order",
    "investigation": "an investigation",
    "legal_obligation": "a duty in law",
    "vital_interests": "somebody\u2019s vital interests",
}
_DONE: Final = {"recorded": "Written down. An answer to the person names it, unless it is silent."}
_ERRORS: Final = {
    "email": "Write the e-mail address of the person.",
    "recipient": "Choose who got the data.",
    "basis": "Choose the basis.",
    "categories": "Choose at least one category of data.",
    "disclosed_on": "Name the day on which the data went out.",
    "silent_until": "Name the day on which the silence is looked at again.",
}
_FIELDS: Final = ("email", "recipient", "basis", "disclosed_on", "silent_until")
_SHOWN: Final = 200


@router.get("")
async def overview(web: TheWeb, who: TheCaseworker, done: str = "") -> Response:
    """The log, the newest first."""
    return await run_in_threadpool(lambda: _page(web, who, told=_DONE.get(done, "")))


@router.post("")
async def add(web: TheWeb, who: TheCaseworker, form: TheForm) -> Response:
    """Write a disclosure down."""
    given = _given(form)
    try:
        body = DisclosureBody.model_validate(given | {"silent_until": given["silent_until"] or None})
        answer = await run_in_threadpool(lambda: record(body, who, web))
    except ValidationError as wrong:
        told = {name: _ERRORS[name] for name in (str(error["loc"][0]) for error in wrong.errors())}
        return await run_in_threadpool(lambda: _page(web, who, status=422, errors=told, given=given))
    except DomainError as refusal:
        status, told = STATUSES.get(refusal.kind, 422), {str(refusal.facts.get("field", "email")): refusal.message}
        return await run_in_threadpool(lambda: _page(web, who, status=status, errors=told, given=given))
    if answer.disputed:
        note = f"It is written down. The person disputes a record; whoever gets it has to be told: {'; '.join(answer.disputed)}."
        return await run_in_threadpool(lambda: _page(web, who, told=note))
    return away_to(f"{PATH}?done=recorded")


@router.post("/search")
async def search(web: TheWeb, who: TheCaseworker, form: TheForm) -> Response:
    """The disclosures about one person; by POST, so that no address stands in a URL."""
    address = field(form, "whose")
    try:
        found = await run_in_threadpool(lambda: find(DisclosureSearch(email=address), who, web))
    except (ValidationError, DomainError):
        return await run_in_threadpool(lambda: _page(web, who, status=422, errors={"whose": _ERRORS["email"]}, whose=address))
    only = {line.id for line in found.items}
    return await run_in_threadpool(lambda: _page(web, who, whose=address, only=only))


def _given(form: FormData) -> dict[str, Any]:
    categories = [name for name in form.getlist("categories") if isinstance(name, str)]
    return {name: field(form, name) for name in _FIELDS} | {"categories": categories, "silent": field(form, "silent") == "yes"}


def _page(web: Web, who: SignedIn, *, status: int = 200, only: set[Any] | None = None, **facts: Any) -> Response:  # noqa: ANN401
    note_access(web, who, "disclosures")
    datamap, today = web.resources.datamap, web.now().date()
    query = select(Disclosure).order_by(col(Disclosure.disclosed_on).desc()).limit(_SHOWN)
    query = query if only is None else query.where(col(Disclosure.id).in_(only))
    with web.resources.database.read() as session:
        names = {f"caseworker:{person.id}": person.name for person in session.exec(select(Caseworker))}
        rows = [_row(each, names, today) for each in session.exec(query)]
    empty = dict.fromkeys(_FIELDS, "") | {"categories": [], "silent": False}
    return show(
        web,
        "disclosures.html",
        who,
        status=status,
        at=PATH,
        rows=rows,
        searched=only is not None,
        recipients={each.id: each.name for each in datamap.recipients},
        occasional=[(each.id, each.name) for each in datamap.recipients if each.occasional],
        categories={each.id: each.title for each in datamap.categories},
        bases=BASES,
        may_add=may(who.role, "POST", PATH),
        **{"told": "", "errors": {}, "given": empty, "whose": ""} | facts,
    )


def _row(row: Disclosure, names: dict[str, str], today: date) -> dict[str, Any]:
    by = names.get(row.recorded_by, "a key of the platform")
    over = row.silent and row.silent_until is not None and row.silent_until < today
    return {"row": row, "by": by, "over": over}
