"""Ways back on the review desk: taken back, decided by two at once, given to legal; nothing is lost, nothing seen too much."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import select

from adapters.correctable_values import HeldValue, HeldValues
from adapters.database.case_reader import CaseReader
from adapters.database.item_decisions import Standing, every_decision
from adapters.database.tables import ItemDecision
from api.console.cases.chosen import kept_by_legal
from domain.events import Draft, Tag
from domain.item_rules import Parts, ThirdPerson
from domain.redaction import Span
from domain.rights import Role
from tests.activities.package_case import SearchedCase
from tests.adapters.documents.corpus import PDFS
from tests.api.conftest import add_package
from tests.at_console import AtConsole, text_of
from tests.factories import MONDAY

SignIn = Callable[..., AtConsole]
PROMPTS = "package/platform/prompts"
ADVICE = "Our solicitors say that the claim of 3 November will fail for want of proof"
WHY = {"client": "The directors", "adviser": "Example LLP", "purpose": "The claim of 3 November"}


@pytest.fixture
def found(searched: SearchedCase) -> SearchedCase:
    rows = [(number, 42, body, "2026-11-01") for number, body in enumerate(["mine alone", ADVICE, "a harbour"], start=1)]
    searched.found("platform", "prompts", rows)
    searched.found_files("uploads", "pictures", {"advice.txt": ADVICE.encode(), "note.txt": b"a harbour"})
    return searched


def path_of(case: SearchedCase) -> str:
    return f"/console/cases/HAB-{case.id.hex[:8].upper()}"


def stands(case: SearchedCase, number: int, place: tuple[str, str] = ("platform", "prompts")) -> str:
    """What stands of an item, counted from 0."""
    item = case.items(*place)[number]
    with case.resources.database.read() as session:
        decision = Standing.read(session, case.vault).of(item.id, item.row)
    return decision.choice.value if decision else "nothing"


def decide(person: AtConsole, case: SearchedCase, number: int, **more: Any) -> Any:  # noqa: ANN401 (an answer)
    form = {"item": case.items("platform", "prompts")[number].id, "position": str(number), "decision": "include"}
    return person.post(f"{path_of(case)}/{PROMPTS}", form | more)


def newest(case: SearchedCase) -> int:
    with case.resources.database.read() as session:
        return every_decision(session, case.vault)[-1].revision


def take_back(person: AtConsole, case: SearchedCase, revision: int, **where: str) -> Any:  # noqa: ANN401
    return person.post(f"{path_of(case)}/package/undo", {"revision": str(revision)} | where)


def test_a_decision_is_taken_back_and_what_stood_before_stands_again(at_console: SignIn, found: SearchedCase) -> None:
    person = at_console()
    decide(person, found, 0, decision="withhold", basis="privilege")
    decide(person, found, 0, decision="duplicate")
    here = {"system": "platform", "collection": "prompts", "position": "0"}
    answer = take_back(person, found, 2, **here)
    assert answer.headers["location"].endswith(f"{PROMPTS}?start=0&at=1&done=undo_item_decision#item-1")
    assert stands(found, 0) == "withhold"
    assert "withheld: legal privilege" in text_of(person.get(f"{path_of(found)}/{PROMPTS}"))
    take_back(person, found, 1)
    assert stands(found, 0) == "nothing"
    with found.resources.database.read() as session:
        assert len(session.exec(select(ItemDecision)).all()) == 4, "nothing is deleted"
    told = person.get(f"{path_of(found)}/schedule.csv").text
    assert "takes revision 2 back" in told
    assert b"mine alone" in found.members()["data/platform/prompts.json"]


def test_a_decision_that_does_not_stand_any_more_is_not_taken_back(at_console: SignIn, found: SearchedCase) -> None:
    person = at_console()
    decide(person, found, 0, decision="duplicate")
    decide(at_console(name="Tomasz Lind"), found, 0, decision="withhold", basis="privilege")
    assert take_back(person, found, 1).headers["location"].endswith("done=undo_refused")
    assert take_back(person, found, 9).headers["location"].endswith("done=undo_refused")
    assert stands(found, 0) == "withhold"


def test_a_rule_and_a_balance_are_taken_back_from_the_package_page(at_console: SignIn, found: SearchedCase) -> None:
    person = at_console()
    found.decide("platform.prompts.*", "withhold", "privilege", 1)
    baker = ThirdPerson(
        names=("a harbour",),
        role="Nobody",
        type_of_information="A place",
        duty_of_confidentiality=False,
        steps_to_seek_consent="None",
        capable_of_consent=True,
        refused=True,
        disclose=False,
    )
    found.decide("*", "redact", "third_party", 2, Parts(person=baker))
    add_package(found)
    page = person.get(f"{path_of(found)}/package")
    assert "a harbour covered everywhere" in text_of(page)
    assert re.findall(r'name="revision" value="(\d+)"', page.text) == ["2", "1"]
    for revision in (2, 1):
        assert take_back(person, found, revision).headers["location"].endswith("done=undo_item_decision")
    assert stands(found, 0) == "nothing"
    with found.resources.database.read() as session:
        assert Standing.read(session, found.vault).people == ()


def test_of_two_who_decide_at_once_the_second_sees_the_first_and_loses_nothing(at_console: SignIn, found: SearchedCase) -> None:
    amira, tomasz = at_console(), at_console(name="Tomasz Lind")
    decide(tomasz, found, 0, decision="withhold", basis="privilege", seen="0")
    answer = decide(amira, found, 0, decision="duplicate", reason="The same as number three", seen="0")
    assert answer.status_code == 409
    told = text_of(answer)
    assert "Somebody decided about this item while you looked at it" in told
    assert "withheld: legal privilege, Tomasz Lind" in told
    form = answer.text[answer.text.index('id="item-1"') : answer.text.index('id="item-2"')]
    assert 'value="duplicate" selected' in form
    assert 'value="The same as number three"' in form
    assert stands(found, 0) == "withhold"
    (seen,) = re.findall(r'name="seen" value="(\d+)"', form)
    assert decide(amira, found, 0, decision="duplicate", seen=seen).status_code == 303
    assert stands(found, 0) == "duplicate"


def test_a_rule_that_was_made_meanwhile_is_a_change_too(at_console: SignIn, found: SearchedCase) -> None:
    found.decide("platform.prompts.*", "withhold", "privilege", 1)
    assert decide(at_console(), found, 0, decision="duplicate", seen="0").status_code == 409


def refer(person: AtConsole, case: SearchedCase, place: tuple[str, str], number: int, **told: str) -> Any:  # noqa: ANN401
    form = {"item": case.items(*place)[number].id} | WHY | told
    return person.post(f"{path_of(case)}/package/{place[0]}/{place[1]}/{number}/legal", form)


def test_what_is_with_legal_is_seen_by_legal_alone_and_bars_the_approval(at_console: SignIn, found: SearchedCase) -> None:
    person, lead, legal = at_console(), at_console(Role.PRIVACY_LEAD), at_console(Role.LEGAL_REVIEWER, "Lea Legal")
    add_package(found)
    assert person.get(f"{path_of(found)}/{PROMPTS}/1/legal").status_code == 200
    assert refer(person, found, ("platform", "prompts"), 1, adviser="").status_code == 422
    assert refer(person, found, ("platform", "prompts"), 1).status_code == 303
    assert refer(person, found, ("uploads", "pictures"), 0).status_code == 303
    rule = {"decision": "withhold", "basis": "privilege", "reason": "All of it"}
    pages = [
        person.get(f"{path_of(found)}/{PROMPTS}"),
        lead.get(f"{path_of(found)}/{PROMPTS}"),
        at_console(Role.REVIEWER).get(f"{path_of(found)}/package/uploads/pictures"),
        person.post(f"{path_of(found)}/{PROMPTS}/rule", rule),
        person.get(f"{path_of(found)}/schedule.csv"),
    ]
    assert all(page.status_code == 200 for page in pages)
    assert not [page for page in pages if "solicitors" in page.text]
    assert "Only legal reviewers see it" in pages[0].text
    for file in ("files/0", "files/0/look"):
        assert person.get(f"{path_of(found)}/package/uploads/pictures/{file}").status_code == 409
    # The package that was built before still holds it: it is shown to nobody until it was built anew.
    assert at_console(Role.REVIEWER).get(f"{path_of(found)}/preview/data/platform/prompts.json").status_code == 409
    assert b"solicitors" not in b"".join(found.members().values())
    add_package(found)
    assert "2 items of it wait for a legal reviewer" in text_of(person.get(f"{path_of(found)}/package"))
    # Nobody else changes it, and a rule goes not before it.
    assert decide(person, found, 1).status_code == 409
    assert take_back(person, found, 1).headers["location"].endswith("done=undo_refused")
    found.decide("platform.prompts.*", "include", None, newest(found) + 1)
    assert stands(found, 1) == "with_legal"
    # Legal sees these items and nothing else of the case.
    assert "HAB-" in text_of(legal.get("/console/legal"))
    whole = legal.get(f"{path_of(found)}/legal").text
    assert ADVICE in whole
    assert "Example LLP" in whole
    assert "mine alone" not in whole
    assert legal.get(f"{path_of(found)}/package/uploads/pictures/files/0").content == ADVICE.encode()
    assert legal.get(f"{path_of(found)}/package/uploads/pictures/files/1").status_code == 409
    assert legal.get(path_of(found)).status_code == 403
    assert lead.get(f"{path_of(found)}/legal").status_code == 403


def test_a_correction_is_not_chosen_from_words_that_stand_only_in_what_is_with_legal(found: SearchedCase) -> None:
    values = [("body", "mine alone", 1), ("body", ADVICE, 1), ("account_id", "42", 3)]
    held = HeldValues(MONDAY, tuple(HeldValue("platform", "prompts", *each) for each in values))
    view = CaseReader(found.resources).get(found.id)
    assert kept_by_legal(found.resources, view, held) == frozenset()
    found.decide(found.items("platform", "prompts")[1].id, "with_legal", "privilege", 1)
    assert kept_by_legal(found.resources, view, held) == {1}, "what stands in other records too is no secret"


def answer(legal: AtConsole, case: SearchedCase, place: tuple[str, str], number: int, **more: Any) -> Any:  # noqa: ANN401
    form = {"item": case.items(*place)[number].id, "position": str(number), "reason": "Advice, in confidence."}
    return legal.post(f"{path_of(case)}/legal", form | more)


@pytest.mark.parametrize(
    ("decision", "given", "shown"),
    [("withhold", False, False), ("redact", False, True), ("include", True, True)],
)
def test_a_legal_reviewer_decides_and_the_rest_of_the_review_goes_on(
    at_console: SignIn, found: SearchedCase, decision: str, *, given: bool, shown: bool
) -> None:
    person, legal = at_console(), at_console(Role.LEGAL_REVIEWER, "Lea Legal")
    place = ("platform", "prompts")
    refer(person, found, place, 1)
    assert answer(legal, found, place, 0, decision="withhold").status_code == 422, "only what was given to them"
    assert answer(legal, found, place, 1, decision="redact").status_code == 422, "which parts?"
    typed = {"typed": "will fail for want of proof"} if decision == "redact" else {}
    assert answer(legal, found, place, 1, decision=decision, **typed).status_code == 303
    text = person.get(f"{path_of(found)}/{PROMPTS}").text
    assert "Advice, in confidence" not in text + person.get(f"{path_of(found)}/history").text, (
        "what legal wrote is legal's to read"
    )
    assert ("claim of 3 November" in text) is shown
    assert ("will fail for want of proof" in text) is given
    assert (b"will fail for want of proof" in found.members()["data/platform/prompts.json"]) is given
    # Once it is not privileged it is like every other item; else nobody else changes it, and nothing makes it looser.
    assert decide(person, found, 1, decision="duplicate").status_code == (303 if given else 409)


def test_parts_that_legal_covers_and_what_the_review_decides_add_up(found: SearchedCase) -> None:
    item = found.items("platform", "prompts")[1]
    found.decide(item.id, "with_legal", "privilege", 1)
    found.decide(item.id, "redact", "privilege", 2, Parts(spans=(Span(words="want of proof"),), by_legal=True))
    assert b"want of proof" not in found.members()["data/platform/prompts.json"]
    found.decide("platform.prompts.*", "redact", "third_party", 3, Parts(spans=(Span(words="solicitors"),)))
    members = found.members()["data/platform/prompts.json"]
    assert b"want of proof" not in members
    assert b"solicitors" not in members
    found.decide("platform.prompts.*", "extract", None, 4, Parts(spans=(Span(field="body"),)))
    assert stands(found, 1) == "withhold"


def test_a_referral_gives_no_later_decision_its_basis_and_a_decided_item_offers_its_own(
    at_console: SignIn, found: SearchedCase
) -> None:
    person = at_console()
    decide(person, found, 0, decision="withhold", basis="third_party")
    decide(person, found, 2, decision="withhold", basis="rights_of_others")
    refer(person, found, ("platform", "prompts"), 1, **WHY)
    page = person.get(f"{path_of(found)}/{PROMPTS}").text
    offered = re.findall(r'<option value="(\w+)" selected>', "".join(re.findall(r'name="basis">.*?</select>', page)))
    assert offered == ["third_party", "rights_of_others"], "each its own; what is with legal offers nothing here"
    page = person.get(f"{path_of(found)}/package/uploads/pictures").text
    offered = re.findall(r'<option value="(\w+)" selected>', "".join(re.findall(r'name="basis">.*?</select>', page)))
    assert offered == [], "a ground is chosen for each item, and never that of the one before"


def test_a_file_offers_its_own_basis_and_none_of_another(at_console: SignIn, searched: SearchedCase) -> None:
    searched.found_files("uploads", "pictures", {"a.pdf": PDFS["text"]("Ines Moreau"), "b.pdf": PDFS["text"]("Ines Moreau")})
    person, here = at_console(), f"{path_of(searched)}/package/uploads/pictures/files"
    covered = person.post(f"{here}/0/look", {"press": "cover", "words": "Ines Moreau", "basis": "third_party"})
    assert covered.headers["location"].endswith("done=set_item_decision#told")
    told = person.get(covered.headers["location"]).text.partition('id="told"')[2].partition("</div>")[0]
    assert "Now: covered in part." in told
    assert re.findall(r">([^<]+)</a>", told) == ["Next page", "Next file", "Back to the list"]
    offered = [re.findall(r'<option value="(\w+)" selected', person.get(f"{here}/{number}/look").text) for number in (0, 1)]
    assert offered == [["third_party"], []]
    assert person.post(f"{here}/1/look", {"press": "withhold"}).status_code == 422


def test_whoever_approves_a_part_sees_it_as_the_person_will(at_console: SignIn, searched: SearchedCase) -> None:
    part = searched.propose_part("billing")
    reviewer = at_console(Role.REVIEWER, "Rita Reviewer")
    card = reviewer.get(path_of(searched)).text.partition('id="next-step"')[2].partition("Anything else")[0]
    (way,) = re.findall(r'href="([^"]+)"[^>]*>See it as Ruth will', card)
    assert way == f"{path_of(searched)}/preview/{part.sha256}/index.html"
    shown = reviewer.get(way)
    assert "platform" in text_of(shown)
    assert "invoices" not in text_of(shown), "what comes later is not in it"
    assert reviewer.get(way.replace(part.sha256, "0" * 64)).status_code == 409


def test_letters_of_a_pdf_that_its_picture_does_not_show_are_said_before_it_is_given(
    at_console: SignIn, searched: SearchedCase
) -> None:
    searched.by_hand("paper", "found", {"box.pdf": PDFS["under a box"]("Ines Moreau"), "plain.pdf": PDFS["text"]("Ines Moreau")})
    person, here = at_console(), f"/console/cases/HAB-{searched.id.hex[:8].upper()}/package/paper/by_hand/files"
    warning = "This page has letters that its picture does not show"
    boxed, plain = (person.get(f"{here}/{number}/look").text for number in (0, 1))
    assert warning in boxed
    assert "<q>Ines Moreau</q>" in boxed
    assert warning not in plain
    assert "Ines Moreau" in plain  # letters that can be read and searched by whoever sees no picture
    person.post(f"{here}/0/look", {"press": "cover", "words": "Ines Moreau", "basis": "third_party"})
    covered = person.get(f"{here}/0/look").text
    assert (warning in covered, "it leaves as a picture: letters that are not seen on it are not in it" in covered) == (
        False,
        True,
    )


def test_what_is_no_part_of_the_answer_is_counted_apart_from_what_is_withheld(at_console: SignIn, searched: SearchedCase) -> None:
    person = at_console()
    searched.found("platform", "prompts", [(number, 42, f"prompt {number}", "2026-11-01") for number in range(5)])
    here = f"{path_of(searched)}/{PROMPTS}"
    asked = {"outside_scope": "Say which scope was agreed", "already_has_it": "Say when and how they got it"}
    chosen = ("duplicate", "outside_scope", "already_has_it", "not_about_the_person")
    for number, (item, choice) in enumerate(zip(searched.items("platform", "prompts"), chosen, strict=False)):
        given = {"item": item.id, "position": str(number), "decision": choice}
        if choice in asked:
            assert asked[choice] in text_of(person.post(here, given))
        assert person.post(here, given | {"reason": "Told by telephone."}).status_code == 303
    add_package(searched)
    table = text_of(person.get(f"{path_of(searched)}/package"))
    assert "prompts 1 0 0 0 4 5 Look" in table
    assert "list of what is missing does not have it" in table
    assert "Nothing withheld; 4 items are no part of the answer" in text_of(at_console(Role.REVIEWER).get(path_of(searched)))
    assert b"nothing to list" in searched.members()["withheld.csv"]


def test_an_approval_that_became_void_stands_on_the_card(at_console: SignIn, searched: SearchedCase) -> None:
    reviewer, here = at_console(Role.REVIEWER, "Rita Reviewer"), path_of(searched)
    assert "approval is void" not in text_of(reviewer.get(here))
    package = CaseReader(searched.resources).get(searched.id).state.package
    assert package is not None
    approved = Draft(tag=Tag.PACKAGE_APPROVED, actor=reviewer.person, facts={"sha256": package.sha256, "binding": package.sha256})
    searched.happen(approved)
    searched.event(Tag.PACKAGE_VOIDED)
    told = text_of(reviewer.get(here))
    assert "Rita Reviewer approved it on" in told
    assert "That approval is void, since something that it covered changed after it, and nothing has left" in told
