"""Rows that a source takes for the person's are compared again, and what only looks alike stays out (rule I4)."""

import sqlite3
import unicodedata

import pytest
import sqlalchemy as sa

from activities.found_keys import Keys
from activities.matching import Sieve, Way
from activities.systems.sql import SqlSystem
from tests.activities.shop import Shop

LOOKALIKES = ["m\u0131ke@post.example", "mi\u212ae@post.example", "m\u00efke@post.example", "mike@p\u043est.example"]
MIKE = "mike@post.example"


def _blind(text: str) -> str:
    """What an accent- and case-insensitive database makes of a text."""
    text = text.replace("\u0131", "i").replace("\u043e", "o")
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char)).lower()


def _make_blind(shop: Shop, address: str) -> None:
    """Let the app compare addresses without regard to case and accents, as many databases do."""
    engine = shop.engines["app"]
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.exec_driver_sql(
                "CREATE COLLATION blind (provider = icu, locale = 'und-u-ks-level1', deterministic = false)"
            )
            connection.exec_driver_sql("ALTER TABLE accounts ALTER COLUMN email TYPE text COLLATE blind")
        return
    connector = shop.systems.connector("app")
    assert isinstance(connector, SqlSystem)

    def lower(text: str | None) -> str | None:
        return text and (address.lower() if _blind(text) == _blind(address) else text.lower())

    @sa.event.listens_for(connector.engine, "connect")
    def _connected(connection: sqlite3.Connection, _record: object) -> None:
        connection.create_function("lower", 1, lower, deterministic=True)


@pytest.mark.parametrize("address", LOOKALIKES[1:3])
def test_an_accent_insensitive_source_does_not_decide_who_somebody_is(shop: Shop, address: str) -> None:
    """Abuse test 2: prove a look-alike of somebody else's address."""
    _make_blind(shop, address)
    shop.account(1, email=MIKE)
    shop.insert("drafts", (1, 1, "Mike's", None))
    case = shop.case(address)
    results = shop.collect(case)

    assert results["app"].records == 0
    assert shop.rows(case, "accounts") == []
    assert shop.rows(case, "drafts") == []
    assert shop.receipts(case)["accounts"].doubtful == 1
    assert [item.row["email"] for item in shop.found(case)["accounts"].doubtful_items()] == [MIKE]
    with shop.asked() as statements:
        shop.collect(shop.case(address))
    assert not any("drafts" in text for text, _ in statements), "a doubtful row led on"


def test_the_same_person_in_other_letters_is_still_found_there(shop: Shop) -> None:
    _make_blind(shop, MIKE)
    shop.account(1, email="MIKE@Post.Example")
    case = shop.case(MIKE)
    shop.collect(case)
    assert [row["id"] for row in shop.rows(case, "accounts")] == [1]
    assert shop.receipts(case)["accounts"].doubtful == 0


@pytest.mark.parametrize("address", LOOKALIKES)
def test_no_lookalike_is_the_person(address: str) -> None:
    way = Way("email", Keys([address]), "email")
    forms = way.forms([address])
    assert way.match(address, forms)
    assert way.match(MIKE, forms) is None
    assert Way("email", Keys([MIKE]), "email").match(address, frozenset({MIKE})) is None


def test_values_that_rows_lead_to_are_compared_exactly() -> None:
    sieve = Sieve(Way("ref", Keys(["abc", "7"])), ["abc", "7"], at=1)
    rows = [(1, "abc"), (2, "ABC"), (3, 7), (4, "7"), (5, None), (6, "abc ")]
    mine, doubtful = sieve.part(rows)
    assert [row[0] for row in mine] == [1, 3, 4]
    assert [row[0] for row in doubtful] == [2, 5, 6]


def test_a_row_that_another_batch_of_keys_finds_is_left_to_it() -> None:
    way = Way("ref", Keys(["a", "A"]))
    mine, doubtful = Sieve(way, ["a"], at=0).part([("a",), ("A",)])
    assert (mine, doubtful) == ([("a",)], [])


def test_a_loose_comparison_between_tables_leads_nowhere_either(shop: Shop) -> None:
    if shop.engines["app"].dialect.name == "sqlite":
        with shop.engines["billing"].begin() as connection:
            connection.exec_driver_sql("DROP TABLE invoices")
            connection.exec_driver_sql(
                "CREATE TABLE invoices (number TEXT PRIMARY KEY, customer TEXT COLLATE NOCASE, email TEXT, amount)"
            )
    else:
        with shop.engines["billing"].begin() as connection:
            connection.exec_driver_sql("CREATE EXTENSION citext")
            connection.exec_driver_sql("ALTER TABLE invoices ALTER COLUMN customer TYPE citext")
    shop.account(7)
    with shop.engines["app"].begin() as connection:
        connection.exec_driver_sql("DROP TABLE accounts")
        connection.exec_driver_sql(
            "CREATE TABLE accounts (id TEXT, email TEXT, phone TEXT, name TEXT, secret TEXT, created_at TEXT)"
        )
        connection.exec_driver_sql("INSERT INTO accounts VALUES ('aB', 'ruth@post.example', NULL, NULL, NULL, NULL)")
    shop.insert("invoices", ("R-1", "aB", None, None), ("R-2", "Ab", None, None), ("R-3", "AB", "ruth@post.example", None))
    case = shop.case()
    shop.collect(case)
    # R-3 looks like another customer's by its number and is the person's by its address: the doubt is settled.
    assert sorted(row["number"] for row in shop.rows(case, "invoices")) == ["R-1", "R-3"]
    assert [item.row["number"] for item in shop.found(case)["invoices"].doubtful_items()] == ["R-2"]
