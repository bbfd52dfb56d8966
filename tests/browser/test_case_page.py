"""The page of a case as a caseworker meets it: every stage with axe, in any light, on a small telephone, by keyboard alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from adapters.database import migrate
from adapters.resources import Resources
from domain.rights import Role
from tests import opened
from tests.at_console import COOKIE, session_of
from tests.browser.conftest import SCREENSHOTS, page_of
from tests.case_in_hand import CaseInHand
from tests.case_stages import STAGES

pytestmark = pytest.mark.journey

DEMO = Path(__file__).resolve().parents[2] / "demo" / "datamap.yml"
WIDE = {"width": 1280, "height": 900}
TELEPHONE = {"width": 360, "height": 740}
TABS = ("", "/systems", "/package", "/messages", "/history")


@pytest.fixture
def resources(tmp_path: Path) -> Iterator[Resources]:
    """The demo's data map, so that the pages say what a controller's would."""
    url = f"sqlite:///{tmp_path}/habeas.db"
    migrate.upgrade(url)
    with opened.resources(tmp_path / "home", url, DEMO) as everything:
        yield everything


def sign_in(page: Page, address: str, resources: Resources, role: Role = Role.CASEWORKER, name: str = "Tomasz Lind") -> None:
    cookie, _ = session_of(resources, role, name)
    page.context.add_cookies([{"name": COOKIE, "value": cookie, "url": address}])


def photograph(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"case-{name}.png", full_page=True)


def path_of(case: CaseInHand) -> str:
    return f"/console/cases/{case.reference}"


@pytest.mark.parametrize("stage", STAGES)
def test_axe_finds_nothing_in_any_light_and_nothing_scrolls_sideways(
    browser: Browser, portal: str, resources: Resources, stage: str
) -> None:
    case = STAGES[stage](resources)
    with page_of(browser, viewport=WIDE) as page:
        refused: list[str] = []
        page.on("console", lambda message: refused.append(message.text) if "Content Security" in message.text else None)
        sign_in(page, portal, resources, Role.REVIEWER if stage in {"in-review", "refusal"} else Role.CASEWORKER)
        for tab in TABS:
            name = f"{stage}{tab.replace('/', '-')}"
            page.goto(portal + path_of(case) + tab)
            expect(page.get_by_role("heading", level=1)).to_contain_text(case.reference)
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                photograph(page, f"{name}-{scheme}")
                found = Axe().run(page)
                assert found.violations_count == 0, found.generate_report()
            page.emulate_media(color_scheme="light")
            page.set_viewport_size(TELEPHONE)  # type: ignore[arg-type]
            photograph(page, f"{name}-360")
            assert page.evaluate("() => document.documentElement.scrollWidth") <= TELEPHONE["width"], name
            page.set_viewport_size(WIDE)  # type: ignore[arg-type]
        assert refused == []
