"""The portal over real resources: every page, every refusal, and what it never says."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from uuid import UUID

import httpx2
import pytest
from fastapi.testclient import TestClient
from sqlmodel import func, select, update

from adapters.codes import issue_code
from adapters.database.case_reader import CaseReader
from adapters.database.tables import AccessLog, CaseIdentifierRow, CaseReceipt, IdentityEvidence, Link, Note
from adapters.links import make_link
from adapters.resources import Resources
from api.face import forms
from api.portal import limits, pages
from domain.authority import Action
from domain.events import Tag
from domain.rights import Outcome, Status
from tests.activities.package_case import SearchedCase
from tests.api.conftest import FakeGateway
from tests.case_in_hand import CaseInHand

WRITTEN = {"rights": ["access", "objection"], "email": "Ruth@Example.com", "name": "Ruth Adeyemi", "country": "GB"}
UNTOLD = "hl1_" + "A" * 43


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of the first form that has them."""
    fields = {name: unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page)}
    assert fields
    return fields


def fill(web: TestClient, **changes: object) -> httpx2.Response:
    """Fill in the form and send it, as a browser without JavaScript does."""
    return web.post("/", data=hidden(web.get("/").text) | WRITTEN | changes)


def receipts(resources: Resources) -> list[CaseReceipt]:
    with resources.database.read() as session:
        return list(session.exec(select(CaseReceipt)).all())


def a_code(case: CaseInHand | SearchedCase, purpose: str) -> str:
    with case.resources.database.write() as session:
        address = session.get_one(CaseIdentifierRow, case.mailbox)
        code = issue_code(session, case.resources.vault, address, purpose, datetime.now(UTC))  # type: ignore[arg-type]
    assert code is not None
    return code


def a_link(case: CaseInHand | SearchedCase, purpose: str) -> str:
    with case.resources.database.write() as session:
        return make_link(session, case.id, purpose, case.mailbox, datetime.now(UTC))  # type: ignore[arg-type]


def status_of(case: CaseInHand | SearchedCase) -> tuple[Status, Outcome | None]:
    state = CaseReader(case.resources).get(case.id).state
    return state.status, state.outcome


@pytest.fixture
def released(searched: SearchedCase) -> SearchedCase:
    """A package that was approved and told about."""
    package = CaseReader(searched.resources).get(searched.id).state.package
    assert package is not None
    searched.event(Tag.PACKAGE_APPROVED, sha256=package.sha256, binding=package.sha256)
    searched.event(Tag.PACKAGE_PUBLISHED, sha256=package.sha256)
    searched.event(Tag.DELIVERY_NOTIFIED)
    return searched


@pytest.fixture
def asked(web: TestClient, opened_case: CaseInHand) -> CaseInHand:
    """A case whose person was asked for more than the mailbox, on the follow page."""
    opened_case.happen(Tag.IDENTIFIER_PROVEN, identifier=str(opened_case.mailbox), how="code")
    opened_case.happen(Tag.IDENTITY_MORE_REQUESTED)
    web.get(f"/follow/{a_link(opened_case, 'follow')}")
    return opened_case


def blobs(case: CaseInHand) -> int:
    return sum(path.is_file() for path in Path(case.resources.settings.blobs_url).rglob("*"))


class TestForm:
    def test_names_every_right_in_plain_words(self, web: TestClient) -> None:
        page = web.get("/").text
        assert len(re.findall(r'type="checkbox" name="rights"', page)) == 11
        assert "Get a copy of my data" in page
        assert "<h1>What would you like to do?</h1>" in page

    def test_needs_no_script_and_allows_none(self, web: TestClient) -> None:
        answer = web.get("/")
        assert "<script" not in answer.text
        assert "style=" not in answer.text
        assert answer.headers["content-security-policy"] == pages.CSP
        assert "script-src" not in pages.CSP
        assert answer.headers["cache-control"] == "no-store"

    def test_a_request_is_received_and_its_case_started(
        self, web: TestClient, resources: Resources, gateway: FakeGateway
    ) -> None:
        answer = fill(web, username="ruth_a", phone="+44 20 7946 0143", message="Pictures of me.", other_email="old@example.com")
        assert answer.status_code == 200
        assert answer.url.path == "/receipt"
        (receipt,) = receipts(resources)
        assert receipt.reference in answer.text
        assert (receipt.channel, receipt.rights, receipt.regimes) == ("web_form", ["access", "objection"], ["UK"])
        assert gateway.started == [receipt.case_id]
        with resources.database.read() as session:
            kinds = session.exec(select(CaseIdentifierRow.kind).order_by(CaseIdentifierRow.added_at)).all()  # type: ignore[arg-type]
        assert kinds == ["email", "username", "phone", "email"]

    def test_the_receipt_says_the_date_and_how_it_is_worked_out(self, web: TestClient, resources: Resources) -> None:
        page = fill(web).text
        (receipt,) = receipts(resources)
        assert f"{receipt.safe_due.day}\N{NO-BREAK SPACE}{receipt.safe_due:%B}" in page
        assert "How this date is worked out" in page
        assert "one month from" in page
        assert "Object to how my data is used" in page

    def test_pressed_twice_is_one_request(self, web: TestClient, resources: Resources, gateway: FakeGateway) -> None:
        form = hidden(web.get("/").text) | WRITTEN
        first, second = web.post("/", data=form), web.post("/", data=form)
        assert first.status_code == second.status_code == 200
        assert len(receipts(resources)) == 1
        assert len(gateway.started) == 1

    def test_changed_and_sent_again_is_another_request(self, web: TestClient, resources: Resources) -> None:
        form = hidden(web.get("/").text) | WRITTEN
        web.post("/", data=form)
        web.post("/", data=form | {"rights": ["erasure"]})
        assert len(receipts(resources)) == 2

    def test_mistakes_stand_beside_the_field_and_in_a_summary_and_nothing_is_lost(
        self, web: TestClient, resources: Resources
    ) -> None:
        answer = fill(web, rights=[], email="not an address", message="Kept <words> & all", country="IE")
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
        assert "autofocus" in answer.text
        for place in ("right-access", "email"):
            assert f'href="#{place}"' in answer.text
            assert f'id="{place}"' in answer.text
        assert 'id="email-fault"' in answer.text
        assert 'aria-describedby="email-hint email-fault"' in answer.text
        assert "Kept &lt;words&gt; &amp; all" in answer.text
        assert 'value="not an address"' in answer.text
        assert '<option value="IE" selected>' in answer.text
        assert "<title>Error: " in answer.text
        assert receipts(resources) == []

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("name", "x" * 201),
            ("message", "x" * 20_001),
            ("username", "a\u202eb"),
            ("country", "ZZ"),
            ("other_email", "a@"),
            ("email", ""),
        ],
    )
    def test_what_does_not_fit_is_told_at_its_field(self, web: TestClient, field: str, value: str, resources: Resources) -> None:
        answer = fill(web, **{field: value})
        assert answer.status_code == 422
        assert f'id="{field}-fault"' in answer.text
        assert receipts(resources) == []

    def test_the_answer_is_the_same_for_a_known_address(self, web: TestClient, opened_case: CaseInHand) -> None:
        def told(page: str) -> str:
            page = re.sub(r"HAB-\w+", "HAB", page)
            return re.sub(r'value="[^"]*"', "", page)

        known, unknown = fill(web, email="ruth.adeyemi@post.imaginella.example"), fill(web, email="nobody@example.com")
        assert told(known.text) == told(unknown.text)
        assert opened_case.reference not in known.text

    def test_an_old_form_comes_back_filled_in(self, web: TestClient, resources: Resources) -> None:
        answer = web.post("/", data=WRITTEN | {"once": "made.1.up"})
        assert answer.status_code == 422
        assert "Ruth Adeyemi" in answer.text
        assert "press Send" in answer.text
        assert receipts(resources) == []

    def test_a_post_from_another_site_is_refused(self, web: TestClient, resources: Resources) -> None:
        form = hidden(web.get("/").text) | WRITTEN
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}):
            answer = web.post("/", data=form, headers=headers)
            assert answer.status_code == 403
            assert "<h1>" in answer.text
        assert receipts(resources) == []
        assert web.post("/", data=form, headers={"Sec-Fetch-Site": "same-origin", "Origin": "null"}).status_code == 200

    def test_a_mailbox_is_not_flooded(self, web: TestClient, resources: Resources) -> None:
        for _ in range(limits.REQUESTS):
            assert fill(web).status_code == 200
        answer = fill(web, email="ruth@EXAMPLE.com")
        assert answer.status_code == 429
        assert "Ruth Adeyemi" in answer.text  # nothing typed is lost
        assert len(receipts(resources)) == limits.REQUESTS

    def test_too_many_posts_of_one_client(self, web: TestClient) -> None:
        for _ in range(limits.POSTS):
            web.post("/", data={})
        answer = web.post("/", data={})
        assert answer.status_code == 429
        assert "wait ten minutes" in answer.text

    def test_too_long_a_body_is_not_read(self, web: TestClient) -> None:
        answer = web.post("/", data={"message": "x" * (forms.FORM_LIMIT + 1)})
        assert answer.status_code == 413
        assert "too long" in answer.text

    def test_without_its_cookie_the_receipt_is_closed(self, web: TestClient) -> None:
        answer = web.get("/receipt")
        assert answer.status_code == 410
        assert "Nothing is lost" in answer.text


class TestVerify:
    def test_a_get_shows_and_spends_nothing(self, web: TestClient, opened_case: CaseInHand) -> None:
        path = f"/verify/{a_link(opened_case, 'verify')}"
        for _ in range(2):
            page = web.get(path).text
            assert "Is this your e-mail address?" in page
            assert "r\u2022\u2022\u2022@post.imaginella.example" in page
        assert status_of(opened_case)[0] is Status.VERIFYING_IDENTITY

    def test_the_button_proves_and_leads_to_the_request(self, web: TestClient, opened_case: CaseInHand) -> None:
        path = f"/verify/{a_link(opened_case, 'verify')}"
        answer = web.post(path, data=hidden(web.get(path).text))
        assert answer.url.path == "/follow"
        assert "We know that it is you" in answer.text
        assert status_of(opened_case)[0] is Status.COLLECTING
        assert "This address is confirmed" in web.get(path).text
        assert "This address is confirmed" in web.post(path, data={}).text

    def test_a_link_that_ended_offers_a_new_code(self, web: TestClient, opened_case: CaseInHand, gateway: FakeGateway) -> None:
        path = f"/verify/{a_link(opened_case, 'verify')}"
        with opened_case.resources.database.write() as session:
            session.execute(update(Link).values(expires_at=datetime.now(UTC) - timedelta(minutes=1)))
        page = web.get(path)
        assert page.status_code == 410
        assert "This link has ended" in page.text
        assert web.post(path, data=hidden(page.text)).status_code == 410
        answer = web.post(f"{path}/new", data=hidden(page.text))
        assert "We have sent a new mail" in answer.text
        assert [call.command.action for call in gateway.calls] == [Action.REQUEST_CODE]
        code = a_code(opened_case, "verify")
        assert web.post("/verify/code", data=hidden(answer.text) | {"code": code}).url.path == "/follow"

    def test_an_unknown_link_says_nothing(self, web: TestClient, opened_case: CaseInHand) -> None:
        for token in (UNTOLD, "x", a_link(opened_case, "follow")):
            for answer in (web.get(f"/verify/{token}"), web.post(f"/verify/{token}"), web.get(f"/verify/{token}/not-me")):
                assert answer.status_code == 410
                assert opened_case.reference not in answer.text

    def test_not_me_asks_once_more_and_then_stops(self, web: TestClient, opened_case: CaseInHand) -> None:
        path = f"/verify/{a_link(opened_case, 'verify')}/not-me"
        page = web.get(path).text
        assert status_of(opened_case)[0] is Status.VERIFYING_IDENTITY
        assert "Thank you for telling us" in web.post(path, data=hidden(page)).text
        assert status_of(opened_case) == (Status.CLOSED, Outcome.NOT_THE_REQUESTER)
        assert "This request is closed" in web.get(path.removesuffix("/not-me")).text

    def test_the_owner_of_a_second_address_stops_nobody_elses_request(self, web: TestClient, opened_case: CaseInHand) -> None:
        other = opened_case.second_address("somebody.else@example.com")
        with opened_case.resources.database.write() as session:
            token = make_link(session, opened_case.id, "verify", other, datetime.now(UTC))
        path = f"/verify/{token}/not-me"
        web.post(path, data=hidden(web.get(path).text))
        assert status_of(opened_case)[0] is Status.VERIFYING_IDENTITY
        assert CaseReader(opened_case.resources).events(opened_case.id)[-1].tag == Tag.MESSAGE_SENT

    def test_the_code_is_typed_where_the_request_was_made(self, web: TestClient, opened_case: CaseInHand) -> None:
        page = self._asked_anew(web, opened_case)
        code = a_code(opened_case, "verify")
        wrong = web.post("/verify/code", data=hidden(page) | {"code": f"{(int(code) + 1) % 10**8:08d}"})
        assert wrong.status_code == 422
        assert "You can try 4 more times." in wrong.text
        malformed = web.post("/verify/code", data=hidden(wrong.text) | {"code": "12"})
        assert "The code has 8 digits" in malformed.text
        right = web.post("/verify/code", data=hidden(malformed.text) | {"code": f"{code[:4]} {code[4:]}"})
        assert right.url.path == "/follow"

    def test_after_five_wrong_tries_only_a_new_code_helps(self, web: TestClient, opened_case: CaseInHand) -> None:
        page = self._asked_anew(web, opened_case)
        code = a_code(opened_case, "verify")
        for wrong in range(1, 6):
            page = web.post("/verify/code", data=hidden(page) | {"code": f"{(int(code) + wrong) % 10**8:08d}"}).text
        assert "ask for a new one" in page
        assert web.post("/verify/code", data=hidden(page) | {"code": code}).status_code == 422
        assert status_of(opened_case)[0] is Status.VERIFYING_IDENTITY

    def test_a_form_of_another_visit_is_refused(self, web: TestClient, opened_case: CaseInHand) -> None:
        page = self._asked_anew(web, opened_case)
        answer = web.post("/verify/code", data=hidden(page) | {"key": "0" * 64, "code": a_code(opened_case, "verify")})
        assert answer.status_code == 410
        assert status_of(opened_case)[0] is Status.VERIFYING_IDENTITY

    def test_the_engine_down_loses_nothing(self, web: TestClient, opened_case: CaseInHand, gateway: FakeGateway) -> None:
        path = f"/verify/{a_link(opened_case, 'verify')}"
        form = hidden(web.get(path).text)
        gateway.silent = True
        answer = web.post(path, data=form)
        assert answer.status_code == 503
        assert "is kept" in answer.text
        assert answer.headers["retry-after"]
        gateway.silent = False
        assert web.post(path, data=form).url.path == "/follow"
        assert len({call.command_id for call in gateway.calls}) == 1

    def _asked_anew(self, web: TestClient, case: CaseInHand) -> str:
        path = f"/verify/{a_link(case, 'verify')}"
        return web.post(f"{path}/new", data=hidden(web.get(path).text)).text


class TestFollow:
    def test_shows_stage_and_dates_and_no_words(self, web: TestClient, opened_case: CaseInHand) -> None:
        token = a_link(opened_case, "follow")
        web.get(f"/follow/{token}")
        self._say(web, "Something private.")
        answer = web.get(f"/follow/{token}")
        assert answer.url.path == "/follow"
        assert token not in answer.text
        assert opened_case.reference in answer.text
        assert "We received your request" in answer.text
        assert "What we need from you" in answer.text
        assert "Something private." not in answer.text

    def test_messages_open_for_whoever_has_just_proven_the_mailbox(self, web: TestClient, opened_case: CaseInHand) -> None:
        web.get(f"/follow/{a_link(opened_case, 'follow')}")
        self._say(web, "Something private.")
        note = opened_case.note("We look at it.", "caseworker:00000000-0000-4000-8000-00000000000a")
        opened_case.sequence = CaseReader(opened_case.resources).get(opened_case.id).state.sequence
        opened_case.happen(Tag.MESSAGE_SENT, note=str(note))
        form = hidden(web.get("/follow").text) | {"code": a_code(opened_case, "verify")}
        page = web.post("/follow/code", data=form).text
        assert "This address is confirmed" in page
        assert "Something private." in page
        assert "We look at it." in page

    def test_words_are_sealed_and_sent_once(self, web: TestClient, opened_case: CaseInHand) -> None:
        web.get(f"/follow/{a_link(opened_case, 'follow')}")
        form = hidden(web.get("/follow").text) | {"text": "Twice pressed."}
        assert "We have your message" in web.post("/follow/message", data=form).text
        web.post("/follow/message", data=form)
        with opened_case.resources.database.read() as session:
            (note,) = session.exec(select(Note)).all()
        assert b"pressed" not in note.text

    def test_an_empty_message_comes_back(self, web: TestClient, opened_case: CaseInHand) -> None:
        web.get(f"/follow/{a_link(opened_case, 'follow')}")
        answer = web.post("/follow/message", data=hidden(web.get("/follow").text) | {"text": "  "})
        assert answer.status_code == 422
        assert 'id="text-fault"' in answer.text

    def test_a_question_is_answered_where_it_is_asked(self, web: TestClient, opened_case: CaseInHand) -> None:
        opened_case.proven()
        question = opened_case.note("Which account do you mean?", "caseworker:00000000-0000-4000-8000-00000000000a")
        opened_case.happen(Tag.CLARIFICATION_ASKED, note=str(question))
        web.get(f"/follow/{a_link(opened_case, 'follow')}")
        page = web.get("/follow").text
        assert "We have asked you a question" in page
        assert "Which account" not in page  # a link that was passed on shows no words
        assert 'id="answer-fault"' in web.post("/follow/answer", data=hidden(page) | {"answer": ""}).text
        answered = web.post("/follow/answer", data=hidden(page) | {"answer": "Everything."})
        assert "We have your answer and go on" in answered.text
        assert "We have asked you a question" not in answered.text
        event = CaseReader(opened_case.resources).events(opened_case.id)[-1]
        assert (event.tag, event.actor) == (Tag.CLARIFICATION_ANSWERED, "subject")

    def test_a_second_address_is_claimed_and_not_more(self, web: TestClient, opened_case: CaseInHand) -> None:
        web.get(f"/follow/{a_link(opened_case, 'follow')}")
        wrong = web.post("/follow/address", data=hidden(web.get("/follow").text) | {"address": "nothing"})
        assert wrong.status_code == 422
        assert 'value="nothing"' in wrong.text
        answer = web.post("/follow/address", data=hidden(wrong.text) | {"address": "old@example.com"})
        assert "sent a mail to that address" in answer.text
        identifiers = CaseReader(opened_case.resources).get(opened_case.id).state.identifiers.values()
        assert [each.standing for each in identifiers] == ["claimed", "claimed"]

    @pytest.mark.parametrize(("page", "outcome"), [("withdraw", Outcome.WITHDRAWN), ("not-me", Outcome.NOT_THE_REQUESTER)])
    def test_stopping_asks_once_more(self, web: TestClient, opened_case: CaseInHand, page: str, outcome: Outcome) -> None:
        web.get(f"/follow/{a_link(opened_case, 'follow')}")
        asked = web.get(f"/follow/{page}").text
        assert status_of(opened_case)[0] is Status.VERIFYING_IDENTITY
        answer = web.post(f"/follow/{page}", data=hidden(asked))
        assert status_of(opened_case) == (Status.CLOSED, outcome)
        assert answer.url.path == "/follow"
        assert f"/follow/{page}" not in answer.text
        assert web.post(f"/follow/{page}", data=hidden(asked) | {"once": "later"}).status_code == 409

    def test_a_new_code_can_be_asked_for_but_not_without_end(self, web: TestClient, opened_case: CaseInHand) -> None:
        web.get(f"/follow/{a_link(opened_case, 'follow')}")
        assert "We have sent a new mail" in web.post("/follow/resend", data=hidden(web.get("/follow").text)).text
        for _ in range(5):
            a_code(opened_case, "verify")
        answer = web.post("/follow/resend", data=hidden(web.get("/follow").text))
        assert answer.status_code == 422
        assert "codes of the day" in answer.text

    def test_every_stage_has_its_words(self, web: TestClient, released: SearchedCase) -> None:
        web.get(f"/follow/{a_link(released, 'follow')}")
        page = web.get("/follow").text
        assert "Your copy is ready" in page
        assert "We check it, so that nobody else" in page

    def test_a_visit_ends(self, web: TestClient, opened_case: CaseInHand, monkeypatch: pytest.MonkeyPatch) -> None:
        web.get(f"/follow/{a_link(opened_case, 'follow')}")
        assert web.get("/follow").status_code == 200
        monkeypatch.setattr("api.portal.sessions.IDLE", timedelta(0))
        assert web.get("/follow").status_code == 410

    def test_a_visit_of_another_purpose_opens_nothing(self, web: TestClient, opened_case: CaseInHand) -> None:
        web.get(f"/follow/{a_link(opened_case, 'follow')}")
        for path in ("/receipt", "/collect", "/collect/download"):
            assert web.get(path).status_code == 410

    def test_a_changed_cookie_is_none(self, web: TestClient, opened_case: CaseInHand) -> None:
        web.get(f"/follow/{a_link(opened_case, 'follow')}")
        value = web.cookies["habeas"]
        web.cookies.clear()
        for changed in (value[:-1] + ("0" if value[-1] != "0" else "1"), value[4:], "", "x.y"):
            assert web.get("/follow", headers={"Cookie": f"habeas={changed}"}).status_code == 410
        assert web.get("/follow", headers={"Cookie": f"habeas={value}"}).status_code == 200

    def _say(self, web: TestClient, text: str) -> None:
        assert web.post("/follow/message", data=hidden(web.get("/follow").text) | {"text": text}).status_code == 200


class TestCollect:
    def test_the_copy_opens_with_a_fresh_code_only(self, web: TestClient, released: SearchedCase) -> None:
        page = web.get(f"/collect/{a_link(released, 'package')}")
        assert page.url.path == "/collect"
        assert web.get("/collect/download").url.path == "/collect"  # not opened yet
        sent = web.post("/collect/send", data=hidden(page.text))
        assert "We have sent a mail with a code" in sent.text
        code = a_code(released, "open_package")
        wrong = web.post("/collect/code", data=hidden(sent.text) | {"code": f"{(int(code) + 1) % 10**8:08d}"})
        assert "You can try 4 more times." in wrong.text
        answer = web.post("/collect/code", data=hidden(wrong.text) | {"code": code})
        assert "Download the copy" in answer.text
        copy = web.get("/collect/download")
        assert copy.content == released.package()
        assert copy.headers["content-type"] == "application/zip"
        assert copy.headers["content-disposition"].startswith("attachment")
        with released.resources.database.read() as session:
            assert session.exec(select(func.count()).select_from(AccessLog)).one() == 1

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
        assert event.tag == Tag.MESSAGE_SENT
        with released.resources.database.read() as session:
            note = session.get_one(Note, UUID(str(event.facts["note"])))
        assert b"My invoices of 2023." in released.vault.open("note", "text", str(note.id), note.text)

    def test_the_wrong_person_stops_everything(self, web: TestClient, released: SearchedCase) -> None:
        web.get(f"/collect/{a_link(released, 'package')}")
        asked = web.get("/collect/wrong-person").text
        assert "Thank you for telling us" in web.post("/collect/wrong-person", data=hidden(asked)).text
        assert status_of(released) == (Status.CLOSED, Outcome.NOT_THE_REQUESTER)

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


class TestProof:
    FILE = ("passport.jpg", b"a photograph", "image/jpeg")

    def test_a_proof_of_identity_is_sealed_and_taken_once(self, web: TestClient, asked: CaseInHand) -> None:
        page = web.get("/follow").text
        form = {"command": self._marks(page)}
        for _ in range(2):
            answer = web.post("/follow/evidence", data=form, files={"files": self.FILE})
            assert answer.status_code == 200
            assert "We have your file" in answer.text
        assert len(CaseReader(asked.resources).get(asked.id).state.evidence) == 1
        with asked.resources.database.read() as session:
            (row,) = session.exec(select(IdentityEvidence)).all()
        assert row.blob is not None
        assert blobs(asked) == 1

    @pytest.mark.parametrize(
        ("file", "told"),
        [(("a.txt", b"words", "text/plain"), "Send a photograph"), (("a.png", b"", "image/png"), "This file is empty")],
    )
    def test_what_is_no_proof_is_not_kept(
        self, web: TestClient, asked: CaseInHand, file: tuple[str, bytes, str], told: str
    ) -> None:
        answer = web.post("/follow/evidence", data={"command": self._marks(web.get("/follow").text)}, files={"files": file})
        assert answer.status_code == 422
        assert told in answer.text
        assert blobs(asked) == 0

    def test_a_forged_form_leaves_nothing(self, web: TestClient, asked: CaseInHand) -> None:
        answer = web.post("/follow/evidence", data={"command": "0 0"}, files={"files": self.FILE})
        assert answer.status_code == 410
        assert blobs(asked) == 0

    def test_too_large_a_file_is_not_read(self, web: TestClient, asked: CaseInHand) -> None:
        answer = web.post("/follow/evidence", headers={"Content-Length": "99000000"}, content=b"")
        assert answer.status_code == 413
        assert blobs(asked) == 0

    def test_nobody_who_was_not_asked_can_send_one(self, web: TestClient, opened_case: CaseInHand) -> None:
        opened_case.proven()
        web.get(f"/follow/{a_link(opened_case, 'follow')}")
        assert web.post("/follow/evidence", data={"command": "0 0"}, files={"files": self.FILE}).status_code == 409

    def _marks(self, page: str) -> str:
        return unescape(re.findall(r'name="command" value="([^"]*)"', page)[0])


class TestAround:
    def test_static_files_may_be_kept_for_ever(self, web: TestClient) -> None:
        for name in re.findall(r'href="(/static/portal/[^"]+)"', web.get("/").text):
            answer = web.get(name)
            assert answer.status_code == 200
            assert "immutable" in answer.headers["cache-control"]
            assert web.get(name, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
        assert "immutable" not in web.get("/static/portal/portal.css").headers["cache-control"]

    @pytest.mark.parametrize("name", ["none.css", "..%2fpages.py"])
    def test_only_what_is_in_the_index_is_there(self, web: TestClient, name: str) -> None:
        assert web.get(f"/static/portal/{name}").status_code == 404

    def test_an_unexpected_failure_is_a_page_that_says_nothing(
        self, web: TestClient, monkeypatch: pytest.MonkeyPatch, opened_case: CaseInHand
    ) -> None:
        def broken(*_: object) -> None:
            raise ValueError("secret words")

        monkeypatch.setattr(CaseReader, "get", broken)
        answer = web.get(f"/verify/{a_link(opened_case, 'verify')}")
        assert answer.status_code == 500
        assert "on our side" in answer.text
        assert "secret" not in answer.text

    @pytest.mark.parametrize("path", ["/nowhere", "/follow/a/b/c"])
    def test_a_browser_that_is_lost_sees_a_page(self, web: TestClient, path: str) -> None:
        answer = web.get(path, headers={"Accept": "text/html,*/*"})
        assert answer.status_code == 404
        assert "There is no such page" in answer.text
        assert web.get(path).json()["type"] == "/problems/not-found"
        assert web.get("/api/v1/nowhere", headers={"Accept": "text/html"}).json()["type"] == "/problems/not-found"

    @pytest.mark.parametrize("status", sorted(pages.ERRORS))
    def test_every_refusal_has_its_words(self, web: TestClient, status: int) -> None:
        page = pages.error_page(web.app.state.web, status)  # type: ignore[attr-defined]
        assert page.status_code == status
        assert pages.ERRORS[status][0].encode() in page.body
