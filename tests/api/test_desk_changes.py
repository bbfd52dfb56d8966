"""Between a return and what came back, what stood is compared with what stands, by decisions, rules and what was taken back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.collected import Collected
from adapters.database.item_decisions import every_decision
from api.console.cases.desk_changes import changes
from domain.item_rules import Condition, Parts, scope
from domain.redaction import Span
from tests import opened
from tests.activities.package_case import DATAMAP, SearchedCase

PROMPTS = scope("platform", "prompts")
COVERS = Parts(spans=(Span(words="Tom Baker"),))
SOME = Parts(condition=Condition(field="body", contains="flag"))


@pytest.fixture
def case(tmp_path: Path, database_url: str) -> Iterator[SearchedCase]:
    with opened.resources(tmp_path / "home", database_url, DATAMAP) as resources:
        case = SearchedCase(resources)
        bodies = ["flag one", "flag two", "three", "four", "five"]
        case.found("platform", "prompts", [(number, 42, body, "2026-11-01") for number, body in enumerate(bodies, start=1)])
        yield case


def told(case: SearchedCase, since: int) -> list[tuple[str, int | None, str, str, int]]:
    """What changed: about what, at which position, from what to what, and of a rule how many items."""
    with case.resources.database.read() as session:
        decisions = every_decision(session, case.vault)
    return [
        (
            each.newest.item,
            each.item.position if each.item else None,
            each.before.choice.value if each.before else "",
            each.now.choice.value if each.now else "",
            each.items,
        )
        for each in changes(decisions, since, Collected.open(case.resources, case.id, 1).collections)
    ]


def test_an_item_that_a_rule_had_kept_back_changes_from_that(case: SearchedCase) -> None:
    first, second = (item.id for item in case.items("platform", "prompts")[:2])
    case.decide(PROMPTS, "withhold", "privilege", 1, SOME)
    case.decide(first, "include", None, 2)
    case.decide(second, "withhold", "privilege", 3)
    assert told(case, 1) == [(first, 0, "withhold", "include", 0)], "the second one stands as it did"


def test_a_rule_says_how_many_items_stand_otherwise_by_it(case: SearchedCase) -> None:
    items = [item.id for item in case.items("platform", "prompts")]
    case.decide(items[0], "duplicate", None, 1)
    case.decide(items[3], "redact", "third_party", 2, Parts(spans=(Span(field="body"),)))
    case.decide(PROMPTS, "redact", "third_party", 3, COVERS)
    assert told(case, 2) == [(PROMPTS, None, "", "redact", 4)], "a duplicate stays one; covers are joined"
    case.decide(PROMPTS, "withhold", "privilege", 4, SOME)
    case.decide(items[1], "include", None, 5)
    assert told(case, 3) == [(items[1], 1, "redact", "include", 0), (PROMPTS, None, "", "withhold", 1)]


def test_what_was_decided_and_taken_back_is_no_change_and_a_rule_taken_back_is_one(case: SearchedCase) -> None:
    item = case.items("platform", "prompts")[2].id
    case.decide(PROMPTS, "redact", "third_party", 1, COVERS)
    case.decide(item, "withhold", "privilege", 2)
    case.decide(item, "include", None, 3, Parts(undoes=2))
    assert told(case, 1) == []
    case.decide(PROMPTS, "include", None, 4, Parts(undoes=1))
    assert told(case, 1) == [(PROMPTS, None, "redact", "", 5)]
