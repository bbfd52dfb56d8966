"""Naming what is somebody else's, framing a page of ours, and pretending to be another host."""

from collections.abc import Callable
from typing import Any, cast

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from adapters.database.people import create_api_key, key_id_of
from adapters.resources import Resources
from api.authority import API, ROUTES
from domain.rights import Role
from tests.api.console_names import NAMED
from tests.api.test_console_authority import _inside
from tests.api.visiting import fill
from tests.at_console import AtConsole
from tests.case_in_hand import CaseInHand

SignIn = Callable[..., AtConsole]
Key = Callable[..., dict[str, str]]
NOBODY = "HAB-7K3M9QXA"  # no case has this reference
OF_ANOTHER = {"{command}": "0", "{mail}": "00000000-0000-4000-8000-000000000000", "{index}": "0"}


def _named(path: str, **names: str) -> str:
    for name, value in (OF_ANOTHER | {f"{{{name}}}": value for name, value in names.items()}).items():
        path = path.replace(name, value)
    return f"{API}{path}"


def test_a_case_that_came_by_another_key_is_not_there_on_any_road(web: TestClient, key: Key, resources: Resources) -> None:
    """The platform's key cannot find out whether a reference exists: both answers are one."""
    case, platform = CaseInHand(resources, caller="portal"), key(Role.PLATFORM)
    roads = [(method, path) for (method, path), rule in ROUTES.items() if "{reference}" in path and Role.PLATFORM in rule.roles]
    assert len(roads) > 10
    for method, path in roads:
        answers = [
            web.request(method, _named(path, reference=each), headers=platform, json={} if method == "POST" else None)
            for each in (case.reference, str(case.id), NOBODY)
        ]
        assert {answer.status_code for answer in answers} == {404}, (method, path)
        assert len({answer.content for answer in answers}) == 1, (method, path)


def test_what_belongs_to_one_breach_is_not_read_by_the_name_of_another(web: TestClient, key: Key) -> None:
    rita, body = key(Role.BREACH_RESPONDER, name="rita"), {"summary": "Stolen passwords", "affected": {"GB": 2}}
    first, second = (web.post(f"{API}/breaches", json=body, headers=rita).json()["reference"] for _ in range(2))
    parts: Any = {"command": (None, "{}"), "files": ("log.txt", b"10.0.0.1 signed in", "text/plain")}
    added = web.post(f"{API}/breaches/{first}/actions/add_evidence", files=parts, headers=rita)
    assert added.status_code == 200, added.text
    (evidence,) = (each["evidence"] if "evidence" in each else each["id"] for each in added.json()["evidence"])
    assert web.get(f"{API}/breaches/{first}/evidence/{evidence}", headers=rita).content == b"10.0.0.1 signed in"
    assert web.get(f"{API}/breaches/{second}/evidence/{evidence}", headers=rita).status_code == 404


def test_no_page_lets_itself_be_framed_by_another_site(web: TestClient, at_console: SignIn, opened_case: CaseInHand) -> None:
    person, looked = at_console(Role.PRIVACY_LEAD), 0
    for route in [each for one in cast("FastAPI", web.app).routes for each in _inside(one)]:
        path = str(getattr(route, "path", ""))
        if "GET" not in (getattr(route, "methods", None) or ()) or path == "/console/sign-in/provider":
            continue
        names = NAMED | {"reference": opened_case.reference, "token": "x", "command": "0", "hold": "0", "report": "0"}
        for name, value in names.items():
            path = path.replace(f"{{{name}}}", str(value))
        policy = person.get(path).headers["content-security-policy"]
        looked += 1
        framed = [each.strip() for each in policy.split(";") if each.strip().startswith("frame-ancestors")]
        assert framed in (["frame-ancestors 'none'"], ["frame-ancestors 'self'"]), path
    assert looked > 100


@pytest.mark.parametrize("header", ["X-Forwarded-Host", "X-Host", "Forwarded", "X-Original-URL"])
def test_no_header_of_a_stranger_becomes_part_of_a_link(web: TestClient, header: str) -> None:
    value = "host=evil.example" if header == "Forwarded" else "evil.example"
    web.headers[header] = value
    assert "evil.example" not in web.get("/").text
    assert "evil.example" not in fill(web).text


def test_a_key_of_one_platform_sees_no_case_of_another(web: TestClient, resources: Resources) -> None:
    def made(origin: str) -> tuple[dict[str, str], str]:
        key = create_api_key(resources.database, email=None, scopes=["cases:read"], origin=origin)
        case = CaseInHand(resources, caller=f"platform:{key_id_of(key)}", email=f"{origin or 'none'}@example.com")
        return {"Authorization": f"Bearer {key}"}, case.reference

    (shop, of_shop), (app, of_app), (old, of_old) = made("shop"), made("app"), made("")
    newer, of_newer = made("shop")
    for headers, seen in ((shop, {of_shop, of_newer}), (app, {of_app}), (old, {of_old}), (newer, {of_shop, of_newer})):
        listed = web.get("/api/v1/cases", headers=headers).json()["items"]
        assert {line["reference"] for line in listed} == seen
        for reference in {of_shop, of_app, of_old, of_newer}:
            assert web.get(f"/api/v1/cases/{reference}", headers=headers).status_code == (200 if reference in seen else 404)
