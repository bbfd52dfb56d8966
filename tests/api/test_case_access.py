"""Whose cases somebody sees where that is limited, on every road; and never their own case (`security.md` 4 "O", R8)."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, update

from adapters.database.tables import Caseworker, QueueEntry
from adapters.resources import Resources
from api.authority import ROUTES as API_ROUTES
from api.console.authority import ROUTES as CONSOLE
from domain.rights import Role
from tests.api.console_names import NAMED
from tests.at_console import AtConsole, text_of
from tests.case_in_hand import ADDRESS, CaseInHand

SignIn = Callable[..., AtConsole]
Key = Callable[..., dict[str, str]]


def _limited(web: TestClient, resources: Resources, limit: str) -> None:
    settings = resources.settings.model_copy(update={"case_access": limit})
    object.__setattr__(resources, "settings", settings)
    web.app.state.web.keys._settings = settings  # type: ignore[attr-defined]


def _of_a_case(routes: Mapping[tuple[str, str], Any], under: str, reference: str) -> Iterator[tuple[str, str]]:
    """Every route of one case that a caseworker's role covers."""
    for (method, path), rule in sorted(routes.items()):
        if path.startswith(f"{under}{{reference}}") and Role.CASEWORKER in (rule.roles or ()):
            yield method, path.format(**NAMED | {"reference": reference, "command": "0"})


def _assigned(resources: Resources, case: CaseInHand, to: str | None) -> None:
    with resources.database.write() as session:
        session.execute(update(QueueEntry).where(col(QueueEntry.case_id) == case.id).values(assignee=to))


@pytest.mark.parametrize("limit", ["own", "team"])
def test_a_case_of_others_is_not_there_on_any_road(  # noqa: PLR0917 (pytest's fixtures)
    web: TestClient, at_console: SignIn, key: Key, resources: Resources, opened_case: CaseInHand, limit: str
) -> None:
    reference = opened_case.receipt.reference
    amira, tomasz = at_console(Role.CASEWORKER, "Amira Osei"), at_console(Role.CASEWORKER, "Tomasz Lind")
    _assigned(resources, opened_case, tomasz.person)
    by_key = key(Role.CASEWORKER, name="amira")
    _limited(web, resources, limit)
    assert tomasz.get(f"/console/cases/{reference}").status_code == 200
    for method, path in _of_a_case(CONSOLE, "/console/cases/", reference):
        answer = amira.get(path) if method == "GET" else amira.post(path)
        assert answer.status_code in {404, 413}, (method, path)  # 413: an upload that says no length is not read
    assert amira.get(f"/console/find?reference={reference}").status_code == 404
    assert reference not in amira.get("/console/cases").text
    assert reference not in amira.post("/console/cases/search", {"identifier": ADDRESS}).text
    for method, path in _of_a_case(API_ROUTES, "/cases/", reference):
        body: dict[str, Any] = {"json": {}} if method == "POST" else {}
        assert web.request(method, f"/api/v1{path}", headers=by_key, **body).status_code == 404, (method, path)
    assert reference not in web.get("/api/v1/cases", headers=by_key).text
    search = web.post("/api/v1/cases/search", headers=by_key, json={"email": ADDRESS})
    assert reference not in search.text
    assert reference not in web.get("/api/v1/due-dates.csv", headers=by_key).text
    lead = at_console(Role.PRIVACY_LEAD, "Lena Lead")
    assert lead.get(f"/console/cases/{reference}").status_code == 200
    _assigned(resources, opened_case, None)
    assert amira.get(f"/console/cases/{reference}").status_code == 200  # nobody's yet: somebody has to take it


def test_a_team_sees_the_cases_of_its_own(
    web: TestClient, at_console: SignIn, resources: Resources, opened_case: CaseInHand
) -> None:
    reference = opened_case.receipt.reference
    amira, tomasz = at_console(Role.CASEWORKER, "Amira Osei"), at_console(Role.REVIEWER, "Tomasz Lind")
    _assigned(resources, opened_case, amira.person)
    _limited(web, resources, "team")
    assert tomasz.get(f"/console/cases/{reference}").status_code == 404
    with resources.database.write() as session:
        session.execute(update(Caseworker).values(team="North"))
    assert tomasz.get(f"/console/cases/{reference}").status_code == 200
    assert reference in text_of(tomasz.get("/console/cases"))


def test_nobody_opens_or_works_on_their_own_case(
    web: TestClient, at_console: SignIn, key: Key, resources: Resources, opened_case: CaseInHand
) -> None:
    reference = opened_case.receipt.reference
    amira = at_console(Role.PRIVACY_LEAD, "Amira Osei")
    by_key = key(Role.CASEWORKER, name="amira")
    with resources.database.write() as session:
        session.execute(update(Caseworker).where(col(Caseworker.name).in_(["Amira Osei"])).values(email=ADDRESS.upper()))
    page = amira.get(f"/console/cases/{reference}")
    assert (page.status_code, "This case is about you" in page.text) == (403, True)
    for method, path in _of_a_case(CONSOLE, "/console/cases/", reference):
        answer = amira.get(path) if method == "GET" else amira.post(path)
        assert answer.status_code in {403, 413}, (method, path)
    with resources.database.write() as session:
        session.execute(update(Caseworker).where(col(Caseworker.name) == "Amira Osei").values(email="elsewhere@example.com"))
        session.execute(update(Caseworker).where(col(Caseworker.name) == "amira").values(email=ADDRESS))
    for method, path in _of_a_case(API_ROUTES, "/cases/", reference):
        body: dict[str, Any] = {"json": {}} if method == "POST" else {}
        assert web.request(method, f"/api/v1{path}", headers=by_key, **body).status_code == 403, (method, path)
