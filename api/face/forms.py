"""Reads what a browser posts: a small form, from one of our own pages only (`security.md` 2.9).

Next: api/face/countries.py
"""

import re
from typing import Any, Final

from fastapi import Request
from starlette.datastructures import FormData

from api.dependencies import Web
from api.errors import TooLargeError
from api.guards import hosts_of
from domain.errors import InvalidInputError

_NUMBER: Final = re.compile(r"[0-9]{1,9}")  # ASCII alone: Python takes other digits for digits, and then not for a number
FORM_LIMIT: Final = 200_000  # bytes; the longest message with every character escaped


async def form_of(request: Request, most_fields: int = 60) -> FormData:
    """The fields of a form.

    Raises:
        TooLargeError: more than any of our forms holds. InvalidInputError: a NUL, which no database keeps in a text.
    """
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > FORM_LIMIT:
            raise TooLargeError(limit=FORM_LIMIT)
    sent = iter([body])

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": next(sent, b""), "more_body": False}

    form = await Request(request.scope, receive).form(max_files=0, max_fields=most_fields)
    if any("\0" in str(text) for pair in form.multi_items() for text in pair):
        raise InvalidInputError("Something that was sent holds a character that no keyboard writes. Type it anew.")
    return form


def number_in(text: str) -> int | None:
    """A whole number as somebody types it, nine digits at most; None for anything else."""
    return int(text) if _NUMBER.fullmatch(text) else None


def field(form: FormData, name: str) -> str:
    """One field as text; empty when it was not sent."""
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""


def from_elsewhere(request: Request, web: Web) -> bool:
    """Whether a post comes from a page that is not ours."""
    # Our pages send no referrer, so a browser says `Origin: null` of them: where it tells the site, that counts.
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = request.headers.get("origin")
    if origin in {None, "null"}:
        return False
    host = (origin or "").partition("://")[2].rpartition(":")[0] or (origin or "").partition("://")[2]
    return host not in hosts_of(web.resources.settings.public_url)
