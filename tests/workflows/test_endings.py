"""What may cross the delivery and the end of a case: a letter that did not arrive, a new address, a late wish, early copies."""

from collections.abc import AsyncIterator

import pytest
from temporalio.client import Client
from temporalio.testing import TimeSkipper

from domain.commands import CompleteWorkItem, PreparePackage, Reopen, Withdraw
from domain.rights import Status
from tests.factories import ANNA, SUBJECT
from tests.fakes import FakeOffice
from tests.workflows.case_under_way import Running, case


@pytest.fixture
async def running(temporal_client: Client, time_skipper: TimeSkipper) -> AsyncIterator[Running]:
    async with case(temporal_client, time_skipper) as one:
        yield one


async def test_a_package_whose_letter_did_not_arrive_is_not_delivered(running: Running) -> None:
    running.office.refused_letters.add("package_ready")
    await running.identify()
    await running.approve()
    await running.until(lambda office: office.state and office.state.open_work_items)
    assert running.office.state is not None
    (item,) = running.office.state.open_work_items
    await running.command(CompleteWorkItem(actor=ANNA, work_item=item, result="not_found"))
    await running.until(lambda office: "case:package:voided" in office.tags)
    assert running.office.state.delivered_at is None
    assert "case:delivery:notified" not in running.office.tags

    running.office.refused_letters.clear()
    await running.approve()
    await running.until_status(Status.DELIVERED)
    approvals = [event.sequence for event in running.office.events if event.tag.value == "case:package:approved"]
    assert running.office.numbers["package_ready"] == approvals[1:], "a letter's number is that of its approval"


async def test_a_package_on_its_way_to_the_person_is_not_made_anew(running: Running) -> None:
    running.office.letters_pass.clear()
    await running.identify()
    await running.approve()
    await running.until(lambda office: "package_ready" in office.numbers)
    assert await running.refused(PreparePackage(actor=ANNA)) == "not-allowed-now"
    running.office.letters_pass.set()
    await running.until_status(Status.DELIVERED)


async def test_a_case_that_is_reopened_before_its_last_letter_went_out_goes_on(running: Running) -> None:
    await running.until_folded()
    running.office.letters_pass.clear()
    await running.command(Withdraw(actor=SUBJECT))
    await running.until(lambda office: "request_withdrawn" in office.numbers)
    await running.command(Reopen(actor=SUBJECT))
    running.office.letters_pass.set()
    await running.identify()
    await running.approve()
    await running.until_status(Status.DELIVERED)


async def test_copies_that_are_made_while_the_case_is_withdrawn_are_destroyed(
    temporal_client: Client, time_skipper: TimeSkipper
) -> None:
    office = FakeOffice()
    office.short_lived = True
    office.copied.clear()
    async with case(temporal_client, time_skipper, office) as running:
        await running.until_folded()
        await running.command(Withdraw(actor=SUBJECT))
        office.copied.set()
        await running.handle.result()
        assert "case:snapshot:taken" not in office.tags
        assert "snapshots" in office.destroyed
