"""The demo's mailbox: what the catcher kept can be read and followed in a browser; anywhere else there is no such page."""

import dataclasses
import re
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from aiosmtpd.smtp import Envelope
from fastapi.testclient import TestClient

from adapters.mail_catcher import KeepEverything
from adapters.resources import Resources
from api.app import create_app
from tests.api.conftest import FakeGateway

LINK = "http://127.0.0.1:8000/verify/hl1_made-up"


@pytest.fixture
def demo(resources: Resources) -> Iterator[TestClient]:
    settings = resources.settings.model_copy(update={"environment": "demo"})
    given = dataclasses.replace(resources, settings=settings)
    with TestClient(create_app(given, FakeGateway(given)), base_url="http://127.0.0.1") as client:
        yield client


def kept(resources: Resources, subject: str = "HAB-7K3M9QXA: please confirm") -> str:
    letter = EmailMessage()
    letter["To"], letter["Subject"], letter["Date"] = "ruth@post.imaginella.example", subject, "Thu, 26 Nov 2026 09:00:00 +0000"
    letter.set_content(f"Your code is\n\n    12345678\n\nor open {LINK}.\n<script>alert(1)</script>\n")
    letter.add_alternative(f'<p>Open <a href="{LINK}">this</a></p>', subtype="html")
    envelope = Envelope()
    envelope.mail_from, envelope.rcpt_tos, envelope.content = "", [], letter.as_bytes()
    return KeepEverything(resources.settings.home / "mail").keep(envelope)


def test_a_letter_is_listed_and_its_link_can_be_followed(demo: TestClient, resources: Resources) -> None:
    key = kept(resources)
    assert f'<a href="/demo/mail/{key}">HAB-7K3M9QXA: please confirm</a>' in demo.get("/demo/mail").text
    page = demo.get(f"/demo/mail/{key}")
    icon = re.search(r'rel="icon" href="([^"]+)"', page.text)
    assert icon
    assert demo.get(icon[1]).headers["content-type"] == "image/svg+xml"
    assert f'<a href="{LINK}">{LINK}</a>.' in page.text
    assert "12345678" in page.text
    assert "<script>" not in page.text


def test_an_empty_mailbox_says_so(demo: TestClient) -> None:
    assert "No letter yet" in demo.get("/demo/mail").text


def test_the_html_part_is_shut_in(demo: TestClient, resources: Resources) -> None:
    answer = demo.get(f"/demo/mail/{kept(resources)}/html")
    assert f'href="{LINK}"' in answer.text
    assert answer.headers["content-security-policy"].startswith("sandbox ")
    assert "allow-scripts" not in answer.headers["content-security-policy"]


@pytest.mark.parametrize("key", ["nothing", "..%2F..%2Fhabeas.db", "..%2Fkeys%2Fkeys.json"])
def test_nothing_but_letters_is_read(demo: TestClient, key: str) -> None:
    assert demo.get(f"/demo/mail/{key}").status_code == 404


def test_outside_the_demo_there_is_no_such_page(web: TestClient, resources: Resources) -> None:
    key = kept(resources)
    assert {web.get(path).status_code for path in ("/demo/mail", f"/demo/mail/{key}")} == {404}
