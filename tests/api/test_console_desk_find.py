"""Search inside what was found, and what reviewers say to each other: flags, tags, notes, questions with answers."""

import io
import re
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import pikepdf
import pytest

from adapters.database.case_reader import CaseReader
from domain.rights import Role
from tests.activities.package_case import SearchedCase
from tests.adapters.documents.corpus import PDFS, line, pdf, png
from tests.api.conftest import add_package
from tests.at_console import AtConsole, text_of

SignIn = Callable[..., AtConsole]
PROMPTS = "package/platform/prompts"


@pytest.fixture
def found(searched: SearchedCase) -> SearchedCase:
    bodies = [
        f'Line {number}: the "Töpfer" file\nof Mr Baker' if number % 10 == 0 else f"a harbour {number}" for number in range(600)
    ]
    searched.found("platform", "prompts", [(number, 42, body, "2026-11-01") for number, body in enumerate(bodies)])
    files = {"letter.pdf": PDFS["text"]("Ines Moreau"), "note.txt": "Frau Töpfer rang".encode(), "pier.txt": b"nothing"}
    searched.found_files("uploads", "pictures", files)
    return searched


def path_of(case: SearchedCase) -> str:
    return f"/console/cases/HAB-{case.id.hex[:8].upper()}"


def find(person: AtConsole, case: SearchedCase, **wanted: str) -> str:
    answer = person.post(f"{path_of(case)}/package/find", wanted)
    assert answer.status_code == 200
    return answer.text


def hits(page: str) -> list[str]:
    return [re.sub(r"\s+", " ", each) for each in re.findall(r'<li data-row[^>]*><p><a href="[^"]+">([^<]+)</a>', page)]


def test_words_are_found_in_records_and_files_page_by_page(at_console: SignIn, found: SearchedCase) -> None:
    person = at_console()
    assert person.get(f"{path_of(found)}/package/find").status_code == 200
    page = find(person, found, word="TÖPFER")
    assert len(hits(page)) == 25
    assert "61 items found" in text_of_page(page)
    assert "<mark>Töpfer</mark>" in page
    seen, at = hits(page), re.findall(r'name="from" value="(\d+:\d+)"', page)
    while at:
        page = find(person, found, word="TÖPFER", **{"from": at[0]})
        seen, at = seen + hits(page), re.findall(r'name="from" value="(\d+:\d+)"', page)
    assert len(seen) == len(set(seen)) == 61
    assert "in the file" in page
    assert hits(find(person, found, word='"Töpfer" file of', place="platform.prompts"))[0].endswith("number 1")
    assert len(hits(find(person, found, word="Moreau"))) == 1, "inside a PDF"
    assert len(hits(find(person, found, word="pier.txt"))) == 1, "a name of a file"
    assert "No item meets all of this" in find(person, found, word="Lighthouse")


def docx(body: str) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("[Content_Types].xml", "<Types/>")
        zipped.writestr("word/document.xml", f'<w:document xmlns:w="w"><w:body>{body}</w:body></w:document>')
    return written.getvalue()


def test_a_file_is_searched_in_its_words_and_named_where_it_has_none(at_console: SignIn, searched: SearchedCase) -> None:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "The pier", "ines@example.org", "mike@example.org"
    mail.set_content("Dear Zoë,\nthe lighthouse — it stands.", cte="base64")
    files = {
        "packed.pdf": pdf(line("see the lighthouse"), compress_streams=True, recompress_flate=True),
        "minutes.docx": docx("<w:p><w:r><w:t>At the light</w:t></w:r><w:r><w:t>house, all agreed</w:t></w:r></w:p>"),
        "letter.eml": mail.as_bytes(),
        "locked.pdf": pdf(line("the lighthouse"), encryption=pikepdf.Encryption(owner="secret", user="word")),
        "scan.png": png(),
        "lighthouse.png": png(),
        "large.txt": b"nothing\n" * 2**19 + b"lighthouse",
    }
    searched.found_files("uploads", "pictures", files)
    page = find(at_console(), searched, word="lighthouse")
    snippets = [
        " ".join(text_of_page(each).split()) for each in re.findall(r'<p class="small">(.*?)</p>\s*</li>', page, re.DOTALL)
    ]
    told = " ".join(snippets)
    for words in ("see the lighthouse", "At the lighthouse , all agreed", "Dear Zo\u00eb, the lighthouse \u2014 it stands."):
        assert words in told
    assert not re.search(r"\b(BT|Tf|Tj|endobj|w:t)\b", told), "nothing of how a file is written"
    assert len(hits(page)) == 4, "three by their text, and a picture by its name"
    assert named_unread(page) == [
        "Pictures, sound or film (1): pictures, uploads, number 5",
        "Too long to be searched to the end (1): pictures, uploads, number 7",
        "Locked or damaged (1): pictures, uploads, number 4",
    ]
    assert not named_unread(find(at_console(), searched)), "without a word no file is looked into"


def test_a_collection_of_too_many_files_says_that_their_text_was_not_searched(at_console: SignIn, searched: SearchedCase) -> None:
    searched.found_files("uploads", "pictures", {f"{number}.txt": b"lighthouse" for number in range(301)})
    page = find(at_console(), searched, word="lighthouse")
    assert not hits(page)
    (told,) = named_unread(page)
    assert "its 301 files are too many to look into" in told


def named_unread(page: str) -> list[str]:
    told = page.partition("could not be searched")[2].partition("</ul>")[0]
    return [" ".join(text_of_page(each).split()) for each in re.findall(r"<li>(.*?)</li>", told, re.DOTALL)]


def text_of_page(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_items_are_found_by_what_was_decided_and_by_who_has_looked(at_console: SignIn, found: SearchedCase) -> None:
    person = at_console()
    items = found.items("platform", "prompts")
    found.decide(items[3].id, "withhold", "privilege", 1)
    found.decide(items[4].id, "duplicate", None, 2)
    found.decide("billing.invoices.*", "withhold", "privilege", 3)
    assert hits(find(person, found, state="left_out")) == ["Your prompts, The platform, number 5"]
    assert len(hits(find(person, found, state="withheld"))) == 1 + 2
    assert len(hits(find(person, found, state="by_rule"))) == 2
    assert hits(find(person, found, state="withheld", word="harbour")) == ["Your prompts, The platform, number 4"]
    for start in range(0, 600, 25):
        person.get(f"{path_of(found)}/{PROMPTS}?start={start}")
    unseen = person.get(f"{path_of(found)}/package/find?state=unseen").text
    assert not [hit for hit in hits(unseen) if "prompts" in hit]
    assert hits(unseen)
    told = text_of(person.get(f"{path_of(found)}/package"))
    assert "600 of 600" not in told
    assert "seen. What nobody has looked at" in told


def test_the_desk_leads_on_to_what_nobody_has_looked_at(at_console: SignIn, found: SearchedCase) -> None:
    person, here = at_console(), f"{path_of(found)}/{PROMPTS}"
    person.get(f"{here}?start=25")
    assert f'{here}?start=50">Go on where' in person.get(f"{here}?start=25").text
    assert f'{here}?start=50">Go on where' in at_console(name="Tomasz Lind").get(here).text


def test_what_is_with_legal_is_found_by_its_state_and_not_by_its_words(at_console: SignIn, found: SearchedCase) -> None:
    person = at_console()
    found.decide(found.items("platform", "prompts")[0].id, "with_legal", "privilege", 1)
    page = find(person, found, state="with_legal")
    assert hits(page) == ["Your prompts, The platform, number 1"]
    assert "Line 0" not in page
    assert "No item meets" in find(person, found, state="with_legal", word="Töpfer")


def say(person: AtConsole, case: SearchedCase, number: int, **what: str) -> Any:  # noqa: ANN401 (an answer)
    return person.post(f"{path_of(case)}/{PROMPTS}/{number}/remark", what)


def test_a_question_stands_before_whom_it_is_to_until_it_is_answered(at_console: SignIn, found: SearchedCase) -> None:
    amira, tomasz = at_console(), at_console(Role.REVIEWER, "Tomasz Lind")
    assert "Asked of me 0" in text_of(tomasz.get("/console/cases"))
    answer = say(amira, found, 30, kind="question", text="Is Mr Baker a client?", to=tomasz.person)
    assert answer.headers["location"].endswith(f"{PROMPTS}?start=30&at=31&done=remark#item-31")
    reference = f"HAB-{found.id.hex[:8].upper()}"
    assert "Asked of me 1" in text_of(tomasz.get("/console/cases"))
    assert reference in tomasz.get("/console/cases?view=asked").text
    assert reference not in amira.get("/console/cases?view=asked").text
    told = tomasz.get(f"{path_of(found)}/package").text
    assert "To you" in told
    assert "Is Mr Baker a client?" in told
    assert f'{PROMPTS}?start=25#item-31"' in told
    page = tomasz.get(f"{path_of(found)}/{PROMPTS}?start=25").text
    (about,) = re.findall(r'name="kind" value="answer"><input type="hidden" name="about" value="([^"]+)"', page)
    say(tomasz, found, 30, kind="answer", about=about, text="No, a neighbour.")
    assert "Asked of me 0" in text_of(tomasz.get("/console/cases"))
    assert "Tomasz Lind: No, a neighbour." in text_of(amira.get(f"{path_of(found)}/{PROMPTS}?start=25"))
    assert say(tomasz, found, 30, kind="answer", about=about, text="Twice").headers["location"].endswith("#item-31")
    assert "Twice" not in amira.get(f"{path_of(found)}/{PROMPTS}?start=25").text


def test_a_question_without_an_answer_keeps_the_package_from_leaving(at_console: SignIn, found: SearchedCase) -> None:
    amira, tomasz, here = at_console(), at_console(Role.REVIEWER, "Tomasz Lind"), path_of(found)
    add_package(found)
    package = CaseReader(found.resources).get(found.id).state.package
    approve = {"sha256": package.sha256 if package else ""}
    say(amira, found, 30, kind="question", text="Is Mr Baker a client?", to=tomasz.person)
    card = text_of(tomasz.get(here)).partition("Next step ")[2].partition("Overview")[0]
    assert "Answer what a colleague was asked" in card
    assert "number 31: Amira Osei asks you Is Mr Baker a client?" in card
    assert "Answer a colleague" in text_of(tomasz.get("/console/cases"))
    refused = tomasz.post(f"{here}/actions/approve_package", approve)
    assert (refused.status_code, "waits for an answer" in text_of(refused)) == (409, True)
    page = tomasz.get(f"{here}/{PROMPTS}?start=25").text
    assert "Take the question back" not in page, "whoever asked takes it back"
    page = amira.get(f"{here}/{PROMPTS}?start=25").text
    (about,) = re.findall(r'name="kind" value="removed"><input type="hidden" name="about" value="([^"]+)"', page)
    say(tomasz, found, 30, kind="removed", about=about)
    assert "Answer what a colleague was asked" in tomasz.get(here).text
    say(amira, found, 30, kind="removed", about=about)
    assert "Answer what a colleague was asked" not in tomasz.get(here).text
    assert "Approve the package" in text_of(tomasz.get("/console/cases"))
    assert "waits for an answer" not in text_of(tomasz.post(f"{here}/actions/approve_package", approve))


def test_flags_tags_and_notes_are_kept_found_and_taken_away(at_console: SignIn, found: SearchedCase) -> None:
    amira, here = at_console(), f"{path_of(found)}/{PROMPTS}"
    say(amira, found, 2, kind="flag")
    say(amira, found, 3, kind="tag", text="pension")
    say(amira, found, 3, kind="note", text="Ask the archive.")
    page = text_of(at_console(Role.REVIEWER).get(here))
    assert "Flagged Amira Osei" in page
    assert "Tag: pension" in page
    assert "Ask the archive." in page
    assert hits(find(amira, found, state="flagged")) == ["Your prompts, The platform, number 3"]
    assert hits(find(amira, found, tag="pension")) == ["Your prompts, The platform, number 4"]
    (gone, *_) = re.findall(
        r'name="kind" value="removed"><input type="hidden" name="about" value="([^"]+)"', amira.get(here).text
    )
    say(amira, found, 2, kind="removed", about=gone)
    assert "Flagged" not in text_of(amira.get(here))
    assert say(amira, found, 2, kind="note", text=" ").headers["location"].endswith("remark_refused#item-3")
    assert say(amira, found, 2, kind="question", text="To nobody?", to="").headers["location"].endswith("remark_refused#item-3")
    assert b"archive" not in b"".join(found.members().values())
