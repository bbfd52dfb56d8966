"""The breach desk at the console: who sees it, what it says first, each action as a form, refusals in words."""

import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from adapters.database.intake import Receipt
from adapters.resources import Resources
from api.console.breaches.picture import Told, clock_change, left, shared_out, to_do
from cli import app
from domain.breach import Awareness, BreachState, BreachStatus, Count, Decision
from domain.breach_authority import BreachAction
from domain.breach_checklist import STEPS
from domain.breach_rows import clocks_of
from domain.notice import NoticeStatus
from domain.rights import Role
from tests.at_console import COOKIE, AtConsole, text_of
from tests.breach_gateway import BreachGateway

NOW = datetime.now(UTC)


@pytest.fixture
def dana(web: TestClient, resources: Resources) -> AtConsole:
    return AtConsole(web, resources, Role.BREACH_RESPONDER, "Dana Whitfield")


@pytest.fixture
def amara(web: TestClient, resources: Resources) -> AtConsole:
    return AtConsole(web, resources, Role.PRIVACY_LEAD, "Amara Lewis")


@pytest.fixture
def place(dana: AtConsole) -> str:
    form = {"summary": "Stolen passwords\r\nTried on us.", "affected": "GB 1840\nde-be 400-450\nXX 28", "first_alert_at": ""}
    answer = dana.post("/console/breaches/new", form)
    assert answer.status_code == 303, text_of(answer)
    return str(answer.headers["location"])


def do(who: AtConsole, place: str, action: str, query: str = "", **fields: str) -> str:
    page = who.get(f"{place}/actions/{action}{query}")
    assert page.status_code == 200
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text))
    answer = who.post(f"{place}/actions/{action}", {**hidden, **fields})
    assert answer.status_code == 303, text_of(answer)
    return text_of(who.get(place))


def fill(who: AtConsole, place: str, page: str = "", **fields: tuple[str, str]) -> str:
    """Fill in fields of the report, each with a value and how sure it is; the rest is sent back as it came."""
    page = page or who.get(f"{place}/report/ico").text
    answer = who.post(f"{place}/report/ico", sheet(page, **fields))
    return text_of(who.get(answer.headers["location"])) if answer.status_code == 303 else text_of(answer)


def sheet(page: str, **fields: tuple[str, str]) -> dict[str, str]:
    """What a browser sends of the page of a report."""
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
    texts = re.findall(r'<textarea id="\w+" name="(\w+)"[^>]*>\n([^<]*)<', page)
    form |= {name: re.sub(r"\r\n?|\n", "\r\n", unescape(text)) for name, text in texts}
    form |= dict(re.findall(r'<input type="radio" [^>]*name="(\w+)" value="(\w+)" checked>', page))
    chosen = re.findall(r'<select id="\w+" name="(\w+)"[^>]*>(.*?)</select>', page)
    form |= {name: found[1] for name, options in chosen if (found := re.search(r'value="(\w+)" selected', options))}
    for name, (value, standing) in fields.items():
        form |= {f"value_{name}": value, f"standing_{name}": standing}
    return form


def test_the_page_says_the_time_left_and_the_next_three_things(dana: AtConsole, place: str) -> None:
    page = text_of(dana.get(place))
    assert "Left to tell the first authority 71 h 59 min" in page
    assert "Next three things to do Say that you have it" in page
    assert "ICO United Kingdom 1,840" in page
    assert "Berlin authority Germany (Berlin) 400 to 450" in page
    assert "Not known yet country not known 28" in page, "people of unknown country have a row of their own"


def test_what_only_a_lead_may_decide_takes_no_place_among_the_next_three(dana: AtConsole, amara: AtConsole, place: str) -> None:
    do(dana, place, "acknowledge")
    for step in STEPS:
        do(dana, place, "change_step", f"?step={step}", state="done")
    page = text_of(dana.get(place))
    mine, _, waits = page.partition("Next three things to do ")[2].partition("Waits for ")
    assert "Decide" not in mine.partition("Confirm since")[0]
    assert "Write the report to the ICO" in mine
    assert "Amara Lewis" in waits.partition("Clocks")[0]
    assert "Decide which authorities are told" in waits.partition("Clocks")[0]
    theirs = text_of(amara.get(place)).partition("Next three things to do ")[2].partition("Clocks")[0]
    assert theirs.startswith("Decide which authorities are told"), "what waits for them alone stands first on their page"
    advised = do(dana, place, "assess", category="simple", context="1", ease="limited", confidentiality="none", integrity="none",
        availability="none", malicious="false", unintelligible="false")  # fmt: skip
    assert "low, 0.5" in advised
    form = text_of(amara.get(f"{place}/actions/decide_people"))
    assert "Severity: low, 0.5" in form
    assert "The DPO has given no advice yet" in form


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.REVIEWER, Role.ADMINISTRATOR])
def test_who_does_not_work_on_breaches_does_not_see_them(web: TestClient, resources: Resources, place: str, role: Role) -> None:
    assert AtConsole(web, resources, role, "Somebody Else").get(place).status_code == 403


def test_any_caseworker_reports_one(web: TestClient, resources: Resources) -> None:
    someone = AtConsole(web, resources, Role.CASEWORKER, "Somebody Else")
    assert someone.get("/console/breaches/new").status_code == 200
    assert 'href="/console/breaches/new"' in someone.get("/console/cases").text, "it stands in their menu"
    answer = someone.post("/console/breaches/new", {"summary": "A letter in the wrong envelope"})
    assert answer.status_code == 303
    told = text_of(someone.get(answer.headers["location"]))
    assert "It is reported as HAB-B" in told
    assert "Do not delete or change anything" in told
    assert "Report it" not in told, "nothing invites to report it again"
    assert "Report it" in text_of(someone.get("/console/breaches/new?reported=anything+at+all"))


def test_people_are_counted_by_the_names_of_places_and_a_line_that_cannot_be_read_is_named(dana: AtConsole, place: str) -> None:
    typed = "United Kingdom 1,840\nBavaria 400 to 450\nireland 4-6\nGermany (Berlin): 30\nJP 2\nunknown 28"
    do(dana, place, "set_affected", affected=typed)
    page = dana.get(f"{place}/actions/set_affected").text
    shown = sheet(page)["affected"]
    assert {"United Kingdom 1840", "Germany (Bayern) 400-450", "Ireland 4-6", "JP 2", "country not known 28"} < {
        *shown.splitlines()
    }
    assert "Ireland 4 to 6" in do(dana, place, "set_affected", affected=shown), "what it shows it reads"
    for typed, told in {
        "GB 3\nAtlantis 5": "Line 2: no such country",
        "Germany thirty": "Line 1: write a place",
        "GB 3\n\nUK 4": "Line 3: this place stands before it",
        "GB 9-3": "Line 1: a range goes",
        "GB 12345678901": "Line 1: this is more people",
    }.items():
        answer = dana.post(f"{place}/actions/set_affected", {"affected": typed})
        assert answer.status_code == 422
        assert told in text_of(answer)
        assert typed in answer.text, "nothing has to be typed again"


def test_an_auditor_sees_the_clocks_and_no_words(web: TestClient, resources: Resources, place: str) -> None:
    page = text_of(AtConsole(web, resources, Role.AUDITOR, "Audrey Books").get(place))
    assert "ICO" in page
    assert "Stolen passwords" not in page


@pytest.mark.parametrize("action", BreachAction)
def test_every_action_has_a_form_in_words(amara: AtConsole, place: str, action: BreachAction) -> None:
    page = amara.get(f"{place}/actions/{action.value}")
    if action in {BreachAction.SET_FIELD, BreachAction.SET_FIELDS}:
        page = amara.get(page.headers["location"])  # the page of the report is their form
    assert page.status_code == 200, text_of(page)


def test_from_the_call_to_the_authoritys_number(dana: AtConsole, amara: AtConsole, place: str) -> None:
    assert "Led by Dana Whitfield" in do(dana, place, "acknowledge")
    assert "reasonably certain" in do(
        dana, place, "confirm_awareness", aware_at=(NOW - timedelta(hours=30)).strftime("%Y-%m-%dT%H:%M"), reason="The log."
    )
    assert "Northgate" in do(dana, place, "add_other", kind="insurer", text="Northgate, 020 7946 0177")
    do(dana, place, "change_step", "?step=reset_passwords", state="done")
    told = fill(dana, place, what_happened=("Passwords were tried.", "known"), cyber_incident=("yes", "known"))
    assert "Saved: 2 fields." in told
    assert "Passwords were tried." in text_of(dana.get(f"{place}/report/ico"))
    assert "Passwords were tried." in text_of(dana.get(f"{place}/actions/prepare_report?authority=ico")), (
        "shown before it is frozen"
    )
    assert "waits for approval" in do(dana, place, "prepare_report", authority="ico")
    page = amara.get(place)
    target = re.search(r"/actions/approve_report(\?[^\"]+)", page.text)
    assert target is not None
    query = target[1].replace("&amp;", "&")
    assert "approved" in do(amara, place, "approve_report", query)
    report = re.search(r"report=([0-9a-f-]{36})", query)
    assert report is not None
    assert dana.get(f"{place}/reports/{report[1]}/pdf").content.startswith(b"%PDF")
    assert "IC-77" in do(
        dana,
        place,
        "record_sent",
        f"?report={report[1]}",
        receipt="IC-77",
        sent_at=(NOW - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M"),
    )


def test_what_is_on_record_elsewhere_is_proposed_and_counts_once_somebody_confirms_it(
    dana: AtConsole, amara: AtConsole, place: str
) -> None:
    do(dana, place, "acknowledge")
    do(dana, place, "change_step", "?step=reset_passwords", state="done", reason="All of them, by script.")
    do(dana, place, "add_other", kind="insurer", text="Northgate, 020 7946 0177")
    do(dana, place, "add_fact", happened_at=(NOW - timedelta(hours=30)).strftime("%Y-%m-%dT%H:%M"), text="Odd sign-ins.")
    do(
        dana, place, "assess", category="financial", context="4", ease="maximum", confidentiality="full", integrity="none",
        availability="none", malicious="true", unintelligible="false",
    )  # fmt: skip
    do(amara, place, "decide_people", verdict="notify", reason="They may be defrauded.")
    page = dana.get(f"{place}/report/ico").text
    told = text_of(dana.get(f"{place}/report/ico"))
    for words in (
        "Stolen passwords", "Odd sign-ins.", "Reset the passwords of the accounts concerned", "Insurer, Northgate",
        "Dana Whitfield, dana.whitfield", "The privacy team, breach@small.example", "United Kingdom",
        "Proposed from the severity, very high",
    ):  # fmt: skip
        assert words in told, words
    assert 'type="radio" id="standing_what_happened-known" name="standing_what_happened" value="known">' in page
    assert "Nothing was changed" in fill(dana, place, page), "a proposal that nobody confirmed is not saved"
    before = sheet(page)
    assert before["value_subjects_told"] == "planning"
    told = fill(
        dana, place, page, what_happened=(before["value_what_happened"], "known"), subjects_told=("planning", "estimated")
    )
    assert "Saved: 2 fields." in told
    frozen = text_of(dana.get(f"{place}/actions/prepare_report?authority=ico"))
    assert "What happened: Stolen passwords" in frozen
    assert "Insurer, Northgate" not in frozen, "what nobody confirmed goes into no report"


def test_what_was_answered_of_no_cyber_incident_is_in_the_report_and_the_form_counts_as_it_does(
    dana: AtConsole, place: str
) -> None:
    told = fill(dana, place, cyber_incident=("no", "known"), affected_security=("confidentiality", "known"))
    counted = re.search(r"\d+ known, \d+ estimated, \d+ not yet known", told)
    assert counted is not None
    left_out = "Not a cyber incident: the report leaves this out unless it is answered here."
    assert f"Impact on the organisation {left_out}" in told
    assert told.count(left_out) == 2, "not beside what was answered"
    kept = "Confidentiality, integrity, availability: confidentiality"
    shown = text_of(dana.get(f"{place}/actions/prepare_report?authority=ico"))
    assert kept in shown
    assert "Impact on the organisation" not in shown
    assert counted[0] in do(dana, place, "prepare_report", authority="ico"), "as the form said"
    report = re.search(r"/reports/([0-9a-f-]{36})/text", dana.get(place).text)
    assert report is not None
    assert kept in " ".join(dana.get(f"{place}/reports/{report[1]}/text").text.split())
    at = (NOW - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    do(dana, place, "record_sent", f"?report={report[1]}", receipt="IC-78", sent_at=at, reason="A Saturday night.")
    told = fill(dana, place, affected_security=("", "not_yet_known"))
    assert "A follow-up report carries and counts what changed" in told
    assert told.count(left_out) == 2
    shown = text_of(dana.get(f"{place}/actions/prepare_report?authority=ico"))
    assert "Confidentiality, integrity, availability: not yet known" in shown, "what was told before is taken back in words"


def test_a_report_that_cannot_be_saved_loses_nothing(dana: AtConsole, place: str) -> None:
    answer = dana.post(
        f"{place}/report/ico",
        sheet(
            dana.get(f"{place}/report/ico").text,
            how_occurred=("A list of another site.", ""),
            training=("A course in May.", "known"),
            staff_trained=("", "known"),
        ),
    )
    told = text_of(answer)
    assert answer.status_code == 422
    assert "Saved: 2 fields." in told
    assert "How it occurred: say how sure it is. Your words are kept, as not yet known." in told
    assert "Staff member trained in the last two years: say what is known" in told
    kept = text_of(dana.get(f"{place}/report/ico"))
    assert "A course in May." in kept, "what is complete is saved"
    assert "A list of another site." in kept, "words alone are kept"
    assert "How it occurred:  [not yet known]\n  A list of another site." in report_text_of(dana, place)
    assert "Saved: 1 field." in fill(dana, place, answer.text, how_occurred=("A list of another site.", "known"))


def report_text_of(who: AtConsole, place: str) -> str:
    found = re.search(r"<pre [^>]*>(.*?)</pre>", who.get(f"{place}/actions/prepare_report?authority=ico").text, re.DOTALL)
    assert found is not None
    return unescape(found[1])


def test_to_look_and_freeze_saves_first_and_what_is_shown_is_what_is_frozen(dana: AtConsole, place: str) -> None:
    form = sheet(dana.get(f"{place}/report/ico").text, training=("A course.", "known")) | {"then": "freeze"}
    answer = dana.post(f"{place}/report/ico", form)
    assert answer.headers["location"] == f"{place}/actions/prepare_report?authority=ico"
    page = dana.get(answer.headers["location"])
    assert "A course." in page.text
    assert 'type="hidden" name="authority" value="ico"' in page.text, "no other authority can be chosen above its text"
    assert f'href="{place}/actions/prepare_report?authority=de_be"' in page.text, "another's text is loaded with it"
    unsure = sheet(dana.get(f"{place}/report/ico").text, how_occurred=("A list.", "")) | {"then": "freeze"}
    answer = dana.post(f"{place}/report/ico", unsure)
    assert answer.status_code == 422, "first it is said how sure it is"
    assert "A list." in dana.get(f"{place}/report/ico").text


def test_the_page_opens_anew_once_a_report_is_written(dana: AtConsole, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(dana, place, training=("A course.", "known"))
    with monkeypatch.context() as slow:
        slow.setattr(BreachGateway, "_freeze", lambda *_: None)  # the worker has not come to it yet
        assert "being written" in do(dana, place, "prepare_report", authority="ico")
    asked = re.search(r'data-poll="([^"]+)"', dana.get(place).text)
    assert asked
    assert 'data-fragment="waiting"' in dana.get(asked[1]).text
    assert "waits for approval" in do(dana, place, "change_step", "?step=reset_passwords", state="done")
    assert 'data-fragment="reload"' in dana.get(asked[1]).text
    assert "data-poll" not in dana.get(place).text


def test_an_urgent_report_never_fails_for_what_may_follow(dana: AtConsole, web: TestClient, resources: Resources) -> None:
    form = {
        "summary": "A list went out",
        "affected": "United Kingdom 1,120, Ireland 4-6; Atlantis 7, unknown 5",
        "case": "none",
        "once": "7",
    }
    form["first_alert_at"] = (NOW + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    answer = dana.post("/console/breaches/new", form)
    assert answer.status_code == 303, text_of(answer)
    assert dana.post("/console/breaches/new", form).headers["location"] == answer.headers["location"], "reported once"
    page = text_of(dana.get(answer.headers["location"]))
    assert "It is reported. What could not be read" in page
    assert "Where the people live, not read yet: Atlantis 7" in page
    assert "Case whose answer reached the wrong person, not read yet: none" in page
    assert f"First alert, not read yet: {form['first_alert_at']}" in page
    assert "United Kingdom 1,120, Ireland 4 to 6, country not known 5" in page
    someone = AtConsole(web, resources, Role.CASEWORKER, "Somebody Else")
    answer = someone.post("/console/breaches/new", {"summary": "A letter went astray", "affected": "some people in Kent"})
    told = text_of(someone.get(answer.headers["location"]))
    assert "It is reported as HAB-B" in told
    assert "It is kept word for word" in told
    assert someone.post("/console/breaches/new", {"summary": "", "affected": "Kent"}).status_code == 422, (
        "what happened is needed"
    )


def test_two_people_at_one_report_lose_nothing_of_each_other(dana: AtConsole, amara: AtConsole, place: str) -> None:
    page = dana.get(f"{place}/report/ico").text
    fill(amara, place, training=("None.", "known"), sector_size=("Software, 20 people.", "known"))
    answer = dana.post(f"{place}/report/ico", sheet(page, training=("A course.", "known"), codes_of_conduct=("None", "known")))
    told = text_of(answer)
    assert answer.status_code == 422
    assert "The training: somebody saved \u201cNone.\u201d meanwhile" in told
    assert "Sector and size: somebody" not in told, "what nobody touched here is no conflict"
    assert "Saved: 1 field." in told, "what is in nobody's way is saved"
    assert "Saved: 1 field." in fill(dana, place, answer.text)
    told = text_of(dana.get(f"{place}/report/ico"))
    assert "A course." in told
    assert "Software, 20 people." in told


def test_the_timeline_says_what_was_done_and_by_whom(dana: AtConsole, place: str) -> None:
    do(dana, place, "acknowledge")
    do(dana, place, "change_step", "?step=reset_passwords", state="done", reason="By script.")
    fill(dana, place, training=("None.", "known"), sector_size=("Software.", "known"))
    told = text_of(dana.get(place)).partition("Timeline")[2]
    assert "It was reported" in told
    assert "Reset the passwords of the accounts concerned: done: By script. Dana Whitfield" in told
    assert "2 fields of the report were filled in Dana Whitfield" in told


def test_severity_shows_its_arithmetic_and_decides_nothing(dana: AtConsole, place: str) -> None:
    page = do(
        dana, place, "assess", category="financial", context="4", ease="maximum", confidentiality="full", integrity="none",
        availability="none", malicious="true", individuals="1840", unintelligible="false",
    )  # fmt: skip
    assert "very high, 5.0" in page
    assert "more than 100 individuals" in page
    assert "Whether people are told is not decided" in page


def chosen(page: str, name: str) -> str:
    """The value with which a choice of a form begins."""
    options = page.partition(f'<select id="{name}"')[2].partition("</select>")[0]
    begun = re.search(r'<option value="([^"]*)" selected>', options) or re.search(r'<option value="([^"]*)">', options)
    assert begun is not None
    return begun[1]


def test_whoever_gives_a_step_to_somebody_does_not_end_it(dana: AtConsole, place: str) -> None:
    step = "?step=reset_passwords"
    assert chosen(dana.get(f"{place}/actions/change_step{step}").text, "state") == "open"
    do(dana, place, "change_step", step, state="done", owner=dana.person)
    page = dana.get(f"{place}/actions/change_step{step}").text
    assert (chosen(page, "state"), chosen(page, "owner")) == ("done", dana.person)


def test_a_severity_begins_with_nothing_chosen_and_wants_every_choice(dana: AtConsole, place: str) -> None:
    path = f"{place}/actions/assess"
    page = dana.get(path).text
    choices = ["category", "context", "ease", "confidentiality", "integrity", "availability", "malicious", "unintelligible"]
    assert [chosen(page, name) for name in choices] == [""] * len(choices)
    assert 'value="2318"' in page, "1840, 450 and 28: the most that the record says"
    assert "not affected, or altered without any wrong use found" in text_of(dana.get(path))
    given = dict(zip(choices, ["simple", "1", "limited", "some", "none", "none", "true", "false"], strict=True))
    for name in choices:
        answer = dana.post(path, given | {name: ""})
        assert answer.status_code == 422, name
        assert f'id="{name}-fault"' in answer.text
        assert "choose one" in text_of(answer)
    do(dana, place, "assess", "", **given | {"individuals": "12"})
    page = dana.get(path).text
    begun = {name: chosen(page, name) for name in choices}
    assert begun == given, "the next one begins with the last"


def test_the_time_of_the_first_alert_stands_beside_the_field_for_awareness(dana: AtConsole, place: str) -> None:
    page = dana.get(f"{place}/actions/confirm_awareness").text
    assert ". The first alert was" in text_of(dana.get(f"{place}/actions/confirm_awareness"))
    assert re.search(r'<input[^>]* name="aware_at"[^>]* value="20\d\d-', page), "it begins with it"


def test_a_decision_wants_a_fresh_sign_in(web: TestClient, resources: Resources, place: str) -> None:
    stale = AtConsole(web, resources, Role.PRIVACY_LEAD, "Lea Late", ago=timedelta(minutes=6))
    answer = stale.get(f"{place}/actions/decide_people")
    assert answer.status_code == 303
    assert "/console/sign-in/again" in answer.headers["location"]


def test_the_register_and_the_handover_print(dana: AtConsole, place: str) -> None:
    assert "reference,status" in dana.get("/console/breaches/register.csv").text
    assert "the page of its form was not confirmed" in text_of(dana.get(f"{place}/report/be"))
    report = text_of(dana.get(f"{place}/report/de_be"))
    assert "mailbox@datenschutz-berlin.de" in report
    assert "Order of the fields From the form of Lower Saxony" in report
    assert "the order is a guess" in text_of(dana.get(f"{place}/report/ie"))
    pack = text_of(dana.get(f"{place}/pack"))
    assert "28 people whose country is not known yet may add an authority" in pack
    assert "Wycliffe House" in pack
    assert "Dana Whitfield" in pack


def test_an_exercise_is_marked_on_every_page(dana: AtConsole) -> None:
    place = dana.post("/console/breaches/new", {"summary": "A rehearsal", "exercise": "yes"}).headers["location"]
    assert "This is an exercise" in text_of(dana.get(place))
    assert "A rehearsal" not in text_of(dana.get("/console/breaches"))
    assert "A rehearsal" in text_of(dana.get("/console/breaches?view=exercises"))


@pytest.mark.parametrize(
    ("started", "place", "told"),
    [
        ("2027-03-27T10:00+00:00", "Europe/London", "72 hours from 10:00 GMT end at 11:00 BST"),
        ("2026-10-23T13:00+00:00", "Europe/Berlin", "72 hours from 15:00 CEST end at 14:00 CET"),
        ("2026-11-20T10:00+00:00", "Europe/London", ""),
    ],
)
def test_elapsed_hours_and_the_clock_on_the_wall_are_both_told_when_clocks_change(started: str, place: str, told: str) -> None:
    begun = datetime.fromisoformat(started)
    said = clock_change(begun, begun + timedelta(hours=72), ZoneInfo(place))
    assert told in said
    assert bool(said) is bool(told)


@pytest.mark.parametrize(
    ("hours", "told"), [(41.2, "41 h 12 min"), (0.5, "30 min"), (-1.5, "1 h 30 min over"), (72, "72 h 00 min")]
)
def test_the_time_left_in_words(hours: float, told: str) -> None:
    assert left(NOW + timedelta(hours=hours), NOW) == told


def test_a_file_is_kept_as_evidence_with_its_hash(web: TestClient, dana: AtConsole, place: str) -> None:
    log = b"2026-11-22 11:22 sign-in\n" * 10
    parts: Any = {"command": (None, json.dumps({"key": dana.form_key, "once": "1"})), "files": ("edge.log", log, "text/plain")}
    headers = {"Cookie": f"{COOKIE}={dana.cookie}"}
    answer = web.post(f"{place}/evidence", files=parts, headers=headers, follow_redirects=False)
    assert answer.status_code == 303
    page = dana.get(place)
    assert hashlib.sha256(log).hexdigest()[:16] in page.text
    link = re.search(r'href="([^"]+/evidence/[^"]+)"', page.text)
    assert link is not None
    assert dana.get(link[1]).content == log
    forged: Any = parts | {"command": (None, json.dumps({"key": "0" * 64, "once": "2"}))}
    assert web.post(f"{place}/evidence", files=forged, headers=headers, follow_redirects=False).status_code != 303


def test_a_notice_that_waits_is_one_of_the_next_things_to_do() -> None:
    by, note = f"caseworker:{uuid4()}", uuid4()
    state = BreachState(
        breach_id=uuid4(),
        status=BreachStatus.NOTIFYING,
        first_alert_at=NOW,
        acknowledged_at=NOW,
        awareness=Awareness(at=NOW, provisional=False, by=by, note=note),
        affected={"GB": Count(low=3, high=3)},
        people=Decision(verdict="notify", by=by, at=NOW, note=note),
    )
    clocks = clocks_of(state, seat="GB", as_of=NOW)

    def titles(*notices: Told) -> list[str]:
        todos = to_do(state, clocks, {}, "/console/breaches/HAB-B1", NOW, notices)
        return [todo.title for todo in shared_out(todos, set(BreachAction))[0]]

    ready = Told("Log-in only", "/console/notices/HAB-N1", NoticeStatus.READY, 3)
    assert titles(ready)[0] == "Get the notice “Log-in only” approved"
    assert "Begin the notice to people" in titles()


@pytest.mark.usefixtures("place")
def test_the_register_is_cut_to_how_breaches_ended_and_when(dana: AtConsole, amara: AtConsole) -> None:
    other = dana.post("/console/breaches/new", {"summary": "A letter came back unopened"}).headers["location"]
    do(amara, other, "dismiss", reason="Nobody had opened it.")
    every = text_of(dana.get("/console/breaches?view=all"))
    assert "Stolen passwords" in every
    assert "A letter came back" in every
    none = text_of(dana.get("/console/breaches?view=all&ended=not_a_breach"))
    assert "A letter came back" in none
    assert "Stolen passwords" not in none
    still = text_of(dana.get("/console/breaches?view=all&ended=open"))
    assert "Stolen passwords" in still
    assert "A letter came back" not in still
    assert "Nothing in the register is like this." in text_of(dana.get("/console/breaches?view=all&until=2020-01-01"))
    cut = dana.get("/console/breaches/register.csv?ended=not_a_breach").text
    assert "Nobody had opened it" in cut or "A letter came back" in cut
    assert "Stolen passwords" not in cut


def test_a_copy_that_reached_the_wrong_person_is_reported_with_what_is_known(
    dana: AtConsole, amara: AtConsole, case: Receipt
) -> None:
    form = amara.get(f"/console/breaches/new?case={case.reference}")
    assert f"The answer to {case.reference}, meant for" in form.text
    assert "meant for" not in dana.get(f"/console/breaches/new?case={case.reference}").text, "responders see no case"
    place = amara.post("/console/breaches/new", {"case": case.reference}).headers["location"]
    assert f"The answer to {case.reference}" in text_of(amara.get(place))


def test_the_incident_pack_holds_what_is_needed_without_habeas(dana: AtConsole, web: TestClient, resources: Resources) -> None:
    page = text_of(dana.get("/console/breaches/incident-pack"))
    text = dana.get("/console/breaches/incident-pack.txt").text
    for told in ("Wycliffe House", "Berliner Beauftragte", "End every session", "Dana Whitfield"):
        assert told in page
        assert told in " ".join(text.split())
    assert "The incident pack to print" in text_of(dana.get("/console/breaches"))
    settings = resources.settings
    environment = {
        "HABEAS_HOME": str(settings.home),
        "HABEAS_DATABASE_URL": str(settings.database_url),
        "HABEAS_DATAMAP": str(settings.datamap),
    }
    printed = CliRunner().invoke(app, ["incident-pack"], env=environment)
    assert printed.exit_code == 0, printed.output
    assert printed.stdout.splitlines()[2:] == text.splitlines()[2:]
    assert AtConsole(web, resources, Role.CASEWORKER, "Carl").get("/console/breaches/incident-pack").status_code == 403
