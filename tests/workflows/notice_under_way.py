"""One notice on a real Temporal server, with the real activities, database and mail server."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError
from temporalio.testing import TimeSkipper
from temporalio.worker import Worker

from activities.breach_log import BreachLog
from activities.notice_answers import NoticeAnswers
from activities.notice_sending import NoticeSending
from activities.notices import Notices
from activities.systems.registry import Systems
from adapters.database.breach_intake import seal_note
from adapters.database.breach_tables import DossierFile
from adapters.database.notice_reader import NOTICE, IncomingNotice, NoticeReader, notice_event_of, open_notice
from adapters.resources import Resources
from domain.commands import Actor
from domain.notice import NoticeState, Purpose
from domain.notice_commands import ApproveNotice, LoadList, NoticeCall, NoticeCommand, Prepare, SetLetter
from domain.notice_events import fold_notice
from domain.notice_messages import OpenNotice
from tests.breach_factory import LEAD, RESPONDER
from workflows.notice import NoticeWorkflow
from workflows.options import NOTICE_QUEUE

WORDS = {
    "subject": "Please read: somebody signed in to accounts with stolen passwords",
    "nature": "On 22 November somebody tried passwords that were stolen elsewhere.\nYours may be among them.",
    "consequences": "Somebody may have seen what is in your account.",
    "measures": "We ended every session and reset the passwords.",
    "advice": "Go to the site as usual and choose a new password. Change it wherever else you use it.",
    "summary": "We keep prompts for 30 days.",
}


@dataclass
class Notice:
    """One notice under way."""

    resources: Resources
    handle: WorkflowHandle[NoticeWorkflow, None]
    skipper: TimeSkipper
    notice_id: UUID

    def note(self, text: str) -> UUID:
        with self.resources.database.write() as session:
            vault, now = self.resources.vault, datetime.now(UTC)
            return seal_note(session, vault, self.notice_id, NOTICE, author=RESPONDER.person, text=text, now=now)

    async def command(self, command: NoticeCommand) -> NoticeState:
        call = NoticeCall(command_id=f"test:{uuid4().hex}", command=command)
        return (await self.handle.execute_update(NoticeWorkflow.command, call, id=call.command_id)).state

    async def carried_on(self, command: NoticeCommand) -> NoticeState:
        """Command a notice whose workflow has ended, as the door does: carry it on from what is recorded."""
        events = [notice_event_of(row) for row in NoticeReader(self.resources).events(self.notice_id, 0, 10_000)]
        opening = OpenNotice(notice_id=self.notice_id, state=fold_notice(self.notice_id, events))
        before = await self.handle.describe()
        with self.skipper.with_time_skipping_disabled():
            self.handle = await self.skipper.client.start_workflow(
                NoticeWorkflow.run, opening, id=self.handle.id, task_queue=before.task_queue
            )
        return await self.command(command)

    async def refused(self, command: NoticeCommand) -> str:
        with pytest.raises(WorkflowUpdateFailedError) as failure:
            await self.command(command)
        assert isinstance(failure.value.cause, ApplicationError)
        return str(failure.value.cause.type)

    @property
    def state(self) -> NoticeState:
        return NoticeReader(self.resources).get(self.notice_id).state

    @property
    def tags(self) -> list[str]:
        return [row.tag for row in NoticeReader(self.resources).events(self.notice_id, 0, 10_000)]

    async def until(self, condition: Callable[["Notice"], object], seconds: float = 60) -> None:
        for _ in range(int(seconds * 20)):
            if condition(self):
                return
            await asyncio.sleep(0.05)
        raise AssertionError(self.tags)

    async def age(self, **by: float) -> None:
        await self.skipper.fast_forward(self.handle, timedelta(**by))

    async def load(self, lines: Sequence[str]) -> None:
        """Hand a CSV file in, as the web does, and wait until it is counted."""
        key = self.keep("\r\n".join(lines).encode())
        await self.command(LoadList(actor=RESPONDER, list=key))
        await self.until(lambda one: not one.state.list_wanted)

    def keep(self, content: bytes) -> UUID:
        """Seal a list."""
        vault, key = self.resources.vault.dossier(self.notice_id, NOTICE), uuid4()
        with self.resources.blobs.create(vault, "list") as writer:
            writer.write(content)
        row = DossierFile(
            dossier_id=self.notice_id,
            kind="list",
            subject=key,
            name=b"",
            media_type="text/csv",
            blob=writer.ref.model_dump(mode="json"),
            added_by=RESPONDER.person,
            added_at=datetime.now(UTC),
        )
        row.name = vault.seal("dossier_file", "name", str(row.id), b"list.csv")
        with self.resources.database.write() as session:
            session.add(row)
        return key

    async def write(self, language: str = "en", **words: str) -> None:
        parts = {name: self.note(text) for name, text in (WORDS | words).items()}
        await self.command(SetLetter.model_validate({"actor": RESPONDER, "language": language, **parts}))

    async def prepare(self) -> str:
        await self.command(Prepare(actor=RESPONDER))
        await self.until(lambda one: one.state.sha256)
        return str(self.state.sha256)

    async def approve(self, by: Actor = LEAD, **more: Any) -> None:  # noqa: ANN401 (fields of the command)
        await self.command(ApproveNotice(actor=by, sha256=str(self.state.sha256), **more))


@asynccontextmanager
async def notice(
    client: Client, skipper: TimeSkipper, resources: Resources, *, purpose: Purpose = "breach", exercise: bool = False
) -> AsyncIterator[Notice]:
    incoming = IncomingNotice(title="Log-in only", purpose=purpose, exercise=exercise, caller=RESPONDER.person)
    opened, _ = open_notice(resources, incoming, datetime.now(UTC))
    log, sending = BreachLog(resources), NoticeSending(resources)
    systems = Systems(resources.datamap, Path(resources.settings.home))
    notices, queue = Notices(resources, systems), f"notice-{uuid4().hex}"
    with ThreadPoolExecutor(4) as threads:
        events: list[Callable[..., Any]] = [log.read_notice_opening, log.record_notice_event]
        doing: list[Callable[..., Any]] = [
            notices.load_recipients,
            notices.prepare_notice,
            notices.send_test_letters,
            NoticeAnswers(resources).send_answers,
        ]
        worker = Worker(client, task_queue=queue, workflows=[NoticeWorkflow], activities=events, activity_executor=threads)
        sender = Worker(client, task_queue=NOTICE_QUEUE, activities=[*doing, sending.send_some], activity_executor=threads)
        async with worker, sender:
            with skipper.with_time_skipping_disabled():
                handle = await skipper.client.start_workflow(
                    NoticeWorkflow.run, OpenNotice(notice_id=opened.dossier.id), id=f"notice-{uuid4()}", task_queue=queue
                )
            yield Notice(resources, handle, skipper, opened.dossier.id)
            with contextlib.suppress(RPCError):  # it has ended by itself
                await handle.terminate()
    systems.close()
