"""Flags, tags, notes and questions on the review desk: what reviewers say to each other about an item (peers.md row 62, 68).

A question stands in the list "Asked of me" of whom it is to, until somebody answers it. Next: api/remarking.py
"""
# ruff: noqa: FAST003  (TheOpenedCase takes the reference out of the path)

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from adapters.database.case_reader import CaseView
from adapters.database.remarks import Kind
from api import remarking
from api.console.cases import desk_reading, reading, shell
from api.console.cases.desk import Name
from api.console.counting import counting_of
from api.console.opened import TheOpenedCase
from api.console.pages import ConsoleRoute, TheCaseworker, TheForm, away_to
from api.console.sessions import SignedIn
from api.dependencies import TheWeb, Web
from api.face.forms import field
from domain.errors import DomainError, InvalidInputError, UnknownObjectError, WithLegalError

router = APIRouter(prefix=shell.BASE, route_class=ConsoleRoute, include_in_schema=False)

Position = Annotated[int, Path(ge=0, le=2**31)]


@router.post("/{reference}/package/{system}/{collection}/{position}/remark")
async def add(  # noqa: PLR0917
    request: Request,
    system: Name,
    collection: Name,
    position: Position,
    web: TheWeb,
    who: TheCaseworker,
    form: TheForm,
    case: TheOpenedCase,
) -> Response:
    """Say something about an item, and come back to it."""
    done = "remark"
    try:
        await run_in_threadpool(lambda: _add(web, who, case, system, collection, position, form))
    except DomainError as refusal:
        if isinstance(refusal, UnknownObjectError | WithLegalError):
            raise
        done = "remark_refused"
    counting_of(request.app).forget()  # a question counts in the lists at once
    here = f"{shell.BASE}/{case.receipt.reference}/package/{system}/{collection}"
    return away_to(f"{here}?start={position}&at={position + 1}&done={done}#item-{position + 1}")


def _add(  # noqa: PLR0917 (on which item, what was said, by whom)
    web: Web, who: SignedIn, case: CaseView, system: str, collection: str, position: int, form: FormData
) -> None:
    kind = Kind(field(form, "kind")) if field(form, "kind") in set(Kind) else None
    about = field(form, "about")
    if kind is None:
        raise InvalidInputError(field="kind")
    found = desk_reading.collection_of(web, reading.read(web, case), system, collection)
    item = next(found.items(position), None) if position < found.rows else None
    if item is None:
        raise UnknownObjectError
    named = UUID(about) if about else None
    remarking.say(web, case, item, kind, field(form, "text"), who.person, to=field(form, "to"), about=named)
