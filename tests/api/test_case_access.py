"""Whose cases somebody sees where that is limited, on every road; and never their own case (`security.md` 4 "O", R8)."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select, update

from adapters.database.mail_tables import IncomingMail
from adapters.database.tables import AccessLog, CaseIdentifierRow, Caseworker, QueueEntry
from adapters.resources import Resources
from api.authority import ROUTES as API_ROUTES
from api.console.authority import ROUTES as CONSOLE
from domain.rights import Role
from tests.adapters.incoming.corpus import mail
from tests.api.console_names import NAMED
from tests.api.test_mail import Desk
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


@pytest.mark.parametrize("limit", ["own", "team"])
def test_nobody_gives_themselves_a_case_that_they_do_not_see(
    web: TestClient, at_console: SignIn, resources: Resources, opened_case: CaseInHand, limit: str
) -> None:
    reference = opened_case.receipt.reference
    amira, tomasz = at_console(Role.CASEWORKER, "Amira Osei"), at_console(Role.CASEWORKER, "Tomasz Lind")
    _assigned(resources, opened_case, tomasz.person)
    _limited(web, resources, limit)
    taking = {"case": reference, "to": "me", "sure": "1", "back": "/console/cases"}
    assert amira.post("/console/cases/assign", taking).headers["location"].endswith("done=0")
    assert amira.get(f"/console/cases/{reference}").status_code == 404
    _assigned(resources, opened_case, None)
    assert amira.post("/console/cases/assign", taking).headers["location"].endswith("done=1")
    assert amira.get(f"/console/cases/{reference}").status_code == 200


def test_mail_of_a_case_is_seen_by_those_alone_who_see_the_case(
    web: TestClient, at_console: SignIn, key: Key, resources: Resources, opened_case: CaseInHand
) -> None:
    amira, tomasz = at_console(Role.CASEWORKER, "Amira Osei"), at_console(Role.CASEWORKER, "Tomasz Lind")
    by_key = key(Role.CASEWORKER, name="amira")
    Desk(resources).sort(mail("What I wrote of my illness"))
    with resources.database.read() as session:
        letter = session.exec(select(IncomingMail.id)).one()
    assert amira.get(f"/console/triage/{letter}").status_code == 200  # waiting mail is everybody's
    tomasz.post(f"/console/triage/{letter}/join", {"case": opened_case.reference})
    _assigned(resources, opened_case, tomasz.person)
    roads = [f"/console/triage/{letter}{rest}" for rest in ("", "/raw", "/html", "/attachments/0")]
    forms = [(f"/console/triage/{letter}/{deed}", {"case": "HAB-NONE0000"}) for deed in ("join", "open", "dismiss")]
    calls = [f"/api/v1/mail/{letter}{rest}" for rest in ("", "/raw", "/attachments/0")]

    def nothing_is_there() -> None:
        assert {amira.get(road).status_code for road in roads} == {404}
        assert {amira.post(road, given).status_code for road, given in forms} == {404}
        assert {web.get(call, headers=by_key).status_code for call in calls} == {404}
        assert web.get("/api/v1/mail?standing=joined", headers=by_key).json()["items"] == []

    _limited(web, resources, "own")
    nothing_is_there()
    assert tomasz.get(roads[0]).status_code == 200
    _limited(web, resources, "office")
    assert amira.get(roads[0]).status_code == 200
    with resources.database.write() as session:
        session.execute(update(CaseIdentifierRow).values(value_index=resources.vault.index_email("me@example.com")))
        session.execute(update(Caseworker).where(col(Caseworker.name) == "Amira Osei").values(email="me@example.com"))
    assert amira.get(roads[0]).status_code == 404  # their own


def test_a_mail_that_comes_back_with_its_form_was_looked_at(at_console: SignIn, resources: Resources) -> None:
    amira = at_console(Role.CASEWORKER, "Amira Osei")
    Desk(resources).sort(mail("What I wrote of my illness"))
    with resources.database.read() as session:
        letter = session.exec(select(IncomingMail.id)).one()
    assert "illness" in amira.post(f"/console/triage/{letter}/join", {"case": "HAB-NONE0000"}).text
    with resources.database.read() as session:
        assert ("mail", amira.person) in session.exec(select(AccessLog.action, AccessLog.actor)).all()


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


def _walled(lead: AtConsole, reference: str, person: str) -> Any:  # noqa: ANN401 (an answer)
    given = {"person": person.removeprefix("caseworker:"), "reason": "Line manager of the person, and named in the mails"}
    return lead.post(f"/console/cases/{reference}/walls", given)


def _counted(person: AtConsole) -> list[int]:
    """What the reports count: open now in the three tables, and received by month."""
    tables = [person.get(f"/console/reports/open-by-{split}.csv").text for split in ("stage", "move", "right")]
    tables.append(person.get("/console/reports/answered-by-month.csv").text)
    return [_sum(table, "open" if table.startswith(("stage", "move", "right")) else "received") for table in tables]


def _sum(table: str, column: str) -> int:
    return sum(int(row[column]) for row in csv.DictReader(io.StringIO(table)))


def test_whoever_is_walled_off_from_a_case_meets_it_on_no_road_and_in_no_number(
    web: TestClient, at_console: SignIn, key: Key, resources: Resources
) -> None:
    opened_case = CaseInHand(resources, caller="platform:00000000", received_at=datetime.now(UTC))  # the figures are of a year
    reference = opened_case.receipt.reference
    amira, tomasz = at_console(Role.CASEWORKER, "Amira Osei"), at_console(Role.CASEWORKER, "Tomasz Lind")
    by_key = key(Role.CASEWORKER, name="amira")
    lead = at_console(Role.PRIVACY_LEAD, "Lena Lead")
    _assigned(resources, opened_case, amira.person)
    assert "All open 1" in text_of(amira.get("/console/cases"))
    counted = _counted(tomasz)
    assert _walled(tomasz, reference, amira.person).headers["location"].endswith("/walls?done=wall")
    with resources.database.read() as session:
        owner = session.exec(select(Caseworker.id).where(Caseworker.name == "amira")).one()
        assert session.exec(select(QueueEntry.assignee)).one() is None, "it is not theirs any more"
    assert _walled(tomasz, reference, f"caseworker:{owner}").status_code == 303
    for method, path in _of_a_case(CONSOLE, "/console/cases/", reference):
        answer = amira.get(path) if method == "GET" else amira.post(path)
        assert answer.status_code in {404, 413}, (method, path)
    assert _counted(amira) == [each - 1 for each in counted], "no total tells of it either"
    assert _counted(tomasz) == counted
    assert _sum(web.get("/api/v1/figures/clock.csv", headers=by_key).text, "received") == counted[-1] - 1
    listed = text_of(amira.get("/console/cases"))
    assert "All open 0" in listed
    assert reference not in listed
    assert amira.get(f"/console/find?reference={reference}").status_code == 404
    assert reference not in amira.post("/console/cases/search", {"identifier": ADDRESS}).text
    for method, path in _of_a_case(API_ROUTES, "/cases/", reference):
        body: dict[str, Any] = {"json": {}} if method == "POST" else {}
        assert web.request(method, f"/api/v1{path}", headers=by_key, **body).status_code == 404, (method, path)
    for road in ("/api/v1/cases", "/api/v1/due-dates.csv"):
        assert reference not in web.get(road, headers=by_key).text
    assert reference not in web.post("/api/v1/cases/search", headers=by_key, json={"email": ADDRESS}).text
    assert lead.get(f"/console/cases/{reference}").status_code == 200
    # Nobody hands it to them, and they do not take it.
    taking = {"case": reference, "to": amira.person, "sure": "1", "back": "/console/cases"}
    assert tomasz.post("/console/cases/assign", taking).headers["location"].endswith("done=0")
    assert tomasz.post(f"/console/cases/{reference}/owner", {"to": amira.person}).status_code == 422
    # A caseworker does not lift it, a privacy lead does; both are noted.
    page = lead.get(f"/console/cases/{reference}/walls")
    assert "Line manager of the person" in text_of(page)
    lifting = re.findall(r'action="([^"]+/lift)"', page.text)
    assert tomasz.post(lifting[0]).status_code == 403
    assert {lead.post(each).status_code for each in lifting} == {303}
    assert amira.get(f"/console/cases/{reference}").status_code == 200
    with resources.database.read() as session:
        noted = session.exec(select(AccessLog.action).where(col(AccessLog.action).startswith("wall_"))).all()
    assert noted == ["wall_put_up"] * 2 + ["wall_lifted"] * 2


def test_mail_that_may_belong_to_the_case_is_not_read_behind_a_wall(
    at_console: SignIn, key: Key, web: TestClient, resources: Resources, opened_case: CaseInHand
) -> None:
    amira, tomasz = at_console(Role.CASEWORKER, "Amira Osei"), at_console(Role.CASEWORKER, "Tomasz Lind")
    by_key = key(Role.CASEWORKER, name="amira")
    Desk(resources).sort(mail("What I wrote of my manager"))
    with resources.database.write() as session:
        letter = session.exec(select(IncomingMail)).one()
        letter.cases = [{"case": str(opened_case.id), "why": "address"}]
        session.add(letter)
        session.flush()
        number = letter.id
        owner = session.exec(select(Caseworker.id).where(Caseworker.name == "amira")).one()
    road = f"/console/triage/{number}"
    assert amira.get(road).status_code == 200
    for person in (amira.person, f"caseworker:{owner}"):
        _walled(tomasz, opened_case.receipt.reference, person)
    assert amira.get(road).status_code == 404
    assert str(number) not in amira.get("/console/triage").text
    assert web.get(f"/api/v1/mail/{number}", headers=by_key).status_code == 404
    assert web.get("/api/v1/mail", headers=by_key).json()["items"] == []
    assert tomasz.get(road).status_code == 200


def test_whoever_puts_a_wall_round_themselves_is_led_away(at_console: SignIn, opened_case: CaseInHand) -> None:
    amira, reference = at_console(Role.CASEWORKER, "Amira Osei"), opened_case.receipt.reference
    assert _walled(amira, reference, amira.person).headers["location"] == "/console/cases"
    assert amira.get(f"/console/cases/{reference}").status_code == 404


def test_nobody_walls_a_case_off_from_everybody_who_could_lift_the_wall(at_console: SignIn, opened_case: CaseInHand) -> None:
    """Else one caseworker would bury a case: no privacy lead would see it, be told of its date, or open it again."""
    reference, tomasz = opened_case.receipt.reference, at_console(Role.CASEWORKER, "Tomasz Lind")
    lead, dpo = at_console(Role.PRIVACY_LEAD, "Lena Lead"), at_console(Role.DPO, "Dan Dpo")
    assert _walled(tomasz, reference, lead.person).status_code == 303
    refused = _walled(tomasz, reference, dpo.person)
    assert refused.status_code == 409
    assert "one has to" in text_of(refused)
    assert dpo.get(f"/console/cases/{reference}").status_code == 200


def test_a_wall_needs_a_reason_and_somebody(at_console: SignIn, opened_case: CaseInHand) -> None:
    amira, walls = at_console(Role.CASEWORKER, "Amira Osei"), f"/console/cases/{opened_case.receipt.reference}/walls"
    assert amira.post(walls, {"person": amira.person.removeprefix("caseworker:"), "reason": " "}).status_code == 422
    assert amira.post(walls, {"person": "nobody", "reason": "a friend"}).status_code == 422
    assert amira.get(walls).status_code == 200


def test_their_own_case_stands_in_no_list_and_no_number(
    at_console: SignIn, resources: Resources, opened_case: CaseInHand
) -> None:
    amira, reference = at_console(Role.PRIVACY_LEAD, "Amira Osei"), opened_case.receipt.reference
    with resources.database.write() as session:
        session.execute(update(Caseworker).where(col(Caseworker.name) == "Amira Osei").values(email=ADDRESS))
    listed = text_of(amira.get("/console/cases"))
    assert "All open 0" in listed
    assert reference not in listed
    assert reference not in amira.post("/console/cases/search", {"identifier": ADDRESS}).text
