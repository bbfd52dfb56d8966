"""The form and the receipt: what is taken in, what comes back, and what the answer never says."""

import json
import re

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from adapters.database.tables import CaseIdentifierRow
from adapters.resources import Resources
from api.face import forms
from api.portal import limits, pages
from domain.deadline_period import add_months
from tests.api.conftest import FakeGateway
from tests.api.visiting import WRITTEN, a_link, fill, hidden, marks, receipts
from tests.case_in_hand import CaseInHand


class TestForm:
    def test_names_every_right_in_plain_words(self, web: TestClient) -> None:
        page = web.get("/").text
        assert "Step 1 of 4" in page
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
        assert "The law gives us one month, so until" in page
        rolled = receipt.safe_due > add_months(receipt.received_at.date(), 1)
        assert ("That month ends on a day off, so the next working day counts." in page) == rolled
        assert "Object to how my data is used" in page

    def test_what_is_wrong_and_what_would_be_right_travels_sealed_with_a_correction(
        self, web: TestClient, resources: Resources
    ) -> None:
        step = web.post("/", data=marks(web.get("/").text) | {"step": "about"} | WRITTEN | {"rights": ["rectification"]}).text
        assert "What is wrong?" in step
        assert "What would be right?" in step
        fill(web, rights=["rectification"], wrong="Rut with one h missing", right="Ruth")
        (receipt,) = receipts(resources)
        vault = resources.vault.case(receipt.case_id)
        assert receipt.correction is not None
        assert b"Ruth" not in receipt.correction
        told = json.loads(vault.open("case_receipt", "correction", str(receipt.case_id), receipt.correction))
        assert told == {"wrong": "Rut with one h missing", "right": "Ruth"}
        assert receipt.message is not None
        words = vault.open("case_receipt", "message", str(receipt.case_id), receipt.message).decode()
        assert "What would be right: Ruth" in words, "whoever reads the request reads it too"

    @pytest.mark.parametrize(("rights", "asked"), [(["withdraw_consent"], False), (["complaint"], False), (["access"], True)])
    def test_a_code_is_asked_for_only_where_one_is_sent(self, web: TestClient, rights: list[str], asked: bool) -> None:  # noqa: FBT001
        page = fill(web, rights=rights).text
        assert ("The code from our mail" in page) == asked
        assert ("Send a new code" in page) == asked
        assert ("we ask for no code" in page) != asked

    @pytest.mark.parametrize(
        ("rights", "said"),
        [
            (["access"], "so that nobody else gets your data"),
            (["erasure"], "so that nobody else has your data deleted"),
            (["rectification"], "so that nobody else decides about your data"),
            (["objection"], "before we stop anything else we may send you one"),
        ],
    )
    def test_the_receipt_says_of_the_code_what_holds_for_what_was_asked(
        self, web: TestClient, rights: list[str], said: str
    ) -> None:
        page = fill(web, rights=rights).text
        assert said in page
        assert ("we ask for no code" in page, "nobody else gets your data" in page) == (False, rights == ["access"])

    @pytest.mark.parametrize("country", ["GB", "DE", ""])
    def test_the_date_that_the_form_names_is_that_of_where_the_person_lives(
        self, web: TestClient, resources: Resources, country: str
    ) -> None:
        sent = marks(web.get("/").text) | {"step": "about"} | WRITTEN | {"country": country, "rights": ["access"]}
        page = web.post("/", data=sent).text
        assert fill(web, country=country, rights=["access"]).status_code == 200
        (receipt,) = receipts(resources)
        promised = page.partition("the answer is due by <strong>")[2].partition("</strong>")[0]
        assert f"{receipt.safe_due.day}\N{NO-BREAK SPACE}{receipt.safe_due:%B}" in promised

    @pytest.mark.parametrize(
        ("rights", "dated", "told"),
        [
            (["complaint"], False, "The law sets no day for the outcome of a complaint."),
            (["withdraw_consent"], False, "A consent that you choose in step 3 ends at once."),
            (["minor_report"], False, "Somebody looks at a report about a child at once."),
            (["erasure", "complaint"], True, "The law sets no day for the outcome of a complaint."),
        ],
    )
    def test_the_form_names_a_date_only_where_the_law_gives_one(
        self,
        web: TestClient,
        rights: list[str],
        dated: bool,  # noqa: FBT001
        told: str,
    ) -> None:
        page = web.post("/", data=marks(web.get("/").text) | {"step": "what", "rights": rights}).text
        assert ("the answer is due by" in page, told in page) == (dated, True)

    @pytest.mark.parametrize(
        ("changes", "told"),
        [
            ({"rights": ["complaint"]}, "The law sets no day for the outcome of a complaint."),
            (
                {"rights": ["minor_report"]},
                "The law sets no day for what comes of a report about a child.",
            ),
        ],
    )
    def test_a_receipt_promises_no_day_that_the_law_does_not_give(
        self, web: TestClient, changes: dict[str, list[str]], told: str
    ) -> None:
        page = fill(web, **changes).text
        assert told in page
        assert not [each for each in ("You have an answer by", "The law gives us") if each in page]

    def test_pressed_twice_is_one_request(self, web: TestClient, resources: Resources, gateway: FakeGateway) -> None:
        form = marks(web.get("/").text) | {"step": "check"} | WRITTEN
        first, second = web.post("/", data=form), web.post("/", data=form)
        assert first.status_code == second.status_code == 200
        assert len(receipts(resources)) == 1
        assert len(set(gateway.started)) == 1  # starting what runs changes nothing

    def test_changed_and_sent_again_is_another_request(self, web: TestClient, resources: Resources) -> None:
        form = marks(web.get("/").text) | {"step": "check"} | WRITTEN
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

        address = "ruth.adeyemi@post.imaginella.example"
        known, unknown = fill(web, email=address), fill(web, email="nobody@example.com")
        assert told(known.text.replace(address, "")) == told(unknown.text.replace("nobody@example.com", ""))
        assert opened_case.reference not in known.text

    def test_a_program_that_fills_in_everything_sends_nothing(self, web: TestClient, resources: Resources) -> None:
        for number in range(100):
            answer = fill(web, email=f"stranger{number}@example.com", website="https://spam.example")
            assert (answer.status_code, "spam.example" in answer.text) == (422, False)
        assert receipts(resources) == []

    def test_a_person_whose_browser_did_it_has_lost_nothing(self, web: TestClient, resources: Resources) -> None:
        for path in ("/", "/all"):
            page = web.get(path).text
            assert page.count('name="website"') == 1
            assert '<div hidden><label for="website">' in page, "for nobody: not seen, not read, not reached by the keyboard"
        answer = fill(web, website="https://mine.example", message="Kept <words>")
        assert "press Send again" in answer.text
        again = hidden(answer.text)
        assert again["message"] == "Kept <words>"
        assert web.post("/", data=again | {"rights": WRITTEN["rights"], "website": ""}).status_code == 200
        assert len(receipts(resources)) == 1

    def test_an_old_form_comes_back_filled_in(self, web: TestClient, resources: Resources) -> None:
        answer = web.post("/", data=WRITTEN | {"step": "check", "once": "made.1.up"})
        assert answer.status_code == 422
        assert "Ruth Adeyemi" in answer.text
        assert "press Send" in answer.text
        assert receipts(resources) == []

    def test_a_post_from_another_site_is_refused(self, web: TestClient, resources: Resources) -> None:
        form = marks(web.get("/").text) | {"step": "check"} | WRITTEN
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}):
            answer = web.post("/", data=form, headers=headers)
            assert answer.status_code == 403
            assert "<h1>" in answer.text
        assert receipts(resources) == []
        assert web.post("/", data=form, headers={"Sec-Fetch-Site": "same-origin", "Origin": "null"}).status_code == 200

    def test_a_mailbox_is_not_flooded(self, web: TestClient, resources: Resources) -> None:
        for _ in range(limits.REQUESTS.most):
            assert fill(web).status_code == 200
        answer = fill(web, email="ruth@EXAMPLE.com")
        assert answer.status_code == 429
        assert "Ruth Adeyemi" in answer.text  # nothing typed is lost
        assert len(receipts(resources)) == limits.REQUESTS.most

    def test_too_many_posts_of_one_client(self, web: TestClient) -> None:
        for _ in range(limits.POSTS.most):
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


class TestSteps:
    """Four short steps; each carries on what was typed in those before, and stores nothing."""

    def test_one_after_the_other_to_the_answers_and_no_sooner_is_anything_received(
        self, web: TestClient, resources: Resources
    ) -> None:
        about = web.post("/", data=hidden(web.get("/").text) | {"rights": ["access", "erasure"]})
        assert "Step 2 of 4" in about.text
        assert "<h1>About you</h1>" in about.text
        help_page = web.post("/", data=self._kept(about.text) | {"email": "ruth@example.com", "country": "IE"})
        assert "Step 3 of 4" in help_page.text
        check = web.post("/", data=self._kept(help_page.text) | {"message": "Two\nlines & more"})
        assert "Check your answers" in check.text
        chosen = "Get a copy of my data\nDelete my data"
        for words in (chosen, "ruth@example.com", "Ireland", "Two\nlines &amp; more", "Left empty"):
            assert words in check.text
        assert receipts(resources) == []
        answer = web.post("/", data=self._kept(check.text))
        assert answer.url.path == "/receipt"
        (receipt,) = receipts(resources)
        assert receipt.rights == ["access", "erasure"]

    def test_a_mistake_is_told_at_its_step(self, web: TestClient) -> None:
        nothing = web.post("/", data=hidden(web.get("/").text))
        assert nothing.status_code == 422
        assert 'id="rights-fault"' in nothing.text
        about = web.post("/", data=hidden(nothing.text) | {"rights": "access"})
        wrong = web.post("/", data=self._kept(about.text) | {"email": "ruth"})
        assert wrong.status_code == 422
        assert 'id="email-fault"' in wrong.text
        assert "Step 2 of 4" in wrong.text

    def test_an_answer_can_be_changed_and_leads_back_to_the_answers(self, web: TestClient) -> None:
        check = web.post("/", data=hidden(web.get("/").text) | {"step": "whole"} | WRITTEN)
        name = web.post("/", data=self._kept(check.text) | {"go": "about"})
        assert 'value="Ruth Adeyemi"' in name.text
        again = web.post("/", data=self._kept(name.text) | {"email": "ruth@example.com", "name": "R. Adeyemi"})
        assert "Check your answers" in again.text
        assert "R. Adeyemi" in again.text
        assert "Object to how my data is used" in again.text

    def test_going_back_loses_nothing_and_asks_for_nothing(self, web: TestClient) -> None:
        about = web.post("/", data=hidden(web.get("/").text) | {"rights": "access"})
        back = web.post("/", data=self._kept(about.text) | {"email": "half an addr", "go": "what"})
        assert "Step 1 of 4" in back.text
        assert 'value="access" checked' in back.text
        assert 'name="email" value="half an addr"' in back.text

    def test_all_of_it_stands_on_one_page_too(self, web: TestClient) -> None:
        page = web.get("/all").text
        for field in ("rights", "email", "country", "account", "seen_at", "message"):
            assert f'name="{field}"' in page
        assert "if there is one. For a complaint only." in page, "whoever complains of nothing leaves it empty"
        check = web.post("/", data=hidden(page) | WRITTEN)
        assert "Check your answers" in check.text

    def test_somebody_without_an_account_says_where_they_can_be_seen(self, web: TestClient, resources: Resources) -> None:
        fill(web, account="no", seen_at="https://imaginella.example/p/77", message="It is my face.")
        (receipt,) = receipts(resources)
        assert receipt.message is not None
        said = resources.vault.case(receipt.case_id).open("case_receipt", "message", str(receipt.case_id), receipt.message)
        assert said.decode().splitlines() == [
            "Where it can be seen: https://imaginella.example/p/77",
            "",
            "It is my face.",
        ]

    def test_the_substance_of_a_request_comes_first_and_may_not_look_like_something_to_skip(self, web: TestClient) -> None:
        def step_three(right: str) -> str:
            about = web.post("/", data=hidden(web.get("/").text) | {"rights": right}).text
            return web.post("/", data=self._kept(about) | {"step": "about", "email": "r@example.com"}).text

        page = step_three("objection")
        assert "What it is about</h1>" in page
        assert page.index("What should we stop, and why?") < page.index("Anything that helps us find it</h2>")
        assert page.index("What should we stop, and why?") < page.index("may stay empty")
        assert page.count('name="message"') == 1
        copy = step_three("access")
        assert "Anything that helps us find it</h1>" in copy
        assert "All of this may stay empty" in copy

    def test_a_choice_of_the_form_is_not_put_into_the_persons_mouth(self, web: TestClient, resources: Resources) -> None:
        fill(web, account="yes", message="All of it, please.")
        (receipt,) = receipts(resources)
        vault = resources.vault.case(receipt.case_id)
        assert receipt.message is not None
        assert receipt.subject is not None
        assert vault.open("case_receipt", "message", str(receipt.case_id), receipt.message) == b"All of it, please."
        subject = vault.open("case_receipt", "subject", str(receipt.case_id), receipt.subject)
        assert json.loads(subject)["relation"] == "customer"

    def test_a_complaint_is_one_link_away_and_names_the_request_that_is_open(
        self, web: TestClient, opened_case: CaseInHand
    ) -> None:
        assert 'href="/complain"' in web.get("/").text
        assert opened_case.reference not in web.get("/complain").text
        followed = web.get(f"/follow/{a_link(opened_case, 'follow')}").text
        assert 'href="/complain"' in followed
        page = web.get("/complain").text
        assert hidden(page)["rights"] == "complaint"
        assert hidden(page)["concerns"] == opened_case.reference
        assert (
            f"You are writing a complaint to us about how your data was handled, under your request {opened_case.reference}."
            in page
        )
        wrong = web.post("/", data=self._kept(page) | {"step": "help", "email": "r@example.com", "concerns": "HAB"})
        assert 'id="concerns-fault"' in wrong.text

    @pytest.mark.parametrize(
        ("right", "account", "asked"), [("rectification", "", False), ("rectification", "no", True), ("access", "", True)]
    )
    def test_where_a_picture_can_be_seen_is_asked_where_one_may_be_meant(
        self, web: TestClient, right: str, account: str, *, asked: bool
    ) -> None:
        page = web.post("/", data={"step": "about", "rights": right, "email": "r@example.com", "account": account}).text
        assert "Anything that helps us find it" in page
        assert ("Where can the picture or text about you be seen?" in page) is asked

    def _kept(self, page: str) -> dict[str, object]:
        fields: dict[str, object] = {**hidden(page)}
        rights = re.findall(r'name="rights" value="(\w+)"', page)
        return fields | ({"rights": rights} if 'type="hidden" name="rights"' in page else {})
