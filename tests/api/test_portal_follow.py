"""The page of a request: its stage, what is needed, words both ways, and how a visit ends."""

import hashlib
import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select, update

from adapters.database.case_reader import CaseReader
from adapters.database.tables import Note, SubjectSession
from adapters.letter_words import day
from adapters.resources import Resources
from api.portal.deeds import MOST_ADDRESSES
from api.portal.limits import REQUESTS, mailbox_named_too_often
from api.portal.reading import counting
from domain.deadline import Clock
from domain.events import Tag
from domain.rights import Outcome, Right, Status
from tests.activities.package_case import SearchedCase
from tests.api.visiting import a_code, a_link, hidden, marks, status_of
from tests.case_in_hand import CaseInHand


class TestFollow:
    def test_shows_stage_and_dates_and_no_words(self, web: TestClient, opened_case: CaseInHand) -> None:
        token = a_link(opened_case, "follow")
        web.get(f"/follow/{token}")
        self._say(web, "Something private.")
        answer = web.get(f"/follow/{token}")
        assert answer.url.path == "/follow"
        assert token not in answer.text
        assert opened_case.reference in answer.text
        assert "We received your request" in answer.text
        assert "What we need from you" in answer.text
        assert "Something private." not in answer.text

    def test_messages_open_for_whoever_has_just_proven_the_mailbox(self, web: TestClient, opened_case: CaseInHand) -> None:
        web.get(f"/follow/{a_link(opened_case, 'follow')}")
        self._say(web, "Something private.")
        note = opened_case.note("We look at it.", "caseworker:00000000-0000-4000-8000-00000000000a")
        opened_case.sequence = CaseReader(opened_case.resources).get(opened_case.id).state.sequence
        opened_case.happen(Tag.MESSAGE_SENT, note=str(note))
        form = hidden(web.get("/follow").text) | {"code": a_code(opened_case, "verify")}
        page = web.post("/follow/code", data=form).text
        assert "This address is confirmed" in page
        assert "Something private." in page
        assert "We look at it." in page

    def test_the_words_of_the_request_stand_there_for_whoever_has_just_proven_the_mailbox(
        self, web: TestClient, resources: Resources
    ) -> None:
        case = CaseInHand(resources, message="Everything about my second account.")
        page = web.get(f"/follow/{a_link(case, 'follow')}").text
        assert "second account" not in page
        proven = web.post("/follow/code", data=hidden(page) | {"code": a_code(case, "verify")}).text
        assert "You wrote with your request" in proven
        assert "Everything about my second account." in proven

    def test_words_are_sealed_and_sent_once(self, web: TestClient, opened_case: CaseInHand) -> None:
        web.get(f"/follow/{a_link(opened_case, 'follow')}")
        form = hidden(web.get("/follow").text) | {"text": "Twice pressed."}
        assert "We have your message" in web.post("/follow/message", data=form).text
        web.post("/follow/message", data=form)
        with opened_case.resources.database.read() as session:
            (note,) = session.exec(select(Note)).all()
        assert b"pressed" not in note.text

    def test_an_empty_message_comes_back(self, web: TestClient, opened_case: CaseInHand) -> None:
        web.get(f"/follow/{a_link(opened_case, 'follow')}")
        answer = web.post("/follow/message", data=hidden(web.get("/follow").text) | {"text": "  "})
        assert answer.status_code == 422
        assert 'id="text-fault"' in answer.text

    def test_a_question_is_answered_where_it_is_asked(self, web: TestClient, opened_case: CaseInHand) -> None:
        opened_case.proven()
        question = opened_case.note("Which account do you mean?", "caseworker:00000000-0000-4000-8000-00000000000a")
        opened_case.happen(Tag.CLARIFICATION_ASKED, note=str(question))
        web.get(f"/follow/{a_link(opened_case, 'follow')}")
        page = web.get("/follow").text
        assert "We have asked you a question" in page
        assert "Which account" not in page  # a link that was passed on shows no words
        assert 'id="answer-fault"' in web.post("/follow/answer", data=hidden(page) | {"answer": ""}).text
        answered = web.post("/follow/answer", data=hidden(page) | {"answer": "Everything."})
        assert "We have your answer and go on" in answered.text
        assert "We have asked you a question" not in answered.text
        event = CaseReader(opened_case.resources).events(opened_case.id)[-1]
        assert (event.tag, event.actor) == (Tag.CLARIFICATION_ANSWERED, "subject")

    def test_not_to_know_is_an_answer_too(self, web: TestClient, opened_case: CaseInHand) -> None:
        opened_case.proven()
        question = opened_case.note("Which account do you mean?", "caseworker:00000000-0000-4000-8000-00000000000a")
        opened_case.happen(Tag.CLARIFICATION_ASKED, note=str(question))
        page = web.get(f"/follow/{a_link(opened_case, 'follow')}").text
        answered = web.post("/follow/answer", data=marks(page) | {"answer": "", "unknown": "yes"})
        assert "We have your answer and go on" in answered.text

    def test_a_second_address_is_claimed_and_not_more(self, web: TestClient, opened_case: CaseInHand) -> None:
        web.get(f"/follow/{a_link(opened_case, 'follow')}")
        wrong = web.post("/follow/address", data=hidden(web.get("/follow").text) | {"address": "nothing"})
        assert wrong.status_code == 422
        assert 'value="nothing"' in wrong.text
        answer = web.post("/follow/address", data=hidden(wrong.text) | {"address": "old@example.com"})
        assert "sent a mail to that address" in answer.text
        again = web.post("/follow/address", data=hidden(answer.text) | {"address": "OLD@example.com"})
        assert again.status_code == 422
        assert "You have named this address already" in again.text
        identifiers = CaseReader(opened_case.resources).get(opened_case.id).state.identifiers.values()
        assert [each.standing for each in identifiers] == ["claimed", "claimed"]

    def test_the_page_floods_no_mailbox_of_a_stranger(self, web: TestClient, opened_case: CaseInHand) -> None:
        web.get(f"/follow/{a_link(opened_case, 'follow')}")

        def adds(address: str) -> int:
            return web.post("/follow/address", data=hidden(web.get("/follow").text) | {"address": address}).status_code

        for number in range(REQUESTS.most):  # requests in somebody's name and addresses added to them count together
            assert not mailbox_named_too_often(web.app.state.web, "stranger@example.com"), number  # type: ignore[attr-defined]
        assert adds("stranger@example.com") == 422
        named = [adds(f"other{number}@example.com") for number in range(MOST_ADDRESSES)]
        assert named == [200] * (MOST_ADDRESSES - 1) + [422]  # the first one is the person's own
        identifiers = CaseReader(opened_case.resources).get(opened_case.id).state.identifiers
        assert len(identifiers) == MOST_ADDRESSES

    @pytest.mark.parametrize(("page", "outcome"), [("withdraw", Outcome.WITHDRAWN), ("not-me", Outcome.NOT_THE_REQUESTER)])
    def test_stopping_asks_once_more(self, web: TestClient, opened_case: CaseInHand, page: str, outcome: Outcome) -> None:
        before = web.get(f"/follow/{a_link(opened_case, 'follow')}").text
        if page == "withdraw":
            web.post("/follow/code", data=marks(before) | {"code": a_code(opened_case, "verify")})
        asked = web.get(f"/follow/{page}").text
        assert status_of(opened_case)[0] is not Status.CLOSED
        answer = web.post(f"/follow/{page}", data=hidden(asked))
        assert status_of(opened_case) == (Status.CLOSED, outcome)
        assert answer.url.path == "/follow"
        assert f"/follow/{page}" not in answer.text
        assert web.post(f"/follow/{page}", data=hidden(asked) | {"once": "later"}).status_code == 409

    def test_a_new_code_can_be_asked_for_but_not_without_end(self, web: TestClient, opened_case: CaseInHand) -> None:
        web.get(f"/follow/{a_link(opened_case, 'follow')}")
        assert "We have sent a new mail" in web.post("/follow/resend", data=hidden(web.get("/follow").text)).text
        for _ in range(5):
            a_code(opened_case, "verify")
        answer = web.post("/follow/resend", data=hidden(web.get("/follow").text))
        assert answer.status_code == 422
        assert "codes of the day" in answer.text

    def test_every_stage_has_its_words(self, web: TestClient, released: SearchedCase) -> None:
        web.get(f"/follow/{a_link(released, 'follow')}")
        page = web.get("/follow").text
        assert "Your copy is ready" in page
        assert "We checked it for the data of other people" in page

    def test_a_visit_ends(self, web: TestClient, opened_case: CaseInHand, monkeypatch: pytest.MonkeyPatch) -> None:
        web.get(f"/follow/{a_link(opened_case, 'follow')}")
        assert web.get("/follow").status_code == 200
        monkeypatch.setattr("api.portal.sessions.IDLE", timedelta(0))
        assert web.get("/follow").status_code == 410

    def test_a_visit_of_another_purpose_opens_nothing(self, web: TestClient, opened_case: CaseInHand) -> None:
        web.get(f"/follow/{a_link(opened_case, 'follow')}")
        for path in ("/receipt", "/collect", "/collect/download"):
            assert web.get(path).status_code == 410

    def test_a_visit_ends_after_two_hours_however_busy(
        self, web: TestClient, opened_case: CaseInHand, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        web.get(f"/follow/{a_link(opened_case, 'follow')}")
        monkeypatch.setattr("api.portal.sessions.LIFE", timedelta(0))
        assert web.get("/follow").status_code == 410

    def test_a_visit_in_use_lives_on(self, web: TestClient, opened_case: CaseInHand) -> None:
        web.get(f"/follow/{a_link(opened_case, 'follow')}")
        long_ago = datetime.now(UTC) - timedelta(minutes=14)
        with opened_case.resources.database.write() as session:
            session.execute(update(SubjectSession).values(seen_at=long_ago))
        assert web.get("/follow").status_code == 200
        with opened_case.resources.database.read() as session:
            assert session.exec(select(SubjectSession.seen_at)).one() > long_ago

    def test_only_a_hash_of_the_cookie_is_kept_and_the_row_is_the_visit(self, web: TestClient, opened_case: CaseInHand) -> None:
        web.get(f"/follow/{a_link(opened_case, 'follow')}")
        cookie = web.cookies["habeas-follow"]
        with opened_case.resources.database.write() as session:
            row = session.exec(select(SubjectSession)).one()
            assert row.token_sha256 == hashlib.sha256(cookie.encode()).hexdigest()
            assert len(cookie) == 43
            session.delete(row)
        assert web.get("/follow").status_code == 410

    def test_leaving_closes_the_page_for_good(self, web: TestClient, opened_case: CaseInHand) -> None:
        page = web.get(f"/follow/{a_link(opened_case, 'follow')}").text
        cookie = web.cookies["habeas-follow"]
        assert "The page is closed" in web.post("/follow/leave", data=marks(page)).text
        assert "habeas-follow" not in web.cookies
        assert web.get("/follow", headers={"Cookie": f"habeas-follow={cookie}"}).status_code == 410

    def test_proving_the_mailbox_ends_the_cookie_of_before(self, web: TestClient, opened_case: CaseInHand) -> None:
        page = web.get(f"/follow/{a_link(opened_case, 'follow')}").text
        before = web.cookies["habeas-follow"]
        web.post("/follow/code", data=marks(page) | {"code": a_code(opened_case, "verify")})
        after = web.cookies["habeas-follow"]
        web.cookies.clear()
        assert web.get("/follow", headers={"Cookie": f"habeas-follow={before}"}).status_code == 410
        assert web.get("/follow", headers={"Cookie": f"habeas-follow={after}"}).status_code == 200

    def test_not_me_ends_every_other_visit(self, web: TestClient, opened_case: CaseInHand) -> None:
        web.get(f"/follow/{a_link(opened_case, 'follow')}")
        stranger = web.cookies["habeas-follow"]
        web.cookies.clear()
        path = f"/verify/{a_link(opened_case, 'verify')}/not-me"
        web.post(path, data=hidden(web.get(path).text))
        assert web.get("/follow", headers={"Cookie": f"habeas-follow={stranger}"}).status_code == 410

    def test_a_changed_cookie_is_none(self, web: TestClient, opened_case: CaseInHand) -> None:
        web.get(f"/follow/{a_link(opened_case, 'follow')}")
        value = web.cookies["habeas-follow"]
        web.cookies.clear()
        stored = hashlib.sha256(value.encode()).hexdigest()  # whoever reads the database cannot come in with it
        for changed in (value[:-1] + ("0" if value[-1] != "0" else "1"), value[4:], "", "x.y", stored):
            assert web.get("/follow", headers={"Cookie": f"habeas-follow={changed}"}).status_code == 410
        assert web.get("/follow", headers={"Cookie": f"habeas-follow={value}"}).status_code == 200

    def _say(self, web: TestClient, text: str) -> None:
        assert web.post("/follow/message", data=hidden(web.get("/follow").text) | {"text": text}).status_code == 200


def test_an_erasure_says_where_it_can_still_be_stopped(web: TestClient, resources: Resources) -> None:
    case = CaseInHand(resources, rights=[Right.ERASURE])
    case.proven()
    web.get(f"/follow/{a_link(case, 'follow')}")
    assert "A person looks at what you ask" in web.get("/follow").text
    until = datetime.now(UTC) + timedelta(days=3)
    case.happen(Tag.ERASURE_ANNOUNCED, number=1, until=until.isoformat())
    page = " ".join(web.get("/follow").text.replace("\N{NO-BREAK SPACE}", " ").split())
    assert "Your request to delete your data" in page
    first = day(until.astimezone(ZoneInfo("Europe/London")).date()).replace("\N{NO-BREAK SPACE}", " ")
    assert f"We delete your data on or after {first}, in" in page
    assert "Until then you can stop it with the link in our mail about it, without a code." in page
    case.happen(Tag.ERASURE_ANNOUNCED, number=1, until=(datetime.now(UTC) - timedelta(minutes=1)).isoformat())
    page = web.get("/follow").text
    assert "the link in that mail stops it" in page
    assert "on or after" not in page
    case.happen(Tag.ERASURE_STOPPED)
    assert "We delete your data" not in web.get("/follow").text, "nothing is"


def test_a_copy_that_came_first_is_followed_by_the_day_of_the_erasure(web: TestClient, resources: Resources) -> None:
    case = CaseInHand(resources, rights=[Right.ACCESS, Right.ERASURE])
    case.released()
    web.get(f"/follow/{a_link(case, 'follow')}")
    assert "We delete your data" not in web.get("/follow").text
    case.happen(Tag.ERASURE_ANNOUNCED, number=1, until=(datetime.now(UTC) + timedelta(days=3)).isoformat())
    page = web.get("/follow").text
    assert page.index("You have our answer") < page.index("We delete your data on or after") < page.index("this is where we are")


def test_an_answer_that_went_out_is_not_still_to_come(web: TestClient, resources: Resources) -> None:
    case = CaseInHand(resources, rights=[Right.WITHDRAW_CONSENT])
    web.get(f"/follow/{a_link(case, 'follow')}")
    page = web.get("/follow").text
    assert "Not ready yet. When it is, we send it to" in page
    assert "fetch it with a code" not in page, "there is nothing to fetch"
    case.happen(Tag.RIGHT_DECIDED, right="withdraw_consent", outcome="fulfilled")
    case.happen(Tag.RIGHT_ANSWERED, right="withdraw_consent")
    for _ in ("answered", "closed"):
        page = web.get("/follow").text
        assert "You have our answer" in page
        assert "Not ready yet" not in page
        assert "You have it: it is in our mail to" in page
        assert 'class="lead">We answer by' not in page
        case.happen(Tag.REQUEST_CLOSED, outcome="fulfilled")


def test_the_sum_names_the_day_of_receipt_and_no_distance(web: TestClient, resources: Resources) -> None:
    """“..., today. It ends on a day off” read as if the request's own day were one."""
    case = CaseInHand(resources, received_at=datetime.now(UTC))
    web.get(f"/follow/{a_link(case, 'follow')}")
    (told,) = re.findall(r"The law gives us one month from the day we received your request, ([^.]+)\.", web.get("/follow").text)
    assert re.fullmatch(r"\w{3}.\d{1,2}.\w+.\d{4}", told)


def test_a_copy_that_is_ready_heads_its_page(web: TestClient, released: SearchedCase) -> None:
    web.get(f"/follow/{a_link(released, 'follow')}")
    page = web.get("/follow").text
    assert '<p class="lead">Your copy is ready.</p>' in page
    assert 'class="lead">We answer by' not in page


@pytest.mark.parametrize(
    ("received", "due", "promised", "extended", "ends", "why"),
    [
        ((2026, 11, 25), (2026, 12, 25), True, False, (2026, 12, 25), ""),
        ((2026, 11, 26), (2026, 12, 29), True, False, (2026, 12, 26), "That month ends on a day off"),
        ((2026, 11, 26), (2026, 12, 24), True, False, (2026, 12, 26), "we keep to the earlier day"),
        ((2026, 10, 1), (2026, 11, 9), False, False, (2026, 11, 1), "Days on which we waited for something from you"),
        ((2026, 8, 31), (2026, 11, 30), True, True, (2026, 11, 30), ""),
    ],
)
def test_the_sum_on_the_page_says_why_a_month_is_not_thirty_days(  # noqa: PLR0917
    received: tuple[int, int, int],
    due: tuple[int, int, int],
    promised: bool,  # noqa: FBT001
    extended: bool,  # noqa: FBT001
    ends: tuple[int, int, int],
    why: str,
) -> None:
    first, last = date(*received), date(*due)
    clock = Clock(
        legal_due=last, safe_due=last, review_on=None, state="running", extended=extended, sum=[],
        promised=last if promised else first,
    )  # fmt: skip
    found = counting([Right.ACCESS.value], first, clock, last)
    assert found.ends == date(*ends)
    assert why in found.why
    assert bool(why) == bool(found.why)


@pytest.mark.parametrize("right", Right)
def test_the_title_says_what_was_asked_and_where_it_is(web: TestClient, resources: Resources, right: Right) -> None:
    case = CaseInHand(resources, rights=[right])
    page = unescape(web.get(f"/follow/{a_link(case, 'follow')}").text)
    (title,) = re.findall(r"<title>(.*?) - Small Company", page)
    (heading,) = re.findall(r"<h1>(.*?)</h1>", page)
    asked, _, stage = title.partition(": ")
    assert heading == asked
    assert asked.startswith("Your ")
    assert len(asked) > len("Your request")
    assert f'<p class="lead">{stage}. ' in page


def test_the_title_follows_the_request(web: TestClient, resources: Resources) -> None:
    case = CaseInHand(resources, rights=[Right.ACCESS, Right.ERASURE, Right.COMPLAINT])
    web.get(f"/follow/{a_link(case, 'follow')}")

    def title() -> str:
        return unescape(re.findall(r"<title>(.*?) - ", web.get("/follow").text)[0])

    assert title() == "Your request for a copy of your data, and 2 more things: Please confirm that it is you"
    case.proven()
    case.happen(Tag.COLLECTION_STARTED, run=1, keys=[str(case.mailbox)], systems=["platform"])
    assert title().endswith(": We are collecting your data")
    case.happen(Tag.CLARIFICATION_ASKED, note=str(case.note("Which?", "caseworker:1")))
    assert title().endswith(": We have a question for you")
    case.happen(Tag.REQUEST_CLOSED, outcome="withdrawn")
    assert title().endswith(": This request is closed")


@pytest.mark.parametrize("right", [Right.OBJECTION, Right.WITHDRAW_CONSENT, Right.COMPLAINT, Right.MINOR_REPORT])
def test_nobody_is_said_to_look_at_who_asks_where_that_waits_for_nobody(
    web: TestClient, resources: Resources, right: Right
) -> None:
    case = CaseInHand(resources, rights=[right])
    case.happen(Tag.IDENTIFIER_PROVEN, identifier=str(case.mailbox), how="code")
    assert "looks at who is asking" not in web.get(f"/follow/{a_link(case, 'follow')}").text


def test_a_doubt_is_looked_at_by_a_person(web: TestClient, resources: Resources) -> None:
    case = CaseInHand(resources)
    case.happen(Tag.IDENTITY_DOUBTED, doubt="other_address")
    case.happen(Tag.IDENTIFIER_PROVEN, identifier=str(case.mailbox), how="code", factors=["mailbox"])
    assert "A person looks at who is asking" in web.get(f"/follow/{a_link(case, 'follow')}").text
