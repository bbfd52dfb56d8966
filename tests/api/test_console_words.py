"""Words of the console: whatever a case or a breach can come to has its own."""

import pytest

from adapters.letter_words import contents, in_words
from api.console.breaches.words import place
from api.console.steps import step_in_words
from domain.next_step import Step


@pytest.mark.parametrize("step", [step for step in Step if step is not Step.LOOK])
def test_every_next_step_is_named_in_the_queue(step: Step) -> None:
    assert step_in_words(step.value, None) != step_in_words(Step.LOOK.value, None)


def test_a_task_says_what_it_is_and_how_many_wait() -> None:
    assert step_in_words(Step.DO_TASK.value, "instruct_processor", 4) == "Instruct a processor, 3 more"
    assert step_in_words(Step.CARRY_OUT.value, "rectification", 1) == "Carry out: Correction"
    assert step_in_words(Step.DO_TASK.value, "of_a_later_release", 1) == "Do a task"


@pytest.mark.parametrize(
    ("code", "said"),
    [("GB", "United Kingdom"), ("IE", "Ireland"), ("DE-BE", "Germany (Berlin)"), ("XX", "country not known"), ("JP", "JP")],
)
def test_where_people_are_is_said_in_words(code: str, said: str) -> None:
    assert place(code) == said


def test_a_file_is_counted_once_and_what_was_withheld_not_at_all() -> None:
    rows = {"records": 100, "files": 0, "withheld": 3}
    pictures = {"records": 28, "files": 28, "withheld": 0}
    by_hand = {"records": 1, "files": 1, "withheld": 1}
    held = contents({"collections": [rows, pictures, by_hand]})
    assert in_words(*held) == "100 records and 29 files"
    assert in_words(*held, "de") == "100 Einträge und 29 Dateien"
    assert in_words(0, 0) == "0 records"
