"""The portal as people meet it: by keyboard, without JavaScript, on a small telephone, in the dark, and with axe."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import select

from adapters.codes import CodePurpose, issue_code
from adapters.database.case_projector import CaseProjector
from adapters.database.case_reader import CaseReader
from adapters.database.tables import CaseIdentifierRow, CaseReceipt, PackageRow
from adapters.links import LinkPurpose, make_link
from adapters.resources import Resources
from domain.events import CaseEvent, Draft, Tag
from domain.messages import RecordEvents
from domain.rights import Outcome, Status
from tests.browser.conftest import page_of
from tests.browser.looking import TELEPHONE, WIDE, looked_at, looked_at_in_another_language, photograph
from tests.case_in_hand import CaseInHand
from tests.factories import SHA

pytestmark = pytest.mark.journey


def a_code(case: CaseInHand, purpose: CodePurpose = "verify") -> str:
    with case.resources.database.write() as session:
        address = session.get_one(CaseIdentifierRow, case.mailbox)
        code = issue_code(session, case.resources.vault, address, purpose, datetime.now(UTC))
    assert code is not None
    return code


def a_link(case: CaseInHand, purpose: LinkPurpose) -> str:
    pages = {"verify": "verify", "follow": "follow", "package": "collect"}
    with case.resources.database.write() as session:
        return f"/{pages[purpose]}/{make_link(session, case.id, purpose, case.mailbox, datetime.now(UTC))}"


def press_until(page: Page, wanted: str, key: str = "Tab", limit: int = 60) -> None:
    """Walk by keyboard to the element with an id or a text."""
    for _ in range(limit):
        page.keyboard.press(key)
        here = page.evaluate("() => [document.activeElement.id, document.activeElement.textContent.trim()]")
        if wanted in here:
            return
    raise AssertionError(f"{wanted} is not reached by {key}")


def opened(resources: Resources) -> None:
    """Let the newest case be as its workflow would have begun it."""
    with resources.database.read() as session:
        receipt = session.exec(select(CaseReceipt)).one()
        rows = session.exec(select(CaseIdentifierRow).where(CaseIdentifierRow.case_id == receipt.case_id)).all()
    facts = {
        "received_at": receipt.received_at.isoformat(),
        "channel": receipt.channel,
        "rights": receipt.rights,
        "regimes": receipt.regimes,
        "risk": receipt.risk,
    }
    claimed = [Draft(tag=Tag.IDENTIFIER_CLAIMED, facts={"identifier": str(row.id), "kind": row.kind}) for row in rows]
    drafts = [Draft(tag=Tag.REQUEST_RECEIVED, facts=facts), *claimed, Draft(tag=Tag.IDENTITY_ASKED)]
    now = datetime.now(UTC)
    events = [
        CaseEvent(sequence=place, tag=each.tag, at=now, actor=each.actor, facts=each.facts)
        for place, each in enumerate(drafts, 1)
    ]
    with resources.database.write() as session:
        message = RecordEvents(case_id=receipt.case_id, command_id="run:1", events=events)
        CaseProjector(session, resources.vault.install, now).record(message)


def code_of_newest(resources: Resources) -> str:
    with resources.database.write() as session:
        address = session.exec(select(CaseIdentifierRow)).one()
        code = issue_code(session, resources.vault, address, "verify", datetime.now(UTC))
    assert code is not None
    return code


def test_a_request_by_keyboard_alone(browser: Browser, portal: str, resources: Resources) -> None:
    with page_of(browser, viewport=WIDE) as page:
        page.goto(portal)
        press_until(page, "Skip to the content")
        press_until(page, "right-access")
        page.keyboard.press("Space")
        press_until(page, "Continue")
        page.keyboard.press("Enter")

        expect(page.get_by_role("heading", name="About you")).to_be_visible()
        press_until(page, "Continue")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_be_focused()  # the summary says what is wrong, and is where one is
        photograph(page, "portal-form-error")
        press_until(page, "Enter the e-mail address to which we may answer.")
        page.keyboard.press("Enter")
        expect(page.locator("#email")).to_be_focused()
        page.keyboard.type("ruth@example.com")
        page.keyboard.press("Enter")  # in a field it goes on, not back

        expect(page.get_by_role("heading", name="Anything that helps us find it")).to_be_visible()
        press_until(page, "Continue")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Check your answers")).to_be_visible()
        press_until(page, "Send my request")
        page.keyboard.press("Enter")

        page.wait_for_url("**/receipt")
        opened(resources)
        press_until(page, "code")
        page.keyboard.type(code_of_newest(resources))
        page.keyboard.press("Enter")
        page.wait_for_url("**/follow?done=proven")
        expect(page.get_by_role("status")).to_be_focused()  # a screen reader begins with what was just done
        expect(page.get_by_text("We know that it is you")).to_be_visible()


def test_everything_without_javascript_on_a_small_telephone(browser: Browser, portal: str, resources: Resources) -> None:
    with page_of(browser, viewport=TELEPHONE, java_script_enabled=False) as page:
        page.goto(portal)
        page.get_by_label("Delete my data").check()
        page.get_by_role("button", name="Continue").click()
        page.get_by_label("E-mail address", exact=True).fill("ruth@example.com")
        page.get_by_label("Country where you live").select_option("IE")
        page.get_by_label("I have no account").check()
        page.get_by_role("button", name="Continue").click()
        page.get_by_label("Where can the picture or text about you be seen?").fill("https://imaginella.example/p/77")
        page.get_by_label("In your own words").fill("A picture of me that somebody else made.")
        page.get_by_role("button", name="Continue").click()
        page.get_by_role("button", name="Change country where you live").click()
        page.get_by_label("Country where you live").select_option("FR")
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_text("France")).to_be_visible()
        page.get_by_role("button", name="Send my request").click()
        expect(page.get_by_text("We have your request")).to_be_visible()
        opened(resources)
        page.get_by_label("Code", exact=True).fill(code_of_newest(resources))
        page.get_by_role("button", name="Confirm my address").click()
        expect(page.get_by_role("heading", name="Where your request is")).to_be_visible()
        page.get_by_text("Write to us", exact=True).click()
        page.get_by_label("Your message").fill("Thank you.")
        page.get_by_role("button", name="Send the message").click()
        expect(page.get_by_text("We have your message")).to_be_visible()
        page.get_by_role("link", name="withdraw the request").click()
        page.get_by_role("button", name="Withdraw my request").click()
        expect(page.get_by_text("You withdrew this request")).to_be_visible()
    with resources.database.read() as session:
        case_id = session.exec(select(CaseReceipt.case_id)).one()
    state = CaseReader(resources).get(case_id).state
    assert (state.status, state.outcome) == (Status.CLOSED, Outcome.WITHDRAWN)


def test_the_copy_is_fetched(browser: Browser, portal: str, resources: Resources) -> None:
    case, content = ready(resources), b"PK the copy, as it was approved"
    with page_of(browser, viewport=WIDE) as page:
        page.goto(portal + a_link(case, "package"))
        photograph(page, "portal-collect")
        page.get_by_role("button", name="Send me a code").click()
        photograph(page, "portal-collect-code")
        page.get_by_label("Code", exact=True).fill(a_code(case, "open_package"))
        page.get_by_role("button", name="Open my copy").click()
        photograph(page, "portal-collect-open")
        with page.expect_download() as download:
            page.get_by_role("link", name="Download the copy").click()
        assert download.value.path().read_bytes() == content
        assert download.value.suggested_filename == f"{case.reference}.zip"


def spoken(page: Page, language: str) -> None:
    """Choose a language at the head of the page, as a person does."""
    page.locator(f".languages [lang={language}]").click()
    expect(page.locator("html")).to_have_attribute("lang", language)


def test_another_language_in_the_middle_of_the_form_keeps_what_was_typed(browser: Browser, portal: str) -> None:
    with page_of(browser, viewport=TELEPHONE, java_script_enabled=False, locale="fr-FR") as page:
        page.goto(portal)
        expect(page.get_by_role("heading", name=re.compile("Que souhaitez.vous faire"))).to_be_visible()
        spoken(page, "de")
        page.get_by_label("Meine Daten löschen").check()
        page.get_by_role("button", name="Weiter").click()
        page.get_by_label("E-Mail-Adresse", exact=True).fill("ruth@example.com")
        spoken(page, "fr")
        address = page.get_by_label("Adresse électronique", exact=True)
        expect(address).to_have_value("ruth@example.com")
        address.press("Enter")  # goes on, and changes no language
        expect(page.get_by_role("heading", name="Ce qui nous aide à trouver")).to_be_visible()


def ready(resources: Resources) -> CaseInHand:
    """A case whose package waits to be fetched."""
    case = CaseInHand(resources)
    case.released()
    case.at = datetime.now(UTC)  # it can be fetched for thirty days from here
    case.happen(Tag.DELIVERY_NOTIFIED)
    package = CaseReader(resources).get(case.id).state.package
    assert package is not None
    with resources.blobs.create(resources.vault.case(case.id), "package") as writer:
        writer.write(b"PK the copy, as it was approved")
    row = PackageRow(
        id=package.id,
        case_id=case.id,
        run=1,
        revision=0,
        sha256=SHA,
        bytes=writer.ref.bytes,
        records=12,
        datamap=SHA,
        blob=writer.ref.model_dump(mode="json"),
        summary={},
        built_at=datetime.now(UTC),
    )
    with resources.database.write() as session:
        session.add(row)
    return case


def _form(page: Page, portal: str, _resources: Resources) -> None:
    page.goto(portal)


def _whole(page: Page, portal: str, _resources: Resources) -> None:
    page.goto(f"{portal}/all")


def _mistaken(page: Page, portal: str, resources: Resources) -> None:
    _whole(page, portal, resources)
    page.get_by_role("button", name="Continue").click()


def _about(page: Page, portal: str, _resources: Resources) -> None:
    page.goto(portal)
    page.get_by_label("Get a copy of my data").check()
    page.get_by_label("Object to how my data is used").check()
    page.get_by_role("button", name="Continue").click()


def _help(page: Page, portal: str, resources: Resources) -> None:
    _about(page, portal, resources)
    page.get_by_label("E-mail address", exact=True).fill("ruth@example.com")
    page.get_by_role("button", name="Continue").click()


def _check(page: Page, portal: str, resources: Resources) -> None:
    _help(page, portal, resources)
    page.get_by_label("What should we stop, and why?").fill("The pictures that I made in spring.")
    page.get_by_role("button", name="Continue").click()


def _complaint(page: Page, portal: str, _resources: Resources) -> None:
    page.goto(f"{portal}/complain")


def _receipt(page: Page, portal: str, resources: Resources) -> None:
    _check(page, portal, resources)
    page.get_by_role("button", name="Send my request").click()
    page.wait_for_url("**/receipt")
    page.get_by_text("How this date is worked out").click()


def _verify(page: Page, portal: str, resources: Resources) -> None:
    page.goto(portal + a_link(CaseInHand(resources), "verify"))


def _not_me(page: Page, portal: str, resources: Resources) -> None:
    page.goto(portal + a_link(CaseInHand(resources), "verify") + "/not-me")


def _follow(page: Page, portal: str, resources: Resources) -> None:
    page.goto(portal + a_link(CaseInHand(resources), "follow"))


def _proven(page: Page, portal: str, resources: Resources) -> None:
    case = CaseInHand(resources)
    page.goto(portal + a_link(case, "verify"))
    page.get_by_role("button", name="Yes, confirm my address").click()
    page.get_by_text("Write to us", exact=True).click()
    page.get_by_label("Your message").fill("I also had an older account, I think from 2022.")
    page.get_by_role("button", name="Send the message").click()


def _asked(page: Page, portal: str, resources: Resources) -> None:
    case = CaseInHand(resources)
    case.proven()
    case.happen(Tag.CLARIFICATION_ASKED, note=str(case.note("Which account do you mean?", "caseworker:1")))
    page.goto(portal + a_link(case, "follow"))


def _collect(page: Page, portal: str, resources: Resources) -> None:
    page.goto(portal + a_link(ready(resources), "package"))
    page.get_by_role("button", name="Send me a code").click()


def _ended(page: Page, portal: str, _resources: Resources) -> None:
    page.goto(f"{portal}/follow/hl1_{'A' * 43}")


PAGES: dict[str, Callable[[Page, str, Resources], None]] = {
    "form": _form,
    "about": _about,
    "help": _help,
    "check": _check,
    "whole": _whole,
    "mistaken": _mistaken,
    "complaint": _complaint,
    "receipt": _receipt,
    "verify": _verify,
    "not-me": _not_me,
    "follow": _follow,
    "proven": _proven,
    "asked": _asked,
    "collect": _collect,
    "ended": _ended,
}


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_in_any_light_and_nothing_scrolls_sideways(
    browser: Browser, portal: str, resources: Resources, name: str
) -> None:
    with page_of(browser, viewport=WIDE) as page:
        refused: list[str] = []
        page.on("console", lambda message: refused.append(message.text) if "Content Security" in message.text else None)
        PAGES[name](page, portal, resources)
        looked_at(page, f"portal-{name}")
        for language in ("de", "fr"):
            spoken(page, language)
            looked_at_in_another_language(page, f"portal-{name}-{language}")
        assert refused == []
