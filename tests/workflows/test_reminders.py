"""Reminders go on where they stood, whatever ran meanwhile; closing ends what is under way; nothing asked for is lost."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from temporalio.client import Client
from temporalio.testing import TimeSkipper

from domain.case import CaseState
from domain.commands import Close, CompleteWorkItem, PreparePackage, Withdraw
from domain.events import Tag
from domain.rights import Status
from tests.factories import ANNA, LEAD, MAILBOX, MONDAY, SUBJECT, happen, in_review, received
from tests.fakes import FakeOffice
from tests.workflows.case_under_way import Running, case


@pytest.fixture
async def running(temporal_client: Client, time_skipper: TimeSkipper) -> AsyncIterator[Running]:
    async with case(temporal_client, time_skipper) as one:
        yield one


def as_if_of(state: CaseState, **ago: float) -> FakeOffice:
    """An office whose case has stood still for some time, as after a restore."""
    office = FakeOffice()
    office.state = state
    office.received_at = datetime.now(UTC) - timedelta(**ago)
    return office


def reminded(office: FakeOffice) -> list[object]:
    return [event.facts["number"] for event in office.events if event.tag in {Tag.IDENTITY_REMINDED, Tag.DELIVERY_REMINDED}]


async def test_a_case_that_is_carried_on_does_not_remind_again(temporal_client: Client, time_skipper: TimeSkipper) -> None:
    state = received()
    state.identity_asked_at = datetime.now(UTC) - timedelta(days=3)
    state.identity_reminders, state.identity_reminded_at = 1, datetime.now(UTC) - timedelta(days=2)
    async with case(temporal_client, time_skipper, as_if_of(state, days=3), state.model_copy(deep=True)) as running:
        await running.until(lambda office: "case:request:resumed" in office.tags)
        await running.age(days=3)
        assert reminded(running.office) == []
        await running.age(days=2)  # day 8: the second one, and not the first again
        await running.until(lambda office: reminded(office) == [2])


async def test_of_reminders_missed_in_an_outage_the_latest_is_sent_once_and_closing_is_proposed_only_later(
    temporal_client: Client, time_skipper: TimeSkipper
) -> None:
    state = received()
    state.identity_asked_at = datetime.now(UTC) - timedelta(days=40)
    async with case(temporal_client, time_skipper, as_if_of(state, days=40), state.model_copy(deep=True)) as running:
        await running.until(lambda office: "identity_reminder" in office.letters)
        assert reminded(running.office) == [2]
        await running.age(days=6)
        assert Tag.CLOSING_PROPOSED not in running.office.tags
        await running.age(days=2)
        await running.until(lambda office: Tag.CLOSING_PROPOSED in office.tags)
        assert running.office.letters.count("identity_reminder") == 1


async def test_a_package_reminder_missed_in_an_outage_is_sent(temporal_client: Client, time_skipper: TimeSkipper) -> None:
    state = in_review()
    happen(state, Tag.PACKAGE_APPROVED, sha256="a" * 64, binding="a" * 64)
    happen(state, Tag.PACKAGE_PUBLISHED, sha256="a" * 64)
    happen(state, Tag.DELIVERY_NOTIFIED)
    assert state.delivered_at == MONDAY
    state.delivered_at = datetime.now(UTC) - timedelta(days=10)
    async with case(temporal_client, time_skipper, as_if_of(state, days=20), state.model_copy(deep=True)) as running:
        await running.until(lambda office: "package_reminder" in office.letters)
        assert reminded(running.office) == [1]
        await running.age(days=12)
        await running.until(lambda office: reminded(office) == [1, 2])


async def test_a_close_for_want_of_an_answer_counts_only_when_its_letter_went_out(running: Running) -> None:
    office = running.office
    await running.until_status(Status.VERIFYING_IDENTITY)
    await running.age(days=2)
    await running.age(days=6)
    await running.age(days=24)
    await running.until(lambda each: Tag.CLOSING_PROPOSED in each.tags)
    office.refused_letters.add("identity_not_confirmed")
    await running.command(Close(actor=LEAD, note=uuid4()))
    await running.handle.result()
    assert office.state is not None
    assert [item.letter for item in office.state.open_work_items.values()] == ["identity_not_confirmed"]
    assert Tag.REFUSAL_NOTIFIED not in office.tags


async def test_a_close_whose_letter_went_out_is_a_refusal_that_was_told(running: Running) -> None:
    await running.until_status(Status.VERIFYING_IDENTITY)
    await running.age(days=2)
    await running.age(days=6)
    await running.age(days=24)
    await running.until(lambda each: Tag.CLOSING_PROPOSED in each.tags)
    await running.command(Close(actor=LEAD, note=uuid4()))
    await running.handle.result()
    assert running.office.tags[-1] == Tag.REFUSAL_NOTIFIED


async def test_closing_calls_off_a_search_that_is_under_way(running: Running) -> None:
    running.office.searched.clear()
    await running.identify()
    await running.until(lambda office: office.searches)
    await running.command(Withdraw(actor=SUBJECT))
    await running.handle.result()
    await running.until(lambda office: office.called_off == ["collect"])
    assert Tag.COLLECTION_STARTED not in running.office.tags


async def test_a_package_asked_for_while_another_is_built_is_built_too(running: Running) -> None:
    office = running.office
    await running.identify()
    await running.until(lambda each: each.state and each.state.package)
    office.built.clear()
    await running.command(PreparePackage(actor=ANNA, revision=1))
    await running.until(lambda each: each.builds)
    await running.command(PreparePackage(actor=ANNA, revision=2))
    office.built.set()
    await running.until(lambda each: each.state and each.state.package and each.state.package.revision == 2)
    assert [build.revision for build in office.builds] == [1, 2]
    assert office.state is not None
    assert office.state.package_wanted is None


async def test_what_fails_beside_the_case_is_somebodys_task_and_is_done_after_that(running: Running) -> None:
    office = running.office
    office.broken.add("snapshot_short_lived")
    office.short_lived = True
    await running.until(lambda each: each.state and any(i.kind == "needs_operator" for i in each.state.open_work_items.values()))
    office.broken.clear()
    assert office.state is not None
    (item,) = office.state.open_work_items
    await running.command(CompleteWorkItem(actor=ANNA, work_item=item, result="found"))
    await running.until(lambda each: Tag.SNAPSHOT_TAKEN in each.tags)
    assert (await running.folded()).state.snapshots == ["platform"]
    assert MAILBOX in office.state.identifiers
