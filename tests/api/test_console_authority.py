"""Every page x role of the console, written down here once more by hand (abuse tests 10, 12 and 20)."""

from collections.abc import Callable
from typing import cast

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient
from starlette.routing import BaseRoute, Route

from adapters.database.intake import Receipt
from api.console.authority import ROUTES, STAFF
from api.console.pages import ConsoleRoute
from api.guard import GuardedRoute
from api.portal.pages import PageRoute
from domain.rights import Role
from tests.api.console_names import NAMED
from tests.at_console import AtConsole

SignIn = Callable[..., AtConsole]
EVERYBODY = "caseworker reviewer privacy_lead dpo breach_responder administrator auditor legal_reviewer"
OFFICE = "caseworker reviewer privacy_lead dpo"
COUNTS = f"{OFFICE} administrator auditor"
DESK = "breach_responder privacy_lead dpo"
WORKERS = "caseworker reviewer privacy_lead"
MATRIX = {
    "GET /console": EVERYBODY,
    "GET /console/sign-in/again": EVERYBODY,
    "POST /console/sign-in/again": EVERYBODY,
    "POST /console/sign-in/again/challenge": EVERYBODY,
    "POST /console/sign-in/again/passkey": EVERYBODY,
    "GET /console/passkeys": EVERYBODY,
    "POST /console/passkeys": EVERYBODY,
    "POST /console/passkeys/challenge": EVERYBODY,
    "POST /console/passkeys/{passkey}/remove": EVERYBODY,
    "POST /console/sign-out": EVERYBODY,
    "GET /console/account": EVERYBODY,
    "POST /console/account/password": EVERYBODY,
    "POST /console/account/sessions/end": EVERYBODY,
    "GET /console/staff": "privacy_lead dpo administrator",
    "POST /console/staff": "administrator",
    "POST /console/staff/{person}/{deed}": "administrator",
    "POST /console/staff/changes/{change}/{answer}": "privacy_lead dpo",
    "GET /console/alerts": "privacy_lead dpo",
    "POST /console/alerts/releases/{release}": "privacy_lead",
    "GET /console/holds": "reviewer privacy_lead dpo",
    "POST /console/holds": "privacy_lead",
    "POST /console/holds/{hold}/confirm": "reviewer privacy_lead dpo",
    "POST /console/holds/{hold}/review": "privacy_lead",
    "POST /console/holds/{hold}/lift": "privacy_lead",
    "GET /console/disclosures": "privacy_lead dpo",
    "POST /console/disclosures": "privacy_lead",
    "POST /console/disclosures/search": "privacy_lead dpo",
    "GET /console/keys": f"{OFFICE} breach_responder administrator",
    "POST /console/keys": f"{OFFICE} breach_responder administrator",
    "POST /console/keys/{key}/revoke": f"{OFFICE} breach_responder administrator",
    "GET /console/find": OFFICE,
    "GET /console/breaches": f"{DESK} auditor",
    "GET /console/breaches/register.csv": f"{DESK} auditor",
    "GET /console/breaches/incident-pack": f"{DESK} administrator",
    "GET /console/breaches/incident-pack.txt": f"{DESK} administrator",
    "GET /console/breaches/new": f"{OFFICE} breach_responder",
    "POST /console/breaches/new": f"{OFFICE} breach_responder",
    "GET /console/breaches/{reference}": f"{DESK} auditor",
    "GET /console/breaches/{reference}/pack": DESK,
    "GET /console/breaches/{reference}/progress": DESK,
    "GET /console/breaches/{reference}/report/{authority}": DESK,
    "POST /console/breaches/{reference}/report/{authority}": "breach_responder privacy_lead",
    "GET /console/breaches/{reference}/reports/{report}/{form}": DESK,
    "GET /console/breaches/{reference}/evidence/{evidence}": DESK,
    "POST /console/breaches/{reference}/evidence": DESK,
    "GET /console/breaches/{reference}/actions/{action}": DESK,
    "POST /console/breaches/{reference}/actions/{action}": DESK,
    "GET /console/notices": f"{DESK} auditor",
    "GET /console/notices/new": "breach_responder privacy_lead",
    "POST /console/notices/new": "breach_responder privacy_lead",
    "GET /console/notices/{reference}": f"{DESK} auditor",
    "GET /console/notices/{reference}/progress": f"{DESK} auditor",
    "GET /console/notices/{reference}/letters/{segment}": DESK,
    "GET /console/notices/{reference}/not-told.csv": "privacy_lead breach_responder",
    "GET /console/notices/{reference}/replies": f"{DESK} caseworker",
    "POST /console/notices/{reference}/replies": "breach_responder privacy_lead caseworker",
    "POST /console/notices/{reference}/link": "breach_responder privacy_lead caseworker",
    "POST /console/notices/{reference}/proof": f"{DESK} caseworker",
    "POST /console/notices/{reference}/list": "breach_responder privacy_lead",
    "GET /console/notices/{reference}/actions/{action}": DESK,
    "POST /console/notices/{reference}/actions/{action}": DESK,
    "GET /console/triage": f"{OFFICE} breach_responder",
    "GET /console/triage/{mail}": f"{OFFICE} breach_responder",
    "GET /console/triage/{mail}/html": f"{OFFICE} breach_responder",
    "GET /console/triage/{mail}/raw": f"{OFFICE} breach_responder",
    "GET /console/triage/{mail}/attachments/{index}": f"{OFFICE} breach_responder",
    "POST /console/triage/{mail}/open": "caseworker privacy_lead",
    "POST /console/triage/{mail}/join": "caseworker privacy_lead",
    "POST /console/triage/{mail}/dismiss": "caseworker privacy_lead",
    "POST /console/triage/{mail}/attachments/{index}/quarantine": "privacy_lead",
    "POST /console/triage/{mail}/attachments/{index}/keep": "caseworker privacy_lead",
    "POST /console/triage/{mail}/attachments/{index}/destroy": "caseworker privacy_lead",
    "POST /console/cases/{reference}/evidence": "privacy_lead dpo auditor",
    "GET /console/reports": COUNTS,
    "GET /console/reports/{name}.csv": COUNTS,
    "GET /console/datamap": EVERYBODY,
    "GET /console/retention": "privacy_lead dpo auditor administrator",
    "POST /console/retention/look": "privacy_lead administrator",
    "GET /console/retention/{sweep}": "privacy_lead dpo auditor",
    "POST /console/retention/{sweep}/approve": "privacy_lead",
    "POST /console/retention/{sweep}/decline": "privacy_lead",
    "GET /console/letters": EVERYBODY,
    "GET /console/letters/{name}": EVERYBODY,
    "GET /console/letters/{name}/page": EVERYBODY,
    "GET /console/cases": OFFICE,
    "GET /console/cases/new": OFFICE,
    "POST /console/cases/new": OFFICE,
    "POST /console/cases/assign": WORKERS,
    "POST /console/cases/views": OFFICE,
    "POST /console/reports/evidence": "privacy_lead dpo auditor",
    "POST /console/cases/views/remove": OFFICE,
    "GET /console/cases/search": OFFICE,
    "POST /console/cases/search": OFFICE,
    "GET /console/cases/{reference}": OFFICE,
    "GET /console/cases/{reference}/systems": f"{OFFICE} auditor",
    "GET /console/cases/{reference}/systems/progress": OFFICE,
    "GET /console/cases/{reference}/systems/{system}": f"{OFFICE} auditor",
    "GET /console/cases/{reference}/coverage": f"{OFFICE} auditor",
    "GET /console/cases/{reference}/coverage.csv": f"{OFFICE} auditor",
    "GET /console/cases/{reference}/package": OFFICE,
    "GET /console/cases/{reference}/package/{system}/{collection}": OFFICE,
    "GET /console/cases/{reference}/preview/{path}": OFFICE,
    "POST /console/cases/{reference}/package/{system}/{collection}": "caseworker privacy_lead",
    "GET /console/cases/{reference}/package/{system}/{collection}/rule": "caseworker privacy_lead",
    "POST /console/cases/{reference}/package/{system}/{collection}/rule": "caseworker privacy_lead",
    "GET /console/cases/{reference}/package/{system}/{collection}/files/{position}": f"{OFFICE} legal_reviewer",
    "GET /console/cases/{reference}/package/{system}/{collection}/files/{position}/picture": f"{OFFICE} legal_reviewer",
    "GET /console/legal": "legal_reviewer",
    "GET /console/cases/{reference}/legal": "legal_reviewer",
    "GET /console/cases/{reference}/held": "privacy_lead dpo legal_reviewer",
    "POST /console/cases/{reference}/legal": "legal_reviewer",
    "POST /console/cases/{reference}/package/undo": "caseworker privacy_lead",
    "POST /console/cases/{reference}/package/cover": "caseworker privacy_lead",
    "POST /console/cases/{reference}/package/{system}/{collection}/{position}/remark": OFFICE,
    "GET /console/cases/{reference}/package/{system}/{collection}/talks": OFFICE,
    "GET /console/cases/{reference}/package/{system}/{collection}/doubtful": OFFICE,
    "POST /console/cases/{reference}/package/{system}/{collection}/doubtful": "caseworker privacy_lead",
    "GET /console/cases/{reference}/package/{system}/{collection}/{position}/whole": OFFICE,
    "GET /console/cases/{reference}/package/find": OFFICE,
    "POST /console/cases/{reference}/package/find": OFFICE,
    "GET /console/cases/{reference}/package/check": "reviewer privacy_lead",
    "POST /console/cases/{reference}/package/check": "reviewer privacy_lead",
    "GET /console/cases/{reference}/package/{system}/{collection}/{position}/legal": "caseworker privacy_lead",
    "POST /console/cases/{reference}/package/{system}/{collection}/{position}/legal": "caseworker privacy_lead",
    "GET /console/cases/{reference}/package/{system}/{collection}/files/{position}/look": OFFICE,
    "POST /console/cases/{reference}/package/{system}/{collection}/files/{position}/look": "caseworker privacy_lead",
    "GET /console/cases/{reference}/archives": OFFICE,
    "POST /console/cases/{reference}/archives/import": "caseworker privacy_lead",
    "POST /console/cases/{reference}/archives/upload": "caseworker privacy_lead",
    "POST /console/cases/{reference}/archives/estimate": "caseworker privacy_lead",
    "POST /console/cases/{reference}/archives/agree": "caseworker privacy_lead",
    "GET /console/cases/{reference}/archives/{archive}": OFFICE,
    "GET /console/cases/{reference}/archives/{archive}/unreadable/{number}": "caseworker privacy_lead",
    "POST /console/cases/{reference}/archives/{archive}/again": "caseworker privacy_lead",
    "POST /console/cases/{reference}/archives/{archive}/remove": "caseworker privacy_lead",
    "GET /console/cases/{reference}/package/{system}/groups/{by}": OFFICE,
    "GET /console/cases/{reference}/package/{system}/groups/{by}/{group}": OFFICE,
    "POST /console/cases/{reference}/package/{system}/groups/{by}/{group}": "caseworker privacy_lead",
    "GET /console/cases/{reference}/person": "caseworker privacy_lead",
    "POST /console/cases/{reference}/person": "caseworker privacy_lead",
    "GET /console/cases/{reference}/schedule.csv": OFFICE,
    "GET /console/cases/{reference}/package.zip": "reviewer privacy_lead dpo",
    "GET /console/cases/{reference}/erasure": OFFICE,
    "GET /console/cases/{reference}/messages": OFFICE,
    "GET /console/cases/{reference}/letters/{letter}": OFFICE,
    "GET /console/cases/{reference}/history": f"{OFFICE} auditor",
    "GET /console/cases/{reference}/proofs/{evidence}": "caseworker privacy_lead",
    # Withdrawing is recorded by those who work a case; the roles of every command are held by the tests of the case page.
    "GET /console/cases/{reference}/actions/{action}": "caseworker privacy_lead",
    "POST /console/cases/{reference}/actions/{action}": "caseworker privacy_lead",
    "POST /console/cases/{reference}/owner": WORKERS,
    "GET /console/cases/{reference}/letters/{letter}/print": OFFICE,
    "GET /console/cases/{reference}/values": "caseworker privacy_lead",
    "POST /console/cases/{reference}/values": "caseworker privacy_lead",
    "POST /console/cases/{reference}/actions/propose_rectification/chosen": "caseworker privacy_lead",
    "GET /console/cases/{reference}/walls": OFFICE,
    "POST /console/cases/{reference}/walls": OFFICE,
    "POST /console/cases/{reference}/walls/{wall}/lift": "privacy_lead dpo",
    "POST /console/cases/{reference}/files/{kind}": "caseworker privacy_lead",
}
OPEN = {
    (method, f"/console/sign-in{page}")
    for method in ("GET", "POST")
    for page in ("", "/factor", "/factor/new", "/invited/{token}")
} | {
    ("POST", "/console/sign-in/passkey/challenge"),
    ("POST", "/console/sign-in/passkey"),
    ("GET", "/console/sign-in/provider"),
    ("GET", "/console/sign-in/provider/back"),
    ("POST", "/console/sign-in/provider/logged-out"),
}  # each asks for what it needs itself: a session that waits for its factor, a token, what a provider or a device signed


def _row(name: str) -> tuple[str, str]:
    method, _, path = name.partition(" ")
    return method, path


def test_no_route_is_missing_here() -> None:
    assert {_row(name) for name in MATRIX} | OPEN == set(ROUTES)


def _inside(route: BaseRoute) -> list[Route]:
    """The routes that an included router holds; FastAPI keeps it whole."""
    if isinstance(route, Route):
        return [route]
    held = route.original_router.routes  # type: ignore[attr-defined]
    return [each for inner in held for each in _inside(inner)]


def test_every_route_of_the_application_stands_in_a_table_or_is_the_public_s(web: TestClient) -> None:
    """A router that forgets its guard would open a door beside both tables (R7)."""
    public = {"/healthz", "/readyz", "/metrics", "/openapi.json", "/.well-known/habeas-keys.json"}
    routes = [each for route in cast("FastAPI", web.app).routes for each in _inside(route)]
    assert len(routes) > len(ROUTES)
    unguarded = {route.path for route in routes if not isinstance(route, ConsoleRoute | GuardedRoute | PageRoute)}
    assert {path for path in unguarded if not path.startswith("/static/")} == public
    pages = {route.path for route in routes if isinstance(route, PageRoute)}
    assert not {path for path in pages if path.startswith(("/console", "/api"))}


def test_a_page_without_a_row_cannot_be_made() -> None:
    router = APIRouter(prefix="/console", route_class=ConsoleRoute)
    with pytest.raises(KeyError):
        router.get("/unlisted")(lambda: None)


@pytest.mark.parametrize("role", sorted(STAFF))
def test_every_cell(at_console: SignIn, case: Receipt, role: Role) -> None:
    refused = set()
    for name in sorted(MATRIX, key=lambda name: "sign-out" in name):  # the last one ends the session
        method, path = _row(name)
        person = at_console(role)
        path = path.format(**NAMED | {"reference": case.reference})
        answer = person.get(path) if method == "GET" else person.post(path)
        assert answer.status_code != 401
        if answer.status_code == 403:
            refused.add(name)
    assert refused == {name for name, roles in MATRIX.items() if role.value not in roles.split()}


def test_without_a_session_nothing_answers(web: TestClient, case: Receipt) -> None:
    for name in MATRIX:
        method, path = _row(name)
        answer = web.request(method, path.format(**NAMED | {"reference": case.reference}), follow_redirects=False)
        if method == "POST":
            assert answer.status_code == 401
        else:
            assert answer.headers["location"].startswith("/console/sign-in?next=")


def test_a_form_from_elsewhere_or_without_its_key_changes_nothing(at_console: SignIn) -> None:
    person = at_console()
    assert person.post("/console/sign-out", Sec_Fetch_Site="cross-site").status_code == 403
    assert person.post("/console/sign-out", Origin="https://elsewhere.example").status_code == 403
    assert person.post("/console/sign-out", {"key": at_console(Role.DPO).form_key}).status_code == 401
    assert person.get("/console/account").status_code == 200


def test_a_page_that_is_not_there_is_a_page_of_the_console(at_console: SignIn, web: TestClient) -> None:
    answer = at_console().get("/console/nothing/here")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text
    assert web.get("/console/nothing/here", follow_redirects=False).headers["location"].startswith("/console/sign-in")
