"""The actions of the clock by API: words for the person apart from the internal reason, both sealed."""

from collections.abc import Callable
from uuid import UUID

from fastapi.testclient import TestClient
from sqlmodel import select

from adapters.database.tables import Note
from adapters.resources import Resources
from domain.commands import DecideComplaint, ExtendDeadline, LinkComplaint, ProposeRefusal, RequestClarification
from domain.rights import Right, Role
from tests.api.conftest import FakeGateway
from tests.case_in_hand import CaseInHand

Key = Callable[..., dict[str, str]]
INSIDE, TOLD = "Offered to withdraw for money on the phone", "You asked us for money to withdraw your request."


def act(web: TestClient, case: CaseInHand, action: str, body: object, headers: dict[str, str]) -> int:
    return web.post(f"/api/v1/cases/{case.reference}/actions/{action}", json=body, headers=headers).status_code


def words_of(resources: Resources, case: CaseInHand, note_id: UUID | None) -> str:
    with resources.database.read() as session:
        note = session.exec(select(Note).where(Note.id == note_id)).one()
    return resources.vault.case(case.id).open("note", "text", str(note.id), note.text).decode()


def test_a_refusal_keeps_the_internal_reason_apart_from_what_the_person_reads(
    web: TestClient, key: Key, opened_case: CaseInHand, gateway: FakeGateway, resources: Resources
) -> None:
    opened_case.proven()
    body = {"ground": "manifestly_unfounded", "reason": INSIDE, "text": TOLD}
    assert act(web, opened_case, "propose_refusal", {**body, "text": " "}, key(Role.PRIVACY_LEAD)) == 422
    assert act(web, opened_case, "propose_refusal", body, key(Role.PRIVACY_LEAD)) == 200
    command = gateway.calls[-1].command
    assert isinstance(command, ProposeRefusal)
    assert words_of(resources, opened_case, command.note) == INSIDE
    assert words_of(resources, opened_case, command.text) == TOLD
    assert not {INSIDE, TOLD} & set(gateway.calls[-1].model_dump_json().split('"'))


def test_an_extension_takes_one_of_two_grounds_and_a_reason(
    web: TestClient, key: Key, opened_case: CaseInHand, gateway: FakeGateway
) -> None:
    body = {"ground": "complexity", "reason": "Four archives are searched by hand."}
    assert act(web, opened_case, "extend_deadline", {**body, "ground": "holidays"}, key(Role.PRIVACY_LEAD)) == 422
    assert act(web, opened_case, "extend_deadline", {"ground": "number"}, key(Role.PRIVACY_LEAD)) == 422
    assert act(web, opened_case, "extend_deadline", body, key(Role.PRIVACY_LEAD)) == 200
    command = gateway.calls[-1].command
    assert isinstance(command, ExtendDeadline)
    assert command.ground == "complexity"


def test_a_question_is_sealed(
    web: TestClient, key: Key, opened_case: CaseInHand, gateway: FakeGateway, resources: Resources
) -> None:
    assert act(web, opened_case, "request_clarification", {"question": "Which account?"}, key(Role.PRIVACY_LEAD)) == 200
    command = gateway.calls[-1].command
    assert isinstance(command, RequestClarification)
    assert words_of(resources, opened_case, command.note) == "Which account?"


def test_a_complaint_is_linked_by_reference_and_decided_by_somebody_who_was_not_involved(
    web: TestClient, key: Key, opened_case: CaseInHand, gateway: FakeGateway, resources: Resources
) -> None:
    complaint = CaseInHand(resources, rights=[Right.COMPLAINT])
    assert act(web, opened_case, "link_complaint", {"about": complaint.reference}, key()) == 409  # that one is no complaint
    assert act(web, complaint, "link_complaint", {"about": "HAB-00000000"}, key()) == 422
    assert act(web, complaint, "link_complaint", {"about": opened_case.reference}, key()) == 200
    assert isinstance(gateway.calls[-1].command, LinkComplaint)
    involved = key(name="involved")
    assert act(web, opened_case, "confirm_identity", {"reason": "Known by voice."}, involved) == 200
    body = {"finding": "upheld", "reason": INSIDE, "text": TOLD}
    assert act(web, complaint, "decide_complaint", body, involved) == 403
    assert act(web, complaint, "send_progress", {"text": "So far."}, involved) == 403
    other = key(Role.REVIEWER)
    assert act(web, complaint, "send_progress", {"text": "So far."}, other) == 200
    assert act(web, complaint, "decide_complaint", {**body, "finding": "fulfilled"}, other) == 422
    assert act(web, complaint, "decide_complaint", body, other) == 200
    command = gateway.calls[-1].command
    assert isinstance(command, DecideComplaint)
    assert words_of(resources, complaint, command.text) == TOLD
    told = web.get(f"/api/v1/cases/{complaint.reference}", headers=other).json()["complaint"]
    assert (told["finding"], told["about"]) == ("upheld", [str(opened_case.id)])
