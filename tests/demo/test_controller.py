"""The demo's stores are real, always the same, and described by its data map to the last column."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy

from demo import people, tables
from demo.controller import Summary, build, urls_of
from domain.datamap import DataMap, SystemKind, check_static

DATAMAP = Path(__file__).parents[2] / "demo" / "datamap.yml"
# P1 to P93 in the words of the policy's section "What Data We Collect".
POLICY_CATEGORIES = {
    "E-mail address and contact details",
    "Account registration data",
    "Prompts or uploads submitted via the platform",
    "Customer support messages or inquiries",
    "IP address, device type, browser",
    "Timezone, language settings",
    "Usage activity and interaction logs",
    "Cookies and similar technologies",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo-home")
    build(folder)
    return folder


@pytest.fixture(scope="module")
def platform(home: Path) -> Iterator[sqlalchemy.Connection]:
    engine = sqlalchemy.create_engine(urls_of(home)["platform"])
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def content(home: Path) -> list[str]:
    made = []
    for store, url in urls_of(home).items():
        engine = sqlalchemy.create_engine(url)
        with engine.connect() as connection:
            made += [
                f"{table.name} {[tuple(row) for row in connection.execute(sqlalchemy.select(table))]}"
                for table in tables.STORES[store].sorted_tables
            ]
        engine.dispose()
    return made


def test_it_is_the_same_every_time_and_built_once(home: Path, tmp_path: Path) -> None:
    again: Summary = build(home)
    assert build(tmp_path) == again
    assert content(tmp_path) == content(home)


def test_the_typical_and_the_heavy_person_have_exactly_their_rows() -> None:
    assert sum(people.TYPICAL_MIX.values()) == 100
    assert sum(people.HEAVY_MIX.values()) == 50_000


def test_the_heavy_person_is_really_there(platform: sqlalchemy.Connection) -> None:
    query = "SELECT count(*) FROM prompts p JOIN accounts a ON a.id = p.account_id WHERE a.email = :email"
    assert platform.execute(sqlalchemy.text(query), {"email": people.HEAVY}).scalar_one() == 15_000


def test_a_household_shares_a_device(platform: sqlalchemy.Connection) -> None:
    query = sqlalchemy.text(
        "SELECT l.device_fingerprint FROM logins l JOIN accounts a ON a.id = l.account_id "
        "WHERE a.email IN (:one, :other) GROUP BY 1 HAVING count(DISTINCT a.id) = 2"
    )
    assert platform.execute(query, {"one": people.HOUSEHOLD[0], "other": people.HOUSEHOLD[1]}).all()


def test_image_files_are_real_pictures(home: Path) -> None:
    files = list((home / "demo" / "files").rglob("*.png"))
    assert len(files) >= 80
    assert all(file.read_bytes().startswith(b"\x89PNG\r\n\x1a\n") for file in files)


def test_nobody_real_can_be_reached(home: Path) -> None:
    engine = sqlalchemy.create_engine(urls_of(home)["platform"])
    with engine.connect() as connection:
        addresses = connection.execute(sqlalchemy.select(tables.accounts.c.email)).scalars().all()
    engine.dispose()
    assert all(address.rpartition("@")[2].casefold().endswith((".com", ".org")) for address in addresses)
    assert {address.rpartition("@")[2].casefold() for address in addresses} <= {
        "example.com",
        "example.org",
        "ex\u0430mple.com",  # the look-alike; Cyrillic, in no registry
    }


def test_the_data_map_has_no_error_and_covers_the_policy() -> None:
    text = DATAMAP.read_text()
    assert [finding for finding in check_static(text) if finding.severity == "error"] == []
    datamap = DataMap.parse(text)
    assert {category.title for category in datamap.categories} >= POLICY_CATEGORIES  # P2, P3
    assert not any(recipient.kind in {"sale", "ad_network"} for recipient in datamap.recipients)  # P7, P8
    periods = {str(rule.period) for rule in datamap.retention}
    assert len(periods) == 6, periods  # P36 to P41
    mechanisms = {transfer.mechanism.value for each in datamap.recipients for transfer in each.transfers}
    assert mechanisms >= {"idta", "uk_addendum", "scc", "adequacy"}  # P24, P25


def test_the_data_map_names_every_column_of_every_table() -> None:
    described = {
        collection.table: set(collection.fields)
        for system in DataMap.parse(DATAMAP.read_text()).systems
        if system.kind is SystemKind.SQL
        for collection in system.collections
    }
    # Counted for everybody together, and people who were copied in on somebody else's ticket: not one person's rows.
    left_out = {"usage_statistics", "ticket_participants"}
    stores = [table for store in tables.STORES.values() for table in store.sorted_tables if table.name not in left_out]
    assert described == {table.name: set(table.columns.keys()) for table in stores}
