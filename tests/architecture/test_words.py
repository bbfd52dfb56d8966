"""Whatever can happen to a case and whatever can be done about it has words for people on the case page."""

import re

import pytest

from api.console.cases.acts import ACTS
from api.console.cases.history_words import WORDS
from api.console.cases.step_card import CARDS
from api.v1.bodies import SHAPES
from domain.authority import Action
from domain.events import Tag
from domain.next_step import Step


@pytest.mark.parametrize("tag", Tag)
def test_everything_that_can_happen_has_its_words(tag: Tag) -> None:
    assert tag in WORDS, "one line in api/console/cases/history_words.py"


@pytest.mark.parametrize("action", SHAPES)
def test_every_command_has_its_words(action: Action) -> None:
    assert action in ACTS, "one entry in api/console/cases/acts.py"
    assert len(re.findall(r"[.)] ?", ACTS[action].guidance)) >= 2  # two sentences at least


@pytest.mark.parametrize("step", Step)
def test_every_next_step_has_its_card(step: Step) -> None:
    assert step in CARDS, "one card in api/console/cases/step_card.py"
