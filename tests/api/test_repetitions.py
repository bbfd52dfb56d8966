"""The same wish twice: at once, after the case went on, after its workflow is gone. It happens once and is answered alike."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from adapters.database.tables import Attempt, CaseIdentifierRow, CaseReceipt, CaseRecord, CommandRow, Note
from adapters.resources import Resources
from domain.rights import Role
from tests.api.conftest import FakeGateway
from tests.api.test_actions import WORDS, act, fresh_code, rows
from tests.case_in_hand import ADDRESS, CaseInHand

Key = Callable[..., dict[str, str]]
LEAD = Role.PRIVACY_LEAD
ONE = {"Idempotency-Key": ADDRESS}
AT_ONCE = 8


def at_once(send: Callable[[], Any]) -> list[Any]:
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return [answer.result() for answer in [threads.submit(send) for _ in range(AT_ONCE)]]


def test_requests_at_once_under_one_key_are_one_case(web: TestClient, key: Key, resources: Resources) -> None:
    headers, body = key() | ONE, {"rights": ["access"], "subject": {"email": ADDRESS, "country": "GB"}}
    answers = at_once(lambda: web.post("/api/v1/requests", json=body, headers=headers))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["reference"] for answer in answers}) == 1
    (receipt,) = rows(resources, CaseReceipt)
    for bare in (sha256(ADDRESS.encode()).hexdigest(), ADDRESS):
        assert bare not in {receipt.idempotency_key, receipt.body_hash}


def test_a_request_sent_again_has_its_case_started_if_the_first_start_was_lost_and_never_after_that(
    web: TestClient, key: Key, gateway: FakeGateway, resources: Resources
) -> None:
    headers, body = key() | ONE, {"rights": ["access"], "subject": {"email": ADDRESS, "country": "GB"}}
    for _ in range(2):
        web.post("/api/v1/requests", json=body, headers=headers)
    (receipt,) = rows(resources, CaseReceipt)
    assert gateway.started == [receipt.case_id] * 2  # starting what runs changes nothing
    clock = {"safe_due": receipt.safe_due, "state": {}, "clock": {}, "updated_at": receipt.recorded_at}
    with resources.database.write() as session:
        session.add(CaseRecord(case_id=receipt.case_id, status="closed", sequence=9, head="", **clock))
    assert web.post("/api/v1/requests", json=body, headers=headers).status_code == 201
    assert len(gateway.started) == 2


@pytest.mark.parametrize(
    "wish",
    [
        ("send_message", {"text": WORDS}, Note),
        ("add_identifier", {"kind": "email", "value": "second@post.example"}, CaseIdentifierRow),
    ],
)
def test_actions_at_once_under_one_key_write_their_rows_once(
    web: TestClient, key: Key, opened_case: CaseInHand, gateway: FakeGateway, wish: tuple[str, object, type[Any]]
) -> None:
    (action, body, table), resources = wish, opened_case.resources
    headers, before = key() | ONE, len(rows(resources, table))
    answers = at_once(lambda: act(web, opened_case.reference, action, body, headers))
    assert {answer.status_code for answer in answers} == {200}
    assert len(rows(resources, table)) == before + 1
    (command,) = rows(resources, CommandRow)
    assert {call.command.model_dump_json() for call in gateway.calls} == {gateway.calls[0].command.model_dump_json()}
    assert ADDRESS not in command.id + command.body_hash
    assert WORDS not in str(command.payload)


def test_a_code_typed_again_under_one_key_is_one_try(
    web: TestClient, key: Key, opened_case: CaseInHand, resources: Resources
) -> None:
    code, headers = fresh_code(resources, opened_case), key() | ONE
    answers = [act(web, opened_case.reference, "confirm_identity_code", {"code": code}, headers) for _ in range(3)]
    assert [answer.json()["status"] for answer in answers] == ["collecting"] * 3
    assert len(rows(resources, Attempt)) == 1


def test_a_command_is_answered_after_the_workflow_is_gone_and_not_done_twice(
    web: TestClient, key: Key, opened_case: CaseInHand, gateway: FakeGateway
) -> None:
    headers = key(LEAD) | ONE
    body = {"reason": WORDS}
    first = act(web, opened_case.reference, "withdraw", body, headers)
    assert first.json()["status"] == "closed"
    (call,) = gateway.calls
    gateway.answers.clear()  # the engine forgets closed workflows after its retention
    place = f"/api/v1/cases/{opened_case.reference}/commands/{call.command_id}"
    asked = web.get(place, headers=headers)
    again = act(web, opened_case.reference, "withdraw", body, headers)
    assert [answer.status_code for answer in (asked, again)] == [200, 200]
    assert asked.json() == again.json() == first.json()
    assert len(gateway.calls) == 1


def test_a_command_that_a_closed_case_never_took_is_refused(
    web: TestClient, key: Key, opened_case: CaseInHand, gateway: FakeGateway
) -> None:
    headers = key(LEAD)
    gateway.silent = True
    handed_in = act(web, opened_case.reference, "hold", {"reason": WORDS}, headers)
    assert handed_in.status_code == 202
    gateway.silent = False
    act(web, opened_case.reference, "withdraw", {"reason": WORDS}, headers)
    asked = web.get(handed_in.headers["location"], headers=headers)
    assert (asked.status_code, asked.json()["status"], asked.json()["allowed_actions"]) == (409, "closed", ["reopen"])


def test_nothing_in_the_tables_is_a_bare_hash_of_what_was_sent(
    web: TestClient, key: Key, opened_case: CaseInHand, resources: Resources
) -> None:
    act(web, opened_case.reference, "send_message", {"text": WORDS}, key() | ONE)
    with resources.database.read() as session:
        (command,) = session.exec(select(CommandRow)).all()
    guesses = [text.encode() for text in (ADDRESS, WORDS, f'{{"text":"{WORDS}"}}', f'{{"text": "{WORDS}"}}')]
    assert not {sha256(guess).hexdigest() for guess in guesses} & {command.id, command.body_hash}
