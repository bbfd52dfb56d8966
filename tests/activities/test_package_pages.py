"""The pages of a package say, to everybody, what is held, why and how long."""

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from activities.package_cells import cell, day
from activities.package_facts import FactFinder
from activities.package_index import render
from adapters.resources import Resources
from domain.datamap import DataMap
from tests import opened
from tests.activities.package_case import ACCOUNT, DATAMAP, MAILBOX, NEWEST_PROMPT, SearchedCase, typical
from tests.activities.package_reading import pages_of


@pytest.fixture
def resources(tmp_path: Path, database_url: str) -> Iterator[Resources]:
    with opened.resources(tmp_path / "home", database_url, DATAMAP) as everything:
        yield everything


def test_the_first_page_says_what_is_held_why_and_how_long(resources: Resources) -> None:
    until = day(NEWEST_PROMPT.date() + timedelta(days=30)).replace("\u00a0", " ")
    text = re.sub(r"\s+", " ", pages_of(typical(resources).members())["index.html"].text)
    for words in (
        "This is your copy: 23 records and 3 files from 4 of our systems, as the data were on Mon 23 November 2026.",
        "What we hold here: 21 records",
        f"Your prompts 20 records until {until}",
        "To run the service you signed up for. To keep forbidden pictures out. To improve our models.",
        "Our contract with you (Article 6(1)(b)); Our legitimate interests (Article 6(1)(f)); Your agreement (Article 6(1)(a))",
        "Northern Hosting Ltd (Ireland); Pictures Compute Inc. (the United States)",
        "Yes: Your prompts. The letter says how.",
        "Nobody outside Orchard.",
        "In the ordinary course nobody outside Orchard.",
        "until Mon 1 March 2032",
        "Partner list nothing found, on Mon 23 November 2026",
        "not searched. It did not answer us.",
        "There is nothing to list here.",
        "Brief vom März.pdf",
        "openssl pkeyutl -verify",
        resources.signer.kid,
    ):
        assert words in text


def test_the_first_page_has_about_ten_lines_for_a_system(resources: Resources) -> None:
    first = pages_of(typical(resources).members())["index.html"]
    assert len(first.all("dt")) == 7 * 4  # seven lines and the table of collections, for each of four systems


def test_a_collections_page_says_in_full_what_concerns_it(resources: Resources) -> None:
    pages = pages_of(typical(resources).members())
    text = re.sub(r"\s+", " ", pages["pages/billing.invoices.html"].text)
    for words in (
        "We use it to keep our books. The law obliges us to (Article 6(1)(c)).",
        "HM Revenue and Customs: audits our books. A public authority.",
        "Until Fri 1 March 2030 for the oldest and Mon 1 March 2032 for the newest",
        "Our service made it from what you did or asked for.",
    ):
        assert words in text
    assert "Pictures Compute" not in text


def test_a_collections_page_says_what_was_left_out_of_it(resources: Resources) -> None:
    case = typical(resources)
    case.decide(case.items("platform", "prompts")[0].id, "withhold", "third_party")
    pages = pages_of(case.members())
    assert "1 item left out: It is about other people" in re.sub(r"\s+", " ", pages["pages/platform.prompts.html"].text)
    assert "left out" not in pages["pages/billing.invoices.html"].text


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        ("2026-03-01T10:05:07.123456+00:00", "1 March 2026, 10:05 UTC"),
        ("2026-03-01 10:05:07.123456", "1 March 2026, 10:05"),
        ("2026-03-01T10:05:07+02:00", "1 March 2026, 10:05 UTC+0200"),
        ("2026-03-01", "1 March 2026"),
        ("2026-13-01", "2026-13-01"),
        ("2026-03-01 is a day", "2026-03-01 is a day"),
    ],
)
def test_a_time_is_shown_as_a_person_reads_it(stored: str, said: str) -> None:
    assert cell(stored, 2_000) == said


def test_what_is_said_to_be_sensitive_already_is_not_said_so_twice_and_the_law_that_keeps_longest_names_the_day() -> None:
    datamap = DataMap.parse((Path(__file__).parents[2] / "demo" / "datamap.yml").read_text(encoding="utf-8"))
    business = datamap.system("business")
    platform = datamap.system("platform")
    named = {each.name: each for system in (platform, business) for each in system.collections}  # office mail has messages too
    today, issued = date(2026, 11, 26), date(2026, 4, 5)
    facts = FactFinder(datamap, frozenset({"UK"}), today)
    kept = facts.facts(business, [named["invoices"]], {"invoices": (issued, issued)}).kept[0].text
    assert kept.replace("\N{NO-BREAK SPACE}", " ").startswith("Until Thu 31 March 2033 (6 years from the end of the accounting")
    origins = [each.text for each in facts.facts(business, [named["messages"]], {}).origins]
    assert origins == ["You wrote some of them; our colleagues in support wrote the others."]
    uploads = facts.facts(platform, [named["uploads"]], {}).categories
    assert [each for each in uploads if "ensitive" in each] == ["Sensitive user-submitted content"]


def test_pages_stop_at_two_thousand_rows_and_say_so(resources: Resources) -> None:
    case = SearchedCase(resources)
    case.found("platform", "prompts", [(number, 42, f"prompt {number}", "2026-11-01") for number in range(2600)])
    case.decide(case.items("platform", "prompts")[0].id, "withhold", "third_party")
    members = case.members()
    names = ["pages/platform.prompts.html", *(f"pages/platform.prompts-{number}.html" for number in (2, 3, 4))]
    assert sorted(name for name in members if name.startswith("pages/")) == sorted(names)
    pages = pages_of(members)
    assert "These pages show the first 2,000 of 2,599 records." in re.sub(r"\s+", " ", pages[names[0]].text)
    assert pages[names[0]].cells[1] == "1"
    assert pages[names[3]].cells[0] == "1501"
    assert "Records 1,501 to 2,000 of 2,599" in pages[names[3]].text


def test_a_long_value_is_cut_on_the_page_and_whole_in_json(resources: Resources) -> None:
    case = SearchedCase(resources)
    case.found("platform", "prompts", [(1, 42, "x" * 5000, "2026-11-01")])
    members = case.members()
    assert "… (3,000 more letters in the JSON file)" in pages_of(members)["pages/platform.prompts.html"].text
    assert json.loads(members["data/platform/prompts.json"])[0]["body"] == "x" * 5000


def test_rows_that_only_the_copy_taken_at_receipt_has_are_named(resources: Resources) -> None:
    case = SearchedCase(resources)
    case.found("platform", "prompts", [(1, 42, "here", "2026-11-01"), (2, 42, "gone", "2026-11-01")], from_snapshot=1)
    page = pages_of(case.members())["pages/platform.prompts.html"]
    assert "1 of these were deleted in the system after you asked." in page.text


def test_a_name_the_template_lacks_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        render("README.txt", reference="HAB-1", kid="0")


def test_masked_fields_say_only_that_something_is_held(resources: Resources) -> None:
    case = SearchedCase(resources)
    case.found("platform", "accounts", [(42, MAILBOX, "Ruth", "(held, not shown)")])
    page = pages_of(case.members())["pages/platform.accounts.html"]
    assert page.cells[-1].startswith("(held, not shown)")


def test_a_column_is_called_as_a_person_calls_it_and_a_narrow_page_says_it_beside_each_value(resources: Resources) -> None:
    case = SearchedCase(resources)
    case.found("platform", "accounts", ACCOUNT)
    members = case.members()
    page = members["pages/platform.accounts.html"].decode()
    heads = re.findall(r'<th scope="col"(?: class="number")?>([^<]*)</th>', page)
    assert heads
    assert not [head for head in heads if "_" in head], "names of columns are nobody's words"
    assert set(re.findall(r'<td(?: class="number")? data-head="([^"]*)"', page)) == set(heads)


def test_rows_stand_in_the_order_of_their_time_and_a_file_is_one_press_away(resources: Resources) -> None:
    case = SearchedCase(resources)
    case.found("platform", "accounts", ACCOUNT)
    case.found("platform", "prompts", [(2, 42, "the later", "2026-05-02"), (1, 42, "the earlier", "2026-05-01")])
    case.found_files("uploads", "pictures", {"cat.png": b"png", "dog.png": b"png"})
    members = case.members()
    prompts = members["pages/platform.prompts.html"].decode()
    assert prompts.index("the earlier") < prompts.index("the later")
    pictures = members["pages/uploads.pictures.html"].decode()
    assert not {"bytes", "modified_at", "member"} & set(re.findall(r'data-head="([^"]*)"', pictures))
    assert '<a href="../data/uploads/pictures/files/000001.png">' in pictures
    first = members["index.html"].decode()
    assert first.index('id="withheld"') < first.index('id="files"')
    assert "<summary>2 files, each by name</summary>" in first


def test_a_machine_is_said_to_decide_only_about_what_it_decides_with(resources: Resources) -> None:
    purpose = resources.datamap.purpose("moderation")
    assert purpose.automated_decisions
    for places, decided in (((), "Your prompts"), (("platform.accounts",), "Your account")):
        rule = purpose.automated_decisions.model_copy(update={"collections": places})
        others = [
            purpose.model_copy(update={"automated_decisions": rule}) if each is purpose else each
            for each in resources.datamap.purposes
        ]
        datamap = resources.datamap.model_copy(update={"purposes": tuple(others)})
        platform = datamap.system("platform")
        finder = FactFinder(datamap, frozenset({"UK"}), date(2026, 5, 3))
        said = finder.facts(platform, [datamap.collection("platform", name) for name in ("accounts", "prompts")], {}).automated
        assert [line.only for line in said] == [decided]


def test_a_whole_second_has_no_microseconds_in_a_table(resources: Resources) -> None:
    case = SearchedCase(resources)
    case.found("platform", "prompts", [(1, 42, "1.000000", "2026-05-01 10:00:07.000000")])
    members = case.members()
    assert [*csv.reader(io.StringIO(members["data/platform/prompts.csv"].decode()))][1][2:] == ["1.000000", "2026-05-01 10:00:07"]
    assert json.loads(members["data/platform/prompts.json"])[0]["made_at"] == "2026-05-01 10:00:07.000000"
