"""A case that is joined into another one: the earlier date goes along and nothing else, both are told, two persons decide."""

from datetime import timedelta
from uuid import uuid4

from temporalio.client import Client
from temporalio.testing import TimeSkipper

from domain.commands import CompleteWorkItem, MergeDuplicate
from domain.messages import MailArrived
from domain.rights import Outcome, Status
from tests.factories import ANNA, BEN, LEAD
from tests.workflows.case_under_way import case
from workflows.case import CaseWorkflow


async def test_the_case_that_goes_on_takes_the_earlier_date_and_no_address_and_its_person_is_told(
    temporal_client: Client, time_skipper: TimeSkipper
) -> None:
    async with case(temporal_client, time_skipper) as running:
        await running.identify()
        await running.until(lambda office: office.state and office.state.package)
        assert running.office.state is not None
        before = running.office.state.model_copy(deep=True)
        earlier = running.office.received_at - timedelta(days=9)
        for days in (9, 9, 4):  # the same one told twice, and another one that came later
            other = uuid4() if days == 4 else before.case_id
            joined = MailArrived(mail=other, arrived_at=running.office.received_at - timedelta(days=days), kind="joined")
            await running.handle.signal(CaseWorkflow.mail_arrived, joined)
        await running.until(lambda office: office.letters.count("request_joined") == 2)
        state = running.office.state
        assert state.received_at == earlier
        assert running.office.tags.count("case:request:joined") == 2
        assert running.office.tags.count("case:request:predated") == 1
        assert (state.identifiers, state.delivery_address) == (before.identifiers, before.delivery_address)
        assert state.package == before.package, "what is approved stays bound to the same address"


async def test_whoever_showed_nothing_there_is_told_of_no_other_case(temporal_client: Client, time_skipper: TimeSkipper) -> None:
    async with case(temporal_client, time_skipper) as running:
        await running.until_folded()
        joined = MailArrived(mail=uuid4(), arrived_at=running.office.received_at, kind="joined")
        await running.handle.signal(CaseWorkflow.mail_arrived, joined)
        await running.until(lambda office: "case:request:joined" in office.tags)
        await running.identify()
        await running.until(lambda office: office.state and office.state.package)
        assert "request_joined" not in running.office.letters


async def test_what_nothing_proves_waits_for_a_second_person_who_may_leave_them_apart(
    temporal_client: Client, time_skipper: TimeSkipper
) -> None:
    async with case(temporal_client, time_skipper) as running:
        await running.until_folded()
        other = uuid4()
        await running.command(MergeDuplicate(actor=ANNA, note=uuid4(), into=other))
        await running.until(lambda office: office.state and office.state.open_work_items)
        assert running.office.state is not None
        ((item, task),) = running.office.state.open_work_items.items()
        assert task.kind == "join_cases"
        assert await running.refused(MergeDuplicate(actor=ANNA, note=uuid4(), into=other)) == "four-eyes"
        await running.command(CompleteWorkItem(actor=LEAD, work_item=item, result="exception", note=uuid4()))
        assert running.office.state.joining is None

        await running.command(MergeDuplicate(actor=ANNA, note=uuid4(), into=other))
        await running.until(lambda office: office.state and office.state.open_work_items)
        await running.command(MergeDuplicate(actor=LEAD, note=uuid4(), into=other))
        await running.until_status(Status.CLOSED)
        assert running.office.state.outcome is Outcome.DUPLICATE
        assert BEN.person not in running.office.state.preparers


async def test_a_case_whose_other_one_has_ended_meanwhile_asks_somebody_to_look(
    temporal_client: Client, time_skipper: TimeSkipper
) -> None:
    async with case(temporal_client, time_skipper) as running:
        await running.until_folded()
        await running.command(MergeDuplicate(actor=ANNA, note=uuid4(), into=uuid4(), same="mailbox"))
        await running.until(lambda office: office.state and office.state.open_work_items)
        assert running.office.state is not None
        assert [item.kind for item in running.office.state.open_work_items.values()] == ["joined_after_end"]
        assert running.office.state.status is Status.CLOSED
        await running.until(lambda office: "duplicate_merged" in office.letters)
