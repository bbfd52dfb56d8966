"""Rows that only look like the person's: counted, read and decided by people; one that is theirs is in the copy, no other is."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from itertools import islice

from httpx2 import Response

from adapters.collected import Collected, Item
from domain.rights import Role
from tests.activities.package_case import SearchedCase
from tests.at_console import AtConsole, text_of

SignIn = Callable[..., AtConsole]


def test_doubtful_rows_are_read_from_the_receipt_page_by_page(at_console: SignIn, searched: SearchedCase) -> None:
    rows = [(number, 42, f"somebody's harbour {number}", "2026-11-01") for number in range(1, 31)]
    searched.found("platform", "prompts", [(100, 42, "their own lighthouse", "2026-11-01")], doubtful=rows)
    person, case = at_console(), f"/console/cases/HAB-{searched.id.hex[:8].upper()}"
    here = f"{case}/package/platform/prompts/doubtful"
    assert f'href="{here}">30<' in person.get(f"{case}/systems/platform").text
    first, second = (text_of(person.get(f"{here}{query}")) for query in ("", "?start=25"))
    assert "30 doubtful rows" in first
    assert "somebody's harbour 25" in first
    assert "somebody's harbour 26" not in first
    assert "somebody's harbour 30" in second
    assert "lighthouse" not in first + second, "what is the person's is on the desk"
    assert "Next ones" in first
    assert "Next ones" not in second
    assert "0 theirs, 0 not theirs, 30 not decided" in first
    assert "No row is doubtful" in text_of(person.get(f"{case}/package/platform/accounts/doubtful"))
    auditor = at_console(Role.AUDITOR)
    assert "/doubtful" not in auditor.get(f"{case}/systems/platform").text
    assert auditor.get(here).status_code == 403


def test_a_row_that_somebody_says_is_theirs_comes_into_the_copy_and_another_one_stays_out(
    at_console: SignIn, searched: SearchedCase
) -> None:
    rows = [(number, 42, f'a harbour "{number}"', "2026-11-01") for number in range(1, 4)]
    searched.found("platform", "prompts", [(100, 42, "their own lighthouse", "2026-11-01")], doubtful=rows)
    place = ("platform", "prompts")
    first, second = (item.id for item in islice(doubtful_of(searched), 2))
    person, here = at_console(), f"/console/cases/HAB-{searched.id.hex[:8].upper()}/package/platform/prompts"

    def decide(item: str, number: int, theirs: str, reason: str = "They named the old address.") -> Response:
        form = {"item": item, "number": str(number), "theirs": theirs, "reason": reason, "seen": "0"}
        return person.post(f"{here}/doubtful", form)

    assert person.get(f"{here}").status_code == 200  # this page was seen before a row came in
    unsaid = decide(first, 1, "yes", reason="")
    assert (unsaid.status_code, "Say by what you know whose it is." in text_of(unsaid)) == (422, True)
    assert decide(first, 1, "yes").headers["location"].endswith("doubtful?start=0&done=doubtful_theirs#doubtful-1")
    assert decide(first, 1, "no").status_code == 409, "somebody was faster"
    assert decide(second, 2, "no").status_code == 303
    told = text_of(person.get(f"{here}/doubtful"))
    assert "1 theirs, 1 not theirs, 1 not decided" in told
    assert "theirs, and in the copy, Amira Osei" in told
    assert "Reason: They named the old address." in told
    members = searched.members()
    bodies = [row["body"] for row in json.loads(members["data/platform/prompts.json"])]
    assert bodies == ["their own lighthouse", 'a harbour "1"']
    table = csv.DictReader(io.StringIO(members["data/platform/prompts.csv"].decode(), newline=""))
    assert [row["body"] for row in table] == bodies
    listed = text_of(person.get(here))
    assert "3 doubtful rows" in listed
    assert "2 of 2 seen" in listed
    assert 'a harbour "1"' in listed
    (theirs,) = [item for item in searched.items(*place) if item.id == first]
    cover = {"item": first, "position": str(theirs.position), "decision": "withhold", "basis": "third_party"}
    assert person.post(here, cover).status_code == 303
    assert [row["id"] for row in json.loads(searched.members()["data/platform/prompts.json"])] == [100]
    assert searched.build().withheld == 1


def doubtful_of(case: SearchedCase) -> Iterator[Item]:
    found = next(each for each in Collected.open(case.resources, case.id, 1).collections if each.name == "prompts")
    return found.doubtful_items()
