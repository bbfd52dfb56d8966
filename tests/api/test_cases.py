"""Reading cases by API, exactly by the names that design section 11 promises."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from adapters.database.case_reader import CaseReader
from adapters.database.intake import Receipt
from adapters.database.tables import AccessLog
from adapters.resources import Resources
from domain.authority import ROLES
from domain.decisions import allowed_actions
from domain.events import Tag
from domain.rights import Role
from tests.api.conftest import ADDRESS
from tests.case_in_hand import CaseInHand
from tests.factories import MONDAY

Key = Callable[..., dict[str, str]]
URL = "/api/v1/cases"


def test_one_case_has_the_promised_names(web: TestClient, key: Key, case: Receipt) -> None:
    answer = web.get(f"{URL}/{case.reference}", headers=key()).json()
    promised = {
        "reference", "status", "outcome", "rights", "clock", "allowed_actions", "systems", "work_items", "package",
        "erasure_plan",
    }  # fmt: skip
    assert promised <= answer.keys()
    assert answer["status"] == "received"
    assert answer["rights"] == [{"right": "access", "status": "received", "outcome": None}]
    assert {"legal_due", "safe_due", "state", "sum"} <= answer["clock"].keys()
    assert {"step", "date", "source"} <= answer["clock"]["sum"][0].keys()
    assert answer["package"] is None


def test_lists_and_search_find_the_case(web: TestClient, key: Key, case: Receipt, resources: Resources) -> None:
    headers = key()
    listed = web.get(URL, params={"status": "received", "q": case.reference}, headers=headers).json()
    assert [line["reference"] for line in listed["items"]] == [case.reference]
    assert listed["next"] is None
    found = web.post(f"{URL}/search", json={"email": ADDRESS.upper()}, headers=headers).json()
    assert [line["reference"] for line in found["items"]] == [case.reference]
    with resources.database.read() as session:
        assert [row.action for row in session.exec(select(AccessLog)).all()] == ["search-person"]


@pytest.mark.parametrize(
    "parameters", [{"q": ADDRESS}, {"status": "pending"}, {"cursor": "\u00e9"}, {"limit": 0}, {"due_before": "x"}]
)
def test_a_list_that_cannot_be_is_refused(web: TestClient, key: Key, parameters: dict[str, str]) -> None:
    answer = web.get(URL, params=parameters, headers=key())
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-input")
    assert ADDRESS not in answer.text


@pytest.mark.parametrize("path", ["", "/events", "/commands/abc"])
def test_an_unknown_case_is_not_found(web: TestClient, key: Key, path: str) -> None:
    answer = web.get(f"{URL}/HAB-00000000{path}", headers=key())
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")


def test_a_case_without_events_has_an_empty_history(web: TestClient, key: Key, case: Receipt) -> None:
    assert web.get(f"{URL}/{case.reference}/events", headers=key()).json() == {"items": [], "next": None}


def test_an_unknown_command_is_not_found(web: TestClient, key: Key, case: Receipt) -> None:
    assert web.get(f"{URL}/{case.reference}/commands/{'0' * 64}", headers=key()).status_code == 404


def test_the_platform_s_pages_are_full_while_there_are_more(web: TestClient, key: Key, resources: Resources) -> None:
    headers = key(Role.PLATFORM)
    own = [CaseInHand(resources, caller="platform:00000000").reference for _ in range(5)]
    for caller in ("portal", "caseworker:1", "test", "portal"):
        CaseInHand(resources, caller=caller)
    pages, cursor = [], ""
    while cursor is not None:
        page = web.get(URL, params={"limit": 2, "cursor": cursor}, headers=headers).json()
        pages.append([line["reference"] for line in page["items"]])
        cursor = page["next"]
    assert [len(page) for page in pages] == [2, 2, 1]
    assert sorted(reference for page in pages for reference in page) == sorted(own)
    assert len(web.get(URL, headers=key(Role.CASEWORKER)).json()["items"]) == 9


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.REVIEWER, Role.PRIVACY_LEAD, Role.DPO, Role.PLATFORM])
def test_nobody_is_shown_an_action_that_is_not_theirs(web: TestClient, key: Key, resources: Resources, role: Role) -> None:
    case = CaseInHand(resources, caller="platform:00000000")
    shown = web.get(f"{URL}/{case.reference}", headers=key(role)).json()["allowed_actions"]
    view = CaseReader(resources).find(case.reference)
    assert shown == [action.value for action in allowed_actions(view.state) if role in ROLES[action]]


def test_words_that_wait_for_an_answer_show_since_when_and_can_be_said_to_need_none(
    web: TestClient, key: Key, resources: Resources
) -> None:
    case, headers = CaseInHand(resources), key(Role.CASEWORKER)
    assert web.get(f"{URL}/{case.reference}", headers=headers).json()["unanswered"] is None
    case.done_by("subject", Tag.MESSAGE_RECEIVED, note=str(case.note("Thank you.", "subject")))
    assert web.get(f"{URL}/{case.reference}", headers=headers).json()["unanswered"] == MONDAY.isoformat().replace("+00:00", "Z")
    answer = web.post(f"{URL}/{case.reference}/actions/needs_no_answer", headers=headers, json={})
    assert answer.status_code == 200, answer.text
    assert answer.json()["unanswered"] is None


def test_a_look_by_key_is_noted_once_while_it_lasts(web: TestClient, key: Key, case: Receipt, resources: Resources) -> None:
    headers, platform = key(), key(Role.PLATFORM)
    for _ in range(3):
        assert web.get(f"/api/v1/cases/{case.reference}", headers=headers).status_code == 200
    web.get(f"/api/v1/cases/{case.reference}/events", headers=headers)
    web.get(f"/api/v1/cases/{case.reference}", headers=platform)  # sees its own: no member of staff looks
    with resources.database.read() as session:
        looks = session.exec(select(AccessLog).where(AccessLog.action == "view_case")).all()
    assert [look.case_id for look in looks] == [case.case_id]
