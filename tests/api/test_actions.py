"""Commands by API: sealed, once, in the owner's name; refusals say what is possible."""

import itertools
import json
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from adapters.codes import issue_code
from adapters.database.intake import Receipt
from adapters.database.tables import CaseIdentifierRow, Caseworker, CommandRow, Note
from adapters.resources import Resources
from api.v1.bodies import SHAPES
from domain.authority import ROLES
from domain.rights import Role
from tests.api.conftest import FakeGateway
from tests.case_in_hand import ADDRESS, CaseInHand

Key = Callable[..., dict[str, str]]
WORDS = "Spoke to Ruth Adeyemi on the number we hold"
LEAD = Role.PRIVACY_LEAD


def act(web: TestClient, reference: str, action: str, body: object, headers: dict[str, str]) -> Any:  # noqa: ANN401 (httpx's own type has two names)
    return web.post(f"/api/v1/cases/{reference}/actions/{action}", json=body, headers=headers)


def rows(resources: Resources, table: type[Any]) -> list[Any]:
    with resources.database.read() as session:
        return list(session.exec(select(table)).all())


def fresh_code(resources: Resources, case: CaseInHand) -> str:
    with resources.database.write() as session:
        address = session.get(CaseIdentifierRow, case.mailbox)
        assert address is not None
        code = issue_code(session, resources.vault, address, "verify", datetime.now(UTC))
    assert code is not None
    return code


def test_an_action_is_the_owner_s_and_answers_with_the_case(
    web: TestClient, key: Key, opened_case: CaseInHand, gateway: FakeGateway, resources: Resources
) -> None:
    answer = act(web, opened_case.reference, "confirm_identity", {"reason": WORDS}, key(LEAD))
    assert answer.status_code == 200
    assert answer.json()["status"] == "collecting"
    assert answer.json()["identifiers"][0]["standing"] == "proven"
    (owner,) = rows(resources, Caseworker)
    assert gateway.calls[0].command.actor.person == f"caseworker:{owner.id}"
    assert gateway.calls[0].command.actor.role is LEAD


def test_the_mailbox_is_refused_as_proof_where_the_case_has_none(web: TestClient, key: Key, resources: Resources) -> None:
    case = CaseInHand(resources, email=None, channel="letter", name="Ruth Adeyemi")
    answer = act(web, case.reference, "confirm_identity", {"factors": ["mailbox"], "reason": WORDS}, key(LEAD))
    assert answer.status_code == 422
    assert "no mailbox" in answer.text
    assert not rows(resources, Note), "nothing of a refused command is kept"


def test_words_are_sealed_and_never_travel(
    web: TestClient, key: Key, opened_case: CaseInHand, gateway: FakeGateway, resources: Resources
) -> None:
    act(web, opened_case.reference, "confirm_identity", {"reason": f"  {WORDS}\n"}, key())
    (note,) = rows(resources, Note)
    assert resources.vault.case(opened_case.id).open("note", "text", str(note.id), note.text).decode() == WORDS
    assert gateway.calls[0].command.note == note.id
    assert "Ruth" not in gateway.calls[0].model_dump_json()
    with sqlite3.connect(str(resources.database.url.database)) as database:
        assert not [line for line in database.iterdump() if "Ruth" in line]
    database.close()


def test_the_same_key_is_one_command(
    web: TestClient, key: Key, opened_case: CaseInHand, gateway: FakeGateway, resources: Resources
) -> None:
    headers = key() | {"Idempotency-Key": ADDRESS}
    answers = [act(web, opened_case.reference, "confirm_identity", {"reason": WORDS}, headers) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert answers[0].json() == answers[2].json()
    assert len({call.command_id for call in gateway.calls}) == 1
    assert len({call.command.model_dump_json() for call in gateway.calls}) == 1
    assert [len(rows(resources, table)) for table in (Note, CommandRow)] == [1, 1]
    assert ADDRESS not in repr(rows(resources, CommandRow))


@pytest.mark.parametrize("where", ["same case", "other case"])
def test_the_same_key_for_something_else_is_refused(
    web: TestClient, key: Key, opened_case: CaseInHand, resources: Resources, where: str
) -> None:
    headers = key() | {"Idempotency-Key": "one"}
    reference = opened_case.reference if where == "same case" else CaseInHand(resources).reference
    act(web, opened_case.reference, "confirm_identity", {"reason": WORDS}, headers)
    other = {"reason": "Something else"} if where == "same case" else {"reason": WORDS}
    answer = act(web, reference, "confirm_identity", other, headers)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/idempotency-mismatch")


def test_each_key_and_each_action_has_a_space_of_its_own(
    web: TestClient, key: Key, opened_case: CaseInHand, gateway: FakeGateway
) -> None:
    one = {"Idempotency-Key": "one"}
    for headers in (key(LEAD), key(LEAD)):
        assert act(web, opened_case.reference, "send_message", {"text": WORDS}, headers | one).status_code == 200
    assert act(web, opened_case.reference, "hold", {"reason": WORDS}, key(LEAD) | one).status_code == 200
    assert len({call.command_id for call in gateway.calls}) == 3


def test_a_malformed_idempotency_key_is_refused(web: TestClient, key: Key, opened_case: CaseInHand) -> None:
    answer = act(web, opened_case.reference, "hold", {"reason": WORDS}, key(LEAD) | {"Idempotency-Key": "x" * 256})
    assert (answer.status_code, answer.json()["field"]) == (422, "Idempotency-Key")


def test_what_is_not_possible_now_says_what_is(web: TestClient, key: Key, opened_case: CaseInHand) -> None:
    answer = act(web, opened_case.reference, "approve_package", {"sha256": "a" * 64}, key(Role.REVIEWER))
    assert (answer.status_code, answer.headers["content-type"]) == (409, "application/problem+json")
    problem = answer.json()
    assert (problem["type"], problem["status"]) == ("/problems/not-allowed-now", "verifying_identity")
    assert problem["allowed_actions"] == ["add_note"]  # a reviewer decides nothing here; others do
    lead = act(web, opened_case.reference, "prepare_package", {}, key(LEAD)).json()
    assert {"confirm_identity", "withdraw", "hold"} <= set(lead["allowed_actions"])


def test_an_unanswered_command_has_a_place_to_ask_at(
    web: TestClient, key: Key, opened_case: CaseInHand, gateway: FakeGateway
) -> None:
    gateway.silent = True
    headers = key() | {"Idempotency-Key": "one"}
    answer = act(web, opened_case.reference, "confirm_identity", {"reason": WORDS}, headers)
    assert (answer.status_code, list(answer.json())) == (202, ["command"])
    place = answer.headers["location"]
    assert place == f"/api/v1/cases/{opened_case.reference}/commands/{answer.json()['command']}"
    assert web.get(place, headers=headers).status_code == 202
    gateway.silent = False
    assert web.get(place, headers=headers).status_code == 202  # it never reached the engine
    act(web, opened_case.reference, "confirm_identity", {"reason": WORDS}, headers)
    assert web.get(place, headers=headers).json()["status"] == "collecting"


def test_a_command_is_found_in_its_own_case_only(
    web: TestClient, key: Key, opened_case: CaseInHand, resources: Resources, gateway: FakeGateway
) -> None:
    act(web, opened_case.reference, "confirm_identity", {"reason": WORDS}, key())
    command = gateway.calls[0].command_id
    assert web.get(f"/api/v1/cases/{CaseInHand(resources).reference}/commands/{command}", headers=key()).status_code == 404


def test_a_code_confirms_and_never_travels(
    web: TestClient, key: Key, opened_case: CaseInHand, gateway: FakeGateway, resources: Resources
) -> None:
    code, platform = fresh_code(resources, opened_case), key(Role.PLATFORM)
    wrong = f"{(int(code) + 1) % 10**8:08d}"
    refused = act(web, opened_case.reference, "confirm_identity_code", {"code": wrong}, platform)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/code-refused")
    assert "confirm_identity_code" in refused.json()["allowed_actions"]
    answer = act(web, opened_case.reference, "confirm_identity_code", {"code": f"{code[:4]} {code[4:]}"}, platform)
    assert (answer.status_code, answer.json()["status"]) == (200, "collecting")
    assert code not in json.dumps([call.model_dump(mode="json") for call in gateway.calls])


def test_where_no_code_is_alive_guessing_reaches_nobody(
    web: TestClient, key: Key, opened_case: CaseInHand, gateway: FakeGateway
) -> None:
    answer = act(web, opened_case.reference, "confirm_identity_code", {"code": "12345678"}, key(Role.PLATFORM))
    assert (answer.status_code, gateway.calls) == (409, [])


def test_a_fresh_code_goes_to_the_delivery_address_unless_said_otherwise(
    web: TestClient, key: Key, opened_case: CaseInHand, gateway: FakeGateway, resources: Resources
) -> None:
    assert act(web, opened_case.reference, "request_code", {}, key(Role.PLATFORM)).status_code == 200
    assert gateway.calls[0].command.model_dump()["identifier"] == opened_case.mailbox
    foreign = CaseInHand(resources).mailbox
    for identifier in (foreign, uuid4()):
        answer = act(web, opened_case.reference, "request_code", {"identifier": str(identifier)}, key())
        assert (answer.status_code, answer.json()["field"]) == (422, "identifier")


def test_a_mailbox_that_had_its_codes_gets_no_more(
    web: TestClient, key: Key, opened_case: CaseInHand, resources: Resources
) -> None:
    for _ in range(5):
        fresh_code(resources, opened_case)
    answer = act(web, opened_case.reference, "request_code", {}, key(Role.PLATFORM))
    assert (answer.status_code, answer.json()["type"]) == (429, "/problems/no-codes-left")
    a_day = 24 * 60 * 60
    assert a_day < int(answer.headers["retry-after"]) <= a_day + 10 * 60
    assert rows(resources, CommandRow) == []


def test_an_identifier_is_sealed_and_only_claimed(
    web: TestClient, key: Key, opened_case: CaseInHand, gateway: FakeGateway, resources: Resources
) -> None:
    body = {"kind": "email", "value": "Second@Post.example"}
    answer = act(web, opened_case.reference, "add_identifier", body, key(Role.PLATFORM))
    added = answer.json()["identifiers"][-1]
    assert (added["kind"], added["standing"]) == ("email", "claimed")
    assert "post.example" not in answer.text
    assert "post.example" not in gateway.calls[0].model_dump_json()
    with resources.database.read() as session:
        row = session.get(CaseIdentifierRow, UUID(added["id"]))
    assert row is not None
    assert row.value_index == resources.vault.index_email("second@post.example")
    again = act(web, opened_case.reference, "add_identifier", body | {"value": "second@post.example"}, key(Role.PLATFORM))
    assert again.status_code == 422
    assert "has this identifier already" in again.text


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "shoe_size", "value": "44"}, "kind"),
        ({"kind": "email", "value": "nobody"}, "email"),
        ({"kind": "email", "value": "m\u202eike@post.example"}, "email"),
        ({"kind": "E-mail", "value": "a@post.example"}, "kind"),
        ({"kind": "email"}, "value"),
    ],
)
def test_an_identifier_that_cannot_be_is_refused(
    web: TestClient, key: Key, opened_case: CaseInHand, body: dict[str, str], field: str
) -> None:
    answer = act(web, opened_case.reference, "add_identifier", body, key())
    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_a_duplicate_goes_into_a_case_that_is_there(
    web: TestClient, key: Key, opened_case: CaseInHand, resources: Resources, gateway: FakeGateway
) -> None:
    other = CaseInHand(resources)
    other.proven()
    for into in ("HAB-00000000", str(uuid4()), "no case", "x" * 40):
        answer = act(web, opened_case.reference, "merge_duplicate", {"into": into, "reason": WORDS}, key())
        assert (answer.status_code, answer.json()["field"]) == (422, "into")
    answer = act(web, opened_case.reference, "merge_duplicate", {"into": other.reference, "reason": WORDS}, key())
    assert (answer.json()["status"], answer.json()["outcome"]) == ("closed", "duplicate")
    assert gateway.calls[0].command.model_dump()["into"] == other.id


def test_a_key_of_somebody_who_lost_the_role_keeps_nothing(
    web: TestClient, key: Key, opened_case: CaseInHand, resources: Resources
) -> None:
    headers = key(LEAD)
    with resources.database.write() as session:
        session.exec(select(Caseworker)).one().role = Role.AUDITOR.value
    assert act(web, opened_case.reference, "hold", {"reason": WORDS}, headers).status_code == 403


def test_a_malformed_body_is_refused_by_every_action(web: TestClient, key: Key, case: Receipt, gateway: FakeGateway) -> None:
    headers = key(LEAD) | {"Content-Type": "application/json"}
    for action, body in itertools.product(SHAPES, ("{", '{"surprise": 1}', "[]", '"text"')):
        if LEAD not in ROLES[action]:
            continue  # a legal reviewer meets a case once something in it is privileged: tests/api
        answer = web.post(f"/api/v1/cases/{case.reference}/actions/{action.value}", content=body, headers=headers)
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json"), action
        assert (answer.json()["type"], gateway.calls) == ("/problems/invalid-input", []), action


def test_the_published_example_of_every_action_is_understood(web: TestClient) -> None:
    paths = web.get("/openapi.json").json()["paths"]
    for action, shape in SHAPES.items():
        if shape.files == "evidence":
            continue  # its content is a file
        shape.body.model_validate_json(json.dumps(shape.example))
        published = paths[f"/api/v1/cases/{{reference}}/actions/{action.value}"]["post"]
        assert published["requestBody"]["content"]["application/json"]["example"] == shape.example, action
