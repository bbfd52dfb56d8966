"""The breach desk in a real browser: a responder's run from the report to the authority, axe on each page, phone, dark, paper."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from adapters.resources import Resources
from domain.rights import Role
from tests.at_console import COOKIE, session_of
from tests.breach_stages import stolen_passwords
from tests.browser.conftest import page_of
from tests.browser.looking import TELEPHONE, WIDE, looked_at, photograph

pytestmark = pytest.mark.journey
SIZES: dict[str, dict[str, object]] = {
    "wide": {"viewport": {"width": 1280, "height": 900}},
    "plain": {"viewport": {"width": 1280, "height": 900}, "java_script_enabled": False},
}


@pytest.fixture
def reference(resources: Resources) -> str:
    return stolen_passwords(resources)


@pytest.fixture
def opened(browser: Browser, portal: str, resources: Resources) -> Iterator[Callable[..., Page]]:
    contexts = []

    def make(size: str, path: str, role: Role = Role.BREACH_RESPONDER, name: str = "Dana Whitfield") -> Page:
        cookie, _ = session_of(resources, role, name)
        context = page_of(browser, **SIZES[size])
        page = context.__enter__()
        contexts.append(context)
        page.context.add_cookies([{"name": COOKIE, "value": cookie, "url": portal}])
        page.goto(f"{portal}/console/breaches{path}")
        return page

    yield make
    for context in contexts:
        context.__exit__(None, None, None)


def test_every_page_holds_what_every_page_holds(opened: Callable[..., Page], reference: str) -> None:
    page = opened("wide", f"/{reference}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign-ins with stolen passwords")
    for size in (TELEPHONE, WIDE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        biggest = page.evaluate(
            "[...document.querySelectorAll('main *')].sort((a, b) => parseFloat(getComputedStyle(b).fontSize) - "
            "parseFloat(getComputedStyle(a).fontSize))[0].className"
        )
        assert biggest.startswith("time"), "the time left is the largest thing"
    looked_at(page, "breach-one")
    for name, path in {
        "desk": "",
        "new": "/new",
        "act": f"/{reference}/actions/assess",
        "report": f"/{reference}/report/ico",
        "pack": f"/{reference}/pack",
    }.items():
        page.goto(page.url.split("/console")[0] + f"/console/breaches{path}")
        expect(page.get_by_text("Something went wrong")).to_have_count(0)
        looked_at(page, f"breach-{name}")


@pytest.mark.parametrize("size", ["wide", "plain"])
def test_a_responders_run_from_the_report_to_the_authority(opened: Callable[..., Page], portal: str, size: str) -> None:
    page = opened(size, "/new")
    page.get_by_label("What happened, in a few words").fill("A laptop was lost\nOn the train.")
    page.get_by_label("Where the people live, if you know").fill("United Kingdom 120, Ireland 4-6")
    page.get_by_role("button", name="Report it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A laptop was lost")
    place = page.url
    expect(page.locator("ol.todos > li").first).to_contain_text("Say that you have it")
    page.get_by_role("button", name="I have it").click()
    expect(page.get_by_text("Led by")).to_contain_text("Dana Whitfield")
    page.goto(f"{place}/report/ico")
    happened = page.get_by_role("group", name="What happened", exact=True)
    expect(happened.get_by_role("textbox")).to_have_value("A laptop was lost\nOn the train.")
    happened.get_by_role("textbox").fill("A laptop was left on the 18:40 train.")
    page.get_by_role("button", name="Save the report").click()
    expect(page.get_by_role("link", name="What happened: say how sure it is. Your words are kept")).to_be_visible()
    expect(happened.get_by_role("textbox")).to_have_value("A laptop was left on the 18:40 train.")
    happened.get_by_label("Known", exact=True).check()
    page.get_by_role("group", name="Caused by a cyber incident").get_by_role("combobox").select_option("no")
    page.get_by_role("group", name="Caused by a cyber incident").get_by_label("Known", exact=True).check()
    page.get_by_role("button", name="Save the report").click()
    expect(page.get_by_text("Saved: 2 fields.")).to_be_visible()
    page.get_by_role("group", name="How it was discovered").get_by_role("textbox").fill("By a call.")
    page.get_by_role("group", name="How it was discovered").get_by_label("Known", exact=True).check()
    page.get_by_role("button", name="Save, then look and freeze it").click()
    expect(page.get_by_text("By a call.")).to_be_visible()
    expect(page.get_by_text("left on the 18:40 train")).to_be_visible()
    page.get_by_role("button", name="Freeze it").click()
    photograph(page, f"breach-run-{size}")
    lead = opened(size, place.rpartition("/console/breaches")[2], Role.PRIVACY_LEAD, "Amara Lewis")
    lead.get_by_role("link", name="Approve", exact=True).click()
    lead.get_by_role("button", name="Approve it").click()
    page.goto(place)
    page.get_by_role("link", name="It was handed in", exact=True).click()
    page.get_by_label("Number of the authority").fill("IC-123456")
    page.get_by_role("button", name="Record it").click()
    expect(page.get_by_text("IC-123456")).to_be_visible()
    expect(page.locator("table.clocks tr", has_text="ICO")).to_contain_text("Told")
    assert portal in page.url


@pytest.mark.parametrize("size", ["wide", "plain"])
def test_people_are_told_from_the_list_to_the_approval(
    opened: Callable[..., Page], reference: str, tmp_path: Path, size: str
) -> None:
    seen = looked_at if size == "wide" else photograph
    people = tmp_path / "people.csv"
    people.write_text("email,country,language\nmike@example.com,GB,en\nanne@example.fr,FR,fr\nwho@example.com,,\n")
    page = opened(size, f"/{reference}")
    page.get_by_role("link", name="Begin a notice").click()
    seen(page, f"notice-new-{size}")
    page.get_by_label("What you call it among you").fill("Log-in only")
    page.get_by_role("button", name="Begin it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Log-in only")
    place = page.url
    page.get_by_role("link", name="Take them from a file").click()
    page.get_by_label("The file").set_input_files(people)
    page.get_by_role("button", name="Load and count them").click()
    expect(page.get_by_text("Country not known")).to_be_visible()
    page.get_by_role("link", name="Write English").click()
    for label, text in {
        "Subject of the mail": "Please read: stolen passwords were tried",
        "What happened": "On 22 November somebody tried stolen passwords on our site.",
        "What this can mean for them": "Somebody may have seen your account.",
        "What we have done": "We ended every session and reset the passwords.",
        "What they can do": "Go to the site as usual and choose a new password.",
    }.items():
        page.get_by_label(label).fill(text)
    seen(page, f"notice-letter-{size}")
    page.get_by_role("button", name="Keep this letter").click()
    page.get_by_role("link", name="Make it ready").click()
    page.get_by_role("button", name="Make it ready").click()
    expect(page.get_by_text("Prepared by Dana Whitfield")).to_be_visible()
    seen(page, f"notice-ready-{size}")
    lead = opened(size, "", Role.PRIVACY_LEAD, "Amara Lewis")
    lead.goto(place)
    lead.get_by_role("link", name="Look and approve").click()
    seen(lead, f"notice-approve-{size}")
    lead.get_by_role("link", name="Read it").first.click()
    expect(lead.get_by_role("heading", level=1)).to_have_text("Please read: stolen passwords were tried")
    seen(lead, f"notice-read-{size}")
    lead.go_back()
    lead.get_by_role("button", name="Approve and send").click()
    expect(lead.get_by_text("Approved, not started yet")).to_be_visible()
    seen(lead, f"notice-approved-{size}")
    page.goto(f"{place}/replies")
    page.get_by_label("Their e-mail address").fill("mike@example.com")
    page.get_by_role("button", name="Look").click()
    expect(page.get_by_text("is on the list (United Kingdom, English)")).to_be_visible()
    seen(page, f"notice-replies-{size}")


def test_what_is_refused_is_said_beside_the_form_and_nothing_is_lost(opened: Callable[..., Page], reference: str) -> None:
    page = opened("wide", f"/{reference}/actions/confirm_awareness")
    page.get_by_label("Since when").fill("2031-01-01T10:00")
    page.get_by_label("Why").fill("The log shows it.")
    page.get_by_role("button", name="Set the time").click()
    expect(page.get_by_text("lies in the future").first).to_be_visible()
    expect(page.get_by_label("Why")).to_have_value("The log shows it.")
    looked_at(page, "breach-refused")


def test_the_first_thing_to_do_is_reached_by_keyboard(opened: Callable[..., Page], reference: str) -> None:
    page = opened("wide", f"/{reference}")
    for _ in range(25):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == "Record the call":
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("They were told")


def test_it_prints_well(opened: Callable[..., Page], reference: str) -> None:
    page = opened("wide", f"/{reference}/pack")
    page.emulate_media(media="print")
    expect(page.get_by_text("Print this page")).to_be_visible()
    expect(page.locator("header.top")).to_be_hidden()
    page.set_viewport_size({"width": 640, "height": 900})  # A4 at the margins that chromium prints with
    cut_off = "[...document.querySelectorAll('.scroll')].filter(each => each.scrollWidth > each.clientWidth).length"
    assert page.evaluate(cut_off) == 0, "no date and no state stands beyond the edge of the paper"
    photograph(page, "breach-pack-print")
