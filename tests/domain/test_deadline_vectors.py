"""Every row of the vector files: the uncontested dates exactly, the contested ones with their dispute named."""

import csv
import io
import json
from pathlib import Path

import pytest

from domain.deadline_report import deadline_csv, deadline_json
from domain.regimes import MEMBER_STATES

DATA = Path(__file__).parent / "data"


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


AGREED = rows("deadline_vectors.csv")
CONTESTED = rows("deadline_vectors_contested.csv")
BY_HAND = rows("deadline_vectors_by_hand.csv")  # worked out from the law, not by the code

# Per contested row: legal date, safe date, state, and words of the line that names the dispute.
READINGS = {
    "C01": ("2026-11-17", "2026-11-16", "running", "11 days are left out: a pause without its first day"),
    "C02": ("2026-03-23", "2026-03-23", "running", "7 days are left out"),
    "C03": ("2026-10-08", "2026-10-08", "running", "a pause from the first day or before"),
    "C04": ("2027-03-04", "2027-03-03", "running", "3 days are left out"),
    "C05": (None, "2026-10-01", "stopped", "the pause has no end in law"),
    "C06": ("2026-10-30", "2026-10-01", "running", "asked for more than three working days after receipt"),
    "C07": ("2026-10-01", "2026-10-01", "missed", "asked for after the period had ended and restarts nothing"),
    "C08": (None, "2026-10-01", "waiting_for_identity", "the wait has no end in law"),
    "C09": ("2026-10-01", "2026-10-01", "running", "the inclusive reading, a day earlier, is not followed"),
    "C10": ("2027-01-14", "2026-11-16", "running", "strictly it came too late"),
    "C11": ("2026-11-26T11:00:00Z", "2026-11-26T10:20:00Z", "running", "the hour of awareness is not counted"),
    "C12": ("2020-12-25T12:00:00Z", "2020-12-25T11:17:00Z", "running", "the hour of awareness is not counted"),
    "C13": ("2026-05-25T14:00:00Z", "2026-05-25T14:00:00Z", "running", "at least two working days"),
    "C14": ("2026-12-27T16:00:00Z", "2026-12-27T16:00:00Z", "running", "at least two working days"),
    "C15": ("2026-12-28", "2026-12-28", "running", "whose days off and clock count"),
    "C16": ("2026-05-25", "2026-05-25", "running", "whose days off and clock count"),
    "C17": ("2026-07-30", "2026-07-30", "running", "receipt by the earlier clock"),
    "C18": ("2026-01-06", "2026-01-06", "running", "regional holidays are not used"),
    "C19": ("2026-12-28", "2026-12-28", "running", "national public holidays: France"),
    "C20": ("2026-04-03", "2026-04-03", "running", "national public holidays: Ireland"),
    "C21": ("2026-10-12", "2026-10-01", "running", "no statute stops the clock"),
    "C22": ("2026-10-12", "2026-10-01", "running", "no statute stops the clock"),
    "C23": ("2027-04-30", "2027-04-28", "running", "one month and then two"),
    "C24": ("2026-08-03", "2026-07-31", "running", "counted with the day of receipt"),
    "C25": (None, "2026-07-20", "running", "before s.164A was in force"),
    "C26": ("2026-03-04", "2026-03-04", "running", "presumably under the old Article 12"),
    "C27": ("2027-01-04", "2027-01-04", "running", "regional holidays are not used"),
    "C28": ("2027-01-07", "2027-01-06", "running", "begins on the day of receipt"),
    "C29": ("2026-12-04", "2026-12-01", "running", "only when asked in the first month"),
}


@pytest.mark.parametrize("row", AGREED, ids=lambda row: row["id"])
def test_agreed_row(row: dict[str, str]) -> None:
    clock = deadline_json(row["regime"], row["event"], row["received_at"], json.loads(row["inputs"]))
    date = "safe_due" if row["event"] == "BREACH-72H-SAFE" else "legal_due"
    assert clock[date] == row["expected_due"], row["why"]


@pytest.mark.parametrize("row", BY_HAND, ids=lambda row: row["id"])
def test_row_worked_out_by_hand(row: dict[str, str]) -> None:
    clock = deadline_json(row["regime"], row["event"], row["received_at"], json.loads(row["inputs"]))
    assert clock["legal_due"] == row["expected_due"], row["why"]
    assert row["expected_safe"] in ("", clock["safe_due"]), row["why"]


def test_the_rows_by_hand_try_every_member_state() -> None:
    assert {f"EU-{state}" for state in MEMBER_STATES if state not in {"IS", "LI", "NO"}} <= {row["regime"] for row in BY_HAND}


@pytest.mark.parametrize("row", CONTESTED, ids=lambda row: row["id"])
def test_contested_row_names_its_dispute(row: dict[str, str]) -> None:
    clock = deadline_json(row["regime"], row["event"], row["received_at"], json.loads(row["inputs"]))
    legal, safe, state, words = READINGS[row["id"]]
    assert (clock["legal_due"], clock["safe_due"], clock["state"]) == (legal, safe, state), row["dispute"]
    assert any(words in line["step"] for line in clock["sum"])


@pytest.mark.parametrize("row", CONTESTED, ids=lambda row: row["id"])
def test_contested_dates_are_among_the_candidates(row: dict[str, str]) -> None:
    named = next(value for column, value in row.items() if column.startswith("candidate_due"))
    legal, safe, _, _ = READINGS[row["id"]]
    if named:
        assert {legal, safe} <= set(named.split("|"))
    else:
        assert legal is None


def test_review_days_of_unanswered_waits() -> None:
    """C05 and C08: a state and a day to look again, never an invented deadline."""
    clocks = {
        row["id"]: deadline_json(row["regime"], row["event"], row["received_at"], json.loads(row["inputs"]))
        for row in CONTESTED
        if row["id"] in ("C05", "C08")
    }
    assert clocks["C05"]["review_on"] == "2026-10-03"
    assert clocks["C08"]["review_on"] == "2026-09-16"


def test_the_file_as_a_whole() -> None:
    out = io.StringIO()
    with (DATA / "deadline_vectors.csv").open(newline="", encoding="utf-8") as file:
        deadline_csv(file, out)
    printed = list(csv.DictReader(io.StringIO(out.getvalue())))
    assert [row["id"] for row in printed] == [row["id"] for row in AGREED]
    assert out.getvalue().splitlines()[0] == "id,legal_due,safe_due,state"
    for row, expected in zip(printed, AGREED, strict=True):
        date = "safe_due" if expected["event"] == "BREACH-72H-SAFE" else "legal_due"
        assert row[date] == expected["expected_due"]


def test_dates_that_are_not_there_are_empty_cells() -> None:
    out = io.StringIO()
    with (DATA / "deadline_vectors_contested.csv").open(newline="", encoding="utf-8") as file:
        deadline_csv(file, out)
    assert "C05,,2026-10-01,stopped" in out.getvalue().splitlines()
