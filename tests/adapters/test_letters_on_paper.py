"""Whoever has no e-mail reads the same letters on paper: nothing in them leads to a page, asks for a code or speaks of a mail."""

import re

import pytest

from activities.letter_address import ON_PAPER
from adapters.letter_answers import how_to_reply
from adapters.letter_samples import sample_context
from adapters.letters import LETTERS, render
from domain.incoming import Language

_MAILBOX: dict[Language, str] = {
    "en": r"this (e-)?mail|our mail|second mail|a code\b(?!\.)|link works|here how far we are",
    "de": r"diese[rs]? Mail|zweite Mail|Link gilt|Hier sehen Sie|Antworten Sie auf",
    "fr": r"ce courriel|second courriel|lien est valable|Vous voyez ici|Répondez à ce",
}


@pytest.mark.parametrize("language", ["en", "de", "fr"])
@pytest.mark.parametrize("letter", sorted(ON_PAPER))
def test_a_letter_on_paper_asks_for_nothing_that_needs_a_mailbox(letter: str, language: Language) -> None:
    sample = sample_context(letter, language=language)
    links = {name: None for name in sample if name.endswith("_link")}
    facts = sample | links | {"by_post": True, "reply": how_to_reply(language, by_post=True)}
    if "confirming" in sample:
        facts["confirming"] = False
    text = render(letter, facts, language).text
    assert "None" not in text
    assert "privacy.imaginella.example" not in text, "a token is nothing that anybody types"
    assert not re.search(_MAILBOX[language], " ".join(text.split())), text
    assert not re.search(r":\n\n\n", text)
    assert "HAB-7K4M29QX" in text, "whoever calls us gives the reference"


def test_the_receipt_on_paper_says_what_comes_in_its_order() -> None:
    paper = {"by_post": True, "confirming": False, "follow_link": None, "disown_link": None}
    text = " ".join(render("request_received", sample_context("request_received") | paper).text.split())
    assert (
        text.index("First we make sure that it is you") < text.index("Then we look in our systems") < text.index("comes by post")
    )
    free = render("request_received", sample_context("request_received") | paper | {"made_sure": False, "course": "by_hand"}).text
    assert "make sure" not in free, "an objection asks nobody who they are"
    assert "A person looks at what was asked" in free


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_an_answer_to_all_that_was_asked_is_not_called_one_of_several(language: Language) -> None:
    one, several = (
        render("right_decided", sample_context("right_decided", language=language) | {"asked": ["x"] * number}, language).text
        for number in (1, 2)
    )
    words = {"en": "one of the things", "de": "einen Teil dessen", "fr": "une partie de ce"}[language]
    assert (words in " ".join(one.split()), words in " ".join(several.split())) == (False, True)


def test_what_proves_or_opens_with_a_mailbox_is_never_written_on_paper() -> None:
    need_mailbox = {name for name, letter in LETTERS.items() if {"code", "confirm", "dispute", "object"} & {*letter.needs}}
    assert not need_mailbox & ON_PAPER
