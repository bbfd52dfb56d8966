"""Corrections and restrictions in real databases: all of a collection or nothing, twice is once, and nobody else's rows."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select
from temporalio.exceptions import ApplicationError

from activities.holds import restricted
from activities.measures import Measures
from activities.systems.base import Amendment, SystemUnreachableError
from activities.systems.sql import SqlSystem
from adapters.correctable_values import held_values
from adapters.database.tables import CaseIdentifierRow, SearchReceipt
from adapters.disputes import disputed_of
from adapters.notes import write_note
from adapters.restrictions import restrictions
from domain.datamap import Collection
from domain.errors import SystemFailedError
from domain.measure_messages import CarryOutMeasure, ExamineMeasure, FindValues, MeasureCarriedOut
from domain.measure_standing import Kind, Measure
from domain.messages import CaseRef
from domain.rights import Right
from tests import opened
from tests.activities import shop as shops
from tests.activities.erasing import rows
from tests.activities.shop import RUTH, Shop
from tests.case_in_hand import CaseInHand
from tests.factories import ANNA, MONDAY

FLAGGED = """        restricted_field: created_at
        statement_field: name
        purpose: """


@pytest.fixture
def shop(tmp_path: Path, database_url: str, source_urls: dict[str, str]) -> Iterator[Shop]:
    text = shops.DATAMAP.read_text(encoding="utf-8")
    path = tmp_path / "flagged.yml"
    path.write_text(text.replace("        purpose: ", FLAGGED, 1), encoding="utf-8")  # of accounts: the first collection
    with (
        opened.resources(tmp_path / "home", database_url, path) as resources,
        shops.opened(resources, source_urls, tmp_path / "store") as shop,
    ):
        for number, name, address in ((7, "Ruth", RUTH), (8, "Ruth", "somebody@else.example")):
            shop.insert("accounts", (number, address, None, name, "secret", None))
        shop.insert("drafts", (1, 7, "old", None), (2, 7, "other", None), (3, 8, "old", None))
        shop.insert("invoices", ("R-1", "7", RUTH, "12.50"), ("R-2", "8", None, "12.50"))
        yield shop


def correction(shop: Shop, case: CaseInHand, *changes: tuple[str, str, str, str | None, str | None]) -> Measure:
    """A correction as the API writes it down: system, collection, field, old, new."""
    names = ("system", "collection", "field", "old", "new")
    text = json.dumps([dict(zip(names, each, strict=True)) for each in changes])
    with shop.resources.database.write() as session:
        note = write_note(session, shop.resources.vault, case.id, author=ANNA.person, text=text, now=MONDAY)
    return measure("correct", changes=note, places=[".".join(each[:3]) for each in changes])


def measure(kind: Kind, **more: Any) -> Measure:  # noqa: ANN401
    return Measure.model_validate({"number": 5, "right": Right.RECTIFICATION, "kind": kind, "approved": True} | more)


def carry_out(shop: Shop, case: CaseInHand, what: Measure) -> MeasureCarriedOut:
    message = CarryOutMeasure(case_id=case.id, measure=what, keys=[case.mailbox], at=datetime(2026, 11, 24, 9, tzinfo=UTC))
    return Measures(shop.resources, shop.systems).carry_out_measure(message)


def column(shop: Shop, table: str, at: int) -> list[Any]:
    return [row[at] for row in rows(shop, table)]


def test_only_rows_of_the_person_that_hold_the_old_value_are_corrected_and_twice_is_once(shop: Shop) -> None:
    case = shop.case()
    what = correction(shop, case, ("app", "accounts", "name", "Ruth", "Rut"), ("app", "drafts", "body", "old", "new"))
    seen = Measures(shop.resources, shop.systems).examine_measure(
        ExamineMeasure(case_id=case.id, measure=what, keys=[case.mailbox])
    )
    assert seen.rows == 2
    done = carry_out(shop, case, what)
    assert (done.rows, done.by_hand, done.stale) == (2, [], False)
    assert column(shop, "accounts", 3) == ["Rut", "Ruth"]
    assert column(shop, "drafts", 2) == ["new", "other", "old"]
    again = carry_out(shop, case, what)
    assert (again.rows, again.stale) == (2, False), "an attempt that was interrupted counts the same"
    assert column(shop, "drafts", 2) == ["new", "other", "old"]


def test_what_could_be_corrected_is_each_value_of_the_person_exactly_as_it_is_stored(shop: Shop) -> None:
    case = shop.case()
    shop.insert("drafts", (4, 7, "old", None))
    found = Measures(shop.resources, shop.systems).find_values(FindValues(case_id=case.id, number=3, keys=[case.mailbox]))
    with shop.resources.database.read() as session:
        held = held_values(session, shop.resources.vault.case(case.id), case.id)
        assert not session.exec(select(SearchReceipt).where(SearchReceipt.case_id == case.id)).all(), "nothing else is kept"
    assert held is not None
    assert found.values == len(held.values)
    here = {(each.collection, each.field, each.value): each.records for each in held.values}
    assert here["accounts", "name", "Ruth"] == 1, "the other Ruth is not this person"
    assert here["accounts", "phone", None] == 1
    assert here["drafts", "body", "old"] == 2
    (drafts,) = (each.names for each in held.values if (each.field, each.value) == ("body", "old"))
    assert set(drafts) == {("1",), ("4",)}, "each record by its own name, for whoever is asked about it"
    assert sum(each.field == "amount" for each in held.values) == 1, "and neither is the other invoice theirs"
    assert not {field for _, field, _ in here} & {"id", "account_id", "secret"}, "what names, leads on or is masked"
    what = correction(shop, case, ("app", "drafts", "body", "old", "new"))
    assert carry_out(shop, case, what).rows == 2, "a value that is chosen is corrected wherever it stands"
    Measures(shop.resources, shop.systems).forget_values(CaseRef(case_id=case.id))
    with shop.resources.database.read() as session:
        assert held_values(session, shop.resources.vault.case(case.id), case.id) is None


def test_two_fields_of_one_row_are_one_record(shop: Shop) -> None:
    case = shop.case()
    what = correction(shop, case, ("app", "accounts", "name", "Ruth", "Rut"), ("app", "accounts", "phone", None, "+4420"))
    message = ExamineMeasure(case_id=case.id, measure=what, keys=[case.mailbox])
    assert Measures(shop.resources, shop.systems).examine_measure(message).rows == 1
    assert carry_out(shop, case, what).rows == 1


def test_what_leads_to_the_person_can_be_corrected_itself(shop: Shop) -> None:
    case = shop.case()
    what = correction(shop, case, ("app", "accounts", "email", RUTH, "ruth@new.example"))
    assert carry_out(shop, case, what).rows == 1
    assert column(shop, "accounts", 1) == ["ruth@new.example", "somebody@else.example"]


def test_nothing_at_all_is_changed_when_one_of_the_values_is_another_one_by_now(shop: Shop) -> None:
    case = shop.case()
    what = correction(shop, case, ("app", "accounts", "name", "Ruth", "Rut"), ("app", "drafts", "body", "gone since", "new"))
    done = carry_out(shop, case, what)
    assert done.stale
    assert column(shop, "accounts", 3) == ["Ruth", "Ruth"]


def test_an_incomplete_record_is_completed_and_a_number_is_a_number(shop: Shop) -> None:
    case = shop.case()
    what = correction(
        shop, case, ("app", "accounts", "phone", None, "+447700900001"), ("billing", "invoices", "amount", "12.50", "13.75")
    )
    assert carry_out(shop, case, what).rows == 2
    assert column(shop, "accounts", 2) == ["+447700900001", None]
    assert [float(value) for value in column(shop, "invoices", 3)] == [13.75, 12.5]


def test_a_value_that_the_field_cannot_hold_is_refused_and_nothing_is_changed(shop: Shop) -> None:
    case = shop.case()
    what = correction(shop, case, ("billing", "invoices", "amount", "12.50", "much"))
    assert [(each.system, each.reason) for each in carry_out(shop, case, what).failed] == [("billing", "unfit")]


def test_the_source_goes_down_between_two_systems_and_the_rest_is_done_when_it_is_back(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = shop.case()
    what = correction(shop, case, ("app", "accounts", "name", "Ruth", "Rut"), ("billing", "invoices", "amount", "12.50", "13.75"))
    amend = SqlSystem.amend

    def down(self: SqlSystem, collection: Collection, amendments: list[Amendment]) -> int:
        if self.system.name == "billing":
            raise SystemUnreachableError(self.system.name)
        return amend(self, collection, amendments)

    with monkeypatch.context() as broken:
        broken.setattr(SqlSystem, "amend", down)
        failed = carry_out(shop, case, what).failed
    assert [(each.system, each.reason) for each in failed] == [("billing", "unreachable")]
    assert column(shop, "accounts", 3) == ["Rut", "Ruth"]
    assert carry_out(shop, case, what).rows == 2


def test_a_change_of_two_fields_of_a_collection_is_made_whole_or_not(shop: Shop) -> None:
    connector, accounts = shop.systems.connector("app"), shop.resources.datamap.collection("app", "accounts")
    rows_ = [{"id": 7, "email": RUTH}]
    fits = Amendment(rows_, ("email",), "name", "Ruth", "Rut")
    with pytest.raises(SystemFailedError):
        connector.amend(accounts, [fits, Amendment(rows_, ("email",), "created_at", None, "no day")])
    assert column(shop, "accounts", 3) == ["Ruth", "Ruth"]
    moved = [{"id": 7, "email": "another@post.example"}]  # the number is somebody else's by now
    assert connector.amend(accounts, [Amendment(moved, ("email",), "name", "Ruth", "Rut")]) == 0


def test_a_restriction_flags_the_person_keeps_others_from_erasing_and_ends_with_the_last_case_that_wants_it(shop: Shop) -> None:
    first, second = shop.case(), shop.case()
    what = measure("restrict", ground="claims", right=Right.RESTRICTION)
    for case in (first, second):
        done = carry_out(shop, case, what)
        assert done.rows == 1
        assert "store" in done.by_hand, "no program may flag it"
    assert [value is None for value in column(shop, "accounts", 5)] == [False, True]
    assert restricted(shop.resources, first.id), "the other case restricts"
    lifting = measure("lift", of=5, number=9, right=Right.RESTRICTION)
    carry_out(shop, first, lifting)
    assert [value is None for value in column(shop, "accounts", 5)] == [False, True], "the other case still wants it"
    assert not restricted(shop.resources, second.id)
    carry_out(shop, second, lifting)
    assert [value is None for value in column(shop, "accounts", 5)] == [True, True]
    with shop.resources.database.read() as session:
        assert restrictions(session, [shop.resources.vault.index_email(RUTH)]) == []


def test_what_waits_for_an_erasure_stops_nobody_elses_and_leaves_what_somebody_asked_for(shop: Shop) -> None:
    first, second = shop.case(), shop.case()
    meanwhile = measure("restrict", number=3, right=Right.ERASURE)
    assert carry_out(shop, first, meanwhile).rows == 1
    assert [value is None for value in column(shop, "accounts", 5)] == [False, True], "marked, the other Ruth is not"
    assert not restricted(shop.resources, second.id), "whoever is known is not stopped by whoever is not (I10)"
    with shop.resources.database.read() as session:
        assert restrictions(session, [shop.resources.vault.index_email(RUTH)]), "and nothing is sent meanwhile"
    asked = measure("restrict", ground="claims", right=Right.RESTRICTION)
    carry_out(shop, first, asked)  # in the same case
    carry_out(shop, first, measure("lift", of=3, number=3, right=Right.ERASURE))
    assert [value is None for value in column(shop, "accounts", 5)] == [False, True], "what was asked for stays"
    carry_out(shop, first, measure("lift", of=5, number=9, right=Right.RESTRICTION))
    assert [value is None for value in column(shop, "accounts", 5)] == [True, True]


def test_where_nothing_known_of_the_person_leads_to_their_rows_a_person_marks_them(shop: Shop) -> None:
    case = shop.case(email=None, proven=False, hints=[("customer_number", "1")])
    shop.accept_hints(case)
    with shop.resources.database.read() as session:
        (number,) = session.exec(select(CaseIdentifierRow.id).where(CaseIdentifierRow.case_id == case.id)).all()
    message = CarryOutMeasure(case_id=case.id, measure=measure("restrict", ground="claims"), keys=[number], at=MONDAY)
    done = Measures(shop.resources, shop.systems).carry_out_measure(message)
    assert (done.rows, done.failed) == (0, [])
    assert {"app", "store"} <= set(done.by_hand)
    assert column(shop, "accounts", 5) == [None, None]


def test_an_identifier_under_which_nothing_stands_is_said_to_have_marked_nothing(shop: Shop) -> None:
    case = shop.case(email="nobody.here@else.example")
    what = measure("restrict", ground="claims", right=Right.RESTRICTION)
    done = carry_out(shop, case, what)
    assert (done.rows, done.empty) == (0, True)
    index = [shop.resources.vault.index_email("nobody.here@else.example")]
    with shop.resources.database.read() as session:
        assert restrictions(session, index), "it holds by the address, from the first moment"
    carry_out(shop, case, what.model_copy(update={"kind": "lift", "of": what.number}))  # a person said: not so
    with shop.resources.database.read() as session:
        assert restrictions(session, index) == []


def test_what_the_person_says_of_a_disputed_record_stands_with_it_and_as_a_notice_of_theirs(shop: Shop) -> None:
    """Where the data map has a place for it, in the record; in any case wherever their data are collected or disclosed."""
    case, vault = shop.case(), shop.resources.vault
    says = case.note("I never lived there.", "subject")
    what = measure("dispute", places=["app.accounts"], text=says)
    for _ in range(2):
        assert carry_out(shop, case, what).rows == 1
    assert column(shop, "accounts", 3) == ["I never lived there.", "Ruth"], "the field that the data map names for it"
    with shop.resources.database.read() as session:
        (notice,) = disputed_of(session, vault, [vault.index_email(RUTH)])
        assert disputed_of(session, vault, [vault.index_email("somebody@else.example")]) == []
    assert (notice.system, notice.collection, notice.says) == ("app", "accounts", "I never lived there.")
    vault.destroy_case_key(case.id, rule="test", approver="test")
    with shop.resources.database.read() as session:
        (notice,) = disputed_of(session, vault, [vault.index_email(RUTH)])
    assert notice.says == "", "the notice outlasts the case that it came in"


@pytest.mark.parametrize("kind", ["restrict", "dispute"])
def test_what_nobody_has_shown_to_be_theirs_is_not_marked(shop: Shop, kind: Kind) -> None:
    case = shop.case(proven=False, hints=[("phone", "+35315550100")])
    message = CarryOutMeasure(case_id=case.id, measure=measure(kind, ground="claims", places=["app.accounts"]), at=MONDAY)
    done = Measures(shop.resources, shop.systems).carry_out_measure(message)
    assert done == MeasureCarriedOut(stale=True), "it comes to nothing, and nobody is told that it holds"
    assert column(shop, "accounts", 5) == [None, None]
    with shop.resources.database.read() as session:
        assert restrictions(session, [shop.resources.vault.index_email(RUTH)]) == []


def test_a_restriction_holds_here_while_the_systems_are_down(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(_self: SqlSystem, _collection: Collection, _amendments: list[Amendment]) -> int:
        raise SystemUnreachableError("app")

    monkeypatch.setattr(SqlSystem, "amend", down)
    case = shop.case()
    assert carry_out(shop, case, measure("restrict", ground="accuracy")).failed
    with shop.resources.database.read() as session:
        (lasting,) = restrictions(session, [shop.resources.vault.index_email(RUTH)])
    assert (lasting.case_id, lasting.ground) == (case.id, "accuracy")


def test_somebody_elses_note_corrects_nothing(shop: Shop) -> None:
    mine, other = shop.case(), shop.case(email="somebody@else.example")
    what = correction(shop, other, ("app", "accounts", "name", "Ruth", "Rut"))
    with pytest.raises(ApplicationError, match=r"."):
        carry_out(shop, mine, what)
    assert column(shop, "accounts", 3) == ["Ruth", "Ruth"]


def test_a_measure_leaves_no_copy_of_what_it_looked_at(shop: Shop) -> None:
    case = shop.case()
    carry_out(shop, case, correction(shop, case, ("app", "accounts", "name", "Ruth", "Rut")))
    with shop.resources.database.read() as session:
        assert session.exec(select(SearchReceipt).where(SearchReceipt.case_id == case.id)).all() == []
