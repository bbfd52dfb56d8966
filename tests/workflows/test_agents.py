"""Whoever asks for somebody else is asked for proof at their own address, and told once when it is settled."""

from uuid import uuid4

import pytest
from temporalio.client import Client
from temporalio.testing import TimeSkipper

from domain.commands import RecordAuthority, RequestAuthority
from domain.events import Tag
from domain.rights import Outcome, Status
from tests.factories import ANNA, SECOND_MAILBOX
from tests.fakes import FakeOffice
from tests.workflows.case_under_way import case


@pytest.mark.parametrize("by", ["mandate", "person"])
async def test_an_agent_is_asked_and_told_at_their_own_address(
    temporal_client: Client, time_skipper: TimeSkipper, by: str
) -> None:
    office = FakeOffice()
    office.agent = SECOND_MAILBOX
    async with case(temporal_client, time_skipper, office) as running:
        await running.until_folded()
        await running.command(RequestAuthority(actor=ANNA, note=uuid4()))
        await running.until(lambda office: "authority" in office.letters)
        assert office.addressed["authority"] == SECOND_MAILBOX
        assert "agent_told" not in office.letters, "nothing is settled"
        if by == "mandate":
            await running.command(RecordAuthority(actor=ANNA, note=uuid4()))
            await running.until(lambda office: "agent_told" in office.letters)
        await running.identify()
        await running.until(lambda office: "agent_told" in office.letters)
        assert office.addressed["agent_told"] == SECOND_MAILBOX
        await running.approve()
        await running.until_status(Status.DELIVERED)
        await running.fetch()
        await running.handle.result()
        assert office.letters.count("agent_told") == 1
        assert office.addressed["package_ready"] is None, "the answer goes to the person"
        assert office.state is not None
        assert office.state.outcome is Outcome.FULFILLED


async def test_nobody_else_is_written_to_where_the_person_asks(temporal_client: Client, time_skipper: TimeSkipper) -> None:
    async with case(temporal_client, time_skipper) as running:
        await running.identify()
        await running.approve()
        await running.until_status(Status.DELIVERED)
        await running.fetch()
        await running.handle.result()
        assert "agent_told" not in running.office.letters
        assert Tag.REQUEST_CLOSED in running.office.tags
