"""Decisions about items by the API: single, by rule after a seen sample, and once per third person."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from adapters.database.item_decisions import every_decision
from adapters.database.tables import ItemDecision
from domain.events import Tag
from domain.rights import Role
from tests.activities.package_case import MAILBOX, SearchedCase
from tests.adapters.documents.corpus import jpeg

Key = Callable[..., dict[str, str]]
AREA = {"page": 1, "left": 10, "top": 10, "width": 20, "height": 5}
PERSON: dict[str, Any] = {
    "names": ["Tom Baker", "tom.baker@corp.example"],
    "role": "An agent who answered",
    "type_of_information": "A name",
    "duty_of_confidentiality": False,
    "steps_to_seek_consent": "None: acted in role",
    "capable_of_consent": True,
    "refused": False,
    "disclose": False,
    "reason": "No interest in it.",
}


class Desk:
    """A caseworker with a case in review, by API."""

    def __init__(self, web: TestClient, case: SearchedCase, headers: dict[str, str]) -> None:
        self.web, self.case, self.headers = web, case, headers
        self.url = f"/api/v1/cases/HAB-{case.id.hex[:8].upper()}"

    def act(self, action: str, **body: object) -> httpx2.Response:
        return self.web.post(f"{self.url}/actions/{action}", headers=self.headers, json=body)

    def decide(self, item: str, decision: str, **more: object) -> httpx2.Response:
        return self.act("set_item_decision", item=item, decision=decision, **more)

    def sample(self, **scope: object) -> dict[str, Any]:
        told: dict[str, Any] = self.web.post(f"{self.url}/items/sample", headers=self.headers, json=scope).json()
        return told


@pytest.fixture
def desk(web: TestClient, key: Key, searched: SearchedCase) -> Desk:
    rows = [(number, 42, f"prompt {number} {'with Tom Baker' if number % 2 else ''}", "2026-11-01") for number in range(60)]
    searched.found("platform", "prompts", rows)
    return Desk(web, searched, key())


def wrong(answer: httpx2.Response) -> tuple[int, str]:
    told = answer.json()
    return answer.status_code, told.get("field") or told["type"]


def items(desk: Desk, system: str = "platform", collection: str = "prompts") -> list[str]:
    return [item.id for item in desk.case.items(system, collection)]


def test_a_redaction_names_its_parts_and_is_listed(desk: Desk) -> None:
    item = items(desk)[1]
    spans = [{"field": "body", "start": 0, "end": 6}, {"words": "Tom Baker"}]
    answer = desk.decide(item, "redact", basis="third_party", spans=spans, position=1)
    assert answer.json() == {"item": item, "decision": "redact", "basis": "third_party", "revision": 1, "covered": 1}
    listed = desk.web.get(f"{desk.url}/items?system=platform&collection=prompts", headers=desk.headers).json()["items"]
    assert [(each["decision"], each["position"]) for each in listed[:3]] == [("include", 0), ("redact", 1), ("include", 2)]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"decision": "withhold"}, "basis"),
        ({"decision": "redact", "basis": "third_party"}, "spans"),
        ({"decision": "extract", "spans": [{"field": "body"}]}, "basis"),
        ({"decision": "redact", "basis": "third_party", "spans": [{"field": "nowhere"}]}, "spans"),
        ({"decision": "redact", "basis": "third_party", "spans": [{"start": 1, "end": 2}]}, "spans"),
        ({"decision": "redact", "basis": "third_party", "spans": [{"words": MAILBOX.upper()}]}, "spans"),
        ({"decision": "redact", "basis": "third_party", "spans": [{"area": AREA}]}, "spans"),
        ({"decision": "redact", "basis": "third_party", "spans": [{"area": AREA, "words": "Tom"}]}, "spans.0"),
        ({"decision": "redact", "basis": "third_party", "spans": [{"about_file": True}]}, "spans"),
        ({"decision": "redact", "basis": "third_party", "spans": [{"words": "Tom"}], "covers": [{"words": "Pat"}]}, "covers"),
        ({"decision": "extract", "basis": "third_party", "spans": [{"words": "x y"}], "covers": [{"words": MAILBOX}]}, "spans"),
        ({"decision": "duplicate", "basis": "third_party"}, "basis"),
        ({"decision": "outside_scope"}, "reason"),
        ({"decision": "withhold", "basis": "national_law", "reason": "x"}, "basis"),
        ({"decision": "withhold", "basis": "crime_and_taxation"}, "reason"),
    ],
)
def test_what_cannot_stand_is_refused_at_its_field(desk: Desk, body: dict[str, Any], field: str) -> None:
    assert wrong(desk.decide(items(desk)[0], **body)) == (422, field)


def test_nobody_says_that_the_requesters_own_record_is_not_about_them(desk: Desk) -> None:
    (account,) = items(desk, "platform", "accounts")
    assert wrong(desk.decide(account, "not_about_the_person")) == (422, "decision")
    assert wrong(desk.decide(account, "withhold", basis="not_personal_data")) == (422, "basis")
    assert desk.decide(items(desk)[0], "not_about_the_person").status_code == 200


def test_the_rest_of_an_extract_is_not_about_the_person_only_where_it_does_not_name_them(desk: Desk) -> None:
    (account,) = items(desk, "platform", "accounts")
    left_out = desk.decide(account, "extract", basis="not_personal_data", spans=[{"field": "id"}])
    assert wrong(left_out) == (422, "basis"), "their own address is in what is left out"
    spans = [{"field": name} for name in desk.case.items("platform", "accounts")[0].row]
    assert desk.decide(account, "extract", basis="not_personal_data", spans=spans).status_code == 200
    other = items(desk)[1]
    assert desk.decide(other, "extract", basis="third_party", spans=[{"words": MAILBOX}]).status_code == 200, (
        "their own words are given"
    )


def test_a_rule_is_made_after_the_sample_that_nobody_chose(desk: Desk) -> None:
    scope = {"system": "platform", "collection": "prompts", "condition": {"field": "body", "contains": "Tom Baker"}}
    desk.decide(items(desk)[1], "withhold", basis="privilege")
    told = desk.sample(**scope)
    assert (len(told["sample"]), told["covered"], told["now"]) == (20, 30, {"include": 29, "withhold": 1})
    rule = scope | {"decision": "withhold", "basis": "third_party", "reason": "All of them are letters of his."}
    chosen = items(desk)[1::2][:20]
    assert wrong(desk.act("set_decision_rule", **rule, seen=chosen)) == (409, "/problems/stale-hash")
    answer = desk.act("set_decision_rule", **rule, seen=told["sample"]).json()
    assert (answer["item"], answer["covered"], answer["revision"]) == ("platform.prompts.*", 30, 2)
    with desk.case.resources.database.read() as session:
        kept = every_decision(session, desk.case.vault)[-1]
        raw = session.exec(select(ItemDecision).where(ItemDecision.revision == 2)).one()
    assert kept.parts.before == {"include": 29, "withhold": 1}
    assert kept.parts.after == {"withhold": 30}
    assert set(kept.parts.sample) == set(told["sample"])
    assert raw.parts is not None
    assert b"Tom" not in raw.parts
    assert desk.sample(**scope)["now"] == {"withhold": 30}
    assert desk.case.build().withheld == 30


def test_a_rule_does_not_deny_the_requesters_own_records(desk: Desk) -> None:
    scope = {"system": "billing", "collection": "invoices"}
    seen = desk.sample(**scope)["sample"]
    rule = scope | {"decision": "not_about_the_person", "reason": "looks so", "seen": seen}
    assert wrong(desk.act("set_decision_rule", **rule)) == (422, "decision")


def test_a_rule_over_nothing_is_refused(desk: Desk) -> None:
    rule = {"system": "platform", "collection": "nowhere", "decision": "duplicate", "reason": "x", "seen": []}
    assert wrong(desk.act("set_decision_rule", **rule)) == (422, "collection")


def test_a_third_person_is_weighed_once_and_covered_everywhere(desk: Desk) -> None:
    assert wrong(desk.act("weigh_third_person", **(PERSON | {"names": ["Ruth Adeyemi"]}))) == (422, "names")
    assert desk.act("weigh_third_person", **(PERSON | {"consented": True})).status_code == 422
    answer = desk.act("weigh_third_person", **PERSON).json()
    assert (answer["item"], answer["decision"], answer["basis"]) == ("*", "redact", "third_party")
    members = desk.case.members()
    assert b"Baker" not in b"".join(members.values())
    assert desk.case.build().withheld == 30


def test_an_area_is_of_a_picture_or_a_page_and_never_of_an_extract(desk: Desk) -> None:
    desk.case.found_files("uploads", "pictures", {"a.jpg": jpeg(), "b.txt": b"Tom was here"})
    picture, text = items(desk, "uploads", "pictures")
    spans = [{"area": AREA}, {"about_file": True}]
    assert desk.decide(picture, "redact", basis="third_party", spans=spans).status_code == 200
    assert wrong(desk.decide(text, "redact", basis="third_party", spans=spans)) == (422, "spans")
    assert wrong(desk.decide(picture, "extract", basis="third_party", spans=spans)) == (422, "spans")
    assert desk.decide(picture, "include", looked=True).status_code == 200
    with desk.case.resources.database.read() as session:
        kept = every_decision(session, desk.case.vault)
    assert [(len(each.parts.spans), each.parts.looked) for each in kept] == [(2, False), (0, True)]


def test_the_same_key_decides_once(desk: Desk) -> None:
    desk.headers |= {"Idempotency-Key": "k1"}
    body = {"item": items(desk)[0], "decision": "duplicate"}
    first, second = desk.act("set_item_decision", **body), desk.act("set_item_decision", **body)
    assert first.json() == second.json()
    assert first.json()["revision"] == 1


def test_a_leak_bars_the_approval_by_name_of_the_place(desk: Desk, key: Key) -> None:
    spans = [{"words": "Tom Baker"}]
    revision = desk.decide(items(desk)[1], "redact", basis="third_party", spans=spans).json()["revision"]
    built = desk.case.build()
    desk.case.event(Tag.PACKAGE_BUILT, **built.facts)
    assert built.revision == revision
    reviewer = key(Role.REVIEWER)
    answer = desk.web.post(f"{desk.url}/actions/approve_package", headers=reviewer, json={"sha256": built.sha256})
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/leak-found")
    assert "data/platform/prompts.json" in answer.json()["places"]
    assert "Baker" not in answer.text
