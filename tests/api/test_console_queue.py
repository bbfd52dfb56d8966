"""The queue as a caseworker meets it: who stands in it, masked; lists in the address; giving cases away; finding a person."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import col, select, update

from adapters.database.tables import AccessLog, CaseAssignment, QueueEntry
from adapters.resources import Resources
from api.console.counting import Counting
from domain.events import Tag
from domain.rights import Right, Role
from tests.at_console import AtConsole, text_of
from tests.case_in_hand import ADDRESS, CaseInHand
from tests.local_day import today

SignIn = Callable[..., AtConsole]


def table_of(page: str) -> list[str]:
    """The references in the order of the table."""
    return re.findall(r"data-row>(HAB-[0-9A-Z]{8})<", page)


def owners(resources: Resources) -> dict[str, str | None]:
    with resources.database.read() as session:
        return {str(row.case_id): row.assignee for row in session.exec(select(QueueEntry))}


class TestList:
    def test_a_person_is_masked(self, at_console: SignIn, resources: Resources) -> None:
        CaseInHand(resources, name="Ruth van Adeyemi")
        page = at_console().get("/console/cases")
        assert "R••• A•••" in page.text
        assert "Adeyemi" not in page.text
        assert ADDRESS not in page.text

    def test_a_case_whose_key_is_gone_stands_without_a_name(self, at_console: SignIn, resources: Resources) -> None:
        case = CaseInHand(resources, name="Ruth Adeyemi")
        resources.vault.destroy_case_key(case.id, rule="test", approver="caseworker:0")
        assert "Destroyed" in at_console().get("/console/cases").text

    def test_the_row_says_stage_move_and_next_step(self, at_console: SignIn, resources: Resources) -> None:
        case = CaseInHand(resources, rights=[Right.ACCESS, Right.ERASURE])
        shown = text_of(at_console().get("/console/cases"))
        row = shown.partition(case.reference)[2]
        assert all(words in row for words in ("Access + 1", "Identity check", "Them", "Nothing, code is out", "Unassigned"))

    def test_a_reply_is_the_next_step(self, at_console: SignIn, resources: Resources) -> None:
        case = CaseInHand(resources)
        note = case.note("Any news?", "subject")
        case.happen(Tag.MESSAGE_RECEIVED, note=str(note))
        shown = text_of(at_console().get("/console/cases"))
        assert "Read the reply" in shown
        assert "not read yet" in shown

    def test_what_is_late_says_by_how_much(self, at_console: SignIn, resources: Resources) -> None:
        CaseInHand(resources)
        day = today(resources)
        for days, told in ((1, "1 day late"), (3, "3 days late")):
            with resources.database.write() as session:
                session.execute(update(QueueEntry).values(safe_due=day - timedelta(days=days)))
            assert told in at_console().get("/console/cases").text.replace("\N{NO-BREAK SPACE}", " ")

    def test_it_is_cut_by_its_address(self, at_console: SignIn, resources: Resources) -> None:
        access = CaseInHand(resources)
        erasure = CaseInHand(resources, rights=[Right.ERASURE])
        erasure.proven()
        person = at_console()
        for query, found in (
            ("", {access.reference, erasure.reference}),
            ("?right=erasure", {erasure.reference}),
            ("?stage=verifying_identity", {access.reference}),
            ("?waiting=system&waiting=us", {erasure.reference}),
            ("?view=mine", set()),
            ("?view=nonsense&stage=nonsense&due=nonsense", {access.reference, erasure.reference}),
        ):
            assert set(table_of(person.get(f"/console/cases{query}").text)) == found, query

    def test_the_figures_lead_to_what_they_count(self, at_console: SignIn, resources: Resources) -> None:
        case, _ = CaseInHand(resources), CaseInHand(resources)
        day = today(resources)
        with resources.database.write() as session:
            session.execute(update(QueueEntry).values(safe_due=day + timedelta(days=9)))
            here = col(QueueEntry.case_id) == case.id
            session.execute(update(QueueEntry).where(here).values(safe_due=day - timedelta(days=2), attention=True))
        person = at_console()
        for href in ("?due=late", "?attention=1"):
            page = person.get(f"/console/cases{href}").text
            assert f'href="/console/cases{href}"' in page
            assert table_of(page) == [case.reference]
        assert len(table_of(person.get("/console/cases?waiting=them").text)) == 2

    def test_what_waits_for_approval_is_offered_to_whoever_may_approve_alone(self, at_console: SignIn) -> None:
        assert "To approve by me" not in at_console(Role.CASEWORKER).get("/console/cases").text
        assert "To approve by me" in at_console(Role.REVIEWER).get("/console/cases").text

    def test_a_list_that_is_cut_says_so_over_its_number(self, at_console: SignIn) -> None:
        person = at_console(Role.CASEWORKER)
        assert "All open, filtered <" in person.get("/console/cases?right=erasure").text
        assert "All open, filtered" not in person.get("/console/cases").text

    def test_every_mark_of_the_strip_is_said_in_words(self, at_console: SignIn) -> None:
        page = text_of(at_console().get("/console/cases"))
        assert "late due this week due later a day off" in page

    def test_pages_lead_on_and_back(self, at_console: SignIn, resources: Resources) -> None:
        for _ in range(51):
            CaseInHand(resources)
        person = at_console()
        first = person.get("/console/cases").text
        onward = re.search(r'href="(/console/cases\?after=[^"]+)">Show the next', first)
        assert onward is not None
        second = person.get(onward[1]).text
        assert "Back to the first" in second
        assert len(set(table_of(first)) | set(table_of(second))) == 51
        assert person.get("/console/cases?after=nonsense").status_code == 422

    @pytest.mark.parametrize(
        ("query", "told"),
        [
            ("", "No open case"),
            ("?view=mine", "No case here now"),
            ("?stage=in_review", "No case is like this now"),
        ],
    )
    def test_an_empty_list_says_what_that_means(self, at_console: SignIn, query: str, told: str) -> None:
        assert told in text_of(at_console().get(f"/console/cases{query}"))

    def test_what_takes_long_to_count_is_remembered_and_no_longer(self) -> None:
        times = iter([0.0, 1.0, 10.0, 21.5, 21.6])
        numbers = iter([1, 2])
        counting = Counting(lambda: next(times))
        assert [counting.get("cases", lambda: next(numbers)) for _ in range(3)] == [1, 1, 2]


class TestViewsOfOnesOwn:
    def test_a_list_is_kept_under_a_name_counted_and_taken_away_again(self, at_console: SignIn, resources: Resources) -> None:
        CaseInHand(resources)
        person, list_ = at_console(), "stage=verifying_identity&waiting=them&due=&after=abc"
        kept = person.post("/console/cases/views", {"name": "  Codes   out ", "list": list_})
        assert kept.headers["location"] == "/console/cases?stage=verifying_identity&waiting=them"
        page = text_of(person.get(kept.headers["location"]))
        assert "Codes out 1" in page
        assert "Remove this view" in page
        assert "Codes out" not in text_of(at_console(name="Priya Nair").get("/console/cases"))
        person.post("/console/cases/views", {"name": "codes out", "list": "waiting=us"})  # the same name means the new list
        assert "codes out 0" in text_of(person.get("/console/cases?waiting=us"))
        person.post("/console/cases/views/remove", {"name": "codes out"})
        assert "codes out" not in text_of(person.get("/console/cases"))

    @pytest.mark.parametrize("name", ["", "x" * 31, "Mine"])
    def test_a_name_that_says_nothing_or_is_taken_is_refused(self, at_console: SignIn, name: str) -> None:
        assert at_console().post("/console/cases/views", {"name": name, "list": "waiting=us"}).status_code == 422


class TestAssigning:
    def test_a_selection_is_given_away_after_its_number_was_said(self, at_console: SignIn, resources: Resources) -> None:
        cases = [CaseInHand(resources) for _ in range(3)]
        person, colleague = at_console(), at_console(name="Priya Nair")
        chosen = {"case": [case.reference for case in cases[:2]], "to": colleague.person, "back": "/console/cases?view=mine"}
        asked = person.post("/console/cases/assign", chosen)
        assert "Give 2 cases to Priya Nair" in text_of(asked)
        assert set(owners(resources).values()) == {None}
        done = person.post("/console/cases/assign", chosen | {"sure": "1"})
        assert done.headers["location"] == "/console/cases?view=mine&done=2"
        assert sorted(map(str, owners(resources).values())) == ["None", colleague.person, colleague.person]
        with resources.database.read() as session:
            assert {row.by for row in session.exec(select(CaseAssignment))} == {person.person}
        assert "2 cases assigned." in text_of(person.get(done.headers["location"]))
        assert "P. Nair" in colleague.get("/console/cases?view=mine").text

    def test_to_oneself_and_off_again(self, at_console: SignIn, resources: Resources) -> None:
        case, person = CaseInHand(resources), at_console()
        chosen = {"case": [case.reference], "sure": "1"}
        person.post("/console/cases/assign", chosen | {"to": "me"})
        assert list(owners(resources).values()) == [person.person]
        person.post("/console/cases/assign", chosen | {"to": ""})
        assert list(owners(resources).values()) == [None]

    def test_nothing_chosen_changes_nothing(self, at_console: SignIn) -> None:
        answer = at_console().post("/console/cases/assign", {"to": "me"})
        assert answer.status_code == 422
        assert "No case was chosen" in answer.text

    @pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR, Role.DPO])
    def test_only_whoever_works_on_cases_can_be_given_one(self, at_console: SignIn, resources: Resources, role: Role) -> None:
        case, other = CaseInHand(resources), at_console(role)
        answer = at_console().post("/console/cases/assign", {"case": [case.reference], "to": other.person, "sure": "1"})
        assert answer.status_code == 422
        assert list(owners(resources).values()) == [None]

    def test_it_leads_back_into_the_list_alone(self, at_console: SignIn, resources: Resources) -> None:
        chosen = {"case": [CaseInHand(resources).reference], "to": "me", "sure": "1", "back": "https://elsewhere.example"}
        assert at_console().post("/console/cases/assign", chosen).headers["location"] == "/console/cases?done=1"


class TestFindingAPerson:
    def test_an_address_is_found_however_it_is_written(self, at_console: SignIn, resources: Resources) -> None:
        case, _ = CaseInHand(resources), CaseInHand(resources, email="somebody.else@example.com")
        page = at_console().post("/console/cases/search", {"identifier": ADDRESS.upper()}).text
        assert table_of(page) == [case.reference]

    @pytest.mark.parametrize(
        ("hint", "typed"), [(("username", "ruthie"), "ruthie"), (("phone", "+442079460143"), "+44 20 7946 0143")]
    )
    def test_other_identifiers_are_found(
        self, at_console: SignIn, resources: Resources, hint: tuple[str, str], typed: str
    ) -> None:
        case = CaseInHand(resources, hints=[hint])
        assert table_of(at_console().post("/console/cases/search", {"identifier": typed}).text) == [case.reference]

    def test_the_search_is_noted_and_what_for_is_not(self, at_console: SignIn, resources: Resources) -> None:
        person = at_console()
        assert "No case names this" in person.post("/console/cases/search", {"identifier": "x@example.com"}).text
        with resources.database.read() as session:
            rows = session.exec(select(AccessLog)).all()
        assert [(row.actor, row.action) for row in rows] == [(person.person, "search_person")]
        assert "x@example.com" not in str([row.model_dump() for row in rows])

    def test_nothing_typed_is_said_beside_the_field(self, at_console: SignIn, resources: Resources) -> None:
        answer = at_console().post("/console/cases/search", {"identifier": "ruth@"})
        assert answer.status_code == 422
        assert 'aria-invalid="true"' in answer.text
        with resources.database.read() as session:
            assert session.exec(select(AccessLog)).all() == []

    def test_an_address_is_never_taken_from_an_address(self, at_console: SignIn, resources: Resources) -> None:
        case = CaseInHand(resources)
        assert case.reference not in at_console().get(f"/console/cases/search?identifier={ADDRESS}").text
