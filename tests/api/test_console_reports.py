"""Reports count what happened; the data map and every letter can be read by colleagues who never saw a configuration file."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import update

from activities.case_log import CaseLog
from adapters.database.case_figures import CaseFigures
from adapters.database.clock_figures import AnsweredCase
from adapters.database.intake import IncomingRequest, Intake
from adapters.database.tables import QueueEntry
from adapters.letters import LETTERS
from adapters.resources import Resources
from api.console.charts import rate_line, stacked_bars
from api.console.datamap_picture import WIDTH, picture
from domain.events import CaseEvent, Tag
from domain.messages import RecordEvents
from domain.rights import Right, Role
from tests.at_console import AtConsole, text_of
from tests.case_in_hand import CaseInHand
from tests.local_day import this_month

SignIn = Callable[..., AtConsole]


def answered(resources: Resources, rights: list[Right], days: int, ago: int = 0) -> None:
    """A case that was answered some days after it came in."""
    end = datetime.now(UTC) - timedelta(days=ago)
    at = end - timedelta(days=days)
    request = IncomingRequest(rights=rights, email="ann@example.com", country="GB", received_at=at, caller="portal")
    receipt = Intake(resources).receive(request, at)
    opening = {
        "received_at": at.isoformat(),
        "channel": "web_form",
        "rights": [right.value for right in rights],
        "regimes": ["UK"],
        "risk": "low",
    }
    tags: tuple[tuple[Tag, Any, datetime], ...] = (
        (Tag.REQUEST_RECEIVED, opening, at),
        (Tag.DELIVERY_NOTIFIED, {}, end),
        (Tag.REQUEST_CLOSED, {"outcome": "fulfilled"}, end),
    )
    events = [
        CaseEvent.model_validate({"sequence": number, "tag": tag, "at": when, "actor": "system", "facts": facts})
        for number, (tag, facts, when) in enumerate(tags, start=1)
    ]
    CaseLog(resources).record_case_event(RecordEvents(case_id=receipt.case_id, command_id="run:1", events=events))


def rows(person: AtConsole, name: str) -> list[dict[str, str]]:
    answer = person.get(f"/console/reports/{name}.csv")
    assert answer.headers["content-disposition"].startswith(f'attachment; filename="habeas-{name}-')
    return list(csv.DictReader(io.StringIO(answer.text)))


class TestReports:
    def test_what_was_answered_is_counted_by_month_and_right(self, at_console: SignIn, resources: Resources) -> None:
        answered(resources, [Right.ACCESS], 10)
        answered(resources, [Right.ACCESS], 20)
        answered(resources, [Right.ACCESS], 60)
        person = at_console()
        by_right = {row["right"]: row for row in rows(person, "answered-by-right")}
        assert {name: (row["answered"], row["on_time"], row["median_days"]) for name, row in by_right.items()} == {
            "access": ("3", "2", "20"),
            "all": ("3", "2", "20"),
        }
        (month,) = [row for row in rows(person, "answered-by-month") if row["answered"] != "0"]
        assert (month["month"], month["answered"], month["on_time"]) == (this_month(resources), "3", "2")
        shown = text_of(person.get("/console/reports"))
        assert "66%" in shown
        assert "2 of 3" in shown

    def test_a_case_with_two_rights_stands_in_two_rows_and_once_in_the_sum(self, resources: Resources) -> None:
        case = CaseInHand(resources, rights=[Right.ACCESS, Right.ERASURE])
        rights, every = CaseFigures(resources.database).answered([AnsweredCase(case.id, days=9, on_time=True, refused=False)])
        assert {one.right: one.days for one in rights} == {"access": [9], "erasure": [9]}
        assert (every.count, every.on_time, every.refused) == (1, 1, 0)

    def test_an_erasure_that_was_stopped_beside_a_copy_has_no_row(self, resources: Resources) -> None:
        case = CaseInHand(resources, rights=[Right.ACCESS, Right.ERASURE])
        one = AnsweredCase(case.id, days=9, on_time=True, refused=False, stopped=True)
        rights, every = CaseFigures(resources.database).answered([one])
        assert ([each.right for each in rights], every.count) == (["access"], 1)

    def test_open_cases_stand_by_stage_side_and_right(self, at_console: SignIn, resources: Resources) -> None:
        CaseInHand(resources, rights=[Right.ACCESS, Right.ERASURE])
        late = CaseInHand(resources)
        late.proven()
        with resources.database.write() as session:
            late_one = update(QueueEntry).where(QueueEntry.case_id == late.id)  # type: ignore[arg-type]
            session.execute(late_one.values(safe_due=date(2026, 1, 1)))
        person = at_console()
        stages = {row["stage"]: row for row in rows(person, "open-by-stage")}
        assert (stages["verifying_identity"]["open"], stages["collecting"]["open"], stages["in_review"]["open"]) == (
            "1",
            "1",
            "0",
        )
        assert stages["collecting"]["late"] == "1"
        assert {row["move"]: row["open"] for row in rows(person, "open-by-move")} == {"us": "0", "them": "1", "system": "1"}
        assert {row["right"]: row["open"] for row in rows(person, "open-by-right")} == {"access": "2", "erasure": "1"}
        page = text_of(person.get("/console/reports"))
        assert "All rights 3 " in page, "three rights of two cases are no three cases"
        assert "stands in several rows, and as often in the sum." in page

    def test_what_was_approved_alone_is_counted_with_what_was_found_afterwards(
        self, at_console: SignIn, resources: Resources
    ) -> None:
        given: tuple[tuple[str, int], ...] = (("in_order", 0), ("not_in_order", 0), ("", 0), ("", 400))
        for finding, ago in given:
            case, at = CaseInHand(resources), datetime.now(UTC) - timedelta(days=ago)
            found: tuple[tuple[Tag, Any], ...] = (
                (Tag.APPROVED_ALONE, {"announced": 1, "approval": "approve_package"}),
                *(((Tag.AFTER_CHECKED, {"announced": 1, "finding": finding}),) if finding else ()),
            )
            for number, (tag, facts) in enumerate(found, start=case.sequence + 1):
                event = CaseEvent(sequence=number, tag=tag, at=at, actor="system", facts=facts)
                CaseLog(resources).record_case_event(RecordEvents(case_id=case.id, command_id=f"run:{number}", events=[event]))
        page = text_of(at_console(Role.DPO, "Dora Prot").get("/console/reports"))
        assert "3 approvals in this period: 1 in order" in page
        assert "1 not in order, and 1 that nobody has looked at yet" in page
        assert "Solo mode is off." in page

    def test_nothing_yet_is_said(self, at_console: SignIn) -> None:
        shown = text_of(at_console().get("/console/reports"))
        assert "Nothing was answered in this period." in shown
        assert "No case is open." in shown
        assert "alone" not in shown
        assert "none answered" not in shown, "nothing answered is not nothing in time"

    @pytest.mark.parametrize("query", ["from=2026-01&to=2026-03", "from=nonsense&to=x", "from=2030-01&to=1900-01", "to=2026-02"])
    def test_any_period_is_a_page(self, at_console: SignIn, query: str) -> None:
        assert at_console().get(f"/console/reports?{query}").status_code == 200

    def test_a_period_holds_whole_months(self, at_console: SignIn) -> None:
        assert "Thu 1 January 2026 to Tue 31 March 2026" in text_of(
            at_console().get("/console/reports?from=2026-01&to=2026-03")
        ).replace("\N{NO-BREAK SPACE}", " ")

    @pytest.mark.parametrize(("role", "home"), [(Role.ADMINISTRATOR, "reports"), (Role.AUDITOR, "breaches")])
    def test_counts_are_all_of_cases_that_an_administrator_or_auditor_sees(
        self, at_console: SignIn, resources: Resources, role: Role, home: str
    ) -> None:
        case = CaseInHand(resources)
        person = at_console(role)
        assert case.reference not in person.get("/console/reports").text
        assert person.get("/console").headers["location"] == f"/console/{home}"
        assert person.get("/console/cases").status_code == 403


class TestPictures:
    def test_the_line_has_gaps_where_nothing_was_answered(self) -> None:
        line = rate_line([1.0, 0.5, None, 0.9, 1.0])
        assert len(line.strokes) == 2
        assert line.grid[-1][0] == 40  # the axis reaches as low as the figures, and its middle is a ten
        assert [point.percent for point in line.points if point.label] == [50, 100]
        assert rate_line([None] * 12).points == ()

    def test_bars_are_as_long_as_their_numbers(self) -> None:
        wide, narrow, none = stacked_bars([("a", [("x", 5), ("y", 5)]), ("b", [("x", 0), ("y", 5)]), ("c", [("x", 0)])])
        assert (wide.count, narrow.count, none.count) == (10, 5, 0)
        assert narrow.parts[0][2] == pytest.approx(wide.parts[0][2], abs=1)
        assert none.parts == ()


class TestDataMap:
    def test_it_says_what_is_where_why_and_how_long(self, at_console: SignIn, resources: Resources) -> None:
        shown = text_of(at_console().get("/console/datamap"))
        for system in resources.datamap.systems:
            for one in system.collections:
                assert one.title in shown
        for rule in resources.datamap.retention:
            assert rule.text in shown
        for purpose in resources.datamap.purposes:
            assert purpose.title in shown

    def test_every_collection_is_in_the_picture_and_nothing_outside_it(self, resources: Resources) -> None:
        drawn = picture(resources.datamap)
        assert len(drawn.nodes) == sum(len(system.collections) for system in resources.datamap.systems)
        assert len({(node.x, node.y) for node in drawn.nodes}) == len(drawn.nodes)
        titles = {one.title for system in resources.datamap.systems for one in system.collections}
        assert {" ".join(line for _, line in node.title) for node in drawn.nodes} == titles  # none of them cut
        assert all(node.x >= 0 and node.x + node.width <= WIDTH and node.y + node.height <= drawn.height for node in drawn.nodes)


class TestLetters:
    @pytest.mark.parametrize("name", LETTERS)
    def test_every_letter_can_be_looked_at(self, at_console: SignIn, name: str) -> None:
        person = at_console()
        page = person.get(f"/console/letters/{name}")
        assert "HAB-7K4M29QX" in page.text
        framed = person.get(f"/console/letters/{name}/page")
        assert "sandbox" in framed.headers["content-security-policy"]
        assert "script-src" not in framed.headers["content-security-policy"]

    def test_the_list_names_them_all(self, at_console: SignIn) -> None:
        page = at_console().get("/console/letters").text
        assert all(f"/console/letters/{name}" in page for name in LETTERS)
        assert at_console().get("/console/letters/none").status_code == 404

    def test_a_letter_is_shown_to_nobody_who_is_not_signed_in(self, web: TestClient) -> None:
        assert web.get("/console/letters/code/page", follow_redirects=False).status_code == 303
