"""A passkey of chromium's own: added, used instead of password and code, and used again before what cannot be undone."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlmodel import select, update

from adapters.database.staff_tables import StaffPasskey
from adapters.database.tables import StaffSession
from adapters.resources import Resources
from tests import opened, servers
from tests.at_console import COOKIE, session_of
from tests.browser.conftest import page_of, served
from tests.browser.looking import WIDE, looked_at

pytestmark = pytest.mark.journey

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def port() -> int:
    return servers.free_port()


@pytest.fixture
def resources(tmp_path: Path, sqlite_url: str, port: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[Resources]:
    """Of a console that browsers know by a name, as passkeys want it."""
    monkeypatch.setenv("HABEAS_CONSOLE_URL", f"http://localhost:{port}")
    with opened.resources(tmp_path / "home", sqlite_url) as everything:
        yield everything


def test_a_passkey_is_added_lets_in_and_makes_a_sign_in_fresh(browser: Browser, resources: Resources, port: int) -> None:
    cookie, _ = session_of(resources)
    with served(resources, port), page_of(browser, viewport=WIDE) as page:
        console = f"http://localhost:{port}/console"
        page.context.add_cookies([{"name": COOKIE, "value": cookie, "url": console}])
        page.goto(f"{console}/passkeys")
        devices = page.context.new_cdp_session(page)  # once on the page: chromium forgets what an empty one had
        devices.send("WebAuthn.enable")
        device = devices.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})["authenticatorId"]
        page.get_by_label("Its name").fill("This laptop")
        page.get_by_role("button", name="Add it").click()
        expect(page.get_by_role("rowheader", name="This laptop")).to_be_visible()

        page.get_by_role("button", name="Sign out").click()
        expect(page).to_have_url(f"{console}/sign-in")
        devices.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
        page.get_by_role("button", name="Use a passkey").click()
        expect(page.get_by_role("alert")).to_have_text(
            "No passkey was used. Nothing was changed: try again, or use password and code."
        )
        devices.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": True})
        page.get_by_role("button", name="Use a passkey").click()
        expect(page).to_have_url(f"{console}/cases")

        with resources.database.write() as session:
            session.execute(update(StaffSession).values(began_at=datetime.now(UTC) - timedelta(minutes=6)))
        page.goto(f"{console}/sign-in/again?next=/console/passkeys")
        page.get_by_role("button", name="Use a passkey").click()
        expect(page.get_by_role("button", name="Add it")).to_be_visible()

        looked_at(page, "passkeys")  # last: looking ends what the device was plugged into
        page.goto(f"{console}/sign-in/again?next=/console/passkeys")
        looked_at(page, "sign-in-again-passkey")
        page.get_by_role("button", name="Sign out").click()
        expect(page).to_have_url(f"{console}/sign-in")
        looked_at(page, "sign-in-passkey")
    with resources.database.read() as session:
        [row] = session.exec(select(StaffPasskey)).all()
    assert row.used_at is not None


def test_without_a_script_the_six_digits_are_offered(browser: Browser, resources: Resources, port: int) -> None:
    with served(resources, port), page_of(browser, java_script_enabled=False) as page:
        page.goto(f"http://localhost:{port}/console/sign-in")
        expect(page.get_by_label("Password")).to_be_visible()
        expect(page.get_by_role("button", name="Use a passkey")).to_be_hidden()
