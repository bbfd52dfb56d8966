"""Proving the mailbox by link or code, and saying "this was not me"."""

from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import update

from adapters.codes import CODES
from adapters.database.case_reader import CaseReader
from adapters.database.tables import Link
from adapters.links import make_link
from domain.authority import Action
from domain.events import Tag
from domain.rights import Outcome, Right, Status
from tests.api.conftest import FakeGateway
from tests.api.visiting import a_code, a_link, hidden, status_of
from tests.case_in_hand import CaseInHand

UNTOLD = "hl1_" + "A" * 43


class TestVerify:
    def test_a_get_shows_and_spends_nothing(self, web: TestClient, opened_case: CaseInHand) -> None:
        path = f"/verify/{a_link(opened_case, 'verify')}"
        for _ in range(2):
            page = web.get(path).text
            assert "Is this your e-mail address?" in page
            assert "r\u2022\u2022\u2022@post.imaginella.example" in page
        assert status_of(opened_case)[0] is Status.VERIFYING_IDENTITY

    @pytest.mark.parametrize(
        ("right", "why", "else_"),
        [
            (Right.ACCESS, "so that nobody else gets your data", "Then nobody gets anything."),
            (Right.ERASURE, "so that nobody else has your data deleted", "Then nothing is deleted."),
            (Right.OBJECTION, "so that nobody else decides about your data", "Then we do not go on with it."),
        ],
    )
    def test_the_page_says_what_a_stranger_would_get_or_do(
        self, web: TestClient, opened_case: CaseInHand, right: Right, why: str, else_: str
    ) -> None:
        case = CaseInHand(opened_case.resources, rights=[right])
        page = web.get(f"/verify/{a_link(case, 'verify')}").text
        assert (why in page, else_ in page) == (True, True)

    @pytest.mark.parametrize(
        ("right", "said"),
        [
            (
                Right.ACCESS,
                ("asked us about personal data", "our answer also covers", "Then nobody gets what we hold under this"),
            ),
            (Right.ERASURE, ("asked us to delete personal data", "is deleted too", "Then nothing of this address is deleted.")),
            (Right.OBJECTION, ("asked us for something about", "it covers what we hold", "Then we leave this address out.")),
        ],
    )
    def test_a_further_address_reads_what_a_yes_would_do_with_what_is_its_own(
        self, web: TestClient, opened_case: CaseInHand, right: Right, said: tuple[str, ...]
    ) -> None:
        case = CaseInHand(opened_case.resources, rights=[right])
        further = case.second_address("nora@example.com")
        with case.resources.database.write() as session:
            token = make_link(session, case.id, "verify", further, datetime.now(UTC))
        page = web.get(f"/verify/{token}").text
        assert [words for words in said if words not in page] == []

    def test_the_button_proves_and_leads_to_the_request(self, web: TestClient, opened_case: CaseInHand) -> None:
        path = f"/verify/{a_link(opened_case, 'verify')}"
        answer = web.post(path, data=hidden(web.get(path).text))
        assert answer.url.path == "/follow"
        assert "We know that it is you" in answer.text
        assert status_of(opened_case)[0] is Status.COLLECTING
        assert "This address is confirmed" in web.get(path).text
        assert "This address is confirmed" in web.post(path, data={}).text

    def test_whoever_is_named_as_a_further_address_learns_where_their_data_would_go_and_reads_no_words_of_others(
        self, web: TestClient, opened_case: CaseInHand
    ) -> None:
        opened_case.proven()
        opened_case.happen(Tag.MESSAGE_SENT, note=str(opened_case.note("Something private.", "subject")))
        further = opened_case.second_address("nora@example.com")
        with opened_case.resources.database.write() as session:
            token = make_link(session, opened_case.id, "verify", further, datetime.now(UTC))
        page = web.get(f"/verify/{token}").text
        assert "so that nobody else gets your data" not in page
        assert "it goes to r\u2022\u2022\u2022@post.imaginella.example" in page
        answer = web.post(f"/verify/{token}", data=hidden(page))
        assert (answer.url.path, "Something private." in answer.text) == ("/follow", False)

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

    @pytest.mark.parametrize("ended", [False, True])
    def test_a_mailbox_that_had_its_codes_of_the_day_is_told_when_there_is_the_next(
        self, web: TestClient, opened_case: CaseInHand, gateway: FakeGateway, *, ended: bool
    ) -> None:
        path = f"/verify/{a_link(opened_case, 'verify')}"
        page = web.get(path).text
        if ended:
            with opened_case.resources.database.write() as session:
                session.execute(update(Link).values(expires_at=datetime.now(UTC) - timedelta(minutes=1)))
        for _ in range(CODES):
            a_code(opened_case, "verify")
        answer = web.post(f"{path}/new", data=hidden(page))
        assert answer.status_code == 422
        assert "codes of the day" in answer.text
        assert "mailto:" in answer.text
        assert gateway.calls == []  # no letter without a code goes out
        if not ended:  # the real owner finishes by the link all the same
            assert web.post(path, data=hidden(page)).url.path == "/follow"

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
        assert f'value="{(int(code) + 1) % 10**8:08d}"' in wrong.text, "what was typed can be compared and mended"
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
