"""The preview shows every language of a letter, and a controller's own letter as it would leave, or why it cannot."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from adapters.resources import Resources
from api.app import create_app
from tests.api.conftest import FakeGateway
from tests.at_console import AtConsole, text_of
from tests.breach_gateway import BreachGateway
from tests.notice_gateway import NoticeGateway
from tests.sweep_gateway import SweepGateway


def test_every_translation_can_be_looked_at_and_others_are_not_there(at_console: Callable[..., AtConsole]) -> None:
    person = at_console()
    german = person.get("/console/letters/package_ready?language=de")
    assert "Postfach" in german.text or "Kopie" in text_of(german)
    assert "French" in text_of(german)
    assert 'lang="de"' in person.get("/console/letters/package_ready/page?language=de").text
    assert person.get("/console/letters/package_ready?language=it").status_code in {404, 422}


def test_notices_to_many_can_be_looked_at_in_three_languages(at_console: Callable[..., AtConsole]) -> None:
    person = at_console()
    assert "/console/letters/breach_notice" in person.get("/console/letters").text
    for name in ("breach_notice", "policy_notice"):
        for language, heading in (("de", "Was Sie tun können"), ("fr", "Ce que vous pouvez faire")):
            assert heading in text_of(person.get(f"/console/letters/{name}?language={language}"))
            assert heading in person.get(f"/console/letters/{name}/page?language={language}").text


def test_mails_to_colleagues_can_be_looked_at(at_console: Callable[..., AtConsole]) -> None:
    person = at_console()
    assert "/console/letters/breach_call" in person.get("/console/letters").text
    assert "You are on duty" in text_of(person.get("/console/letters/breach_call"))
    assert "Habeas, breach desk" in person.get("/console/letters/breach_call/page").text
    assert person.get("/console/letters/breach_call?language=de").status_code == 404


def test_the_list_says_who_writes_a_letter(at_console: Callable[..., AtConsole]) -> None:
    page = text_of(at_console().get("/console/letters"))
    for row in ("your copy is ready Habeas ", "a message about your request Habeas and a caseworker", "Habeas, to colleagues"):
        assert row in page
    assert "Written by Habeas" in text_of(at_console().get("/console/letters/package_ready"))


@pytest.mark.parametrize("case", [("Dear you, {{ reference }}", "Dear you, HAB-"), ("{{ secret }}", "cannot be sent")])
def test_a_letter_of_the_controllers_own_is_shown_as_it_is_written_now(
    resources: Resources, gateway: FakeGateway, desk: BreachGateway, tmp_path: Path, case: tuple[str, str]
) -> None:
    (body, shown), folder = case, tmp_path / "message"
    folder.mkdir()
    (folder / "subject.txt").write_text("Ours")
    (folder / "body.txt").write_text('{% extends "_layout/base.txt" %}{% block body %}' + body + "{% endblock %}")
    (folder / "body.html").write_text("<p>" + body + "</p>")
    settings = resources.settings.model_copy(update={"letters": tmp_path})
    own = dataclasses.replace(resources, settings=settings)
    app = create_app(own, gateway, (desk, NoticeGateway(own)), SweepGateway(own))
    with TestClient(app, base_url="http://127.0.0.1", client=("127.0.0.1", 5000), raise_server_exceptions=False) as web:
        person = AtConsole(web, own)
        page = text_of(person.get("/console/letters/message"))
        assert shown in page
        assert "Your own letter" in page
        assert person.get("/console/letters").status_code == 200
