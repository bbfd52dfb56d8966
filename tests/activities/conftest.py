"""A shop to search: its sources and Habeas' own database are of the kind that HABEAS_TEST_DATABASE names."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from adapters.resources import Resources
from tests import dovecot, opened, post_office, servers
from tests.activities import shop as shops
from tests.activities.erasing import Erasing, datamap, filled
from tests.activities.sorting import Sorting
from tests.activities.watching import Post
from tests.case_in_hand import CaseInHand, posting
from tests.dovecot import Dovecot
from tests.post_office import PostOffice

_DATABASES = {"database_url", "empty_database_url", "source_urls"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL only tests that reach a database run here: what reaches none was said on SQLite already."""
    if os.environ.get("HABEAS_TEST_DATABASE", "sqlite") == "sqlite":
        return
    here = [item for item in items if item.path.parent == Path(__file__).parent]
    beside = {item for item in here if isinstance(item, pytest.Function) and not _DATABASES & set(item.fixturenames)}
    config.hook.pytest_deselected(items=[*beside])
    items[:] = [item for item in items if item not in beside]


@pytest.fixture
def source_urls(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """URLs of two empty databases of this test alone, for the controller's systems."""
    names = ("app", "billing")
    if request.getfixturevalue("empty_database_url").startswith("sqlite"):
        yield {name: f"sqlite:///{tmp_path}/{name}.db" for name in names}
        return
    url: str = request.getfixturevalue("postgresql_url")
    made = {name: f"{name}_{uuid.uuid4().hex}" for name in names}
    with psycopg.connect(servers.plain(url), autocommit=True) as connection:
        for database in made.values():
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
        yield {name: f"{url.rpartition('/')[0]}/{database}" for name, database in made.items()}
        for database in made.values():
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database)))


@pytest.fixture
def shop(tmp_path: Path, database_url: str, source_urls: dict[str, str]) -> Iterator[shops.Shop]:
    """A shop with empty stores."""
    with (
        opened.resources(tmp_path / "home", database_url, shops.DATAMAP) as resources,
        shops.opened(resources, source_urls, tmp_path / "store") as shop,
    ):
        yield shop


@pytest.fixture
def erasing(tmp_path: Path, database_url: str, source_urls: dict[str, str]) -> Iterator[Erasing]:
    """A case of erasure of account 7, in a shop where account 8 is somebody else's."""
    with (
        opened.resources(tmp_path / "home", database_url, datamap(tmp_path)) as resources,
        shops.opened(resources, source_urls, tmp_path / "store") as shop,
    ):
        yield Erasing(filled(shop))


@pytest.fixture
def office() -> Iterator[PostOffice]:
    """A mail server: whoever names it has `resources` that post there."""
    with post_office.opened() as office:
        yield office


@pytest.fixture
def resources(request: pytest.FixtureRequest, tmp_path: Path, database_url: str) -> Iterator[Resources]:
    with opened.resources(tmp_path / "home", database_url) as everything:
        named = "office" in request.fixturenames
        yield posting(everything, request.getfixturevalue("office").url) if named else everything


@pytest.fixture
def case(resources: Resources) -> CaseInHand:
    """A case that waits for proof of its mailbox."""
    return CaseInHand(resources)


@pytest.fixture
def room(resources: Resources, office: PostOffice) -> Sorting:  # noqa: ARG001 (it answers there)
    return Sorting(resources)


@pytest.fixture(scope="session")
def mailbox_server() -> Iterator[Dovecot]:
    with dovecot.running() as server:
        yield server


@pytest.fixture
def post(resources: Resources, mailbox_server: Dovecot) -> Post:
    """A mailbox of this test alone."""
    return Post(resources, mailbox_server, f"u{uuid.uuid4().hex}")
