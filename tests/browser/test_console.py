"""The console around the case: queue, search, opening by hand, reports, letters, data map; in any light, by keyboard."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import select

from adapters.database import people
from adapters.database.tables import CaseReceipt, QueueEntry
from adapters.factors import code_at
from adapters.resources import Resources
from domain.events import Tag
from domain.rights import Right, Role
from tests import opened
from tests.at_console import COOKIE, session_of
from tests.browser.conftest import page_of
from tests.browser.looking import TELEPHONE, WIDE, looked_at, photograph
from tests.case_in_hand import CaseInHand

pytestmark = pytest.mark.journey

DEMO = Path(__file__).resolve().parents[2] / "demo" / "datamap.yml"
PAGES = {
    "queue": "/console/cases",
    "queue-cut": "/console/cases?stage=in_review&waiting=us&right=portability",
    "late": "/console/cases?due=late",
    "search": "/console/cases/search",
    "new": "/console/cases/new",
    "reports": "/console/reports",
    "letters": "/console/letters",
    "letter": "/console/letters/package_ready",
    "datamap": "/console/datamap",
    "disclosures": "/console/disclosures",
    "holds": "/console/holds",
    "account": "/console/account",
    "keys": "/console/keys",
    "not-found": "/console/find?reference=HAB-00000000",
    "error": "/console/nothing",
}
EMPTY = ("queue", "reports")


@pytest.fixture
def resources(tmp_path: Path, sqlite_url: str) -> Iterator[Resources]:
    """The demo's data map, so that the pages say what a controller's would."""
    with opened.resources(tmp_path / "home", sqlite_url, DEMO) as everything:
        yield everything


@pytest.fixture
def cases(resources: Resources) -> list[CaseInHand]:
    """Cases at several stages: one late, one with a reply, one closed."""
    long_ago = datetime.now(UTC) - timedelta(days=60)
    made = [
        CaseInHand(resources, name="Ruth Adeyemi"),
        CaseInHand(resources, name="Dora Klein", rights=[Right.ACCESS, Right.ERASURE]),
        CaseInHand(resources, name="Sam Mora", received_at=long_ago),
        CaseInHand(resources, rights=[Right.WITHDRAW_CONSENT]),
        CaseInHand(resources, name="Lena Frank"),
    ]
    made[0].released()
    made[1].happen(Tag.MESSAGE_RECEIVED, note=str(made[1].note("Any news?", "subject")))
    made[4].released()
    made[4].happen(Tag.DELIVERY_NOTIFIED)
    made[4].happen(Tag.REQUEST_CLOSED, outcome="fulfilled")
    return made


def sign_in(page: Page, address: str, resources: Resources, role: Role = Role.CASEWORKER, name: str = "Tomasz Lind") -> str:
    cookie, person = session_of(resources, role, name)
    page.context.add_cookies([{"name": COOKIE, "value": cookie, "url": address}])
    return person


def owners(resources: Resources) -> set[str | None]:
    with resources.database.read() as session:
        return {row.assignee for row in session.exec(select(QueueEntry))}


@pytest.mark.usefixtures("cases")
def test_axe_finds_nothing_on_any_page_in_any_light(browser: Browser, portal: str, resources: Resources) -> None:
    with page_of(browser, viewport=WIDE) as page:
        refused: list[str] = []
        page.on("console", lambda message: refused.append(message.text) if "Content Security" in message.text else None)
        sign_in(page, portal, resources, Role.PRIVACY_LEAD)
        for name, path in PAGES.items():
            page.goto(portal + path)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            looked_at(page, f"console-{name}")
        assert refused == []


def test_axe_finds_nothing_before_anything_is_there(browser: Browser, portal: str, resources: Resources) -> None:
    with page_of(browser, viewport=WIDE) as page:
        page.goto(f"{portal}/console")
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        looked_at(page, "console-sign-in")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_be_focused()
        looked_at(page, "console-sign-in-wrong")
        sign_in(page, portal, resources)
        for name in EMPTY:
            page.goto(portal + PAGES[name])
            looked_at(page, f"console-{name}-empty")
        page.goto(f"{portal}/console/cases/new")
        page.get_by_role("button", name="Open the case").click()
        expect(page.get_by_role("alert")).to_be_focused()
        looked_at(page, "console-new-wrong")
        for role, name in ((Role.ADMINISTRATOR, "staff"), (Role.PRIVACY_LEAD, "alerts")):
            sign_in(page, portal, resources, role, f"Somebody {name}")
            page.goto(f"{portal}/console/{name}")
            for folded in page.locator("summary").all()[:1]:
                folded.click()
            looked_at(page, f"console-{name}")


@pytest.mark.usefixtures("cases")
def test_nothing_of_the_queue_is_out_of_sight_whatever_the_font(browser: Browser, portal: str, resources: Resources) -> None:
    with page_of(browser, viewport=WIDE) as page:
        sign_in(page, portal, resources, Role.PRIVACY_LEAD)  # who has the longest menu
        page.goto(f"{portal}/console/cases")
        for family in ("DejaVu Sans", "Inter"):  # as wide as any system's own, and as narrow
            page.evaluate("family => document.documentElement.style.setProperty('--family', family)", family)
            hidden = page.evaluate(
                "() => { const box = document.querySelector('.queue').parentElement; return box.scrollWidth - box.clientWidth; }"
            )
            assert hidden <= 0, family
            rows = page.evaluate(
                "() => [...document.querySelectorAll('.bar > *')].map(each => Math.round(each.getBoundingClientRect().bottom))"
            )
            assert max(rows) - min(rows) < 26, f"{family}: the top bar has one line"


def test_the_preview_of_a_letter_is_not_cut_at_its_foot(browser: Browser, portal: str, resources: Resources) -> None:
    with page_of(browser, viewport=WIDE) as page:
        sign_in(page, portal, resources)
        for name, language in (("nothing_held", "en"), ("nothing_held", "fr"), ("erasure_planned", "en"), ("case_due", "en")):
            page.goto(f"{portal}/console/letters/{name}?language={language}")
            frame = page.frame_locator("iframe").locator("body")
            expect(frame).to_be_visible()
            bottom = frame.evaluate("body => Math.round(body.ownerDocument.documentElement.scrollHeight)")
            assert bottom <= page.locator("iframe").evaluate("frame => frame.clientHeight"), (name, language)
            photograph(page, f"console-letter-{name}-{language}")


def test_somebody_signs_in_by_keyboard_and_finds_a_case_by_its_reference(
    browser: Browser, portal: str, resources: Resources, cases: list[CaseInHand]
) -> None:
    people.add_caseworker(resources.database, email="amira@example.com", name="Amira Osei", role=Role.CASEWORKER)
    people.set_password(resources.database, email="amira@example.com", password="four plain old words")
    with page_of(browser, viewport=WIDE) as page:
        page.goto(f"{portal}/console")
        page.get_by_label("Work e-mail address").focus()
        page.keyboard.type("amira@example.com")
        page.keyboard.press("Tab")
        page.keyboard.type("four plain old words")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Set up your authenticator")).to_be_visible()
        looked_at(page, "console-factor-new")
        seed = page.locator(".seed").inner_text().replace(" ", "")
        page.get_by_label("The six digits it shows now").fill("000000")
        page.get_by_role("button", name="Set it up").click()
        expect(page.get_by_role("alert")).to_be_focused()
        page.get_by_label("The six digits it shows now").fill(code_at(seed, datetime.now(UTC)))
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Your authenticator is set up")).to_be_visible()
        looked_at(page, "console-recovery-codes")
        page.get_by_role("link", name="I have kept them").click()
        expect(page.get_by_role("heading", name="Cases", exact=True)).to_be_visible()
        page.keyboard.press("j")  # to the first row
        assert page.evaluate("() => document.activeElement.textContent") == cases[1].reference  # its reply is unread
        page.keyboard.press("j")
        assert page.evaluate("() => document.activeElement.textContent") != cases[1].reference
        page.keyboard.press("/")
        page.keyboard.type(cases[0].reference.lower())
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_contain_text(cases[0].reference)
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_filter_is_sent_when_it_is_chosen_and_stands_in_the_address(
    browser: Browser, portal: str, resources: Resources, cases: list[CaseInHand]
) -> None:
    with page_of(browser, viewport=WIDE) as page:
        sign_in(page, portal, resources)
        page.goto(f"{portal}/console/cases")
        expect(page.get_by_role("button", name="Show these")).not_to_be_visible()
        page.get_by_label("Erasure").check()
        page.wait_for_url("**/console/cases?right=erasure")
        expect(page.locator(".queue tbody tr")).to_have_count(1)
        expect(page.locator(".queue tbody")).to_contain_text(cases[1].reference)
        page.get_by_role("link", name="late", exact=False).first.click()
        expect(page.get_by_role("heading", name=re.compile("^Late"))).to_be_visible()
        expect(page.locator(".queue tbody")).to_contain_text(cases[2].reference)


@pytest.mark.parametrize("script", [True, False])
def test_a_selection_is_given_away_with_and_without_a_script(
    browser: Browser,
    portal: str,
    resources: Resources,
    cases: list[CaseInHand],
    script: bool,  # noqa: FBT001
) -> None:
    with page_of(browser, viewport=WIDE if script else TELEPHONE, java_script_enabled=script) as page:
        person = sign_in(page, portal, resources)
        page.goto(f"{portal}/console/cases")
        if script:
            page.get_by_label("Choose all on this page").check()
            expect(page.locator("[data-counts]")).to_have_text("4")
        else:
            for case in (cases[0], cases[1], cases[2], cases[3]):
                page.get_by_label(f"Choose {case.reference}").check()
        page.get_by_role("button", name="Assign").click()
        page.get_by_role("button", name="Assign 4 cases").click()
        expect(page.get_by_text("4 cases assigned.")).to_be_visible()
        assert owners(resources) == {person, None}  # the closed one keeps nobody


def test_a_telephone_call_becomes_a_case_without_a_script_on_a_small_telephone(
    browser: Browser, portal: str, resources: Resources
) -> None:
    with page_of(browser, viewport=TELEPHONE, java_script_enabled=False) as page:
        sign_in(page, portal, resources)
        page.goto(f"{portal}/console/cases")
        page.get_by_role("link", name="Open a case by hand").click()
        page.get_by_label("Telephone", exact=True).check()
        page.get_by_label("Access", exact=True).check()
        page.get_by_label("Somebody without an account").check()
        page.get_by_role("button", name="Open the case").click()
        expect(page.get_by_text("at least one thing by which the person").first).to_be_visible()
        expect(page.get_by_label("Access", exact=True)).to_be_checked()
        page.get_by_label("Name", exact=True).fill("Jonas Wendt")
        page.get_by_role("button", name="Open the case").click()
        expect(page.get_by_text("Nobody could answer this person").first).to_be_visible()
        page.get_by_label("Telephone number", exact=True).fill("+44 20 7946 0143")
        page.get_by_role("button", name="Open the case").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("HAB-")
    with resources.database.read() as session:
        assert session.exec(select(CaseReceipt)).one().channel == "phone"


@pytest.mark.usefixtures("cases")
def test_a_person_is_found_and_their_address_stands_in_no_address(browser: Browser, portal: str, resources: Resources) -> None:
    with page_of(browser, viewport=WIDE) as page:
        sign_in(page, portal, resources)
        page.goto(f"{portal}/console/cases")
        page.get_by_role("link", name="Find a person").click()
        page.get_by_label("E-mail address, telephone number").fill("ruth.adeyemi@post.imaginella.example")
        page.get_by_role("button", name="Find cases").click()
        expect(page.get_by_role("heading", name="5 cases")).to_be_visible()
        assert "ruth" not in page.url
        looked_at(page, "console-search-found")


@pytest.mark.usefixtures("cases")
def test_lists_print_without_what_can_be_pressed(browser: Browser, portal: str, resources: Resources) -> None:
    with page_of(browser, viewport=WIDE) as page:
        sign_in(page, portal, resources)
        page.goto(f"{portal}/console/cases")
        page.emulate_media(media="print")
        photograph(page, "console-queue-print")
        for hidden in (".top", ".filters", ".bulk", "[name=case]"):
            expect(page.locator(hidden).first).not_to_be_visible()
        expect(page.get_by_text("Dora")).to_have_count(0)
        expect(page.locator(".queue tbody tr").first).to_be_visible()
