"""The page of a case as a caseworker meets it: every stage with axe, in any light, on a small telephone, by keyboard alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from adapters.database.case_reader import CaseReader
from adapters.resources import Resources
from domain.events import Tag
from domain.rights import Role
from tests import opened
from tests.at_console import COOKIE, session_of
from tests.browser.conftest import LIMIT_MS, page_of
from tests.browser.looking import TELEPHONE, WIDE, live_regions, looked_at, photograph
from tests.case_in_hand import CaseInHand
from tests.case_stages import STAGES, by_hand, failed, in_review, receipt, searching

pytestmark = pytest.mark.journey

DEMO = Path(__file__).resolve().parents[2] / "demo" / "datamap.yml"
TABS = ("", "/systems", "/package", "/messages", "/history")


@pytest.fixture
def resources(tmp_path: Path, sqlite_url: str) -> Iterator[Resources]:
    """The demo's data map, so that the pages say what a controller's would."""
    with opened.resources(tmp_path / "home", sqlite_url, DEMO) as everything:
        yield everything


def sign_in(page: Page, address: str, resources: Resources, role: Role = Role.CASEWORKER, name: str = "Tomasz Lind") -> None:
    cookie, _ = session_of(resources, role, name)
    page.context.add_cookies([{"name": COOKIE, "value": cookie, "url": address}])


def press_until(page: Page, wanted: str, limit: int = 60) -> None:
    """Walk by keyboard to the element with a text."""
    for _ in range(limit):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.textContent.trim()") == wanted:
            return
    raise AssertionError(f"{wanted} is not reached")


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
            looked_at(page, f"case-{name}")
            page.set_viewport_size({"width": 1366, "height": 850})
            tabs = page.locator("ul.tabs").bounding_box()
            assert tabs is not None
            assert tabs["y"] + tabs["height"] <= 850, f"{name}: the tabs are reached without scrolling"
            page.set_viewport_size(WIDE)  # type: ignore[arg-type]
        assert refused == []


FORMS = (
    "request_clarification",
    "propose_refusal",
    "withdraw",
    "send_message",
    "merge_duplicate",
    "extend_deadline",
    "add_identifier",
)


def test_axe_finds_nothing_in_the_forms_and_their_mistakes(browser: Browser, portal: str, resources: Resources) -> None:
    case = by_hand(resources)
    with page_of(browser, viewport=WIDE) as page:
        sign_in(page, portal, resources, Role.PRIVACY_LEAD)
        for action in FORMS:
            page.goto(f"{portal}{path_of(case)}/actions/{action}")
            assert Axe().run(page).violations_count == 0, action
            page.locator(".sheet button[type=submit]").click()
            expect(page.get_by_role("alert")).to_be_focused()
            photograph(page, f"case-form-{action}")
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()


def test_a_task_is_answered_by_keyboard_alone(browser: Browser, portal: str, resources: Resources) -> None:
    case = by_hand(resources)
    with page_of(browser, viewport=WIDE) as page:
        sign_in(page, portal, resources)
        page.goto(portal + path_of(case))
        press_until(page, "Skip to the content")
        page.keyboard.press("Enter")
        for box in ("I looked myself", "In: Payments at the provider"):
            page.get_by_label(box).focus()
            page.keyboard.press("Space")
        press_until(page, "Nothing found")
        page.keyboard.press("Enter")
        expect(page.get_by_text("The task is done.")).to_be_visible()
    assert CaseReader(resources).get(case.id).state.open_work_items == {}


def test_a_running_search_renews_itself_until_the_case_moves_on(browser: Browser, portal: str, resources: Resources) -> None:
    case = searching(resources)
    with page_of(browser, viewport=WIDE) as page:
        sign_in(page, portal, resources)
        page.goto(f"{portal}{path_of(case)}/systems")
        expect(page.get_by_text("Searching, 3 of 11 collections")).to_be_visible()
        page.evaluate("() => { window.stays = true; }")
        receipt(case, "platform", "uploads", 7)
        expect(page.get_by_text("Searching, 4 of 11 collections")).to_be_visible(timeout=LIMIT_MS)
        assert page.evaluate("() => window.stays")  # renewed in place
        assert set(live_regions(page)) == {("status", "polite")}  # one sentence is read aloud, not the table
        expect(page.get_by_role("status")).to_have_text(page.locator("[data-told]").inner_text())
        case.happen(Tag.COLLECTION_STARTED, run=1, keys=[str(case.mailbox)], systems=["platform"])
        case.happen(Tag.SYSTEM_SEARCHED, system="platform", records=2_000)
        expect(page.locator("tbody tr", has_text="The platform")).to_contain_text("2,000", timeout=LIMIT_MS)
        assert page.evaluate("() => window.stays === undefined")  # loaded again, with its next step


def test_everything_without_javascript_on_a_small_telephone(browser: Browser, portal: str, resources: Resources) -> None:
    case = failed(resources)
    with page_of(browser, viewport=TELEPHONE, java_script_enabled=False) as page:
        sign_in(page, portal, resources, Role.PRIVACY_LEAD)
        page.goto(f"{portal}{path_of(case)}/systems")
        page.get_by_role("link", name="Continue without Billing and support").first.click()
        page.get_by_role("button", name="Continue without it").click()
        expect(page.locator("#reason-fault")).to_be_visible()
        page.get_by_label("Why it is left out").fill("Shut down in 2024; its data were deleted.")
        page.get_by_role("button", name="Continue without it").click()
        expect(page.get_by_text("The case goes on without it.")).to_be_visible()
        expect(page.get_by_text("Shut down in 2024; its data were deleted.")).to_be_visible()
        page.get_by_label("I looked myself").check()
        page.get_by_label("In: Payments at the provider").check()
        page.get_by_role("button", name="Nothing found").click()
        expect(page.get_by_text("The task is done.")).to_be_visible()
        page.locator("summary", has_text="Hand over").click()
        page.get_by_role("button", name="Hand over").click()
        page.get_by_role("link", name="History").click()
        expect(page.get_by_text("Left out: Billing and support")).to_be_visible()


def test_it_prints_without_what_can_be_pressed(browser: Browser, portal: str, resources: Resources) -> None:
    case = in_review(resources)
    with page_of(browser, viewport=WIDE) as page:
        sign_in(page, portal, resources, Role.REVIEWER)
        page.goto(f"{portal}{path_of(case)}/history")
        page.emulate_media(media="print")
        photograph(page, "case-history-print")
        expect(page.get_by_role("button", name="Approve and release")).not_to_be_visible()
        expect(page.get_by_text("The package was built")).to_be_visible()
