"""The portal in Debian's own chromium: the real application and database on a free port, the engine stood in for."""

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from adapters.resources import Resources
from api.app import create_app
from tests import opened, servers
from tests.api.conftest import FakeGateway
from tests.breach_gateway import BreachGateway
from tests.notice_gateway import NoticeGateway

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SCREENSHOTS = Path(__file__).resolve().parents[2] / "var" / "screenshots"  # git-ignored; for one's own eyes
LIMIT_MS = 30_000  # a loaded machine takes ten times what an idle one does


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser per module: while it runs, no event loop of another test may."""
    if CHROMIUM is None:
        pytest.fail("There is no chromium: apt-get install chromium")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # chromium refuses to sandbox itself as root
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=sandbox)
        yield started
        started.close()


@pytest.fixture
def resources(tmp_path: Path, sqlite_url: str) -> Iterator[Resources]:
    with opened.resources(tmp_path / "home", sqlite_url) as everything:
        yield everything


@pytest.fixture
def portal(resources: Resources) -> Iterator[str]:
    """The address of a running portal."""
    with served(resources, servers.free_port()) as address:
        yield address


@contextmanager
def served(resources: Resources, port: int) -> Iterator[str]:
    """The application on a port."""
    config = uvicorn.Config(
        create_app(resources, FakeGateway(resources), (BreachGateway(resources), NoticeGateway(resources))),
        host="127.0.0.1",
        port=port,
        log_config=None,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        servers.wait_until(lambda: server.started, "the portal answers")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(30)


@contextmanager
def page_of(browser: Browser, **context: object) -> Iterator[Page]:
    """A page in a profile of its own."""
    profile = browser.new_context(**context)  # type: ignore[arg-type]
    profile.set_default_timeout(LIMIT_MS)
    try:
        yield profile.new_page()
    finally:
        profile.close()
