"""What counts as seen on the review desk: what somebody had whole on the screen, and no name of a file (decision 40)."""

import re
from collections.abc import Callable
from html import unescape

import pytest

from domain.rights import Role
from tests.activities.package_case import SearchedCase
from tests.adapters.documents.corpus import PDFS, jpeg
from tests.adapters.leak_corpus import zipped
from tests.api.conftest import add_package
from tests.at_console import AtConsole, text_of

SignIn = Callable[..., AtConsole]
DOCX = zipped(
    **{
        "[Content_Types].xml": b"<Types/>",
        "word__document.xml": b"<w:d xmlns:w='w'><w:p><w:t>Dear Ruth</w:t></w:p></w:d>",
    }
)
LONG = f"{'A long letter. ' * 400}signed by Mr Baker"


@pytest.fixture
def found(searched: SearchedCase) -> SearchedCase:
    """Five files of which one is of no kind that can be shown, and two records of which one is too long for a list."""
    searched.found("platform", "prompts", [(1, 42, LONG, "2026-11-01"), (2, 42, "short", "2026-11-01")])
    files = {
        "pier.jpg": jpeg({0x013B: "Ines Moreau"}),
        "page.html": b"<script>alert(1)</script><b>hello</b>",
        "tune.mid": b"MThd\x00\x00\x00\x06\x00\x01",
        "letter.pdf": PDFS["text"]("Ines Moreau"),
        "minutes.docx": DOCX,
    }
    searched.found_files("uploads", "pictures", files)
    settings = searched.resources.settings.model_copy(update={"sampling_from": 1})
    object.__setattr__(searched.resources, "settings", settings)
    searched.decide(searched.items("platform", "prompts")[1].id, "include")
    add_package(searched)
    return searched


def path_of(case: SearchedCase) -> str:
    return f"/console/cases/HAB-{case.id.hex[:8].upper()}/package"


def test_a_file_counts_when_it_was_opened_and_not_by_its_name(at_console: SignIn, found: SearchedCase) -> None:
    person, here = at_console(), f"{path_of(found)}/uploads/pictures"
    listed = text_of(person.get(here))
    assert "0 of 5 seen" in listed
    assert "None of these 5 counts as seen yet" in listed
    assert listed.count("Nobody has opened it yet.") == 5
    person.get(f"{here}/files/0/picture")  # as the list shows it
    for opened, position in enumerate((0, 1, 3, 4), start=1):
        assert person.get(f"{here}/files/{position}/look").status_code == 200
        assert f"{opened} of 5 seen" in text_of(person.get(here))
    assert "Dear Ruth" in text_of(person.get(f"{here}/files/4/look"))
    assert "<script>alert(1)</script><b>hello</b>" in unescape(person.get(f"{here}/files/1/look").text), "with its marks"
    assert "It counts as seen once you have downloaded it" in text_of(person.get(f"{here}/files/2/look"))
    assert "4 of 5 seen" in text_of(person.get(here)), "of what cannot be shown, the page is no look"
    unseen = person.post(f"{path_of(found)}/find", {"state": "unseen", "place": "uploads.pictures"}).text
    assert re.findall(r"uploads/pictures\?start=0#(item-\d)", unseen) == ["item-3"]
    at_console(Role.REVIEWER).get(f"{here}/files/2")
    assert "5 of 5 seen" in text_of(person.get(here))
    assert "5 count as seen" in text_of(person.get(here))
    assert "Go on where nobody has looked" not in text_of(person.get(here))


def test_a_record_that_its_list_cuts_off_counts_when_all_of_it_was_read(at_console: SignIn, found: SearchedCase) -> None:
    person, here = at_console(), f"{path_of(found)}/platform/prompts"
    listed = person.get(here)
    assert "1 of 2 seen" in text_of(listed)
    assert "1 item of these 2 does not count as seen yet" in text_of(listed)
    assert "signed by" not in listed.text
    assert re.findall(r'href="[^"]+/prompts/(\d)/whole"', listed.text) == ["0"]
    whole = person.get(f"{here}/0/whole")
    assert re.search(r"signed by Mr <mark[^>]*>Baker", whole.text)
    assert "2 of 2 seen" in text_of(person.get(here))
    person.get(f"{here}/1/whole")  # stands whole on the list too, and is counted once
    assert "2 of 2 seen" in text_of(person.get(here))
    assert "prompts 2 0 0 0 2 Look" in text_of(person.get(path_of(found))), "the package counts the same"
    assert person.get(f"{here}/2/whole").status_code == 404


def test_an_approver_opens_a_file_of_the_sample_before_calling_it_right(at_console: SignIn, found: SearchedCase) -> None:
    here, reviewer = f"{path_of(found)}/check", at_console(Role.REVIEWER, "Rita Reviewer")
    for position in (0, 1, 3, 4):
        at_console().get(f"{path_of(found)}/uploads/pictures/files/{position}/look")  # whoever prepared it looked for themselves
    page = reviewer.get(here).text
    form: dict[str, object] = {"item": re.findall(r'name="item" value="([^"]+)"', page)}
    form |= {"sample": re.findall(r'name="sample" value="([^"]+)"', page)[0]}
    form |= {f"found-{item}": "right" for item in re.findall(r'name="item" value="([^"]+)"', page)}
    refused = reviewer.post(here, form)
    assert refused.status_code == 422
    assert "Open it before you call it right" in text_of(refused)
    assert text_of(refused).count("before you call it right: not all of it is shown here") == 6
    ways = re.findall(r'href="([^"]+/(?:look|whole))" target', refused.text)
    for way in ways:
        reviewer.get(way)
    assert reviewer.post(here, form).status_code == 422, "the one that cannot be shown"
    reviewer.get(f"{path_of(found)}/uploads/pictures/files/2")
    assert reviewer.post(here, form).status_code == 303
    assert "You have looked at the whole sample" in text_of(reviewer.get(here))


def test_words_in_a_file_of_letters_are_covered_on_its_own_page(at_console: SignIn, found: SearchedCase) -> None:
    person, look = at_console(), f"{path_of(found)}/uploads/pictures/files/1/look"
    assert person.post(look, {"press": "cover", "words": "hello", "basis": "third_party"}).status_code == 303
    assert "The words “hello” wherever they stand" in text_of(person.get(look))
    assert b"hello" not in b"".join(found.members().values())
