"""A whole Habeas inside the test's own process, for journeys that look at what lies behind the API.

Real engine, worker, databases, files and mail server; nothing faked. Used by the saved histories too.
"""

import asyncio
import contextlib
import email.policy
import re
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiosmtpd.controller import Controller
from temporalio.client import Client

import worker
from adapters import preparation
from adapters.database.case_reader import CaseReader, CaseView
from adapters.database.intake import IncomingRequest, Intake
from adapters.database.tables import PackageRow
from adapters.links import record_attempt
from adapters.notes import write_note
from adapters.resources import Resources
from adapters.settings import Settings
from adapters.temporal import connect
from api.cases import Cases
from domain.blobs import BlobRef
from domain.commands import ApprovePackage, Command, CompleteWorkItem, ConfirmIdentityCode, OpenPackage, RequestCode
from domain.messages import CommandCall, Snapshot
from domain.rights import Outcome, Right, Status
from tests import servers
from tests.factories import ANNA, BEN, SUBJECT

PATIENCE = 60  # seconds; a loaded machine takes ten times what an idle one does


class PostBox:
    """What the mail server accepted, in order."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: ANN401, N802 (aiosmtpd's own name)
        self.letters.append(BytesParser(policy=email.policy.default).parsebytes(envelope.content))
        return "250 OK"

    @property
    def subjects(self) -> list[str]:
        return [str(letter["Subject"]).partition(": ")[2] for letter in self.letters]

    def newest_code(self, reference: str) -> str | None:
        for letter in reversed([each for each in self.letters if reference in str(each["Subject"])]):
            body = letter.get_body(("plain",))
            found = re.search(r"^ +(\d{8})\s*$", body.get_content() if body else "", re.MULTILINE)
            if found:
                return found[1]
        return None


@dataclass
class Installed:
    """Everything running, and a case in it."""

    resources: Resources
    cases: Cases
    post: PostBox
    client: Client
    reader: CaseReader = field(init=False)

    def __post_init__(self) -> None:
        self.reader = CaseReader(self.resources)

    async def request(
        self, address: str, message: str = "Please send me everything.", *, rights: Sequence[Right] = (Right.ACCESS,)
    ) -> UUID:
        now = datetime.now(UTC)
        incoming = IncomingRequest(
            rights=[*rights],
            email=address,
            name="Tilda Typical",
            country="IE",
            message=message,
            received_at=now,
            caller="journey",
        )
        case_id = (await asyncio.to_thread(Intake(self.resources).receive, incoming, now)).case_id
        self.cases.start_soon(case_id)
        return case_id

    async def until(self, case_id: UUID, condition: Callable[[CaseView], object]) -> CaseView:
        for _ in range(PATIENCE * 20):
            view = await asyncio.to_thread(self.reader.get, case_id)
            if condition(view):
                return view
            await asyncio.sleep(0.05)
        raise AssertionError((view.state, self.post.subjects))

    async def command(self, case_id: UUID, command: Command) -> Snapshot:
        return await self.cases.perform(case_id, CommandCall(command_id=f"journey:{uuid4().hex}", command=command))

    async def attempt(self, case_id: UUID, purpose: Any) -> UUID:  # noqa: ANN401 (one of two purposes)
        reference = (await asyncio.to_thread(self.reader.get, case_id)).receipt.reference
        for _ in range(PATIENCE * 20):
            if (code := self.post.newest_code(reference)) is not None:
                break
            await asyncio.sleep(0.05)
        assert code is not None
        with self.resources.database.write() as session:
            return record_attempt(session, self.resources.vault, case_id, purpose, code=code, now=datetime.now(UTC))

    async def identify(self, case_id: UUID) -> None:
        await self.until(case_id, lambda view: view.state.status is Status.VERIFYING_IDENTITY)
        attempt = await self.attempt(case_id, "verify")
        await self.command(case_id, ConfirmIdentityCode(actor=SUBJECT, attempt=attempt))

    async def review(self, case_id: UUID) -> CaseView:
        """Answer for the system that only a person can search, and wait for the package."""
        view = await self.until(case_id, lambda each: any(item.system for item in each.state.open_work_items.values()))
        for item in [key for key, item in view.state.open_work_items.items() if item.system]:
            await self.command(case_id, CompleteWorkItem(actor=ANNA, work_item=item, result="not_found"))
        return await self.until(case_id, lambda each: each.state.package)

    def package(self, view: CaseView) -> bytes:
        assert view.state.package is not None
        with self.resources.database.read() as session:
            row = session.get_one(PackageRow, view.state.package.id)
        vault = self.resources.vault.case(view.state.case_id)
        with self.resources.blobs.read(vault, BlobRef.model_validate(row.blob)) as stored:
            return b"".join(stored)

    async def approve(self, view: CaseView) -> None:
        assert view.state.package is not None
        await self.command(view.state.case_id, ApprovePackage(actor=BEN, sha256=view.state.package.sha256))

    async def fetch(self, case_id: UUID) -> CaseView:
        """Ask for a fresh code, open the package with it, and wait for the end."""
        view = await self.until(case_id, lambda each: each.state.delivered_at)
        sent = len(self.post.letters)
        await self.command(case_id, RequestCode(actor=SUBJECT, identifier=view.state.usable_keys[0]))
        for _ in range(PATIENCE * 20):
            if len(self.post.letters) > sent:
                break
            await asyncio.sleep(0.05)
        await self.command(case_id, OpenPackage(actor=SUBJECT, attempt=await self.attempt(case_id, "open_package")))
        return await self.until(case_id, lambda each: all(item.ended for item in each.state.rights if item.right is Right.ACCESS))

    async def carry_out(self, case_id: UUID, right: Right) -> None:
        """As a caseworker does what Habeas does not do itself yet."""
        view = await self.until(case_id, lambda each: _of(each, right))
        note = await asyncio.to_thread(self.note, case_id)
        done = CompleteWorkItem(actor=ANNA, work_item=_of(view, right)[0], result="done", outcome=Outcome.FULFILLED, note=note)
        await self.command(case_id, done)
        await self.until(case_id, lambda each: any(item.right is right and item.answered for item in each.state.rights))

    def note(self, case_id: UUID) -> UUID:
        """Words of a caseworker, sealed."""
        with self.resources.database.write() as session:
            return write_note(
                session, self.resources.vault, case_id, author=ANNA.person, text="It is done.", now=datetime.now(UTC)
            )


def _of(view: CaseView, right: Right) -> list[UUID]:
    return [key for key, item in view.state.open_work_items.items() if item.right is right]


@contextlib.asynccontextmanager
async def running_in(folder: Path, *, time_skipping: bool = False, **settings: Any) -> AsyncIterator[Installed]:  # noqa: ANN401
    """Everything until the end of the block; a second time in the same folder it goes on with the same home and keys."""
    post, port, engine = PostBox(), servers.free_port(), folder / f"temporal-{uuid4().hex}"
    engine.mkdir()
    mail = Controller(post, hostname="127.0.0.1", port=port)
    mail.start()
    with servers.temporal(engine, time_skipping=time_skipping) as address, pytest.MonkeyPatch.context() as environment:
        environment.setenv("TEMPORAL_ADDRESS", address)
        given = {"smtp_url": f"smtp://127.0.0.1:{port}"} | settings
        loaded = Settings.load(home=folder / "home", environment="demo", **given)
        preparation.prepare(loaded, lambda _step, _result: None)
        resources = Resources.open(loaded)
        client = await connect(loaded, resources.vault)
        with contextlib.ExitStack() as threads:
            async with contextlib.AsyncExitStack() as polling:
                for each in worker.workers(client, resources, threads):
                    await polling.enter_async_context(each)
                if loaded.mailboxes:
                    await worker.watch_mailboxes(client, loaded)
                yield Installed(resources, Cases(client, resources), post, client)
        resources.close()
    mail.stop()
