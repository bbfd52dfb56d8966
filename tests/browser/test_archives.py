"""An export of mails as a caseworker meets it in a browser: imported, estimated, agreed about, decided about by conversation."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from adapters.archives.importing import read_archive
from adapters.resources import Resources
from domain.events import Tag
from tests import archives_made as made
from tests import opened
from tests.api.test_console_archives import reviewed
from tests.archives_made import Office, mail, mbox
from tests.browser.conftest import page_of
from tests.browser.looking import WIDE, looked_at
from tests.browser.test_case_page import sign_in
from tests.case_in_hand import ADDRESS

pytestmark = pytest.mark.journey
ITEM = "00000000-0000-4000-8000-0000000000aa"
LONG = "We have looked at your file and found that nothing of the sort was ever said by anybody in the room. " * 3


@pytest.fixture
def resources(tmp_path: Path, sqlite_url: str) -> Iterator[Resources]:
    with opened.resources(tmp_path / "home", sqlite_url, made.DATAMAP) as everything:
        yield everything


@pytest.fixture
def office(resources: Resources) -> Office:
    office = Office(resources)
    office.case.happen(Tag.COLLECTION_STARTED, run=1, keys=[str(office.case.mailbox)])
    office.case.happen(Tag.WORK_ITEM_OPENED, work_item=ITEM, kind="import_archive", system="mail")
    return office


def test_an_export_is_imported_agreed_about_and_decided_about(
    browser: Browser, portal: str, resources: Resources, office: Office, tmp_path: Path
) -> None:
    export = tmp_path / "mia.mbox"
    export.write_bytes(
        mbox(
            mail(1, LONG, subject="Your file", files={"file.txt": b"ten days"}),
            mail(
                2, "Thank you. I had feared worse.", subject="Re: Your file", answers=1, sender=ADDRESS, to="mia@office.example"
            ),
            mail(3, LONG + "Kind regards, Mia", subject="The other file"),
            mail(4, "Ruth A. was late again", to="tom@office.example", at=None),
            b"this is no mail at all\n\nand says so",
        )
    )
    here = f"{portal}/console/cases/{office.case.reference}"
    with page_of(browser, viewport=WIDE) as page:
        sign_in(page, portal, resources)
        page.goto(here)
        page.get_by_role("link", name="Import and agree on a scope").click()
        page.get_by_label("Whose mailbox or chat is it?").fill("Mia Wald")
        page.get_by_role("button", name="Go on").click()
        page.get_by_label("The file").set_input_files(export)
        page.get_by_role("button", name="Import").click()
        expect(page.get_by_text("Waits to be read")).to_be_visible()
        (imported,) = office.archives.imports()
        read_archive(resources, imported.row.id)

        page.goto(f"{here}/archives/{imported.row.id}")
        looked_at(page, "archive-unreadable")
        page.goto(f"{here}/archives")
        page.get_by_label("Words beside the proven identifiers").fill("Ruth A")
        page.get_by_role("button", name="Estimate").click()
        expect(page.get_by_text("4 messages would be collected")).to_be_visible()
        looked_at(page, "archive-estimate")
        page.get_by_label("Agreed with").fill("Ruth Adeyemi, by telephone on 26 November")
        page.get_by_label("Why this is a reasonable search").fill("Mia was her team leader; nobody else wrote about her.")
        page.get_by_role("button", name="Agree and search").click()
        expect(page.get_by_role("heading", name="Agreed scope, number 1")).to_be_visible()
        reviewed(office)
        page.reload()
        looked_at(page, "archive-agreed")
        page.goto(f"{here}/coverage")
        looked_at(page, "archive-coverage")

        page.goto(f"{here}/package")
        page.get_by_role("link", name="Conversations").click()
        looked_at(page, "archive-conversations")
        page.get_by_role("link", name="Your file").click()
        looked_at(page, "archive-conversation")
        page.get_by_label("Decision").select_option("outside_scope")
        page.get_by_label("Reason").fill("Not what we agreed on")
        page.get_by_role("button", name="Decide about 2 messages and 1 file").click()
        expect(page.get_by_text("left out, outside the scope")).to_have_count(2)
        assert re.search(r"/groups/thread/\w+\?done=", page.url)
