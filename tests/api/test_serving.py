"""Where a request came from is believed of the named proxies alone (ASVS 15.3.4)."""

import contextlib
import socket
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


def test_bodies_that_trickle_hold_nobody_up(resources: Resources, key: Key, capfd: pytest.CaptureFixture[str]) -> None:
    patient = key()
    headers = "".join(f"{name}: {value}\r\n" for name, value in patient.items())
    with _served(resources, "") as address, contextlib.ExitStack() as open_ones:
        port = int(address.split(":")[2].partition("/")[0])
        for place in ("/", "/api/v1/requests", "/api/v1/mail") * 30:
            slow = open_ones.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30))
            slow.sendall(f"POST {place} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}Content-Length: 900000\r\n\r\n{{".encode())
        for path in ("/api/v1/cases", "/"):
            answer = httpx2.get(f"http://127.0.0.1:{port}{path}", headers=patient, trust_env=False, timeout=30)
            assert answer.status_code == 200
    assert "request failed" not in capfd.readouterr().out, "whoever goes away in the middle of a body is no failure of ours"
