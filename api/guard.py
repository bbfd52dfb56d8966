"""The door of the JSON API: no route without a row in `api/authority.py`, no body read before the key is checked.

Next: api/v1/requests.py
"""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.types import Message

from api.authority import ROUTES
from api.dependencies import web_of
from api.errors import TooLargeError
from api.face.forms import number_in

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class GuardedRoute(APIRoute):
    """A route that admits a caller by its row, and reads no more than the row's limit.

    Raises:
        KeyError: when it is made without a row; the application does not start.
    """

    def get_route_handler(self) -> Handler:
        handler = super().get_route_handler()
        (method,) = self.methods or {"?"}
        rule = ROUTES[method, self.path_format]

        async def guarded(request: Request) -> Response:
            web = web_of(request)
            address = request.client.host if request.client else None
            given = request.headers.get("authorization")
            request.state.rule = rule
            request.state.caller = await web.keys.admit(given, address, rule, web.now(), request.state)
            return await handler(_limited(request, rule.limit))

        return guarded


def _limited(request: Request, limit: int) -> Request:
    declared = request.headers.get("content-length", "")
    size = number_in(declared)
    if declared and (size is None or size > limit):
        raise TooLargeError(limit=limit)
    taken = 0

    async def receive() -> Message:
        nonlocal taken
        message: Message = await request.receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise HTTPException(413)  # FastAPI lets this one through while it reads a body
        return message

    return Request(request.scope, receive, request._send)  # noqa: SLF001 (a new Request would forget whom to answer)
