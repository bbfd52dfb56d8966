"""The data map is read strictly: what is malformed or unlawful is refused with its line, and the plan follows one person."""

from pathlib import Path

import pytest

from domain.datamap import DataMap, check_static
from domain.errors import DataMapError

SMALL = (Path(__file__).parent.parent / "data" / "small_datamap.yml").read_text()


def replaced(old: str, new: str) -> str:
    assert old in SMALL
    return SMALL.replace(old, new, 1)


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), start=1) if part in line)


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("        retention: account\n", "", "- name: accounts"),  # a collection without a period
        ("retention: account", "retention: for_ever", "retention: for_ever"),
        ("purpose: service", "purpose: advertising", "purpose: advertising"),
        ("same_person: yes", "same_person: maybe", "same_person: maybe"),
        (", same_person: yes", "", "platform.accounts.id"),
        ("platform.accounts.id", "platform.nowhere.id", "platform.nowhere.id"),
        ("table: accounts", 'table: accounts"; DROP TABLE x', "DROP TABLE"),
        ("lawful_basis: contract\n        retention", "lawful_basis: consent\n        retention", "lawful_basis: consent"),
        ("origin: provided", "origin: provided\n        anonymous: yes", "- name: accounts"),
        ("erasure: {action: delete}", "erasure: {action: retain, reason: we like it}", "action: retain"),
        ("${SMALL_PLATFORM_URL:-sqlite:///small.db}", "sqlite:///../outside.db", "outside.db"),
        ("${SMALL_PLATFORM_URL:-sqlite:///small.db}", "postgresql://app:hunter2@db/app", "hunter2"),
        ("version: 1\n", "version: 1\nversion: 1\n", "version: 1"),
    ],
)
def test_what_is_wrong_is_refused_with_its_line(old: str, new: str, where: str) -> None:
    text = replaced(old, new)
    with pytest.raises(DataMapError) as refusal:
        DataMap.parse(text)
    found = [finding.line for finding in check_static(text) if finding.severity == "error"]
    wanted = line_of(text, where)
    # an entry that lacks something is named by its own first line, which may stand a line beside the words looked for
    assert any(abs(line - wanted) <= 1 for line in found), (found, wanted)
    assert refusal.value.facts["line"] in found
    assert f"Line {refusal.value.facts['line']}" in str(refusal.value)
    assert "hunter2" not in str(refusal.value)  # a secret in the clear is refused without being repeated


@pytest.mark.parametrize("kind", ["sale", "ad_network", "ad network"])
def test_nobody_buys_personal_data(kind: str) -> None:
    recipient = f"recipients:\n  - {{id: buyer, name: Buyer, kind: {kind}, description: buys it, country: GB}}"
    text = replaced("recipients: []", recipient)
    assert any(finding.line == line_of(text, "id: buyer") for finding in check_static(text) if finding.severity == "error")


@pytest.mark.parametrize(
    "text",
    [
        "controller: !!python/object/apply:os.system [id]",
        "a: &a [1]\nb: *a",
        "[" * 5000,
        "",
        "- just\n- a list",
        "a: \x00",
    ],
)
def test_yaml_tricks_are_refused_with_a_line_and_never_run(text: str) -> None:
    with pytest.raises(DataMapError) as refusal:
        DataMap.parse(text)
    assert isinstance(refusal.value.facts["line"], int)


def test_layout_and_comments_do_not_change_the_hash_and_content_does() -> None:
    original = DataMap.parse(SMALL)
    assert DataMap.parse("# a comment\n" + SMALL).hash == original.hash
    assert DataMap.parse(replaced("12 months", "13 months")).hash != original.hash


def test_the_plan_goes_from_the_identity_along_the_person() -> None:
    plan = DataMap.parse(SMALL).plan({"email"})
    assert [(step.wave, step.collection) for step in plan.steps] == [(0, "accounts"), (1, "prompts")]
    assert plan.steps[0].leads_to == ("id",)
    assert plan.unreachable == ()


def test_what_other_people_share_is_never_followed_and_said_so() -> None:
    plan = DataMap.parse(replaced("same_person: yes", "same_person: no")).plan({"email"})
    assert [step.collection for step in plan.steps] == ["accounts"]
    assert [(each.collection, each.reason) for each in plan.unreachable] == [("prompts", "shared_only")]


def test_without_a_fitting_identifier_nothing_is_reached_and_nothing_raised() -> None:
    plan = DataMap.parse(SMALL).plan({"phone"})
    assert plan.steps == ()
    assert len(plan.unreachable) == 2
