"""Flags, tags, notes and questions on the review desk: what reviewers say to each other about an item (peers.md row 62, 68).

A question stands in the list "Asked of me" of whom it is to, until somebody answers it. Next: adapters/database/remarks.py
"""
# ruff: noqa: FAST003  (TheOpenedCase takes the reference out of the path)

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from adapters.database.case_reader import CaseView
from adapters.database.item_decisions import Standing
from adapters.database.queue_projection import reconsider
from adapters.database.remarks import Kind, remark
from api.console.cases import desk_reading, reading, shell
from api.console.cases.desk import Name
from api.console.cases.desk_said import colleagues_of
from api.console.counting import counting_of
from api.console.opened import TheOpenedCase
from api.console.pages import ConsoleRoute, TheCaseworker, TheForm, away_to
from api.console.sessions import SignedIn
from api.dependencies import TheWeb, Web
from api.face.forms import field
from domain.errors import DomainError, InvalidInputError, NotAllowedNowError, UnknownObjectError, WithLegalError
from domain.rights import Status

router = APIRouter(prefix=shell.BASE, route_class=ConsoleRoute, include_in_schema=False)

_LONGEST: Final = 2_000  # letters
_LONGEST_TAG: Final = 40
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
    if case.state.status is not Status.IN_REVIEW:
        raise NotAllowedNowError
    kind = Kind(field(form, "kind")) if field(form, "kind") in set(Kind) else None
    text, about = field(form, "text").strip(), field(form, "about")
    if kind is None or len(text) > (_LONGEST_TAG if kind is Kind.TAG else _LONGEST):
        raise InvalidInputError(field="text")
    if not text and kind not in {Kind.FLAG, Kind.REMOVED}:
        raise InvalidInputError("Write something.", field="text")
    found = desk_reading.collection_of(web, reading.read(web, case), system, collection)
    item = next(found.items(position), None) if position < found.rows else None
    if item is None:
        raise UnknownObjectError
    vault = web.resources.vault.case(case.receipt.case_id)
    with web.resources.database.write() as session:
        if item.id in Standing.read(session, vault, only=[item.id]).legal:
            raise WithLegalError
        to = _colleague(session, web, case, field(form, "to")) if kind is Kind.QUESTION else None
        named = UUID(about) if about else None
        remark(session, vault, item.id, position, kind, text, who.person, web.now(), to=to, about=named)
        session.flush()
        reconsider(session, case.state)  # an open question keeps the package from being approved


def _colleague(session: Session, web: Web, case: CaseView, person: str) -> str:
    people = {f"caseworker:{each.id}" for each in colleagues_of(session, web, case.receipt.case_id)}
    if person not in people:
        raise InvalidInputError("Choose a colleague who sees this case.", field="to")
    return person
