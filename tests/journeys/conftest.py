"""One installation per journey; `HABEAS_TEST_DATABASE=postgresql` puts its cases and keys on PostgreSQL."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests import servers
from tests.journeys.installation import Installation


@contextmanager
def installed_in(home: Path, request: pytest.FixtureRequest) -> Iterator[Installation]:
    """A home that nothing has been started in yet."""
    if os.environ.get("HABEAS_TEST_DATABASE", "sqlite") == "sqlite":
        yield Installation(home)
        return
    url: str = request.getfixturevalue("postgresql_url")
    name = f"habeas_demo_{uuid.uuid4().hex}"  # the demo only touches databases that say so
    with psycopg.connect(servers.plain(url), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        own = f"{url.rpartition('/')[0]}/{name}"
        yield Installation(home, {"HABEAS_DATABASE_URL": own, "HABEAS_KEYSTORE_URL": own})
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def installation(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    """A home of one test alone."""
    with installed_in(tmp_path / "home", request) as installation:
        yield installation
