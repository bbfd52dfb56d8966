"""The legal timeline says what the clock says: without gaps, with a mark for each thing that moved the date."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.timeline import Timeline, timeline
from tests.domain.stories import IRISH, RECEIVED, UK, case, day, event


def drawn(*story: tuple[str, str], today: str, regimes: tuple[str, ...] = UK, promised: str | None = None) -> Timeline:
    clock = case(*story, regimes=regimes, today=today)
    clock = clock.model_copy(update={"promised": day(promised) if promised else None})
    return timeline(clock, regimes, ("access",), [event(kind, at) for kind, at in story], today=day(today))


def marks(line: Timeline) -> dict[str, tuple[date, str, str]]:
    return {mark.kind: (mark.day, mark.title, mark.words) for mark in line.marks}


def test_a_plain_case_has_its_receipt_today_and_its_date() -> None:
    line = drawn(RECEIVED, today="2026-09-11")
    assert [(part.kind, part.start, part.end) for part in line.stretches] == [
        ("elapsed", day("2026-09-01"), day("2026-09-11")),
        ("to_come", day("2026-09-11"), day("2026-10-01")),
    ]
    assert marks(line) == {
        "received": (day("2026-09-01"), "Received", "Tue 1 September 2026"),
        "today": (day("2026-09-11"), "Today", "Fri 11 September 2026"),
        "due": (day("2026-10-01"), "Due, in 20 days", "Thu 1 October 2026"),
    }
    assert line.near == "far"


def test_pause_and_extension_as_in_the_pattern() -> None:
    story = (
        RECEIVED,
        ("clarification_asked", "2026-09-07"),
        ("clarification_answered", "2026-09-14"),
        ("extension_notified", "2026-10-02"),
    )
    line = drawn(*story, today="2026-11-23", promised="2026-12-01")
    seen = marks(line)
    assert seen["paused"][1:] == ("Paused, 8 days", "7 to 14 September 2026")
    assert seen["first_date"] == (day("2026-10-08"), "First date", "Thu 8 October 2026, moved")
    assert seen["notified"][1] == "Longer time notified"
    assert (seen["due"][0], seen["latest"][0]) == (day("2026-12-08"), day("2026-12-09"))
    assert seen["promised"][0] == day("2026-12-01")  # counted from receipt, as the letters say
    assert [part.kind for part in line.stretches] == ["elapsed", "paused", "elapsed", "extended", "to_come"]


def test_a_late_case_is_red_from_its_date_on() -> None:
    line = drawn(RECEIVED, today="2026-10-04")
    assert line.near == "late"
    assert line.stretches[-1].kind == "late"
    assert line.stretches[-1].end == day("2026-10-04")
    assert marks(line)["due"][1] == "Due, 3 days late"


@pytest.mark.parametrize(("today", "title"), [("2026-09-30", "Due, in 1 day"), ("2026-10-01", "Due today")])
def test_soon_is_said(today: str, title: str) -> None:
    line = drawn(RECEIVED, today=today)
    assert (line.near, marks(line)["due"][1]) == ("soon", title)


def test_an_open_question_shows_the_day_to_look_again() -> None:
    line = drawn(RECEIVED, ("clarification_asked", "2026-09-03"), today="2026-09-10")
    assert marks(line)["paused"][1:] == ("Paused, open", "since 3 September 2026")
    assert marks(line)["review"][0] == day("2026-10-03")
    assert [part.kind for part in line.stretches] == ["elapsed", "paused", "to_come"]


def test_under_eu_law_a_question_is_no_gap() -> None:
    story = (RECEIVED, ("clarification_asked", "2026-09-03"), ("clarification_answered", "2026-09-09"))
    line = drawn(*story, today="2026-09-10", regimes=IRISH)
    assert "paused" not in marks(line)
    assert [part.kind for part in line.stretches] == ["elapsed", "to_come"]


def test_an_answered_case_ends_with_its_answer() -> None:
    line = drawn(RECEIVED, ("answered", "2026-09-20"), today="2026-11-20")
    assert marks(line)["ended"][:2] == (day("2026-09-20"), "Answered")
    assert "today" not in marks(line)
    assert line.stretches[-1].end == day("2026-09-20")
    assert line.near == "far"


@given(
    asked=st.integers(0, 25),
    long=st.integers(0, 40),
    notice=st.integers(0, 60),
    today=st.integers(0, 150),
)
def test_stretches_have_no_gap_and_no_overlap(asked: int, long: int, notice: int, today: int) -> None:
    def at(days: int) -> str:
        return (date(2026, 9, 1) + timedelta(days=days)).isoformat()

    story = [RECEIVED, ("clarification_asked", at(asked)), ("clarification_answered", at(asked + long))]
    story.append(("extension_notified", at(notice)))
    known = [(kind, when) for kind, when in story if when <= at(today)]
    line = drawn(*known, today=at(today))
    for before, after in zip(line.stretches, line.stretches[1:], strict=False):
        assert before.end == after.start
        assert before.start < before.end
    if line.stretches:
        assert line.stretches[0].start == line.start
        assert line.stretches[-1].end == max(line.due, day(at(today)))
    assert all(line.start <= mark.day <= line.end for mark in line.marks)
