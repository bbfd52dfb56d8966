"""What a person reads where something does not work, at the console and on the portal: what happened, what was kept, what to do.

Real refusals: the database is made to fail in the middle of a request, and nothing stands in for it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx2
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from adapters.resources import Resources
from domain.rights import Role
from tests.api.visiting import a_link
from tests.at_console import AtConsole, text_of
from tests.case_in_hand import CaseInHand
from tests.case_stages import withdrawn

SignIn = Callable[..., AtConsole]
MENU = 'aria-label="Main"'


@contextmanager
def failing(resources: Resources, failure: Exception) -> Iterator[None]:
    """Whatever asks for cases gets a failure; who is signed in can still be looked up."""

    def fail(*statement: object) -> None:
        if "case_receipt" in str(statement[2]):
            raise failure

    event.listen(resources.database.engine, "before_cursor_execute", fail)
    try:
        yield
    finally:
        event.remove(resources.database.engine, "before_cursor_execute", fail)


def is_page(answer: httpx2.Response, status: int, title: str, *told: str) -> None:
    assert answer.status_code == status
    assert f"<h1>{title}</h1>" in answer.text.replace('<h1 tabindex="-1">', "<h1>")
    for words in told:
        assert words in text_of(answer)


def test_who_may_not_open_a_page_keeps_the_menu_to_go_on_with(at_console: SignIn) -> None:
    answer = at_console().get("/console/staff")
    is_page(answer, 403, "This is not yours to open", "Ask a privacy lead if you need it for your work.", "To your first page")
    assert MENU in answer.text


def test_what_is_not_there_leads_to_no_case(at_console: SignIn) -> None:
    answer = at_console().get("/console/cases/HAB-NOTTHERE/history")
    is_page(answer, 404, "There is nothing here", "Look at the address or the reference once more.")
    assert "Back to the case" not in answer.text


def test_what_came_too_late_leads_back_to_its_case(at_console: SignIn, resources: Resources) -> None:
    case = withdrawn(resources)
    answer = at_console().post(f"/console/cases/{case.reference}/files/evidence")
    is_page(answer, 409, "The case has moved on", f"Back to the case {case.reference}")
    assert f'href="/console/cases/{case.reference}"' in answer.text
    assert MENU in answer.text


def test_what_is_too_large_or_not_as_it_should_be_says_that_nothing_was_stored(at_console: SignIn, web: TestClient) -> None:
    person = at_console()
    assert "larger than what is accepted" in text_of(person.post("/console/cases/search", {"q": "x" * 300_000}))
    answer = person.post("/console/cases/assign", {"case": "HAB-NOTTHERE", "to": "nobody", "back": "/console/cases"})
    is_page(answer, 422, "Something did not arrive as it should", "Choose a colleague who works on cases.")
    answer = web.post("/", data={"message": "x" * 300_000})
    is_page(answer, 413, "That is too long", "Nothing was sent.", "Ask about your data")


AWAY = OperationalError("a question", {}, Exception("no answer"))
BROKEN = RuntimeError("tilda.typical@example.com")


@pytest.mark.parametrize(
    ("failure", "status", "told"),
    [
        (AWAY, 503, ("A part of Habeas does not answer", "What was stored before is kept.", "Try again in a minute.")),
        (BROKEN, 500, ("Something went wrong here", "What was stored before is kept.", "if it stays, tell your administrator")),
    ],
)
def test_a_failure_of_ours_says_what_was_kept_and_quotes_nothing(
    at_console: SignIn, resources: Resources, failure: Exception, status: int, told: tuple[str, ...]
) -> None:
    case, person = CaseInHand(resources), at_console(Role.REVIEWER)
    with failing(resources, failure):
        answer = person.get(f"/console/cases/{case.reference}/history")
    is_page(answer, status, *told, f"Back to the case {case.reference}")
    assert "tilda" not in answer.text
    assert ("Retry-After" in answer.headers) == (status == 503)
    assert person.get(f"/console/cases/{case.reference}/history").status_code == 200, "and afterwards it goes on"


@pytest.mark.parametrize(
    ("failure", "status", "told"),
    [
        (AWAY, 503, ("We cannot answer at this moment", "Everything that you sent before is kept.", "try again in a minute")),
        (BROKEN, 500, ("Something went wrong on our side", "What you sent before is kept.", "Please try again later.")),
    ],
)
def test_a_failure_of_ours_on_the_portal_says_that_what_was_sent_is_kept(
    web: TestClient, resources: Resources, failure: Exception, status: int, told: tuple[str, ...]
) -> None:
    web.get(f"/follow/{a_link(CaseInHand(resources), 'follow')}")
    with failing(resources, failure):
        answer = web.get("/follow")
    is_page(answer, status, *told, "Need help?")
    assert "tilda" not in answer.text
    assert web.get("/follow").status_code == 200
