"""Suppression lists and legal holds by API: asked by address, noted, limited; changed by the privacy lead alone."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from adapters.database.erasure_tables import Disclosure, LegalHold, SuppressionEntry
from adapters.database.tables import AccessLog
from adapters.disclosures import disclosures
from adapters.disputes import dispute
from adapters.leftovers import sweep_leftovers
from adapters.legal_holds import lasts
from adapters.rates import Rate
from adapters.resources import Resources
from adapters.suppression import LISTS, suppress
from api.v1 import lists
from domain.measure_standing import Measure
from domain.rights import Right, Role
from tests.api.visiting import fill
from tests.case_in_hand import CaseInHand

Key = Callable[..., dict[str, str]]
API = "/api/v1"
MIA = "Mia@post.example"


def check(web: TestClient, headers: dict[str, str], value: str = MIA) -> dict[str, bool]:
    answer = web.post(f"{API}/suppression/check", json={"value": value}, headers=headers)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_an_objection_to_marketing_lasts_and_is_found_in_any_ascii_case(web: TestClient, key: Key, resources: Resources) -> None:
    lead = key(Role.PRIVACY_LEAD)
    assert check(web, lead)["may_send_marketing"]
    added = web.post(f"{API}/suppression", json={"value": MIA, "list": "marketing"}, headers=lead)
    assert added.status_code == 200
    found = check(web, key(Role.PLATFORM), "mia@POST.example")
    assert found == {
        "marketing": True,
        "restored": False,
        "abuse": False,
        "may_send_marketing": False,
        "restricted": False,
        "disputed": [],
        "consents_ended": {},
    }
    assert check(web, lead, "mía@post.example")["may_send_marketing"]
    with resources.database.read() as session:
        (entry,) = session.exec(select(SuppressionEntry)).all()
        actions = [row.action for row in session.exec(select(AccessLog)).all()]
    assert entry.expires_on is None
    assert b"mia" not in entry.mac.lower()
    assert "suppression-check" in actions


def test_a_block_for_abuse_has_an_end_and_no_list_leads_to_another(web: TestClient, key: Key, resources: Resources) -> None:
    lead = key(Role.PRIVACY_LEAD)
    body = {"value": MIA, "list": "abuse"}
    assert web.post(f"{API}/suppression", json=body, headers=lead).status_code == 422
    until = (date.today() + timedelta(days=30)).isoformat()  # noqa: DTZ011
    web.post(f"{API}/suppression", json={**body, "expires_on": until}, headers=lead)
    web.post(f"{API}/suppression", json={"value": MIA, "list": "marketing"}, headers=lead)
    with resources.database.read() as session:
        macs = {entry.mac for entry in session.exec(select(SuppressionEntry))}
    assert len(macs) == 2
    assert resources.vault.index_email(MIA) not in macs


@pytest.mark.parametrize("kind", ["ip", "address", "network"])
def test_a_network_address_is_blocked_for_thirty_days_at_most_and_the_sweep_takes_it_off_the_day_after(
    web: TestClient, key: Key, resources: Resources, kind: str
) -> None:
    """P70: a family shares one, the parent who reports among them; whatever the caller calls it, it has an end that comes."""
    lead, now = key(Role.PRIVACY_LEAD), datetime.now(UTC)
    body = {"kind": kind, "value": "203.0.113.7", "list": "abuse"}

    def block(days: int) -> int:
        until = (now.date() + timedelta(days=days)).isoformat()
        return web.post(f"{API}/suppression", json={**body, "expires_on": until}, headers=lead).status_code

    def entries() -> int:
        with resources.database.read() as session:
            return len(session.exec(select(SuppressionEntry)).all())

    assert (block(31), entries()) == (422, 0)
    assert (block(30), entries()) == (200, 1)
    web.post(f"{API}/suppression", json={"value": MIA, "list": "marketing"}, headers=lead)
    sweep_leftovers(resources, now + timedelta(days=30))
    assert entries() == 2, "its last day is a day of it"
    sweep_leftovers(resources, now + timedelta(days=31))
    with resources.database.read() as session:
        assert [entry.list for entry in session.exec(select(SuppressionEntry))] == ["marketing"]
    assert not web.post(f"{API}/suppression/check", json={"kind": kind, "value": "203.0.113.7"}, headers=lead).json()["abuse"]


def test_whoever_stands_on_every_list_asks_as_anybody_else_does(web: TestClient, key: Key, resources: Resources) -> None:
    lead, other = key(Role.PRIVACY_LEAD), "never@listed.example"
    with resources.database.write() as session:
        for which in LISTS:
            suppress(session, resources.vault, which, "email", MIA, now=datetime.now(UTC), expires_on=None)
    listed = check(web, lead)
    assert (listed["marketing"], listed["restored"], listed["abuse"]) == (True, True, True)
    answers = []
    for address in (MIA, other):
        body = {"rights": ["access", "erasure"], "subject": {"email": address, "country": "GB"}}
        answer = web.post(f"{API}/requests", json=body, headers=key(Role.PLATFORM))
        told = answer.json()
        for own in ("reference", "case_id", "id"):
            told.pop(own, None)
        answers.append((answer.status_code, told))
        form = fill(web, email=address)
        assert "We have your request" in form.text
    assert answers[0] == answers[1]
    assert answers[0][0] == 201


def test_asking_has_a_scope_of_its_own_and_a_limit(web: TestClient, key: Key, monkeypatch: pytest.MonkeyPatch) -> None:
    other = key(scopes=("cases:read", "cases:write"))
    assert web.post(f"{API}/suppression/check", json={"value": MIA}, headers=other).status_code == 403
    monkeypatch.setattr(lists, "CHECKS", Rate(most=2, within=timedelta(hours=1)))
    mine = key(scopes=("suppression:check",))
    statuses = [web.post(f"{API}/suppression/check", json={"value": MIA}, headers=mine).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


def test_a_hold_has_one_of_three_grounds_and_a_review_within_a_year(web: TestClient, key: Key, resources: Resources) -> None:
    lead, today = key(Role.PRIVACY_LEAD), date.today()  # noqa: DTZ011
    body = {"email": MIA, "ground": "dispute", "review_on": (today + timedelta(days=90)).isoformat()}
    assert web.post(f"{API}/holds", json={**body, "ground": "curiosity"}, headers=lead).status_code == 422
    for day in (today, today + timedelta(days=400)):
        assert web.post(f"{API}/holds", json={**body, "review_on": day.isoformat()}, headers=lead).status_code == 422
    assert web.post(f"{API}/holds", json=body, headers=key(Role.CASEWORKER)).status_code == 403
    placed = web.post(f"{API}/holds", json=body, headers=lead).json()
    assert placed["overdue"] is False
    with resources.database.read() as session:
        (hold,) = session.exec(select(LegalHold)).all()
    assert hold.subject_index == resources.vault.index_email("mia@post.example")
    listed = web.get(f"{API}/holds", headers=lead)
    assert "post.example" not in listed.text
    assert [each["id"] for each in listed.json()["items"]] == [placed["id"]]
    assert web.post(f"{API}/holds/{placed['id']}/lift", headers=lead).json()["lifted"]
    assert web.post(f"{API}/holds/{placed['id']}/lift", headers=lead).status_code == 409
    assert web.get(f"{API}/holds", headers=lead).json()["items"] == []


def test_a_hold_needs_a_second_person_and_ends_on_its_review_day(web: TestClient, key: Key, resources: Resources) -> None:
    lead, other, today = key(Role.PRIVACY_LEAD), key(Role.REVIEWER), date.today()  # noqa: DTZ011
    body = {"email": MIA, "ground": "law", "review_on": (today + timedelta(days=30)).isoformat()}
    placed = web.post(f"{API}/holds", json=body, headers=lead).json()
    assert (placed["confirmed"], placed["lasts"]) == (False, True), "at once, for a week"
    with resources.database.read() as session:
        (hold,) = session.exec(select(LegalHold)).all()
    assert not lasts(hold, hold.placed_at + timedelta(days=8)), "alone, nobody holds anything back for longer"
    assert web.post(f"{API}/holds/{placed['id']}/confirm", headers=lead).status_code == 403, "not by whoever placed it"
    assert web.post(f"{API}/holds/{placed['id']}/confirm", headers=other).json()["confirmed"]
    with resources.database.read() as session:
        (hold,) = session.exec(select(LegalHold)).all()
    assert lasts(hold, hold.placed_at + timedelta(days=29))
    assert not lasts(hold, hold.placed_at + timedelta(days=32)), "nobody looked at it again"
    later = {"review_on": (today + timedelta(days=60)).isoformat()}
    assert not web.post(f"{API}/holds/{placed['id']}/review", json=later, headers=lead).json()["confirmed"], "anew"


def test_whoever_asks_the_lists_is_told_what_the_person_disputes(web: TestClient, key: Key, resources: Resources) -> None:
    case = CaseInHand(resources)
    what = Measure(
        number=5,
        right=Right.RECTIFICATION,
        kind="dispute",
        places=["platform.accounts"],
        text=case.note("I never lived there.", "subject"),
    )
    lead = key(Role.PRIVACY_LEAD)
    with resources.database.write() as session:
        dispute(session, case.id, what, [resources.vault.index_email(MIA)], datetime.now(UTC))
    answer = web.post(f"{API}/suppression/check", json={"value": MIA}, headers=lead).json()
    assert answer["disputed"] == ["platform.accounts"]


def test_a_disclosure_names_a_known_recipient_and_is_found_by_address(web: TestClient, key: Key, resources: Resources) -> None:
    lead, now = key(Role.PRIVACY_LEAD), datetime.now(UTC)
    today, body = now.date(), {"email": MIA, "recipient": "nobody", "basis": "court_order", "categories": ["account"]}
    assert web.post(f"{API}/disclosures", json=body | {"disclosed_on": today.isoformat()}, headers=lead).status_code == 422
    assert web.post(f"{API}/disclosures", json=body, headers=key(Role.CASEWORKER)).status_code == 403
    silent_until = today + timedelta(days=1)
    index = resources.vault.index_email(MIA)
    for silent in (True, False):
        row = Disclosure(
            subject_index=index,
            recipient="police",
            basis="court_order",
            categories=["account"],
            disclosed_on=today,
            silent=silent,
            silent_until=silent_until if silent else None,
            recorded_by="x",
            recorded_at=now,
        )
        with resources.database.write() as session:
            session.add(row)
    found = web.post(f"{API}/disclosures/search", json={"email": MIA.upper()}, headers=lead)
    assert sorted(each["silent"] for each in found.json()["items"]) == [False, True]
    assert "post.example" not in found.text
    with resources.database.read() as session:
        assert [each.silent for each in disclosures(session, [index], today)] == [False], "an answer names what is not silent"
        assert len(disclosures(session, [index], today + timedelta(days=2))) == 2, "and the rest once its day is over"
