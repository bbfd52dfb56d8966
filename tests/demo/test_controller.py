"""The demo's stores are real, always the same, and described by its data map to the last column."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy

from demo import people, tables
from demo.controller import DATAMAP, Summary, build, expected_counts, urls_of
from demo.hostile import BEYOND_THE_ROOT, HOSTILE_FILES, HOSTILE_TEXTS
from domain.datamap import DataMap, SystemKind
from domain.errors import SettingsError
from domain.normal import normal_email
from tests import servers

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo-home")
    build(folder, today=TODAY)
    return folder


@pytest.fixture(scope="module")
def platform(home: Path) -> Iterator[sqlalchemy.Connection]:
    yield from connected(urls_of(home)["platform"])


@pytest.fixture(scope="module")
def business(home: Path) -> Iterator[sqlalchemy.Connection]:
    yield from connected(urls_of(home)["business"])


def connected(url: str) -> Iterator[sqlalchemy.Connection]:
    engine = sqlalchemy.create_engine(url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def column(connection: sqlalchemy.Connection, query: str, **values: str) -> list[Any]:
    return list(connection.execute(sqlalchemy.text(query), values).scalars())


def content(home: Path) -> dict[str, list[tuple[object, ...]]]:
    made = {}
    for store, url in urls_of(home).items():
        for connection in connected(url):
            for table in tables.STORES[store].sorted_tables:
                made[table.name] = [tuple(row) for row in connection.execute(sqlalchemy.select(table))]
    return made


def sql_rows(home: Path, email: str) -> int:
    return sum(count for place, count in expected_counts(home, email).items() if not place.startswith("files."))


def test_the_same_seed_and_day_give_the_same_company(home: Path, tmp_path: Path) -> None:
    assert build(tmp_path, today=TODAY).rows == {table: len(rows) for table, rows in content(home).items()}
    assert content(tmp_path) == content(home)
    assert build(tmp_path, today=TODAY, seed=7).rows != build(home, today=TODAY).rows


def test_it_is_built_once_and_found_on_another_day(home: Path) -> None:
    mark = (home / "demo" / "built.json").stat().st_mtime_ns
    again = build(home)
    assert again.today == TODAY.isoformat()
    assert again.people == 200
    assert (home / "demo" / "built.json").stat().st_mtime_ns == mark


def test_a_build_that_was_interrupted_is_done_again(tmp_path: Path) -> None:
    first = build(tmp_path, today=TODAY)
    (tmp_path / "demo" / "built.json").unlink()
    (tmp_path / "demo" / "business.db").unlink()
    (tmp_path / "demo" / "platform.new").write_bytes(b"half a file")
    assert build(tmp_path, today=TODAY) == first
    assert not list((tmp_path / "demo").glob("*.new"))


def test_a_mark_without_its_databases_is_not_believed(home: Path, tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "built.json").write_text((home / "demo" / "built.json").read_text())
    assert json.loads((tmp_path / "demo" / "built.json").read_text())["made"]["size"] == "small"
    build(tmp_path, today=TODAY)
    assert sql_rows(tmp_path, people.TYPICAL) == 100


def test_the_typical_and_the_heavy_person_have_exactly_their_rows(home: Path) -> None:
    assert sql_rows(home, people.TYPICAL) == 100
    assert sql_rows(home, people.HEAVY) == 50_000
    assert sql_rows(home, people.UNKNOWN) == 0


def test_two_accounts_of_one_person_share_nothing_but_a_phone_number(home: Path, business: sqlalchemy.Connection) -> None:
    first, second = people.TWO_ACCOUNTS
    query = "SELECT count(DISTINCT phone) FROM customers WHERE email IN (:first, :second)"
    assert column(business, query, first=first, second=second) == [1]
    assert sql_rows(home, first) == sql_rows(home, second) == sum(people.QUIET_MIX.values())


def test_a_household_shares_a_card_a_device_and_a_ticket(
    platform: sqlalchemy.Connection, business: sqlalchemy.Connection, home: Path
) -> None:
    one, other = people.HOUSEHOLD
    devices = "SELECT DISTINCT device_fingerprint FROM logins l JOIN accounts a ON a.id = l.account_id WHERE a.email = :email"
    cards = "SELECT card_fingerprint FROM payment_methods p JOIN customers c ON c.id = p.customer_id WHERE c.email = :email"
    shared = "SELECT ticket_id FROM ticket_participants WHERE email = :email"
    assert column(platform, devices, email=one) == column(platform, devices, email=other)
    assert column(business, cards, email=one) == column(business, cards, email=other)
    assert column(business, shared, email=one) == column(business, shared, email=other)
    # the ticket is the first one's: the second is only named on it
    assert expected_counts(home, other)["business.tickets"] == people.QUIET_MIX["tickets"]


def test_addresses_that_look_alike_are_different_mailboxes(home: Path) -> None:
    assert len({normal_email(address) for address in people.LOOKALIKES}) == len(people.LOOKALIKES)
    assert all(expected_counts(home, address)["platform.accounts"] == 1 for address in people.LOOKALIKES)
    assert expected_counts(home, people.CAPITALS.lower()) == expected_counts(home, people.CAPITALS)


def test_hostile_data_stand_where_people_write(home: Path, platform: sqlalchemy.Connection) -> None:
    account = column(platform, "SELECT id FROM accounts WHERE email = :email", email=people.HOSTILE)[0]
    assert set(column(platform, "SELECT body FROM prompts WHERE account_id = :id", id=account)) <= set(HOSTILE_TEXTS)
    paths = "SELECT file_path FROM images WHERE prompt_id IN (SELECT id FROM prompts WHERE account_id = :id)"
    assert set(column(platform, paths, id=account)) >= set(BEYOND_THE_ROOT)
    stored = {path.name for path in (home / "demo/files/uploads" / str(account)).iterdir()}
    assert stored == {name.replace("/", "_") for name, _ in HOSTILE_FILES}
    # three of the paths lead to files that exist, outside the file store: they must not be counted, nor delivered
    assert expected_counts(home, people.HOSTILE)["files.image_files"] == 5


def test_a_minor_is_reported_by_somebody_without_an_account(home: Path, platform: sqlalchemy.Connection) -> None:
    assert "14" in column(platform, "SELECT profile_text FROM accounts WHERE email = :email", email=people.MINOR)[0]
    counts = expected_counts(home, people.PARENT)
    assert {place: count for place, count in counts.items() if count} == {"business.tickets": 1, "business.messages": 1}


def test_a_contact_changed_lately_and_a_silent_account_can_be_told(platform: sqlalchemy.Connection) -> None:
    query = "SELECT date(email_changed_at) FROM accounts WHERE email = :email"
    assert column(platform, query, email=people.CHANGED) == ["2026-11-18"]
    query = "SELECT date(last_active_at) FROM accounts WHERE email = :email"
    assert column(platform, query, email=people.SILENT)[0] < "2024-11-23"  # 24 months of silence (P47)


def test_people_live_in_many_countries(platform: sqlalchemy.Connection) -> None:
    assert {"GB", "IE", "DE", "FR"} <= set(column(platform, "SELECT DISTINCT country FROM accounts"))


def test_image_files_are_real_pictures(home: Path) -> None:
    files = list((home / "demo" / "files" / "images").rglob("*.png"))
    assert len(files) == 90
    assert all(file.read_bytes().startswith(b"\x89PNG\r\n\x1a\n") for file in files)


def test_nobody_real_can_be_reached(platform: sqlalchemy.Connection, business: sqlalchemy.Connection) -> None:
    addresses = column(platform, "SELECT email FROM accounts") + column(business, "SELECT email FROM tickets")
    domains = {address.rpartition("@")[2].casefold() for address in addresses}
    assert domains <= {"example.com", "example.org", "ex\u0430mple.com"}  # the last with a Cyrillic letter, in no registry
    phones = column(business, "SELECT DISTINCT phone FROM customers WHERE phone IS NOT NULL")
    assert all(phone.startswith("+447700900") for phone in phones)  # kept for fiction by Ofcom


def test_no_full_card_number_is_held(home: Path) -> None:
    held = {value for row in content(home)["payment_methods"] for value in row if isinstance(value, str) and value.isdigit()}
    assert held
    assert all(len(digits) == 4 for digits in held)  # P4


def test_the_data_map_names_every_column_of_every_table() -> None:
    described = {
        collection.table: set(collection.fields)
        for system in DataMap.parse(DATAMAP.read_text(encoding="utf-8")).systems
        if system.kind is SystemKind.SQL
        for collection in system.collections
    }
    stores = [table for store in tables.STORES.values() for table in store.sorted_tables]
    assert described == {table.name: set(table.columns.keys()) for table in stores}


def test_every_personal_collection_of_the_data_map_is_counted_by_sql(home: Path) -> None:
    datamap = DataMap.parse(DATAMAP.read_text(encoding="utf-8"))
    searched = {
        f"{system.name}.{collection.name}"
        for system in datamap.systems
        if system.kind not in {SystemKind.MANUAL, SystemKind.ARCHIVE}
        for collection in system.collections
        if not collection.anonymous
    }
    assert set(expected_counts(home, people.TYPICAL)) == searched


@pytest.mark.slow
def test_postgresql_is_filled_with_the_same_company(home: Path, tmp_path: Path, postgresql_url: str) -> None:
    urls: dict[tables.Store, str] = {}
    with psycopg.connect(servers.plain(postgresql_url), autocommit=True) as connection:
        for store in tables.STORES:
            connection.execute(f"CREATE DATABASE demo_{store}")
            urls[store] = f"{postgresql_url.rpartition('/')[0]}/demo_{store}"
    built: Summary = build(tmp_path, urls=urls, today=TODAY)
    assert built == build(home, today=TODAY) == build(tmp_path, urls=urls)
    for email in (people.TYPICAL, people.HOSTILE, people.CAPITALS, *people.LOOKALIKES):
        assert expected_counts(tmp_path, email, urls=urls) == expected_counts(home, email)
    with psycopg.connect(servers.plain(urls["platform"])) as connection:
        alike = connection.execute("SELECT email FROM accounts WHERE email = %s", (people.LOOKALIKES[0],)).fetchall()
        assert len(alike) == 3  # this database holds accents and the Kelvin sign for equal; whoever searches must not
        connection.execute("COMMENT ON TABLE accounts IS 'the accounts of somebody else'")
    with pytest.raises(SettingsError):
        build(tmp_path, urls=urls, today=TODAY, seed=7)
    with psycopg.connect(servers.plain(urls["platform"])) as connection:
        assert connection.execute("SELECT count(*) FROM accounts").fetchone() == (200,)
