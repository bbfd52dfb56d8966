"""What a page of the portal says is true of its state, names the next step first, and asks nobody for what is not theirs."""

import re
from datetime import UTC, datetime
from html import unescape
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from activities.case_log import CaseLog
from adapters.database.case_reader import CaseReader
from adapters.links import make_link
from adapters.resources import Resources
from domain.events import CaseEvent, Fact, Tag
from domain.first_events import first_events
from domain.messages import CaseRef, RecordEvents
from domain.rights import Relation, Right
from tests.api.test_portal_halt import halting
from tests.api.visiting import WRITTEN, a_link, fill, hidden, marks, receipts
from tests.case_in_hand import CaseInHand

AGENT = {"agent": "Mary Quill, Quill & Partners", "agent_email": "mary@quill.example", "mandate": "lawyer"}


def main_of(page: str) -> str:
    """The middle of a page, without what stands beside it."""
    return unescape(page.partition('<div class="text">')[2].partition("<aside")[0])


def boxed(page: str) -> str:
    """What stands in the box of what is needed."""
    return unescape("".join(re.findall(r'<section class="need.*?</section>', page, re.DOTALL)))


def link_to(case: CaseInHand, identifier: UUID) -> str:
    with case.resources.database.write() as session:
        return make_link(session, case.id, "verify", identifier, datetime.now(UTC))


def happens(resources: Resources, tag: Tag, **facts: Fact) -> None:
    """One more event of the only case."""
    (receipt,) = receipts(resources)
    sequence = CaseReader(resources).get(receipt.case_id).state.sequence + 1
    event = CaseEvent(sequence=sequence, tag=tag, at=datetime.now(UTC), actor="system", facts=facts)
    CaseLog(resources).record_case_event(RecordEvents(case_id=receipt.case_id, command_id=f"run:{sequence}", events=[event]))


def begun(resources: Resources) -> None:
    """Let the workflow of the only case have begun."""
    (receipt,) = receipts(resources)
    for draft in first_events(CaseLog(resources).read_opening(CaseRef(case_id=receipt.case_id))):
        happens(resources, draft.tag, **draft.facts)


class TestReceipt:
    def test_a_new_code_is_asked_for_beside_the_one_that_was_wrong(self, web: TestClient) -> None:
        page = fill(web).text
        wrong = web.post("/verify/code", data=marks(page) | {"code": "00000000"}).text
        assert "Please ask for a new one." in boxed(wrong)
        assert "Send a new code" in boxed(wrong)

    def test_an_agent_is_asked_for_a_mandate_and_never_for_the_persons_code(self, web: TestClient, resources: Resources) -> None:
        page = fill(web, **AGENT).text
        assert 'name="code"' not in page
        assert "They confirm that you ask for them, or you show us your mandate." in page
        assert "Our answer goes to the person, at Ruth@Example.com." in unescape(page)
        assert "No mail after ten minutes?" not in page
        assert "Load this page again" in boxed(page), "its workflow has not begun"
        (receipt,) = receipts(resources)
        assert receipt.doubts == ["agent"]

    def test_an_agent_reads_how_far_the_mandate_is(self, web: TestClient, resources: Resources) -> None:
        fill(web, **AGENT)
        begun(resources)
        page = web.get("/receipt").text
        assert "Send the mandate" in boxed(page)
        command = hidden(page)["command"]
        empty = {"files": ("", b"", "application/octet-stream")}  # as a browser sends a form without a file
        nothing = web.post("/follow/evidence", data={"command": command}, files=empty)
        assert nothing.status_code == 422
        assert 'href="#files">Choose one file.' in nothing.text, "in the list of mistakes too"
        happens(resources, Tag.IDENTITY_EVIDENCE_RECEIVED, evidence="00000000-0000-4000-8000-0000000000ee")
        assert "We have your file." in boxed(web.get("/receipt").text)
        happens(resources, Tag.REQUEST_CLOSED, outcome="not_the_requester")
        over = web.get("/receipt").text
        assert "This request is closed" in over
        assert "It is settled" not in over
        assert "What happens next" not in over

    def test_a_report_is_no_request(self, web: TestClient) -> None:
        page = fill(web, rights=["minor_report"], message="He is nine.").text
        assert "We have your report" in page
        assert "Somebody looks at a report about a child at once." in page
        assert "does it or tells you why not" not in page


class TestFollow:
    def test_where_nothing_is_held_no_copy_is_ready(self, web: TestClient, resources: Resources) -> None:
        case = CaseInHand(resources)
        case.released(records=0)
        case.at = datetime.now(UTC)
        case.happen(Tag.DELIVERY_NOTIFIED)
        web.get(f"/follow/{a_link(case, 'follow')}")
        for _ in ("delivered", "closed"):
            page = web.get("/follow").text
            assert "copy is ready" not in page
            assert "Ready. The link" not in page
            assert "You have our answer" in page
            case.happen(Tag.RIGHT_DECIDED, right="access", outcome="nothing_held")
            case.happen(Tag.REQUEST_CLOSED, outcome="nothing_held")

    def test_whoever_confirmed_is_not_asked_to_confirm(self, web: TestClient, resources: Resources) -> None:
        case = CaseInHand(resources)
        case.happen(Tag.IDENTITY_DOUBTED, doubt="other_address")
        case.happen(Tag.IDENTIFIER_PROVEN, identifier=str(case.mailbox), how="code", factors=["mailbox"])
        web.get(f"/follow/{a_link(case, 'follow')}")
        page = web.get("/follow").text
        assert "You confirm that it is you" not in page
        assert "Your address is confirmed. A person looks at the rest." in page
        case.happen(Tag.IDENTITY_MORE_REQUESTED, note=str(case.note("One invoice, please.", "caseworker:1")))
        assert "We have asked you by mail for one more thing." in web.get("/follow").text

    def test_nobody_is_told_to_wait_while_we_wait_for_them(self, web: TestClient, resources: Resources) -> None:
        case = CaseInHand(resources)
        case.proven()
        case.happen(Tag.CLARIFICATION_ASKED, note=str(case.note("Which account?", "caseworker:1")))
        page = web.get(f"/follow/{a_link(case, 'follow')}").text
        assert "We wait for your answer to our question." in page
        assert "You need not wait here" not in page

    def test_after_the_end_the_copy_comes_first(self, web: TestClient, resources: Resources) -> None:
        case = CaseInHand(resources)
        case.released()
        case.at = datetime.now(UTC)
        for tag in (Tag.DELIVERY_NOTIFIED, Tag.PACKAGE_OPENED):
            case.happen(tag)
        case.happen(Tag.RIGHT_DECIDED, right="access", outcome="fulfilled")
        case.happen(Tag.REQUEST_CLOSED, outcome="fulfilled")
        page = main_of(web.get(f"/follow/{a_link(case, 'follow')}").text)
        assert page.index("Fetch it again") < page.index("Where your request is")

    def test_what_was_withdrawn_names_no_date_and_can_be_asked_again(self, web: TestClient, resources: Resources) -> None:
        case = CaseInHand(resources)
        token = a_link(case, "follow")
        case.happen(Tag.REQUEST_CLOSED, outcome="withdrawn")
        page = web.get(f"/follow/{token}").text
        assert "The date" not in page
        assert '<a href="/">Ask again</a>' in page

    @pytest.mark.parametrize(("right", "asked"), [(Right.COMPLAINT, False), (Right.MINOR_REPORT, False), (Right.ACCESS, True)])
    def test_another_address_is_asked_for_where_something_is_searched(
        self,
        web: TestClient,
        resources: Resources,
        right: Right,
        asked: bool,  # noqa: FBT001 (a column of the table)
    ) -> None:
        case = CaseInHand(resources, rights=[right])
        assert ("Name another address" in web.get(f"/follow/{a_link(case, 'follow')}").text) is asked

    def test_the_owner_of_a_further_address_is_offered_what_they_may_do(self, web: TestClient, resources: Resources) -> None:
        case = CaseInHand(resources)
        case.proven()
        further = case.second_address("old@example.com")
        path = f"/verify/{link_to(case, further)}"
        page = web.post(path, data=hidden(web.get(path).text)).text
        assert "This address is confirmed" in page
        assert "shown only to the address that the answer goes to" in page
        assert not any(offered in page for offered in ("Read it with a code", "withdraw the request", "Name another address"))
        assert "This was not me" in page

    def test_a_code_that_was_sent_is_said_to_be_sent(self, web: TestClient, resources: Resources) -> None:
        case = CaseInHand(resources)
        case.proven()
        page = web.get(f"/follow/{a_link(case, 'follow')}").text
        sent = web.post("/follow/prove/send", data=marks(page)).text
        assert "We have sent a code to r\u2022\u2022\u2022@post.imaginella.example." in sent
        assert "we send a code" not in sent


def test_a_person_is_asked_whether_somebody_may_ask_for_them(web: TestClient, resources: Resources) -> None:
    case = CaseInHand(resources, relation=Relation.AGENT, **AGENT)
    page = web.get(f"/verify/{a_link(case, 'verify')}").text
    assert "<h1>Did you let somebody ask for you?</h1>" in page
    assert "If it was you" not in page
    assert "Quill" not in page, "nothing that the agent typed stands on a page of ours"
    assert "Somebody asked this in your name" in web.get(f"/follow/{a_link(case, 'follow')}").text


def test_a_page_without_anything_beside_it_has_no_empty_part(web: TestClient, opened_case: CaseInHand) -> None:
    asked = web.get(f"/verify/{a_link(opened_case, 'verify')}/not-me").text
    assert "<aside" not in asked
    assert "<aside" in web.get("/").text


def test_a_page_that_was_open_too_long_is_not_called_a_link(web: TestClient) -> None:
    page = web.get("/follow")
    assert page.status_code == 410
    assert "<h1>This page is closed</h1>" in page.text
    assert "This link has ended" in web.get(f"/follow/hl1_{'A' * 43}").text


@pytest.mark.parametrize(("purpose", "red"), [("stop", False), ("object", False), ("dispute", True)])
def test_what_takes_nothing_away_is_no_red_button(
    web: TestClient,
    resources: Resources,
    purpose: str,
    red: bool,  # noqa: FBT001 (a column of the table)
) -> None:
    case = halting(resources, purpose)  # type: ignore[arg-type]
    page = web.get(f"/{purpose}/{a_link(case, purpose)}").text  # type: ignore[arg-type]
    assert ("button red" in page) is red
    (back,) = re.findall(r'<p class="after"><a href="([^"]+)"', page)
    assert "Nothing was changed" in web.get(back).text, "whoever says no is not asked to fill in a form"


class TestForm:
    def test_the_list_of_mistakes_says_which_field_is_meant(self, web: TestClient) -> None:
        wrong: dict[str, object] = {"step": "about", "email": "nobody", "agent": "A", "agent_email": "x"}
        page = unescape(web.post("/", data=marks(web.get("/").text) | WRITTEN | wrong).text)
        listed = re.findall(r'<li><a href="#(\w+)">(.*?)</a>', page)
        assert [told.partition(":")[0] for _, told in listed] == ["E-mail address", "Your own e-mail address"]
        assert len({told for _, told in listed}) == 2
        page = unescape(web.post("/", data=marks(web.get("/").text) | WRITTEN | wrong | {"agent_email": "b@c.example"}).text)
        assert ">Enter an e-mail address in the form name@example.com.</a>" in page, "where it is clear, it is not said twice"

    def test_an_address_that_no_mail_can_reach_is_asked_for_again(self, web: TestClient) -> None:
        page = fill(web, email="tilda.typical@exampl").text
        assert "Enter an e-mail address in the form name@example.com." in page
        assert 'value="tilda.typical@exampl"' in page, "what was typed is kept"

    def test_whoever_is_depicted_is_asked_for_the_picture_first_and_for_no_account(self, web: TestClient) -> None:
        sent = marks(web.get("/").text) | WRITTEN | {"step": "about", "rights": ["erasure"]}
        depicted = web.post("/", data=sent | {"account": "no"}).text
        assert depicted.index('id="seen_at"') < depicted.index('id="phone"')
        assert 'id="username"' not in depicted
        unsaid = web.post("/", data=sent).text
        assert unsaid.index('id="username"') < unsaid.index('id="seen_at"')

    def test_whoever_has_no_mailbox_is_told_the_other_ways(self, web: TestClient) -> None:
        page = web.post("/", data=marks(web.get("/").text) | {"rights": "access", "step": "what"}).text
        assert page.index("No e-mail address? Ask us by post: our address") < page.index("By post: ", page.index("<footer"))

    def test_an_agent_reads_which_answers_are_about_the_person(self, web: TestClient) -> None:
        page = web.post("/", data=marks(web.get("/").text) | WRITTEN | AGENT | {"step": "whole"}).text
        assert "E-mail address of the person" in page
        assert "Name of the person" in page
        assert "Your name" not in page


def test_before_the_copy_is_opened_its_mistakes_stand_behind_a_fold(web: TestClient, resources: Resources) -> None:
    case = CaseInHand(resources)
    case.released()
    case.at = datetime.now(UTC)
    case.happen(Tag.DELIVERY_NOTIFIED)
    page = main_of(web.get(f"/collect/{a_link(case, 'package')}").text)
    assert page.index("Send me a code") < page.index("<details") < page.index("What is missing, or wrong")
    empty = main_of(web.post("/collect/missing", data=marks(web.get("/collect").text) | {"text": ""}).text)
    assert "<details" not in empty, "what is wrong is not hidden"
