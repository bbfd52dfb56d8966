"""After the end of an access case: the copy is offered again for six months, and whoever says that it went wrong is heard."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from temporalio.client import Client
from temporalio.testing import TimeSkipper

from domain.case import CaseState
from domain.commands import (
    CompleteWorkItem,
    OpenPackage,
    ReissuePackage,
    Reopen,
    ReportMissing,
    ReportWrongPerson,
    RequestCode,
    SendMessage,
)
from domain.events import Tag
from domain.rights import Status
from tests.factories import ANNA, LEAD, MAILBOX, SHA, SUBJECT, happen, in_review
from tests.fakes import FakeOffice
from tests.workflows.case_under_way import Running, case


def closed(**ago: float) -> CaseState:
    """A case whose copy was delivered and fetched some time ago."""
    state = in_review()
    happen(state, Tag.PACKAGE_APPROVED, sha256=SHA, binding=SHA)
    happen(state, Tag.PACKAGE_PUBLISHED, sha256=SHA)
    happen(state, Tag.DELIVERY_NOTIFIED)
    happen(state, Tag.PACKAGE_OPENED)
    happen(state, Tag.RIGHT_DECIDED, right="access", outcome="fulfilled")
    happen(state, Tag.REQUEST_CLOSED, outcome="fulfilled")
    state.delivered_at = state.offered_at = datetime.now(UTC) - timedelta(**ago)
    return state


def office_of(state: CaseState) -> FakeOffice:
    office = FakeOffice()
    office.state = state.model_copy(deep=True)
    return office


@pytest.fixture
async def running(temporal_client: Client, time_skipper: TimeSkipper) -> AsyncIterator[Running]:
    state = closed(days=3)
    async with case(temporal_client, time_skipper, office_of(state), state) as one:
        yield one


async def test_a_copy_that_was_fetched_can_be_fetched_again_with_a_fresh_code(running: Running) -> None:
    await running.command(RequestCode(actor=SUBJECT, identifier=MAILBOX))
    await running.until(lambda office: "code" in office.letters)
    await running.fetch()
    await running.until(lambda office: office.tags == [Tag.CODE_REQUESTED, Tag.PACKAGE_OPENED])
    assert running.office.state is not None
    assert running.office.state.status is Status.CLOSED
    await running.age(minutes=11)
    await running.handle.result()  # the run that served it does not stay


async def test_after_thirty_days_a_new_link_has_to_be_asked_for(temporal_client: Client, time_skipper: TimeSkipper) -> None:
    state = closed(days=31)
    async with case(temporal_client, time_skipper, office_of(state), state) as running:
        attempt = uuid4()
        running.office.good_attempts[attempt] = MAILBOX
        assert await running.refused(OpenPackage(actor=SUBJECT, attempt=attempt)) == "not-allowed-now"
        await running.command(ReissuePackage(actor=SUBJECT))
        await running.until(lambda office: "package_again" in office.letters)
        assert await running.refused(ReissuePackage(actor=SUBJECT)) == "not-allowed-now", "not twice in ten minutes"
        await running.fetch()


async def test_after_six_months_a_new_request_is_the_way(temporal_client: Client, time_skipper: TimeSkipper) -> None:
    state = closed(days=190)
    async with case(temporal_client, time_skipper, office_of(state), state) as running:
        assert await running.refused(ReissuePackage(actor=SUBJECT)) == "not-allowed-now"


async def test_the_wrong_person_ends_every_way_to_the_copy_at_once(running: Running) -> None:
    await running.command(ReportWrongPerson(actor=SUBJECT))
    await running.until(lambda office: "links" in office.destroyed)
    assert await running.refused(RequestCode(actor=SUBJECT, identifier=MAILBOX)) == "not-allowed-now"
    assert await running.refused(ReissuePackage(actor=SUBJECT)) == "not-allowed-now"
    assert running.office.state is not None
    assert [item.kind for item in running.office.state.open_work_items.values()] == ["wrong_person"]


async def test_what_is_missing_is_a_task_that_is_answered_without_a_new_case(running: Running) -> None:
    await running.command(ReportMissing(actor=SUBJECT, note=uuid4()))
    assert running.office.state is not None
    (item,) = running.office.state.open_work_items
    await running.command(SendMessage(actor=ANNA, note=uuid4()))
    await running.until(lambda office: "message" in office.letters)
    await running.command(CompleteWorkItem(actor=ANNA, work_item=item, result="not_found"))
    assert running.office.state.status is Status.CLOSED
    assert await running.refused(SendMessage(actor=ANNA, note=uuid4())) == "not-allowed-now"


async def test_a_lead_reopens_what_was_incomplete_and_everything_is_searched_again(running: Running) -> None:
    assert await running.refused(Reopen(actor=LEAD)) == "not-allowed-now", "a finished case comes back for a reason only"
    await running.command(ReportMissing(actor=SUBJECT, note=uuid4()))
    await running.command(Reopen(actor=LEAD))
    await running.until(lambda office: office.searches and office.searches[-1].run == 2)
    await running.approve()
    await running.until_status(Status.DELIVERED)


async def test_in_an_open_case_a_misdirected_copy_has_to_be_approved_anew(
    temporal_client: Client, time_skipper: TimeSkipper
) -> None:
    async with case(temporal_client, time_skipper) as running:
        await running.identify()
        await running.approve()
        await running.until_status(Status.DELIVERED)
        await running.command(ReportWrongPerson(actor=SUBJECT))
        await running.until(lambda office: "links" in office.destroyed)
        await running.until_status(Status.IN_REVIEW)
        attempt = uuid4()
        running.office.good_attempts[attempt] = MAILBOX
        assert await running.refused(OpenPackage(actor=SUBJECT, attempt=attempt)) == "not-allowed-now"
