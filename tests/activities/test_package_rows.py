"""Of thousands of rows those are read about which something was decided; what leaves is as if each had been read."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.database.case_reader import CaseReader
from adapters.database.tables import PackageRow
from adapters.found_by_hand import everything_found
from domain.item_rules import Parts, scope
from domain.redaction import COVER, Span
from tests import opened
from tests.activities.package_case import DATAMAP, MAILBOX, SearchedCase

ROWS = 2_600  # of three segments, the last one short


@pytest.fixture
def case(tmp_path: Path, database_url: str) -> Iterator[SearchedCase]:
    with opened.resources(tmp_path / "home", database_url, DATAMAP) as resources:
        yield SearchedCase(resources)


def words(*given: str) -> Parts:
    return Parts(spans=tuple(Span(words=each) for each in given))


@pytest.mark.parametrize("rule", [None, "redact", "include"])
def test_decisions_about_single_rows_stand_among_thousands_and_beside_a_rule(case: SearchedCase, rule: str | None) -> None:
    bodies = [f'Tom Baker said "{number}"' if number % 1_000 == 7 else f"Tom Baker, row {number}" for number in range(ROWS)]
    case.found("platform", "prompts", [(number, 42, body, "2026-11-01") for number, body in enumerate(bodies)])
    items = [item.id for item in case.items("platform", "prompts")]
    case.decide(items[30], "withhold", "third_party", 1)  # older than the rule, which gives no more of it
    case.decide(items[1_100], "redact", "third_party", 2, words("row 1100"))
    if rule:
        parts = words("Tom Baker") if rule == "redact" else None
        case.decide(scope("platform", "prompts"), rule, "third_party" if parts else None, 3, parts)
    case.decide(items[1_200], "withhold", "third_party", 4)
    case.decide(items[1_201], "include", None, 5)
    case.decide(items[1_202], "redact", "third_party", 6, words("row 1202"))
    case.decide(items[1_203], "redact", "third_party", 7, words("nothing of it"))
    case.decide(items[ROWS - 1], "not_about_the_person", None, 8)
    covered = [body.replace("Tom Baker", COVER) if rule == "redact" else body for body in bodies]
    expected = dict(enumerate(covered))
    expected |= {1_201: bodies[1_201], 1_202: f"Tom Baker, {COVER}", 1_203: bodies[1_203]}
    expected[1_100] = f"{COVER}, {COVER}" if rule == "redact" else f"Tom Baker, {COVER}"
    for number in [30, 1_200, ROWS - 1]:
        del expected[number]

    members = case.members()
    assert {row["id"]: row["body"] for row in json.loads(members["data/platform/prompts.json"])} == expected
    table = csv.DictReader(io.StringIO(members["data/platform/prompts.csv"].decode(), newline=""))
    assert {int(row["id"]): row["body"] for row in table} == expected
    with case.resources.database.read() as session:
        summary = session.get_one(PackageRow, case.build().package).summary
    assert summary["withheld"] == {"third_party": 2}
    assert summary["covered"] == {"third_party": ROWS - 5 if rule == "redact" else 2}
    assert summary["excluded"] == {"not_about_the_person": 1}
    # Where the words are covered by a rule, whoever lets them stand in single rows hears of it.
    assert bool(summary["leaks"]) is (rule == "redact")


@pytest.mark.parametrize("keys", [("R-1", "R-2", "R-3"), ('R"1', "R\\2", "R\n3"), ("Ärger", "\u2028", "")])
def test_rows_are_found_by_their_ids_whatever_names_them(case: SearchedCase, keys: tuple[str, ...]) -> None:
    case.found("billing", "invoices", [(key, MAILBOX, "12.50", "2024-03-01") for key in keys])
    case.found("platform", "prompts", [(number, 42, "mine", "2026-11-01") for number in (-5, 0, 10**17)])
    for collected in everything_found(case.resources, CaseReader(case.resources).get(case.id).state, 1).collections:
        items = list(collected.items())
        for item in items:
            assert [position for position, _ in collected.items_of([item.id, "platform.accounts.0"])] == [item.position]
        lines = dict(collected.items_of([item.id for item in items]))
        assert [json.loads(lines[item.position]) for item in items] == [item.row for item in items]
