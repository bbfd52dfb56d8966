"""The review desk without a script: decisions, rules and people by forms; what was seen; nothing active is ever shown."""

import csv
import io
import re
from collections.abc import Callable
from html import unescape
from uuid import uuid4

import pytest
from sqlmodel import col, select

from adapters.database.item_decisions import every_decision
from adapters.database.tables import AccessLog, ItemDecision, Note, PackageRow, PageSeen
from domain.events import Tag
from domain.redaction import Span
from domain.rights import Role
from tests.activities.package_case import MAILBOX, SEARCHED, SearchedCase
from tests.adapters.documents.corpus import PDFS, jpeg
from tests.adapters.leak_corpus import zipped
from tests.api.conftest import add_package
from tests.at_console import AtConsole, text_of

DOCX = zipped(
    **{
        "[Content_Types].xml": b"<Types/>",
        "word__document.xml": b"<w:d xmlns:w='w'><w:p>Dear Ruth<w:del><w:delText>and Tom</w:delText></w:del></w:p></w:d>",
    }
)
SignIn = Callable[..., AtConsole]
PROMPTS = "package/platform/prompts"


@pytest.fixture
def desk(searched: SearchedCase) -> SearchedCase:
    bodies = [
        "mine alone",
        "ring Mr Baker on 020 7946 0018",
        f"write to {MAILBOX}",
        *(f"prompt {number}" for number in range(47)),
    ]
    rows = [(number, 42, body, "2026-11-01") for number, body in enumerate(bodies, start=1)]
    searched.found("platform", "prompts", rows)
    files = {
        "p.jpg": jpeg({0x013B: "Ines Moreau"}),
        "page.html": b"<script>alert(1)</script><b>hello</b>",
        "x.svg": b"<svg onload=alert(1)>",
        "letter.pdf": PDFS["text"]("Ines Moreau"),
        "minutes.docx": DOCX,
    }
    searched.found_files("uploads", "pictures", files)
    return searched


def path_of(case: SearchedCase) -> str:
    return f"/console/cases/HAB-{case.id.hex[:8].upper()}"


def decisions(case: SearchedCase) -> list[tuple[str, str, str | None]]:
    with case.resources.database.read() as session:
        return [(row.item, row.decision, row.basis) for row in session.exec(select(ItemDecision).order_by(ItemDecision.id)).all()]  # type: ignore[arg-type]


def test_a_refused_decision_comes_back_as_it_was_filled_in(at_console: SignIn, desk: SearchedCase) -> None:
    """A ground that was forgotten must not turn "withhold" into "include" on the next press."""
    person, here = at_console(), f"{path_of(desk)}/{PROMPTS}"
    item = re.findall(r'name="item" value="([^"]+)"', person.get(here).text)[1]
    for decision, rest in (("withhold", {}), ("redact", {"typed": "Mr Baker"})):
        page = person.post(
            here, {"item": item, "position": "1", "decision": decision, "reason": "Names a neighbour."} | rest
        ).text
        form = page[page.index('id="item-2"') : page.index('id="item-3"')]
        assert "Nothing was changed" in form
        summary = page.partition("<h1")[0].partition('class="summary"')[2]
        assert re.findall(r'href="#([^"]+)"', summary) == ["basis-2"], "what is wrong stands first, with a way there"
        assert 'id="basis-2"' in form
        assert "<title>Error: " in page
        assert re.findall(r'<option value="([^"]*)" selected', form) == [decision]
        assert 'value="Names a neighbour."' in form
        assert rest.get("typed", "") in form.partition("<textarea")[2]
    assert decisions(desk) == []


def test_an_extract_says_what_is_given_of_the_item(at_console: SignIn, desk: SearchedCase) -> None:
    person, here = at_console(), f"{path_of(desk)}/{PROMPTS}"
    item = re.findall(r'name="item" value="([^"]+)"', person.get(here).text)[1]
    given = {"item": item, "position": "1", "decision": "extract", "typed": "Mr Baker"}
    refused = person.post(here, given)
    assert (refused.status_code, "needs a basis in law" in text_of(refused)) == (422, True), "the rest is kept back"
    assert decisions(desk) == []
    person.post(here, given | {"basis": "third_party"})
    assert decisions(desk) == [(item, "extract", "third_party")]
    assert "Given, and nothing else of it: ring Mr Baker on 020 7946 0018" in text_of(person.get(here))


def test_what_an_extract_would_give_is_shown_before_it_is_decided(at_console: SignIn, desk: SearchedCase) -> None:
    person, here = at_console(), f"{path_of(desk)}/{PROMPTS}"
    item = desk.items("platform", "prompts")[1].id
    form = {"item": item, "position": "1", "decision": "extract", "typed": "ring", "words": "Baker", "press": "preview"}
    shown = person.post(here, form)
    given = text_of(shown).partition("nothing else of it. Nothing is decided yet:")[2].partition("Parts, reason")[0]
    assert given.strip() == "ring Mr [redacted] on 020 7946 0018"
    assert 'value="Baker" checked' in shown.text, "the form comes back as it was filled in"
    assert decisions(desk) == []
    person.post(here, form | {"press": "", "basis": "third_party"})
    members = desk.members()["data/platform/prompts.json"].decode()
    assert "ring Mr [redacted] on 020 7946 0018" in members, "the person gets what was shown"
    nothing = person.post(here, form | {"typed": ""})
    assert "Say which parts" in text_of(nothing)
    picture = desk.items("uploads", "pictures")[0]
    files = person.post(f"{path_of(desk)}/package/uploads/pictures", form | {"item": picture.id, "position": "0"})
    assert "This file is withheld whole instead." in text_of(files)


def test_an_item_is_withheld_and_included_again(at_console: SignIn, desk: SearchedCase) -> None:
    person, here = at_console(), f"{path_of(desk)}/{PROMPTS}"
    page = person.get(here)
    item = re.findall(r'name="item" value="([^"]+)"', page.text)[1]
    form = {"item": item, "position": "1", "decision": "withhold", "basis": "third_party", "reason": "Names a neighbour."}
    answer = person.post(here, form)
    assert answer.headers["location"] == f"{here}?start=2&at=3&done=set_item_decision#item-3"
    assert "withheld: other people" in text_of(person.get(here))
    assert "Decisions were made after it was built" in text_of(at_console(Role.REVIEWER).get(path_of(desk)))
    person.post(here, form | {"decision": "include"})
    assert decisions(desk)[-1] == (item, "include", None)
    assert "withheld: other people" not in text_of(person.get(here))


def test_suggested_and_typed_words_and_fields_are_covered(at_console: SignIn, desk: SearchedCase) -> None:
    person, here = at_console(), f"{path_of(desk)}/{PROMPTS}"
    page = person.get(here)
    suggested = [unescape(words) for words in re.findall(r'name="words" value="([^"]+)"', page.text)]
    assert set(suggested) == {"Baker", "020 7946 0018"}
    assert MAILBOX not in suggested, "the requester's own is never suggested"
    item = re.findall(r'name="item" value="([^"]+)"', page.text)[1]
    form = {"item": item, "position": "1", "decision": "redact", "basis": "third_party", "words": suggested, "typed": "ring"}
    person.post(here, form)
    text = text_of(person.get(here))
    assert "covered in part: other people" in text
    assert b"Baker" not in b"".join(desk.members().values())


def test_a_refusal_stands_at_the_item(at_console: SignIn, desk: SearchedCase) -> None:
    person, here = at_console(), f"{path_of(desk)}/{PROMPTS}"
    item = re.findall(r'name="item" value="([^"]+)"', person.get(here).text)[0]
    answer = person.post(here, {"item": item, "position": "0", "decision": "withhold"})
    assert answer.status_code == 422
    assert "Withholding needs a basis in law. Nothing was changed." in text_of(answer)
    assert decisions(desk) == []


def test_what_was_seen_is_counted_once_and_kept(at_console: SignIn, desk: SearchedCase) -> None:
    person, here = at_console(), f"{path_of(desk)}/{PROMPTS}"
    assert "25 of 50 seen" in text_of(person.get(here))
    at_console(Role.REVIEWER).get(f"{here}?start=7")
    assert "50 of 50 seen" in text_of(person.get(f"{here}?start=25"))
    with desk.resources.database.read() as session:
        assert sorted(row.start for row in session.exec(select(PageSeen)).all()) == [0, 25]


def test_a_rule_is_shown_its_sample_first(at_console: SignIn, desk: SearchedCase) -> None:
    person, here = at_console(), f"{path_of(desk)}/{PROMPTS}/rule"
    form = {"field": "body", "contains": "prompt", "decision": "withhold", "basis": "privilege", "reason": "Asked counsel."}
    shown = person.post(here, form)
    assert "The rule is about 47 items" in text_of(shown)
    seen = re.findall(r'name="seen" value="([^"]+)"', shown.text)
    assert len(seen) == 20
    assert decisions(desk) == []
    assert person.post(here, form | {"seen": seen}).status_code == 303
    assert decisions(desk) == [("platform.prompts.*", "withhold", "privilege")]
    assert "(by a rule)" in text_of(person.get(f"{path_of(desk)}/{PROMPTS}"))


def test_a_rule_covers_every_occurrence_of_words(at_console: SignIn, desk: SearchedCase) -> None:
    person, here = at_console(), f"{path_of(desk)}/{PROMPTS}/rule"
    form = {"decision": "redact", "basis": "third_party", "reason": "A neighbour.", "covered_words": "Mr Baker\n020 7946 0018"}
    seen = re.findall(r'name="seen" value="([^"]+)"', person.post(here, form).text)
    assert person.post(here, form | {"seen": seen}).status_code == 303
    assert decisions(desk) == [("platform.prompts.*", "redact", "third_party")]
    built = desk.build()
    assert built.withheld == 1, "only what lost something is counted"
    assert b"ring [redacted] on [redacted]" in desk.members()["data/platform/prompts.json"]


def test_a_third_person_is_weighed_on_a_form(at_console: SignIn, desk: SearchedCase) -> None:
    person, here = at_console(), f"{path_of(desk)}/person"
    assert person.get(here).status_code == 200
    form = {
        "names": "Mr Baker\n020 7946 0018",
        "role": "A neighbour",
        "type_of_information": "A number",
        "steps_to_seek_consent": "Rang him",
        "capable_of_consent": "yes",
        "refused": "yes",
        "disclose": "no",
        "reason": "He refused.",
    }
    assert person.post(here, form | {"names": ""}).status_code == 422
    assert person.post(here, form).status_code == 303
    assert decisions(desk) == [("*", "redact", "third_party")]
    # A PDF is full of offsets: four digits are looked for in all the rest, the number itself everywhere.
    members = desk.members()
    assert not [name for name, data in members.items() if b"0018" in data and not name.endswith(".pdf")]
    assert not [name for name, data in members.items() if b"7946 0018" in data]


def test_the_schedule_is_complete_and_looked_at_is_noted(at_console: SignIn, desk: SearchedCase) -> None:
    person, here = at_console(), f"{path_of(desk)}/{PROMPTS}"
    item = re.findall(r'name="item" value="([^"]+)"', person.get(here).text)[0]
    person.post(here, {"item": item, "position": "0", "decision": "withhold", "basis": "crime_and_taxation", "reason": "Police."})
    rows = list(csv.DictReader(io.StringIO(person.get(f"{path_of(desk)}/schedule.csv").text)))
    assert [(row["item"], row["basis"]) for row in rows] == [(item, "crime_and_taxation")]
    with desk.resources.database.read() as session:
        assert [row.action for row in session.exec(select(AccessLog)).all()].count("items") >= 2


def test_an_instant_is_read_as_a_day_and_an_hour_and_stands_as_it_is_stored_behind_it(
    at_console: SignIn, desk: SearchedCase
) -> None:
    stored = (
        "2026-07-27T02:17:53.886897+00:00",
        "2026-07-27 02:17:53.000000",
        "2026-07-27T02:17:53+99:00",
        "2026-07-27T02",
    )
    desk.found("partners", "referrals", [*enumerate((*stored, "2026-11-01"), start=1)])
    page = unescape(at_console().get(f"{path_of(desk)}/package/partners/referrals").text).replace("\N{NO-BREAK SPACE}", " ")
    assert f'<time datetime="{stored[0]}" title="{stored[0]}">Mon 27 July 2026, 03:17 BST</time>' in page, "the controller's zone"
    assert f'title="{stored[1]}">Mon 27 July 2026, 02:17</time>' in page, "where nobody knows the zone none is named"
    for other in (*stored[2:], "2026-11-01"):
        assert f"<dd>{other}</dd>" in page
    assert "</a> \N{MIDDLE DOT} <a href" in page, "what leads elsewhere is divided"


def test_files_are_shown_as_letters_or_pictures_and_never_run(at_console: SignIn, desk: SearchedCase) -> None:
    person, here = at_console(), f"{path_of(desk)}/package/uploads/pictures"
    page = person.get(here)
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text
    picture = person.get(f"{here}/files/0/picture")
    assert picture.headers["content-type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG"), "drawn anew, whatever it was"
    assert b"Ines Moreau" not in picture.content
    jpg, html, svg = (person.get(f"{here}/files/{number}") for number in range(3))
    for answer in (jpg, html, svg):
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"].startswith("attachment")
    assert person.get(f"{here}/files/2/picture").status_code == 404, "no browser draws what was found"
    for answer in (picture, jpg, html, svg):
        assert "sandbox" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert person.get(f"{here}/files/9").status_code == 404


def test_what_a_person_found_stands_in_the_tree_and_is_looked_at_and_withheld(at_console: SignIn, desk: SearchedCase) -> None:
    desk.by_hand("paper", "found", {"old.pdf": PDFS["text"]("Ines Moreau"), "tax.txt": b"filed under Adeyemi"})
    person, here = at_console(), f"{path_of(desk)}/package/paper/by_hand"
    page = person.get(here)
    assert "filed under Adeyemi" in page.text
    assert "Files that a person found" in page.text
    assert person.get(f"{here}/files/0/look").status_code == 200
    assert person.get(f"{here}/files/0/picture").content.startswith(b"\x89PNG")
    item = desk.items("paper", "by_hand")[1].id
    given = {"item": item, "position": "1", "decision": "withhold", "basis": "privilege", "reason": "From counsel"}
    assert person.post(here, given).status_code == 303
    assert decisions(desk) == [(item, "withhold", "privilege")]
    assert "withheld: legal privilege" in person.get(here).text


def test_the_approver_sees_what_changed_since_the_return_by_whom_and_why(at_console: SignIn, desk: SearchedCase) -> None:
    mine, colleague = desk.items("platform", "prompts")[:2]
    desk.decide(mine.id, "withhold", "privilege", revision=1)
    add_package(desk)
    person, here = at_console(), path_of(desk)
    reviewer = at_console(Role.REVIEWER)
    assert "Since it was returned" not in reviewer.get(f"{here}/package").text
    note = uuid4()
    with desk.resources.database.write() as session:
        sealed = desk.vault.seal("note", "text", str(note), b"Number two names a colleague.")
        session.add(Note(id=note, case_id=desk.id, text=sealed, author="system", created_at=SEARCHED))
    desk.event(Tag.PACKAGE_RETURNED, note=str(note))
    for looks in (person, reviewer):
        card = text_of(looks.get(here)).partition("Next step ")[2].partition("Overview")[0]
        assert "Rework what was returned" in card
        assert "Change what they ask for, then build it again" in card
        assert "Somebody, so somebody else must approve" in card, "who decided about an item approves never, returned or not"
        assert "Number two names a colleague." in card, "why it came back stands where the work is done"
        assert "Build the package again" in text_of(looks.get("/console/cases")), "the queue says what the case says"
    kept = {
        "item": colleague.id,
        "position": "1",
        "decision": "withhold",
        "basis": "third_party",
        "reason": "Mr Baker is a client.",
    }
    assert person.post(f"{here}/{PROMPTS}", kept).status_code == 303
    assert person.post(f"{here}/{PROMPTS}", {"item": mine.id, "position": "0", "decision": "include"}).status_code == 303
    add_package(desk)
    page = reviewer.get(f"{here}/package").text
    told = page[page.index("Since it was returned") :]
    for words in ("Number two names a colleague.", "number 2", "Amira Osei", "withheld: other people", "Mr Baker is a client."):
        assert words in told
    assert re.search(r"number 1</a></th><td>withheld: legal privilege</td><td>included</td>", told)
    assert "What changed since stands under Package" in reviewer.get(here).text
    assert "Number two names a colleague." in reviewer.get(here).text.partition('id="next-step"')[2]
    assert "Approve the package" in text_of(reviewer.get("/console/cases"))
    other = desk.items("platform", "prompts")[2].id
    assert person.post(f"{here}/{PROMPTS}", {"item": other, "position": "2", "decision": "duplicate"}).status_code == 303
    assert "Build the package again" in text_of(reviewer.get("/console/cases"))


def cover_there(person: AtConsole, desk: SearchedCase, *places: int) -> tuple[str, list[tuple[str, str | None]]]:
    """One press for some of the places that are offered; what is said of it, and what was decided by it."""
    offered = re.findall(r'name="place" value="(\d+)" checked', person.get(path_of(desk)).text)
    before = len(decisions(desk))
    answer = person.post(f"{path_of(desk)}/package/cover", {"place": [each for each in offered if int(each) in places]})
    return answer.headers["location"].partition("?done=")[2], [each[1:] for each in decisions(desk)[before:]]


def test_where_a_covered_word_still_stands_is_said_on_the_card_with_item_and_words(
    at_console: SignIn, desk: SearchedCase
) -> None:
    desk.found("partners", "referrals", [(1, MAILBOX), *((number, "Mr Baker") for number in range(2, 8))])
    desk.by_hand("paper", "found", {"a.txt": b"mine", "b.txt": b"It was Mr Baker."})
    person, here = at_console(), path_of(desk)
    item = desk.items("platform", "prompts")[1].id
    cover = {"item": item, "position": "1", "decision": "redact", "basis": "third_party", "typed": "Mr Baker"}
    assert person.post(f"{here}/{PROMPTS}", cover).status_code == 303
    add_package(desk)
    for role in (Role.CASEWORKER, Role.REVIEWER):
        page = at_console(role).get(here).text
        card = page.partition('id="next-step"')[2].partition("Anything else")[0]
        assert "Cover what still stands in the package" in card
        places = re.findall(r'href="[^"]*/(package/[^"]+)">([^<]+)</a></p><p class="small pre">([^<]+)', unescape(card))
        still = "Still there: \u201cmr baker\u201d"
        assert places == [
            *(
                (f"package/partners/referrals?start=0#item-{number}", f"referrals, partners, number {number}", still)
                for number in range(2, 8)
            ),
            ("package/paper/by_hand?start=0#item-2", "Files that a person found, paper, number 2", still),
        ]
        assert "2 more places" in card, "a long list is folded"
        tab = at_console(role).get(f"{here}/package").text.partition('aria-label="Parts of the case"')[2]
        assert re.findall(r'href="[^"]*/(package/[^"]+)">([^<]+)</a></p><p class="small pre">([^<]+)', unescape(tab)) == places
        assert "Cover what still stands" in text_of(at_console(role).get("/console/cases"))
    with desk.resources.database.read() as session:
        package = session.exec(select(PackageRow).order_by(col(PackageRow.built_at).desc())).first()
    assert package is not None
    assert package.summary["leaks"]
    assert cover_there(at_console(), desk, 0) == ("covered_there", [("redact", "third_party")])
    stale = text_of(at_console().get(f"{here}/package"))
    assert "stood in it at another place when it was built" in stale
    assert "referrals, partners, number 2 Still there" in stale, "until it is built again"
    assert "baker" not in str(package.summary).lower(), "what was covered stands in no open row"
    desk.decide(desk.items("platform", "prompts")[4].id, "with_legal", "privilege", revision=3)
    add_package(desk)
    card = at_console().get(here).text.partition('id="next-step"')[2].partition("Anything else")[0]
    assert "referrals, partners, number 3" in card
    assert "referrals, partners, number 2" not in card, "it was covered there"
    assert "Still there" not in card, "with something at legal, legal reviewers alone read what was covered"
    told, decided = cover_there(at_console(), desk, *range(6))
    assert (told, decided) == ("covered_there", [("redact", "third_party")] * 5 + [("withhold", "third_party")])
    with desk.resources.database.read() as session:
        blind = [each.parts.spans for each in every_decision(session, desk.vault)[-6:]]
    assert blind == [(Span(field="email"),)] * 5 + [()], "whoever does not see the words covers the field that holds them"
    add_package(desk)
    assert "Cover what still stands" not in text_of(at_console().get(here))
    assert cover_there(at_console(), desk, 0) == ("covered_nothing", [])


def test_a_cover_is_chosen_again_from_what_is_covered_and_its_reason_stands_with_it(
    at_console: SignIn, desk: SearchedCase
) -> None:
    person, reviewer, here = at_console(), at_console(Role.REVIEWER), f"{path_of(desk)}/{PROMPTS}"
    item = desk.items("platform", "prompts")[1].id
    cover = {"item": item, "position": "1", "decision": "redact", "basis": "third_party", "reason": "A neighbour."}
    assert person.post(here, cover | {"words": "Mr Baker", "typed": "ring", "field": "made_at"}).status_code == 303
    form = person.get(here).text.partition('id="item-2"')[2].partition('id="item-3"')[0]
    ticked = re.findall(r'name="(words|field)" value="([^"]+)" checked', form)
    assert ticked == [("field", "made_at")], form
    assert set(re.findall(r"<textarea[^>]*>([^<]*)", form)[0].split("\n")) == {"Mr Baker", "ring"}
    assert 'name="began" value="covered"' in form
    shown = text_of(reviewer.get(here)).partition("Number 2")[2].partition("Number 3")[0]
    assert "Reason: A neighbour." in shown, "whoever approves reads why without the history"
    assert "A neighbour." in text_of(reviewer.get(f"{path_of(desk)}/history"))
    assert "A neighbour." not in text_of(at_console(Role.AUDITOR, "Vera Lind").get(f"{path_of(desk)}/history"))
    turned = {"item": item, "position": "1", "decision": "extract", "typed": "Mr Baker", "began": "covered"}
    refused = person.post(here, turned)
    assert (refused.status_code, "choose what the person gets" in text_of(refused)) == (422, True)
    assert 'name="began"' not in refused.text.partition('id="item-2"')[2].partition('id="item-3"')[0], "asked once"
    assert decisions(desk) == [(item, "redact", "third_party")]


def test_a_reviewer_looks_and_does_not_decide(at_console: SignIn, desk: SearchedCase) -> None:
    person, here = at_console(Role.REVIEWER), f"{path_of(desk)}/{PROMPTS}"
    page = person.get(here)
    assert 'name="decision"' not in page.text
    assert person.post(here, {"item": "a.b.0123456789abcdef", "decision": "include"}).status_code == 403


def test_a_page_of_a_pdf_is_covered_area_by_area_and_uncovered_again(at_console: SignIn, desk: SearchedCase) -> None:
    person, here = at_console(), f"{path_of(desk)}/package/uploads/pictures/files/3/look"
    page = person.get(here)
    assert "Page 1 of 2" in text_of(page)
    assert "cannot be searched, copied or read aloud any more" in text_of(page)
    before = person.get(here.replace("look", "picture")).content
    area = {"left": "5", "top": "10,5", "width": "60", "height": "8"}
    form = {"page": "1", "press": "cover", "basis": "third_party"}
    refused = person.post(here, form | area | {"width": ""})
    assert refused.status_code == 422
    assert "Give all four numbers" in text_of(refused)
    assert person.post(here, form).status_code == 422
    assert person.post(here, form | area).headers["location"] == f"{here}?page=1&done=set_item_decision#told"
    assert person.post(here, form | {"words": "Ines Moreau", "page": "2"}).status_code == 303
    told = text_of(person.get(here))
    assert "Page 1, 5% from the left, 10.5% from the top, 60% by 8%" in told
    assert "The words \u201cInes Moreau\u201d wherever they stand" in told
    assert person.get(here.replace("look", "picture")).content != before, "what is covered is black"
    with desk.resources.database.read() as session:
        newest = every_decision(session, desk.vault)[-1]
    assert len(newest.parts.spans) == 2
    listed = f"{path_of(desk)}/package/uploads/pictures"
    item = newest.item
    typed = {"item": item, "position": "3", "decision": "redact", "basis": "third_party", "typed": "Ingrid"}
    assert person.post(listed, typed).status_code == 303
    with desk.resources.database.read() as session:
        newest = every_decision(session, desk.vault)[-1]
    assert [span.area is not None for span in newest.parts.spans] == [False, True], "a decision in the list keeps the areas"
    for number in (1, 0):
        assert person.post(here, {"page": "1", "press": f"uncover-{number}"}).status_code == 303
    assert decisions(desk)[-1][1:] == ("include", None)


def test_an_office_document_is_read_as_letters_and_released_after_a_look(at_console: SignIn, desk: SearchedCase) -> None:
    person, here = at_console(), f"{path_of(desk)}/package/uploads/pictures/files/4/look"
    told = text_of(person.get(here))
    assert "Dear Ruth" in told
    assert "Deleted, kept in the history and Tom" in told
    assert "leaves whole or not at all" in told
    assert person.post(here, {"press": "include", "looked": "yes"}).status_code == 303
    with desk.resources.database.read() as session:
        newest = every_decision(session, desk.vault)[-1]
        looks = [row.action for row in session.exec(select(AccessLog)).all()]
    assert (newest.choice.value, newest.parts.looked) == ("include", True)
    assert "items" in looks
