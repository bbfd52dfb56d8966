"""Letters in German and French: whole, without a word of English in between, with the same links and dates as the English."""

import re
from datetime import date
from html import unescape
from pathlib import Path

import jinja2
import pytest
from jinja2 import meta

from adapters.letter_languages import WORDS
from adapters.letter_samples import LANGUAGES, mistakes, sample_context
from adapters.letter_words import asked, count, day, day_ahead, withheld
from adapters.letters import FOLDER, LETTERS, WIDTH, render, speaks
from domain.incoming import Language
from domain.rights import Right

TRANSLATED = sorted(path.parent.name for path in FOLDER.glob("*/de") if not path.parent.name.startswith("_"))
BOTH = [(letter, language) for letter in TRANSLATED for language in ("de", "fr")]
ENGLISH = re.compile(r"\b(the|your|please|reply|you can|reach us)\b", re.IGNORECASE)


def test_every_letter_has_three_languages() -> None:
    assert LETTERS.keys() == {*TRANSLATED}
    assert sorted(path.parent.name for path in FOLDER.glob("*/fr") if not path.parent.name.startswith("_")) == TRANSLATED


@pytest.mark.parametrize(("letter", "language"), BOTH)
def test_a_letter_is_in_one_language(letter: str, language: Language) -> None:
    context = sample_context(letter, language=language) | ({"message": ["Bonjour"]} if "note" in LETTERS[letter].needs else {})
    rendered = render(letter, context, language)
    said = re.sub(r"https?://\S+|\S+@\S+|\"This was not me\"|Data Protection Act.*|Imaginella privacy team", "", rendered.text)
    said = re.sub(r"Monday to Friday|Card payments|Data Protection Commission|Information Commissioner|sections 164A", "", said)
    assert ENGLISH.findall(said) == []
    assert f'<html lang="{language}">' in rendered.html
    for line in rendered.text.splitlines():
        assert len(line) <= WIDTH or re.fullmatch(r"https://\S+", line), line


@pytest.mark.parametrize(("letter", "language"), BOTH)
def test_a_translation_has_the_links_the_dates_and_the_code_of_the_english(letter: str, language: Language) -> None:
    context = sample_context(letter, language=language)
    english, other = render(letter, sample_context(letter)), render(letter, context, language)
    links = [set(re.findall(r"https://privacy\S+", part.text)) for part in (english, other)]
    assert links[0] == links[1]
    assert set(re.findall(r'href="(https://privacy[^"]+)"', other.html)) == links[0]
    for name in ("answer_by", "code", "fetch_until", "link_until", "received_on"):
        if name in context and str(sample_context(letter)[name]) in english.text:
            assert str(context[name]).replace("\N{NO-BREAK SPACE}", " ") in " ".join(other.text.split())


@pytest.mark.parametrize(("letter", "language"), BOTH)
def test_a_page_set_from_the_text_shows_all_of_it_and_runs_nothing(letter: str, language: Language) -> None:
    rendered = render(letter, sample_context(letter, language=language), language)
    body = rendered.text.split("\n\n\n")[0]
    seen = " ".join(re.sub(r"<[^>]+>", " ", unescape(rendered.html)).split())
    for word in re.findall(r"[^\W\d_]{5,}", body):
        assert word in seen, word
    assert "<script" not in rendered.html
    assert "<h1" in rendered.html


@pytest.mark.parametrize(("letter", "language"), BOTH)
def test_a_translation_names_no_other_variables(letter: str, language: Language) -> None:
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(FOLDER), autoescape=True)
    for part in ("subject.txt", "body.txt"):
        named = meta.find_undeclared_variables(environment.parse((FOLDER / letter / language / part).read_text()))
        assert named <= LETTERS[letter].variables


def test_what_a_person_typed_stays_text_on_a_set_page() -> None:
    context = sample_context("message", language="de") | {"message": ["<script>alert(1)</script> & mehr"]}
    html = render("message", context, "de").html
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; mehr" in html


def test_words_and_numbers_are_those_of_the_language() -> None:
    blank = "\N{NO-BREAK SPACE}"
    assert day(date(2026, 12, 23), "de") == "Mi. 23. Dezember 2026".replace(" ", blank)
    assert day_ahead(date(2026, 12, 23), date(2026, 12, 22), "fr") == "mer. 23 décembre 2026".replace(" ", blank) + ", demain"
    assert day(date(2026, 12, 1), "fr") == "mar. 1er décembre 2026".replace(" ", blank)
    assert day(date(2026, 12, 1), "de") == "Di. 1. Dezember 2026".replace(" ", blank)
    assert count(1_284, "record", "de") == "1.284 Einträge"
    assert asked(Right.ERASURE, "fr") == "Que nous effacions vos données"
    kept = withheld({"third_party": 1, "secret": 1}, {}, "de")
    assert kept is not None
    assert kept.what == "einiges"
    assert len(kept.why) == 2
    for words in WORDS.values():
        assert set(words.asked) == set(Right)


def test_a_letter_without_a_translation_goes_out_in_english() -> None:
    assert speaks("request_received", "de") == "de"
    assert speaks("_desk/case_due", "de") == "en"


def test_every_letter_of_ours_can_be_sent_in_each_of_its_languages() -> None:
    assert LANGUAGES == ("en", "de", "fr")
    assert mistakes(None) == []


def own(folder: Path, letter: str, body: str) -> Path:
    (folder / letter).mkdir(parents=True)
    (folder / letter / "subject.txt").write_text("{{ reference }}: our own words")
    (folder / letter / "body.txt").write_text('{% extends "_layout/base.txt" %}{% block body %}\n' + body + "\n{% endblock %}")
    (folder / letter / "body.html").write_text(
        '{% extends "_layout/base.html" %}{% block body %}<p>' + body + "</p>{% endblock %}"
    )
    return folder


def test_a_controllers_own_letter_wins_and_can_add_a_language(tmp_path: Path) -> None:
    folder = own(tmp_path, "message", "Dear customer {{ reference }}")
    assert "Dear customer HAB-" in render("message", sample_context("message"), "en", folder).text
    own(tmp_path, "refusal/de", "Leider nein")
    assert speaks("refusal", "de", folder) == "de"
    assert "Leider nein" in render("refusal", sample_context("refusal"), "de", folder).text
    assert mistakes(folder) == []


@pytest.mark.parametrize(
    "body",
    [
        "{{ name }}",
        "{{ controller.__class__.__mro__ }}",
        "{{ message.__init__.__globals__ }}",
        "{% for x in y %}",
        "{{ message.append(1) }}",
    ],
)
def test_a_template_that_reaches_for_more_is_named_and_sends_nothing(tmp_path: Path, body: str) -> None:
    folder = own(tmp_path, "message", body)
    (line,) = mistakes(folder)
    assert line.startswith("message/en: ")
    with pytest.raises(jinja2.TemplateError):
        render("message", sample_context("message"), "en", folder)
