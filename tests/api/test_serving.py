"""Where a request came from is believed of the named proxies alone (ASVS 15.3.4)."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx2
import pytest
import uvicorn

from adapters.resources import Resources
from adapters.settings import Settings
from api.app import create_app
from api.serving import options
from domain.errors import SettingsError
from tests import servers
from tests.api.conftest import FakeGateway

Key = Callable[..., dict[str, str]]


@contextmanager
def _served(resources: Resources, proxies: str) -> Iterator[str]:
    port = servers.free_port()
    settings = resources.settings.model_copy(update={"proxies": proxies, "port": port})
    server = uvicorn.Server(uvicorn.Config(create_app(resources, FakeGateway(resources)), **options(settings)))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        servers.wait_until(lambda: server.started, "the application answers")
        yield f"http://127.0.0.1:{port}/api/v1/cases"
    finally:
        server.should_exit = True
        thread.join(30)


@pytest.mark.parametrize(
    ("proxies", "said", "status"),
    [
        ("", "192.0.2.7", 401),  # nobody is believed
        ("10.0.0.0/8", "192.0.2.7", 401),  # not this one
        ("127.0.0.1", "192.0.2.7", 200),
        ("127.0.0.0/8", "203.0.113.5, 192.0.2.7", 200),  # the nearest that is no proxy counts
        ("127.0.0.1", "192.0.2.7, 203.0.113.5", 401),  # whatever a client wrote in front of it does not
    ],
)
def test_a_client_s_address_comes_from_a_named_proxy(
    resources: Resources, key: Key, proxies: str, said: str, status: int
) -> None:
    headers = key(networks=["192.0.2.0/24"]) | {"X-Forwarded-For": said}
    with _served(resources, proxies) as address:
        assert httpx2.get(address, headers=headers, trust_env=False).status_code == status


def test_a_proxy_that_is_no_address_stops_the_start() -> None:
    with pytest.raises(SettingsError, match="HABEAS_PROXIES"):
        Settings.read(proxies="proxy.example")
