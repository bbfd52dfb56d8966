"""A data map says its words in the language of the person; what it lacks it says as it stands, and the check names it."""

from pathlib import Path

from domain.datamap import DataMap, Finding, check_static
from domain.datamap_languages import said_in

SMALL = (Path(__file__).parent.parent / "data" / "small_datamap.yml").read_text(encoding="utf-8")
GERMAN = """
translations:
  de:
    Your account: Ihr Konto
    To operate and maintain the platform: Betrieb des Dienstes
    closure of the account: der Schließung Ihres Kontos
    Id: Nummer
    Monday to Friday: Montag bis Freitag
"""
DEMO = (Path(__file__).parents[2] / "demo" / "datamap.yml").read_text(encoding="utf-8")


def notes(text: str) -> list[Finding]:
    return [finding for finding in check_static(text) if finding.severity == "note"]


def test_its_words_are_said_in_a_language_and_everything_else_stays() -> None:
    english = DataMap.parse(SMALL + GERMAN)
    german = english.in_language("de")
    assert german.collection("platform", "accounts").title == "Ihr Konto"
    assert german.collection("platform", "accounts").fields["id"].called("id") == "Nummer"
    assert english.collection("platform", "accounts").title == "Your account"
    assert german.waves({"email"}) == english.waves({"email"})
    assert german.hash == english.hash
    assert english.in_language("de") is german, "made once"


def test_what_is_not_translated_is_said_as_it_stands() -> None:
    english = DataMap.parse(SMALL + GERMAN)
    assert english.in_language("fr") == english
    assert english.in_language("de").controller.name == english.controller.name


def test_a_translation_is_content_that_an_approval_binds_to() -> None:
    assert DataMap.parse(SMALL + GERMAN).hash != DataMap.parse(SMALL + GERMAN.replace("Ihr Konto", "Das Konto")).hash


def test_the_check_notes_what_a_language_lacks_and_warns_of_what_is_never_said() -> None:
    whole = [finding.sentence for finding in notes(SMALL)]
    assert len(whole) == 1, "a map without translations is one note"
    assert "German and French" in whole[0]
    found = notes(SMALL + GERMAN)
    lines = (SMALL + GERMAN).splitlines()
    assert any("French" in finding.sentence and finding.path == "translations" for finding in found)
    prompts = next(finding for finding in found if "Your prompts" in finding.sentence)
    assert "Your prompts" in lines[prompts.line - 1]
    assert "No German" in prompts.sentence
    assert not any("Your account" in finding.sentence for finding in found)
    (left,) = [
        finding for finding in check_static(SMALL + GERMAN) if "translations" in finding.path and finding.severity == "warning"
    ]
    assert "Monday to Friday" in lines[left.line - 1]


def test_a_language_that_there_is_not_is_refused_with_its_line() -> None:
    text = SMALL + "\ntranslations:\n  nl:\n    Your account: Uw account\n"
    (refused,) = [finding for finding in check_static(text) if finding.severity == "error"]
    assert (refused.path, text.splitlines()[refused.line - 1]) == ("translations.nl", "  nl:")


def test_the_demo_speaks_all_three() -> None:
    assert notes(DEMO) == []
    english = DataMap.parse(DEMO)
    for words in english.translations.values():
        assert said_in(english, words) != english
