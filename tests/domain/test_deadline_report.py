"""What `habeas deadline` is given and prints: every mistake is named by row and column, and nothing is half printed."""

import io
import json
from datetime import datetime

import pytest

from domain.breach_clock import breach_clock
from domain.deadline_report import deadline_csv, deadline_json
from domain.errors import InvalidInputError

RECEIVED = "2026-09-01T10:00:00+01:00"
HEADER = "id,regime,event,received_at,inputs\n"


def row(**changed: str) -> str:
    cells = {"id": "A1", "regime": "UK", "event": "UK-RESP-1M", "received_at": RECEIVED, "inputs": "{}"} | changed
    return ",".join('"' + cell.replace('"', '""') + '"' for cell in cells.values()) + "\n"


def printed(text: str) -> str:
    out = io.StringIO()
    deadline_csv(io.StringIO(text), out)
    return out.getvalue()


def test_one_clock_is_json() -> None:
    clock = deadline_json("UK", "UK-RESP-1M", RECEIVED, {"right": "access"})
    assert json.loads(json.dumps(clock)) == clock
    assert {"legal_due", "safe_due", "state", "sum"} <= set(clock)
    assert (clock["legal_due"], clock["safe_due"], clock["state"]) == ("2026-10-01", "2026-10-01", "running")
    assert set(clock["sum"][0]) == {"step", "date", "source"}


def test_a_breach_prints_instants_in_utc() -> None:
    clock = deadline_json("EU-DE", "BREACH-72H-SAFE", "2026-10-23T15:10:00+02:00", {})
    assert (clock["safe_due"], clock["legal_due"]) == ("2026-10-26T13:10:00Z", "2026-10-26T14:00:00Z")
    assert clock["sum"][0]["date"] == "2026-10-23T13:10:00Z"


@pytest.mark.parametrize(
    ("inputs", "state"),
    [
        ({}, "running"),
        ({"as_of": "2026-09-04T09:00:00Z"}, "running"),
        ({"as_of": "2026-09-04T09:00:01Z"}, "missed"),
        ({"notified_at": "2026-09-04T09:00:00Z"}, "met"),
        ({"notified_at": "2026-09-04T09:00:01Z", "as_of": "2026-10-01T00:00:00Z"}, "missed"),
        ({"notified_at": "2026-09-03T09:00:00Z", "as_of": "2026-10-01T00:00:00Z"}, "met"),
    ],
)
def test_state_of_a_breach(inputs: dict[str, str], state: str) -> None:
    assert deadline_json("UK", "BREACH-72H-SAFE", "2026-09-01T09:00:00Z", inputs)["state"] == state


def test_of_two_moments_of_awareness_the_earlier_counts() -> None:
    inputs = {"controller_informed_at": "2026-09-02T09:00:00Z", "reasonable_certainty_at": "2026-09-03T09:00:00Z"}
    clock = deadline_json("UK", "BREACH-72H-SAFE", "2026-09-01T09:00:00Z", inputs)
    assert clock["safe_due"] == "2026-09-05T09:00:00Z"


@pytest.mark.parametrize(
    ("inputs", "state"),
    [
        ({}, "running"),
        ({"as_of": "2026-10-02T00:00:00+01:00"}, "missed"),
        ({"answered_at": "2026-10-01T23:59:00+01:00"}, "met"),
        ({"refusal_notified_at": "2026-10-02T00:00:00+01:00"}, "missed"),
    ],
)
def test_state_of_a_request(inputs: dict[str, str], state: str) -> None:
    assert deadline_json("UK", "UK-RESP-1M", RECEIVED, inputs)["state"] == state


def test_a_refusal_row_has_its_own_date_and_state() -> None:
    inputs = {"extension_notified_at": "2026-09-10T10:00:00Z", "as_of": "2026-10-05T10:00:00Z"}
    clock = deadline_json("EU-IE", "EU-REFUSAL", RECEIVED, inputs)
    assert (clock["legal_due"], clock["safe_due"], clock["state"]) == ("2026-10-01", "2026-10-01", "missed")
    waiting = deadline_json("UK", "UK-REFUSAL", RECEIVED, {"identity_requested_at": "2026-09-02T10:00:00Z"})
    assert (waiting["legal_due"], waiting["state"]) == (None, "waiting_for_identity")


def test_three_months_without_a_notice_say_what_they_presume() -> None:
    clock = deadline_json("UK", "UK-RESP-3M", RECEIVED, {"right": "access"})
    assert clock["legal_due"] == "2026-12-01"
    assert "presume" in clock["sum"][0]["step"]
    assert deadline_json("UK", "UK-RESP-3M", RECEIVED, {"extension_notified_at": None})["legal_due"] == "2026-10-01"


def test_a_right_that_is_not_known_is_said() -> None:
    clock = deadline_json("UK", "UK-RESP-1M", RECEIVED, {"right": "acess"})
    assert "not known" in clock["sum"][0]["step"]


def test_the_zone_can_be_named() -> None:
    inputs = {"right": "access", "tz": "Europe/Berlin"}
    assert deadline_json("UK", "UK-RESP-1M", "2026-09-01T22:30:00Z", inputs)["legal_due"] == "2026-10-02"


def test_the_representative_can_be_named() -> None:
    inputs = {"right": "access", "controller_country": "GB", "representative_country": "IE"}
    assert deadline_json("EU-FR", "EU-RESP-1M", "2026-04-08T10:00:00Z", inputs)["legal_due"] == "2026-05-08"


@pytest.mark.parametrize(
    ("regime", "event", "legal", "safe"),
    [
        ("US-CA", "CCPA-CONFIRM-10BD", "2026-12-07", "2026-12-07"),
        ("US-CA", "CCPA-45D", "2027-01-07", "2027-01-06"),
        ("US-CA", "CCPA-90D", "2027-02-21", "2027-02-20"),
        ("US-CA", "CCPA-OPT-OUT-15BD", "2026-12-14", "2026-12-14"),
        ("BR", "LGPD-15D", "2026-12-08", "2026-12-08"),
        ("CA-QC", "QC-30D", "2026-12-23", "2026-12-23"),
        ("CH", "CH-30D", "2026-12-23", "2026-12-23"),
    ],
)
def test_other_laws_count_plain_days(regime: str, event: str, legal: str, safe: str) -> None:
    clock = deadline_json(regime, event, "2026-11-23T18:00:00+00:00", {"right": "know"})
    assert (clock["legal_due"], clock["safe_due"], clock["state"]) == (legal, safe, "running")


def test_a_row_of_another_law_can_be_missed() -> None:
    late = {"as_of": "2026-12-20T00:00:00Z"}
    assert deadline_json("BR", "LGPD-15D", "2026-11-23T18:00:00Z", late)["state"] == "missed"


PAIR = ["2026-09-03T10:00:00Z", "2026-09-02T10:00:00Z"]


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        ({"regime": "FR"}, "regime"),
        ({"regime": "EU-US"}, "regime"),
        ({"regime": "FR", "event": "BREACH-72H-SAFE"}, "regime"),
        ({"event": "UK-RESP-2M"}, "event"),
        ({"event": "EU-RESP-1M"}, "event"),
        ({"event": "CCPA-45D"}, "event"),
        ({"event": "UK"}, "event"),
        ({"regime": "EU-IE", "event": "EU-COMPLAINT-ACK-30D"}, "event"),
        ({"received_at": "2026-09-01T10:00:00"}, "received_at"),
        ({"received_at": "yesterday"}, "received_at"),
        ({"received_at": ""}, "received_at"),
        ({"received_at": "2017-09-01T10:00:00Z"}, "received_at"),
        ({"received_at": "2101-09-01T10:00:00Z"}, "received_at"),
        ({"received_at": "2017-09-01T10:00:00Z", "event": "BREACH-72H-SAFE"}, "received_at"),
        ({"regime": "CH", "event": "CH-30D", "received_at": "2022-09-01T10:00:00Z"}, "received_at"),
        ({"inputs": "{"}, "inputs"),
        ({"inputs": "[]"}, "inputs"),
        ({"inputs": '{"identity_recieved_at": null}'}, "inputs"),
        ({"inputs": '{"fee_paid_at": "2026-09-01"}'}, "inputs"),
        ({"inputs": '{"right": 5}'}, "inputs"),
        ({"inputs": '{"tz": "Europe/Nowhere"}'}, "inputs"),
        ({"inputs": '{"tz": "../etc/passwd"}'}, "inputs"),
        ({"inputs": '{"tz": "Mars"}', "regime": "CH", "event": "CH-30D"}, "inputs"),
        ({"inputs": '{"controller_country": "Britain"}'}, "inputs"),
        ({"inputs": '{"clarifications": "soon"}'}, "inputs"),
        ({"inputs": '{"clarifications": [["2026-09-03T10:00:00Z"]]}'}, "inputs"),
        ({"inputs": json.dumps({"clarifications": [PAIR]})}, "inputs"),
    ],
)
def test_a_mistake_is_named_by_row_and_column(changed: dict[str, str], column: str) -> None:
    out = io.StringIO()
    with pytest.raises(InvalidInputError) as refused:
        deadline_csv(io.StringIO(HEADER + row() + row(**changed)), out)
    assert (refused.value.facts["row"], refused.value.facts["column"]) == (2, column)
    assert refused.value.message.startswith(f"Row 2, column {column}: ")
    assert out.getvalue() == ""


@pytest.mark.parametrize("text", ["", "id,regime,event,received_at\nA,UK,UK-RESP-1M,2026-09-01T10:00:00Z\n"])
def test_a_missing_column_is_named(text: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        printed(text)
    assert refused.value.facts["row"] == 0


def test_a_mark_at_the_start_and_further_columns_do_not_matter() -> None:
    text = "\ufeff" + HEADER.strip() + ",note\r\n" + row().strip() + ",x\r\n"
    assert printed(text) == "id,legal_due,safe_due,state\nA1,2026-10-01,2026-10-01,running\n"


def test_an_instant_without_offset_is_refused_by_a_breach_clock() -> None:
    with pytest.raises(InvalidInputError):
        breach_clock(datetime(2026, 9, 1, 9))  # noqa: DTZ001 - the mistake itself
