"""The queue's rows follow the cases, and its pages show each open case once, in order, whatever happens between two pages."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import cast
from uuid import UUID, uuid4

import pytest
from sqlmodel import select

from adapters.database.case_reader import CaseReader
from adapters.database.queue import Queue, Wanted, assign
from adapters.database.queue_projection import mark_read
from adapters.database.tables import CaseAssignment, CaseReceipt, CaseRight, QueueEntry
from adapters.resources import Resources
from domain.authority import Action
from domain.decisions import allowed_actions
from domain.errors import InvalidInputError
from domain.events import Tag
from domain.rights import Right
from tests import opened
from tests.case_in_hand import CaseInHand
from tests.factories import MONDAY, SHA

ME = "caseworker:00000000-0000-4000-8000-000000000001"
NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)


@pytest.fixture
def resources(tmp_path: Path, database_url: str) -> Iterator[Resources]:
    with opened.resources(tmp_path / "home", database_url) as everything:
        yield everything


def entry(resources: Resources, case: CaseInHand) -> QueueEntry:
    with resources.database.read() as session:
        return session.get_one(QueueEntry, case.id)


class TestProjection:
    def test_a_request_is_in_the_queue_before_its_workflow_is(self, resources: Resources) -> None:
        case = CaseInHand(resources)
        rows, _ = Queue(resources.database).page(Wanted(me=ME))
        assert [row.receipt.reference for row in rows] == [case.reference]

    def test_the_row_follows_the_case_to_its_end(self, resources: Resources) -> None:
        case = CaseInHand(resources)
        seen = [entry(resources, case)]
        case.released()
        seen.append(entry(resources, case))
        case.happen(Tag.DELIVERY_NOTIFIED)
        seen.append(entry(resources, case))
        case.happen(Tag.REQUEST_CLOSED, outcome="fulfilled")
        seen.append(entry(resources, case))
        assert [(row.status, row.waits_for, row.step) for row in seen] == [
            ("verifying_identity", "them", "await_code"),
            ("fulfilling", "system", "sending"),
            ("delivered", "them", "await_fetch"),
            ("closed", "nobody", "nothing"),
        ]
        assert [(row.is_open, row.is_owed) for row in seen] == [(True, True), (True, True), (True, False), (False, False)]
        assert seen[-1].outcome == "fulfilled"

    def test_a_reply_stands_first_until_somebody_acts(self, resources: Resources) -> None:
        early, late = CaseInHand(resources), CaseInHand(resources, received_at=MONDAY + timedelta(days=1))
        late.happen(Tag.MESSAGE_RECEIVED, note=str(uuid4()))
        queue = Queue(resources.database)
        assert [row.entry.case_id for row in queue.page(Wanted(me=ME))[0]] == [late.id, early.id]
        assert entry(resources, late).wrote_at == MONDAY
        with resources.database.write() as session:
            mark_read(session, late.id)
        assert [row.entry.case_id for row in queue.page(Wanted(me=ME))[0]] == [early.id, late.id]

    @pytest.mark.parametrize("tag", [Tag.MESSAGE_SENT, Tag.MESSAGE_RECEIVED])
    def test_words_of_the_person_need_attention_until_they_are_answered_and_not_only_read(
        self, resources: Resources, tag: Tag
    ) -> None:
        case, queue = CaseInHand(resources), Queue(resources.database)
        case.done_by("subject", tag, note=str(uuid4()))
        row = entry(resources, case)
        assert (row.rank, row.attention, queue.facets(ME).views["attention"]) == (0, True, 1)
        case.done_by(ME, Tag.NOTE_ADDED, note=str(uuid4()))
        assert (entry(resources, case).rank, entry(resources, case).attention) == (1, True), "read, and not answered"
        case.done_by(ME, Tag.MESSAGE_SENT, note=str(uuid4()))
        assert queue.facets(ME).views["attention"] == 0

    def test_somebody_says_on_the_record_that_it_needs_no_answer(self, resources: Resources) -> None:
        case, queue = CaseInHand(resources), Queue(resources.database)
        case.done_by("subject", Tag.MESSAGE_RECEIVED, note=str(uuid4()))
        assert Action.NEEDS_NO_ANSWER in allowed_actions(CaseReader(resources).get(case.id).state)
        case.done_by(ME, Tag.MESSAGE_SETTLED)
        assert queue.facets(ME).views["attention"] == 0
        assert Action.NEEDS_NO_ANSWER not in allowed_actions(CaseReader(resources).get(case.id).state)
        case.done_by("subject", Tag.MESSAGE_RECEIVED, note=str(uuid4()))
        assert queue.facets(ME).views["attention"] == 1, "what comes after it waits anew"

    def test_an_answer_to_our_question_waits_for_none(self, resources: Resources) -> None:
        case = CaseInHand(resources)
        case.proven()
        case.done_by(ME, Tag.CLARIFICATION_ASKED, note=str(uuid4()))
        case.done_by("subject", Tag.MESSAGE_RECEIVED, note=str(uuid4()))
        assert not entry(resources, case).attention

    @pytest.mark.parametrize(
        ("rights", "unchecked"), [([Right.WITHDRAW_CONSENT], True), ([Right.COMPLAINT, Right.ACCESS], False)]
    )
    def test_what_needs_no_check_has_a_lane(self, resources: Resources, rights: list[Right], unchecked: bool) -> None:  # noqa: FBT001
        CaseInHand(resources, rights=rights)
        assert bool(Queue(resources.database).page(Wanted(me=ME, view="unchecked"))[0]) is unchecked


def a_case(resources: Resources, **facts: object) -> UUID:
    """A row of the queue and its receipt, straight into the tables."""
    key = uuid4()
    given = {
        "case_id": key, "is_open": True, "is_owed": True, "rank": 1, "status": "in_review", "safe_due": date(2026, 12, 1),
        "waits_for": "us", "step": "approve_package", "attention": False, "unchecked": False, "received_at": NOW, "wrote_at": NOW,
    }  # fmt: skip
    rights = cast("list[str]", facts.pop("rights", ["access"]))
    receipt = CaseReceipt(
        case_id=key, reference=f"HAB-{key.hex[:8].upper()}", received_at=NOW, recorded_at=NOW, channel="phone", rights=rights,
        regimes=["UK"], risk="low", subject=None, message=None, clock={}, safe_due=date(2026, 12, 1), legal_due=None, datamap=SHA,
        policy_version="1", caller="test",
    )  # fmt: skip
    with resources.database.write() as session:
        session.add(receipt)
        session.flush()
        session.add_all([CaseRight(case_id=key, right=right) for right in rights])
        session.add(QueueEntry.model_validate(given | facts))
    return key


class TestPages:
    def test_pages_follow_each_other_without_gap_or_repetition(self, resources: Resources) -> None:
        days = [date(2026, 12, 1) + timedelta(days=number % 7) for number in range(30)]
        for number, day in enumerate(days):
            a_case(resources, safe_due=day, rank=0 if number % 10 == 0 else 1, status=("in_review", "collecting")[number % 2])
        queue, seen, after = Queue(resources.database), list[tuple[int, date, str]](), None
        for wanted in (Wanted(me=ME), Wanted(me=ME, stages=("in_review", "collecting"))):
            seen = []
            while True:
                rows, after = queue.page(wanted, after, 7)
                seen += [(row.entry.rank, row.entry.safe_due, row.entry.case_id.hex) for row in rows]
                if after is None:
                    break
            assert seen == sorted(seen)
            assert len(set(seen)) == 30
            assert queue.count(wanted) == 30

    def test_closed_cases_come_latest_first(self, resources: Resources) -> None:
        keys = [a_case(resources, is_open=False, status="closed", safe_due=date(2026, 1, day)) for day in range(1, 6)]
        queue = Queue(resources.database)
        first, after = queue.page(Wanted(me=ME, view="closed"), None, 3)
        second, end = queue.page(Wanted(me=ME, view="closed"), after, 3)
        assert [row.entry.case_id for row in first + second] == keys[::-1]
        assert end is None

    @pytest.mark.parametrize(
        ("wanted", "found"),
        [
            (Wanted(me=ME), "abcdef"),
            (Wanted(me=ME, view="mine"), "b"),
            (Wanted(me=ME, view="unassigned"), "acdef"),
            (Wanted(me=ME, view="approve"), "adf"),
            (Wanted(me=ME, view="approve", approves=False), ""),
            (Wanted(me=ME, stages=("collecting",)), "b"),
            (Wanted(me=ME, waits_for=("them", "system")), "bc"),
            (Wanted(me=ME, rights=("erasure",)), "d"),
            (Wanted(me=ME, rights=("erasure", "access"), stages=("in_review",)), "adef"),
            (Wanted(me=ME, due=(date(2026, 11, 1), date(2026, 11, 30))), "e"),
            (Wanted(me=ME, attention=True), "f"),
        ],
    )
    def test_a_list_holds_what_was_asked_for(self, resources: Resources, wanted: Wanted, found: str) -> None:
        names = {
            a_case(resources): "a",
            a_case(resources, assignee=ME, status="collecting", waits_for="system", step="searching"): "b",
            a_case(resources, waits_for="them", status="delivered", step="await_fetch"): "c",
            a_case(resources, rights=["erasure", "access"]): "d",
            a_case(resources, preparers=f"caseworker:other {ME}", safe_due=date(2026, 11, 20)): "e",
            a_case(resources, attention=True): "f",
            a_case(resources, is_open=False, status="closed", step="nothing"): "g",
        }
        queue = Queue(resources.database)
        rows, _ = queue.page(wanted)
        assert "".join(sorted(names[row.entry.case_id] for row in rows)) == found
        assert queue.count(wanted) == len(found)

    def test_the_figures_count_what_the_lists_hold(self, resources: Resources) -> None:
        a_case(resources, assignee=ME, rights=["access", "erasure"])
        a_case(resources, waits_for="them", status="collecting", step="searching", unchecked=True)
        a_case(resources, attention=True, preparers=ME)
        a_case(resources, is_open=False)
        queue = Queue(resources.database)
        facets = queue.facets(ME)
        assert facets.stages == {"in_review": 2, "collecting": 1}
        assert facets.waits_for == {"us": 2, "them": 1}
        assert facets.rights == {"access": 3, "erasure": 1}
        for view in ("open", "mine", "unassigned", "approve", "unchecked"):
            assert facets.views[view] == queue.count(Wanted(me=ME, view=view))
        assert facets.views["attention"] == 1
        assert facets.views["approve"] == 1
        assert queue.facets(ME, approves=False).views["approve"] == 0, "a role that cannot approve has nothing to approve"

    @pytest.mark.parametrize("after", ["x", "\u00e4", "MXx5fHo=", "-"])
    def test_a_made_up_cursor_is_refused(self, resources: Resources, after: str) -> None:
        with pytest.raises(InvalidInputError):
            Queue(resources.database).page(Wanted(me=ME), after)


def test_assigning_is_kept_row_by_row(resources: Resources) -> None:
    key = a_case(resources)
    with resources.database.write() as session:
        assign(session, [key, uuid4()], to=ME, by="caseworker:lead", at=NOW)
        assign(session, [key], to=ME, by="caseworker:lead", at=NOW)
        assign(session, [key], to=None, by=ME, at=NOW)
    with resources.database.read() as session:
        rows = session.exec(select(CaseAssignment)).all()
    assert [(row.assignee, row.by) for row in rows] == [(ME, "caseworker:lead"), (None, ME)]
