"""Due dates and figures as files: what is owed, in order, for spreadsheet and calendar, and never anything of a person."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from adapters.database.due_dates import DueCase
from adapters.database.intake import Receipt
from adapters.due_feed import due_calendar
from adapters.resources import Resources
from cli import app
from domain.rights import Right, Role
from tests.case_in_hand import CaseInHand
from tests.local_day import this_month

Key = Callable[..., dict[str, str]]
ADDRESS = "somebody.special@example.com"


@pytest.fixture
def two(resources: Resources) -> list[CaseInHand]:
    now = datetime.now(UTC)
    return [
        CaseInHand(resources, rights=[Right.ERASURE, Right.ACCESS], email=ADDRESS, received_at=now),
        CaseInHand(resources, email=ADDRESS, received_at=now - timedelta(days=40)),
    ]


def read(web: TestClient, key: Key, path: str) -> str:
    answer = web.get(f"/api/v1{path}", headers=key(Role.CASEWORKER))
    assert answer.status_code == 200, answer.text
    assert "attachment" in answer.headers["content-disposition"]
    assert ADDRESS not in answer.text
    return answer.text


def test_the_spreadsheet_has_a_line_a_case_and_the_nearest_first(web: TestClient, key: Key, two: list[CaseInHand]) -> None:
    late, new = reversed(two)
    rows = list(csv.DictReader(io.StringIO(read(web, key, "/due-dates.csv"))))
    assert [row["reference"] for row in rows] == [late.reference, new.reference]
    assert rows[1]["rights"] == "erasure access"
    assert all(row["safe_due"] and row["received_at"].endswith("Z") for row in rows)
    cut = list(csv.DictReader(io.StringIO(read(web, key, f"/due-dates.csv?until={rows[0]['safe_due']}"))))
    assert [row["reference"] for row in cut] == [late.reference]


def test_the_calendar_is_one_a_calendar_program_reads(web: TestClient, key: Key, two: list[CaseInHand]) -> None:
    text = read(web, key, "/due-dates.ics")
    assert text.startswith("BEGIN:VCALENDAR\r\n")
    assert text.endswith("END:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in text.split("\r\n"))
    unfolded = text.replace("\r\n ", "")
    assert unfolded.count("BEGIN:VEVENT") == unfolded.count("END:VEVENT") == len(two)
    for case in two:
        assert f"UID:{case.reference}@habeas" in unfolded
        assert f"/console/cases/{case.reference}" in unfolded
    assert "erasure\\, access" in unfolded


def test_a_long_line_is_folded_and_reads_the_same() -> None:
    now = datetime(2026, 11, 23, 9, tzinfo=UTC)
    many = DueCase("HAB-1", tuple(Right), "in_review", "waiting_for_identity", now, now.date(), None)
    text = "".join(due_calendar([many], link="https://privacy.example/console/cases/", now=now))
    assert max(map(len, text.split("\r\n"))) <= 75
    assert "automated decision review\\, withdraw consent" in text.replace("\r\n ", "")
    assert "No last day by law while something is awaited." in text.replace("\r\n ", "")
    assert "DTSTART;VALUE=DATE:20261123\r\nDTEND;VALUE=DATE:20261124" in text


def test_the_figures_of_a_year_end_with_this_month(
    web: TestClient, key: Key, two: list[CaseInHand], resources: Resources
) -> None:
    rows = list(csv.DictReader(io.StringIO(read(web, key, "/figures/clock.csv"))))
    assert len(rows) == 12
    assert rows[-1]["month"] == this_month(resources)
    assert sum(int(row["received"]) for row in rows) == len(two)


@pytest.mark.parametrize("last", ["2026-03", "2026-10", "2024-02"])
def test_a_year_is_twelve_months_whatever_their_length(web: TestClient, key: Key, last: str) -> None:
    rows = list(csv.DictReader(io.StringIO(read(web, key, f"/figures/clock.csv?last={last}"))))
    assert (len(rows), rows[-1]["month"]) == (12, last)


@pytest.mark.parametrize("query", ["first=2026-13", "first=november", "first=2026-11&last=2026-10", "first=2001-01&last=2026-01"])
def test_no_other_words_name_a_month(web: TestClient, key: Key, query: str) -> None:
    answer = web.get(f"/api/v1/figures/clock.csv?{query}", headers=key(Role.AUDITOR, scopes=("cases:read",)))
    assert answer.status_code == 422


def test_the_command_line_prints_the_same(resources: Resources, two: list[CaseInHand]) -> None:
    settings = resources.settings
    environment = {
        "HABEAS_HOME": str(settings.home),
        "HABEAS_DATABASE_URL": str(settings.database_url),
        "HABEAS_DATAMAP": str(settings.datamap),
    }
    table = CliRunner().invoke(app, ["due-dates"], env=environment)
    assert [line.partition(",")[0] for line in table.stdout.splitlines()[1:]] == [two[1].reference, two[0].reference]
    assert CliRunner().invoke(app, ["due-dates", "--ical"], env=environment).stdout.count("BEGIN:VEVENT") == len(two)


def test_an_auditor_sees_figures_and_no_case(web: TestClient, key: Key, case: Receipt) -> None:  # noqa: ARG001
    auditor = key(Role.AUDITOR, scopes=("cases:read",))
    assert web.get("/api/v1/figures/clock.csv", headers=auditor).status_code == 200
    assert web.get("/api/v1/due-dates.csv", headers=auditor).status_code == 403
