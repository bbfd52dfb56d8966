"""The review desk's ways back: a decision, rule or balance is taken back, and an item is given to legal (practice.md (b) 8).

Nothing is deleted: both are rows with a new revision. Next: api/v1/deciding_again.py
"""
# ruff: noqa: FAST003  (TheOpenedCase takes the reference out of the path)

from typing import Annotated, Final

from fastapi import APIRouter, Path, Response
from starlette.concurrency import run_in_threadpool

from adapters.database.case_reader import CaseView
from adapters.database.item_decisions import Standing
from api.console.cases import content, desk_reading, desk_seen, reading, shell
from api.console.cases.act_page import Refused
from api.console.cases.desk import Name, attempt, note_look, shown_on_desk
from api.console.opened import TheOpenedCase
from api.console.pages import ConsoleRoute, TheCaseworker, TheForm, away_to
from api.console.sessions import SignedIn
from api.dependencies import TheWeb, Web
from api.face.forms import field, number_in
from domain.authority import Action
from domain.errors import UnknownObjectError, WithLegalError

router = APIRouter(prefix=shell.BASE, route_class=ConsoleRoute, include_in_schema=False)

_TOLD: Final = ("client", "adviser", "purpose")
Position = Annotated[int, Path(ge=0, le=2**31 - 1)]


@router.post("/{reference}/package/undo")
async def undo(web: TheWeb, who: TheCaseworker, form: TheForm, case: TheOpenedCase) -> Response:
    """Take a decision back, and come back to where it was made."""
    given = {"revision": field(form, "revision")}
    refused = await attempt(web, who, case, Action.UNDO_ITEM_DECISION, given, form)
    done = "undo_refused" if refused else Action.UNDO_ITEM_DECISION.value
    here = f"{shell.BASE}/{case.receipt.reference}/package"
    system, collection, position = (field(form, name) for name in ("system", "collection", "position"))
    if not (system.isidentifier() and collection.isidentifier() and number_in(position) is not None):
        return away_to(f"{here}?done={done}")
    at = int(position)
    return away_to(f"{here}/{system}/{collection}?start={at}&at={at + 1}&done={done}#item-{at + 1}")


@router.get("/{reference}/package/{system}/{collection}/{position}/legal")
async def ask_referral(  # noqa: PLR0917
    system: Name, collection: Name, position: Position, web: TheWeb, who: TheCaseworker, case: TheOpenedCase
) -> Response:
    """The form: who was advised, by whom, and what for."""

    def page() -> Response:
        note_look(web, who, case, f"{shell.BASE}/{case.receipt.reference}/package/{system}/{collection}")
        return _form(web, who, case, system, collection, position, {})

    return await run_in_threadpool(page)


@router.post("/{reference}/package/{system}/{collection}/{position}/legal")
async def refer(  # noqa: PLR0917
    system: Name, collection: Name, position: Position, web: TheWeb, who: TheCaseworker, form: TheForm, case: TheOpenedCase
) -> Response:
    """Give the item to legal; from then on it is shown to legal reviewers alone."""
    told = {name: field(form, name) for name in _TOLD}
    given = told | {"item": field(form, "item"), "position": position}
    refused = await attempt(web, who, case, Action.REFER_TO_LEGAL, given, form)
    if refused is not None:
        return await run_in_threadpool(_form, web, who, case, system, collection, position, told, refused)
    here = f"{shell.BASE}/{case.receipt.reference}/package/{system}/{collection}"
    return away_to(f"{here}{desk_reading.next_of(position)}&done={Action.REFER_TO_LEGAL.value}#item-{position + 2}")


def _form(  # noqa: PLR0917
    web: Web,
    who: SignedIn,
    case: CaseView,
    system: str,
    collection: str,
    position: int,
    given: dict[str, str],
    refused: Refused | None = None,
) -> Response:
    read = reading.read(web, case)
    found = desk_reading.collection_of(web, read, system, collection)
    item = next(found.items(position), None) if position < found.rows else None
    if item is None:
        raise UnknownObjectError
    with web.resources.database.read() as session:
        standing = Standing.read(session, web.resources.vault.case(read.state.case_id), only=[item.id])
    if item.id in standing.legal:
        raise WithLegalError
    return shown_on_desk(
        web,
        who,
        read,
        "cases/refer.html",
        refused,
        title=content.title_of(web, system, collection),
        here=f"{shell.BASE}/{read.reference}/package/{system}/{collection}",
        item=item,
        back=position - position % desk_seen.PAGE,
        given=given,
    )
