"""`/console/cases/views`: lists of cases that somebody keeps under a name of their own.

A list is an address, so that is all a row has. Next: api/console/assigning.py
"""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Response
from sqlmodel import col, delete, func, select
from starlette.concurrency import run_in_threadpool

from adapters.database.tables import SavedView
from api.console.filters import PATH, VIEWS, Filters
from api.console.pages import ConsoleRoute, TheCaseworker, TheForm, away_to
from api.console.sessions import SignedIn
from api.dependencies import TheWeb, Web
from api.face.forms import field
from domain.errors import InvalidInputError

router = APIRouter(prefix="/console", route_class=ConsoleRoute, include_in_schema=False)

LONGEST: Final = 30  # characters: it stands in a narrow column
MOST: Final = 12  # of one person


def views_of(web: Web, caseworker: UUID) -> list[SavedView]:
    """Somebody's own lists by name; to be called in a thread."""
    query = select(SavedView).where(SavedView.caseworker == caseworker).order_by(col(SavedView.name))
    with web.resources.database.read() as session:
        return list(session.exec(query).all())


@router.post("/cases/views")
async def keep(web: TheWeb, who: TheCaseworker, form: TheForm) -> Response:
    """Keep a list under a name; the same name again means the new list."""
    filters, name = Filters.of_address(field(form, "list")), " ".join(field(form, "name").split())
    if not 0 < len(name) <= LONGEST:
        raise InvalidInputError(f"Give the list a name of at most {LONGEST} characters.", field="name")
    if name.casefold() in {label.casefold() for label in VIEWS.values()}:
        raise InvalidInputError("A list has this name already. Choose another one.", field="name")
    await run_in_threadpool(_keep, web, who, name, filters)
    return away_to(filters.link())


@router.post("/cases/views/remove")
async def remove(web: TheWeb, who: TheCaseworker, form: TheForm) -> Response:
    """Forget a name; the cases stay where they are."""

    def gone() -> None:
        with web.resources.database.write() as session:
            mine = col(SavedView.caseworker) == who.caseworker
            session.execute(delete(SavedView).where(mine, col(SavedView.name) == field(form, "name")))

    await run_in_threadpool(gone)
    return away_to(PATH)


def _keep(web: Web, who: SignedIn, name: str, filters: Filters) -> None:
    with web.resources.database.write() as session:
        mine = col(SavedView.caseworker) == who.caseworker
        session.execute(delete(SavedView).where(mine, func.lower(col(SavedView.name)) == name.lower()))
        if session.execute(select(func.count()).select_from(SavedView).where(mine)).scalar_one() >= MOST:
            raise InvalidInputError(f"You keep {MOST} lists already. Remove one first.", field="name")
        session.add(SavedView(caseworker=who.caseworker, name=name, query=filters.query(), made_at=web.now()))
