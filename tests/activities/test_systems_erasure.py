"""Connectors erase rows and files by key, a batch in one transaction, and nothing that is not the person's any more."""

import pytest
import sqlalchemy as sa

from activities.systems.base import Change, Lookup, SystemUnreachableError
from activities.systems.sql import SqlSystem
from domain.datamap import Collection, ErasureAction
from domain.errors import SystemFailedError
from tests.activities.shop import RUTH, Shop

DELETE, ANONYMISE, NULL, HASH = (
    ErasureAction.DELETE,
    ErasureAction.ANONYMISE,
    ErasureAction.NULL,
    ErasureAction.HASH,
)


def collection(shop: Shop, system: str, name: str) -> Collection:
    return shop.resources.datamap.collection(system, name)


def erase(shop: Shop, system: str, name: str, change: Change) -> int:
    return shop.systems.connector(system).erase(collection(shop, system, name), change)


def drafts(shop: Shop) -> list[tuple[int, int | None, str | None]]:
    with shop.engines["app"].connect() as connection:
        rows = connection.execute(sa.text("SELECT id, account_id, body FROM drafts ORDER BY id"))
        return [(row[0], row[1], row[2]) for row in rows]


@pytest.fixture
def filled(shop: Shop) -> Shop:
    shop.account(7)
    shop.insert("drafts", (1, 7, "a", "a.png"), (2, 7, "b", None), (3, 8, "c", None))
    return shop


def change(action: ErasureAction, *ids: int, **changes: object) -> Change:
    rows = [{"id": each, "account_id": 7, "body": "a" if each == 1 else "b"} for each in ids]
    return Change(**({"action": action, "rows": rows, "ways": ("account_id",)} | changes))  # type: ignore[arg-type]


def test_rows_are_deleted_by_key_in_one_statement_and_twice_is_once(filled: Shop) -> None:
    with filled.changing() as statements:
        assert erase(filled, "app", "drafts", change(DELETE, 1, 2)) == 2
    assert len(statements) == 1
    assert erase(filled, "app", "drafts", change(DELETE, 1, 2)) == 0
    assert drafts(filled) == [(3, 8, "c")]


def test_a_number_that_now_belongs_to_somebody_else_is_left_alone(filled: Shop) -> None:
    assert erase(filled, "app", "drafts", change(DELETE, 1, 2, 3)) == 2  # row 3 leads to account 8
    assert drafts(filled) == [(3, 8, "c")]


def test_anonymised_rows_stay_without_their_keys(filled: Shop) -> None:
    change_ = change(ANONYMISE, 1, 2, fields=("account_id",))
    assert erase(filled, "app", "drafts", change_) == 2
    assert erase(filled, "app", "drafts", change_) == 0
    assert drafts(filled) == [(1, None, "a"), (2, None, "b"), (3, 8, "c")]


def test_single_fields_are_emptied_or_replaced(filled: Shop) -> None:
    assert erase(filled, "app", "drafts", change(NULL, 1, fields=("body",))) == 1
    hashing = change(HASH, 2, fields=("body",), pseudonym=lambda text: f"#{text}")
    assert erase(filled, "app", "drafts", hashing) == 1
    assert erase(filled, "app", "drafts", hashing) == 0  # a pseudonym is not replaced by one of its own
    assert drafts(filled) == [(1, 7, None), (2, 7, "#b"), (3, 8, "c")]


def test_rows_with_two_ways_are_the_persons_by_either(filled: Shop) -> None:
    filled.insert("invoices", ("R-1", "7", None, None), ("R-2", None, RUTH, None), ("R-3", "9", "x@y.example", None))
    rows = [
        {"number": "R-1", "customer": "7", "email": None},
        {"number": "R-2", "customer": None, "email": RUTH},
        {"number": "R-3", "customer": "7", "email": None},
    ]
    assert erase(filled, "billing", "invoices", Change(DELETE, rows, ("email", "customer"))) == 2


def test_a_batch_is_all_or_nothing(filled: Shop) -> None:
    with filled.engines["app"].begin() as connection:
        if connection.dialect.name == "sqlite":
            trigger = "CREATE TRIGGER guard BEFORE DELETE ON drafts WHEN old.id = 2 BEGIN SELECT raise(ABORT, 'no'); END"
            connection.execute(sa.text(trigger))
        else:
            connection.execute(sa.text("CREATE TABLE guard (draft bigint REFERENCES drafts (id))"))
            connection.execute(sa.text("INSERT INTO guard VALUES (2)"))
    with pytest.raises(SystemFailedError) as failure:
        erase(filled, "app", "drafts", change(DELETE, 1, 2))
    assert "no" not in str(failure.value.facts.values())
    assert [row[0] for row in drafts(filled)] == [1, 2, 3]
    with filled.engines["app"].begin() as connection:
        connection.execute(sa.text("DROP TRIGGER guard" if connection.dialect.name == "sqlite" else "DROP TABLE guard"))


def test_searching_and_changing_go_by_accounts_of_their_own(filled: Shop) -> None:
    connector = filled.systems.connector("app")
    assert isinstance(connector, SqlSystem)
    assert connector.changing is not None
    with pytest.raises(sa.exc.DBAPIError), connector.engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM drafts"))
    assert len(drafts(filled)) == 3


def test_without_an_account_that_may_change_a_person_erases(filled: Shop) -> None:
    filled.environment["STORE_CHANGE"] = ""
    connector = filled.systems.connector("payments")
    assert not connector.erases
    with pytest.raises(SystemFailedError):
        connector.erase(collection(filled, "payments", "payments"), change(DELETE, 1))


def test_a_database_that_is_away_is_tried_again(shop: Shop) -> None:
    shop.environment["APP_URL"] = "postgresql+psycopg://nobody@127.0.0.1:1/none"
    shop.connect()
    with pytest.raises(SystemUnreachableError):
        erase(shop, "app", "drafts", change(DELETE, 1))


def test_files_go_with_the_folder_that_bears_the_number(filled: Shop) -> None:
    mine, other = filled.put("uploads/7/deep/one.txt"), filled.put("uploads/8/one.txt")
    outside = filled.folder.parent / "outside.txt"
    outside.write_text("not ours")
    (filled.folder / "uploads/7/link.txt").symlink_to(outside)
    rows = [
        {"account_id": "7", "path": "uploads/7/deep/one.txt"},
        {"account_id": "7", "path": "uploads/7/link.txt"},
        {"account_id": "7", "path": "../outside.txt"},
        {"account_id": "7", "path": "uploads/7/gone.txt"},
    ]
    assert erase(filled, "store", "uploads", Change(DELETE, rows, ("account_id",))) == 1
    assert not mine.exists()
    assert not mine.parent.exists()
    assert other.exists()
    assert outside.exists()
    (filled.folder / "uploads/7/link.txt").unlink()
    assert erase(filled, "store", "uploads", Change(DELETE, rows[:1], ("account_id",))) == 0


def test_an_erasure_reads_only_the_fields_it_asks_for(filled: Shop) -> None:
    connector = filled.systems.connector("app")
    lookup = Lookup("account_id", ["7"], only=("id", "account_id"))
    with filled.asked() as statements:
        rows = [row for batch in connector.search(collection(filled, "app", "drafts"), lookup) for row in batch]
    assert sorted(rows) == [(1, 7), (2, 7)]
    assert "body" not in statements[-1][0]
