"""Fixtures that more than one room uses. `HABEAS_TEST_DATABASE=postgresql` runs the database tests on PostgreSQL."""

import gc
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import hypothesis
import psycopg
import pytest
from psycopg import sql
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import TimeSkipper

from adapters.database import migrate
from tests import servers
from tests.slowness import SLOW, Slowness

# An example may take as long as a busy machine makes it take: what is slow in proportion has tests of its own.
hypothesis.settings.register_profile("steady", deadline=None)
hypothesis.settings.load_profile("steady")


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: going through it again and again held a workflow for two seconds."""
    gc.freeze()


def pytest_report_header() -> str:
    return f"database: {os.environ.get('HABEAS_TEST_DATABASE', 'sqlite')}"


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """URL of the administrative database of a PostgreSQL cluster that lives as long as the test run."""
    with servers.postgresql() as url:
        yield url


@pytest.fixture
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of a database of this test alone, without any table."""
    if _kind() == "sqlite":
        yield f"sqlite:///{tmp_path}/habeas.db"
        return
    with _database(request.getfixturevalue("postgresql_url"), "template1") as url:
        yield url


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with every table and no row; a test takes a copy, since migrating takes most of a second."""
    path = tmp_path_factory.mktemp("migrated") / "habeas.db"
    migrate.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(tmp_path: Path, migrated: Path) -> str:
    """URL of a SQLite database of this test alone, at the newest migration, whatever the other tests run on."""
    return f"sqlite:///{shutil.copy(migrated, tmp_path / 'habeas.db')}"


@pytest.fixture(scope="session")
def migrated_template(postgresql_url: str) -> Iterator[str]:
    """Name of a PostgreSQL database with every table and no row, which others are made from."""
    with _database(postgresql_url, "template1") as url:
        migrate.upgrade(url)
        yield url.rpartition("/")[2]


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """URL of a database of this test alone, at the newest migration."""
    if _kind() == "sqlite":
        yield request.getfixturevalue("sqlite_url")
        return
    with _database(request.getfixturevalue("postgresql_url"), request.getfixturevalue("migrated_template")) as url:
        yield url


def _kind() -> str:
    kind = os.environ.get("HABEAS_TEST_DATABASE", "sqlite")
    assert kind in {"sqlite", "postgresql"}, f"HABEAS_TEST_DATABASE={kind}"
    return kind


@contextmanager
def _database(cluster: str, template: str) -> Iterator[str]:
    name = f"habeas_{uuid.uuid4().hex}"
    with psycopg.connect(servers.plain(cluster), autocommit=True) as connection:
        made = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        connection.execute(made)
        yield f"{cluster.rpartition('/')[0]}/{name}"
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def temporal_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a real Temporal server that is allowed to skip time."""
    with servers.temporal(tmp_path_factory.mktemp("temporal")) as address:
        yield address


@pytest.fixture(scope="session")
async def temporal_client(temporal_server: str) -> Client:
    """Client without a codec, for tests whose subject is not the codec. Give every test its own task queue."""
    slowness = [Slowness()] if SLOW else []
    return await Client.connect(temporal_server, data_converter=pydantic_data_converter, interceptors=slowness)


@pytest.fixture(scope="session")
def time_skipper(temporal_client: Client) -> TimeSkipper:
    """Start through `.client` inside `with_time_skipping_disabled()`, then `await fast_forward(handle, timedelta)`.

    Without the `with`, a case runs through all its waiting by itself, its human steps included.
    """
    return TimeSkipper(temporal_client)
