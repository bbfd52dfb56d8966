"""Whoever has no e-mail reads the same letters on paper: nothing in them leads to a page, asks for a code or speaks of a mail."""

import re

import pytest

from activities.letter_address import ON_PAPER
from adapters.letter_samples import sample_context
from adapters.letters import LETTERS, render


@pytest.mark.parametrize("letter", sorted(ON_PAPER))
def test_a_letter_on_paper_asks_for_nothing_that_needs_a_mailbox(letter: str) -> None:
    sample = sample_context(letter)
    links = {name: None for name in sample if name.endswith("_link")}
    facts = sample | links | {"by_post": True, "reply": "Write or call us"}
    if "confirming" in sample:
        facts["confirming"] = False
    text = render(letter, facts).text
    assert "None" not in text
    assert "privacy.imaginella.example" not in text, "a token is nothing that anybody types"
    assert not re.search(r"this (e-)?mail|our mail|second mail|a code\b(?!\.)|link works", text), text
    assert not re.search(r":\n\n\n|here how far we are", text)
    assert "HAB-7K4M29QX" in text, "whoever calls us gives the reference"


def test_what_proves_or_opens_with_a_mailbox_is_never_written_on_paper() -> None:
    need_mailbox = {
        name for name, letter in LETTERS.items() if {"code", "confirm", "stop", "dispute", "object"} & {*letter.needs}
    }
    assert not need_mailbox & ON_PAPER
