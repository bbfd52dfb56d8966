"""The approver's sample of a large package: drawn once, looked at by whoever approves, doubled after a mistake."""

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import select

from adapters.database.case_reader import CaseReader
from adapters.database.review_tables import ReviewSample
from domain.item_rules import Condition, Parts, ThirdPerson
from domain.rights import Role
from domain.sampling import drawn, most_wrong, size_of
from tests.activities.package_case import SearchedCase
from tests.api.conftest import add_package
from tests.at_console import AtConsole, text_of

SignIn = Callable[..., AtConsole]
ROWS = 200


@pytest.fixture
def large(searched: SearchedCase) -> SearchedCase:
    """More items than the sampling begins at; three are withheld one by one, and a rule leaves thirty out."""
    settings = searched.resources.settings.model_copy(update={"sampling_from": ROWS})
    object.__setattr__(searched.resources, "settings", settings)
    bodies = [f"{'twin' if number >= ROWS - 30 else 'prompt'} {number}" for number in range(ROWS)]
    searched.found("platform", "prompts", [(number, 42, body, "2026-11-01") for number, body in enumerate(bodies)])
    twins = Parts(condition=Condition(field="body", contains="twin"))
    searched.decide("platform.prompts.*", "duplicate", None, 1, twins)
    for number, item in enumerate(searched.items("platform", "prompts")[:3]):
        searched.decide(item.id, "withhold", "privilege", 2 + number)
    add_package(searched)
    return searched


def path_of(case: SearchedCase) -> str:
    return f"/console/cases/HAB-{case.id.hex[:8].upper()}"


def asked(page: str) -> tuple[str, list[str]]:
    (sample,) = re.findall(r'name="sample" value="([^"]+)"', page)
    return sample, re.findall(r'name="item" value="([^"]+)"', page)


def look_at_all(person: AtConsole, case: SearchedCase, wrong: str = "") -> list[str]:
    """Go through the sample to its end; gives the items in their order."""
    here, seen = f"{path_of(case)}/package/check", []
    while 'name="sample"' in (page := person.get(here).text):
        sample, items = asked(page)
        form: dict[str, Any] = {"sample": sample, "item": items}
        for item in items:
            form |= {
                f"found-{item}": "wrong" if item == wrong else "right",
                f"note-{item}": "A neighbour." if item == wrong else "",
            }
        assert person.post(here, form).status_code == 303
        seen += items
    return seen


def approve(person: AtConsole, case: SearchedCase) -> int:
    package = CaseReader(case.resources).get(case.id).state.package
    assert package is not None
    answer = person.post(f"{path_of(case)}/actions/approve_package", {"sha256": package.sha256, "once": "a"})
    return int(answer.status_code)


def test_a_large_package_is_approved_after_its_approver_looked_at_the_sample(at_console: SignIn, large: SearchedCase) -> None:
    reviewer = at_console(Role.REVIEWER, "Rita Reviewer")
    assert "Look at the sample, then release" in text_of(reviewer.get(path_of(large)))
    assert approve(reviewer, large) == 409
    page = reviewer.get(f"{path_of(large)}/package/check")
    told = text_of(page)
    assert "Of 170 included items, 60 were drawn by chance" in told, "three accounts and invoices are among them"
    assert "at most 4.9 % of all are" in told
    assert "3 decided by itself" in told
    seen = look_at_all(reviewer, large)
    assert len(seen) == len(set(seen)) == 60 + 3 + 20
    with large.resources.database.read() as session:
        sample = session.exec(select(ReviewSample)).one()
    chance = [item for why, item, _ in sample.items if why == "chance"]
    decided = {item for why, item, _ in sample.items if why != "chance"}
    every = [item.id for place in (("platform", "accounts"), ("billing", "invoices"), ("platform", "prompts"))
             for item in large.items(*place)]  # fmt: skip
    twins = {item.id for item in large.items("platform", "prompts")[-30:]}
    left = [item for item in every if item not in decided | twins]
    assert drawn(left, sample.seed, 60) == chance, "anybody can draw it again"
    # Another approver has to look for themselves.
    assert approve(at_console(Role.PRIVACY_LEAD, "Lena Lead"), large) == 409
    assert approve(reviewer, large) == 303


def test_one_wrong_item_ends_the_package_and_doubles_the_next_sample(at_console: SignIn, large: SearchedCase) -> None:
    reviewer = at_console(Role.REVIEWER, "Rita Reviewer")
    here = f"{path_of(large)}/package/check"
    sample, items = asked(reviewer.get(here).text)
    form = {"sample": sample, "item": items, f"found-{items[4]}": "wrong"}
    assert reviewer.post(here, form).status_code == 422, "what is wrong has to be said"
    look_at_all(reviewer, large, wrong=items[4])
    assert "something in the sample is wrong" in text_of(reviewer.get(here))
    assert approve(reviewer, large) == 409
    assert "Return it: something in the sample is wrong" in text_of(reviewer.get(path_of(large)))
    large.decide(items[4], "withhold", "privilege", 9)
    add_package(large)
    told = text_of(reviewer.get(here))
    assert "120 were drawn by chance" in told
    assert "1 was wrong before" in told
    assert look_at_all(reviewer, large)[0] == items[4]
    assert approve(reviewer, large) == 303
    rows = list(csv.DictReader(io.StringIO(at_console(Role.PRIVACY_LEAD).get(f"{path_of(large)}/schedule.csv").text)))
    samples = [row["parts"] for row in rows if row["decision"] == "sample"]
    assert len(samples) == 2
    assert samples[1].startswith("number 2: 120 of ")
    assert [row["item"] for row in rows if row["decision"] == "found wrong"] == [items[4]]


def test_where_a_third_person_is_covered_twenty_of_the_files_are_looked_at(at_console: SignIn, large: SearchedCase) -> None:
    """Nobody can look for a name in a picture or a scan, so that a cover everywhere says nothing of them."""
    large.found_files("uploads", "pictures", {f"{number}.png": b"drawn" for number in range(30)})
    baker = ThirdPerson(
        names=("Mr Baker",),
        role="A colleague",
        type_of_information="Their name",
        duty_of_confidentiality=False,
        steps_to_seek_consent="None.",
        capable_of_consent=True,
        refused=False,
        disclose=False,
    )
    large.decide("*", "redact", "third_party", 9, Parts(person=baker))
    add_package(large)
    told = text_of(at_console(Role.REVIEWER).get(f"{path_of(large)}/package/check"))
    assert "twenty of the files too" in told
    with large.resources.database.read() as session:
        sample = session.exec(select(ReviewSample)).one()
    assert len([item for _, item, _ in sample.items if item.startswith("uploads.pictures.")]) == 20


def test_a_sample_of_another_package_is_not_answered(at_console: SignIn, large: SearchedCase) -> None:
    reviewer, here = at_console(Role.REVIEWER), f"{path_of(large)}/package/check"
    sample, items = asked(reviewer.get(here).text)
    large.decide(items[0], "include", None, 9)
    assert "Its sample is drawn once it was built again" in text_of(reviewer.get(here))
    add_package(large)
    assert reviewer.post(here, {"sample": sample, "item": items, f"found-{items[0]}": "right"}).status_code == 422


def test_a_small_package_needs_no_sample(at_console: SignIn, searched: SearchedCase) -> None:
    reviewer = at_console(Role.REVIEWER)
    assert "small enough to look at as a whole" in text_of(reviewer.get(f"{path_of(searched)}/package/check"))
    assert approve(reviewer, searched) == 303


def test_what_a_sample_says() -> None:
    assert [size_of(10_000, wrong) for wrong in range(3)] == [60, 120, 240]
    assert size_of(10, 5) == 10
    assert round(most_wrong(60, 10_000), 3) == 0.049
    assert most_wrong(10, 10) == 0.0
