"""The web application over real resources; only the engine is stood in for, by a gateway that remembers."""

import dataclasses
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from adapters.attempts import judge
from adapters.database import people
from adapters.database.case_projector import CaseProjector
from adapters.database.case_reader import CaseReader
from adapters.database.intake import IncomingRequest, Intake, Receipt
from adapters.resources import Resources, read_datamap
from api.answers import CommandUnansweredError
from api.app import create_app
from domain.commands import ConfirmIdentityCode, OpenPackage
from domain.decisions import decide
from domain.errors import CodeRefusedError, UnknownObjectError
from domain.events import CaseEvent, Tag
from domain.messages import CommandCall, RecordEvents, Snapshot, Verdict
from domain.rights import Right, Role
from tests import opened
from tests.activities.package_case import ACCOUNT, INVOICES, SearchedCase
from tests.activities.package_case import DATAMAP as PACKAGE_DATAMAP
from tests.at_console import AtConsole
from tests.breach_gateway import BreachGateway
from tests.case_in_hand import CaseInHand
from tests.notice_gateway import NoticeGateway
from tests.sweep_gateway import SweepGateway

ADDRESS = "mike@example.com"


class FakeGateway:
    """The engine as the API meets it: decides as the workflow does, records by the one road, answers a command once."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self._reader = CaseReader(resources)
        self.started: list[UUID] = []
        self.calls: list[CommandCall] = []
        self.answers: dict[str, Snapshot] = {}
        self.silent = False

    def start_soon(self, case_id: UUID) -> None:
        self.started.append(case_id)

    async def perform(self, case_id: UUID, call: CommandCall) -> Snapshot:
        self.calls.append(call)
        if self.silent:
            raise CommandUnansweredError(command=call.command_id)
        if call.command_id not in self.answers:
            self._record(case_id, call)
            view = self._reader.get(case_id)
            self.answers[call.command_id] = Snapshot(state=view.state, clock=view.clock)
        return self.answers[call.command_id]

    async def answer_of(self, case_id: UUID, command_id: str) -> Snapshot | None:  # noqa: ARG002 (the door's own signature)
        if self.silent:
            return None
        if command_id not in self.answers:
            raise UnknownObjectError
        return self.answers[command_id]

    def _record(self, case_id: UUID, call: CommandCall) -> None:
        state, now = self._reader.get(case_id).state, datetime.now(UTC)
        drafts = decide(state, call.command, self._verdict(case_id, call))
        if not drafts:
            return  # told twice is told once
        events = [
            CaseEvent(sequence=number, tag=draft.tag, at=now, actor=draft.actor, facts=draft.facts)
            for number, draft in enumerate(drafts, start=state.sequence + 1)
        ]
        message = RecordEvents(case_id=case_id, command_id=call.command_id, events=events)
        with self._resources.database.write() as session:
            CaseProjector(session, self._resources.vault.install, now).record(message)

    def _verdict(self, case_id: UUID, call: CommandCall) -> Verdict | None:
        if not isinstance(call.command, ConfirmIdentityCode | OpenPackage):
            return None
        with self._resources.database.write() as session:
            verdict = judge(session, case_id, call.command.attempt, datetime.now(UTC))
        if not verdict.accepted:
            raise CodeRefusedError
        return verdict


@pytest.fixture(autouse=True)
def _decisions_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HABEAS_API_DECISIONS", "1")


@pytest.fixture
def resources(tmp_path: Path, sqlite_url: str) -> Iterator[Resources]:
    with opened.resources(tmp_path / "home", sqlite_url) as everything:
        yield everything


@pytest.fixture
def gateway(resources: Resources) -> FakeGateway:
    return FakeGateway(resources)


@pytest.fixture
def desk(resources: Resources) -> BreachGateway:
    return BreachGateway(resources)


@pytest.fixture
def web(resources: Resources, gateway: FakeGateway, desk: BreachGateway) -> Iterator[TestClient]:
    app = create_app(resources, gateway, (desk, NoticeGateway(resources)), SweepGateway(resources))
    with TestClient(app, base_url="http://127.0.0.1", client=("127.0.0.1", 5000), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def key(resources: Resources) -> Callable[..., dict[str, str]]:
    """Makes a key of somebody with a role, as a header."""

    def make(
        role: Role = Role.CASEWORKER,
        *,
        name: str = "anna",
        scopes: tuple[str, ...] = people.SCOPES,
        networks: list[str] | None = None,
    ) -> dict[str, str]:
        email = None
        if role is not Role.PLATFORM:
            email = f"{name}-{role.value}@example.com"
            people.add_caseworker(resources.database, email=email, name=name, role=role)
        made = people.create_api_key(resources.database, email=email, scopes=list(scopes), networks=networks)
        return {"Authorization": f"Bearer {made}"}

    return make


@pytest.fixture
def at_console(web: TestClient, resources: Resources) -> Callable[..., AtConsole]:
    """Signs somebody in at the console."""

    def sign_in(role: Role = Role.CASEWORKER, name: str = "Amira Osei", *, ago: timedelta = timedelta()) -> AtConsole:
        return AtConsole(web, resources, role, name, ago=ago)

    return sign_in


@pytest.fixture
def case(resources: Resources) -> Receipt:
    now = datetime.now(UTC)
    request = IncomingRequest(rights=[Right.ACCESS], email=ADDRESS, country="GB", received_at=now, caller="portal")
    return Intake(resources).receive(request, now)


@pytest.fixture
def opened_case(resources: Resources) -> CaseInHand:
    """A case whose mailbox is asked for proof."""
    return CaseInHand(resources, caller="platform:00000000")


@pytest.fixture
def searched(resources: Resources) -> SearchedCase:
    return searched_case(resources)


def searched_case(resources: Resources) -> SearchedCase:
    """A case in review: rows were found, the package is built."""
    case = SearchedCase(dataclasses.replace(resources, datamap=read_datamap(PACKAGE_DATAMAP)))
    case.event(Tag.COLLECTION_STARTED, run=1, keys=[str(case.mailbox)], systems=["platform", "billing"])
    case.found("platform", "accounts", ACCOUNT)
    case.found("billing", "invoices", INVOICES)
    case.event(Tag.SYSTEM_SEARCHED, system="platform", records=1)
    case.event(Tag.SYSTEM_SEARCHED, system="billing", records=2)
    case.event(Tag.COLLECTION_FINISHED)
    add_package(case)
    return case


@pytest.fixture
def released(searched: SearchedCase) -> SearchedCase:
    """A package that was approved and told about."""
    package = CaseReader(searched.resources).get(searched.id).state.package
    assert package is not None
    searched.at = datetime.now(UTC)  # its link ends by the real clock
    searched.event(Tag.PACKAGE_APPROVED, sha256=package.sha256, binding=package.sha256)
    searched.event(Tag.PACKAGE_PUBLISHED, sha256=package.sha256)
    searched.event(Tag.DELIVERY_NOTIFIED)
    return searched


def add_package(case: SearchedCase) -> None:
    """Build the package, as the workflow does on entering review and after prepare_package."""
    built = case.build()
    case.event(Tag.PACKAGE_BUILT, **built.model_dump(mode="json", exclude={"blob"}))
