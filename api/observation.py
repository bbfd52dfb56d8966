"""What is kept of every request: route, status, duration, and who was refused. Never its path, query or body.

Next: api/guards.py
"""

import time

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import internal
from api.health import DURATION, REQUESTS

_UNWATCHED = frozenset({"/healthz", "/readyz", "/metrics"})  # asked every second; a line each would hide the others
_REFUSED = frozenset({401, 403, 404})
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_log = structlog.get_logger("web")


class BrokenAnswerError(Exception):
    """An answer failed half-way; the connection is cut, so that nobody takes the first half for the whole."""


class Observation:
    """Counts and logs; turns what nobody caught into an answer that says nothing private."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 0
        duration = 0.0

        async def watched(message: Message) -> None:
            nonlocal status, duration
            if message["type"] == "http.response.start":
                status, duration = message["status"], time.perf_counter() - began
            await send(message)

        broken = False
        try:
            await self._app(scope, receive, watched)
        except Exception as failure:  # noqa: BLE001 (whatever it is, its words may quote somebody's data)
            _log.error("request failed", route=_route(scope), exc_info=failure)
            broken = status != 0
            if not broken:
                await internal()(scope, receive, watched)
        _note(scope, status, duration)
        if broken:
            raise BrokenAnswerError  # outside of the handler: nothing of the failure itself goes with it


def _note(scope: Scope, status: int, duration: float) -> None:
    route = _route(scope)
    method = scope["method"] if scope["method"] in _METHODS else "other"  # a client may make one up
    REQUESTS.labels(method, route, str(status)).inc()
    DURATION.labels(method, route).observe(duration)
    if route not in _UNWATCHED:
        # Who was refused, as the record names them: never an address, and nothing of those who were let in.
        person = {"person": scope.get("state", {}).get("person", "nobody")} if status in _REFUSED else {}
        _log.info("answered", method=method, route=route, status=status, milliseconds=round(duration * 1000, 1), **person)


def _route(scope: Scope) -> str:
    # The template, not the path: a path may hold a token, and every reference would be a metric of its own.
    return str(getattr(scope.get("route"), "path", "unmatched"))
