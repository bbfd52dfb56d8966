"""`/console/cases/{reference}/package/{system}/{collection}/{position}/whole`: one record whose text a list cuts off, whole.

A long mail or ticket is read here and counts as seen then (decision 40); it is decided about in its list.
Next: api/console/cases/desk_seen.py
"""
# ruff: noqa: FAST003  (TheOpenedCase takes the reference out of the path)

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from adapters.database.case_reader import CaseView
from adapters.database.item_decisions import Standing
from api.console.cases import content, desk_lines, desk_reading, desk_seen, reading, shell
from api.console.cases.desk import Name, note_look, shown_on_desk
from api.console.cases.desk_files import Position
from api.console.cases.known_names import known_names
from api.console.cases.own_words import own_words
from api.console.opened import TheOpenedCase
from api.console.pages import ConsoleRoute, TheCaseworker
from api.console.sessions import SignedIn
from api.dependencies import TheWeb, Web
from domain.errors import UnknownObjectError, WithLegalError

router = APIRouter(prefix=shell.BASE, route_class=ConsoleRoute, include_in_schema=False)


@router.get("/{reference}/package/{system}/{collection}/{position}/whole")
async def whole(  # noqa: PLR0917
    system: Name, collection: Name, position: Position, web: TheWeb, who: TheCaseworker, case: TheOpenedCase
) -> Response:
    """A record with every letter of it."""

    def page() -> Response:
        note_look(web, who, case, f"{shell.BASE}/{case.receipt.reference}/package/{system}/{collection}")
        return _page(web, who, case, system, collection, position)

    return await run_in_threadpool(page)


def _page(web: Web, who: SignedIn, case: CaseView, system: str, collection: str, position: int) -> Response:  # noqa: PLR0917
    facts = reading.read(web, case)
    found = desk_reading.collection_of(web, facts, system, collection)
    item = next(found.items(position), None) if position < found.rows else None
    if item is None:
        raise UnknownObjectError
    with web.resources.database.read() as session:
        standing = Standing.read(session, web.resources.vault.case(facts.state.case_id), only=[item.id])
    names, own = known_names(web, standing, found, [item.row]), own_words(web, facts.view.receipt, facts.state)
    line = desk_lines.line_of(web, found, item, standing, own, who.role, names, whole=True)
    if line.sealed:
        raise WithLegalError
    if not found.has_files and not line.cut:
        desk_seen.note_opened(web, who, facts, found, [item])
    return shown_on_desk(
        web,
        who,
        facts,
        "cases/whole.html",
        None,
        title=content.title_of(web, system, collection),
        line=line,
        here=f"{shell.BASE}/{facts.reference}/package/{system}/{collection}",
        start=position - position % desk_seen.PAGE,
    )
