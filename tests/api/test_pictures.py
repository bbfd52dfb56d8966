"""The pictures are well-formed, without inline style or script, and say in words what they draw."""

import xml.etree.ElementTree as ET
from datetime import date
from itertools import pairwise

import pytest

from api.face.strip import strip_svg, strip_table
from api.face.timeline import WIDTH, timeline_svg
from domain.calendars import Calendar
from domain.due_days import due_days
from domain.timeline import timeline
from tests.domain.stories import RECEIVED, UK, case, day, event

SVG = "{http://www.w3.org/2000/svg}"
TODAY = date(2026, 11, 23)


def picture(*story: tuple[str, str], today: str) -> ET.Element:
    clock = case(*story, today=today)
    line = timeline(clock, UK, ("access",), [event(kind, at) for kind, at in story], today=day(today))
    return parsed(timeline_svg(line))


def parsed(svg: str) -> ET.Element:
    root = ET.fromstring(svg)
    for element in root.iter():
        assert "style" not in element.attrib
        assert not any(name.startswith("on") for name in element.attrib)
    described = [root.find(f"{SVG}{tag}") for tag in ("title", "desc")]
    assert " ".join(one.attrib["id"] for one in described if one is not None) == root.attrib["aria-labelledby"]
    return root


def test_the_word_late_stands_whole_in_the_first_column() -> None:
    """Centred over a column of 16 it began left of the picture's edge."""
    strip = parsed(strip_svg(due_days({}, 2, TODAY, Calendar("GB", "England and Wales")), lambda day: f"/d/{day}", "/late"))
    (late,) = [one for one in strip.iter(f"{SVG}text") if one.text == "late"]
    assert late.attrib["text-anchor"] == "start"
    assert float(late.attrib["x"]) >= 0


STORY = (
    RECEIVED,
    ("clarification_asked", "2026-09-07"),
    ("clarification_answered", "2026-09-14"),
    ("extension_notified", "2026-10-02"),
)


def test_every_mark_is_drawn_and_said() -> None:
    root = picture(*STORY, today="2026-11-23")
    said = root.findtext(f"{SVG}desc") or ""
    for words in (
        "Received: Tue 1 September",
        "Paused, 8 days: 7 to 14",
        "First date: Thu 8 October 2026, moved",
        "Today: Mon 23",
    ):
        assert words in said
    kinds = {kind for group in root.iter(f"{SVG}g") for kind in group.attrib["class"].split()}
    assert {"tl-received", "tl-paused", "tl-notified", "tl-first_date", "tl-today", "tl-due", "tl-latest"} <= kinds
    assert {rect.attrib["class"] for rect in root.iter(f"{SVG}rect")} == {
        "tl-elapsed",
        "tl-paused",
        "tl-extended",
        "tl-cut",
        "tl-to-come",
    }


@pytest.mark.parametrize("today", ["2026-09-01", "2026-09-16", "2026-09-30", "2026-10-01", "2026-10-20", "2027-03-01"])
def test_no_label_lies_over_another_or_leaves_the_picture(today: str) -> None:
    known = [(kind, at) for kind, at in STORY if at <= today]
    root = picture(*known, today=today)
    spans: dict[str, list[tuple[float, float]]] = {}
    for text in root.iter(f"{SVG}text"):
        if text.attrib.get("class") == "tl-title":
            x = float(text.attrib["x"])
            left = {"start": x, "middle": x - 90, "end": x - 180}[text.attrib["text-anchor"]]
            spans.setdefault(text.attrib["y"], []).append((left, left + 180))
    for row in spans.values():
        row.sort()
        assert row[0][0] >= 0
        assert row[-1][1] <= WIDTH
        assert all(before[1] <= after[0] for before, after in pairwise(row))
    assert any(text.text == "Received" for text in root.iter(f"{SVG}text"))


def test_the_scale_has_months_over_two_months_and_mondays_below() -> None:
    def scale(today: str, *story: tuple[str, str]) -> list[str]:
        root = picture(*story, today=today)
        group = next(group for group in root.iter(f"{SVG}g") if group.attrib["class"] == "tl-scale")
        return [text.text or "" for text in group.iter(f"{SVG}text")]

    assert scale("2026-11-23", *STORY)[:3] == ["September 2026", "October", "November"]
    assert scale("2026-09-03", RECEIVED)[1:3] == ["7 September", "14 September"]


def test_the_strip_links_each_day_and_cuts_at_four_blocks() -> None:
    due = due_days({date(2026, 11, 24): 1, date(2026, 12, 1): 9}, 2, TODAY, Calendar("GB", "England and Wales"))
    root = parsed(strip_svg(due, lambda on: f"/console?due={on.isoformat()}&x=<", "/console?late=1"))
    assert root.attrib["role"] == "group"
    links = {link.attrib["href"]: link for link in root.iter(f"{SVG}a")}
    assert set(links) == {"/console?late=1", "/console?due=2026-11-24&x=<", "/console?due=2026-12-01&x=<"}
    many = links["/console?due=2026-12-01&x=<"]
    assert len(list(many.iter(f"{SVG}rect"))) == 4
    assert many.attrib["aria-label"] == "9 due on Tuesday 1 December"
    assert "2 late, 1 due in the first week shown, 10 in all eight weeks" in (root.findtext(f"{SVG}desc") or "")
    assert strip_table(due)[1] == ("30 November 2026", [0, 9, 0, 0, 0])
