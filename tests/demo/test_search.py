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
from domain.events import Tag
from domain.messages import Collect
from tests import opened, servers
from tests.api.desk_look import Look
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


def searched_for(demo: Searched, address: str) -> CaseInHand:
    """A case that was searched by one proven address, of whom nothing else is known."""
    case = CaseInHand(demo.resources, email=address)
    case.proven()
    case.happen(Tag.COLLECTION_STARTED, run=1, keys=[str(case.mailbox)], systems=["platform", "business", "files"])
    demo.collection.collect(Collect.model_validate({"case_id": case.id, "run": 1}))
    return case


def found(demo: Searched, address: str) -> dict[str, CollectedCollection]:
    """What a search by one proven address finds, by `system.collection`."""
    case = searched_for(demo, address)
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


def test_whoever_gave_an_address_alone_is_never_suggested_as_somebody_else(demo: Searched) -> None:
    """Article 15(3): the name and the street in the records found under the address are the requester's own."""
    look = Look(searched_for(demo, people.HOUSEHOLD[0]))
    values, suggested = set(), set()
    for collection in ("customers", "invoices", "payment_methods", "tickets", "messages"):
        for line in look.at(("business", collection), 0).lines:
            values |= {piece.text for value in line.values for piece in value.pieces}
            suggested |= {words for words, _ in line.suggested}
    street = next(each for each in values if each.endswith(" Example Street"))
    assert "Holly Household" in values
    assert f"{street}, Exampleton" in values, "an invoice's address is the street and the town of the customer record"
    assert not any(mine in words for words in suggested for mine in ("Holly", "Household", "Example Street", people.HOUSEHOLD[0]))
    assert suggested, "who wrote for the controller is still somebody else"


def test_nothing_outside_the_file_store_is_taken_whatever_a_row_says(demo: Searched) -> None:
    files = found(demo, people.HOSTILE)["files.image_files"]
    contents = []
    for file in files.files():
        with files.read(file.ref) as reader:
            contents.append(reader.read())
    assert len(contents) == 5
    assert all(content.startswith(b"\x89PNG") for content in contents)
