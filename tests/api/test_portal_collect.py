"""Fetching the copy: a fresh code, what is missing, and what reached the wrong person."""

import contextlib
import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx2
import pytest
from fastapi.testclient import TestClient
from sqlmodel import func, select, update

from adapters.blobs import BlobReader
from adapters.database.case_reader import CaseReader
from adapters.database.tables import AccessLog, Link, Note
from adapters.resources import Resources
from api.portal import download
from domain.case import WorkItem
from domain.commands import ReissuePackage
from domain.events import Tag
from domain.rights import Outcome, Status
from tests.activities.package_case import SearchedCase
from tests.api.conftest import FakeGateway
from tests.api.visiting import a_code, a_link, hidden, status_of
from tests.case_in_hand import CaseInHand
from tests.local_day import here


@pytest.fixture
def delivered(released: SearchedCase) -> SearchedCase:
    """Fetched, and closed."""
    released.event(Tag.DELIVERY_NOTIFIED)
    released.event(Tag.PACKAGE_OPENED)
    released.event(Tag.RIGHT_DECIDED, right="access", outcome="fulfilled")
    released.event(Tag.REQUEST_CLOSED, outcome="fulfilled")
    return released


def work_items(case: SearchedCase) -> list[WorkItem]:
    return list(CaseReader(case.resources).get(case.id).state.open_work_items.values())


def opened(case: SearchedCase) -> list[str]:
    return [row.tag for row in CaseReader(case.resources).events(case.id) if row.tag == Tag.PACKAGE_OPENED]


class TestCollect:
    def test_the_page_names_two_days_and_no_period_beside_them(self, web: TestClient, released: SearchedCase) -> None:
        offered = CaseReader(released.resources).get(released.id).state.offered_at
        assert offered is not None
        page = web.get(f"/collect/{a_link(released, 'package')}").text.replace("\N{NO-BREAK SPACE}", " ")
        until = here(released.resources, offered + timedelta(days=30))
        assert f"fetch it until <strong>{until:%a} {until.day} {until:%B %Y}" in page
        assert not re.search(r"seven days|(?<!, in )30 days|six months", page), "but for how far off the day is"

    def test_both_pages_name_the_same_two_days_of_the_copy(self, web: TestClient, released: SearchedCase) -> None:
        web.get(f"/collect/{a_link(released, 'package')}")
        web.get(f"/follow/{a_link(released, 'follow')}")
        for language, words in (("en", "You can fetch it until"), ("de", "Sie können sie bis"), ("fr", "Vous pouvez la retirer")):
            pages = [web.get(f"/{page}?language={language}").text for page in ("collect", "follow")]
            said = [re.findall(rf"{words} .*?</p>", page) for page in pages]
            assert [len(each) for each in said] == [1, 1], said
            assert said[0] == said[1]
        released.event(Tag.PACKAGE_OPENED)
        assert "ask here and we open it again" in web.get("/follow?language=en").text, "fetched is not over"

    def test_after_thirty_days_the_page_itself_sends_a_new_link(
        self, web: TestClient, resources: Resources, gateway: FakeGateway
    ) -> None:
        case = CaseInHand(resources)
        case.released()
        case.at = datetime.now(UTC) - timedelta(days=31)
        case.happen(Tag.DELIVERY_NOTIFIED)
        page = web.get(f"/collect/{a_link(case, 'package')}").text  # of a reminder, which came later
        assert "ask here and we open it again" in page
        assert "Send me a code" not in page, "it would open nothing"
        answer = web.post("/collect/again", data=hidden(page))
        assert "A new link is on its way" in answer.text
        assert isinstance(gateway.calls[-1].command, ReissuePackage)
        assert "Send me a code" in web.get("/collect").text, "thirty days begin again"

    def test_the_copy_opens_with_a_fresh_code_only(self, web: TestClient, released: SearchedCase) -> None:
        page = web.get(f"/collect/{a_link(released, 'package')}")
        assert page.url.path == "/collect"
        assert web.get("/collect/download").url.path == "/collect"  # not opened yet
        sent = web.post("/collect/send", data=hidden(page.text))
        assert "We have sent a mail with a code" in sent.text
        code = a_code(released, "open_package")
        wrong = web.post("/collect/code", data=hidden(sent.text) | {"code": f"{(int(code) + 1) % 10**8:08d}"})
        assert "You can try 4 more times." in wrong.text
        assert f'value="{(int(code) + 1) % 10**8:08d}"' in wrong.text
        answer = web.post("/collect/code", data=hidden(wrong.text) | {"code": code})
        assert "Download the copy" in answer.text
        copy = web.get("/collect/download")
        assert copy.content == released.package()
        assert copy.headers["content-type"] == "application/zip"
        assert copy.headers["content-disposition"].startswith("attachment")
        with released.resources.database.read() as session:
            assert session.exec(select(func.count()).select_from(AccessLog)).one() == 1

    def test_a_copy_counts_as_fetched_once_its_bytes_have_gone_out(self, web: TestClient, released: SearchedCase) -> None:
        web.get(f"/follow/{a_link(released, 'follow')}")
        page = web.get(f"/collect/{a_link(released, 'package')}").text
        sent = web.post("/collect/send", data=hidden(page)).text
        typed = hidden(sent) | {"code": a_code(released, "open_package")}
        assert "Download the copy" in web.post("/collect/code", data=typed).text
        assert opened(released) == [], "the code alone fetches nothing"
        assert "You have fetched" not in web.get("/follow").text
        assert web.get("/collect/download").content == released.package()
        assert opened(released) == [Tag.PACKAGE_OPENED]
        assert web.get("/collect/download").content == released.package(), "the page stays usable"
        assert opened(released) == [Tag.PACKAGE_OPENED]
        assert "Download the copy again" in web.get("/collect").text
        followed = web.get("/follow").text
        assert "You have fetched it" in followed
        again = web.post("/follow/copy", data=hidden(followed))
        assert (again.url.path, "Download the copy again" in again.text) == ("/collect", True), "the page is open here"

    def test_a_download_that_breaks_off_is_no_fetching(
        self, web: TestClient, released: SearchedCase, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        page = web.get(f"/collect/{a_link(released, 'package')}").text
        sent = web.post("/collect/send", data=hidden(page)).text
        web.post("/collect/code", data=hidden(sent) | {"code": a_code(released, "open_package")})
        whole = download._pieces

        def broken(blob: BlobReader, sending: download.Sending) -> Iterator[bytes]:
            yield next(whole(blob, sending))[:10]
            raise OSError

        monkeypatch.setattr(download, "_pieces", broken)
        with contextlib.suppress(OSError, httpx2.HTTPError):
            web.get("/collect/download")
        assert opened(released) == []
        monkeypatch.undo()
        web.get("/collect/download")
        assert opened(released) == [Tag.PACKAGE_OPENED]

    def test_who_has_a_code_already_is_told_of_no_mail(self, web: TestClient, released: SearchedCase) -> None:
        page = web.get(f"/collect/{a_link(released, 'package')}").text
        (have,) = re.findall(r'href="(/collect\?[^"]+)">I have a code already', page)
        answer = web.get(have).text
        assert "Type the code from our mail" in answer
        assert "We have sent a mail" not in answer

    def test_what_was_released_offers_no_withdrawal_and_no_other_address(self, web: TestClient, released: SearchedCase) -> None:
        page = web.get(f"/follow/{a_link(released, 'follow')}").text
        assert "withdraw the request" not in page
        assert "Name another address" not in page
        assert "This was not me" in page
        assert web.get("/follow/withdraw").status_code == 409

    def test_the_page_of_the_request_stays_open_beside_the_copy(self, web: TestClient, released: SearchedCase) -> None:
        web.get(f"/follow/{a_link(released, 'follow')}")
        copy = web.get(f"/collect/{a_link(released, 'package')}")
        page = web.get("/follow")
        assert "Your copy is ready" in page.text
        assert web.post("/collect/send", data=hidden(copy.text)).status_code == 200  # and the other way round
        web.post("/follow/leave", data=hidden(page.text))
        assert [web.get(path).status_code for path in ("/follow", "/collect")] == [410, 410]  # leaving closes both

    def test_a_code_of_the_other_purpose_opens_nothing(self, web: TestClient, released: SearchedCase) -> None:
        page = web.get(f"/collect/{a_link(released, 'package')}").text
        answer = web.post("/collect/code", data=hidden(page) | {"code": a_code(released, "verify")})
        assert answer.status_code == 422
        assert web.get("/collect/download").url.path == "/collect"

    def test_something_missing_reaches_the_caseworkers(self, web: TestClient, released: SearchedCase) -> None:
        page = web.get(f"/collect/{a_link(released, 'package')}").text
        assert web.post("/collect/missing", data=hidden(page) | {"text": ""}).status_code == 422
        answer = web.post("/collect/missing", data=hidden(page) | {"text": "My invoices of 2023."})
        assert "look again at no cost" in answer.text
        event = CaseReader(released.resources).events(released.id)[-1]
        assert event.tag == Tag.DELIVERY_INCOMPLETE
        assert [item.kind for item in work_items(released)] == ["something_missing"]
        with released.resources.database.read() as session:
            note = session.get_one(Note, UUID(str(event.facts["note"])))
        assert b"My invoices of 2023." in released.vault.open("note", "text", str(note.id), note.text)

    def test_the_wrong_person_stops_everything(self, web: TestClient, released: SearchedCase) -> None:
        web.get(f"/collect/{a_link(released, 'package')}")
        asked = web.get("/collect/wrong-person").text
        assert "Thank you for telling us" in web.post("/collect/wrong-person", data=hidden(asked)).text
        assert status_of(released) == (Status.IN_REVIEW, None), "whoever asked did nothing wrong"
        assert [item.kind for item in work_items(released)] == ["wrong_person"]
        assert web.get("/collect").status_code == 410
        assert web.get(f"/collect/{a_link(released, 'package')}").text.count("nothing to fetch here") == 1

    def test_after_the_end_the_copy_is_still_there_and_a_link_that_ended_brings_a_new_one(
        self, web: TestClient, delivered: SearchedCase, gateway: FakeGateway
    ) -> None:
        token = a_link(delivered, "package")
        page = web.get(f"/collect/{token}").text
        sent = web.post("/collect/send", data=hidden(page)).text
        assert (
            "Download the copy" in web.post("/collect/code", data=hidden(sent) | {"code": a_code(delivered, "open_package")}).text
        )
        assert web.get("/collect/download").content == delivered.package()
        with delivered.resources.database.write() as session:
            session.execute(update(Link).values(expires_at=datetime.now(UTC)))
        ended = web.get(f"/collect/{token}")
        assert ended.status_code == 410
        assert "This link has ended" in ended.text
        assert "is on its way" in web.post(f"/collect/{token}/again", data=hidden(ended.text)).text
        assert isinstance(gateway.calls[-1].command, ReissuePackage)

    def test_after_the_end_somebody_still_listens(self, web: TestClient, delivered: SearchedCase) -> None:
        page = web.get(f"/collect/{a_link(delivered, 'package')}").text
        assert "look again at no cost" in web.post("/collect/missing", data=hidden(page) | {"text": "Invoices."}).text
        asked = web.get("/collect/wrong-person").text
        assert "Thank you" in web.post("/collect/wrong-person", data=hidden(asked)).text
        assert [item.kind for item in work_items(delivered)] == ["something_missing", "wrong_person"]
        assert status_of(delivered) == (Status.CLOSED, Outcome.FULFILLED)
        page = web.get(f"/collect/{a_link(delivered, 'package')}").text
        assert "nothing to fetch here" in page

    def test_a_part_is_fetched_like_the_whole_and_says_that_it_is_one(self, web: TestClient, searched: SearchedCase) -> None:
        part = searched.propose_part("billing")
        searched.event(Tag.PARTIAL_APPROVED, sha256=part.sha256, binding=part.sha256)
        assert "nothing to fetch here" in web.get(f"/collect/{a_link(searched, 'package')}").text
        searched.event(Tag.PARTIAL_NOTIFIED)
        followed = web.get(f"/follow/{a_link(searched, 'follow')}").text
        assert "A part of our answer is ready. We answer the rest by" in followed
        assert "A first part of your copy is ready." in followed
        assert ">Your copy is ready" not in followed
        page = web.get(f"/collect/{a_link(searched, 'package')}").text
        assert "A first part of the copy of your data" in page
        sent = web.post("/collect/send", data=hidden(page)).text
        web.post("/collect/code", data=hidden(sent) | {"code": a_code(searched, "open_package")})
        copy = web.get("/collect/download")
        assert hashlib.sha256(copy.content).hexdigest() == part.sha256
        assert CaseReader(searched.resources).events(searched.id)[-1].tag == Tag.PARTIAL_OPENED
        assert "You have fetched the first part of your copy. The rest comes later." in web.get("/follow").text
        assert status_of(searched) == (Status.IN_REVIEW, None)

    def test_an_ended_link_ends_the_visit(self, web: TestClient, released: SearchedCase) -> None:
        token = a_link(released, "package")
        web.get(f"/collect/{token}")
        with released.resources.database.write() as session:
            session.execute(update(Link).values(expires_at=datetime.now(UTC)))
        assert web.get("/collect").status_code == 410
        assert web.get(f"/collect/{token}").status_code == 410

    def test_what_is_on_hold_is_not_there(self, web: TestClient, released: SearchedCase) -> None:
        released.event(Tag.REQUEST_HELD)
        page = web.get(f"/collect/{a_link(released, 'package')}").text
        assert "nothing to fetch here at this moment" in page
