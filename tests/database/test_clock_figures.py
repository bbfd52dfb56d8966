"""Figures of the clock by month, from what was recorded: nothing twice, nothing forgotten, targets by working days."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from activities.case_log import CaseLog
from adapters.database.clock_figures import ClockFigures
from adapters.database.tables import Letter
from adapters.resources import Resources
from domain.clock_figures import MonthFigures, write_csv
from domain.events import CaseEvent, Fact, Tag
from domain.messages import RecordEvents
from domain.rights import Right
from tests import opened
from tests.case_in_hand import CaseInHand
from tests.factories import MONDAY

NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 31)
PLAN: dict[str, Fact] = {"plan": str(UUID(int=7)), "sha256": "a" * 64, "datamap": "b" * 64, "number": 1}
LATER = datetime(2027, 3, 1, tzinfo=UTC)


@pytest.fixture
def resources(tmp_path: Path, database_url: str) -> Iterator[Resources]:
    with opened.resources(tmp_path / "home", database_url) as everything:
        yield everything


def at(case: CaseInHand, tag: Tag, days: float, **facts: Fact) -> None:
    case.sequence += 1
    event = CaseEvent(sequence=case.sequence, tag=tag, at=MONDAY + timedelta(days=days), actor="system", facts=facts)
    message = RecordEvents(case_id=case.id, command_id=f"test:{case.sequence}", events=[event])
    CaseLog(case.resources).record_case_event(message)


def posted(case: CaseInHand, name: str, days: float) -> None:
    with case.resources.database.write() as session:
        session.add(
            Letter(
                id=uuid4(),
                case_id=case.id,
                name=name,
                number=1,
                identifier=case.mailbox,
                message_id=f"<{uuid4()}@habeas>",
                content=None,
                written_at=MONDAY,
                accepted_at=MONDAY + timedelta(days=days),
            )
        )


def months(resources: Resources, now: datetime = LATER) -> dict[str, MonthFigures]:
    return {one.month: one for one in ClockFigures(resources).months(NOVEMBER, DECEMBER, now=now)}


def test_answers_count_in_the_month_of_the_answer_and_once(resources: Resources) -> None:
    early, late, again = (CaseInHand(resources) for _ in range(3))
    at(early, Tag.DELIVERY_NOTIFIED, 3)
    at(late, Tag.DEADLINE_PASSED, 29, date="safe")
    at(late, Tag.DEADLINE_PASSED, 30.7, date="legal")
    at(late, Tag.DELIVERY_NOTIFIED, 35)
    at(again, Tag.DELIVERY_NOTIFIED, 5)
    at(again, Tag.DELIVERY_NOTIFIED, 20)  # a second copy
    found = months(resources)
    november, december = found["2026-11"], found["2026-12"]
    assert (november.answered, november.on_time, november.median_days) == (2, 2, 4)
    assert (december.answered, december.on_time, december.missed) == (1, 0, 1)
    assert (november.received, december.received) == (3, 0)
    alone = {one.month: one for one in ClockFigures(resources).months(DECEMBER, DECEMBER, now=LATER)}
    assert alone["2026-12"] == december


def test_longer_time_questions_refusals_and_complaints_are_counted(resources: Resources) -> None:
    case, refused, unknown, complaint = (
        CaseInHand(resources),
        CaseInHand(resources),
        CaseInHand(resources),
        CaseInHand(resources, rights=[Right.COMPLAINT]),
    )
    for day in (1, 2):
        at(case, Tag.CLARIFICATION_ASKED, day)
    at(case, Tag.EXTENSION_NOTIFIED, 10)
    at(refused, Tag.REFUSAL_NOTIFIED, 12)
    at(unknown, Tag.REQUEST_CLOSED, 29, outcome="identity_not_confirmed")
    at(unknown, Tag.REFUSAL_NOTIFIED, 29)  # the letter that says so went out
    at(complaint, Tag.REQUEST_CLOSED, 4, outcome="withdrawn")
    found = months(resources)
    assert found["2026-11"].questions == 2
    assert (found["2026-12"].extensions, found["2026-12"].refused, found["2026-12"].answered) == (1, 2, 2)
    assert (found["2026-11"].complaints, found["2026-11"].received) == (1, 4)


def test_a_stopped_erasure_is_no_answer_until_one_is_carried_out(resources: Resources) -> None:
    stopped, beside, anew = (CaseInHand(resources, rights=[Right.ERASURE]) for _ in range(3))
    for case in (stopped, beside, anew):
        at(case, Tag.ERASURE_STOPPED, 2)
        at(case, Tag.RIGHT_ANSWERED, 2, right="erasure")
    at(stopped, Tag.REQUEST_CLOSED, 2, outcome="withdrawn")
    at(beside, Tag.DELIVERY_NOTIFIED, 3)
    at(anew, Tag.REQUEST_REOPENED, 4)
    at(anew, Tag.ERASURE_PLANNED, 5, **PLAN)
    at(anew, Tag.RIGHT_ANSWERED, 6, right="erasure")
    november = months(resources)["2026-11"]
    assert (november.answered, november.on_time, november.median_days) == (2, 2, 4.5)
    found = {one.case_id: one for one in ClockFigures(resources).answered(NOVEMBER, DECEMBER)}
    assert {key: (one.days, one.stopped) for key, one in found.items()} == {beside.id: (3, True), anew.id: (6, False)}


def test_the_first_reply_has_two_working_days_and_an_acknowledgement_is_none(resources: Resources) -> None:
    friday = MONDAY + timedelta(days=4)
    quick, slow, none, weekend = (
        CaseInHand(resources),
        CaseInHand(resources),
        CaseInHand(resources),
        CaseInHand(resources, received_at=friday),
    )
    for case in (quick, slow, none, weekend):
        posted(case, "request_received", 0)
    posted(quick, "message", 2)
    posted(slow, "message", 3)
    posted(weekend, "package_ready", 8)  # Tuesday
    november = months(resources)["2026-11"]
    assert (november.replied, november.reply_due) == (2, 4)
    soon = months(resources, MONDAY + timedelta(days=1))["2026-11"]
    assert soon.reply_due == 3  # what has no reply yet is not owed one before the second day is over


def test_the_csv_has_a_line_a_month_and_no_rate_of_nothing(tmp_path: Path) -> None:
    path = tmp_path / "clock.csv"
    answered = MonthFigures("2026-12", answered=3, on_time=2, days=[4, 9, 30])
    with path.open("w", newline="") as out:
        write_csv([MonthFigures("2026-11"), answered], out)
    first, second = path.read_text().splitlines()[1:]
    assert first == "2026-11,0,0,0,0,0,0,0,0,,,0,0,0,0"
    assert second == "2026-12,0,0,0,0,0,0,3,2,66.7,9,0,0,0,0"
