"""Another language can be chosen on every page of the portal, after whatever was posted, and loses nothing that was typed."""

import re
from datetime import UTC, datetime
from html import unescape

import httpx2
import pytest
from fastapi.testclient import TestClient
from sqlmodel import update

from adapters.database.tables import Link
from adapters.resources import Resources
from api.portal.pages import ERRORS
from api.portal.told import TOLD
from domain.events import Tag
from domain.rights import Right
from tests.activities.package_case import SearchedCase
from tests.api.conftest import FakeGateway
from tests.api.test_portal_halt import halting
from tests.api.visiting import WRITTEN, a_code, a_link, fill, hidden, marks
from tests.case_in_hand import CaseInHand

LINK = re.compile(r'<a href="([^"]*)" lang="de" hreflang="de">Deutsch</a>')
BUTTON = re.compile(r'<button class="link" type="submit" form="([\w-]+)" name="speak" value="de"')
FORM = re.compile(r'<form method="post" action="([^"]*)" id="{}"(.*?)</form>', re.DOTALL)


def in_german(web: TestClient, page: httpx2.Response) -> httpx2.Response:
    """Choose German at the head of a page, by its link or its button, as a person does."""
    assert page.headers["content-language"] == "en", page.url
    if found := LINK.search(page.text):
        address = unescape(found[1])
        answer = web.get(address if address.startswith("/") else page.url.path + address)
    else:
        button = BUTTON.search(page.text)
        assert button, f"no other language on the page that answers {page.url}"
        form = re.search(FORM.pattern.replace("{}", button[1]), page.text, re.DOTALL)
        assert form, button[1]
        fields = hidden(form[2]) | dict(re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>\s*(.*?)</textarea>', form[2], re.DOTALL))
        fields |= dict(re.findall(r'<input id="\w+" name="(\w+)" type="(?:email|text)" value="([^"]*)"', form[2]))
        answer = web.post(form[1], data={name: unescape(value) for name, value in fields.items()} | {"speak": "de"})
    assert '<html lang="de">' in answer.text, page.url
    assert answer.status_code in {page.status_code, 200}, page.url
    heading = re.compile(r"<h1[^>]*>")
    assert len(heading.findall(answer.text)) == 1
    web.cookies.delete("habeas-language")
    return answer


def test_after_whatever_is_wrong_on_the_page_of_a_request(web: TestClient, opened_case: CaseInHand) -> None:
    page = web.get(f"/follow/{a_link(opened_case, 'follow')}")
    assert "Wo Ihre Anfrage steht" in in_german(web, page).text
    sent = marks(page.text)
    wrong = web.post("/follow/code", data=sent | {"code": "00000000"})
    assert wrong.status_code == 422
    assert "Meine Adresse bestätigen" in in_german(web, wrong).text
    for field, path in (("text", "message"), ("address", "address")):
        refused = web.post(f"/follow/{path}", data=sent | {field: ""})
        assert refused.status_code == 422
        assert "Wo Ihre Anfrage steht" in in_german(web, refused).text
    unsure = web.post("/follow/address", data=sent | {"address": "ruth at home"})
    assert 'value="ruth at home"' in in_german(web, unsure).text, "what was typed is still there"
    too_long = web.post("/follow/message", data=sent | {"text": "words " * 4_000})
    assert "words words" in in_german(web, too_long).text
    for path in ("/follow/not-me", "/follow/prove"):
        in_german(web, web.get(path))
    asked = web.post("/follow/prove/send", data=sent | {"then": "withdraw"})
    assert "Ein Code, bevor Sie zurückziehen" in in_german(web, asked).text
    refused = web.post("/follow/prove", data=sent | {"then": "withdraw", "code": "1"})
    assert refused.status_code == 422
    again = in_german(web, refused).text
    assert "Ein Code, bevor Sie zurückziehen" in again
    assert 'name="code"' in again, "the field is still there"
    assert "Die Seite ist geschlossen" in in_german(web, web.post("/follow/leave", data=sent)).text
    over = web.post("/follow/message", data=sent | {"text": "Later."})
    assert over.status_code == 410
    assert "wenn eine Weile niemand sie benutzt" in in_german(web, over).text


def test_a_language_is_changed_without_sending_the_words(web: TestClient, opened_case: CaseInHand, gateway: FakeGateway) -> None:
    page = web.get(f"/follow/{a_link(opened_case, 'follow')}").text
    answer = web.post("/follow/message", data=marks(page) | {"text": "Not yet.", "speak": "fr"})
    assert "Not yet." in answer.text
    assert '<html lang="fr">' in answer.text
    assert gateway.calls == []


def test_on_the_receipt_and_on_the_link_of_a_mail(web: TestClient, opened_case: CaseInHand) -> None:
    receipt = fill(web)
    in_german(web, receipt)
    wrong = web.post("/verify/code", data=marks(receipt.text) | {"code": "12"})
    assert wrong.status_code == 422
    assert "Der Code aus unserer E-Mail" in in_german(web, wrong).text
    in_german(web, web.post("/verify/resend", data=marks(receipt.text)))
    path = f"/verify/{a_link(opened_case, 'verify')}"
    shown = web.get(path)
    assert "Ja, meine Adresse bestätigen" in in_german(web, shown).text
    in_german(web, web.get(f"{path}/not-me"))
    told = web.post(f"{path}/not-me", data=hidden(shown.text))
    assert "Danke, dass Sie es uns gesagt haben" in in_german(web, told).text
    with opened_case.resources.database.write() as session:
        session.execute(update(Link).values(expires_at=datetime.now(UTC)))
    in_german(web, web.post(path, data=hidden(shown.text)))


def test_beside_the_copy(web: TestClient, released: SearchedCase) -> None:
    token = a_link(released, "package")
    page = web.get(f"/collect/{token}")
    in_german(web, page)
    sent = web.post("/collect/send", data=hidden(page.text))
    wrong = web.post("/collect/code", data=marks(sent.text) | {"code": "12"})
    assert wrong.status_code == 422
    assert "Meine Kopie öffnen" in in_german(web, wrong).text
    empty = web.post("/collect/missing", data=marks(page.text) | {"text": "x" * 20_001})
    assert empty.status_code == 422
    assert "xxx" in in_german(web, empty).text
    opened = web.post("/collect/code", data=marks(page.text) | {"code": a_code(released, "open_package")})
    assert "Kopie herunterladen" in in_german(web, opened).text
    asked = web.get("/collect/wrong-person")
    assert "Links und Codes gelten nicht mehr." in in_german(web, web.post("/collect/wrong-person", data=hidden(asked.text))).text
    with released.resources.database.write() as session:
        session.execute(update(Link).values(expires_at=datetime.now(UTC)))
    in_german(web, web.get(f"/collect/{token}"))


def test_where_something_was_halted(web: TestClient, resources: Resources) -> None:
    for purpose in ("stop", "dispute", "object"):
        case = halting(resources, purpose)
        path = f"/{purpose}/{a_link(case, purpose)}"
        page = web.get(path)
        in_german(web, page)
        in_german(web, web.post(path, data=marks(page.text)))


@pytest.mark.parametrize("step", ["what", "about", "help", "check", "whole"])
def test_in_the_form_with_everything_wrong(web: TestClient, step: str) -> None:
    wrong = {"rights": [], "email": "no", "country": "XX", "agent_email": "no", "message": "Kept."}
    page = web.post("/", data=marks(web.get("/").text) | WRITTEN | wrong | {"step": step})
    assert "Kept." in in_german(web, page).text


def test_with_every_refusal(web: TestClient) -> None:
    web.headers["accept"] = "text/html"
    for status in ERRORS:
        in_german(web, web.get(f"/sorry/{status}"))
    assert "Diese Seite gibt es nicht" in in_german(web, web.get("/no-such-page")).text
    assert "Von dort lässt sich" in in_german(web, web.post("/", headers={"Origin": "https://else.example"})).text
    for kind in ("", "nothing", "999"):
        assert web.get(f"/sorry/{kind}").status_code == 404


def test_what_was_done_is_told_to_whoever_did_it_and_to_nobody_else(web: TestClient, opened_case: CaseInHand) -> None:
    assert web.get("/told").url.path == "/", "an address that somebody sends about says nothing"
    page = web.get(f"/follow/{a_link(opened_case, 'follow')}").text
    answer = web.post("/follow/leave", data=marks(page))
    assert (answer.url.path, "The page is closed" in answer.text) == ("/told", True)
    assert "The page is closed" in web.get("/told").text, "reading it again posts nothing"


def test_every_page_that_tells_something_says_it_in_each_language(web: TestClient) -> None:
    for what, (title, lines) in TOLD.items():
        web.cookies.set("habeas-told", what)
        page = web.get("/told?language=en").text
        assert all(words in unescape(page) for words in (title, *lines))
        for language in ("de", "fr"):
            told = unescape(web.get(f"/told?language={language}").text)
            assert not any(words in told for words in (title, *lines)), what


def test_the_steps_of_a_visit_that_was_proven(web: TestClient, resources: Resources) -> None:
    case = CaseInHand(resources, rights=[Right.ACCESS, Right.PORTABILITY])
    case.proven()
    case.happen(Tag.CLARIFICATION_ASKED, note=str(case.note("Which?", "caseworker:1")))
    page = web.get(f"/follow/{a_link(case, 'follow')}")
    empty = web.post("/follow/answer", data=marks(page.text) | {"answer": ""})
    assert empty.status_code == 422
    assert "Antwort senden" in in_german(web, empty).text
