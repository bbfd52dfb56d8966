"""Receiving requests by API: once, at the time it was received, by whoever may."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from adapters.database.case_reader import CaseReader
from adapters.database.intake import Receipt
from adapters.database.tables import CaseReceipt
from adapters.resources import Resources
from domain.rights import Role
from tests.api.conftest import ADDRESS, FakeGateway

Key = Callable[..., dict[str, str]]
URL = "/api/v1/requests"


def body(**changes: object) -> dict[str, Any]:
    return {"rights": ["access"], "subject": {"email": ADDRESS, "country": "GB"}} | changes


def test_a_request_is_received_and_started(web: TestClient, key: Key, resources: Resources, gateway: FakeGateway) -> None:
    answer = web.post(URL, json=body(), headers=key())
    assert answer.status_code == 201
    assert answer.json()["status"] == "received"
    view = CaseReader(resources).find(answer.json()["reference"])
    assert gateway.started == [view.receipt.case_id]
    assert answer.json()["legal_due"] == view.clock.legal_due.isoformat()  # type: ignore[union-attr]


def test_the_same_key_is_one_case_and_never_stored(web: TestClient, key: Key, resources: Resources, gateway: FakeGateway) -> None:
    headers = key() | {"Idempotency-Key": ADDRESS}
    answers = [web.post(URL, json=body(), headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert len(set(gateway.started)) == 1  # starting what runs changes nothing
    with resources.database.read() as session:
        (receipt,) = session.exec(select(CaseReceipt)).all()
    assert ADDRESS not in repr(receipt)


def test_the_same_key_with_another_body_is_refused(web: TestClient, key: Key) -> None:
    headers = key() | {"Idempotency-Key": "one"}
    web.post(URL, json=body(), headers=headers)
    answer = web.post(URL, json=body(rights=["erasure"]), headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/idempotency-mismatch")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"received_at": "2026-01-05T10:00:00"}, "received_at"),
        ({"received_at": (datetime.now(UTC) + timedelta(hours=1)).isoformat()}, "received_at"),
        ({"received_at": "0001-01-01T00:00:00Z"}, "received_at"),
        ({"rights": []}, "rights"),
        ({"rights": ["acess"]}, "rights.0"),
        ({"urgent": True}, "urgent"),
        ({"subject": {"email": "nobody"}}, "email"),
        ({"subject": {"email": "a@b\u202e.example"}}, "email"),
    ],
)
def test_what_cannot_be_a_request_is_refused_by_field(web: TestClient, key: Key, changes: dict[str, Any], field: str) -> None:
    answer = web.post(URL, json=body(**changes), headers=key())
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert answer.json()["field"] == field


def test_a_nul_in_any_text_is_refused_before_anything_keeps_it(web: TestClient, key: Key, case: Receipt) -> None:
    headers, subject = key(), {"email": "mike@example.com"}
    for path, body in (
        ("requests", {"rights": ["access"], "subject": subject, "message": "a\0b"}),
        ("requests", {"rights": ["access"], "subject": subject | {"name": "\0"}}),
        ("cases/search", {"query": "mike\0@example.com"}),
        (f"cases/{case.reference}/actions/add_note", {"text": "a\0b"}),
        (f"cases/{case.reference}/actions/add_note", {"text": "a", "\0": "b"}),
    ):
        answer = web.post(f"/api/v1/{path}", json=body, headers=headers)
        assert (answer.status_code, "NUL" in answer.text) == (422, True), (path, body, answer.text)


def test_what_was_sent_is_not_repeated(web: TestClient, key: Key) -> None:
    answer = web.post(URL, json=body(rights=["secret-word"], **{ADDRESS: 1}), headers=key())
    assert answer.status_code == 422
    assert "secret-word" not in answer.text
    assert ADDRESS not in answer.text


def test_a_body_that_is_too_large_is_not_read(web: TestClient, key: Key) -> None:
    answer = web.post(URL, json=body(message="x" * 1_100_000), headers=key())
    assert (answer.status_code, answer.json()["type"]) == (413, "/problems/too-large")


def test_a_body_without_a_length_is_counted(web: TestClient, key: Key) -> None:
    pieces = (b" " * 100_000 for _ in range(11))
    answer = web.post(URL, content=pieces, headers=key() | {"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["type"]) == (413, "/problems/too-large")


def test_an_assertion_of_nobody_we_know_is_refused(web: TestClient, key: Key) -> None:
    answer = web.post(URL, json=body(identity_assertion="a.b.c"), headers=key())
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/assertion-refused")


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR, Role.BREACH_RESPONDER])
def test_a_role_that_opens_no_case_is_refused_whatever_its_key_says(web: TestClient, key: Key, role: Role) -> None:
    assert web.post(URL, json=body(), headers=key(role)).status_code == 403


def test_a_key_of_the_platform_names_a_mailbox_ten_times_a_day(web: TestClient, key: Key) -> None:
    """Each naming sends the mailbox letters, and it may be a stranger's; what came before under the same key is no naming."""
    headers, url = key(Role.PLATFORM), "/api/v1/requests"
    first = headers | {"Idempotency-Key": "first"}
    assert web.post(url, headers=first, json=body()).status_code == 201
    assert [web.post(url, headers=headers, json=body()).status_code for _ in range(10)] == [201] * 9 + [429]
    assert web.post(url, headers=first, json=body()).status_code == 201
    assert web.post(url, headers=key(), json=body()).status_code == 201, "a colleague who opens a letter is asked for no patience"


def test_what_is_wrong_and_what_would_be_right_comes_with_a_correction(web: TestClient, key: Key, resources: Resources) -> None:
    said = {"wrong": "My street", "right": "Oak Row 4"}
    assert web.post(URL, json=body(correction=said), headers=key()).status_code == 422
    answer = web.post(URL, json=body(rights=["rectification"], correction=said), headers=key())
    assert answer.status_code == 201
    receipt = CaseReader(resources).find(answer.json()["reference"]).receipt
    assert receipt.correction
    vault = resources.vault.case(receipt.case_id)
    assert json.loads(vault.open("case_receipt", "correction", str(receipt.case_id), receipt.correction)) == said
