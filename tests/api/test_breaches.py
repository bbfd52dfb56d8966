"""A breach by the JSON API: reported with its clocks at once, worked on by actions, read by whoever may."""

import csv
import hashlib
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from adapters import quotas
from adapters.database.intake import Receipt
from domain.rights import Role
from tests.breach_gateway import BreachGateway

Key = Callable[..., dict[str, str]]
NOW = datetime.now(UTC).replace(microsecond=0)
BODY = {
    "summary": "Sign-ins with stolen passwords",
    "first_alert_at": (NOW - timedelta(hours=2)).isoformat(),
    "affected": {"GB": 120, "IE": 4, "DE-BE": {"low": 400, "high": 450}, "XX": 28},
}


@pytest.fixture
def rita(key: Key) -> dict[str, str]:
    return key(Role.BREACH_RESPONDER, name="rita")


@pytest.fixture
def lea(key: Key) -> dict[str, str]:
    return key(Role.PRIVACY_LEAD, name="lea")


@pytest.fixture
def breach(web: TestClient, rita: dict[str, str]) -> dict[str, Any]:
    answer = web.post("/api/v1/breaches", json=BODY, headers=rita)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def act(web: TestClient, breach: dict[str, Any], who: dict[str, str], action: str, **body: Any) -> Any:  # noqa: ANN401
    return web.post(f"/api/v1/breaches/{breach['reference']}/actions/{action}", json=body, headers=who)


def done(web: TestClient, breach: dict[str, Any], who: dict[str, str], action: str, **body: Any) -> dict[str, Any]:  # noqa: ANN401
    answer = act(web, breach, who, action, **body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_the_answer_has_a_clock_for_every_authority(breach: dict[str, Any], desk: BreachGateway) -> None:
    assert breach["reference"].startswith("HAB-B")
    assert breach["status"] == "reported"
    due = (NOW + timedelta(hours=70)).isoformat().replace("+00:00", "Z")
    assert [(row["authority"], row["country"], row["land"], row["safe_due"]) for row in breach["clocks"]] == [
        ("ICO", "GB", None, due),
        ("Berlin authority", "DE", "BE", due),
        ("DPC", "IE", None, due),
    ]
    assert {row["state"] for row in breach["clocks"]} == {"running"}
    assert all(row["outer_due"] >= row["safe_due"] for row in breach["clocks"])
    assert breach["unknown_country"] == {"low": 28, "high": 28}
    assert len(desk.started) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"first_alert_at": "2026-11-22T11:22:00"},
        {"affected": {"Germany": 3}},
        {"affected": {"QQ": 3}},
        {"first_alert_at": (NOW + timedelta(hours=1)).isoformat()},
        {"summary": ""},
        {"summery": "x"},
    ],
)
def test_what_cannot_be_understood_is_refused(web: TestClient, rita: dict[str, str], wrong: dict[str, Any]) -> None:
    assert web.post("/api/v1/breaches", json=BODY | wrong, headers=rita).status_code == 422


def test_the_same_report_under_one_key_is_one_breach(web: TestClient, rita: dict[str, str]) -> None:
    headers = rita | {"Idempotency-Key": "one"}
    first, again = (web.post("/api/v1/breaches", json=BODY, headers=headers).json()["reference"] for _ in range(2))
    assert first == again
    assert web.post("/api/v1/breaches", json=BODY | {"summary": "Other"}, headers=headers).status_code == 422
    assert len(web.get("/api/v1/breaches", headers=rita).json()["items"]) == 1


def test_the_platform_and_any_caseworker_may_report_and_read_nothing(web: TestClient, key: Key) -> None:
    for who in (key(Role.PLATFORM), key(Role.CASEWORKER)):
        reference = web.post("/api/v1/breaches", json=BODY, headers=who).json()["reference"]
        assert web.get(f"/api/v1/breaches/{reference}", headers=who).status_code == 403


def test_a_copy_that_reached_the_wrong_person_starts_a_breach(web: TestClient, rita: dict[str, str], case: Receipt) -> None:
    answer = web.post("/api/v1/breaches", json={"case": case.reference, "affected": {"GB": 1}}, headers=rita).json()
    assert case.reference in answer["summary"]
    assert "mike@example.com" not in answer["summary"], "nothing was addressed yet"
    assert answer["cases"] == [case.reference]


def test_every_word_is_sealed_and_read_again(web: TestClient, breach: dict[str, Any], rita: dict[str, str]) -> None:
    at = NOW.isoformat()
    state = done(web, breach, rita, "add_fact", happened_at=at, zone="Europe/London", text="Odd sign-ins from one network.")
    assert [(fact["text"], fact["zone"]) for fact in state["timeline"]] == [("Odd sign-ins from one network.", "Europe/London")]
    state = done(web, breach, rita, "add_task", text="Call the insurer.", owner="rita-breach_responder@example.com")
    assert state["tasks"][0]["text"] == "Call the insurer."
    state = done(web, breach, rita, "complete_task", task=state["tasks"][0]["id"])
    assert state["tasks"][0]["done_at"]
    state = done(web, breach, rita, "set_field", field="what_happened", standing="estimated", value="Stolen passwords.")
    field = next(field for field in state["fields"] if field["field"] == "what_happened")
    assert (field["standing"], field["value"], field["article"]) == ("estimated", "Stolen passwords.", "33(3)(a)")


def test_a_choice_outside_the_form_is_refused(web: TestClient, breach: dict[str, Any], rita: dict[str, str]) -> None:
    refused = act(web, breach, rita, "set_field", field="likelihood", standing="known", value="maybe")
    assert refused.status_code == 422
    assert "very_likely" in refused.json()["choices"]
    done(web, breach, rita, "set_field", field="data_categories", standing="known", value="health, basic_identifiers")


def test_a_report_from_freezing_to_the_authoritys_receipt(
    web: TestClient, breach: dict[str, Any], rita: dict[str, str], lea: dict[str, str]
) -> None:
    done(web, breach, rita, "set_field", field="what_happened", standing="known", value="Stolen passwords were tried.")
    state = done(web, breach, rita, "prepare_report", authority="ico")
    (report,) = state["reports"]
    assert report["state"] == "waiting"
    place = f"/api/v1/breaches/{breach['reference']}/reports/{report['id']}"
    text = web.get(f"{place}?form=text", headers=rita)
    assert hashlib.sha256(text.content).hexdigest() == report["sha256"]
    assert "Stolen passwords were tried." in text.text
    assert web.get(place, headers=rita).content.startswith(b"%PDF")
    stale = act(web, breach, lea, "approve_report", report=report["id"], sha256="0" * 64)
    assert (stale.status_code, stale.json()["type"]) == (409, "/problems/stale-hash")
    assert "approve_report" in stale.json()["allowed_actions"]
    done(web, breach, lea, "approve_report", report=report["id"], sha256=report["sha256"])
    sent = NOW.isoformat()
    state = done(web, breach, rita, "record_sent", report=report["id"], sent_at=sent, receipt="IC-123456")
    assert (state["reports"][0]["state"], state["reports"][0]["receipt"]) == ("sent", "IC-123456")
    assert state["clocks"][0]["state"] == "met"


def test_whoever_prepared_a_report_cannot_approve_it(web: TestClient, breach: dict[str, Any], lea: dict[str, str]) -> None:
    (report,) = done(web, breach, lea, "prepare_report", authority="fr")["reports"]
    assert report["language"] == "fr"
    refused = act(web, breach, lea, "approve_report", report=report["id"], sha256=report["sha256"])
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/four-eyes")


def test_evidence_is_kept_with_its_hash(web: TestClient, breach: dict[str, Any], rita: dict[str, str]) -> None:
    log = b"2026-11-22 11:22 sign-in\n" * 10
    answer = web.post(
        f"/api/v1/breaches/{breach['reference']}/actions/add_evidence",
        files={"command": (None, json.dumps({"text": "The log of the edge."})), "files": ("edge.log", log, "text/plain")},
        headers=rita,
    )
    (kept,) = answer.json()["evidence"]
    assert kept["sha256"] == hashlib.sha256(log).hexdigest()
    read = web.get(f"/api/v1/breaches/{breach['reference']}/evidence/{kept['id']}", headers=rita)
    assert read.content == log
    assert "attachment" in read.headers["Content-Disposition"]


def test_one_breach_holds_so_many_files_and_bytes_and_no_more(
    web: TestClient, breach: dict[str, Any], rita: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def send(content: bytes) -> int:
        parts: Any = {"command": (None, json.dumps({"text": "A log."})), "files": ("edge.log", content, "text/plain")}
        return web.post(f"/api/v1/breaches/{breach['reference']}/actions/add_evidence", files=parts, headers=rita).status_code

    monkeypatch.setattr(quotas, "MOST_BYTES", 10)
    assert [send(b"12345678"), send(b"123"), send(b"12")] == [200, 422, 200]
    monkeypatch.setattr(quotas, "MOST_FILES", 2)
    monkeypatch.setattr(quotas, "MOST_BYTES", 100)
    assert send(b"1") == 422


def test_a_repeated_action_happens_once_and_another_body_is_refused(
    web: TestClient, breach: dict[str, Any], rita: dict[str, str]
) -> None:
    headers = rita | {"Idempotency-Key": "two"}
    for _ in range(2):
        state = done(web, breach, headers, "add_task", text="Call the insurer.")
        assert len(state["tasks"]) == 1
    assert act(web, breach, headers, "add_task", text="Call the police.").status_code == 422


def test_an_unanswered_action_says_where_to_ask(
    web: TestClient, breach: dict[str, Any], rita: dict[str, str], desk: BreachGateway
) -> None:
    desk.silent = True
    answer = act(web, breach, rita, "add_task", text="Call the insurer.")
    assert answer.status_code == 202
    assert web.get(answer.headers["Location"], headers=rita).status_code == 202
    desk.silent = False
    done(web, breach, rita, "acknowledge")
    assert web.get(answer.headers["Location"], headers=rita).status_code == 202, "it was never taken"


def test_an_exercise_is_marked_and_in_no_list(web: TestClient, rita: dict[str, str]) -> None:
    rehearsal = web.post("/api/v1/breaches", json=BODY | {"exercise": True}, headers=rita).json()
    reference = rehearsal["reference"]
    assert web.get("/api/v1/breaches", headers=rita).json()["items"] == []
    assert web.get("/api/v1/breaches?exercises=true", headers=rita).json()["items"][0]["reference"] == reference
    assert reference not in web.get("/api/v1/breaches/register.csv", headers=rita).text
    (report,) = done(web, rehearsal, rita, "prepare_report", authority="de_be")["reports"]
    text = web.get(f"/api/v1/breaches/{reference}/reports/{report['id']}?form=text", headers=rita).text
    assert text.startswith("Übung. Nicht einzureichen."), "nobody hands it in by mistake"


def test_the_register_has_every_breach_also_what_was_none(
    web: TestClient, breach: dict[str, Any], rita: dict[str, str], lea: dict[str, str], key: Key
) -> None:
    done(web, breach, rita, "set_field", field="actions_taken", standing="known", value="=cmd|passwords reset")
    done(web, breach, lea, "dismiss", reason="A rehearsal that was not marked.")
    rows = list(csv.DictReader(io.StringIO(web.get("/api/v1/breaches/register.csv", headers=rita).text)))
    assert [(row["reference"], row["outcome"], row["lessons"]) for row in rows] == [
        (breach["reference"], "not_a_breach", "A rehearsal that was not marked.")
    ]
    assert rows[0]["remedial_action"].startswith("'="), "no spreadsheet takes a cell for a formula"
    auditor = web.get("/api/v1/breaches/register.csv", headers=key(Role.AUDITOR)).text
    assert breach["reference"] in auditor
    assert "rehearsal" not in auditor


def test_an_auditor_reads_what_happened_and_no_words(web: TestClient, breach: dict[str, Any], key: Key) -> None:
    auditor = key(Role.AUDITOR)
    answer = web.get(f"/api/v1/breaches/{breach['reference']}", headers=auditor).json()
    assert (answer["summary"], answer["allowed_actions"]) == (None, [])
    events = web.get(f"/api/v1/breaches/{breach['reference']}/events", headers=auditor).json()["items"]
    assert events[0]["tag"] == "breach:alert:opened"


def test_severity_is_shown_with_its_arithmetic(web: TestClient, breach: dict[str, Any], rita: dict[str, str]) -> None:
    inputs = {"category": "sensitive", "context": 4, "ease": "maximum", "confidentiality": "some", "malicious": True}
    severity = done(web, breach, rita, "assess", inputs=inputs | {"individuals": 3040})["severity"]
    assert (severity["score"], severity["band"]) == (4.75, "very_high")
    assert severity["flags"] == ["more than 100 individuals"]
    assert severity["sum"][-1]["value"] == 4.75
