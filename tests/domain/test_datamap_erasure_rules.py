"""`datamap check` refuses an erasure that the law does not allow, or after which somebody could still be found."""

import pytest

from tests.domain.test_datamap_rules import HOSTING, RECIPIENTS, changed, errors, line_of

ERASURE = "        erasure: {action: delete}\n"
RETAIN = '{action: retain, ground: "17(3)(b)", reason: Tax law, period: 6 years, counted_from: the order'


@pytest.mark.parametrize(
    ("erasure", "words"),
    [
        ("{action: retain, reason: we like it}", "a retention period is none"),
        ("{action: retain, ground: account, reason: our policy, period: 1 year, counted_from: x}", "`ground` has to be"),
        ('{action: retain, ground: "17(3)(b)", reason: account, period: 1 year, counted_from: x}', "no ground: name the law"),
        ('{action: retain, ground: "17(3)(b)", reason: Tax law}', "needs an end"),
        ('{action: delete, ground: "17(3)(b)"}', "the action is `delete`"),
        ("{action: delete, fields: [article]}", "acts on whole rows"),
        ("{action: null, fields: [id]}", "names the row"),
        ("{action: anonymise, fields: [article]}", "customer_id would still lead"),
        ("{action: delete, before: {task: Cancel, field: article}}", "belong together"),
        ("{action: delete, before: {task: Cancel, field: nowhere, values: [open]}}", "does not stand in this collection"),
        (RETAIN + ", year_ends: 13-01}", "month and day"),
    ],
)
def test_an_erasure_that_cannot_be_is_refused(erasure: str, words: str) -> None:
    text = changed((ERASURE, f"        erasure: {erasure}\n"))
    found = errors(text)
    assert any(words in each.sentence for each in found), found


def test_an_accounting_year_needs_a_day_to_be_found_by() -> None:
    dated = changed((ERASURE, f"        erasure: {RETAIN}, year_ends: 03-31}}\n"))
    assert errors(dated) == []
    undated = dated.replace("        created_at_field: ordered_at\n", "")
    assert ["Which year" in each.sentence for each in errors(undated)] == [True]


def test_a_row_that_is_kept_must_not_lead_back_to_one_that_was_made_anonymous() -> None:
    visits = """      - name: visits
        title: Your visits
        table: visits
        primary_key: [id]
        fields: {id: {category: contact}, order_id: {category: orders}, customer_id: {category: contact}}
        references: [{field: order_id, to: shop.orders.id, same_person: yes}]
        purpose: shop
        lawful_basis: contract
        retention: account
        erasure: %s
        origin: observed
"""
    made = changed((ERASURE, "        erasure: {action: anonymise, fields: [customer_id]}\n"))
    assert errors(made + visits % "{action: delete}") == []
    found = errors(made + visits % (RETAIN + "}"))
    assert ["id would still lead" in each.sentence for each in found] == [True], found


def test_the_id_at_a_recipient_has_to_be_somewhere() -> None:
    text = changed((RECIPIENTS, HOSTING + "    known_by: shop.customers.number\n"))
    assert [each.line for each in errors(text)] == [line_of(text, "known_by")]
