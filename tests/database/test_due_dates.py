"""What is owed is read from the projection: counted per day, late when its safe date has passed, gone once answered."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from adapters.database.due_dates import DueDates
from adapters.resources import Resources
from domain.events import Tag
from domain.rights import Right
from tests import opened
from tests.case_in_hand import CaseInHand
from tests.factories import MONDAY

DUE = date(2026, 12, 23)  # a month from Monday 23 November


@pytest.fixture
def resources(tmp_path: Path, database_url: str) -> Iterator[Resources]:
    with opened.resources(tmp_path / "home", database_url) as everything:
        yield everything


def test_open_cases_are_counted_on_their_safe_date_until_they_are_answered(resources: Resources) -> None:
    first, second = CaseInHand(resources), CaseInHand(resources)
    reader = DueDates(resources)
    strip = reader.strip(MONDAY.date())
    assert {day.day: day.count for day in strip.days if day.count} == {DUE: 2}
    assert (strip.late, reader.strip(DUE + timedelta(days=1)).late) == (0, 2)
    assert [row.reference for row in reader.rows()] == sorted([first.reference, second.reference])
    first.happen(Tag.DELIVERY_NOTIFIED)
    second.happen(Tag.REQUEST_CLOSED, outcome="withdrawn")
    assert list(reader.rows()) == []
    assert reader.strip(DUE + timedelta(days=1)).late == 0


def test_an_acknowledged_complaint_is_owed_nothing_by_a_date(resources: Resources) -> None:
    complaint = CaseInHand(resources, rights=[Right.COMPLAINT])
    reader = DueDates(resources)
    (row,) = reader.rows()
    assert (row.rights, row.state) == (("complaint",), "running")
    complaint.happen(Tag.COMPLAINT_ACKNOWLEDGED)
    assert list(reader.rows()) == []


def test_rows_stop_at_a_day(resources: Resources) -> None:
    case = CaseInHand(resources)
    reader = DueDates(resources)
    assert list(reader.rows(DUE - timedelta(days=1))) == []
    (row,) = reader.rows(DUE)
    assert (row.reference, row.safe_due, row.legal_due, row.state) == (case.reference, DUE, DUE, "running")
