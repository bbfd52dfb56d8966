"""A whole access case in browsers alone: the person, a caseworker and a reviewer, on the real stack (issue 3, point 5).

The office's clicks are counted from the queue on; signing in is no part of a case.
"""

import json
import os
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlmodel import select

from adapters.database.tables import CaseReceipt
from adapters.factors import code_at
from demo import people
from tests.browser.conftest import CHROMIUM, SCREENSHOTS, page_of
from tests.journeys.installation import Installation
from tests.journeys.started import Started, started
from tests.journeys.walk import Walk

pytestmark = pytest.mark.journey

PATIENCE = 120_000  # milliseconds; a loaded machine takes ten times what an idle one does
MOST_CLICKS = 6
WIDE = {"width": 1280, "height": 900}


@pytest.fixture
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.fail("There is no chromium: apt-get install chromium")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        begun = playwright.chromium.launch(executable_path=CHROMIUM, args=sandbox)
        yield begun
        begun.close()


class Office:
    """Somebody of the office in a browser of their own, whose clicks are counted.

    Args:
        page: of a profile of its own.
        address: of the installation.
        running: whose demo sign-ins are used.
    """

    def __init__(self, page: Page, address: str, running: Started, role: str) -> None:
        self.page, self.address, self.clicks = page, address, 0
        signins = json.loads((running.settings.home / "demo-sign-ins.json").read_text())
        person = next(each for each in signins if each["role"] == role)
        page.goto(f"{address}/console/sign-in")
        page.get_by_label("Work e-mail address").fill(person["email"])
        page.get_by_label("Password").fill(person["password"])
        page.get_by_role("button", name="Sign in").click()
        page.get_by_label("Six digits of your authenticator").fill(code_at(person["seed"], datetime.now(UTC)))
        page.get_by_role("button", name="Go on").click()
        page.wait_for_url("**/console/cases*")

    def click(self, role: str, name: str) -> None:
        self.clicks += 1
        self.page.get_by_role(role, name=name, exact=True).first.click()  # type: ignore[arg-type]

    def see(self, words: str) -> None:
        """Look until it is there: a page that renews itself, or one that is loaded again."""
        for _ in range(60):
            if self.page.get_by_text(words).count():
                return
            self.page.wait_for_timeout(2_000)
            self.page.reload()
        raise AssertionError(f"{words} never came: {self.page.locator('main').inner_text()[:600]}")

    def photograph(self, name: str) -> None:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"journey-{name}.png", full_page=True)


@contextmanager
def person_of(browser: Browser, *, script: bool) -> Iterator[Page]:
    with page_of(browser, viewport=WIDE, java_script_enabled=script) as page:
        page.set_default_timeout(PATIENCE)
        yield page


def ask(page: Page, address: str) -> None:
    """Fill in the form, step by step."""
    page.goto(address)
    page.get_by_label("Get a copy of my data").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("E-mail address", exact=True).fill(people.TYPICAL)
    page.get_by_label("Your name").fill("Tilda Typical")
    page.get_by_label("Country where you live").select_option("IE")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Send my request").click()
    expect(page.get_by_text("We have your request")).to_be_visible()


@pytest.mark.parametrize("script", [True, False])
def test_a_plain_case_takes_six_clicks_of_the_office_at_most_and_no_typing(
    browser: Browser, installation: Installation, tmp_path: Path, *, script: bool
) -> None:
    with started(installation) as running, person_of(browser, script=script) as person:
        address = installation.url
        ask(person, address)
        walk = _walk(running)
        person.get_by_label("Code", exact=True).fill(walk.newest_code())
        person.get_by_role("button", name="Confirm my address").click()
        expect(person.get_by_text("We know that it is you")).to_be_visible()

        with person_of(browser, script=script) as first, person_of(browser, script=script) as second:
            caseworker = Office(first, address, running, "caseworker")
            caseworker.see(walk.reference)
            caseworker.click("link", walk.reference)
            caseworker.see("Search the payment provider by hand")
            caseworker.photograph("by-hand")
            caseworker.click("checkbox", "I looked myself")
            caseworker.click("checkbox", "In: Payments at the provider")
            caseworker.click("button", "Nothing found")
            caseworker.see("A colleague approves the package")

            reviewer = Office(second, address, running, "reviewer")
            reviewer.see(walk.reference)
            reviewer.click("link", walk.reference)
            reviewer.see("Check the package, then release it")
            reviewer.photograph("review")
            reviewer.click("button", "Approve and release")
            reviewer.see("Wait for Tilda to fetch the copy")
            reviewer.photograph("delivered")
            assert caseworker.clicks + reviewer.clicks <= MOST_CLICKS

        content = _fetched(person, walk, address)
        target = tmp_path / "package.zip"
        target.write_bytes(content)
        with zipfile.ZipFile(target) as zipped:
            assert "index.html" in zipped.namelist()


def _walk(running: Started) -> Walk:
    walk = Walk(running, people.TYPICAL)
    with running.resources.database.read() as session:
        receipt = session.exec(select(CaseReceipt)).one()
    walk.case_id, walk.reference = receipt.case_id, receipt.reference
    return walk


def _fetched(person: Page, walk: Walk, address: str) -> bytes:
    """The person opens the link of the letter and types a fresh code."""

    def link() -> str | None:
        for letter in reversed(walk.letters()):
            body = letter.get_body(("plain",))
            found = re.search(r"/collect/hl1_[\w-]{43}", str(body.get_content()) if body else "")
            if found:
                return found[0]
        return None

    walk.until(lambda _view: link() is not None)
    person.goto(f"{address}{link()}")
    codes = len(walk.codes())
    person.get_by_role("button", name="Send me a code").click()
    walk.until(lambda _view: len(walk.codes()) > codes)
    person.get_by_label("Code", exact=True).fill(walk.newest_code())
    person.get_by_role("button", name="Open my copy").click()
    with person.expect_download() as download:
        person.get_by_role("link", name="Download the copy").click()
    return Path(download.value.path()).read_bytes()
