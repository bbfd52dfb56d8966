"""Mail to our own people says that something waits, and where; each template renders with exactly what it may name."""

from pathlib import Path

import jinja2
import pytest
from jinja2 import meta

from adapters.desk_letters import DESK_LETTERS, desk_letter
from adapters.desk_samples import DESK_SAMPLES, desk_sample
from adapters.letter_samples import mistakes, sample_context, sample_controller
from adapters.letters import FOLDER, render
from adapters.notice_samples import SAMPLES, sample_notice
from domain.errors import InvalidInputError

SITE = "https://habeas.example"


def given(name: str, **other: object) -> dict[str, object]:
    """Every variable of a mail."""
    return desk_sample(name, sample_controller(), SITE) | other


def test_every_folder_is_a_letter() -> None:
    folders = {path.name for path in (FOLDER / "_desk").iterdir() if path.is_dir()}
    assert folders == DESK_LETTERS.keys()
    for name in folders:
        assert {path.name for path in (FOLDER / "_desk" / name).iterdir()} == {"subject.txt", "body.txt", "body.html"}


@pytest.mark.parametrize("name", ["breach_call", "breach_reminder"])
@pytest.mark.parametrize("exercise", [False, True])
def test_each_renders_and_says_when_it_is_an_exercise(name: str, *, exercise: bool) -> None:
    letter = desk_letter(name, given(name, exercise=exercise), None)
    assert ("exercise" in letter.text.lower(), "Exercise" in letter.subject) == (exercise, exercise)
    link = f"{SITE}/console/breaches/HAB-B6T2M8QX"
    assert link in letter.text
    assert link in letter.html


@pytest.mark.parametrize("name", DESK_LETTERS)
def test_a_template_names_nothing_else(name: str) -> None:
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(FOLDER), autoescape=True)
    for part in ("subject.txt", "body.txt", "body.html"):
        source = (FOLDER / "_desk" / name / part).read_text()
        assert meta.find_undeclared_variables(environment.parse(source)) - {"button"} <= DESK_LETTERS[name]


def test_the_time_that_passed_is_said_as_passed() -> None:
    letter = desk_letter("breach_reminder", given("breach_reminder", hours=0), None)
    assert "passed" in letter.subject
    assert "reasons for the delay" in letter.text


def test_a_variable_too_many_is_refused() -> None:
    with pytest.raises(ValueError, match="hours"):
        desk_letter("breach_call", given("breach_call", hours=4), None)


OWN = {
    "_desk/base.html": "<html><body><b>Imaginella desk</b>{% block body %}{% endblock %}</body></html>",
    "_desk/notice.html": "<html><body><b>Imaginella</b>{% block body %}{% endblock %}</body></html>",
}


def own_folder(place: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(content)
    return place


def test_there_is_a_sample_of_each() -> None:
    assert {*DESK_SAMPLES, *SAMPLES} == DESK_LETTERS.keys()
    assert mistakes(None) == []


@pytest.mark.parametrize("name", DESK_SAMPLES)
def test_a_frame_of_the_controllers_own_is_around_every_mail(name: str, tmp_path: Path) -> None:
    own = own_folder(tmp_path, OWN)
    page = desk_letter(name, given(name), own).html
    assert ("Imaginella desk" in page) == ('extends "_desk/base.html"' in (FOLDER / "_desk" / name / "body.html").read_text())
    assert mistakes(own) == []


def test_a_call_to_whoever_is_on_duty_goes_out_whatever_is_wrong_with_the_controllers_own(tmp_path: Path) -> None:
    broken = {
        f"_desk/{name}/{part}": "{{ nothing }}"
        for name in ("breach_call", "inactive_account")
        for part in ("body.txt", "body.html")
    }
    own = own_folder(tmp_path, broken)
    call = given("breach_call")
    assert "You are on duty" in desk_letter("breach_call", call, own).text
    with pytest.raises(InvalidInputError, match="habeas letters check"):
        desk_letter("inactive_account", given("inactive_account"), own)
    assert [line.partition(":")[0] for line in mistakes(own)] == ["_desk/inactive_account", "_desk/breach_call"]


def test_a_text_without_a_page_is_named(tmp_path: Path) -> None:
    own = own_folder(
        tmp_path,
        {
            "_desk/case_due/body.txt": "Ours",
            "message/body.txt": "{% extends '_layout/base.txt' %}{% block body %}Own words{% endblock %}",
        },
    )
    assert mistakes(own) == ["_desk/case_due: there is a body.txt and no body.html: write both"]
    letter = render("message", sample_context("message"), "en", own)
    assert "Own words" in letter.text
    assert "Own words" in letter.html, "the page is set from their text, and not ours"


@pytest.mark.parametrize("name", SAMPLES)
def test_a_frame_of_the_controllers_own_is_around_every_notice(name: str, tmp_path: Path) -> None:
    page = sample_notice(name, sample_controller(), "https://x.example", "de", own_folder(tmp_path, OWN)).html
    assert "<b>Imaginella</b>" in page
