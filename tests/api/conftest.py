"""The web application over real resources; only the engine is stood in for, by a gateway that remembers."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from adapters.database import people
from adapters.database.case_reader import CaseReader
from adapters.database.intake import IncomingRequest, Intake, Receipt
from adapters.resources import Resources
from api.app import create_app
from api.cases import CommandUnansweredError
from domain.decisions import decide
from domain.errors import UnknownObjectError
from domain.messages import CommandCall, Snapshot
from domain.rights import Right, Role
from tests import opened

ADDRESS = "mike@example.com"


class FakeGateway:
    """Decides as the workflow does, over the receipt's state or one that the test sets; records nothing."""

    def __init__(self, resources: Resources) -> None:
        self._reader = CaseReader(resources)
        self.started: list[UUID] = []
        self.calls: list[CommandCall] = []
        self.snapshots: dict[UUID, Snapshot] = {}
        self.silent = False

    def start_soon(self, case_id: UUID) -> None:
        self.started.append(case_id)

    async def perform(self, case_id: UUID, call: CommandCall) -> Snapshot:
        self.calls.append(call)
        if self.silent:
            raise CommandUnansweredError(command=call.command_id)
        snapshot = self._snapshot(case_id)
        decide(snapshot.state, call.command)
        return snapshot

    async def answer_of(self, case_id: UUID, command_id: str) -> Snapshot | None:
        if self.silent:
            return None
        if command_id not in [call.command_id for call in self.calls]:
            raise UnknownObjectError
        return self._snapshot(case_id)

    def _snapshot(self, case_id: UUID) -> Snapshot:
        view = self._reader.get(case_id)
        return self.snapshots.get(case_id, Snapshot(state=view.state, clock=view.clock))


@pytest.fixture(autouse=True)
def _decisions_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HABEAS_API_DECISIONS", "1")


@pytest.fixture
def resources(tmp_path: Path, database_url: str) -> Iterator[Resources]:
    with opened.resources(tmp_path / "home", database_url) as everything:
        yield everything


@pytest.fixture
def gateway(resources: Resources) -> FakeGateway:
    return FakeGateway(resources)


@pytest.fixture
def web(resources: Resources, gateway: FakeGateway) -> Iterator[TestClient]:
    app = create_app(resources, gateway)
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
def case(resources: Resources) -> Receipt:
    now = datetime.now(UTC)
    request = IncomingRequest(rights=[Right.ACCESS], email=ADDRESS, country="GB", received_at=now, caller="portal")
    return Intake(resources).receive(request, now)
