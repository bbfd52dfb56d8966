"""What every request passes before a route sees it: the host it names and the headers of its answer.

Plain ASGI, so that a streamed package is not held up. Serves `security.md` abuse test 10 (a page elsewhere that rebinds its
name to this machine) and section 2.14.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers as Received
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import problem

_LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_FOR_A_YEAR = "max-age=31536000; includeSubDomains"  # as browsers' lists and ASVS 3.4.1 ask


class Headers:
    """Adds the headers that make a browser careful, where a route did not set its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def careful(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                if scope["app"].state.web.resources.settings.public_url.startswith("https:"):
                    headers.setdefault("Strict-Transport-Security", _FOR_A_YEAR)
            await send(message)

        await self._app(scope, receive, careful)


class Hosts:
    """Answers under our own names only."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it with 421 (RFC 9110)."""
        if scope["type"] == "http" and (b"%00" in scope["query_string"] or "\0" in scope["path"]):
            # No text of ours holds one, and PostgreSQL takes none: it would be a failure where it is looked up.
            await problem("malformed", "This address holds a character that none of ours does.", 422)(scope, receive, send)
            return
        if scope["type"] == "http" and _host(scope) not in hosts_of(scope["app"].state.web.resources.settings.public_url):
            await problem("unknown-host", "This address is not one of ours.", 421)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _host(scope: Scope) -> str:
    host = Received(scope=scope).get("host", "")
    return host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0].lower()


def hosts_of(public_url: str) -> frozenset[str]:
    """The names this process answers under."""
    host = urlsplit(public_url).hostname
    return _LOCAL | {host} if host else _LOCAL
