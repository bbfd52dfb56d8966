"""An erasure is planned and carried out as planned and no further."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from temporalio.exceptions import ApplicationError

from activities.erasure_plan import unseal
from adapters.database.erasure_tables import LegalHold
from domain.erasure import Edit
from domain.erasure_messages import PlanMade
from tests.activities.erasing import Erasing, assert_erased, rows
from tests.activities.shop import RUTH
from tests.factories import MONDAY

NOTE = UUID(int=9)


def test_a_plan_says_what_happens_to_what_and_changes_nothing(erasing: Erasing) -> None:
    before = {table: rows(erasing.shop, table) for table in ("accounts", "drafts", "invoices", "devices")}
    made = erasing.plan()
    assert (made.erase, made.change, made.keep) == (6, 1, 1)  # account, session, two drafts, a picture, an upload
    assert made.by_hand == []  # nothing leads to the provider
    assert {table: rows(erasing.shop, table) for table in before} == before
    entries = {each["collection"]: each for each in erasing.row(made).plan["entries"]}
    assert [name for name in entries if name in {"pictures", "drafts", "accounts"}] == ["pictures", "drafts", "accounts"]
    assert (entries["accounts"]["because"], entries["invoices"]["because"]) == ("17(1)(a)", None), (
        "the ground of each is recorded"
    )
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


def test_a_system_that_fails_makes_no_plan(erasing: Erasing) -> None:
    erasing.shop.rename("drafts", "elsewhere")
    made = erasing.plan()
    assert made == PlanMade(failed=made.failed)
    assert [(each.system, each.reason) for each in made.failed] == [("app", "refused"), ("store", "upstream")]
    erasing.shop.rename("elsewhere", "drafts")
    erasing.connect()
    assert erasing.plan().plan is not None


def test_what_was_planned_is_erased_and_nothing_of_anybody_else(erasing: Erasing) -> None:
    made = erasing.plan()
    assert erasing.carry_out(made).done
    assert_erased(erasing.shop)
    assert erasing.look(made).leftovers == []


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
        review_on=datetime.now(UTC).date() + timedelta(days=30),
        placed_by="caseworker:1",
        placed_at=datetime.now(UTC),
    )
    with resources.database.write() as session:
        session.add(hold)
    assert erasing.carry_out(made).held
    assert [row[0] for row in rows(erasing.shop, "accounts")] == [7, 8]
    with resources.database.write() as session:
        hold.lifted_at = MONDAY
        session.add(hold)
    assert erasing.carry_out(made).done


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
