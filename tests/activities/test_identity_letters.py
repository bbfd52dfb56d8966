"""The first letters: what was received, what proves a mailbox, and nothing that a stranger typed. On both databases."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest
from sqlmodel import select
from temporalio.exceptions import ApplicationError

from adapters.attempts import judge
from adapters.database.tables import Code, Link
from adapters.links import look_up, record_attempt
from adapters.resources import Resources
from domain.events import Tag
from domain.rights import Right
from tests.activities.test_answer_letters import CASEWORKER
from tests.case_in_hand import ADDRESS, CaseInHand, code_in, token_in
from tests.post_office import PostOffice

pytestmark = pytest.mark.usefixtures("office")


# What a stranger would do, in the words of the letters: any of these by right, and none of another's.
STRANGERS: dict[str, dict[Right, tuple[str, ...]]] = {
    "en": {
        Right.ACCESS: ("nobody else gets your data", "nobody gets anything", "We can give personal data", "gave nothing to"),
        Right.ERASURE: ("your data deleted", "nothing is deleted", "We delete personal data only", "We deleted nothing"),
        Right.RESTRICTION: ("else decides about your data", "we do not go on with it", "for the person whom the data are about"),
    },
    "de": {
        Right.ACCESS: ("So bekommt niemand anderes Ihre Daten", "bekommt niemand etwas", "haben wir niemandem etwas gegeben"),
        Right.ERASURE: ("Ihre Daten löschen lassen", "wird nichts gelöscht", "haben wir nichts gelöscht"),
        Right.RESTRICTION: ("niemand anderes über Ihre Daten", "arbeiten wir daran nicht weiter", "Darum haben wir nichts getan"),
    },
    "fr": {
        Right.ACCESS: ("personne d'autre ne reçoit vos données", "alors personne ne reçoit rien", "donc rien donné à personne"),
        Right.ERASURE: ("ne fait effacer vos données", "alors rien n'est effacé", "Nous n'avons donc rien effacé"),
        Right.RESTRICTION: ("ne décide de vos données", "alors nous n'allons pas plus loin", "Nous n'avons donc rien fait"),
    },
}
FIRST = ("request_received", "received_by_mail", "verify_identity")  # may reach somebody who knows of nothing


def test_the_receipt_says_what_when_and_what_not(case: CaseInHand, office: PostOffice) -> None:
    case.send("request_received")
    text = " ".join(office.kept[0].text.split())
    assert "We answer by Wed 23 December 2026" in text
    assert "one month" in text
    assert "- A copy of your data" in text
    assert "We never ask for your password" in text
    assert "Please confirm the address" in text
    assert "complaints@small.example" in text
    assert case.receipt.safe_due.isoformat() == "2026-12-23"


def test_somebody_whose_sign_in_vouches_for_them_has_nothing_to_confirm(resources: Resources, office: PostOffice) -> None:
    case = CaseInHand(resources, asserted=True, assertion=("platform", "one"))
    case.send("request_received")
    assert "You need do nothing now." in office.kept[0].text
    assert "/verify/" not in office.kept[0].text


@pytest.mark.parametrize("letter", FIRST)
def test_the_first_mail_carries_nothing_that_was_typed(resources: Resources, office: PostOffice, letter: str) -> None:
    """Abuse test 15, rule M1."""
    typed = "Click https://evil.example/now <script>alert(1)</script>\r\nBcc: all@evil.example\n\nHELLO {{ controller }}"
    case = CaseInHand(resources, name=typed, message=typed, hints=[("user_id", "evil-hint")])
    case.send(letter)
    (kept,) = office.kept
    whole = (" ".join(map(str, kept.message.values())) + kept.text + kept.html).lower()
    for word in ("evil", "script", "bcc:", "hello", "alert"):  # a Message-ID may well have the letters bcc
        assert word not in whole
    assert sorted(kept.message.keys()) == [
        "Auto-Submitted",
        "Content-Type",
        "Date",
        "From",
        "MIME-Version",
        "Message-ID",
        "Reply-To",
        "Subject",
        "To",
        "X-Auto-Response-Suppress",
        "X-Habeas-Letter",
    ]


def test_the_code_and_the_link_of_a_letter_work(case: CaseInHand, office: PostOffice) -> None:
    case.send("verify_identity")
    (kept,) = office.kept
    now = datetime.now(UTC)
    for typed in ({"code": code_in(kept)}, {"token": token_in(kept, "verify")}):
        with case.resources.database.write() as session:
            attempt = record_attempt(session, case.resources.vault, case.id, "verify", now=now, **typed)
            session.flush()
        with case.resources.database.write() as session:
            assert judge(session, case.id, attempt, datetime.now(UTC)).identifier == case.mailbox
        with case.resources.database.write() as session:  # the other way for the other one
            for row in [*session.exec(select(Link)).all(), *session.exec(select(Code)).all()]:
                row.used_at = None


def test_a_second_address_is_asked_for_itself(case: CaseInHand, office: PostOffice) -> None:
    second = case.second_address("Ruth@Work.imaginella.example")
    case.send("verify_identity", number=4, identifier=second)
    assert office.kept[0].message["To"] == "Ruth@work.imaginella.example"
    # Its owner may be a stranger: they read whose request it is, and where their data would go.
    for each in (" ".join(office.kept[0].text.split()), " ".join(office.kept[0].html.split())):
        assert "Confirm it only if both addresses are yours" in each
        assert each.count("r***@") == 2
        assert ADDRESS not in each
    with case.resources.database.read() as session:
        assert session.exec(select(Code.identifier)).all() == [second]


def test_an_address_of_another_case_is_unknown(case: CaseInHand) -> None:
    other = CaseInHand(case.resources)
    with pytest.raises(ApplicationError) as refused:
        case.send("code", identifier=other.mailbox)
    assert refused.value.type == "not-found"


def test_a_mailbox_that_had_its_codes_gets_a_link_and_is_told_of_the_guessing(case: CaseInHand, office: PostOffice) -> None:
    for number in range(1, 6):
        case.send("verify_identity", number=number)
    with case.resources.database.write() as session:
        for row in session.exec(select(Code)).all():
            row.tries = 5
    case.send("verify_identity", number=6)
    text = office.kept[-1].text
    assert not re.search(r"^ +[0-9]{8}$", text, re.MULTILINE)
    assert "25 times" in text
    with case.resources.database.read() as session:
        assert look_up(session, token_in(office.kept[-1], "verify"), "verify", datetime.now(UTC)) is not None


def test_what_anybody_may_ask_is_answered_at_the_address_that_was_named(resources: Resources, office: PostOffice) -> None:
    case = CaseInHand(resources, rights=[Right.OBJECTION])
    case.send("request_received")
    assert "Please confirm the address" not in office.kept[-1].text
    note = case.note("We send no more advertising to this address.", CASEWORKER)
    case.happen(Tag.RIGHT_DECIDED, right="objection", outcome="fulfilled", note=str(note))
    case.send("right_decided", number=case.sequence, note=note)
    assert "We send no more advertising to this address." in " ".join(office.kept[-1].text.split())


def test_a_code_says_for_what_it_is_and_why(resources: Resources, office: PostOffice) -> None:
    case = CaseInHand(resources, rights=[Right.OBJECTION])
    case.send("code", identifier=case.mailbox)
    for said in (" ".join(office.kept[-1].text.split()), " ".join(office.kept[-1].html.split())):
        assert "That we stop using your data in a certain way" in said
        assert "Before we go on we have to know that the address belongs to whoever asked" in said
        assert "Was it not you who asked? Then do nothing" in said
    further = case.second_address("nora@example.com")
    case.send("code", number=9, identifier=further)
    text = " ".join(office.kept[-1].text.split())
    assert "That we stop using" not in text, "a stranger reads nothing of what somebody else asked"
    assert "Whoever owns the address" in text


@pytest.mark.parametrize("language", ["en", "de", "fr"])
@pytest.mark.parametrize("right", [Right.ACCESS, Right.ERASURE, Right.RESTRICTION])
def test_a_confirmation_says_what_a_stranger_would_do_by_what_was_asked(
    resources: Resources, office: PostOffice, right: Right, language: str
) -> None:
    case = CaseInHand(resources, rights=[right], language=language)
    for letter in ("verify_identity", "identity_reminder", "code", "identity_not_confirmed"):
        case.send(letter)
        for part in (office.kept[-1].text, office.kept[-1].html):
            said = " ".join(unescape(part).split())
            own, others = STRANGERS[language][right], {each for key, each in STRANGERS[language].items() if key is not right}
            assert any(words in said for words in own), (letter, said)
            assert not [words for each in others for words in each if words in said], letter


def test_a_further_address_reads_what_would_happen_to_what_is_its_own(resources: Resources, office: PostOffice) -> None:
    case = CaseInHand(resources, rights=[Right.ERASURE])
    case.send("verify_identity", number=4, identifier=case.second_address("nora@example.com"))
    for said in (" ".join(office.kept[-1].text.split()), " ".join(office.kept[-1].html.split())):
        assert "asked us to delete personal data, and says that this e-mail address is theirs as well" in said
        assert "If you confirm it, what belongs to this address is deleted too" in said
        assert "then nothing of this address is deleted" in said
        assert "what we hold under" not in said


def test_a_reminder_to_a_proven_address_asks_for_no_click(case: CaseInHand, office: PostOffice) -> None:
    case.send("identity_reminder")
    assert "/verify/" in office.kept[0].text
    case.happen(Tag.IDENTIFIER_PROVEN, identifier=str(case.mailbox), how="code")
    case.send("identity_reminder", number=2)
    assert "/verify/" not in office.kept[1].text
    assert "You have confirmed this e-mail address" in " ".join(office.kept[1].text.split())


def test_every_right_has_its_sentence(resources: Resources, office: PostOffice) -> None:
    case = CaseInHand(resources, rights=list(Right))
    case.send("verify_identity")
    assert len(re.findall(r"^- ", office.kept[0].text, re.MULTILINE)) == len(Right)
