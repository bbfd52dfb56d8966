"""A search along the demo's data map finds exactly what plain SQL says, for everybody with a story and nobody else."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from activities.collection import Collection
from activities.systems.registry import Systems
from adapters.collected import Collected, CollectedCollection
from adapters.resources import Resources
from demo import people, tables
from demo.controller import DATAMAP, build, expected_counts, urls_of
from domain.messages import Collect
from tests import opened, servers
from tests.case_in_hand import CaseInHand


@dataclass
class Searched:
    """The demo's stores, and a worker that searches them."""

    resources: Resources
    collection: Collection
    urls: dict[tables.Store, str]


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def demo(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[Searched]:
    home = tmp_path_factory.mktemp("searched-home")
    urls = urls_of(home, {}) if request.param == "sqlite" else databases(request.getfixturevalue("postgresql_url"))
    build(home, urls=urls, today=date(2026, 11, 23))
    own = f"sqlite:///{shutil.copy(migrated, home)}"
    environment = {f"HABEAS_DEMO_{store.upper()}_URL": url for store, url in urls.items()}
    with opened.resources(home, own, DATAMAP) as resources:
        collection = Collection(resources, Systems(resources.datamap, home, environment))
        yield Searched(resources, collection, urls)
        collection.close()


def databases(url: str) -> dict[tables.Store, str]:
    """Two empty databases; they end with the cluster."""
    urls: dict[tables.Store, str] = {}
    with psycopg.connect(servers.plain(url), autocommit=True) as connection:
        for store in tables.STORES:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(f"searched_{store}")))
            urls[store] = f"{url.rpartition('/')[0]}/searched_{store}"
    return urls


def found(demo: Searched, address: str) -> dict[str, CollectedCollection]:
    """What a search by one proven address finds, by `system.collection`."""
    case = CaseInHand(demo.resources, email=address)
    case.proven()
    demo.collection.collect(Collect.model_validate({"case_id": case.id, "run": 1}))
    return {f"{each.system}.{each.name}": each for each in Collected.open(demo.resources, case.id, 1).collections}


@pytest.mark.parametrize(
    "address",
    [
        people.TYPICAL,
        *people.TWO_ACCOUNTS,
        *people.HOUSEHOLD,
        *people.LOOKALIKES,
        people.CAPITALS.lower(),
        people.HOSTILE,
        people.MINOR,
        people.PARENT,
        people.WITHOUT_PURCHASE,
        people.UNKNOWN,
    ],
)
def test_a_search_finds_what_sql_says(demo: Searched, address: str) -> None:
    expected = expected_counts(demo.resources.settings.home, address, urls=demo.urls)
    searched = found(demo, address)
    assert {place: searched[place].rows for place in expected} == expected
    assert sum(expected.values()) > 0 or address == people.UNKNOWN


def test_nothing_outside_the_file_store_is_taken_whatever_a_row_says(demo: Searched) -> None:
    files = found(demo, people.HOSTILE)["files.image_files"]
    contents = []
    for file in files.files():
        with files.read(file.ref) as reader:
            contents.append(reader.read())
    assert len(contents) == 5
    assert all(content.startswith(b"\x89PNG") for content in contents)
