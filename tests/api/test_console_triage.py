"""The triage page: everything that is known beside the mail, three things to do, and nothing of a stranger's that runs."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from sqlmodel import select

from adapters.database.mail_tables import IncomingMail, MailCursor
from adapters.database.tables import AccessLog, CaseReceipt, Letter
from adapters.incoming.removal import keep_reading, opened
from adapters.resources import Resources
from domain.rights import Role
from tests.activities.sorting import SECRET, with_file
from tests.adapters.incoming.corpus import mail
from tests.api.conftest import FakeGateway
from tests.api.test_mail import ARRIVED, ASKS, Desk
from tests.at_console import AtConsole, text_of
from tests.case_in_hand import CaseInHand

SignIn = Callable[..., AtConsole]
EVIL = '<script>alert(1)</script><img src="https://track.example/1.gif" onerror="x()"><p>Hello <b>there</b></p>'


@pytest.fixture
def desk(resources: Resources) -> Desk:
    return Desk(resources)


def only(resources: Resources) -> IncomingMail:
    with resources.database.read() as session:
        return session.exec(select(IncomingMail)).one()


def test_what_waits_says_why_and_by_when(at_console: SignIn, desk: Desk) -> None:
    desk.sort(mail(ASKS))
    page = text_of(at_console().get("/console/triage"))
    for words in ("mia@post.example", "Access", "does not vouch for it", "Wed 16 Dec", "not vouched for"):
        assert words in page


def test_an_empty_page_says_what_happens_by_itself(at_console: SignIn) -> None:
    assert "Nothing waits" in text_of(at_console().get("/console/triage"))


def test_a_mail_shows_its_reasons_and_leaves_a_row_in_the_access_log(
    at_console: SignIn, desk: Desk, resources: Resources
) -> None:
    desk.sort(mail(ASKS))
    person = at_console()
    page = text_of(person.get(f"/console/triage/{only(resources).id}"))
    assert "copy of all the personal data" in page
    assert "Vouched for no" in page
    with resources.database.read() as session:
        assert ("mail", person.person) in session.exec(select(AccessLog.action, AccessLog.actor)).all()


def test_nothing_of_a_stranger_runs_or_loads(at_console: SignIn, desk: Desk, resources: Resources) -> None:
    desk.sort(mail(EVIL, subject="<b>bold</b>", Content_Type="text/html"))
    person, key = at_console(), only(resources).id
    page = person.get(f"/console/triage/{key}")
    assert "<b>bold</b>" not in page.text
    assert "<script>alert" not in page.text
    assert 'sandbox=""' in page.text
    framed = person.get(f"/console/triage/{key}/html")
    assert "there" in framed.text
    for bad in ("script", "img", "track", "onerror"):
        assert bad not in framed.text
    policy = framed.headers["content-security-policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert person.get(f"/console/triage/{key}/raw").headers["content-disposition"].startswith("attachment;")


def test_a_link_of_ours_that_a_mail_quotes_is_shown_to_nobody(at_console: SignIn, desk: Desk, resources: Resources) -> None:
    """Whoever has it could confirm in the person's place who asks."""
    token = f"hl1_{'Ab' * 21}c"
    desk.sort(mail(f"{ASKS}\n\nOn Monday you wrote:\n> Open https://privacy.example/verify/{token} to confirm."))
    page = at_console().get(f"/console/triage/{only(resources).id}").text
    assert "privacy.example/verify/(not shown here) to confirm." in page
    assert token not in page


def test_one_press_opens_a_case_from_the_arrival(
    at_console: SignIn, desk: Desk, resources: Resources, gateway: FakeGateway
) -> None:
    desk.sort(mail(ASKS))
    person, url = at_console(), f"/console/triage/{only(resources).id}"
    assert 'value="access" checked' in person.get(url).text
    assert person.post(f"{url}/open").status_code == 422
    answer = person.post(f"{url}/open", {"rights": ["access"], "country": "IE"})
    with resources.database.read() as session:
        receipt = session.exec(select(CaseReceipt)).one()
    assert answer.headers["location"] == f"/console/cases/{receipt.reference}"
    assert (receipt.received_at, receipt.regimes) == (ARRIVED, ["UK", "EU-IE"])
    assert gateway.started == [receipt.case_id]
    assert person.post(f"{url}/open", {"rights": ["access"]}).status_code == 409


def test_one_press_joins_the_suggested_case(
    at_console: SignIn, desk: Desk, resources: Resources, opened_case: CaseInHand
) -> None:
    desk.sort(mail("And my invoices?", subject=f"Re: {opened_case.reference}"))
    person, url = at_console(), f"/console/triage/{only(resources).id}"
    page = person.get(url)
    assert f'value="{opened_case.reference}"' in page.text
    assert "names its reference" in text_of(page)
    assert person.post(f"{url}/join", {"case": "HAB-00000000"}).status_code == 422
    assert person.post(f"{url}/join", {"case": opened_case.reference.lower()}).status_code == 303
    assert only(resources).case_id == opened_case.id


def test_a_file_that_may_be_a_proof_of_identity_waits_with_its_day_and_one_press_keeps_or_destroys_it(
    at_console: SignIn, desk: Desk, resources: Resources
) -> None:
    person = at_console()
    desk.sort(with_file(with_file(mail(ASKS), "passport.jpg", SECRET), "my id.jpg", SECRET))
    page = f"/console/triage/{only(resources).id}"
    assert "may be a proof of identity" in text_of(person.get("/console/triage?view=proofs"))
    first, second = re.findall(rf'action="({page}/attachments/[0-9]+)/keep"', person.get(page).text)
    person.post(f"{first}/keep")
    person.post(f"{second}/destroy")
    assert "nobody asked for; destroyed" in text_of(person.get(page))
    assert (person.get(first).status_code, person.get(second).status_code) == (200, 404)
    assert "No file in the mail looks like" in text_of(person.get("/console/triage?view=proofs"))
    assert "said already what this file is" in text_of(person.post(f"{first}/destroy"))


def test_an_infected_file_is_no_link_and_a_privacy_lead_takes_it_out_with_a_reason(
    at_console: SignIn, desk: Desk, resources: Resources
) -> None:
    desk.sort(with_file(mail(ASKS), "bill.jpg", b"\xff\xd8\xff\xe0 bill"))
    with resources.database.write() as session:
        row, read = opened(resources, session.exec(select(IncomingMail)).one())
        files = [each.model_copy(update={"malware": "infected"}) for each in read.attachments]
        keep_reading(resources, row, read.model_copy(update={"attachments": files}))
        session.add(row)
    page, index = f"/console/triage/{row.id}", read.attachments[0].index
    person, lead = at_console(), at_console(Role.PRIVACY_LEAD)
    said = text_of(person.get(page))
    assert "infected, in quarantine" in said
    assert "given to nobody" in said
    assert [person.get(f"{page}/{what}").status_code for what in (f"attachments/{index}", "raw")] == [409, 409]
    assert person.post(f"{page}/attachments/{index}/quarantine", {"reason": "x"}).status_code == 403
    assert "Say why you need" in text_of(lead.post(f"{page}/attachments/{index}/quarantine"))
    assert lead.post(f"{page}/attachments/{index}/quarantine", {"reason": "For the police"}).content.endswith(b"bill")


def test_putting_aside_needs_a_reason(at_console: SignIn, desk: Desk, resources: Resources) -> None:
    desk.sort(mail("Watches"))
    person, url = at_console(), f"/console/triage/{only(resources).id}"
    assert person.post(f"{url}/dismiss").status_code == 422
    assert person.post(f"{url}/dismiss", {"reason": "Advertisement"}).status_code == 303
    assert "Watches" not in text_of(person.get("/console/triage"))
    assert person.get("/console/triage?view=dismissed").text.count(str(only(resources).id)) == 1


def test_a_responder_sees_what_may_be_a_breach_and_no_request(at_console: SignIn, desk: Desk, resources: Resources) -> None:
    desk.sort(mail(ASKS), mail("Somebody hacked my account", sender="ben@post.example"))
    person = at_console(Role.BREACH_RESPONDER)
    page = person.get("/console/triage").text
    assert "ben@post.example" in page
    assert "mia@post.example" not in page
    with resources.database.read() as session:
        request = session.exec(select(IncomingMail).where(IncomingMail.reason == "not_answerable")).one()
    assert person.get(f"/console/triage/{request.id}").status_code == 404


def test_what_may_be_a_breach_stands_first_and_names_the_breach(at_console: SignIn, desk: Desk) -> None:
    desk.sort(mail(ASKS))
    desk.sort(mail("Somebody hacked my account", sender="ben@post.example"))
    page = at_console().get("/console/triage").text
    assert page.index("ben@post.example") < page.index("mia@post.example")
    assert "HAB-B" in page


def test_a_mailbox_in_trouble_is_said_in_words(at_console: SignIn, resources: Resources) -> None:
    with resources.database.write() as session:
        session.add(MailCursor(mailbox="connect", trouble="sign_in_refused"))
    assert "The mailbox connect refuses the sign-in. Nothing is lost" in text_of(at_console().get("/console/triage"))


def test_the_menu_says_how_many_wait(at_console: SignIn, desk: Desk) -> None:
    desk.sort(mail("one"), mail("two"))
    assert '<span class="badge">2</span>' in at_console().get("/console/triage").text


def test_a_joined_mail_stands_in_the_conversation_of_its_case(
    at_console: SignIn, desk: Desk, resources: Resources, opened_case: CaseInHand
) -> None:
    desk.sort(
        mail("And my invoices?\n\nOn Mon, Privacy <p@imaginella.example> wrote:\n> Dear Mia", subject=opened_case.reference)
    )
    person = at_console()
    person.post(f"/console/triage/{only(resources).id}/join", {"case": opened_case.reference})
    page = person.get(f"/console/cases/{opened_case.reference}/messages")
    assert "And my invoices?" in page.text
    assert "Dear Mia" not in page.text
    assert f"/console/triage/{only(resources).id}" in page.text
    assert "not vouched for by their domain" in page.text


def test_letters_that_came_back_are_said_above_the_conversation(
    at_console: SignIn, resources: Resources, opened_case: CaseInHand
) -> None:
    letter = Letter(
        id=uuid4(),
        case_id=opened_case.id,
        name="message",
        number=1,
        identifier=opened_case.mailbox,
        message_id="<x@imaginella.example>",
        content=None,
        written_at=ARRIVED,
        accepted_at=ARRIVED,
        bounce="hard",
    )
    with resources.database.write() as session:
        session.add(letter)
    assert "Letters to this address come back" in text_of(at_console().get(f"/console/cases/{opened_case.reference}/messages"))
