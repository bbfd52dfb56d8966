"""Every route x role x scope cell of `security.md` section 4, written down here once more by hand (abuse test 20)."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from adapters.database import people
from adapters.database.intake import Receipt
from api.authority import ROUTES, SCOPES_OF_ROLES
from domain.rights import Role

Key = Callable[..., dict[str, str]]
NO_MAIL = "00000000-0000-4000-8000-000000000000"
KEY_ROLES = (*SCOPES_OF_ROLES,)
OFFICE = "caseworker reviewer privacy_lead dpo"
WORKERS = "caseworker privacy_lead"
RELAY = "caseworker privacy_lead platform"
DESK = "breach_responder privacy_lead dpo"
RESPONDERS = (
    "confirm_awareness set_affected choose_land set_lead change_step freeze_evidence add_task complete_task assess add_other "
    "record_told set_field set_fields prepare_report record_sent explain_delay hand_over contain"
)
NOTICES = "load_list query_list set_letter set_policy prepare send_test set_rate pause continue cancel resend"
DECIDERS = "decide_authority decide_people approve_report dismiss close reopen"
ANYBODY = "add_fact add_evidence link_case"
MATRIX = {
    "POST /requests": f"{OFFICE} platform",
    "GET /cases": f"{OFFICE} platform",
    "POST /cases/search": f"{OFFICE} platform",
    "GET /cases/{reference}": f"{OFFICE} platform",
    "GET /cases/{reference}/events": f"{OFFICE} platform auditor",
    "GET /cases/{reference}/items": OFFICE,
    "GET /cases/{reference}/erasure-plan": OFFICE,
    "GET /cases/{reference}/certificate": OFFICE,
    "POST /cases/{reference}/items/sample": OFFICE,
    "GET /cases/{reference}/archives": OFFICE,
    "POST /cases/{reference}/archives": WORKERS,
    "POST /cases/{reference}/archives/estimate": OFFICE,
    "POST /cases/{reference}/archives/scope": WORKERS,
    "GET /cases/{reference}/walls": OFFICE,
    "POST /cases/{reference}/walls": OFFICE,
    "POST /cases/{reference}/walls/{wall}/lift": "privacy_lead dpo",
    "GET /cases/{reference}/remarks": OFFICE,
    "POST /cases/{reference}/remarks": OFFICE,
    "GET /cases/{reference}/package": "reviewer privacy_lead dpo",
    "GET /cases/{reference}/commands/{command}": f"{OFFICE} platform",
    "GET /due-dates.csv": OFFICE,
    "GET /due-dates.ics": OFFICE,
    "GET /figures/clock.csv": f"{OFFICE} auditor",
    "POST /suppression/check": f"{OFFICE} platform",
    "POST /suppression": "privacy_lead",
    "POST /holds": "privacy_lead",
    "GET /holds": "privacy_lead dpo",
    "POST /holds/{hold}/lift": "privacy_lead",
    "POST /holds/{hold}/confirm": "reviewer privacy_lead dpo",
    "POST /holds/{hold}/review": "privacy_lead",
    "POST /disclosures": "privacy_lead",
    "POST /disclosures/search": "privacy_lead dpo",
    "GET /retention/periods": "privacy_lead dpo auditor",
    "GET /retention/sweeps": "privacy_lead dpo auditor",
    "POST /retention/sweeps": "privacy_lead",
    "GET /retention/sweeps/{sweep}": "privacy_lead dpo auditor",
    "POST /retention/sweeps/{sweep}/approve": "privacy_lead",
    "POST /retention/sweeps/{sweep}/decline": "privacy_lead",
    "GET /retention/receipts": "privacy_lead dpo auditor",
    "GET /mail": OFFICE,
    "POST /mail": OFFICE,
    "GET /mail/{mail}": OFFICE,
    "GET /mail/{mail}/raw": OFFICE,
    "GET /mail/{mail}/attachments/{index}": OFFICE,
    "POST /mail/{mail}/open": WORKERS,
    "POST /mail/{mail}/join": WORKERS,
    "POST /mail/{mail}/dismiss": WORKERS,
    "POST /mail/{mail}/attachments/{index}/quarantine": "privacy_lead",
    "POST /mail/{mail}/attachments/{index}/keep": WORKERS,
    "POST /mail/{mail}/attachments/{index}/destroy": WORKERS,
    "GET /cases/{reference}/messages": OFFICE,
    "request_code": RELAY,
    "confirm_identity_code": RELAY,
    "submit_identity_evidence": RELAY,
    "add_identifier": RELAY,
    "withdraw": RELAY,
    "reissue_package": RELAY,
    "report_wrong_person": RELAY,
    "report_missing": RELAY,
    "confirm_identity": WORKERS,
    "request_more_identity": WORKERS,
    "accept_identifier": WORKERS,
    "reject_identifier": WORKERS,
    "change_delivery_address": WORKERS,
    "complete_work_item": WORKERS,
    "retry_system": WORKERS,
    "search_archive": WORKERS,
    "continue_without_system": WORKERS,
    "set_item_decision": WORKERS,
    "set_decision_rule": WORKERS,
    "weigh_third_person": WORKERS,
    "undo_item_decision": WORKERS,
    "refer_to_legal": WORKERS,
    "decide_privilege": "legal_reviewer",
    "prepare_package": WORKERS,
    "record_delivery": WORKERS,
    "send_message": WORKERS,
    "needs_no_answer": WORKERS,
    "add_note": f"{WORKERS} reviewer dpo",
    "disown": WORKERS,
    "merge_duplicate": WORKERS,
    "approve_package": "reviewer privacy_lead",
    "announce_alone": "privacy_lead",
    "record_after_check": "reviewer privacy_lead dpo",
    "edit_erasure": WORKERS,
    "propose_rectification": WORKERS,
    "take_back_rectification": WORKERS,
    "approve_rectification": "reviewer privacy_lead",
    "mark_disputed": WORKERS,
    "restrict_processing": WORKERS,
    "announce_lifting": "privacy_lead",
    "lift_restriction": "privacy_lead",
    "withdraw_consent": WORKERS,
    "record_view": WORKERS,
    "approve_erasure": "reviewer privacy_lead",
    "cancel_erasure": WORKERS,
    "dispute_identity": WORKERS,
    "name_account": WORKERS,
    "answer_safeguarding": WORKERS,
    "decide_account": WORKERS,
    "object_to_report": WORKERS,
    "record_doubt": f"{WORKERS} platform",
    "return_for_rework": "reviewer privacy_lead",
    "prepare_partial_answer": WORKERS,
    "approve_partial_answer": "reviewer privacy_lead",
    "hold": "privacy_lead dpo",
    "release": "privacy_lead",
    "close": "privacy_lead",
    "reopen": "privacy_lead platform",
    "request_clarification": WORKERS,
    "answer_clarification": RELAY,
    "extend_deadline": WORKERS,
    "propose_refusal": WORKERS,
    "approve_refusal": "reviewer privacy_lead",
    "record_fee": WORKERS,
    "request_authority": WORKERS,
    "record_authority": WORKERS,
    "link_complaint": f"{WORKERS} reviewer",
    "send_progress": f"{WORKERS} reviewer",
    "decide_complaint": f"{WORKERS} reviewer",
    "open_package": "",
    "POST /breaches": f"{OFFICE} breach_responder platform",
    "GET /breaches": f"{DESK} auditor",
    "GET /breaches/register.csv": f"{DESK} auditor",
    "GET /breaches/{reference}": f"{DESK} auditor",
    "GET /breaches/{reference}/events": f"{DESK} auditor",
    "GET /breaches/{reference}/reports/{report}": DESK,
    "GET /breaches/{reference}/evidence/{evidence}": DESK,
    "GET /breaches/{reference}/commands/{command}": DESK,
    **{f"POST /breaches/{{reference}}/actions/{action}": "breach_responder privacy_lead" for action in RESPONDERS.split()},
    **{f"POST /breaches/{{reference}}/actions/{action}": "privacy_lead" for action in DECIDERS.split()},
    **{f"POST /breaches/{{reference}}/actions/{action}": f"{OFFICE} breach_responder" for action in ANYBODY.split()},
    "POST /breaches/{reference}/actions/acknowledge": DESK,
    "POST /breaches/{reference}/actions/advise": "dpo",
    "POST /notices": "breach_responder privacy_lead",
    "GET /notices": f"{DESK} auditor",
    "GET /notices/{reference}": f"{DESK} auditor",
    "GET /notices/{reference}/events": f"{DESK} auditor",
    "POST /notices/{reference}/proof": f"{DESK} caseworker",
    "GET /notices/{reference}/banner": f"{DESK} platform",
    "GET /notices/{reference}/commands/{command}": DESK,
    **{f"POST /notices/{{reference}}/actions/{action}": "breach_responder privacy_lead" for action in NOTICES.split()},
    **{f"POST /notices/{{reference}}/actions/{action}": "privacy_lead" for action in ("approve", "publish")},
    **{
        f"POST /notices/{{reference}}/actions/{action}": "breach_responder privacy_lead caseworker"
        for action in ("answer", "send_link")
    },
}


def _row(name: str) -> tuple[str, str]:
    if " " in name:
        method, path = name.split(" ")
        return method, path
    return "POST", f"/cases/{{reference}}/actions/{name}"


def _call(web: TestClient, name: str, case: Receipt, headers: dict[str, str]) -> int:
    method, path = _row(name)
    names = {
        "command": "0",
        "mail": NO_MAIL,
        "index": 0,
        "report": case.case_id,
        "hold": case.case_id,
        "sweep": case.case_id,
        "evidence": case.case_id,
        "wall": case.case_id,
    }
    url = "/api/v1" + path.format(reference=case.reference, **names)
    return web.request(method, url, headers=headers, json={} if method == "POST" else None).status_code


def test_no_route_is_missing_here() -> None:
    assert {_row(name) for name in MATRIX} == set(ROUTES)


@pytest.mark.parametrize("role", KEY_ROLES)
def test_every_cell(web: TestClient, key: Key, case: Receipt, role: Role) -> None:
    headers = key(role)
    refused = {name for name in MATRIX if _call(web, name, case, headers) == 403}
    assert refused == {name for name, roles in MATRIX.items() if role.value not in roles.split()}


@pytest.mark.parametrize("scope", people.SCOPES)
def test_a_scope_opens_its_own_routes_only(web: TestClient, key: Key, case: Receipt, scope: str) -> None:
    headers = key(Role.PRIVACY_LEAD, scopes=(scope,))
    reached = {_row(name) for name in MATRIX if _call(web, name, case, headers) != 403}
    covered = {row for row, rule in ROUTES.items() if Role.PRIVACY_LEAD in rule.roles}
    assert reached == {row for row in covered if ROUTES[row].scope == scope}


def test_without_a_key_nothing_answers_and_nothing_is_read(web: TestClient, case: Receipt) -> None:
    assert {_call(web, name, case, {}) for name in MATRIX} == {401}
    malformed = web.post("/api/v1/requests", content=b"{", headers={"Content-Type": "application/json"})
    assert malformed.status_code == 401


def test_every_route_under_the_api_has_a_row(web: TestClient) -> None:
    paths = web.get("/openapi.json").json()["paths"]
    served = {
        (method.upper(), path.removeprefix("/api/v1")) for path, methods in paths.items() if "/api/" in path for method in methods
    }
    assert served == set(ROUTES) - {("POST", "/cases/{reference}/actions/open_package")}
