"""The legal clock in a running case: pauses, extension, refusal, a missed date. Months pass in seconds of real time."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import pytest
from temporalio.client import Client
from temporalio.testing import TimeSkipper

from domain.case import CaseState
from domain.commands import (
    AnswerClarification,
    ApproveRefusal,
    CompleteWorkItem,
    ExtendDeadline,
    ProposeRefusal,
    RecordAuthority,
    Reopen,
    RequestAuthority,
    RequestClarification,
    ReturnForRework,
)
from domain.deadline import Clock
from domain.events import Tag
from domain.rights import Outcome, Status
from tests.factories import ANNA, BEN, LEAD, SUBJECT, happen, identified, received
from tests.fakes import FakeOffice
from tests.workflows.case_under_way import Running, case


@pytest.fixture
async def running(temporal_client: Client, time_skipper: TimeSkipper) -> AsyncIterator[Running]:
    async with case(temporal_client, time_skipper) as one:
        yield one


async def clock(running: Running) -> Clock:
    found = (await running.folded()).clock
    assert found is not None
    return found


def dates(running: Running, tag: Tag, fact: str) -> list[object]:
    return [event.facts[fact] for event in running.office.events if event.tag is tag]


async def reviewed(running: Running) -> date:
    """Let the case come to review; its legal date."""
    await running.identify()
    await running.until(lambda office: office.state and office.state.package)
    first = (await clock(running)).legal_due
    assert first is not None
    return first


def open_items(running: Running, kind: str) -> list[object]:
    state = running.office.state
    return [key for key, item in state.open_work_items.items() if item.kind == kind] if state else []


async def test_a_case_of_three_months_with_two_pauses_and_an_extension(running: Running) -> None:
    first = await reviewed(running)
    for days in (5, 10):
        await running.command(RequestClarification(actor=ANNA, note=uuid4()))
        stopped = await clock(running)
        assert (stopped.state, stopped.legal_due) == ("stopped", None)
        assert stopped.review_on is not None
        await running.age(days=days)
        answered = await running.command(AnswerClarification(actor=SUBJECT, note=uuid4()))
        assert answered.clock is not None
        assert answered.clock.state == "running"
    paused = (await clock(running)).legal_due
    assert paused is not None
    # Both ends count; either date may lie behind up to four days off (Christmas), whatever day this runs on.
    assert timedelta(days=15 - 4) <= paused - first <= timedelta(days=15 + 2 + 5)
    await running.command(ExtendDeadline(actor=ANNA, ground="complexity", note=uuid4()))
    await running.until(lambda office: "case:extension:notified" in office.tags)
    extended = await clock(running)
    assert extended.extended
    assert extended.legal_due is not None
    assert timedelta(days=55) <= extended.legal_due - paused <= timedelta(days=67)
    assert extended.extend_by is None
    await running.age(days=70)  # day 85: long after the first month, before the third one ends
    assert "case:deadline:passed" not in running.office.tags
    await running.approve()
    await running.until_status(Status.DELIVERED)
    assert (await clock(running)).state == "met"
    assert running.office.letters.count("clarification") == 2
    assert running.office.letters.count("extension") == 1


async def days_before(running: Running, day: date, days: int) -> None:
    """Let time pass until the midnight (UTC) that begins so many days before a date, whatever day the test runs on."""
    now = await running.skipper.get_current_time(running.handle)
    there = datetime.combine(day - timedelta(days=days), time(), tzinfo=UTC)
    await running.age(seconds=(there - now).total_seconds())


async def test_reminders_start_over_when_the_date_moves(running: Running) -> None:
    await reviewed(running)
    before = (await clock(running)).safe_due
    await days_before(running, before, 6)
    await running.until(lambda _office: 7 in dates(running, Tag.DEADLINE_APPROACHING, "days"))
    assert open_items(running, "consider_extension")  # while a notice is still lawful
    await running.command(ExtendDeadline(actor=LEAD, ground="number", note=uuid4()))
    await running.until(lambda office: "case:extension:notified" in office.tags)
    after = (await clock(running)).safe_due
    await days_before(running, after, 6)
    await running.until(lambda _office: dates(running, Tag.DEADLINE_APPROACHING, "days").count(7) == 2)
    due = dates(running, Tag.DEADLINE_APPROACHING, "due")
    assert (due[0], due[-1]) == (before.isoformat(), after.isoformat())
    assert running.office.state is not None
    offered = [item for item in running.office.state.work_items.values() if item.kind == "consider_extension"]
    assert [item.result for item in offered] == ["done"]  # taken up, and not offered again


async def test_a_missed_case_escalates_stays_open_and_says_missed(running: Running) -> None:
    await reviewed(running)
    await running.age(days=40)
    await running.until(lambda office: office.tags.count("case:deadline:passed") == 2)
    await running.until(lambda _office: len(open_items(running, "deadline_passed")) == 2)
    await running.until(lambda office: [late for _, late in office.told_of_due].count(True) == 2)
    assert [late for _, late in running.office.told_of_due].count(False) == 4  # 14, 7, 3 and 1 days before
    assert (await clock(running)).state == "missed"
    await running.age(days=200)
    assert running.office.state is not None
    assert running.office.state.status is Status.IN_REVIEW
    await running.approve()  # late, but answered
    await running.until_status(Status.DELIVERED)
    assert (await clock(running)).state == "missed"


async def test_nobody_extends_without_a_reason_twice_or_after_the_first_month(running: Running) -> None:
    await reviewed(running)
    assert await running.refused(ExtendDeadline(actor=ANNA, ground="number")) == "invalid-input"
    assert await running.refused(ExtendDeadline(actor=BEN, ground="number", note=uuid4())) == "not-permitted"
    await running.age(days=36)
    assert await running.refused(ExtendDeadline(actor=ANNA, ground="number", note=uuid4())) == "not-allowed-now"
    assert "case:extension:decided" not in running.office.tags
    assert "extension" not in running.office.letters


async def test_an_extension_counts_only_when_its_notice_went_out(running: Running) -> None:
    first = await reviewed(running)
    running.office.refused_letters.add("extension")
    await running.command(ExtendDeadline(actor=ANNA, ground="number", note=uuid4()))
    await running.until(lambda _office: open_items(running, "letter_failed"))
    assert (await clock(running)).legal_due == first
    assert await running.refused(ExtendDeadline(actor=ANNA, ground="number", note=uuid4())) == "not-allowed-now"
    (item,) = open_items(running, "letter_failed")
    await running.command(CompleteWorkItem.model_validate({"actor": ANNA, "work_item": item, "result": "not_found"}))
    await running.until(lambda office: "case:extension:bounced" in office.tags)
    assert not (await clock(running)).extended
    running.office.refused_letters.clear()
    await running.command(ExtendDeadline(actor=ANNA, ground="number", note=uuid4()))
    await running.until(lambda office: "case:extension:notified" in office.tags)
    assert (await clock(running)).extended


async def test_a_reply_ends_the_pause_from_its_arrival(running: Running) -> None:
    await reviewed(running)
    await running.command(RequestClarification(actor=ANNA, note=uuid4()))
    asked = running.office.events[-1].at
    await running.age(days=9)
    arrived = asked + timedelta(hours=1)
    snapshot = await running.command(AnswerClarification(actor=ANNA, note=uuid4(), arrived_at=arrived))
    at_once = snapshot.clock
    assert at_once is not None
    assert at_once.safe_due - running.office.received_at.date() <= timedelta(days=35)  # nine days in triage moved nothing
    assert await running.refused(AnswerClarification(actor=ANNA, note=uuid4())) == "not-allowed-now"


async def test_a_question_moves_nothing_for_people_in_the_union(temporal_client: Client, time_skipper: TimeSkipper) -> None:
    office = FakeOffice()
    office.regimes = ["UK", "EU-IE"]
    async with case(temporal_client, time_skipper, office) as running:
        await running.identify()
        await running.until(lambda each: each.state and each.state.package)
        before = await clock(running)
        await running.command(RequestClarification(actor=ANNA, note=uuid4()))
        asked = await clock(running)
        assert (asked.state, asked.legal_due, asked.safe_due) == ("running", before.legal_due, before.safe_due)
        await running.age(days=9)
        await running.command(AnswerClarification(actor=SUBJECT, note=uuid4()))
        assert (await clock(running)).safe_due == before.safe_due


async def test_a_refusal_needs_two_people_and_ends_the_case_with_its_letter(running: Running) -> None:
    await reviewed(running)
    refusal = ProposeRefusal(actor=LEAD, ground="excessive", note=uuid4(), text=uuid4())
    assert await running.refused(refusal.model_copy(update={"note": None})) == "invalid-input"
    assert await running.refused(ApproveRefusal(actor=BEN)) == "not-allowed-now"
    await running.command(refusal)
    assert await running.refused(ApproveRefusal(actor=ANNA)) == "not-permitted"
    assert await running.refused(ApproveRefusal(actor=LEAD)) == "four-eyes"
    assert "refusal" not in running.office.letters
    await running.command(ApproveRefusal(actor=BEN))
    await running.handle.result()
    assert running.office.state is not None
    assert running.office.state.outcome is Outcome.REFUSED
    assert running.office.letters.count("refusal") == 1
    assert "links" in running.office.destroyed


async def test_a_returned_refusal_leaves_the_case_where_it_stood(running: Running) -> None:
    await reviewed(running)
    await running.command(ProposeRefusal(actor=ANNA, ground="excessive", note=uuid4(), text=uuid4()))
    await running.command(ReturnForRework(actor=BEN, note=uuid4()))
    assert running.office.state is not None
    assert running.office.state.refusal is None
    await running.approve()
    await running.until_status(Status.DELIVERED)
    assert "refusal" not in running.office.letters


def carried_on(state: CaseState) -> FakeOffice:
    office = FakeOffice()
    office.state = state.model_copy(deep=True)
    return office


async def test_what_was_decided_before_the_run_was_ended_is_still_sent(
    temporal_client: Client, time_skipper: TimeSkipper
) -> None:
    state = happen(identified(), Tag.EXTENSION_DECIDED, ANNA.person, ground="number", note=str(uuid4()))
    async with case(temporal_client, time_skipper, carried_on(state), state) as running:
        await running.until(lambda office: "case:extension:notified" in office.tags)
        assert running.office.letters.count("extension") == 1


async def test_a_late_answer_reopens_a_closed_case_at_its_original_date(
    temporal_client: Client, time_skipper: TimeSkipper
) -> None:
    state = happen(received(), Tag.REQUEST_CLOSED, outcome="identity_not_confirmed")
    office = carried_on(state)
    office.received_at = datetime.now(UTC) - timedelta(days=20)
    async with case(temporal_client, time_skipper, office, state) as running:
        await running.command(Reopen(actor=SUBJECT))
        await running.until(lambda each: "case_reopened" in each.letters)
        await running.identify()
        await running.until(lambda each: each.state and each.state.package)
        assert (await clock(running)).safe_due - office.received_at.date() <= timedelta(days=35)


@pytest.mark.parametrize(
    ("withheld", "covered", "outcome"), [(12, 0, "partly_fulfilled"), (12, 11, "partly_fulfilled"), (12, 12, "fulfilled")]
)
async def test_to_withhold_is_to_fulfil_partly_and_to_cover_only_other_peoples_data_is_no_refusal(
    temporal_client: Client, time_skipper: TimeSkipper, withheld: int, covered: int, outcome: str
) -> None:
    office = FakeOffice()
    office.withheld, office.others_covered = withheld, covered
    async with case(temporal_client, time_skipper, office) as running:
        await running.identify()
        await running.approve()
        await running.until_status(Status.DELIVERED)
        await running.fetch()
        await running.handle.result()
        assert office.state is not None
        assert office.state.outcome is Outcome(outcome)


def warned(running: Running) -> list[object]:
    return dates(running, Tag.DEADLINE_APPROACHING, "days")


async def test_reminders_of_a_case_that_was_open_before_a_restart_go_on_and_start_over_when_the_date_moves(
    temporal_client: Client, time_skipper: TimeSkipper
) -> None:
    office = FakeOffice()
    async with case(temporal_client, time_skipper, office) as first:
        await reviewed(first)
        await first.age(days=20)
        await first.until(lambda _office: 14 in warned(first))
    assert office.state is not None
    async with case(temporal_client, time_skipper, office, office.state.model_copy(deep=True)) as second:
        await second.until(lambda each: "case:request:resumed" in each.tags)
        assert warned(second).count(14) == 1  # not said twice
        await second.command(ExtendDeadline(actor=LEAD, ground="number", note=uuid4()))
        await second.until(lambda each: "case:extension:notified" in each.tags)
        await second.age(days=95)
        await second.until(lambda each: each.tags.count("case:deadline:passed") == 2)
        assert [days for days in warned(second) if days in {14, 7, 3, 1}][-4:] == [14, 7, 3, 1]
        assert warned(second).count(14) == 2


async def test_an_unanswered_question_is_looked_at_again_on_its_day_and_once(running: Running) -> None:
    await reviewed(running)
    await running.command(RequestClarification(actor=ANNA, note=uuid4()))
    await running.age(days=27)  # the shortest month has 28
    assert not open_items(running, "look_again")
    await running.age(days=6)
    await running.until(lambda _office: open_items(running, "look_again"))
    assert (await clock(running)).legal_due is None  # no deadline was made up
    await running.age(days=60)
    assert len(open_items(running, "look_again")) == 1
    await running.command(AnswerClarification(actor=SUBJECT, note=uuid4()))
    assert not open_items(running, "look_again")


async def test_proof_that_an_agent_may_act_starts_the_month_when_it_is_here(running: Running) -> None:
    first = await reviewed(running)
    assert await running.refused(RecordAuthority(actor=ANNA, note=uuid4())) == "not-allowed-now"
    await running.command(RequestAuthority(actor=ANNA, note=uuid4()))
    waiting = await clock(running)
    assert (waiting.state, waiting.legal_due) == ("waiting_for_identity", None)
    await running.until(lambda office: "authority" in office.letters)
    await running.age(days=10)
    answered = await running.command(RecordAuthority(actor=ANNA, note=uuid4()))
    assert answered.clock is not None
    assert answered.clock.legal_due is not None
    assert timedelta(days=5) <= answered.clock.legal_due - first <= timedelta(days=16)
    assert answered.clock.promised is not None
    assert answered.clock.promised <= first  # letters still promise the date from receipt
