"""`/console/datamap`: the data map as a page that colleagues can read: systems, purposes, recipients, retention (Article 30).

What is wrong in it is said by `habeas datamap check`; here stands what is in force. Next: api/console/letters.py
"""

from typing import Final

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from api.console.datamap_picture import picture
from api.console.pages import ConsoleRoute, TheCaseworker, show
from api.dependencies import TheWeb
from domain.datamap import ErasureAction, Mechanism, Origin, RecipientKind, SystemKind

router = APIRouter(prefix="/console", route_class=ConsoleRoute, include_in_schema=False)

PATH: Final = "/console/datamap"
_KINDS: Final = {
    SystemKind.SQL: "searched by itself, a database",
    SystemKind.FILES: "searched by itself, files",
    SystemKind.MANUAL: "searched by a person",
    SystemKind.ARCHIVE: "searched by itself, once a person has imported mails or chats for a case",
    SystemKind.HTTP: "searched by itself, over its interface",
    SystemKind.PROCESSOR: "asked by a request to the processor",
    SystemKind.HABEAS: "Habeas itself",
}
_ERASURE: Final = {
    ErasureAction.DELETE: "deleted",
    ErasureAction.ANONYMISE: "made anonymous",
    ErasureAction.NULL: "fields emptied",
    ErasureAction.HASH: "fields made unreadable",
    ErasureAction.RETAIN: "kept",
}
_RECIPIENTS: Final = {
    RecipientKind.PROCESSOR: "processor",
    RecipientKind.CONTROLLER: "controller of its own",
    RecipientKind.JOINT_CONTROLLER: "joint controller",
    RecipientKind.AUTHORITY: "authority",
    RecipientKind.SUCCESSOR: "successor",
}
_MECHANISMS: Final = {
    Mechanism.ADEQUACY: "adequacy decision",
    Mechanism.IDTA: "transfer agreement (IDTA)",
    Mechanism.UK_ADDENDUM: "standard clauses with the UK addendum",
    Mechanism.SCC: "standard contractual clauses",
    Mechanism.DEROGATION: "derogation",
    Mechanism.NONE_NEEDED: "none needed",
}
_ORIGINS: Final = {
    Origin.PROVIDED: "from the person",
    Origin.OBSERVED: "observed",
    Origin.GENERATED: "made by us",
    Origin.THIRD_PARTY: "from others",
}


@router.get("/datamap")
async def overview(web: TheWeb, who: TheCaseworker) -> Response:
    """The page."""
    datamap = web.resources.datamap
    return await run_in_threadpool(
        lambda: show(
            web,
            "datamap.html",
            who,
            at=PATH,
            datamap=datamap,
            picture=picture(datamap),
            kinds=_KINDS,
            erasure=_ERASURE,
            recipients=_RECIPIENTS,
            mechanisms=_MECHANISMS,
            origins=_ORIGINS,
        )
    )
