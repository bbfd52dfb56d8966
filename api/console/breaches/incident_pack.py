"""`/console/breaches/incident-pack`: the pack for the day on which Habeas is off, to be printed before it is needed.

Next: adapters/incident_pack.py
"""

from fastapi import APIRouter, Response

from adapters.incident_pack import as_text, incident_pack
from api.access import note_access
from api.console.breaches.pages import PATH
from api.console.pages import ConsoleRoute, TheCaseworker, show
from api.dependencies import TheWeb

router = APIRouter(prefix="/console", route_class=ConsoleRoute, include_in_schema=False)


@router.get("/breaches/incident-pack")
def paper(web: TheWeb, who: TheCaseworker) -> Response:
    """The pack as a page that prints."""
    note_access(web, who, "incident-pack")
    return show(web, "breaches/incident_pack.html", who, at=PATH, parts=incident_pack(web.resources), now=web.now())


@router.get("/breaches/incident-pack.txt")
def text(web: TheWeb, who: TheCaseworker) -> Response:
    """The same as a file, to be kept on another machine."""
    note_access(web, who, "incident-pack")
    content = as_text(incident_pack(web.resources), web.resources.datamap.controller.name, web.now())
    headers = {"Content-Disposition": 'attachment; filename="incident-pack.txt"'}
    return Response(content, media_type="text/plain; charset=utf-8", headers=headers)
