"""Rows that only look like the person's: counted on the receipt, and to be read by whoever may read what was found."""

from collections.abc import Callable

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
    assert "No row is doubtful" in text_of(person.get(f"{case}/package/platform/accounts/doubtful"))
    auditor = at_console(Role.AUDITOR)
    assert "/doubtful" not in auditor.get(f"{case}/systems/platform").text
    assert auditor.get(here).status_code == 403
