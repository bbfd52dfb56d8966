"""Deadline insurance: longer time and a partial answer are offered in time, and are two decisions of people (Article 12(3))."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from temporalio.client import Client
from temporalio.testing import TimeSkipper

from domain.commands import (
    ApprovePartialAnswer,
    CompleteWorkItem,
    ExtendDeadline,
    OpenPackage,
    PreparePartialAnswer,
    ReturnForRework,
)
from domain.events import Tag
from domain.messages import SystemResult
from domain.rights import Status
from tests.factories import ANNA, BEN, LEAD, MAILBOX, SUBJECT
from tests.fakes import FakeOffice
from tests.workflows.case_under_way import Running, case

WAITING = [
    SystemResult(system="platform", state="searched", records=12),
    SystemResult(system="billing", state="manual"),
    SystemResult(system="archive", state="manual"),
]


@pytest.fixture
def office() -> FakeOffice:
    return FakeOffice()


@pytest.fixture
async def running(temporal_client: Client, time_skipper: TimeSkipper, office: FakeOffice) -> AsyncIterator[Running]:
    async with case(temporal_client, time_skipper, office) as one:
        yield one


def offered(running: Running) -> list[str]:
    state = running.office.state
    kinds = [item.kind for item in state.open_work_items.values()] if state else []
    return sorted(kind for kind in kinds if kind.startswith("consider_"))


def estimates(running: Running) -> list[dict[str, object]]:
    return [dict(event.facts) for event in running.office.events if event.tag is Tag.DEADLINE_ESTIMATED]


async def waiting(running: Running) -> None:
    """Identified and searched, two systems in people's hands."""
    running.office.results = WAITING
    await running.identify()
    await running.until(lambda office: office.state and office.state.waits_for_systems)


async def proposed(running: Running) -> str:
    """A partial answer is proposed and built; what approves it."""
    await running.command(PreparePartialAnswer(actor=ANNA, note=uuid4()))
    await running.until(lambda office: office.state and office.state.partial and office.state.partial.package)
    state = running.office.state
    assert state is not None
    assert state.partial is not None
    assert state.partial.package is not None
    return state.partial.package.sha256


async def test_much_to_come_is_seen_on_day_five_and_both_ways_are_offered_once(running: Running) -> None:
    await waiting(running)
    await running.age(days=6)
    await running.until(lambda _office: estimates(running))
    assert estimates(running) == [{"day": 5, "records": 12, "systems": 3, "waiting": 2}]
    assert offered(running) == ["consider_extension", "consider_partial_answer"]
    await running.age(days=20)  # day 10 passes, and the reminder of 14 days at least
    await running.until(lambda _office: len(estimates(running)) == 2)
    assert [each["day"] for each in estimates(running)] == [5, 10]
    assert offered(running) == ["consider_extension", "consider_partial_answer"]
    await running.command(ExtendDeadline(actor=ANNA, ground="complexity", note=uuid4()))
    assert offered(running) == ["consider_partial_answer"]  # two decisions, each its own


async def test_little_to_do_is_offered_nothing_before_the_last_week(running: Running) -> None:
    await running.identify()
    await running.until(lambda office: office.state and office.state.package)
    await running.age(days=12)
    await running.until(lambda _office: len(estimates(running)) == 2)
    assert offered(running) == []
    await running.age(days=18)  # seven days before the date, whatever month this is
    await running.until(lambda _office: offered(running))
    assert offered(running) == ["consider_extension", "consider_partial_answer"]


async def test_many_records_are_enough(running: Running) -> None:
    running.office.results = [SystemResult(system="platform", state="searched", records=5_000)]
    await running.identify()
    await running.until(lambda office: office.state and office.state.package)
    await running.age(days=6)
    await running.until(lambda _office: offered(running))


async def test_while_nobody_is_known_nothing_is_offered_to_be_delivered(running: Running) -> None:
    await running.age(days=30)
    await running.until(lambda office: office.tags.count("case:deadline:approaching") >= 2)
    assert offered(running) == ["consider_extension"]
    assert await running.refused(PreparePartialAnswer(actor=ANNA, note=uuid4())) == "not-allowed-now"


async def test_a_part_is_delivered_and_the_case_goes_on(running: Running) -> None:
    await waiting(running)
    sha256 = await proposed(running)
    await running.command(ApprovePartialAnswer(actor=BEN, sha256=sha256))
    await running.until(lambda office: "case:partial_answer:notified" in office.tags)
    assert running.office.letters.count("partial_answer") == 1
    assert running.office.state is not None
    assert running.office.state.status is Status.COLLECTING
    clock = (await running.folded()).clock
    assert clock is not None
    assert clock.state == "running"  # a part meets no date
    attempt = uuid4()
    running.office.good_attempts[attempt] = MAILBOX
    await running.command(OpenPackage(actor=SUBJECT, attempt=attempt))
    assert "case:partial_answer:opened" in running.office.tags
    for item in list(running.office.state.open_work_items):
        await running.command(CompleteWorkItem(actor=ANNA, work_item=item, result="not_found"))
    await running.approve()
    await running.until_status(Status.DELIVERED)
    assert "case:package:opened" not in running.office.tags  # the whole is still to be fetched
    await running.fetch()
    await running.until(lambda office: "case:package:opened" in office.tags)


async def test_a_part_needs_reasons_two_people_and_exactly_what_was_seen(running: Running) -> None:
    await waiting(running)
    assert await running.refused(PreparePartialAnswer(actor=ANNA)) == "invalid-input"
    assert await running.refused(PreparePartialAnswer(actor=ANNA, note=uuid4(), without=["platform"])) == "invalid-input"
    assert await running.refused(PreparePartialAnswer(actor=ANNA, note=uuid4(), without=["nowhere"])) == "invalid-input"
    await running.command(PreparePartialAnswer(actor=LEAD, note=uuid4()))
    await running.until(lambda office: office.state and office.state.partial and office.state.partial.package)
    assert running.office.state is not None
    assert running.office.state.partial is not None
    assert running.office.state.partial.package is not None
    sha256 = running.office.state.partial.package.sha256
    assert await running.refused(ApprovePartialAnswer(actor=ANNA, sha256=sha256)) == "not-permitted"
    assert await running.refused(ApprovePartialAnswer(actor=LEAD, sha256=sha256)) == "four-eyes"
    assert await running.refused(ApprovePartialAnswer(actor=BEN, sha256="b" * 64)) == "stale-hash"
    assert "partial_answer" not in running.office.letters


async def test_a_returned_part_is_gone_and_can_be_proposed_again(running: Running) -> None:
    await waiting(running)
    first = await proposed(running)
    await running.command(ReturnForRework(actor=BEN, note=uuid4()))
    assert await running.refused(ApprovePartialAnswer(actor=BEN, sha256=first)) == "not-allowed-now"
    second = await proposed(running)
    await running.command(ApprovePartialAnswer(actor=BEN, sha256=second))
    await running.until(lambda office: "case:partial_answer:notified" in office.tags)


async def test_a_part_whose_letter_came_back_was_not_delivered(running: Running) -> None:
    await waiting(running)
    running.office.refused_letters.add("partial_answer")
    await running.command(ApprovePartialAnswer(actor=BEN, sha256=await proposed(running)))
    await running.until(lambda office: "case:letter:failed" in office.tags)
    assert running.office.state is not None
    (item,) = [key for key, item in running.office.state.open_work_items.items() if item.kind == "letter_failed"]
    await running.command(CompleteWorkItem(actor=ANNA, work_item=item, result="not_found"))
    await running.until(lambda office: "case:partial_answer:voided" in office.tags)
    assert "case:partial_answer:notified" not in running.office.tags
    running.office.refused_letters.clear()
    await running.until(lambda office: office.state and office.state.partial and office.state.partial.package)
    assert running.office.state.partial is not None
    assert running.office.state.partial.package is not None
    await running.command(ApprovePartialAnswer(actor=BEN, sha256=running.office.state.partial.package.sha256))
    await running.until(lambda office: "case:partial_answer:notified" in office.tags)


async def test_what_was_approved_before_the_run_was_ended_is_still_sent(
    temporal_client: Client, time_skipper: TimeSkipper, office: FakeOffice
) -> None:
    async with case(temporal_client, time_skipper, office) as first:
        await waiting(first)
        office.letters_pass.clear()
        await first.command(ApprovePartialAnswer(actor=BEN, sha256=await proposed(first)))
    office.letters_pass.set()
    assert office.state is not None
    async with case(temporal_client, time_skipper, office, office.state.model_copy(deep=True)) as second:
        await second.until(lambda each: "case:partial_answer:notified" in each.tags)
