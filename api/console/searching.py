"""`/console/cases/search`: finds the cases of a person by an identifier, by POST, so that no address stands in an address.

What is compared is a blind index; what was searched for is noted nowhere, that somebody searched is. Next: api/console/opening.py
"""

from typing import Final

from fastapi import APIRouter, Response
from sqlmodel import col, select
from starlette.concurrency import run_in_threadpool

from adapters.database.queue import Row
from adapters.database.tables import CaseIdentifierRow, CaseReceipt, QueueEntry
from api.access import note_access
from api.console.filters import PATH
from api.console.pages import ConsoleRoute, TheCaseworker, TheForm, show
from api.console.queue import Line, lines
from api.console.sessions import SignedIn
from api.dependencies import TheWeb, Web
from api.face.forms import field
from domain.errors import InvalidInputError
from domain.normal import normal_phone

router = APIRouter(prefix="/console", route_class=ConsoleRoute, include_in_schema=False)

MOST: Final = 100  # cases shown
_KINDS: Final = (
    "username",
    "user_id",
    "customer_id",
    "account",
    "phone",
    "reference",
    "former_reference",
    "url",
)  # what forms and systems call them


@router.get("/cases/search")
async def ask(web: TheWeb, who: TheCaseworker) -> Response:
    """The form."""
    return show(web, "search.html", who, at=PATH, lines=None, searched="", told="")


@router.post("/cases/search")
async def search(web: TheWeb, who: TheCaseworker, form: TheForm) -> Response:
    """The cases in which something is an identifier."""
    searched = field(form, "identifier")
    try:
        found = await run_in_threadpool(_found, web, who, searched)
    except InvalidInputError:
        told = "Enter a whole e-mail address, telephone number, user name or account number."
        return show(web, "search.html", who, status=422, at=PATH, lines=None, searched=searched, told=told)
    return show(web, "search.html", who, at=PATH, lines=found, searched=searched, told="")


def _found(web: Web, who: SignedIn, searched: str) -> list[Line]:
    indexes = _indexes(web, searched)
    note_access(web, who, "search_person")
    named = select(CaseIdentifierRow.case_id).where(col(CaseIdentifierRow.value_index).in_(indexes))
    query = (
        select(QueueEntry, CaseReceipt)
        .join(CaseReceipt, col(CaseReceipt.case_id) == col(QueueEntry.case_id))
        .where(col(QueueEntry.case_id).in_(named), *who.sight.conditions())
        .order_by(col(QueueEntry.received_at).desc())
        .limit(MOST)
    )
    with web.resources.database.read() as session:
        rows = [Row(entry, receipt) for entry, receipt in session.exec(query).all()]
    return lines(web, rows)


def _indexes(web: Web, searched: str) -> list[bytes]:
    vault = web.resources.vault
    if not searched:
        raise InvalidInputError(field="identifier")
    if "@" in searched:
        return [vault.index_email(searched), vault.index_id("username", searched)]
    found = [vault.index_id(kind, searched) for kind in _KINDS]
    try:
        found.append(vault.index_id("phone", normal_phone(searched)))
    except InvalidInputError:
        return found
    return found
