"""The triage page in a real browser: axe, keyboard, phone, dark, without a script; a stranger's HTML can do nothing."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import select

from activities.mailroom import Mailroom
from adapters.database.mail_tables import IncomingMail, MailCursor
from adapters.incoming.store import Arrived, store
from adapters.resources import Resources
from domain.messages import WatchMailbox
from tests.activities.sorting import SECRET, with_file
from tests.adapters.incoming.corpus import mail
from tests.at_console import COOKIE, session_of
from tests.browser.conftest import page_of
from tests.browser.looking import looked_at
from tests.case_in_hand import CaseInHand

pytestmark = pytest.mark.journey

ASKS = "Hello,\n\nplease send me a copy of all the personal data you hold.\n\nMia\n\nOn Mon, Privacy <p@x.example> wrote:\n> Hi"
LAYOUT = '<h1>Offer</h1><p>Text <a href="https://a.example">link</a></p><script>document.title="run"</script><img src="http://t.example/x">'
SIZES: dict[str, dict[str, object]] = {
    "wide": {"viewport": {"width": 1280, "height": 900}},
    "plain": {"viewport": {"width": 1280, "height": 900}, "java_script_enabled": False},
}


@pytest.fixture
def reference(resources: Resources) -> str:
    """Five mails of five kinds, and a case that one of them names."""
    case = CaseInHand(resources)
    now = datetime.now(UTC)
    raws = [
        with_file(with_file(mail(ASKS), "invoice.pdf", b"%PDF-1.4 x", ("application", "pdf")), "passport.jpg", SECRET),
        mail("Somebody hacked my account last night.", "Help", "ben@post.example"),
        mail("Any news?", f"Re: {case.reference}", "cleo@post.example"),
        mail(LAYOUT, "Spring offer", "shop@post.example", Content_Type="text/html; charset=utf-8"),
        b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\nhello\n" * 3,
    ]
    store(resources, "imap", [Arrived(raw, now - timedelta(days=place)) for place, raw in enumerate(raws)], now)
    Mailroom(resources, lambda _name: None).sort_mail(WatchMailbox(mailbox="desk"))
    with resources.database.write() as session:
        session.add(MailCursor(mailbox="connect", seen_at=now))
        session.add(MailCursor(mailbox="assist", seen_at=now - timedelta(days=1), trouble="sign_in_refused"))
    return case.reference


@pytest.fixture
def opened(browser: Browser, portal: str, resources: Resources, reference: str) -> Iterator[Callable[[str], Page]]:
    cookie, _ = session_of(resources)
    contexts = []

    def make(size: str) -> Page:
        context = page_of(browser, **SIZES[size])
        page = context.__enter__()
        contexts.append(context)
        page.context.add_cookies([{"name": COOKIE, "value": cookie, "url": portal}])
        page.goto(f"{portal}/console/triage")
        return page

    assert reference
    yield make
    for context in contexts:
        context.__exit__(None, None, None)


def test_list_and_mail_hold_what_every_page_holds(opened: Callable[[str], Page]) -> None:
    page = opened("wide")
    expect(page.get_by_role("heading", level=1)).to_have_text("Messages that wait")
    looked_at(page, "triage-list")
    page.get_by_role("link", name="A question").click()
    expect(page.get_by_text("please send me a copy").first).to_be_visible()
    expect(page.get_by_text("This may be a proof of identity that nobody asked for")).to_be_visible()
    looked_at(page, "triage-mail")


def test_what_a_stranger_laid_out_runs_and_loads_nothing(opened: Callable[[str], Page]) -> None:
    page = opened("wide")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_role("link", name="Spring offer").click()
    page.get_by_text("Show it as it was laid out").click()
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", name="Offer")).to_be_visible()
    assert not [url for url in asked if "127.0.0.1" not in url]
    assert page.title() != "run"
    looked_at(page, "triage-layout")


def test_without_a_script_and_by_keyboard_alone_a_case_is_opened(opened: Callable[[str], Page], resources: Resources) -> None:
    page = opened("plain")
    link = page.get_by_role("link", name="A question")
    link.focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Open a case").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/cases/HAB-*")
    with resources.database.read() as session:
        assert session.exec(select(IncomingMail).where(IncomingMail.standing == "opened")).one().decided_by is not None


def test_a_mistake_is_said_beside_its_field(opened: Callable[[str], Page]) -> None:
    page = opened("wide")
    page.get_by_role("link", name="Spring offer").click()
    page.get_by_role("button", name="Put aside").click()
    expect(page.get_by_role("alert")).to_contain_text("Say why nothing follows")
    looked_at(page, "triage-mistake")
