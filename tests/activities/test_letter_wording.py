"""Every letter in plain words, complete in text and on the page, with nothing of a person in its subject."""

import re

import jinja2
import pytest
from jinja2 import meta

from adapters.letter_samples import sample_context
from adapters.letters import FOLDER, LETTERS, WIDTH, render

LONGEST_SENTENCE = 30  # words; the usual advice for plain writing is 25 at most, and 15 to 20 on average
REFERENCE = "HAB-7K4M29QX"


def test_every_folder_is_a_letter_and_every_letter_has_its_folder() -> None:
    assert {path.name for path in FOLDER.iterdir() if not path.name.startswith("_")} == LETTERS.keys()


@pytest.mark.parametrize("letter", LETTERS)
def test_a_letter_renders_with_its_own_variables_only(letter: str) -> None:
    rendered = render(letter, sample_context(letter))
    for part in (rendered.subject, rendered.text, rendered.html):
        assert part.strip()
        assert not re.search(r"\{\{|\}\}|\{%|None|Undefined", part)


@pytest.mark.parametrize("letter", LETTERS)
def test_a_template_names_no_variable_that_its_letter_does_not_have(letter: str) -> None:
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(FOLDER), autoescape=True)
    named: set[str] = set()
    for part in ("subject.txt", "body.txt", "body.html"):
        named |= meta.find_undeclared_variables(environment.parse((FOLDER / letter / part).read_text()))
    assert named - {"button", "listing"} <= LETTERS[letter].variables  # the layout's own macros


def test_a_variable_too_many_or_too_few_stops_the_letter() -> None:
    context = sample_context("code")
    with pytest.raises(ValueError, match="name"):
        render("code", context | {"name": "Ruth"})
    del context["code"]
    with pytest.raises(ValueError, match="code"):
        render("code", context)


@pytest.mark.parametrize("letter", LETTERS)
def test_a_subject_has_the_reference_and_nothing_personal(letter: str) -> None:
    assert re.fullmatch(rf"{REFERENCE}: [a-z ]{{5,50}}", render(letter, sample_context(letter)).subject)


@pytest.mark.parametrize("letter", LETTERS)
def test_the_text_is_wrapped_and_its_links_are_whole(letter: str) -> None:
    text = render(letter, sample_context(letter)).text
    for line in text.splitlines():
        assert len(line) <= WIDTH or re.fullmatch(r"https://\S+", line), line
        assert line == line.rstrip()
    assert "\n\n\n" not in text


@pytest.mark.parametrize("letter", LETTERS)
def test_sentences_are_short_and_words_plain(letter: str) -> None:
    text = re.sub(r"https?://\S+", "", render(letter, sample_context(letter)).text)
    paragraphs = re.split(r"\n\s*\n|\n(?=- )|:\n", text)
    for sentence in (part for paragraph in paragraphs for part in re.split(r"(?<=[.?!])\s+", paragraph)):
        assert len(sentence.split()) <= LONGEST_SENTENCE, sentence
    assert not re.search(r"(?i)\b(pursuant|hereby|herein|aforementioned|data subject|kindly|DSAR|failure to)\b", text)


@pytest.mark.parametrize("letter", LETTERS)
def test_text_and_page_make_the_same_promises(letter: str) -> None:
    rendered = render(letter, sample_context(letter))
    for value in sample_context(letter).values():
        if isinstance(value, str) and value.replace("\N{NO-BREAK SPACE}", " ") in rendered.text.replace("\n", " "):
            assert value in rendered.html


@pytest.mark.parametrize("letter", LETTERS)
def test_a_page_loads_nothing_and_runs_nothing(letter: str) -> None:
    html = render(letter, sample_context(letter)).html
    assert not re.search(r"(?i)<(script|img|link|iframe|form|object|style)|\bon[a-z]+=|url\(|@import", html)
    authorities = {"https://ico.org.uk", "https://www.dataprotection.ie"}
    assert set(re.findall(r'href="(https?://[^/"]+)', html)) - authorities <= {"https://privacy.imaginella.example"}


def test_the_page_shows_markup_in_a_message_as_text() -> None:
    rendered = render("message", sample_context("message") | {"message": ["<script>alert(1)</script> <p>{{ 7*7 }}</p>"]})
    assert "<script>" not in rendered.html
    assert "&lt;p&gt;{{ 7*7 }}&lt;/p&gt;" in rendered.html
