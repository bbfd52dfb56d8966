"""Whatever can happen to a case and whatever can be done about it has words for people on the case page."""

import re

from api.console.cases.acts import ACTS
from api.console.cases.history_words import WORDS
from api.console.cases.step_card import CARDS
from api.v1.bodies import SHAPES
from domain.events import Tag
from domain.next_step import Step


def test_everything_that_can_happen_has_its_words() -> None:
    assert set(Tag) - set(WORDS) == set(), "one line each in api/console/cases/history_words.py"


def test_every_command_has_its_words() -> None:
    assert set(SHAPES) - set(ACTS) == set(), "one entry each in api/console/cases/acts.py"
    said = {action: len(re.findall(r"[.)] ?", ACTS[action].guidance)) for action in SHAPES}
    assert [action for action, sentences in said.items() if sentences < 2] == []


def test_every_next_step_has_its_card() -> None:
    assert set(Step) - set(CARDS) == set(), "one card each in api/console/cases/step_card.py"
