"""Every list of the console says so when it is empty, what comes into it, and what is done there (ui.md, "Empty, loading, ...").

The lists of a case have their four states in `test_console_case.py`; queue, reports and search in their own files.
"""

from collections.abc import Callable

from domain.rights import Role
from tests.activities.package_case import SearchedCase
from tests.at_console import AtConsole, text_of
from tests.case_in_hand import CaseInHand

SignIn = Callable[..., AtConsole]
OF_THE_OFFICE = (
    (Role.CASEWORKER, "/console/triage", "Nothing waits. A plain request of a sender that is vouched for opens a case by itself"),
    (Role.CASEWORKER, "/console/triage?view=dismissed", "Nothing was put aside."),
    (Role.CASEWORKER, "/console/triage?view=proofs", "No file in the mail looks like a proof of identity."),
    (Role.CASEWORKER, "/console/triage?view=recorded", "No machine has written."),
    (Role.CASEWORKER, "/console/keys", "No key yet. A key lets a program do what you may do, never more."),
    (Role.CASEWORKER, "/console/passkeys", "None yet. You sign in with your password and the six digits"),
    (Role.LEGAL_REVIEWER, "/console/legal", "Nothing waits for you."),
    (Role.PRIVACY_LEAD, "/console/retention", "Nothing has been destroyed yet."),
    (Role.PRIVACY_LEAD, "/console/notices", "No notice yet. A notice about a breach is begun on the breach\u2019s page"),
    (Role.PRIVACY_LEAD, "/console/breaches", "No breach is open. What looks like one is reported in a minute"),
    (Role.PRIVACY_LEAD, "/console/breaches?view=exercises", "No exercise yet. Report a breach and tick that it is an exercise"),
    (Role.PRIVACY_LEAD, "/console/breaches?view=all", "The register is empty."),
    (
        Role.PRIVACY_LEAD,
        "/console/staff",
        "Nothing. Whatever gives somebody an account, a role or a new authenticator",
    ),
)
OF_A_CASE = (
    (Role.CASEWORKER, "walls", "Nobody. Everybody whose role covers it sees this case."),
    (Role.REVIEWER, "package/check", "This package is small enough to look at as a whole. No sample is needed."),
    (Role.LEGAL_REVIEWER, "legal", "Nothing of this case is with legal."),
    (Role.CASEWORKER, "package/platform/prompts", "Searched, nothing found."),
    (Role.CASEWORKER, "package/platform/accounts/doubtful", "No row is doubtful."),
)


def test_every_list_of_the_office_says_that_it_is_empty_and_what_comes_into_it(at_console: SignIn) -> None:
    people = {role: at_console(role) for role, _, _ in OF_THE_OFFICE}
    silent = [(path, told) for role, path, told in OF_THE_OFFICE if told not in text_of(people[role].get(path))]
    assert silent == []


def test_every_list_of_a_case_says_that_nothing_is_in_it(at_console: SignIn, searched: SearchedCase) -> None:
    searched.found("platform", "prompts", [])
    people = {role: at_console(role) for role, _, _ in OF_A_CASE}
    here = f"/console/cases/HAB-{searched.id.hex[:8].upper()}"
    silent = [(path, told) for role, path, told in OF_A_CASE if told not in text_of(people[role].get(f"{here}/{path}"))]
    assert silent == []


def test_what_needs_a_search_or_a_review_says_so_before_it(at_console: SignIn, searched: SearchedCase) -> None:
    case, person = CaseInHand(searched.resources), at_console()
    receipt = text_of(person.get(f"/console/cases/{case.reference}/systems/platform"))
    assert "It was not searched in this case, so no collection of it left a receipt." in receipt
    assert "a person searches it" not in receipt
    assert "People are weighed while a case is in review." in text_of(person.get(f"/console/cases/{case.reference}/person"))
    page = text_of(person.get(f"/console/cases/{case.reference}/values"))
    assert "Nothing can be proposed now." in page
    assert "Nothing was changed." in page
