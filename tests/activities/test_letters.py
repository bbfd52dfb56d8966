"""A letter is complete, sealed and sent once, whatever dies on the way. On both databases."""

import re
from datetime import datetime

import pytest
from sqlmodel import select
from temporalio.exceptions import ApplicationError

from adapters.database.tables import Code, Letter, Link
from adapters.mail import MailNotTakenError
from adapters.resources import Resources
from domain.rights import Relation
from tests import post_office
from tests.case_in_hand import ADDRESS, CaseInHand, code_in
from tests.post_office import PostOffice

pytestmark = pytest.mark.usefixtures("office")


def test_a_letter_is_a_complete_message(case: CaseInHand, office: PostOffice) -> None:
    sent = case.send("request_received")
    (kept,) = office.kept
    message = kept.message
    assert message["To"] == ADDRESS
    assert message["From"] == "Privacy team <privacy@habeas.example>"
    assert message["Subject"] == f"{case.reference}: we have your request"
    assert message["Auto-Submitted"] == "auto-generated"
    assert re.fullmatch(rf"privacy\+{case.reference.lower()}-[a-z2-7]{{26}}@habeas\.example", str(message["Reply-To"]))
    assert kept.sender == message["Reply-To"]
    assert kept.recipients == [ADDRESS]
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    with case.resources.database.read() as session:
        row = session.get(Letter, sent.letter_id)
        assert row is not None
        assert row.message_id == message["Message-ID"]
        assert datetime.strptime(str(message["Date"]), "%a, %d %b %Y %H:%M:%S %z") == row.written_at
        assert row.accepted_at is not None


def test_a_letter_is_sent_once_per_number(case: CaseInHand, office: PostOffice) -> None:
    first = case.send("verify_identity")
    assert case.send("verify_identity") == first
    assert len(office.kept) == 1
    assert case.send("verify_identity", number=2) != first
    ids = [kept.message["Message-ID"] for kept in office.kept]
    assert len(set(ids)) == 2


def test_a_retry_sends_the_same_bytes_under_the_same_id(case: CaseInHand, office: PostOffice) -> None:
    office.to_data = "451 4.3.0 later"
    for _ in range(2):
        with pytest.raises(MailNotTakenError):
            case.send("verify_identity")
    office.to_data = post_office.OK
    case.send("verify_identity")
    with case.resources.database.write() as session:  # the worker died after the server's 250 and before our row said so
        row = session.exec(select(Letter)).one()
        row.accepted_at = None
        assert len(session.exec(select(Link)).all()) == len(session.exec(select(Code)).all()) == 1
    case.send("verify_identity")
    assert len(office.kept) == 2
    assert office.kept[0] == office.kept[1]


def test_a_refusal_for_good_is_not_retried_and_names_nobody(case: CaseInHand, office: PostOffice) -> None:
    office.to_recipient = "550 5.1.1 <ADDRESS> unknown"
    with pytest.raises(ApplicationError) as refused:
        case.send("request_received")
    assert refused.value.type == "letter-refused"
    assert refused.value.non_retryable
    assert "ruth" not in f"{refused.value!r} {refused.value.details}"


def test_what_is_stored_of_a_letter_is_sealed(case: CaseInHand, office: PostOffice) -> None:
    case.send("verify_identity")
    with case.resources.database.read() as session:
        row = session.exec(select(Letter)).one()
        stored = repr([each.model_dump() for each in [row, *session.exec(select(Code)).all(), *session.exec(select(Link)).all()]])
    assert "ruth" not in stored
    assert code_in(office.kept[0]) not in stored
    assert row.content is not None
    assert case.resources.vault.case(case.id).open("letter", "content", str(row.id), row.content) == office.kept[0].raw


def test_a_case_without_an_address_gets_no_mail(resources: Resources, office: PostOffice) -> None:
    case = CaseInHand(resources, email=None, channel="letter", hints=[("customer", "4711")])
    sent = case.send("request_received")
    assert sent.by_post, "it is written once, to be printed"
    assert case.send("request_received") == sent
    for letter in ("verify_identity", "nothing_held"):  # what needs a mailbox; what is told to nobody of whom it is not known who
        with pytest.raises(ApplicationError) as refused:
            case.send(letter)
        assert refused.value.type == "letter-refused"
    assert office.kept == []


@pytest.mark.parametrize(
    "letter",
    [
        "identity_reminder",
        "request_withdrawn",
        "not_the_requester",
        "case_closed",
        "case_reopened",
        "package_reminder",
        "request_joined",
    ],
)
def test_the_other_letters_go_out_too(case: CaseInHand, office: PostOffice, letter: str) -> None:
    case.released()
    case.send(letter)
    assert len(office.kept) == 1


@pytest.mark.parametrize(
    ("words", "language", "subject"),
    [
        ("Bitte senden Sie mir eine Kopie aller Daten, die Sie über mich haben.", "de", "wir haben Ihre Anfrage"),
        ("Bonjour, veuillez me donner une copie de mes données. Merci.", "fr", "nous avons votre demande"),
        ("Quiero una copia de mis datos personales.", None, "we have your request"),
    ],
)
def test_a_letter_comes_in_the_language_the_person_wrote_in(
    resources: Resources, office: PostOffice, words: str, language: str | None, subject: str
) -> None:
    case = CaseInHand(resources, message=words, country="IE")
    case.send("request_received")
    (kept,) = office.kept
    colon = " :" if language == "fr" else ":"
    assert kept.message["Subject"] == f"{case.reference}{colon} {subject}"
    assert kept.message["Content-Language"] == language


def test_an_unknown_letter_is_refused(case: CaseInHand) -> None:
    with pytest.raises(ApplicationError) as refused:
        case.send("invoice")
    assert refused.value.type == "invalid-input"


def test_a_person_is_told_that_somebody_asked_in_their_name_and_nothing_that_was_typed(
    resources: Resources, office: PostOffice
) -> None:
    agent = {"agent": "Mary Quill", "agent_email": "mary@quill.example", "mandate": "lawyer"}
    for number, language in enumerate(("en", "de", "fr"), 1):
        case = CaseInHand(resources, relation=Relation.AGENT, language=language, email=f"ruth{number}@example.com", **agent)
        case.send("verify_identity", identifier=case.mailbox)
    said = [" ".join(each.text.split()) for each in office.kept]
    wanted = (
        "says that you let them act for you",
        "gibt an, für Sie handeln zu dürfen",
        "indique que vous le laissez agir pour vous",
    )
    assert all(words in text for words, text in zip(wanted, said, strict=True))
    assert not any("Quill" in each.text or "Quill" in each.html or "If it was you" in each.text for each in office.kept)
