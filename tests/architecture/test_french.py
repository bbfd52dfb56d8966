"""French is set in one way wherever a person reads it: a narrow blank, and no break, before `? ! : ; »` and behind `«`.

Mended where the words are written: a translation has plain blanks there, which `domain/typography.py` makes narrow.
"""

import re
from html import unescape

import pytest

from activities.package_index import TEMPLATES
from activities.package_language import FOLDER
from adapters.letter_samples import sample_context, sample_controller
from adapters.letters import LETTERS, render
from adapters.notice_samples import SAMPLES, sample_notice
from adapters.translations import sentences
from api.portal.languages import words
from demo.controller import DATAMAP
from domain.datamap import DataMap
from domain.typography import set_in, set_page_in

_MARK = r"[?!:;]"
# A blank that is not narrow, or none where a word ends.
WRONG = re.compile(rf"[ \u00a0](?:{_MARK}|»)|«[^\u202f]|[^\u202f]»|(?<=[^\W\d_]){_MARK}(?=\s|$)")


def wrong_on(page: str) -> list[str]:
    return [line for line in unescape(re.sub(r"<[^>]+>", "\n", page)).splitlines() if WRONG.search(line)]


@pytest.mark.parametrize("name", ["portal", "copy", "data map"])
def test_sentences_that_stand_as_data_are_set_in_french(name: str) -> None:
    translated = DataMap.parse(DATAMAP.read_text(encoding="utf-8")).in_language("fr")
    said = {
        "portal": list(words("fr").values()),
        "copy": list(sentences(FOLDER, "fr").values()),
        "data map": [purpose.title for purpose in translated.purposes] + [rule.text for rule in translated.retention],
    }[name]
    assert [text for text in said if WRONG.search(unescape(text))] == []


@pytest.mark.parametrize("name", SAMPLES)
def test_a_notice_to_many_is_set_in_french(name: str) -> None:
    assert wrong_on(sample_notice(name, sample_controller(), "https://privacy.imaginella.example", "fr", None).html) == []


@pytest.mark.parametrize("letter", LETTERS)
def test_a_letter_is_set_in_french(letter: str) -> None:
    written = render(letter, sample_context(letter, language="fr"), "fr")
    assert wrong_on(written.html) == []
    assert "\u202f" not in written.text, "whoever copies or searches plain text has plain blanks in it"
    assert re.fullmatch(r"HAB-\w+ : .+", written.subject)
    lines = written.text.splitlines()
    assert [line for line in lines if re.match(rf"\s*(?:{_MARK}|»)", line) or line.endswith("«")] == []


@pytest.mark.parametrize("name", ["letter_fr.typ", "certificate_fr.typ"])
def test_what_is_set_as_pdf_has_a_fixed_blank_at_each_mark(name: str) -> None:
    source = (TEMPLATES / "letter" / name).read_text(encoding="utf-8")
    assert re.findall(r"[^\W\d_)\]] (?:[?!:;](?!=)|»)", source) == []


def test_only_what_is_shown_of_a_page_is_changed() -> None:
    assert set_page_in("fr", '<a title="Qui ?" href="x">Qui ?</a>') == '<a title="Qui ?" href="x">Qui\u202f?</a>'
    assert set_in("fr", "Il est 14:05 : « Oui »") == "Il est 14:05\u202f: «\u202fOui\u202f»"
    assert set_in("de", "Wer ?") == "Wer ?"
