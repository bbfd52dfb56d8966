"""Static files of the portal, all our own: a short index read once; whatever is not in it is not there.

Next: api/portal/submit.py
"""

from functools import cache
from typing import Final

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from api.portal.pages import FOLDER, PageRoute, asset

router = APIRouter(route_class=PageRoute, include_in_schema=False)

INDEX: Final = {"portal.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml"}
_FOR_A_YEAR: Final = "public, max-age=31536000, immutable"  # another content has another address
_FOR_AN_HOUR: Final = "public, max-age=3600"


@cache
def _content(name: str) -> bytes:
    return (FOLDER / "static" / name).read_bytes()


@router.get("/static/portal/{name}")
async def static_file(name: str, request: Request) -> Response:
    """One static file."""
    if name not in INDEX:
        raise HTTPException(404)
    version = asset(name).rpartition("=")[2]
    headers = {
        "Cache-Control": _FOR_A_YEAR if request.query_params.get("v") == version else _FOR_AN_HOUR,
        "ETag": f'"{version}"',
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(_content(name), media_type=INDEX[name], headers=headers)
