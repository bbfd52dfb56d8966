"""Mail to our own people says that something waits, and where; each template renders with exactly what it may name."""

import jinja2
import pytest
from jinja2 import meta

from adapters.desk_letters import DESK_LETTERS, desk_letter
from adapters.letters import FOLDER

SAMPLE: dict[str, object] = {
    "reference": "HAB-B6T2M8QX",
    "link": "https://habeas.example/console/breaches/HAB-B6T2M8QX",
    "exercise": False,
    "due": "Wed 25 November 2026, 11:22 GMT",
    "number": 2,
    "hours": 4,
    "late": False,
    "subject": "your password was changed",
    "what": "your password for the console was changed.",
    "what_now": "If that was not you, tell your administrator at once.",
    "name": "Dana Whitfield",
    "phone": "020 7946 0143",
}


def test_every_folder_is_a_letter() -> None:
    folders = {path.name for path in (FOLDER / "_desk").iterdir() if path.is_dir()}
    assert folders == DESK_LETTERS.keys()
    for name in folders:
        assert {path.name for path in (FOLDER / "_desk" / name).iterdir()} == {"subject.txt", "body.txt", "body.html"}


@pytest.mark.parametrize("name", ["breach_call", "breach_reminder"])
@pytest.mark.parametrize("exercise", [False, True])
def test_each_renders_and_says_when_it_is_an_exercise(name: str, *, exercise: bool) -> None:
    given = {key: value for key, value in (SAMPLE | {"exercise": exercise}).items() if key in DESK_LETTERS[name]}
    letter = desk_letter(name, given)
    said = exercise and "exercise" in DESK_LETTERS[name]  # only a breach can be one
    assert ("exercise" in letter.text.lower(), "Exercise" in letter.subject) == (said, said)
    assert str(SAMPLE["link"]) in letter.text
    assert str(SAMPLE["link"]) in letter.html


@pytest.mark.parametrize("name", DESK_LETTERS)
def test_a_template_names_nothing_else(name: str) -> None:
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(FOLDER), autoescape=True)
    for part in ("subject.txt", "body.txt", "body.html"):
        source = (FOLDER / "_desk" / name / part).read_text()
        assert meta.find_undeclared_variables(environment.parse(source)) - {"button"} <= DESK_LETTERS[name]


def test_the_time_that_passed_is_said_as_passed() -> None:
    given = {key: value for key, value in (SAMPLE | {"hours": 0}).items() if key in DESK_LETTERS["breach_reminder"]}
    letter = desk_letter("breach_reminder", given)
    assert "passed" in letter.subject
    assert "reasons for the delay" in letter.text


def test_a_variable_too_many_is_refused() -> None:
    with pytest.raises(ValueError, match="hours"):
        desk_letter("breach_call", SAMPLE)
