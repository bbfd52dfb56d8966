"""A request to erase from the form to the certificate: real engine, worker, databases, files, mail server, and pages.

Each ends with SQL, written without the data map, that proves what was done and what was not.
"""

import asyncio
import json
import re
import subprocess
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import httpx2 as httpx
import pytest

from adapters.signing import verify_signature
from api.app import create_app
from demo import people
from demo.people import HEAVY_MIX
from domain.rights import Outcome, Right, Status
from tests.journeys.erased_sql import Stores
from tests.journeys.erasing import approve, do_first, open_items
from tests.journeys.installed import Installed, running_in
from tests.journeys.readable import files_in, readable

pytestmark = pytest.mark.journey


@pytest.fixture
async def installed(tmp_path: Path) -> AsyncIterator[Installed]:
    async with running_in(tmp_path, erasure_waiting_days=0) as everything:
        yield everything


def text_of(letter: EmailMessage, folder: Path) -> str:
    """What the certificate that comes with a letter says."""
    path = folder / "certificate.pdf"
    path.write_bytes(attachment(letter, "certificate.pdf"))
    text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True, text=True).stdout
    return " ".join(text.split())


def attachment(letter: EmailMessage, name: str) -> bytes:
    part = next(each for each in letter.iter_attachments() if each.get_filename() == name)
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


async def test_an_erasure_ends_with_what_sql_says_and_a_certificate(installed: Installed, tmp_path: Path) -> None:
    stores = Stores(installed.resources.settings.home)
    rows, before = stores.rows_of(people.TYPICAL), stores.counts()
    assert sum(map(len, rows.ids.values())) == 100
    assert len(rows.files) == 29

    case_id = await installed.request(people.TYPICAL, "Please delete everything.", rights=[Right.ERASURE])
    await installed.identify(case_id)
    await approve(installed, case_id)
    assert stores.counts() == before, "approving erases nothing by itself"
    first = await do_first(installed, case_id)
    assert "pixel_ledger" in first
    await installed.until(case_id, lambda each: each.state.status is Status.DELIVERED)

    stores.assert_erased(rows, before)
    letter = installed.post.letters[-1]
    assert "certificate" in str(letter["Subject"])
    text = text_of(letter, tmp_path)
    assert "Your prompts 20 records erased" in text
    assert "Your invoices 5 records. UK tax law obliges us to keep invoices" in text
    assert "Your sign-ins 12 records made anonymous" in text
    assert "gone by" in text
    assert people.TYPICAL not in text
    document = attachment(letter, "certificate.json")
    verify_signature(
        installed.resources.signer.public_pem, "habeas.certificate/1", document, attachment(letter, "certificate.sig")
    )
    assert {each["collection"] for each in json.loads(document)["entries"] if each["action"] == "retain"} == {
        "consents",
        "moderation_flags",
        "invoices",
        "payments",
        "messages",  # of the office, which only a person could look through
        "attachments",
    }
    view = await installed.until(case_id, lambda each: open_items(each, "instruct_processor"))
    recipients = {str(view.state.work_items[key].recipient) for key in open_items(view, "instruct_processor")}
    assert {"payments", "analytics", "support_desk", "mail"} <= recipients
    assert "hosting" not in recipients, "it only carries our own stores"


async def test_a_copy_comes_before_the_erasure_of_its_original(installed: Installed) -> None:
    stores = Stores(installed.resources.settings.home)
    rows, before = stores.rows_of(people.TYPICAL), stores.counts()
    case_id = await installed.request(people.TYPICAL, "A copy, then delete it.", rights=[Right.ERASURE, Right.ACCESS])
    await installed.identify(case_id)
    view = await installed.review(case_id)
    await installed.approve(view)
    await installed.until(case_id, lambda each: each.state.delivered_at)
    assert stores.counts() == before
    await installed.fetch(case_id)
    await approve(installed, case_id)
    await do_first(installed, case_id)
    await installed.until(case_id, lambda each: each.state.erasure and each.state.erasure.certified)
    stores.assert_erased(rows, before)


async def test_nothing_held_is_an_answer_to_an_erasure_too(installed: Installed) -> None:
    case_id = await installed.request(people.UNKNOWN, rights=[Right.ERASURE])
    await installed.identify(case_id)
    await approve(installed, case_id)
    view = await installed.until(case_id, lambda each: each.state.status is Status.CLOSED)
    assert view.state.outcome is Outcome.NOTHING_HELD


async def test_the_heavy_person_is_erased_wholly(installed: Installed) -> None:
    stores = Stores(installed.resources.settings.home)
    rows, before = stores.rows_of(people.HEAVY), stores.counts()
    assert sum(map(len, rows.ids.values())) == sum(HEAVY_MIX.values())
    case_id = await installed.request(people.HEAVY, rights=[Right.ERASURE])
    await installed.identify(case_id)
    await approve(installed, case_id)
    await do_first(installed, case_id)
    await installed.until(case_id, lambda each: each.state.status is Status.DELIVERED)
    stores.assert_erased(rows, before)


async def test_the_person_stops_it_with_the_link_of_the_notice(tmp_path: Path) -> None:
    async with running_in(tmp_path, erasure_waiting_days=3) as installed:
        stores = Stores(installed.resources.settings.home)
        before = stores.counts()
        case_id = await installed.request(people.TYPICAL, rights=[Right.ERASURE])
        await installed.identify(case_id)
        await approve(installed, case_id)
        await installed.until(case_id, lambda each: each.state.erasure and each.state.erasure.told_at)
        notice = installed.post.letters[-1]
        body = notice.get_body(("plain",))
        found = re.search(r"/stop/(hl1_\S{43})", body.get_content() if body else "")
        assert found is not None
        app = create_app(installed.resources, installed.cases)
        async with app.router.lifespan_context(app):
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url=installed.resources.settings.public_url) as browser:
                page = await browser.get(f"/stop/{found[1]}")
                assert page.status_code == 200
                await asyncio.sleep(0.2)
                view = await installed.until(case_id, lambda _each: True)
                assert view.state.erasure is not None
                assert view.state.erasure.plan is not None, "looking at the link, as a mail scanner does, stops nothing"
                once = re.search(r'name="once" value="([^"]+)"', page.text)
                given = {"once": once[1] if once else ""}
                answer = await browser.post(f"/stop/{found[1]}", data=given, follow_redirects=True)
                assert "Nothing will be erased" in answer.text
                view = await installed.until(case_id, lambda each: each.state.status is Status.CLOSED)
                assert view.state.outcome is Outcome.WITHDRAWN
                again = await browser.get(f"/stop/{found[1]}")
                assert "was stopped" in again.text
        assert stores.counts() == before
        assert "nothing was erased" in str(installed.post.letters[-1]["Subject"])


async def test_an_erasure_leaves_nothing_readable_behind(installed: Installed, tmp_path: Path) -> None:
    case_id = await installed.request(people.TYPICAL, rights=[Right.ERASURE])
    await installed.identify(case_id)
    await approve(installed, case_id)
    await do_first(installed, case_id)
    await installed.until(case_id, lambda each: each.state.status is Status.DELIVERED)
    looked_at = files_in(tmp_path, but=[installed.resources.settings.home / "demo"])
    assert readable([path for path in looked_at if path.suffix != ".pdf"], people.TYPICAL, "Tilda Typical") == []
