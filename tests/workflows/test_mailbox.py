"""The mailbox's workflow on a real engine: a mail opens its case and is told to it, whatever fails in between."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from temporalio import activity
from temporalio.client import Client, WorkflowHandle
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError
from temporalio.testing import TimeSkipper
from temporalio.worker import Worker

from domain.afterwards import MAIL_AFTER_END, closed_actions
from domain.authority import Action
from domain.case import CaseState
from domain.commands import RequestClarification
from domain.events import Tag
from domain.messages import MailArrived, MailEffect, MailSorted, MailsTold, MailTaken, WatchMailbox
from domain.rights import Outcome, Status
from tests.factories import ANNA
from tests.fakes import FakeOffice
from tests.workflows.case_under_way import Running, case
from workflows.case import CaseWorkflow
from workflows.mailbox import MailboxWorkflow
from workflows.options import CASE_QUEUE, MAIL_QUEUE


class FakePost:
    """A mailbox whose turns a test writes down."""

    def __init__(self) -> None:
        self.effects: list[MailEffect] = []
        self.told: list[UUID] = []
        self.failures = 0
        self.gone = False
        self.looks = 0

    @activity.defn(name="take_in_mail")
    async def take_in_mail(self, _message: WatchMailbox) -> MailTaken:
        self.looks += 1
        if self.failures:
            self.failures -= 1
            raise ApplicationError("connection lost")
        await asyncio.sleep(0.05)
        return MailTaken(gone=self.gone)

    @activity.defn(name="sort_mail")
    async def sort_mail(self, _message: WatchMailbox) -> MailSorted:
        return MailSorted(effects=[effect for effect in self.effects if effect.arrived.mail not in self.told])

    @activity.defn(name="mark_told")
    async def mark_told(self, message: MailsTold) -> None:
        self.told += message.mails

    @property
    def mail_activities(self) -> list[Callable[..., Any]]:
        return [self.take_in_mail, self.sort_mail]


@asynccontextmanager
async def watching(client: Client, post: FakePost, office: FakeOffice) -> AsyncIterator[WorkflowHandle[MailboxWorkflow, None]]:
    case_activities = [*office.case_activities, post.mark_told]
    cases = Worker(client, task_queue=CASE_QUEUE, workflows=[CaseWorkflow, MailboxWorkflow], activities=case_activities)
    mails = Worker(client, task_queue=MAIL_QUEUE, activities=post.mail_activities)
    async with cases, mails:
        handle = await client.start_workflow(
            MailboxWorkflow.run, WatchMailbox(mailbox="connect"), id=f"mailbox-{uuid4().hex}", task_queue=CASE_QUEUE
        )
        yield handle
        with suppress(RPCError):
            await handle.terminate()


async def until(condition: Callable[[], object]) -> None:
    for _ in range(600):
        if condition():
            return
        await asyncio.sleep(0.05)
    raise AssertionError


def arrived(kind: str = "message", **facts: object) -> MailArrived:
    return MailArrived.model_validate({"mail": uuid4(), "arrived_at": datetime.now(UTC), "kind": kind} | facts)


async def test_a_mail_opens_its_case_and_the_case_lives_on_without_the_mailbox(temporal_client: Client) -> None:
    post, office = FakePost(), FakeOffice()
    case_id = uuid4()
    post.effects = [MailEffect(case_id=case_id, opens=True, arrived=arrived("earlier"))]
    async with watching(temporal_client, post, office) as mailbox:
        await until(lambda: post.told and "case:identity:asked" in office.tags)
        await mailbox.terminate()
        running: WorkflowHandle[CaseWorkflow, None] = temporal_client.get_workflow_handle_for(CaseWorkflow.run, f"case-{case_id}")
        assert (await running.query(CaseWorkflow.snapshot)).state.case_id == case_id
        await running.terminate()


async def test_a_mailbox_that_cannot_be_reached_is_tried_again_and_ends_when_nobody_names_it(temporal_client: Client) -> None:
    post = FakePost()
    post.failures = 2
    async with watching(temporal_client, post, FakeOffice()) as mailbox:
        await until(lambda: post.looks > 3)
        post.gone = True
        await asyncio.wait_for(mailbox.result(), 30)


async def test_a_case_that_does_not_run_yet_is_told_later(temporal_client: Client) -> None:
    post = FakePost()
    post.effects = [MailEffect(case_id=uuid4(), arrived=arrived())]
    async with watching(temporal_client, post, FakeOffice()):
        await asyncio.sleep(0.5)
        assert post.told == []


async def told(running: Running, mail: MailArrived) -> None:
    await running.handle.signal(CaseWorkflow.mail_arrived, mail)


async def test_a_mail_told_twice_counts_once(temporal_client: Client, time_skipper: TimeSkipper) -> None:
    async with case(temporal_client, time_skipper) as running:
        await running.until_folded()
        mail = arrived()
        for _ in range(3):
            await told(running, mail)
        await told(running, arrived())
        await running.until(lambda office: office.tags.count("case:message:received") == 2)
        await asyncio.sleep(0.3)
        assert running.office.tags.count("case:message:received") == 2


async def test_a_reply_ends_a_pause_from_its_arrival(temporal_client: Client, time_skipper: TimeSkipper) -> None:
    async with case(temporal_client, time_skipper) as running:
        await running.until_folded()
        await running.command(RequestClarification(actor=ANNA, note=uuid4()))
        asked = next(event for event in running.office.events if event.tag is Tag.CLARIFICATION_ASKED)
        came = asked.at + timedelta(milliseconds=1)
        await told(running, arrived(arrived_at=came))
        await running.until(lambda office: "case:clarification:answered" in office.tags)
        answered = running.office.events[-1]
        assert datetime.fromisoformat(str(answered.facts["arrived_at"])) == came


async def test_a_hard_bounce_asks_for_another_channel_and_a_soft_one_is_only_noted(
    temporal_client: Client, time_skipper: TimeSkipper
) -> None:
    async with case(temporal_client, time_skipper) as running:
        await running.until_folded()
        await told(running, arrived("bounce", letter_name="request_received", letter_number=1, hard=False))
        await running.until(lambda office: "case:letter:bounced" in office.tags)
        assert running.office.state is not None
        assert not running.office.state.open_work_items
        await told(running, arrived("bounce", letter_name="request_received", letter_number=1, hard=True))
        await running.until(lambda office: office.state and office.state.open_work_items)
        assert [item.kind for item in running.office.state.open_work_items.values()] == ["letter_bounced"]


def closed_case(case_id: UUID) -> CaseState:
    return CaseState(case_id=case_id, sequence=9, status=Status.CLOSED, outcome=Outcome.FULFILLED, received_at=datetime.now(UTC))


async def test_a_mail_to_a_case_that_has_ended_is_an_event_and_a_task_there(temporal_client: Client) -> None:
    post, office, case_id = FakePost(), FakeOffice(), uuid4()
    ended = closed_case(case_id)
    post.effects = [MailEffect(case_id=case_id, arrived=arrived(), ended=ended)]
    office.state = ended.model_copy(deep=True)
    async with watching(temporal_client, post, office):
        await until(lambda: post.told and "case:message:received" in office.tags)
        assert office.state.status is Status.CLOSED
        assert [item.kind for item in office.state.open_work_items.values()] == [MAIL_AFTER_END]
        assert Action.REOPEN in closed_actions(office.state)
        assert Action.SEND_MESSAGE in closed_actions(office.state)


async def test_an_earlier_copy_moves_the_clock_back_and_a_later_one_does_not(
    temporal_client: Client, time_skipper: TimeSkipper
) -> None:
    async with case(temporal_client, time_skipper) as running:
        await running.until_folded()
        received = running.office.received_at
        await told(running, arrived("earlier", arrived_at=received + timedelta(hours=1)))
        earlier = received - timedelta(days=1)
        await told(running, arrived("earlier", arrived_at=earlier))
        await running.until(lambda office: "case:request:predated" in office.tags)
        assert running.office.tags.count("case:request:predated") == 1
        assert running.office.state is not None
        assert running.office.state.received_at == earlier


async def test_evidence_that_came_by_mail_is_evidence(temporal_client: Client, time_skipper: TimeSkipper) -> None:
    async with case(temporal_client, time_skipper) as running:
        await running.until_folded()
        evidence = uuid4()
        await told(running, arrived(evidence=evidence))
        await running.until(lambda office: office.state and office.state.evidence == [evidence])
