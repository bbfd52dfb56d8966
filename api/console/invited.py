"""`/console/sign-in/invited/{token}`: one person chooses a password, by a link of their own (`security.md` 2.9).

Looking spends nothing, so a mail scanner cannot use it up. Next: api/console/factor.py
"""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from starlette.concurrency import run_in_threadpool

from adapters.database.invitations import invited, spend_invitation
from adapters.database.people import set_password
from adapters.database.tables import Caseworker
from api.console.pages import ConsoleRoute, TheForm, away_to, show
from api.console.sign_in import hashes_of
from api.dependencies import TheWeb, Web
from domain.errors import InvalidInputError

router = APIRouter(prefix="/console/sign-in/invited", route_class=ConsoleRoute, include_in_schema=False)

TheToken = Annotated[str, Path(pattern=r"^hl1_[A-Za-z0-9_-]{43}$")]


@router.get("/{token}")
async def ask(token: TheToken, web: TheWeb) -> Response:
    """The form for the password."""
    person = await run_in_threadpool(_invited, web, token)
    return show(web, "invited.html", None, token=token, person=person, told="")


@router.post("/{token}")
async def choose(request: Request, token: TheToken, web: TheWeb, form: TheForm) -> Response:
    """Set it, and lead to the sign-in."""
    person = await run_in_threadpool(_invited, web, token)
    controller, password = web.resources.datamap.controller, str(form.get("new") or "")

    def chosen() -> None:
        set_password(
            web.resources.database,
            email=person.email,
            password=password,
            about=[controller.name, controller.trading_as or ""],
            spend=lambda session: spend_invitation(session, token, web.now()),
        )

    try:
        async with hashes_of(request.app):
            await run_in_threadpool(chosen)
    except InvalidInputError as refusal:
        return show(web, "invited.html", None, status=422, token=token, person=person, told=refusal.message)
    return away_to("/console/sign-in")


def _invited(web: Web, token: str) -> Caseworker:
    with web.resources.database.read() as session:
        return invited(session, token, web.now())
