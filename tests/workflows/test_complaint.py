"""A complaint (s.164A DPA 2018): for anybody, acknowledged at once, told of every fortnight, answered with its outcome."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest
from temporalio.client import Client
from temporalio.testing import TimeSkipper

from domain.case import Finding
from domain.commands import CompleteWorkItem, DecideComplaint, LinkComplaint, SendProgress
from domain.deadline import Clock
from domain.events import Tag
from domain.rights import Outcome, Right, Status
from tests.factories import ANNA, BEN, SUBJECT
from tests.fakes import FakeOffice
from tests.workflows.case_under_way import Running, case


@pytest.fixture
def office() -> FakeOffice:
    office = FakeOffice()
    office.rights = [Right.COMPLAINT]
    return office


@pytest.fixture
async def running(temporal_client: Client, time_skipper: TimeSkipper, office: FakeOffice) -> AsyncIterator[Running]:
    async with case(temporal_client, time_skipper, office) as one:
        yield one


async def clock(running: Running) -> Clock:
    found = (await running.folded()).clock
    assert found is not None
    return found


async def met(running: Running) -> bool:
    """Whether the clock comes to say so; the record is a moment ahead of the workflow that folds it."""
    for _ in range(600):
        if (await clock(running)).state == "met":
            return True
        await asyncio.sleep(0.05)
    return False


def lying(running: Running) -> list[str]:
    state = running.office.state
    return sorted(item.kind for item in state.open_work_items.values()) if state else []


async def acknowledged(running: Running) -> None:
    await running.until(lambda office: "case:complaint:acknowledged" in office.tags)


async def decide(running: Running, finding: Finding = "upheld") -> None:
    await running.command(DecideComplaint(actor=ANNA, finding=finding, note=uuid4(), text=uuid4()))


async def test_it_is_acknowledged_at_once_without_asking_who_it_is(running: Running) -> None:
    await acknowledged(running)
    assert running.office.letters == ["complaint_received"]
    assert lying(running) == ["handle_complaint"]  # looking into it begins at receipt
    assert (await clock(running)).state == "met"
    assert running.office.state is not None
    assert running.office.state.status is Status.FULFILLING
    await running.age(days=40)
    assert "case:deadline:passed" not in running.office.tags


async def test_one_that_nobody_could_acknowledge_is_missed_and_any_other_way_will_do(running: Running) -> None:
    running.office.refused_letters.add("complaint_received")
    await running.until(lambda _office: "letter_failed" in lying(running))
    (failed,) = [key for key, item in running.office.state.open_work_items.items() if item.kind == "letter_failed"]  # type: ignore[union-attr]
    await running.command(CompleteWorkItem(actor=ANNA, work_item=failed, result="not_found"))
    await running.until(lambda _office: "acknowledge_complaint" in lying(running))
    await running.age(days=45)
    await running.until(lambda office: "case:deadline:passed" in office.tags)
    assert (await clock(running)).state == "missed"
    (item,) = [key for key, item in running.office.state.open_work_items.items() if item.kind == "acknowledge_complaint"]  # type: ignore[union-attr]
    await running.command(CompleteWorkItem(actor=ANNA, work_item=item, result="found"))
    await acknowledged(running)
    assert (await clock(running)).state == "missed"  # late stays late


async def test_a_note_of_progress_is_asked_for_every_fortnight_and_once_at_a_time(running: Running) -> None:
    await acknowledged(running)
    await running.age(days=13)
    assert lying(running) == ["handle_complaint"]
    await running.age(days=30)
    await running.until(lambda _office: "complaint_progress" in lying(running))
    assert lying(running) == ["complaint_progress", "handle_complaint"]
    await running.command(SendProgress(actor=ANNA, note=uuid4()))
    await running.until(lambda office: "complaint_progress" in office.letters)
    assert lying(running) == ["handle_complaint"]
    await running.age(days=13)
    assert lying(running) == ["handle_complaint"]
    await running.age(days=2)
    await running.until(lambda _office: "complaint_progress" in lying(running))


async def test_the_outcome_goes_out_and_ends_it(running: Running) -> None:
    await acknowledged(running)
    await decide(running, "not_upheld")
    await running.handle.result()
    state = running.office.state
    assert state is not None
    assert (state.outcome, state.complaint.finding) == (Outcome.FULFILLED, "not_upheld")
    assert running.office.letters == ["complaint_received", "complaint_outcome"]
    assert lying(running) == []


async def test_an_outcome_that_did_not_arrive_was_not_given(running: Running) -> None:
    await acknowledged(running)
    running.office.refused_letters.add("complaint_outcome")
    await decide(running)
    await running.until(lambda _office: "letter_failed" in lying(running))
    (failed,) = [key for key, item in running.office.state.open_work_items.items() if item.kind == "letter_failed"]  # type: ignore[union-attr]
    await running.command(CompleteWorkItem(actor=ANNA, work_item=failed, result="not_found"))
    await running.until(lambda _office: "handle_complaint" in lying(running))
    running.office.refused_letters.clear()
    await decide(running, "partly_upheld")
    await running.handle.result()


async def test_what_was_said_needs_words_and_the_task_ends_only_with_an_outcome(running: Running) -> None:
    await acknowledged(running)
    assert await running.refused(SendProgress(actor=ANNA)) == "invalid-input"
    assert await running.refused(DecideComplaint(actor=BEN, finding="upheld", text=uuid4())) == "invalid-input"
    assert await running.refused(DecideComplaint(actor=SUBJECT, finding="upheld", note=uuid4(), text=uuid4())) == "not-permitted"
    assert running.office.state is not None
    (item,) = running.office.state.open_work_items
    assert await running.refused(CompleteWorkItem(actor=ANNA, work_item=item, result="not_found")) == "invalid-input"
    case_id = running.office.state.case_id
    assert await running.refused(LinkComplaint(actor=ANNA, about=case_id)) == "invalid-input"
    about = uuid4()
    await running.command(LinkComplaint(actor=ANNA, about=about))
    await running.command(LinkComplaint(actor=ANNA, about=about))
    assert running.office.state.complaint.about == [about]
    assert running.office.tags.count("case:complaint:linked") == 1


async def test_beside_a_request_each_has_its_own_clock_and_letters(
    temporal_client: Client, time_skipper: TimeSkipper, office: FakeOffice
) -> None:
    office.rights = [Right.ACCESS, Right.COMPLAINT]
    async with case(temporal_client, time_skipper, office) as running:
        await acknowledged(running)
        await running.until(lambda each: "request_received" in each.letters)
        before = await clock(running)
        assert before.state == "running"  # the request is not met by the complaint's acknowledgement
        await running.identify()
        await running.approve()
        await running.until(lambda each: "case:delivery:notified" in each.tags)
        assert await met(running)  # nor does the open complaint keep the answered request running
        await running.fetch()
        await running.until(lambda each: "case:right:decided" in each.tags)
        assert running.office.state is not None
        assert running.office.state.status is Status.FULFILLING
        await decide(running)
        await running.until_status(Status.CLOSED)


async def test_the_fortnight_goes_on_after_the_run_was_ended(
    temporal_client: Client, time_skipper: TimeSkipper, office: FakeOffice
) -> None:
    async with case(temporal_client, time_skipper, office) as first:
        await acknowledged(first)
    assert office.state is not None
    kept = office.state.model_copy(deep=True)
    assert kept.complaint.told_at is not None
    kept.complaint.told_at -= timedelta(days=10)
    async with case(temporal_client, time_skipper, office, kept) as second:
        await second.until(lambda each: "case:request:resumed" in each.tags)
        await second.age(days=5)
        await second.until(lambda each: any(event.facts.get("kind") == "complaint_progress" for event in each.events))
        assert second.office.tags.count(Tag.COMPLAINT_ACKNOWLEDGED.value) == 1
