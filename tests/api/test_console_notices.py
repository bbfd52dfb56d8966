"""A notice from the console: people counted by country first, letters read before they are approved, four eyes, proof, pause."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from activities.mailroom import Mailroom
from adapters.database.notice_reader import NoticeReader
from adapters.database.notice_recipients import Ended, Recipients
from adapters.incoming.store import Arrived, store
from adapters.notice_letters import affected_token, notice_reply_address, recipient_token
from adapters.resources import Resources
from domain.messages import WatchMailbox
from domain.notice_commands import NoticeAction
from domain.notice_events import NoticeDraft, NoticeTag
from domain.rights import Role
from tests.adapters.incoming.corpus import mail
from tests.at_console import COOKIE, AtConsole, text_of
from tests.case_in_hand import CaseInHand
from tests.notice_ready import happened

LIST = b"email;country;language\r\nmike@example.com;GB;en\r\nanne@example.fr;France;fr\r\nwho@example.com;;\r\nnobody;GB;en\r\n"
LETTER = {
    "language": "en",
    "subject": "Please read: stolen passwords were tried",
    "nature": "On 22 November somebody tried stolen passwords.",
    "consequences": "Somebody may have seen your account.",
    "measures": "We reset the passwords.",
    "advice": "Go to the site as usual.",
}


@pytest.fixture
def dana(web: TestClient, resources: Resources) -> AtConsole:
    return AtConsole(web, resources, Role.BREACH_RESPONDER, "Dana Whitfield")


@pytest.fixture
def amara(web: TestClient, resources: Resources) -> AtConsole:
    return AtConsole(web, resources, Role.PRIVACY_LEAD, "Amara Lewis")


@pytest.fixture
def breach(dana: AtConsole) -> str:
    return str(dana.post("/console/breaches/new", {"summary": "Stolen passwords", "affected": "GB 2"}).headers["location"])


@pytest.fixture
def place(dana: AtConsole, breach: str) -> str:
    page = dana.get(breach)
    link = re.search(r'href="(/console/notices/new\?breach=[^"]+)"', page.text)
    assert link is not None, "a notice is begun on the breach's page"
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', dana.get(link[1]).text))
    answer = dana.post("/console/notices/new", {**hidden, "title": "Log-in only"})
    assert answer.status_code == 303, text_of(answer)
    return str(answer.headers["location"])


def do(who: AtConsole, place: str, action: str, query: str = "", **fields: str) -> str:
    page = who.get(f"{place}/actions/{action}{query}")
    assert page.status_code == 200, page.headers
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text))
    answer = who.post(f"{place}/actions/{action}", {**hidden, **fields})
    assert answer.status_code == 303, text_of(answer)
    return text_of(who.get(answer.headers["location"]))


def load(web: TestClient, who: AtConsole, place: str, content: bytes = LIST, key: str = "") -> Any:  # noqa: ANN401
    parts: Any = {
        "command": (None, json.dumps({"key": key or who.form_key, "once": "1"})),
        "files": ("people.csv", content, "text/csv"),
    }
    return web.post(f"{place}/list", files=parts, headers={"Cookie": f"{COOKIE}={who.cookie}"}, follow_redirects=False)


def made_ready(web: TestClient, dana: AtConsole, place: str) -> None:
    assert load(web, dana, place).status_code == 303
    do(dana, place, "set_letter", "?language=en", **LETTER)
    do(dana, place, "prepare")


def test_from_the_list_to_the_approval_of_what_was_read(
    web: TestClient, dana: AtConsole, amara: AtConsole, breach: str, place: str
) -> None:
    assert load(web, dana, place, key="0" * 64).status_code == 401, "a form from elsewhere"
    assert load(web, dana, place).status_code == 303
    counted = text_of(dana.get(place))
    assert "3 people, each once" in counted
    assert "France 1 United Kingdom 1 Country not known 1" in counted
    assert "1 line holds no address" in counted
    assert "Written in English" in do(dana, place, "set_letter", "?language=en", **LETTER)
    assert "somebody tried stolen passwords" in dana.get(f"{place}/actions/set_letter?language=en").text, "to be changed"
    ready = do(dana, place, "prepare")
    assert "Prepared by Dana Whitfield" in ready
    assert "United Kingdom, English 1 Read it" in ready
    assert "France, French In English: French is not written" in ready
    letter = text_of(amara.get(f"{place}/letters/gb_en"))
    assert "Please read: stolen passwords were tried" in letter
    assert "Information Commissioner" in letter
    assert "[the person's own]" in letter
    assert "Send a test: done." in do(dana, place, "send_test", address="responder@demo.example")
    assert dana.get(f"{place}/actions/approve").text.count("not yours to do") == 1
    approved = do(amara, place, "approve")
    assert "By Amara Lewis" in approved
    assert "Log-in only 0 of 3" in text_of(dana.get(breach))


def test_whoever_prepared_it_cannot_approve_it(web: TestClient, amara: AtConsole, place: str) -> None:
    made_ready(web, amara, place)
    assert "You prepared it, so it cannot be you." in text_of(amara.get(place))
    page = amara.get(f"{place}/actions/approve")
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text))
    answer = amara.post(f"{place}/actions/approve", hidden)
    assert answer.status_code == 422
    assert "Somebody else has to approve it" in text_of(answer)


def test_an_approval_names_what_was_looked_at(web: TestClient, dana: AtConsole, amara: AtConsole, place: str) -> None:
    made_ready(web, dana, place)
    page = amara.get(f"{place}/actions/approve")
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text))
    do(dana, place, "set_letter", "?language=en", **LETTER | {"advice": "Do nothing."})
    do(dana, place, "prepare")
    answer = amara.post(f"{place}/actions/approve", hidden)
    assert answer.status_code == 422
    assert "Look again and approve what is there now" in text_of(answer)


def test_an_approval_wants_a_fresh_sign_in(web: TestClient, resources: Resources, place: str) -> None:
    stale = AtConsole(web, resources, Role.PRIVACY_LEAD, "Lea Late", ago=timedelta(minutes=6))
    assert "/console/sign-in/again" in stale.get(f"{place}/actions/approve").headers["location"]
    sent_back = stale.post(f"{place}/actions/publish", {"language": "en", "text": "Stolen passwords were tried."})
    kept = re.search(r"kept%3D([0-9a-f-]{36})", sent_back.headers["location"])
    assert kept is not None, "what was typed is kept until the password was given again"


def test_it_is_paused_and_goes_on_and_each_person_has_a_proof(
    web: TestClient, resources: Resources, dana: AtConsole, amara: AtConsole, place: str
) -> None:
    made_ready(web, dana, place)
    do(amara, place, "approve")
    notice_id = NoticeReader(resources).find(place.rpartition("/")[2]).dossier.id
    happened(resources, notice_id, NoticeDraft(tag=NoticeTag.STARTED))
    people = Recipients(resources.database, resources.vault, notice_id)
    first, second, _ = people.claim(3)
    people.ended([Ended(first.id, "sent"), Ended(second.id, "refused", 550)], datetime.now(UTC))
    paused = do(dana, place, "pause")
    assert "Paused. 1 people are not told yet" in paused
    assert "1 of 3" in paused
    assert "1 refused by their mail server" in paused
    assert "Who is not told, as CSV" in paused
    assert f'"{second.address}"' in dana.get(f"{place}/not-told.csv").text
    assert "Under way" in do(dana, place, "continue")
    assert "at most 20 a second" in do(dana, place, "set_rate", rate="20")
    seen = re.search(r'data-poll="([^"]+)"', dana.get(place).text)
    assert seen is not None, "the page renews itself while letters leave"
    assert 'data-fragment="progress"' in dana.get(seen[1].replace("&amp;", "&")).text
    proof = dana.post(f"{place}/proof", {"email": first.address})
    assert "taken by their mail server" in text_of(proof)
    assert "is on no list of this notice" in text_of(dana.post(f"{place}/proof", {"email": "stranger@example.com"}))
    assert "Ended by us" in do(dana, place, "cancel", reason="The list was the wrong one.")


def test_the_breach_says_how_many_of_those_who_were_told_have_asked_for_their_data_since(
    web: TestClient, resources: Resources, dana: AtConsole, breach: str, place: str
) -> None:
    made_ready(web, dana, place)
    notice = NoticeReader(resources).find(place.rpartition("/")[2]).dossier.id
    people = Recipients(resources.database, resources.vault, notice)
    told, not_told, _ = people.claim(3)
    people.ended([Ended(told.id, "sent"), Ended(not_told.id, "refused", 550)], datetime.now(UTC))
    CaseInHand(resources, email=told.address)  # before the breach
    assert "0 of the people we wrote to have asked" in text_of(dana.get(breach))
    for address in (told.address, not_told.address, "stranger@example.com"):
        CaseInHand(resources, email=address, received_at=datetime.now(UTC))
    assert "1 of the people we wrote to have asked" in text_of(dana.get(breach))


def test_people_who_write_back_are_answered_together_by_any_caseworker(
    web: TestClient, resources: Resources, dana: AtConsole, amara: AtConsole, place: str
) -> None:
    made_ready(web, dana, place)
    do(amara, place, "approve")
    view = NoticeReader(resources).find(place.rpartition("/")[2])
    people = Recipients(resources.database, resources.vault, view.dossier.id)
    claimed = people.claim(2)
    people.ended([Ended(person.id, "sent") for person in claimed], datetime.now(UTC))
    now = datetime.now(UTC)
    for number, person in enumerate(claimed):
        to = notice_reply_address(
            resources.settings.mail_from, view.dossier.reference, recipient_token(resources.vault, person.id)
        )
        raw = mail(f"What does it mean, {number}?", "Re: Please read", person.address, Delivered_To=to)
        store(resources, "imap", [Arrived(raw.replace(b"<1@post", b"<1%d@post" % number), now)], now)
    Mailroom(resources, lambda _name: None).sort_mail(WatchMailbox(mailbox="desk"))
    cara = AtConsole(web, resources, Role.CASEWORKER, "Cara Jones")
    assert "2 wait for an answer" in text_of(dana.get(place))
    assert cara.get(place).status_code == 403, "the notice itself is the desk's"
    page = cara.get(f"{place}/replies?text=steps")
    assert "What does it mean, 1?" in text_of(page)
    assert "Please go to our site as usual" in page.text
    mails = re.findall(r'name="mail" id="[^"]+" value="([^"]+)"', page.text)
    assert len(mails) == 2
    refused = cara.post(f"{place}/replies", {"text": "Change your password."})
    assert "Choose whom you answer." in text_of(refused)
    assert "Change your password." in refused.text, "nothing is lost"
    answered = cara.post(f"{place}/replies", {"mail": mails, "text": "Change your password."})
    assert answered.status_code == 303, text_of(answered)
    state = NoticeReader(resources).get(view.dossier.id).state
    assert [[str(each) for each in wanted.mails] for wanted in state.answers] == [mails]
    assert cara.post(f"{place}/link", {"email": "stranger@example.com"}).status_code == 303
    assert "not an e-mail address" in text_of(cara.post(f"{place}/link", {"email": "nobody"})).lower()


def test_the_link_tells_its_own_mailbox_and_nobody_else(
    web: TestClient, resources: Resources, dana: AtConsole, amara: AtConsole, place: str
) -> None:
    made_ready(web, dana, place)
    reference, vault = place.rpartition("/")[2], resources.vault
    mine, strange = (affected_token(vault, reference, vault.index_email(each)) for each in ("mike@example.com", "x@example.com"))
    assert "not on our list" in web.get(f"/affected/{mine}").text, "nothing is said before it is approved"
    do(amara, place, "approve")
    assert "This address is on our list" in web.get(f"/affected/{mine}").text
    assert "This address is not on our list" in web.get(f"/affected/{strange}").text
    assert web.get(f"/affected/{mine[:-1]}{'a' if mine[-1] != 'a' else 'b'}").status_code == 404
    assert "mike" not in mine


def test_a_list_is_taken_from_a_collection_of_the_data_map(dana: AtConsole, place: str) -> None:
    page = dana.get(f"{place}/actions/query_list")
    assert page.status_code == 200
    offered = re.findall(r'<option value="(\w+/\w+)"', page.text)
    assert offered, "collections that hold an address"
    answer = dana.post(f"{place}/actions/query_list", {"source": offered[0], "column": "email"})
    assert answer.status_code == 422
    assert "A filter needs a column and a value" in text_of(answer)


def test_what_may_not_stand_in_a_letter_is_said_beside_it_and_nothing_is_lost(dana: AtConsole, place: str) -> None:
    wrong = LETTER | {"advice": "Sign in at https://evil.example/login"}
    answer = dana.post(f"{place}/actions/set_letter", wrong)
    assert answer.status_code == 422
    assert "links to our own pages only" in text_of(answer)
    assert "On 22 November somebody tried" in answer.text


def test_a_notice_about_an_exercise_is_one(resources: Resources, dana: AtConsole) -> None:
    rehearsal = dana.post("/console/breaches/new", {"summary": "A rehearsal", "exercise": "yes"}).headers["location"]
    reference = rehearsal.rpartition("/")[2]
    assert "so this is one too" in text_of(dana.get(f"/console/notices/new?breach={reference}"))
    place = dana.post("/console/notices/new", {"title": "All", "purpose": "breach", "breach": reference}).headers["location"]
    assert NoticeReader(resources).find(place.rpartition("/")[2]).state.exercise, "though the form did not say so"
    assert "no mail leaves" in text_of(dana.get(place))


def test_a_public_notice_is_published_and_everybody_can_read_it(web: TestClient, amara: AtConsole, place: str) -> None:
    page = do(amara, place, "publish", language="en", text="Stolen passwords were tried on our site.")
    assert "Stolen passwords were tried on our site." in page
    assert "Stolen passwords were tried" in web.get(f"/notice/{place.rpartition('/')[2]}").text


def test_a_change_of_the_policy_needs_its_version_and_date(dana: AtConsole) -> None:
    place = dana.post("/console/notices/new", {"title": "December", "purpose": "policy_change"}).headers["location"]
    assert "Which policy" in text_of(dana.get(place))
    assert "Version v2026_12" in do(dana, place, "set_policy", version="v2026_12", updated="2026-12-01")
    form = dana.get(f"{place}/actions/set_letter").text
    assert "What changes" in form
    assert "What this can mean" not in form


def test_an_auditor_sees_numbers_and_no_words(web: TestClient, resources: Resources, dana: AtConsole, place: str) -> None:
    load(web, dana, place)
    page = text_of(AtConsole(web, resources, Role.AUDITOR, "Audrey Books").get(place))
    assert "3 people" in page
    assert "Log-in only" not in page
    assert "Log-in only" in text_of(dana.get("/console/notices"))


@pytest.mark.parametrize("action", NoticeAction)
def test_every_action_has_a_form_in_words(amara: AtConsole, place: str, action: NoticeAction) -> None:
    assert amara.get(f"{place}/actions/{action.value}").status_code == 200
