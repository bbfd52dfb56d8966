"""What is down for a while, or for good: the engine at intake, and one of the controller's own databases."""

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from demo import people
from demo.controller import DATAMAP
from domain.rights import Outcome, Status
from tests import servers
from tests.journeys.conftest import installed_in
from tests.journeys.plain_sql import rows_in_sql
from tests.journeys.proof import prove
from tests.journeys.started import Started, started
from tests.journeys.walk import Walk

pytestmark = pytest.mark.journey

ATTEMPTS = 4  # instead of 8: used up after 1 + 2 + 4 seconds instead of two minutes


@dataclass
class Controller:
    """The running installation, and the database `business` of the controller that a test can take away."""

    running: Started
    take_away: Callable[[], None]
    bring_back: Callable[[], None]

    @contextmanager
    def without_business(self) -> Iterator[None]:
        self.take_away()
        try:
            yield
        finally:
            self.bring_back()

    def searching(self, address: str = people.TYPICAL) -> Walk:
        """A case whose search has begun and met the database that is away."""
        walk = Walk(self.running, address)
        walk.request()
        walk.confirm()
        servers.wait_until(lambda: walk.searched().get(("business", "customers")) == "failed", "a search that met nobody")
        return walk


@pytest.fixture(scope="module")
def controller(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Controller]:
    folder = tmp_path_factory.mktemp("outages")
    datamap = folder / "datamap.yml"
    name = "  - name: business\n"
    assert DATAMAP.read_text().count(name) == 1
    datamap.write_text(DATAMAP.read_text().replace(name, f"{name}    attempts: {ATTEMPTS}\n"))
    with installed_in(folder / "home", request) as installation:
        installation.settings["HABEAS_DATAMAP"] = str(datamap)
        if os.environ.get("HABEAS_TEST_DATABASE", "sqlite") == "sqlite":
            with started(installation) as running:
                yield _on_sqlite(running, installation.home / "demo" / "business.db")
            return
        with _source_on_postgresql(request.getfixturevalue("postgresql_url")) as (url, take_away, bring_back):
            installation.settings["HABEAS_DEMO_BUSINESS_URL"] = url
            with started(installation) as running:
                yield Controller(running, take_away, bring_back)


def _on_sqlite(running: Started, file: Path) -> Controller:
    away = file.with_suffix(".away")

    def take_away() -> None:
        running.kill("worker")  # it holds the file open, and reads it wherever it is moved to
        file.rename(away)
        running.start("worker")

    def bring_back() -> None:
        away.rename(file)

    return Controller(running, take_away, bring_back)


@contextmanager
def _source_on_postgresql(admin: str) -> Iterator[tuple[str, Callable[[], None], Callable[[], None]]]:
    name = f"habeas_demo_business_{uuid.uuid4().hex}"
    with psycopg.connect(servers.plain(admin), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

        def allow(answer: bool) -> None:  # noqa: FBT001 (SQL's own word)
            statement = sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {}")
            connection.execute(statement.format(sql.Identifier(name), sql.Literal(answer)))

        def take_away() -> None:
            allow(False)
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])

        yield f"{admin.rpartition('/')[0]}/{name}", take_away, lambda: allow(True)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def test_a_request_is_received_while_the_engine_is_down(controller: Controller) -> None:
    running = controller.running
    running.kill("temporal")
    walk = Walk(running, people.UNKNOWN)
    walk.request()  # 201
    assert walk.reference.startswith("HAB-")
    assert walk.tags() == []
    running.start("temporal")
    walk.until(lambda view: view.state.status is Status.VERIFYING_IDENTITY)


@pytest.mark.both_databases
def test_a_search_goes_on_by_itself_when_the_database_is_back(controller: Controller) -> None:
    with controller.without_business():
        walk = controller.searching()
    walk.answer_by_hand()
    walk.approve()
    walk.fetch()
    prove(walk)
    states = {name: system.state for name, system in walk.until(lambda _view: True).state.systems.items()}
    assert states.pop("office_mail") == "unasked"
    assert set(states.values()) == {"searched"}
    sources = controller.running.installation.settings
    expected = rows_in_sql(controller.running.settings.home, people.TYPICAL, sources)
    view = walk.until(lambda each: each.state.package)
    assert view.state.package is not None
    assert view.state.package.records >= sum(expected.values())


@pytest.mark.parametrize("repaired", [True, False], ids=["repaired", "left out"])
def test_a_database_that_stays_away_is_for_a_person(controller: Controller, repaired: bool) -> None:  # noqa: FBT001
    with controller.without_business():
        walk = controller.searching()
        view = walk.until(lambda each: each.state.open_work_items)
        assert view.state.systems["business"].state == "failed"
        assert {view.state.work_items[item].kind for item in view.state.open_work_items} == {"system_failed", "search_by_hand"}
        if not repaired:
            walk.act("continue_without_system", {"system": "business", "reason": "Its disk is lost; there is no copy."})
    if repaired:
        walk.act("retry_system", {"system": "business"})
        walk.until(lambda each: each.state.systems["business"].state == "searched")
    walk.answer_by_hand()
    walk.approve()
    walk.fetch()
    prove(walk)
    outcome = walk.until(lambda each: each.state.outcome).state.outcome
    assert outcome is (Outcome.FULFILLED if repaired else Outcome.PARTLY_FULFILLED)
