"""The review desk as a caseworker meets it: by keyboard alone, with axe in any light, on a telephone, and without a script."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect
from sqlmodel import select

from adapters.database.tables import ItemDecision, PackageRow
from adapters.resources import Resources
from domain.events import Tag
from domain.item_rules import Parts
from domain.redaction import Span
from domain.rights import Role
from tests import opened
from tests.activities.package_case import ACCOUNT, DATAMAP, SearchedCase
from tests.adapters.documents.corpus import PDFS, jpeg
from tests.adapters.leak_corpus import office
from tests.browser.conftest import page_of
from tests.browser.looking import WIDE, looked_at, photograph
from tests.browser.test_case_page import sign_in

pytestmark = pytest.mark.journey

BODIES = [
    "A fox in the snow",
    "Ring Mr Baker on 020 7946 0018 about the tender",
    "Dear Ingrid, the sketch is done",
    "A harbour at night",
]


@pytest.fixture
def resources(tmp_path: Path, sqlite_url: str) -> Iterator[Resources]:
    with opened.resources(tmp_path / "home", sqlite_url, DATAMAP) as everything:
        yield everything


@pytest.fixture
def case(resources: Resources) -> SearchedCase:
    found = SearchedCase(resources)
    found.event(Tag.COLLECTION_STARTED, run=1, keys=[str(found.mailbox)], systems=["platform"])
    found.found("platform", "accounts", ACCOUNT)
    rows = [(number, 42, body, f"2026-11-{number:02d}T10:00:00+00:00") for number, body in enumerate(BODIES, start=1)]
    found.found("platform", "prompts", rows, doubtful=[(9, 42, "A harbour of somebody else", "2026-11-09T10:00:00+00:00")])
    files = {
        "note.txt": b"Written by Mr Baker.",
        "letter.pdf": PDFS["text"]("Mr Baker"),
        "pier.jpg": jpeg({0x013B: "Mr Baker"}),
        "minutes.docx": office(word__document_xml=b"<p>Mr Baker was late</p>"),
    }
    found.found_files("uploads", "pictures", files)
    found.event(Tag.SYSTEM_SEARCHED, system="platform", records=5)
    found.event(Tag.COLLECTION_FINISHED)
    found.event(Tag.PACKAGE_BUILT, **found.build().facts)
    return found


def path_of(case: SearchedCase) -> str:
    return f"/console/cases/HAB-{case.id.hex[:8].upper()}"


def came_back(case: SearchedCase) -> None:
    """The package was returned, something was decided anew, and it was built again: the approver sees the difference."""
    case.event(Tag.PACKAGE_RETURNED)
    first, second = case.items("platform", "prompts")[2:4]
    case.decide(first.id, "duplicate", None, 3)
    case.decide(second.id, "with_legal", "privilege", 4)
    case.event(Tag.PACKAGE_BUILT, **case.build().facts)


def decisions(case: SearchedCase) -> list[tuple[str, str | None]]:
    with case.resources.database.read() as session:
        rows = session.exec(select(ItemDecision).order_by(ItemDecision.revision)).all()  # type: ignore[arg-type]
        return [(row.decision, row.basis) for row in rows]


def test_a_whole_collection_is_decided_by_keyboard_alone(
    browser: Browser, portal: str, resources: Resources, case: SearchedCase
) -> None:
    with page_of(browser, viewport=WIDE) as page:
        sign_in(page, portal, resources)
        page.set_viewport_size({"width": 1366, "height": 850})
        page.goto(f"{portal}{path_of(case)}/package/platform/prompts")
        expect(page.locator("#title-1")).to_be_in_viewport()
        page.keyboard.press("?")
        expect(page.get_by_role("dialog", name="Keys")).to_contain_text("Withhold it")
        page.keyboard.press("Escape")
        page.keyboard.press("/")
        expect(page.get_by_label("Search in what was found")).to_be_focused()
        page.get_by_label("Search in what was found").blur()
        page.keyboard.press("j")
        expect(page.locator("#item-1")).to_be_focused()
        page.keyboard.press("n")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("#item-2$"))
        expect(page.locator("#item-2")).to_be_focused()
        expect(page.locator("#item-2").get_by_role("status")).to_contain_text("Number 1 is decided: left out,")
        page.keyboard.press("c")
        expect(page.locator("#decision-2")).to_have_value("redact")
        expect(page.locator("#basis-2")).to_be_focused()
        for box in ("#words-2-1", "#words-2-2"):
            page.locator(box).focus()
            page.keyboard.press("Space")
        page.locator("#basis-2").focus()
        page.keyboard.type("It is about other")
        photograph(page, "desk-covering")
        page.locator("#item-2 .decide button[type=submit]:not([name])").focus()
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("#item-3$"))
        expect(page.locator("#item-2")).to_contain_text("covered in part: other people")
        assert decisions(case) == [("not_about_the_person", None), ("redact", "third_party")]
        expect(page.get_by_text("4 of 4 seen")).to_be_visible()


def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    browser: Browser, portal: str, resources: Resources, case: SearchedCase
) -> None:
    item = case.items("platform", "prompts")[1].id
    case.decide(item, "redact", "third_party", 1, Parts(spans=(Span(words="Mr Baker"),)))
    case.event(Tag.PACKAGE_BUILT, **case.build().facts)
    pages = {
        "desk": "/package/platform/prompts",
        "desk-doubtful": "/package/platform/prompts/doubtful",
        "desk-files": "/package/uploads/pictures",
        "desk-page": "/package/uploads/pictures/files/1/look",
        "desk-picture": "/package/uploads/pictures/files/2/look",
        "desk-office": "/package/uploads/pictures/files/3/look",
        "desk-rule": "/package/platform/prompts/rule",
        "desk-person": "/person",
        "desk-package": "/package",
        "desk-find": "/package/find?state=unseen",
        "desk-refer": "/package/platform/prompts/2/legal",
        "desk-walls": "/walls",
    }
    with page_of(browser, viewport=WIDE) as page:
        sign_in(page, portal, resources)
        page.goto(f"{portal}{path_of(case)}")
        expect(page.get_by_role("button", name="Cover it there too")).to_be_visible()
        looked_at(page, "desk-leaks")
        case.decide(item, "withhold", "third_party", 2)
        came_back(case)
        page.goto(f"{portal}{path_of(case)}/package/platform/prompts")
        page.locator("#item-1 details").first.locator("summary").click()
        page.locator("#decision-1").select_option("extract")
        page.locator("#typed-1").fill("fox")
        page.get_by_role("button", name="Show what this extract gives of number 1").click()
        expect(page.locator("#extract-1")).to_contain_text("A fox in the snow")
        looked_at(page, "desk-extract")
        for name, path in pages.items():
            page.goto(f"{portal}{path_of(case)}{path}")
            for details in page.locator(".item details").all():
                details.evaluate("each => { each.open = true; }")
            looked_at(page, name)
        page.goto(f"{portal}{path_of(case)}/package/platform/prompts/rule")
        page.locator("#decision").select_option("duplicate")
        page.locator("#reason").fill("The same sentences as last year.")
        page.get_by_role("button", name="Show me the sample").click()
        expect(page.get_by_text("The rule is about 3 items.")).to_be_visible()  # the fourth is with legal
        photograph(page, "desk-sample")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


def test_flag_take_back_and_sample_by_keyboard_alone(
    browser: Browser, portal: str, resources: Resources, case: SearchedCase
) -> None:
    here = f"{portal}{path_of(case)}/package/platform/prompts"
    with page_of(browser, viewport=WIDE) as page:
        sign_in(page, portal, resources)
        page.goto(here)
        for key in ("j", "f", "Enter"):
            page.keyboard.press(key)
        page.wait_for_url(re.compile("done=remark#item-1$"))
        expect(page.locator("#item-1")).to_contain_text("Flagged")
        for key in ("n", "Enter"):
            page.keyboard.press(key)
        page.wait_for_url(re.compile("#item-2$"))
        for key in ("k", "u", "Enter"):
            page.keyboard.press(key)
        page.wait_for_url(re.compile("done=undo_item_decision#item-1$"))
        expect(page.locator("#title-1")).to_contain_text("included")
        looked_at(page, "desk-flagged")
    built = case.build()
    case.event(Tag.PACKAGE_BUILT, **built.facts)
    with resources.database.write() as session:
        row = session.get_one(PackageRow, built.package)
        row.summary = row.summary | {"sampling": True}
        session.add(row)
    with page_of(browser, viewport=WIDE) as page:
        sign_in(page, portal, resources, Role.REVIEWER, "Rita Reviewer")
        for number in range(4):  # a file is opened before it is called right
            page.request.get(f"{portal}{path_of(case)}/package/uploads/pictures/files/{number}")
        page.goto(f"{portal}{path_of(case)}/package/check")
        looked_at(page, "desk-sample")
        page.keyboard.press("j")
        for _ in range(9):
            page.keyboard.press("r")
        page.get_by_role("button", name="Record and go on").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_text("You have looked at the whole sample")).to_be_visible()


def test_areas_of_a_page_are_covered_by_keyboard_alone_and_drawn_with_a_pointer(
    browser: Browser, portal: str, resources: Resources, case: SearchedCase
) -> None:
    look = f"{portal}{path_of(case)}/package/uploads/pictures/files/1/look"
    with page_of(browser, viewport=WIDE) as page:
        sign_in(page, portal, resources)
        page.goto(look)
        page.locator("#left").focus()
        for value in ("5", "12", "60", "8"):
            page.keyboard.type(value)
            page.keyboard.press("Tab")
        expect(page.locator(".marked")).to_be_visible()
        photograph(page, "desk-area-typed")
        expect(page.locator("#words")).to_be_focused()
        page.keyboard.type("Mr Baker")
        page.locator("#basis").focus()
        page.keyboard.type("It is about other")
        page.get_by_role("button", name="Cover", exact=True).focus()
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("done=set_item_decision"))
        expect(page.get_by_text("Page 1, 5% from the left, 12% from the top, 60% by 8%").first).to_be_visible()
        expect(page.locator("#told")).to_be_focused()
        photograph(page, "desk-area-covered")
        assert decisions(case) == [("redact", "third_party")]
        page.keyboard.press("Tab")  # what comes next is one key away
        expect(page.locator("#told").get_by_role("link", name="Next page")).to_be_focused()
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("page=2"))
        sheet = page.locator("[data-page]")
        frame = sheet.bounding_box()
        assert frame
        sheet.hover(position={"x": frame["width"] * 0.1, "y": 30})
        page.mouse.down()
        sheet.hover(position={"x": frame["width"] * 0.5, "y": 90})
        page.mouse.up()
        expect(page.locator("#left")).to_have_value(re.compile(r"^(9\.9|10(\.\d)?)$"))
        expect(page.locator("#width")).to_have_value(re.compile(r"^(39\.9|40(\.\d)?)$"))
        photograph(page, "desk-area-drawn")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
    built = case.members()
    assert not [name for name, data in built.items() if b"Baker" in data and name.endswith("/000002.pdf")]


def test_without_a_script_everything_can_be_decided(
    browser: Browser, portal: str, resources: Resources, case: SearchedCase
) -> None:
    with page_of(browser, viewport=WIDE, java_script_enabled=False) as page:
        sign_in(page, portal, resources)
        page.goto(f"{portal}{path_of(case)}/package/platform/prompts")
        page.locator("#decision-4").select_option("withhold")
        expect(page.locator("#basis-4")).to_be_visible()
        expect(page.locator("#basis-3")).to_be_hidden()
        page.locator("#decision-4").select_option("extract")  # what it leaves out has a basis too
        expect(page.locator("#basis-4")).to_be_visible()
        expect(page.get_by_role("button", name="Show what this extract gives")).to_have_count(1)
        page.locator("#decision-3").select_option("duplicate")
        page.locator("#item-3 .decide button[type=submit]:not([name])").click()
        expect(page.locator("#item-3")).to_contain_text("left out, a duplicate")
        assert decisions(case) == [("duplicate", None)]
        page.goto(f"{portal}{path_of(case)}/package/uploads/pictures/files/2/look")
        for name, value in (("left", "0"), ("top", "0"), ("width", "50"), ("height", "50")):
            page.locator(f"#{name}").fill(value)
        page.locator("#about_file-yes").check()
        page.locator("#basis").select_option("third_party")
        page.get_by_role("button", name="Cover", exact=True).click()
        expect(page.locator(".covers li")).to_have_count(2)
        photograph(page, "desk-picture-covered")
        page.locator(".covers li", has_text="What the file says of itself").get_by_role("button").click()
        expect(page.locator(".covers li")).to_have_count(1)
        assert [decision for decision, _ in decisions(case)] == ["duplicate", "redact", "redact"]
