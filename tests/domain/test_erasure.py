"""An erasure plan says what happens to each collection, in which order, and when it no longer fits what the systems hold."""

from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from domain.datamap import DataMap, ErasureAction
from domain.datamap_parts import LawfulBasis, RecipientKind
from domain.datamap_systems import Erasure
from domain.erasure import (
    Edit,
    Entry,
    ErasurePlan,
    addressed,
    edited,
    fields_needed,
    grounded,
    in_order,
    kept_until,
    what_changed,
)

DEMO = DataMap.parse((Path(__file__).parents[2] / "demo" / "datamap.yml").read_text(encoding="utf-8"))
CASE, NOTE = UUID(int=1), UUID(int=2)
SHA, OTHER = "a" * 64, "b" * 64


def entry(name: str = "prompts", **changes: object) -> Entry:
    given = {"system": "platform", "collection": name, "action": "delete", "rows": 100, "keys": SHA}
    return Entry.model_validate(given | changes)


def plan(*entries: Entry, datamap: str = SHA) -> ErasurePlan:
    return ErasurePlan(case_id=CASE, datamap=datamap, keys=(NOTE,), entries=entries)


def test_children_are_erased_before_their_parents() -> None:
    order = [(step.system, step.collection) for step in in_order(DEMO.plan({"email"}))]
    for child, parent in (
        (("files", "image_files"), ("platform", "images")),
        (("platform", "images"), ("platform", "prompts")),
        (("platform", "prompts"), ("platform", "accounts")),
        (("business", "messages"), ("business", "tickets")),
        (("business", "subscriptions"), ("business", "customers")),
        (("business", "customers"), ("platform", "accounts")),
    ):
        assert order.index(child) < order.index(parent), child


def test_an_erasure_reads_no_more_of_a_row_than_it_needs() -> None:
    steps = {(step.system, step.collection): step for step in DEMO.plan({"email"}).steps}
    prompts = fields_needed(DEMO.collection("platform", "prompts"), steps["platform", "prompts"])
    assert set(prompts) == {"id", "account_id", "created_at"}
    subscriptions = fields_needed(DEMO.collection("business", "subscriptions"), steps["business", "subscriptions"])
    # the provider's own id is read before the local row goes; the status says whether there is something to cancel
    assert {"provider_customer_id", "status"} <= set(subscriptions)


def test_the_hash_covers_everything_that_is_approved() -> None:
    first = plan(entry())
    others = [
        plan(entry(rows=101)),
        plan(entry(keys=OTHER)),
        plan(entry(action="anonymise")),
        plan(entry(action="retain", ground="17(3)(b)", until=date(2030, 1, 1))),
        plan(entry(), entry("images")),
        plan(entry(), datamap=OTHER),
        first.model_copy(update={"keys": (CASE,)}),
        first.model_copy(update={"addressees": addressed([("mail", RecipientKind.PROCESSOR)])}),
    ]
    assert len({each.sha256 for each in [first, *others]}) == len(others) + 1
    assert plan(entry()).sha256 == first.sha256


@pytest.mark.parametrize(
    ("now", "matters"),
    [
        (entry(), False),
        (entry(rows=60, keys=OTHER), False),  # what is gone is gone
        (entry(rows=0, keys=None), False),
        (entry(rows=110, keys=OTHER), False),  # somebody typed on
        (entry(rows=111, keys=OTHER), True),
        (entry(action="retain", ground="17(3)(b)"), True),
        (entry(by_hand=True), True),
    ],
)
def test_what_changed_between_plan_and_run(now: Entry, matters: bool) -> None:  # noqa: FBT001
    assert what_changed(plan(entry()), plan(now)) == (["platform.prompts"] if matters else [])


def test_another_account_is_always_a_question_for_a_person() -> None:
    before = plan(entry("accounts", rows=1, root=True))
    assert what_changed(before, plan(entry("accounts", rows=2, root=True, keys=OTHER)))
    assert what_changed(before, plan(entry("accounts", rows=1, root=True, keys=OTHER)))  # one went, another came
    assert not what_changed(before, plan(entry("accounts", rows=0, root=True, keys=None)))


def test_more_that_would_be_kept_or_rows_where_there_were_none_are_a_question() -> None:
    kept = {"action": "retain", "ground": "17(3)(b)"}
    assert what_changed(plan(entry("invoices", rows=2, **kept)), plan(entry("invoices", rows=3, **kept)))
    assert what_changed(plan(entry(rows=0, keys=None)), plan(entry(rows=1)))
    assert what_changed(plan(entry()), plan(entry(), datamap=OTHER)) == ["datamap"]
    assert what_changed(plan(entry(), entry("images")), plan(entry())) == ["platform.images"]


def test_what_is_kept_has_an_end() -> None:
    tax = Erasure(action="retain", ground="17(3)(b)", reason="law", period="6 years", counted_from="year", year_ends="03-31")
    assert kept_until(tax, date(2026, 3, 31), date(2026, 11, 26)) == date(2032, 3, 31)
    assert kept_until(tax, date(2026, 4, 1), date(2026, 11, 26)) == date(2033, 3, 31)
    claims = tax.model_copy(update={"year_ends": None, "period": "12 months"})
    assert kept_until(claims, None, date(2026, 11, 26)) == date(2027, 11, 26)
    leap = tax.model_copy(update={"year_ends": "02-29"})
    assert kept_until(leap, date(2025, 6, 1), date(2026, 11, 26)) == date(2032, 2, 28)


def test_a_decision_keeps_or_erases_otherwise_and_the_newest_counts() -> None:
    keep = Edit(system="platform", collection="prompts", keep=True, ground="17(3)(e)", until=date(2027, 1, 1), note=NOTE)
    erase = Edit(system="platform", collection="prompts", keep=False, note=NOTE)
    assert edited(entry(), [keep]).ground == "17(3)(e)"
    assert edited(entry(), [keep, erase]).action is ErasureAction.DELETE
    assert edited(entry(action="retain", ground="17(3)(b)"), [erase]).ground is None
    assert edited(entry("images"), [keep]) == entry("images")


def test_what_goes_goes_on_a_ground_of_its_own_and_nobody_has_to_name_one() -> None:
    """P58, Article 17(1): of the lawful basis of each collection; what is kept has none but that of 17(3)."""
    assert grounded(entry(), LawfulBasis.CONSENT).because == "17(1)(b)"
    assert grounded(entry(), LawfulBasis.CONTRACT).because == "17(1)(a)"
    kept = entry(action="retain", ground="17(3)(b)")
    assert grounded(kept, LawfulBasis.CONTRACT) == kept


def test_processors_are_instructed_and_others_informed_each_once() -> None:
    kinds = [("mail", RecipientKind.PROCESSOR), ("tax", RecipientKind.AUTHORITY), ("mail", RecipientKind.PROCESSOR)]
    assert [(each.recipient, each.track) for each in addressed(kinds)] == [("mail", "instruct"), ("tax", "inform")]
