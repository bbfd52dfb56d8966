"""A follow link lies about for months: with it alone nobody ends a request or reads what was written; a fresh code does both."""

from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from adapters.codes import TRIES, CodePurpose
from adapters.database.case_reader import CaseReader
from adapters.database.identifiers import identifier_row
from adapters.database.tables import Code
from adapters.links import make_link
from domain.events import Tag
from domain.rights import Outcome, Status
from tests.api.visiting import a_code, a_link, hidden, marks, status_of
from tests.case_in_hand import CaseInHand


def _wrote(case: CaseInHand, web: TestClient) -> None:
    page = web.get("/follow").text
    assert web.post("/follow/message", data=hidden(page) | {"text": "Something private."}).status_code == 200
    case.sequence = CaseReader(case.resources).get(case.id).state.sequence


@pytest.fixture
def known(opened_case: CaseInHand, web: TestClient) -> CaseInHand:
    """A case of a person who proved their mailbox, visited by a follow link of a later letter."""
    opened_case.proven()
    web.get(f"/follow/{a_link(opened_case, 'follow')}")
    _wrote(opened_case, web)
    return opened_case


def test_withdrawing_takes_a_fresh_code_and_so_does_reading(web: TestClient, known: CaseInHand) -> None:
    assert "Something private." not in web.get("/follow").text
    page = web.get("/follow/withdraw")
    assert page.url.path == "/follow/prove"
    assert web.post("/follow/withdraw", data=marks(page.text)).url.path == "/follow/prove"
    assert status_of(known)[0] is not Status.CLOSED
    sent = web.post("/follow/prove/send", data=marks(page.text) | {"then": "withdraw"}).text
    assert "Eight digits" in sent
    wrong = web.post("/follow/prove", data=marks(sent) | {"then": "withdraw", "code": "00000000"})
    assert (wrong.status_code, wrong.url.path) == (422, "/follow/prove")
    assert 'value="00000000"' in wrong.text
    asked = web.post("/follow/prove", data=marks(sent) | {"then": "withdraw", "code": a_code(known, "visit")})
    assert asked.url.path == "/follow/withdraw"
    assert "Something private." in web.get("/follow").text
    web.post("/follow/withdraw", data=marks(asked.text))
    assert status_of(known) == (Status.CLOSED, Outcome.WITHDRAWN)
    ended = web.get("/follow").text
    assert "This request is closed" in ended
    assert not [told for told in ("We collected your data", "We checked it", "You have our answer") if told in ended], (
        "it never was"
    )


def test_guessing_a_code_ends_with_its_tries_and_opens_nothing(web: TestClient, known: CaseInHand) -> None:
    code, page = a_code(known, "visit"), web.get("/follow/prove").text
    for number in range(TRIES):
        assert web.post("/follow/prove", data=marks(page) | {"code": f"{number:08d}"}).status_code == 422
    assert web.post("/follow/prove", data=marks(page) | {"code": code}).status_code == 422
    with known.resources.database.read() as session:
        assert session.exec(select(Code.used_at)).one() is None


@pytest.mark.parametrize("purpose", ["verify", "open_package"])
def test_a_code_for_something_else_is_none_here(web: TestClient, known: CaseInHand, purpose: CodePurpose) -> None:
    page = web.get("/follow/prove").text
    assert web.post("/follow/prove", data=marks(page) | {"code": a_code(known, purpose)}).status_code == 422


def test_not_me_by_the_link_alone_holds_what_is_known_and_ends_nothing(web: TestClient, known: CaseInHand) -> None:
    page = web.get("/follow/not-me").text
    assert "until a person has looked into it" in page
    told = web.post("/follow/not-me", data=marks(page)).text
    assert "Thank you for telling us" in told
    state = CaseReader(known.resources).get(known.id).state
    assert (state.disputed, state.status is Status.CLOSED) == (True, False)


def test_the_owner_of_a_further_address_withdraws_and_reads_nothing(web: TestClient, known: CaseInHand) -> None:
    vault, now = known.resources.vault, datetime.now(UTC)
    with known.resources.database.write() as session:
        row = identifier_row(vault, known.id, "email", "other@example.com", added_by="subject", now=now)
        session.add(row)
        session.flush()
        token = make_link(session, known.id, "follow", row.id, now)
    known.happen(Tag.IDENTIFIER_CLAIMED, identifier=str(row.id), kind="email")
    known.happen(Tag.IDENTIFIER_PROVEN, identifier=str(row.id), how="code")
    web.get(f"/follow/{token}")
    page = web.get("/follow/withdraw").text
    assert "Only the address that the answer goes to" in page
    form = marks(web.get("/follow").text)
    assert web.post("/follow/prove/send", data=form).status_code == 409
    assert web.post("/follow/prove", data=form | {"code": a_code(known, "visit")}).status_code == 422
    assert status_of(known)[0] is not Status.CLOSED
