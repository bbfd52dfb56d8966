"""An access request from intake to a proven package: real engine, worker, databases, files and mail server; nothing faked.

The package's contents are compared with what plain SQL says of the same person.
"""

import asyncio
import contextlib
import csv
import email.policy
import io
import json
import re
import zipfile
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy
from aiosmtpd.controller import Controller

import worker
from adapters import preparation
from adapters.database.case_reader import CaseReader, CaseView
from adapters.database.intake import IncomingRequest, Intake
from adapters.database.tables import PackageRow
from adapters.links import record_attempt
from adapters.package_check import check_package
from adapters.resources import Resources
from adapters.settings import Settings
from adapters.temporal import connect
from api.cases import Cases
from demo import people, tables
from demo.controller import urls_of
from domain.blobs import BlobRef
from domain.commands import ApprovePackage, Command, CompleteWorkItem, ConfirmIdentityCode, OpenPackage, RequestCode
from domain.messages import CommandCall, Snapshot
from domain.rights import Outcome, Right, Status
from tests import servers
from tests.factories import ANNA, BEN, SUBJECT

pytestmark = pytest.mark.journey

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

    def newest_code(self) -> str | None:
        for letter in reversed(self.letters):
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
    reader: CaseReader = field(init=False)

    def __post_init__(self) -> None:
        self.reader = CaseReader(self.resources)

    async def request(self, address: str, message: str = "Please send me everything.") -> UUID:
        now = datetime.now(UTC)
        incoming = IncomingRequest(
            rights=[Right.ACCESS],
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
        for _ in range(PATIENCE * 20):
            if (code := self.post.newest_code()) is not None:
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
        view = await self.until(case_id, lambda each: each.state.open_work_items)
        for item in view.state.open_work_items:
            await self.command(case_id, CompleteWorkItem(actor=ANNA, work_item=item, result="not_found"))
        return await self.until(case_id, lambda each: each.state.package)

    def package(self, view: CaseView) -> bytes:
        assert view.state.package is not None
        with self.resources.database.read() as session:
            row = session.get_one(PackageRow, view.state.package.id)
        vault = self.resources.vault.case(view.state.case_id)
        with self.resources.blobs.read(vault, BlobRef.model_validate(row.blob)) as stored:
            return b"".join(stored)


@pytest.fixture
async def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Installed]:
    post, port = PostBox(), servers.free_port()
    mail = Controller(post, hostname="127.0.0.1", port=port)
    mail.start()
    (tmp_path / "temporal").mkdir()
    with servers.temporal(tmp_path / "temporal", time_skipping=False) as address:
        monkeypatch.setenv("TEMPORAL_ADDRESS", address)
        settings = Settings.load(home=tmp_path / "home", environment="demo", smtp_url=f"smtp://127.0.0.1:{port}")
        preparation.prepare(settings, lambda _step, _result: None)
        resources = Resources.open(settings)
        client = await connect(settings, resources.vault)
        with contextlib.ExitStack() as threads:
            async with contextlib.AsyncExitStack() as polling:
                for each in worker.workers(client, resources, threads):
                    await polling.enter_async_context(each)
                yield Installed(resources, Cases(client, resources), post)
        resources.close()
    mail.stop()


def rows_in_sql(home: Path, address: str) -> dict[str, int]:
    """What plain SQL says of a person, written without the data map: table by table."""
    counts: dict[str, int] = {}
    platform, business = (sqlalchemy.create_engine(urls_of(home)[store]) for store in ("platform", "business"))
    mine = "(SELECT id FROM accounts WHERE email = :address)"
    with platform.connect() as connection:
        account = connection.execute(sqlalchemy.text(f"SELECT id FROM accounts WHERE email = '{address}'")).scalar_one()
        for table in tables.platform.sorted_tables:
            if table.name in {"accounts", "consents"}:
                where = "email = :address"
            elif table.name == "images":
                where = f"prompt_id IN (SELECT id FROM prompts WHERE account_id IN {mine})"
            elif "account_id" in table.columns:
                where = f"account_id IN {mine}"
            else:
                continue
            query = sqlalchemy.text(f"SELECT count(*) FROM {table.name} WHERE {where}")
            counts[f"platform/{table.name}"] = connection.execute(query, {"address": address}).scalar_one()
    customer, ticket = (
        f"(SELECT id FROM customers WHERE account_id = {account})",
        f"(SELECT id FROM tickets WHERE account_id = {account})",
    )
    with business.connect() as connection:
        for table in tables.business.sorted_tables:
            column = next((name for name in ("account_id", "customer_id", "ticket_id") if name in table.columns), None)
            if column is None or table.name == "ticket_participants":
                continue
            chosen = {"account_id": f"({account})", "customer_id": customer, "ticket_id": ticket}[column]
            query = sqlalchemy.text(f"SELECT count(*) FROM {table.name} WHERE {column} IN {chosen}")
            counts[f"business/{table.name}"] = connection.execute(query).scalar_one()
    platform.dispose()
    business.dispose()
    return counts


async def test_the_package_holds_what_sql_says(installed: Installed, tmp_path: Path) -> None:
    case_id = await installed.request(people.TYPICAL)
    await installed.identify(case_id)
    view = await installed.review(case_id)
    package = view.state.package
    assert package is not None
    await installed.command(case_id, ApprovePackage(actor=BEN, sha256=package.sha256))
    view = await installed.until(case_id, lambda each: each.state.status is Status.DELIVERED)

    expected = rows_in_sql(installed.resources.settings.home, people.TYPICAL)
    assert sum(expected.values()) == 100
    with zipfile.ZipFile(io.BytesIO(installed.package(view))) as zipped:
        assert zipped.testzip() is None
        for place, count in expected.items():
            assert len(json.loads(zipped.read(f"data/{place}.json"))) == count, place
            lines = list(csv.reader(io.StringIO(zipped.read(f"data/{place}.csv").decode("utf-8-sig"))))
            assert len(lines) == count + 1, place
        assert sum(name.endswith(".png") for name in zipped.namelist()) == 29  # 28 made for the person, one uploaded

    target = tmp_path / "package.zip"
    target.write_bytes(installed.package(view))
    assert check_package(target, {installed.resources.signer.kid: installed.resources.signer.public_pem}).status == "intact"

    await installed.command(case_id, RequestCode(actor=SUBJECT, identifier=view.state.usable_keys[0]))
    sent = len(installed.post.letters)
    for _ in range(PATIENCE * 20):
        if len(installed.post.letters) > sent:
            break
        await asyncio.sleep(0.05)
    await installed.command(case_id, OpenPackage(actor=SUBJECT, attempt=await installed.attempt(case_id, "open_package")))
    view = await installed.until(case_id, lambda each: each.state.status is Status.CLOSED)
    assert view.state.outcome is Outcome.FULFILLED
    assert len({letter["Message-ID"] for letter in installed.post.letters}) == len(installed.post.letters)


async def test_nothing_held_is_an_answer(installed: Installed) -> None:
    case_id = await installed.request(people.UNKNOWN)
    await installed.identify(case_id)
    view = await installed.review(case_id)
    assert view.state.package is not None
    assert view.state.package.records == 0
    await installed.command(case_id, ApprovePackage(actor=BEN, sha256=view.state.package.sha256))
    view = await installed.until(case_id, lambda each: each.state.status is Status.CLOSED)
    assert view.state.outcome is Outcome.NOTHING_HELD


async def test_nothing_of_the_person_is_readable_anywhere(installed: Installed, tmp_path: Path) -> None:
    words = "A sentence that nobody else writes."
    case_id = await installed.request(people.TYPICAL, words)
    await installed.identify(case_id)
    await installed.review(case_id)
    secret = [part.encode() for part in (people.TYPICAL, "Tilda Typical", words)]
    home = installed.resources.settings.home
    places = [path for path in [*home.rglob("*"), *(tmp_path / "temporal").rglob("*")] if path.is_file()]
    looked_at = [path for path in places if not path.is_relative_to(home / "demo")]  # the source systems hold what they hold
    assert any(path.name == "temporal.db" for path in looked_at)
    assert any(path.parent.name != "home" and "blobs" in path.parts for path in looked_at)
    assert [(path.name, part) for path in looked_at for part in secret if part in path.read_bytes()] == []
