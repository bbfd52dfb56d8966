"""Every stage of every right, and every way it can end, has a letter in English; and in German and French.

Read off the workflows themselves: a letter that one of them names and nobody wrote fails here, and so does a new outcome or right
without words.
"""

import ast
import re
from pathlib import Path

import pytest

from adapters.letter_endings import ENDED, HOW
from adapters.letter_samples import sample_context
from adapters.letter_words import ASKED, asked
from adapters.letters import LETTERS, render, speaks
from domain.incoming import Language
from domain.rights import Outcome, Right
from workflows import case

ROOT = Path(__file__).resolve().parents[2]
MOST_USED = (
    *("request_received", "received_by_mail", "verify_identity", "code", "identity_reminder", "more_identity"),
    *("clarification", "message", "package_ready", "package_reminder", "somebody_asked"),
)
# Ended by a letter of the right or of the refusal itself, before the case closes.
OWN = {
    Outcome.NOTHING_HELD: "nothing_held",
    Outcome.REFUSED: "refusal",
    Outcome.IDENTITY_NOT_CONFIRMED: "identity_not_confirmed",
}
SENDING = {"post", "tell", "answer"}


def _named() -> set[str]:
    """Every letter that a workflow names: `letter="..."`, what is posted or told, and the tables of the case."""
    found: set[str] = {*vars(case)["_CLOSING_LETTERS"].values(), *vars(case)["_LETTERS"].values()}
    for path in (ROOT / "workflows").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            given = [each.value for each in node.keywords if each.arg == "letter"] + (node.args[:2] if name in SENDING else [])
            found |= {each.value for each in given if isinstance(each, ast.Constant) and isinstance(each.value, str)}
    return found


@pytest.mark.parametrize("letter", sorted(_named() | LETTERS.keys()))
def test_a_letter_that_a_workflow_sends_is_written_in_english(letter: str) -> None:
    rendered = render(letter, sample_context(letter))
    assert all((rendered.subject, rendered.text.strip(), rendered.html.strip()))


def test_enough_is_named_for_this_to_mean_something() -> None:
    assert {"erasure_planned", "complaint_received", "case_closed", "clarification"} <= _named()
    assert len(_named()) > len(MOST_USED)


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_ends_with_a_letter(outcome: Outcome) -> None:
    assert (OWN.get(outcome) or vars(case)["_CLOSING_LETTERS"][outcome]) in LETTERS


@pytest.mark.parametrize("right", Right)
def test_every_right_has_its_words_in_every_language(right: Right) -> None:
    assert len({ASKED[right], asked(right, "de"), asked(right, "fr")}) > 1
    for outcome in (Outcome.FULFILLED, Outcome.PARTLY_FULFILLED, Outcome.NOTHING_HELD):
        assert ENDED[outcome]
        assert HOW[outcome]


@pytest.mark.parametrize("letter", MOST_USED)
@pytest.mark.parametrize("language", ["de", "fr"])
def test_the_most_used_letters_speak_german_and_french(letter: str, language: Language) -> None:
    assert speaks(letter, language) == language
    assert render(letter, sample_context(letter, language=language), language).text != render(letter, sample_context(letter)).text


def test_an_authority_can_be_pressed_in_every_language() -> None:
    for language in ("en", "de", "fr"):
        html = render("refusal", sample_context("refusal", language=language), language).html
        assert re.search('<a [^>]*href="https://ico.org.uk/make-a-complaint"', html), language


def test_what_is_bold_may_break_so_that_a_letter_fits_a_telephone() -> None:
    assert not [letter for letter in LETTERS if "nowrap" in render(letter, sample_context(letter)).html]


def test_in_a_letter_set_from_its_text_each_law_looks_the_same() -> None:
    html = render("refusal", sample_context("refusal", language="de"), "de").html
    assert len(re.findall(r"<p [^>]*>Nach (?:EU-Recht|britischem Recht)</p>", html)) == 2
