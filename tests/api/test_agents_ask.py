"""Somebody asks for the person: who, on what ground, where each is reached; and the proof of it is looked at."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from activities.case_log import CaseLog
from activities.correspondence import Correspondence
from adapters.database.case_reader import CaseReader
from adapters.database.tables import CaseIdentifierRow, CaseReceipt, IdentityEvidence, Note
from adapters.resources import Resources
from domain.events import CaseEvent
from domain.first_events import first_events
from domain.identity import Doubt
from domain.identity_decisions import agents_address
from domain.messages import CaseRef, RecordEvents, SendLetter
from domain.rights import Role
from tests import post_office
from tests.api.visiting import fill, hidden, marks
from tests.at_console import AtConsole
from tests.case_in_hand import posting, token_in
from tests.factories import MONDAY

SignIn = Callable[..., AtConsole]
Key = Callable[..., dict[str, str]]
PERSON, LAWYER = "ruth@post.example", "office@lawyers.example"
AGENT = {"agent": "Mary Quill, Quill & Partners", "mandate": "lawyer", "agent_email": LAWYER}


def opened(resources: Resources) -> CaseReceipt:
    """The one case, its first events recorded as its workflow does."""
    with resources.database.read() as session:
        receipt = session.exec(select(CaseReceipt)).one()
    log = CaseLog(resources)
    drafts = first_events(log.read_opening(CaseRef(case_id=receipt.case_id)))
    events = [
        CaseEvent(sequence=number, tag=draft.tag, at=MONDAY, actor=draft.actor, facts=draft.facts)
        for number, draft in enumerate(drafts, start=1)
    ]
    log.record_case_event(RecordEvents(case_id=receipt.case_id, command_id="run:1", events=events))
    return receipt


def stands(resources: Resources, receipt: CaseReceipt) -> None:
    """The person is written to, the agent's address leads nowhere, and their word is a doubt."""
    state = CaseReader(resources).get(receipt.case_id).state
    vault = resources.vault.case(receipt.case_id)
    assert receipt.subject is not None
    said = json.loads(vault.open("case_receipt", "subject", str(receipt.case_id), receipt.subject))
    assert (said["agent"], said["mandate"]) == (AGENT["agent"], "lawyer")
    with resources.database.read() as session:
        rows = session.exec(select(CaseIdentifierRow).where(CaseIdentifierRow.case_id == receipt.case_id)).all()
    index = {row.value_index: row.id for row in rows}
    person, lawyer = (index[resources.vault.index_email(each)] for each in (PERSON, LAWYER))
    assert state.delivery_address == person
    assert [state.identifiers[each].agent for each in (person, lawyer)] == [False, True]
    assert Doubt.AGENT in state.doubts


def test_by_api(web: TestClient, key: Key, resources: Resources) -> None:
    agent = {"name": AGENT["agent"], "mandate": "lawyer", "email": LAWYER}
    body = {"rights": ["access"], "subject": {"email": PERSON}, "agent": agent}
    headers = key(Role.PLATFORM)
    assert (
        web.post("/api/v1/requests", json={**body, "agent": {**agent, "mandate": "friend"}}, headers=headers).status_code == 422
    )
    assert web.post("/api/v1/requests", json=body, headers=headers).status_code == 201
    stands(resources, opened(resources))


def test_at_the_console_with_the_ground_beside_the_person(at_console: SignIn, resources: Resources) -> None:
    person = at_console(Role.CASEWORKER)
    form = {"channel": "letter", "relation": "agent", "day": "2026-11-23", "rights": "access", "email": PERSON, **AGENT}
    mark = hidden(person.get("/console/cases/new").text)["mark"]
    same = person.post("/console/cases/new", {**form, "mark": mark, "agent_email": PERSON})
    assert "the person\u2019s own address" in same.text.replace("&#8217;", "\u2019").replace("&#39;", "\u2019")
    person.post("/console/cases/new", {**form, "mark": mark})
    receipt = opened(resources)
    stands(resources, receipt)
    page = " ".join(person.get(f"/console/cases/{receipt.reference}").text.split())
    assert "asks for them, as their lawyer" in page
    assert "never searched with" in page
    assert "actions/record_authority" in page


def test_by_form_and_the_mandate_is_handed_in_there_once_and_looked_at(
    web: TestClient, at_console: SignIn, resources: Resources
) -> None:
    answer = fill(web, email=PERSON, **AGENT)
    assert "We have your request" in answer.text
    receipt = opened(resources)
    stands(resources, receipt)
    page = web.get("/receipt").text
    assert "Your mandate" in page
    command = page.partition('name="command" value="')[2].partition('"')[0]
    file = ("mandate.jpg", b"\xff\xd8\xff\xe0 a letter of authority", "image/jpeg")
    wrong = web.post("/follow/evidence", data={"command": command}, files={"files": ("a.txt", b"words", "text/plain")})
    assert (wrong.status_code, "Send a photograph" in wrong.text) == (422, True)
    taken = web.post("/follow/evidence", data={"command": command}, files={"files": file})
    assert "Somebody looks at your mandate" in taken.text
    with resources.database.read() as session:
        (row,) = session.exec(select(IdentityEvidence)).all()
    assert row.blob is not None
    person = at_console(Role.CASEWORKER)
    assert f"/proofs/{row.id}" in person.get(f"/console/cases/{receipt.reference}").text
    path = f"/console/cases/{receipt.reference}/actions/record_authority"
    person.post(path, {"standing": "sufficient", "reason": "Letter of authority of 3 November."})
    assert CaseReader(resources).get(receipt.case_id).state.authority == "sufficient"
    assert "Your mandate" not in web.get("/receipt").text


def test_by_the_link_of_a_letter_that_says_nothing_of_the_person_an_agent_hands_the_mandate_in(
    web: TestClient, at_console: SignIn, resources: Resources
) -> None:
    fill(web, email=PERSON, **AGENT)
    receipt = opened(resources)
    person, actions = at_console(Role.CASEWORKER), f"/console/cases/{receipt.reference}/actions"
    person.post(f"{actions}/request_authority", {"question": "Please send a letter of authority that names this request."})
    with resources.database.read() as session:
        note = session.exec(select(Note.id).where(Note.author == person.person)).one()
    address = agents_address(CaseReader(resources).get(receipt.case_id).state)
    with post_office.opened() as office:
        asking = SendLetter(case_id=receipt.case_id, letter="authority", identifier=address, note=note)
        Correspondence(posting(resources, office.url)).send_letter(asking)
        (letter,) = office.kept
    assert letter.recipients == [LAWYER]
    assert "names this request" in letter.text
    assert PERSON not in letter.text
    path = f"/mandate/{token_in(letter, 'mandate')}"
    other = TestClient(web.app, base_url=str(web.base_url))  # another browser than the one that asked
    page = other.get(path)
    assert page.status_code == 200
    assert not any(said in page.text for said in (PERSON, "ruth", receipt.reference))
    command = page.text.partition('name="command" value="')[2].partition('"')[0]
    wrong = other.post(path, data={"command": command}, files={"files": ("a.txt", b"words", "text/plain")})
    assert (wrong.status_code, "Send a photograph" in wrong.text) == (422, True)
    file = ("mandate.jpg", b"\xff\xd8\xff\xe0 a letter of authority", "image/jpeg")
    taken = other.post(path, data={"command": command}, files={"files": file})
    assert "Somebody looks at it" in taken.text
    with resources.database.read() as session:
        (row,) = session.exec(select(IdentityEvidence)).all()
    assert f"/proofs/{row.id}" in person.get(f"/console/cases/{receipt.reference}").text
    enough = {"standing": "sufficient", "reason": "Letter of authority of 3 November."}
    assert person.post(f"{actions}/record_authority", enough).status_code == 303
    assert "You need send nothing" in other.get(path).text
    assert other.post(path, data={"command": command}, files={"files": file}).status_code == 409
    assert other.get("/follow").status_code == 410, "the link opens nothing of the case"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"agent": "", "mandate": "lawyer"}, "Enter your own name"),
        ({"agent_email": PERSON}, "are the same"),
        ({"mandate": "friend"}, "Choose a ground"),
    ],
)
def test_what_is_missing_of_an_agent_is_told_at_its_field(
    web: TestClient, resources: Resources, changes: dict[str, Any], told: str
) -> None:
    answer = fill(web, email=PERSON, **{**AGENT, **changes})
    assert (answer.status_code, told in answer.text) == (422, True)
    with resources.database.read() as session:
        assert session.exec(select(CaseReceipt)).all() == []


def test_whoever_asks_for_themselves_hands_in_no_mandate(web: TestClient, resources: Resources) -> None:
    fill(web, email=PERSON)
    opened(resources)
    page = web.get("/receipt").text
    assert "Your mandate" not in page
    command = " ".join(marks(page).values())
    file = ("mandate.jpg", b"\xff\xd8\xff\xe0 a letter", "image/jpeg")
    assert web.post("/follow/evidence", data={"command": command}, files={"files": file}).status_code == 409
