"""What strangers try at the portal: guessing codes, finding out who is known, and speaking through our letters.

`security.md` section 5, tests 13, 14 and 15.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import event
from sqlmodel import func, select

from activities.correspondence import Correspondence
from adapters.codes import CODES, TRIES, issue_code
from adapters.database.tables import Attempt, CaseIdentifierRow, Code
from adapters.resources import Resources
from api.app import create_app
from api.portal import limits
from domain.messages import SendLetter
from tests import post_office
from tests.api.conftest import FakeGateway
from tests.api.visiting import a_code, a_link, fill, hidden, marks, receipts
from tests.case_in_hand import CaseInHand, posting

MAILBOX = "ruth.adeyemi@post.imaginella.example"


def from_network(app: FastAPI, number: int) -> TestClient:
    """A browser of its own, in a network of its own."""
    return TestClient(app, base_url="http://127.0.0.1", client=(f"10.{number}.0.1", 5000))


@contextmanager
def processes(resources: Resources, gateway: FakeGateway) -> Iterator[tuple[FastAPI, FastAPI]]:
    """Two web processes over the same database."""
    first, second = create_app(resources, gateway), create_app(resources, gateway)
    with TestClient(first), TestClient(second):
        yield first, second


@contextmanager
def statements(resources: Resources) -> Iterator[list[str]]:
    """Every statement that reaches the database meanwhile, without its values."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(resources.database.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(resources.database.engine, "before_cursor_execute", note)


class TestGuessing:
    """13: fifty cases, fifty networks, one mailbox."""

    def test_at_most_25_tries_in_all_and_the_owner_is_told_and_still_gets_in(
        self, resources: Resources, gateway: FakeGateway
    ) -> None:
        cases = [CaseInHand(resources) for _ in range(50)]
        with processes(resources, gateway) as apps:
            for number, case in enumerate(cases):
                self._guess(from_network(apps[number % 2], number), case)
            with resources.database.read() as session:
                assert session.exec(select(func.sum(Code.tries))).one() == CODES * TRIES == 25
                assert session.exec(select(func.count()).select_from(Attempt)).one() == 25
            with post_office.opened() as office:
                cases[-1].resources = posting(resources, office.url)
                cases[-1].send("verify_identity")
                assert "25" in office.kept[-1].text
            web, path = from_network(apps[0], 99), f"/verify/{a_link(cases[-1], 'verify')}"
            assert web.post(path, data=hidden(web.get(path).text)).url.path == "/follow"

    def _guess(self, web: TestClient, case: CaseInHand) -> None:
        with case.resources.database.write() as session:
            address = session.get_one(CaseIdentifierRow, case.mailbox)
            code = issue_code(session, case.resources.vault, address, "verify", datetime.now(UTC))
        page = web.get(f"/follow/{a_link(case, 'follow')}").text
        for wrong in range(1, TRIES + 3):
            guess = f"{(int(code or 0) + wrong) % 10**8:08d}"
            assert web.post("/follow/code", data=marks(page) | {"code": guess}).status_code == 422


class TestTelling:
    """14: whether an address is known shows in nothing. Work is counted and not timed, so a busy machine cannot hide it."""

    def test_a_request_costs_the_same_work_for_a_known_and_an_unknown_address(
        self, web: TestClient, resources: Resources, gateway: FakeGateway
    ) -> None:
        CaseInHand(resources)
        fill(web, email="first@example.com")  # whatever happens once per process has happened
        done = {}
        for address in (MAILBOX, "nobody.knows@post.imaginella.example"):
            form = marks(web.get("/").text) | {"step": "check", "rights": "access", "email": address}
            started = len(gateway.started)
            with statements(resources) as seen:
                answer = web.post("/", data=form, follow_redirects=False)
            headers = {name: value for name, value in answer.headers.items() if name != "set-cookie"}
            cookie = answer.headers["set-cookie"].partition(";")[2], len(answer.headers["set-cookie"])
            done[address] = (answer.status_code, answer.content, headers, cookie, seen, len(gateway.started) - started)
        known, unknown = done.values()
        assert known == unknown
        assert known[4]

    def test_both_get_the_same_letters(self, resources: Resources) -> None:
        known = CaseInHand(resources)
        again, unknown = CaseInHand(resources), CaseInHand(resources, email="nobody.knows@post.imaginella.example")
        told = []
        for case in (again, unknown):
            with post_office.opened() as office, statements(resources) as seen:
                case.resources = posting(resources, office.url)
                for letter in ("request_received", "verify_identity"):
                    case.send(letter)
                told.append((len(office.kept), [kept.text.count("\n") for kept in office.kept], seen))
        assert told[0] == told[1]
        assert known.id != again.id

    def test_a_wrong_code_and_no_code_at_all_are_told_the_same(self, web: TestClient, opened_case: CaseInHand) -> None:
        page = web.get(f"/follow/{a_link(opened_case, 'follow')}").text
        before = web.post("/follow/code", data=marks(page) | {"code": "00000000"})
        code = a_code(opened_case, "verify")
        after = web.post("/follow/code", data=marks(page) | {"code": f"{(int(code) + 1) % 10**8:08d}"})
        assert before.status_code == after.status_code == 422
        assert "code does not work" in before.text
        assert "code does not work" in after.text


class TestSpeakingThroughUs:
    """15: nothing that a stranger typed stands in the first letters (M1)."""

    def test_no_script_no_link_and_no_line_of_a_stranger_reaches_a_mailbox(self, web: TestClient, resources: Resources) -> None:
        answer = fill(
            web,
            email="victim@example.com",
            name='<script>alert(1)</script> https://evil.example/pay "',
            username="evil-username",
            message="Pay here: https://evil.example/pay\r\nBcc: everybody@example.com\r\n\r\n<img src=x onerror=alert(1)>",
            seen_at="https://evil.example/seen",
            account="no",
        )
        assert answer.url.path == "/receipt"
        (receipt,) = receipts(resources)
        with post_office.opened() as office:
            self._send_both(posting(resources, office.url), receipt.case_id)
            kept = list(office.kept)
        assert len(kept) == 2
        for letter in kept:
            assert letter.recipients == ["victim@example.com"]
            raw = letter.raw.decode() + letter.text + letter.html
            for word in ("evil", "script", "onerror", "Bcc", "everybody"):
                assert word not in raw
            assert [name for name in letter.message if letter.message.get_all(name) != [letter.message[name]]] == []

    @pytest.mark.parametrize("field", ["name", "username", "phone"])
    @pytest.mark.parametrize("split", ["\r\nBcc: all@example.com", "\nSubject: pay", "\u2028x", "\x00"])
    def test_a_line_break_in_a_field_of_one_line_is_refused(
        self, web: TestClient, resources: Resources, field: str, split: str
    ) -> None:
        answer = fill(web, **{field: f"Ruth{split}"})
        assert answer.status_code == 422
        assert receipts(resources) == []

    def test_an_address_with_a_line_break_is_none(self, web: TestClient, resources: Resources) -> None:
        assert fill(web, email="a@example.com\r\nBcc: all@example.com").status_code == 422
        assert receipts(resources) == []

    def _send_both(self, resources: Resources, case_id: UUID) -> None:
        for letter in ("request_received", "verify_identity"):
            Correspondence(resources).send_letter(SendLetter(case_id=case_id, letter=letter, number=1))


def test_what_one_process_counted_counts_in_the_other(resources: Resources, gateway: FakeGateway) -> None:
    with processes(resources, gateway) as (first, second):
        for number in range(limits.REQUESTS.most):
            assert fill(from_network(first, number)).status_code == 200
        assert fill(from_network(second, 99)).status_code == 429
