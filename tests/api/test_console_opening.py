"""Opening a case by hand: the true channel, the true day, whoever it is (Article 12(2))."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from activities.case_log import CaseLog
from adapters.database import people
from adapters.database.tables import CaseIdentifierRow, CaseReceipt
from adapters.host_desk import HostDesk
from adapters.letter_words import day
from adapters.moving_in import MovingIn
from adapters.resources import Resources
from domain.first_events import first_events
from domain.messages import CaseRef
from domain.rights import Role
from tests.api.conftest import FakeGateway
from tests.at_console import AtConsole, text_of
from tests.moved_in import events_of

SignIn = Callable[..., AtConsole]
PLAIN: dict[str, Any] = {
    "channel": "phone",
    "relation": "customer",
    "rights": ["access"],
    "day": "2026-11-20",
    "hour": "",
    "name": "Ruth Adeyemi",
    "email": "ruth@example.com",
}


def _open(person: AtConsole, **changes: Any) -> Any:  # noqa: ANN401 (an answer)
    mark = re.findall(r'name="mark" value="([^"]+)"', person.get("/console/cases/new").text)[0]
    return person.post("/console/cases/new", PLAIN | {"mark": mark} | changes)


def _receipts(resources: Resources) -> list[CaseReceipt]:
    with resources.database.read() as session:
        return list(session.exec(select(CaseReceipt)).all())


def _subject(resources: Resources, receipt: CaseReceipt) -> dict[str, str]:
    assert receipt.subject
    vault = resources.vault.case(receipt.case_id)
    found: dict[str, str] = json.loads(vault.open("case_receipt", "subject", str(receipt.case_id), receipt.subject))
    return found


@pytest.mark.parametrize("channel", ["phone", "letter", "in_person", "email"])
def test_a_request_by_any_channel_is_a_case(at_console: SignIn, resources: Resources, gateway: FakeGateway, channel: str) -> None:
    person = at_console()
    answer = _open(person, channel=channel)
    (receipt,) = _receipts(resources)
    assert answer.headers["location"] == f"/console/cases/{receipt.reference}"
    assert (receipt.channel, receipt.caller, receipt.rights) == (channel, person.person, ["access"])
    assert gateway.started == [receipt.case_id]


@pytest.mark.parametrize("relation", ["customer", "employee", "applicant", "no_account"])
def test_whoever_it_is_stands_sealed_in_the_case(at_console: SignIn, resources: Resources, relation: str) -> None:
    _open(at_console(), relation=relation)
    (receipt,) = _receipts(resources)
    assert _subject(resources, receipt)["relation"] == relation
    assert relation not in str(receipt.model_dump(exclude={"subject"}))


def test_an_agent_is_named_and_makes_the_case_a_doubtful_one(at_console: SignIn, resources: Resources) -> None:
    person = at_console()
    assert "Write down who asks" in _open(person, relation="agent").text
    _open(person, relation="agent", agent="Legal Ltd, London")
    (receipt,) = _receipts(resources)
    assert _subject(resources, receipt)["agent"] == "Legal Ltd, London"
    assert receipt.risk == "high"


def test_the_month_runs_from_the_day_it_reached_us(at_console: SignIn, resources: Resources) -> None:
    _open(at_console(), day="2026-10-05", hour="09:15")
    (receipt,) = _receipts(resources)
    assert receipt.received_at == datetime(2026, 10, 5, 8, 15, tzinfo=UTC)  # British summer time
    assert receipt.safe_due.isoformat() == "2026-11-05"


@pytest.mark.parametrize(("channel", "hour", "told"), [("letter", "", ", "), ("phone", "", ", "), ("phone", "09:15", ", 09:15 ")])
def test_an_hour_that_nobody_gave_is_shown_nowhere(at_console: SignIn, channel: str, hour: str, told: str) -> None:
    person = at_console()
    case = _open(person, channel=channel, day="2026-11-20", hour=hour).headers["location"]
    shown = text_of(person.get(case)).partition("Received Fri 20 November 2026")[2][:30]
    assert shown.startswith(told)
    assert (":" in shown) is bool(hour)


def test_today_without_a_time_is_now(at_console: SignIn, resources: Resources) -> None:
    _open(at_console(), day=re.findall(r'type="date" value="([^"]+)"', at_console().get("/console/cases/new").text)[0])
    assert datetime.now(UTC) - _receipts(resources)[0].received_at < timedelta(minutes=2)


def test_without_an_address_other_things_do(at_console: SignIn, resources: Resources) -> None:
    _open(at_console(), email="", phone="+44 20 7946 0143", username="ruthie", customer_id="40817", message="She rang twice.")
    (receipt,) = _receipts(resources)
    with resources.database.read() as session:
        kinds = {row.kind for row in session.exec(select(CaseIdentifierRow))}
    assert kinds == {"phone", "username", "customer_id"}
    assert receipt.risk == "elevated"
    assert receipt.message is not None


def test_a_person_whom_nobody_can_reach_is_taken_in_on_purpose_and_the_page_says_why(
    at_console: SignIn, resources: Resources
) -> None:
    person = at_console()
    answer = _open(person, email="", unreachable="Comes by on Friday.")
    (receipt,) = _receipts(resources)
    assert _subject(resources, receipt)["unreachable"] == "Comes by on Friday."
    page = text_of(person.get(answer.headers["location"]))
    assert "No way to reach them is known: \u201cComes by on Friday.\u201d" in page
    assert "Who asks is being looked at" in page, "its workflow has not begun, so nothing is said of doubts yet"
    assert "The first letter is being written." in page


def test_the_person_is_asked_about_before_whoever_asks_for_them(at_console: SignIn) -> None:
    page = at_console().get("/console/cases/new").text
    names = re.findall(r'name="(email|phone|postal|unreachable|agent|agent_email)"', page)
    assert names == ["email", "phone", "postal", "unreachable", "agent", "agent_email"]


def test_what_is_wrong_and_what_would_be_right_is_kept_for_whoever_proposes(at_console: SignIn, resources: Resources) -> None:
    person = at_console()
    answer = _open(person, rights=["rectification"], wrong="Her street: Elm Row", right="Oak Row 4")
    (receipt,) = _receipts(resources)
    assert receipt.correction is not None
    assert "They say it is wrong Her street: Elm Row They say it should be Oak Row 4" in text_of(
        person.get(answer.headers["location"])
    )


def test_pressed_twice_is_one_case_and_a_changed_form_another_matter(at_console: SignIn, resources: Resources) -> None:
    person = at_console()
    same = {"mark": "one-mark"}
    assert _open(person, **same).headers["location"] == _open(person, **same).headers["location"]
    assert _open(person, **same, name="Somebody Else").status_code == 422
    assert len(_receipts(resources)) == 1


@pytest.mark.parametrize(
    ("changes", "field", "told"),
    [
        ({"channel": ""}, "channel-phone", "how the request reached us"),
        ({"relation": "spy"}, "relation-customer", "what the person is to us"),
        ({"rights": []}, "rights-access", "at least one"),
        ({"rights": ["nonsense"]}, "rights-access", "at least one"),
        ({"name": "", "email": ""}, "name", "at least one thing"),
        ({"email": ""}, "unreachable", "Nobody could answer this person"),
        ({"wrong": "My street"}, "wrong", "as well"),
        ({"email": "ruth"}, "email", "name@example.com"),
        ({"name": "Ru\u202eth"}, "name", "cannot be seen"),
        ({"name": "x" * 201}, "name", "At most 200"),
        ({"day": "yesterday"}, "day", "Enter the day"),
        ({"day": "2999-01-01"}, "day", "in the past"),
        ({"day": "2018-05-24"}, "day", "after 25 May 2018"),
    ],
)
def test_a_mistake_brings_the_form_back_with_everything_typed(
    at_console: SignIn, resources: Resources, changes: dict[str, Any], field: str, told: str
) -> None:
    answer = _open(at_console(), message="Her own words.", **changes)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert f'id="{field}"' in answer.text
    assert told in text_of(answer)
    assert "Her own words." in answer.text
    assert _receipts(resources) == []


def test_a_case_that_moved_in_says_what_was_done_before_and_when(at_console: SignIn, resources: Resources) -> None:
    people.add_caseworker(resources.database, email="lena.moves@example.com", name="Lena Moves", role=Role.PRIVACY_LEAD)
    desk, now = HostDesk(resources), datetime.now(UTC)
    days = [f"{now - timedelta(days=ago):%Y-%m-%d}" for ago in (20, 12)]
    columns = "old_reference,received_on,channel,rights,email,clarification_asked_on,clarification_question"
    row = f"OLD-77,{days[0]},web_form,access,ruth@example.com,{days[1]},Which of your two accounts?"
    (made,) = desk.move_in(
        MovingIn(resources, f"{columns}\n{row}", desk.lead("lena.moves@example.com"), now), by="lena.moves@example.com"
    )
    log = CaseLog(resources)
    log.record_case_event(events_of(made.case_id, first_events(log.read_opening(CaseRef(case_id=made.case_id)))))
    person = at_console()
    page = text_of(person.get(f"/console/cases/{made.reference}/history"))
    assert "moved in from another system" in page
    asked = (now - timedelta(days=12)).date()
    assert f"Asked what is meant (in the system before, on {day(asked)})".replace("\N{NO-BREAK SPACE}", " ") in page.replace(
        "\N{NO-BREAK SPACE}", " "
    )
    assert "Which of your two accounts?" in page
    mark = person.post("/console/cases/search", {"identifier": "OLD-77"})
    assert made.reference in mark.text
