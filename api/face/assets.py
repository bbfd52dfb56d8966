"""Static files, all our own: a short index of a folder, read once; whatever is not in it is not there.

Another content has another address, so that browsers may keep a file for a year. Next: api/face/forms.py
"""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

_FOR_A_YEAR: Final = "public, max-age=31536000, immutable"
_FOR_AN_HOUR: Final = "public, max-age=3600"


class Assets:
    """The static files of one face.

    Args:
        folder: where they lie.
        address: under which they are served.
        index: media type by name.
    """

    def __init__(self, folder: Path, address: str, index: Mapping[str, str]) -> None:
        self._folder = folder
        self._address = address
        self.index = index
        self._read = cache(self._from_disk)
        self.router = APIRouter(include_in_schema=False)
        self.router.add_api_route(f"{address}/{{name}}", self._serve, methods=["GET"])

    def at(self, name: str) -> str:
        """The address of a file, with the hash of its content."""
        return f"{self._address}/{name}?v={self._read(name)[1]}"

    def _from_disk(self, name: str) -> tuple[bytes, str]:
        content = (self._folder / name).read_bytes()
        return content, hashlib.sha256(content).hexdigest()[:12]

    async def _serve(self, name: str, request: Request) -> Response:
        if name not in self.index:
            raise HTTPException(404)
        content, version = self._read(name)
        headers = {
            "Cache-Control": _FOR_A_YEAR if request.query_params.get("v") == version else _FOR_AN_HOUR,
            "ETag": f'"{version}"',
        }
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        return Response(content, media_type=self.index[name], headers=headers)


_CSS: Final = "text/css; charset=utf-8"
# What portal and console share, strangers as they are.
SHARED: Final = Assets(
    Path(__file__).with_name("static"),
    "/static/face",
    dict.fromkeys(("tokens.css", "pictures.css", "mailbox.css"), _CSS) | {"icon.svg": "image/svg+xml"},
)
