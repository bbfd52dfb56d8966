"""An erasure is planned, carried out as planned and no further, and looked at afterwards."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import select
from temporalio.exceptions import ApplicationError

from activities.erasure_look import found_in
from activities.erasure_plan import unseal
from activities.systems.base import Change, SystemUnreachableError
from activities.systems.sql import SqlSystem
from adapters.certificate_check import check_certificate
from adapters.database.erasure_tables import LegalHold, SuppressionEntry
from adapters.database.tables import SearchReceipt
from adapters.signing import verify_signature
from adapters.suppression import lists_of
from domain.datamap import Collection
from domain.erasure import Edit
from domain.erasure_messages import Leftover, PlanMade
from domain.errors import KeyMissingError
from tests import opened
from tests.activities import killed_erasure
from tests.activities import shop as shops
from tests.activities.erasing import Erasing, datamap, rows
from tests.activities.shop import RUTH, Shop
from tests.factories import MONDAY

NOTE = UUID(int=9)


@pytest.fixture
def shop(tmp_path: Path, database_url: str, source_urls: dict[str, str]) -> Iterator[Shop]:
    with (
        opened.resources(tmp_path / "home", database_url, datamap(tmp_path)) as resources,
        shops.opened(resources, source_urls, tmp_path / "store") as shop,
    ):
        shop.account(7)
        shop.account(8, email="somebody@else.example")
        shop.insert("drafts", (1, 7, "hello", "a.png"), (2, 7, "more", None), (3, 8, "not hers", "b.png"))
        shop.insert("sessions", ("secret-7", 7), ("secret-8", 8))
        shop.insert("devices", (1, 7), (2, 8))
        shop.insert("device_logins", (1, 1, "a flatmate"))
        shop.insert("invoices", ("R-1", "7", RUTH, "12.50"), ("R-2", "8", None, "1.00"))
        for path in ("pictures/a.png", "pictures/b.png", "uploads/7/one.txt", "uploads/8/one.txt"):
            shop.put(path)
        yield shop


@pytest.fixture
def erasing(shop: Shop) -> Erasing:
    return Erasing(shop)


def files(shop: Shop) -> list[str]:
    return sorted(str(path.relative_to(shop.folder)) for path in shop.folder.rglob("*"))


def assert_erased(shop: Shop) -> None:
    """What plain SQL and the file system say once account 7 is erased."""
    assert [row[0] for row in rows(shop, "accounts")] == [8]
    assert [row[0] for row in rows(shop, "drafts")] == [3]
    assert rows(shop, "sessions") == [("secret-8", 8)]
    assert set(rows(shop, "devices")) == {(1, None), (2, 8)}
    assert [row[0] for row in rows(shop, "invoices")] == ["R-1", "R-2"]
    assert [row[0] for row in rows(shop, "device_logins")] == [1]  # shared: leads to other people
    assert files(shop) == ["pictures", "pictures/b.png", "uploads", "uploads/8", "uploads/8/one.txt"]


def test_a_plan_says_what_happens_to_what_and_changes_nothing(erasing: Erasing) -> None:
    before = {table: rows(erasing.shop, table) for table in ("accounts", "drafts", "invoices", "devices")}
    made = erasing.plan()
    assert (made.erase, made.change, made.keep) == (6, 1, 1)  # account, session, two drafts, a picture, an upload
    assert made.by_hand == []  # nothing leads to the provider
    assert {table: rows(erasing.shop, table) for table in before} == before
    entries = {each["collection"]: each for each in erasing.row(made).plan["entries"]}
    assert [name for name in entries if name in {"pictures", "drafts", "accounts"}] == ["pictures", "drafts", "accounts"]
    kept = entries["invoices"]
    assert (kept["action"], kept["ground"], kept["until"]) == ("retain", "17(3)(b)", kept["until"])
    assert date.fromisoformat(kept["until"]) > date(2032, 1, 1)


def test_a_plan_keeps_no_copy_of_the_data_and_shows_samples_only_to_who_has_the_key(erasing: Erasing) -> None:
    made = erasing.plan()
    row = erasing.row(made)
    text = json.dumps(row.plan) + json.dumps(row.edits)
    assert "hello" not in text
    assert RUTH not in text
    assert row.sealed is not None
    assert b"hello" not in row.sealed
    content = unseal(erasing.shop.resources.vault.case(erasing.case.id), row.id, row.sealed)
    assert {each["body"] for each in content["samples"]["app.drafts"]} == {"hello", "more"}
    found = erasing.shop.found(erasing.case, -1)
    assert "body" not in found["drafts"].fields


def test_a_plan_is_made_once(erasing: Erasing) -> None:
    made = erasing.plan()
    erasing.shop.insert("drafts", (4, 7, "typed on", None))
    assert erasing.plan() == made
    assert erasing.plan(2).sha256 != made.sha256


def test_what_was_planned_is_erased_and_nothing_of_anybody_else(erasing: Erasing) -> None:
    made = erasing.plan()
    assert erasing.carry_out(made).done
    assert_erased(erasing.shop)
    assert erasing.look(made).leftovers == []


def test_an_erasure_takes_a_statement_a_batch_and_never_one_a_row(erasing: Erasing) -> None:
    erasing.shop.insert("drafts", *((number, 7, "x", None) for number in range(100, 900)))
    made = erasing.plan()
    with erasing.shop.changing() as statements:
        assert erasing.carry_out(made).done
    changes = [text for text, _ in statements if text.startswith(("DELETE", "UPDATE"))]
    assert len(changes) == 4  # accounts, sessions, drafts, devices: the tables that hold something to change


def test_the_same_plan_carried_out_twice_or_at_once_is_once(erasing: Erasing) -> None:
    made = erasing.plan()
    assert erasing.carry_out(made).done
    with erasing.shop.changing() as statements:
        assert erasing.carry_out(made).done
    assert statements == []
    assert_erased(erasing.shop)


def test_an_approval_of_something_else_erases_nothing(erasing: Erasing) -> None:
    made = erasing.plan().model_copy(update={"sha256": "f" * 64})
    with pytest.raises(ApplicationError) as failure:
        erasing.carry_out(made)
    assert failure.value.type == "stale-hash"
    assert [row[0] for row in rows(erasing.shop, "accounts")] == [7, 8]


def test_rows_typed_while_it_was_approved_go_too(erasing: Erasing) -> None:
    made = erasing.plan()
    erasing.shop.insert("drafts", (4, 7, "typed on", None))
    erasing.shop.delete("drafts", id=2)
    assert erasing.carry_out(made).done
    assert_erased(erasing.shop)


def test_another_account_found_meanwhile_stops_it_before_anything_is_gone(erasing: Erasing) -> None:
    made = erasing.plan()
    erasing.shop.account(9, email=RUTH)
    answer = erasing.carry_out(made)
    assert [(place.system, place.collection) for place in answer.changed] == [("app", "accounts")]
    assert not answer.done
    assert [row[0] for row in rows(erasing.shop, "drafts")] == [1, 2, 3]
    again = erasing.plan(2)
    assert erasing.carry_out(again).done
    assert [row[0] for row in rows(erasing.shop, "accounts")] == [8]


def test_a_hold_stops_it_before_anything_is_gone(erasing: Erasing) -> None:
    made = erasing.plan()
    resources = erasing.shop.resources
    hold = LegalHold(
        subject_index=resources.vault.index_email(RUTH),
        ground="dispute",
        review_on=date(2027, 1, 1),
        placed_by="caseworker:1",
        placed_at=MONDAY,
    )
    with resources.database.write() as session:
        session.add(hold)
    assert erasing.carry_out(made).held
    assert [row[0] for row in rows(erasing.shop, "accounts")] == [7, 8]
    with resources.database.write() as session:
        hold.lifted_at = MONDAY
        session.add(hold)
    assert erasing.carry_out(made).done


def test_a_source_that_goes_down_half_way_is_finished_when_it_is_back(erasing: Erasing, monkeypatch: pytest.MonkeyPatch) -> None:
    made = erasing.plan()
    erase = SqlSystem.erase

    def down(self: SqlSystem, collection: Collection, change: Change) -> int:
        if collection.name in {"drafts", "accounts"}:
            raise SystemUnreachableError(self.system.name)
        return erase(self, collection, change)

    with monkeypatch.context() as patch:
        patch.setattr(SqlSystem, "erase", down)
        answer = erasing.carry_out(made)
    assert [(each.system, each.reason) for each in answer.failed] == [("app", "unreachable")]
    assert not (erasing.shop.folder / "uploads/7").exists()  # what could be done is done
    assert 7 in [row[0] for row in rows(erasing.shop, "accounts")]
    assert erasing.carry_out(made).done
    assert_erased(erasing.shop)
    assert erasing.look(made).leftovers == []


def test_killed_in_the_middle_of_a_table_it_goes_on_where_it_was(erasing: Erasing, tmp_path: Path, database_url: str) -> None:
    shop = erasing.shop
    shop.insert("drafts", *((number, 7, "x", None) for number in range(100, 25_100)))
    made = erasing.plan()
    order = f"{erasing.case.id},{made.plan},{made.sha256},-9"
    root = Path(__file__).parents[2]
    home, environment = shop.resources.settings.home, json.dumps(shop.environment)
    command = [
        sys.executable,
        killed_erasure.__file__,
        str(home),
        database_url,
        str(tmp_path / "erasing.yml"),
        environment,
        order,
    ]
    killed = subprocess.run(command, cwd=root, env={"PYTHONPATH": str(root)}, check=False, capture_output=True, text=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    left = len(rows(shop, "drafts"))
    assert 1 < left < 25_003

    erasing.connect()
    with shop.changing() as statements:
        assert erasing.carry_out(made, run=-9).done
    position = erasing.steps()["drafts"].position
    assert position == 25_002
    drafts = [text for text, _ in statements if "drafts" in text]
    assert len(drafts) < 26  # not from the start
    assert_erased(shop)
    assert erasing.look(made).leftovers == []


def test_what_is_left_is_told_from_a_newer_account(erasing: Erasing) -> None:
    made = erasing.plan()
    assert erasing.carry_out(made).done
    shop = erasing.shop
    shop.insert("drafts", (1, 7, "came back from somewhere", None))  # although its account is gone
    shop.insert("accounts", (20, RUTH, None, "Signed up again", None, date(2099, 1, 1)))
    assert sorted(erasing.look(made).leftovers, key=lambda each: each.collection) == [
        Leftover(system="app", collection="accounts", rows=1, newer=True),
        Leftover(system="app", collection="drafts", rows=1),
    ]


def test_an_anonymous_row_leads_back_by_no_join_the_data_map_knows(erasing: Erasing) -> None:
    made = erasing.plan()
    erasing.carry_out(made)
    shop = erasing.shop
    anonymous = [row for row in rows(shop, "devices") if row[0] == 1]
    assert anonymous == [(1, None)]
    datamap_ = shop.resources.datamap
    tables = {("app", each.name): each for each in datamap_.system("app").collections}
    for (_, name), collection in tables.items():
        for reference in collection.references:  # shared ones too: who attacks does not care
            system, source, field = reference.source
            joined = (system, source) in tables and "devices" in {name, source}
            if not joined:
                continue
            statement = (
                f"SELECT a.* FROM {name} a JOIN {source} b ON CAST(a.{reference.field} AS text) = CAST(b.{field} AS text) "
                f"WHERE {'a' if name == 'devices' else 'b'}.id = 1"
            )
            with shop.engines["app"].connect() as connection:
                found = [tuple(row) for row in connection.execute(sa.text(statement))]
            assert all(RUTH not in map(str, row) and 7 not in row[1:] for row in found), (name, source)


def test_a_caseworker_may_keep_something_on_a_ground_of_the_law(erasing: Erasing, tmp_path: Path) -> None:
    edit = Edit(system="app", collection="drafts", keep=True, ground="17(3)(e)", until=date(2027, 6, 30), note=NOTE)
    made = erasing.plan(1, edit)
    assert (made.erase, made.keep) == (4, 3)
    assert erasing.carry_out(made).done
    assert [row[0] for row in rows(erasing.shop, "drafts")] == [1, 2, 3]
    assert erasing.look(made).leftovers == []
    erasing.certify(made)
    text = erasing.certificate(made, tmp_path)
    assert "legal claims (Article 17(3)(e)). Until Wed 30 June 2027." in text


def test_the_certificate_says_what_is_gone_what_is_kept_and_until_when(erasing: Erasing, tmp_path: Path) -> None:
    made = erasing.plan()
    erasing.carry_out(made)
    erasing.look(made)
    certified = erasing.certify(made)
    assert (certified.erased, certified.kept) == (6, 1)
    assert erasing.certify(made) == certified
    text = erasing.certificate(made, tmp_path)
    assert "The app: Your drafts 2 records erased" in text
    assert "made anonymous: nothing in them leads to you" in text
    assert "Tax law obliges us to keep invoices (Article 17(3)(b)). Until" in text
    assert "they are gone by" in text
    assert "everything is gone" not in text
    assert RUTH not in text
    document = erasing.member(made, "certificate.json")
    signer = erasing.shop.resources.signer
    verify_signature(signer.public_pem, "habeas.certificate/1", document, erasing.member(made, "certificate.sig"))
    assert json.loads(document)["pdf_sha256"] == certified.sha256


def test_the_certificate_owns_up_to_what_is_left(erasing: Erasing, tmp_path: Path) -> None:
    made = erasing.plan()
    erasing.carry_out(made)
    erasing.shop.insert("drafts", (1, 7, "came back", None))
    erasing.look(made)
    assert erasing.certify(made).erased == 5
    assert "The app: Your drafts 1 record still there" in erasing.certificate(made, tmp_path)


def test_a_restored_backup_would_know_who_was_erased_and_nothing_else_does(erasing: Erasing) -> None:
    made = erasing.plan()
    erasing.carry_out(made)
    erasing.certify(made)
    resources = erasing.shop.resources
    with resources.database.read() as session:
        today = date.today()  # noqa: DTZ011
        assert list(lists_of(session, resources.vault, "email", RUTH.upper(), today=today)) == ["restored"]
        assert lists_of(session, resources.vault, "email", "somebody@else.example", today=today) == {}
        assert lists_of(session, resources.vault, "email", RUTH, today=date(2099, 1, 1)) == {}
        entries = session.exec(select(SuppressionEntry)).all()
    assert len(entries) == 1
    assert entries[0].mac != resources.vault.index_email(RUTH)


def test_what_the_looks_read_is_deleted_after_the_last_and_what_they_searched_stays(erasing: Erasing) -> None:
    made = erasing.plan()
    with erasing.shop.resources.database.read() as session:
        planned = {(row.system, row.collection): row.rows for row in session.exec(select(SearchReceipt)).all()}
    assert {*planned.values()} >= {0}, "zero is a result"
    erasing.carry_out(made)
    erasing.erasure.forget_looks(erasing.case_ref)
    with erasing.shop.resources.database.read() as session:
        rows = session.exec(select(SearchReceipt)).all()
    assert {(row.system, row.collection): row.rows for row in rows if row.run == -1} == planned
    assert all(row.keys for row in rows if row.state == "searched"), "with the identifiers, as keyed hashes"
    assert all("sealed" not in row.blobs for row in rows if row.state == "searched")
    with pytest.raises(KeyMissingError):
        found_in(erasing.shop.resources, erasing.case_ref.case_id, -1)
    assert erasing.row(made).sealed is None
    assert erasing.shop.blobs() == set()


def test_a_system_that_fails_makes_no_plan(erasing: Erasing) -> None:
    erasing.shop.rename("drafts", "elsewhere")
    made = erasing.plan()
    assert made == PlanMade(failed=made.failed)
    assert [(each.system, each.reason) for each in made.failed] == [("app", "refused"), ("store", "upstream")]
    erasing.shop.rename("elsewhere", "drafts")
    erasing.connect()
    assert erasing.plan().plan is not None


def test_anybody_can_check_a_certificate_offline(erasing: Erasing, tmp_path: Path) -> None:
    """`habeas verify-package certificate.json`, with the signature and the PDF beside it."""
    made = erasing.plan()
    erasing.carry_out(made)
    erasing.look(made)
    erasing.certify(made)
    for name in ("certificate.json", "certificate.sig", "certificate.pdf"):
        (tmp_path / name).write_bytes(erasing.member(made, name))
    signer = erasing.shop.resources.signer
    known = {signer.kid: signer.public_pem}
    document = tmp_path / "certificate.json"
    assert check_certificate(document, known).status == "intact"
    assert check_certificate(document, {}).status == "intact_unknown_signer"
    (tmp_path / "certificate.pdf").write_bytes(b"%PDF-1.7 something else")
    assert check_certificate(document, known).problems == ("certificate.pdf was changed.",)
    document.write_bytes(document.read_bytes().replace(b'"rows"', b'"Rows"', 1))
    assert "certificate.sig does not fit certificate.json." in check_certificate(document, known).problems
