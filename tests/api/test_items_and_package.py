"""Looking at what was collected and at what will be delivered: complete, page by page, noted, and never a delivery."""

import hashlib
import io
import tracemalloc
import zipfile
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from adapters.database.case_reader import CaseReader
from adapters.database.intake import Receipt
from adapters.database.tables import AccessLog
from adapters.resources import Resources
from domain.events import Tag
from domain.rights import Role
from tests.activities.package_case import MAILBOX, SearchedCase

Key = Callable[..., dict[str, str]]
MANY = 3_000
PROMPTS = [(number, 42, f"prompt {number}", "2026-11-01T10:00:00+00:00") for number in range(MANY)]


def url(case: SearchedCase | Receipt, what: str) -> str:
    reference = case.reference if isinstance(case, Receipt) else f"HAB-{case.id.hex[:8].upper()}"
    return f"/api/v1/cases/{reference}/{what}"


def looks(resources: Resources) -> list[str]:
    with resources.database.read() as session:
        return [row.action for row in session.exec(select(AccessLog).order_by(AccessLog.id)).all()]  # type: ignore[arg-type]


def test_every_item_comes_once_in_the_order_of_the_data_map(
    web: TestClient, key: Key, searched: SearchedCase, resources: Resources
) -> None:
    searched.found("platform", "prompts", PROMPTS)
    headers, cursor, found = key(), "0", []
    while cursor:
        page = web.get(url(searched, "items"), params={"cursor": cursor, "limit": 500}, headers=headers).json()
        found += page["items"]
        cursor = page["next"]
    wanted = [
        item.id
        for place in (("platform", "accounts"), ("platform", "prompts"), ("billing", "invoices"))
        for item in searched.items(*place)
    ]
    assert len(wanted) == MANY + 3
    assert [item["id"] for item in found] == wanted
    assert found[0].keys() >= {"id", "system", "collection", "decision", "basis"}
    assert looks(resources) == ["view_case", *["items"] * 7]  # once per page


def test_a_line_tells_nothing_of_the_record(web: TestClient, key: Key, searched: SearchedCase) -> None:
    told = web.get(url(searched, "items"), headers=key()).text
    for content in (MAILBOX, "Ruth", "12.50", "R-1"):
        assert content not in told


def test_items_carry_the_decision_that_stands(web: TestClient, key: Key, searched: SearchedCase) -> None:
    first, second = (item.id for item in searched.items("billing", "invoices"))
    searched.decide(first, "withhold", "third_party")
    answer = web.get(url(searched, "items"), params={"system": "billing", "collection": "invoices"}, headers=key()).json()
    decided = {item["id"]: (item["decision"], item["basis"]) for item in answer["items"]}
    assert decided == {first: ("withhold", "third_party"), second: ("include", None)}


def test_before_a_search_there_are_no_items_and_no_package(web: TestClient, key: Key, case: Receipt) -> None:
    assert web.get(url(case, "items"), headers=key()).json() == {"items": [], "next": None}
    refused = web.get(url(case, "package"), headers=key(Role.REVIEWER))
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/not-allowed-now")


def test_the_package_is_the_sealed_one_to_the_byte_and_looking_is_no_delivery(
    web: TestClient, key: Key, searched: SearchedCase, resources: Resources
) -> None:
    built = searched.build()
    searched.event(Tag.PACKAGE_BUILT, **built.model_dump(mode="json", exclude={"blob"}))
    before = CaseReader(resources).get(searched.id).state
    headers = key(Role.REVIEWER)
    answer = web.get(url(searched, "package"), headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    assert hashlib.sha256(answer.content).hexdigest() == built.sha256
    assert answer.headers["etag"] == f'"{built.sha256}"'
    assert int(answer.headers["content-length"]) == len(answer.content) == built.bytes
    assert zipfile.ZipFile(io.BytesIO(answer.content)).testzip() is None
    assert answer.headers["cache-control"] == "no-store"
    assert CaseReader(resources).get(searched.id).state == before
    same = web.get(url(searched, "package"), headers=headers | {"If-None-Match": answer.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    assert looks(resources) == ["view_case", "package"]


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.AUDITOR, Role.PLATFORM])
def test_a_role_that_reviews_nothing_sees_no_package(
    web: TestClient, key: Key, searched: SearchedCase, resources: Resources, role: Role
) -> None:
    assert web.get(url(searched, "package"), headers=key(role)).status_code == 403
    assert looks(resources) == []


def test_a_page_of_many_rows_opens_a_piece_of_them(web: TestClient, key: Key, searched: SearchedCase) -> None:
    # 30 MB of rows in one collection; a page needs a segment of a thousand rows, which are 1 MB, and its copies.
    searched.found("platform", "prompts", [(number, 42, "x" * 1_000, "2026-11-01") for number in range(30_000)])
    headers = key()
    web.get(url(searched, "items"), headers=headers)
    tracemalloc.start()
    page = web.get(url(searched, "items"), params={"cursor": 25_000, "limit": 50}, headers=headers).json()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(page["items"]) == 50
    assert most < 12_000_000


def test_a_part_is_read_and_approved_apart_from_the_whole(web: TestClient, key: Key, searched: SearchedCase) -> None:
    reviewer = key(Role.REVIEWER)
    assert web.get(url(searched, "package?part=true"), headers=reviewer).status_code == 409
    part = searched.propose_part("billing")
    case = web.get(url(searched, "").rstrip("/"), headers=reviewer).json()
    assert case["partial_answer"] == {"state": "ready", "sha256": part.sha256, "bytes": part.bytes, "records": part.records}
    assert "approve_partial_answer" in case["allowed_actions"]
    zipped = web.get(url(searched, "package?part=true"), headers=reviewer)
    assert hashlib.sha256(zipped.content).hexdigest() == part.sha256
    approve = url(searched, "actions/approve_partial_answer")
    stale = web.post(approve, headers=reviewer, json={"sha256": case["package"]["sha256"]})
    assert (stale.status_code, stale.json()["type"]) == (409, "/problems/stale-hash")
    approved = web.post(approve, headers=reviewer, json={"sha256": part.sha256})
    assert approved.json()["partial_answer"]["state"] == "approved"
    assert approved.json()["status"] == "in_review"


def test_a_decision_about_an_item_makes_a_part_stale_and_bars_its_author(
    web: TestClient, key: Key, searched: SearchedCase
) -> None:
    part = searched.propose_part("platform")
    (item, *_) = searched.items("billing", "invoices")
    searched.decide(item.id, "withhold", "third_party")
    approve = url(searched, "actions/approve_partial_answer")
    refused = web.post(approve, headers=key(Role.REVIEWER), json={"sha256": part.sha256})
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/stale-hash")
