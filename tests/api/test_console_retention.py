"""The page of retention: what is over, what keeps it, a privacy lead's word, receipts; nobody's name on it."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from adapters.database.case_reader import CaseReader
from adapters.database.retention_tables import SweepRow
from adapters.destruction import Authorised, destroy
from adapters.resources import Resources
from domain.events import Tag
from domain.retention import Kept
from domain.rights import Role
from tests.activities.package_case import SearchedCase
from tests.at_console import AtConsole, text_of
from tests.case_in_hand import CaseInHand
from tests.sweep_gateway import SweepGateway

PATH = "/console/retention"
SignIn = Callable[..., AtConsole]


@pytest.fixture
def ended(opened_case: CaseInHand, monkeypatch: pytest.MonkeyPatch) -> CaseInHand:
    opened_case.happen(Tag.REQUEST_CLOSED, outcome="refused")
    monkeypatch.setattr(SweepGateway, "days", 732)
    return opened_case


def waiting(page: str) -> tuple[str, str]:
    """The address and the hash of what waits to be approved."""
    found = re.search(r'action="(/console/retention/[0-9a-f-]+)/approve".*?name="sha256" value="([0-9a-f]{64})"', page, re.DOTALL)
    assert found
    return found[1], found[2]


def test_a_sweep_from_the_look_to_its_receipt(at_console: SignIn, ended: CaseInHand) -> None:
    administrator = at_console(Role.ADMINISTRATOR, "Ada Root")
    assert administrator.post(f"{PATH}/look", {"rule": "case_contents"}).status_code == 303
    seen = text_of(administrator.get(PATH))
    assert "Contents of a case" in seen
    assert ended.reference not in seen
    lead = at_console(Role.PRIVACY_LEAD, "Lea Dahl")
    overview = lead.get(PATH)
    assert "waits for approval" in text_of(overview)
    link = re.search(r'href="(/console/retention/[0-9a-f-]{36})">1<', overview.text)
    assert link
    page = lead.get(link[1])
    assert ended.reference in page.text
    assert "would be destroyed" in text_of(page)
    at, sha256 = waiting(page.text)
    stale = lead.post(f"{at}/approve", {"sha256": "0" * 64})
    assert stale.status_code == 409
    assert lead.post(f"{at}/approve", {"sha256": sha256}).status_code == 303
    after = text_of(lead.get(PATH))
    assert "Lea Dahl" in after
    assert "30 days later" in after
    assert "destroyed" in text_of(lead.get(at))
    assert lead.get(f"/console/cases/{ended.reference}").status_code in {200, 410}


def test_approving_needs_the_password_of_the_last_five_minutes(at_console: SignIn, ended: CaseInHand) -> None:
    lead = at_console(Role.PRIVACY_LEAD, "Lea Dahl")
    lead.post(f"{PATH}/look", {"rule": "case_contents"})
    link = re.search(r'href="(/console/retention/[0-9a-f-]{36})">1<', lead.get(PATH).text)
    assert link
    at, sha256 = waiting(lead.get(link[1]).text)
    tired = at_console(Role.PRIVACY_LEAD, "Tom Late", ago=timedelta(minutes=6))
    answer = tired.post(f"{at}/approve", {"sha256": sha256})
    assert answer.headers["location"].startswith("/console/sign-in/again")
    assert lead.post(f"{at}/decline", {"sha256": sha256}).status_code == 303
    assert "declined" in text_of(lead.get(PATH))
    assert ended.receipt.subject is not None


def test_the_same_by_api_from_the_dry_run_to_the_receipt(
    web: TestClient, key: Callable[..., dict[str, str]], ended: CaseInHand, at_console: SignIn
) -> None:
    lead, auditor, there = key(Role.PRIVACY_LEAD), key(Role.AUDITOR), "/api/v1/retention"
    looked = web.post(f"{there}/sweeps", json={"rule": "case_contents"}, headers=lead).json()
    assert (looked["state"], looked["due"], looked["items"][0]["object"]) == ("waiting", 1, ended.reference)
    assert web.get(f"{there}/sweeps/{looked['id']}", headers=auditor).json() == looked
    periods = web.get(f"{there}/periods", headers=auditor).json()["items"]
    assert next(each for each in periods if each["rule"] == "case_contents")["sweep"]["sha256"] == looked["sha256"]
    at = f"{there}/sweeps/{looked['id']}/approve"
    assert web.post(at, json={"sha256": "0" * 64}, headers=lead).json()["type"] == "/problems/stale-hash"
    assert web.post(at, json={"sha256": looked["sha256"]}, headers=key(Role.DPO)).status_code == 403
    assert web.post(at, json={"sha256": looked["sha256"]}, headers=lead).json()["state"] == "done"
    assert web.post(at, json={"sha256": looked["sha256"]}, headers=lead).status_code == 409
    [receipt] = web.get(f"{there}/receipts?sweep={looked['id']}", headers=auditor).json()["items"]
    assert (receipt["kept"], receipt["sweep"]) == ("case_contents", looked["id"])
    assert date.fromisoformat(receipt["effective_on"]) > date.fromisoformat(receipt["at"][:10])
    assert [each["id"] for each in web.get(f"{there}/sweeps", headers=auditor).json()["items"]] == [looked["id"]]
    again = web.post(f"{there}/sweeps", json={"rule": "case_contents"}, headers=lead).json()
    assert again["due"] == 0
    for wrong in ({"rule": "everything"}, {"rule": "case_contents", "system": "x", "collection": "y"}):
        assert web.post(f"{there}/sweeps", json=wrong, headers=lead).status_code == 422
    assert "destroyed" in text_of(at_console(Role.PRIVACY_LEAD, "Lea Dahl").get(f"{PATH}/{looked['id']}"))


def test_an_unknown_period_is_refused(at_console: SignIn, web: TestClient) -> None:
    lead = at_console(Role.PRIVACY_LEAD)
    assert lead.post(f"{PATH}/look", {"rule": "everything"}).status_code == 422
    assert web.get(PATH, follow_redirects=False).status_code == 303


def test_the_periods_of_the_data_map_stand_beside_our_own(at_console: SignIn, resources: Resources) -> None:
    """With what an account is due for in words; a collection that is not there is refused."""
    row = SweepRow(
        id=uuid4(), rule="inactive_account", system="platform", collection="accounts", today=date(2026, 11, 23), sha256="a" * 64,
        before="end: 1, first_notice: 3", looked_at=datetime.now(UTC), state="waiting", due=4, suspended={"hold": 1},
    )  # fmt: skip
    with resources.database.write() as session:
        session.add(row)
    lead = at_console(Role.PRIVACY_LEAD)
    assert "Retention" in text_of(lead.get(PATH))
    page = text_of(lead.get(f"{PATH}/{row.id}"))
    assert "3 told for the first time" in page
    assert "1 whose account ends" in page
    assert lead.post(f"{PATH}/look", {"rule": "years", "system": "app", "collection": "nothing"}).status_code == 422


def test_what_is_left_of_a_case_can_be_read_and_the_rest_says_that_it_is_gone(
    at_console: SignIn, searched: SearchedCase, web: TestClient, key: Callable[..., dict[str, str]]
) -> None:
    """Reference, rights, dates, outcome, history and what was searched stay for whoever has to account for the case."""
    searched.event(Tag.REQUEST_CLOSED, outcome="fulfilled")
    by = Authorised(approver="system", now=datetime.now(UTC))
    lead, reference = at_console(Role.PRIVACY_LEAD), CaseReader(searched.resources).get(searched.id).receipt.reference
    here, api, bearer = f"/console/cases/{reference}", f"/api/v1/cases/{reference}", key(Role.PRIVACY_LEAD)
    for kept in (Kept.COLLECTED, Kept.PACKAGE, Kept.CASE):
        destroy(searched.resources, kept, searched.id, by)
        pages = ["", "/systems", "/systems/platform", "/coverage", "/package", "/messages", "/history"]
        assert [lead.get(f"{here}{page}").status_code for page in pages] == [200] * len(pages), kept
    assert "Ruth" not in lead.get(here).text
    assert [web.get(f"{api}{part}", headers=bearer).status_code for part in ("", "/events", "/items", "/messages")] == [
        200, 200, 410, 410,
    ]  # fmt: skip
    assert at_console(Role.AUDITOR, "Au Ditor").get(f"{here}/history").status_code == 200
    assert lead.get("/console/cases?status=closed").status_code == 200
