"""The letters of the clock say what the law wants of them: a question, two further months, a refusal. On both databases."""

from typing import Any

import pytest
from temporalio.exceptions import ApplicationError

from adapters.database.case_reader import CaseReader
from adapters.resources import Resources
from domain.events import Tag
from domain.rights import Right
from tests.case_in_hand import PACKAGE, CaseInHand
from tests.factories import SHA
from tests.post_office import PostOffice

pytestmark = pytest.mark.usefixtures("office")

CASEWORKER = "caseworker:00000000-0000-4000-8000-00000000000a"
WORDS = "Your data lie in four archives.\nTwo of them are searched by hand."


def text_of(office: PostOffice) -> str:
    return " ".join(office.kept[-1].text.split())


def test_an_extension_tells_its_reasons_its_date_and_where_to_complain(case: CaseInHand, office: PostOffice) -> None:
    note = case.note(WORDS, CASEWORKER)
    case.happen(Tag.EXTENSION_DECIDED, ground="complexity", note=str(note))
    case.send("extension", number=case.sequence, note=note)
    text = text_of(office)
    assert "We now answer by Tue 23 February 2027" in text  # three months from receipt on 23 November
    assert "It is complex." in text
    assert "Your data lie in four archives. Two of them are searched by hand." in text
    assert "You can complain to us" in text
    assert "Information Commissioner" in text
    assert "go to court" in text


def test_the_promised_date_is_counted_from_receipt_whatever_was_asked_meanwhile(case: CaseInHand, office: PostOffice) -> None:
    note = case.note(WORDS, CASEWORKER)
    case.happen(Tag.CLARIFICATION_ASKED, note=str(note))
    case.happen(Tag.EXTENSION_DECIDED, ground="number", note=str(note))
    case.send("extension", number=case.sequence, note=note)
    assert "We now answer by Tue 23 February 2027" in text_of(office)


def test_no_extension_letter_without_a_decision(case: CaseInHand, office: PostOffice) -> None:
    with pytest.raises(ApplicationError):
        case.send("extension", number=3, note=case.note(WORDS, CASEWORKER))
    assert office.kept == []


def test_a_refusal_gives_reasons_and_every_route_and_never_the_internal_note(case: CaseInHand, office: PostOffice) -> None:
    case.proven()
    inside = case.note("He threatened the desk on the telephone.", CASEWORKER)
    told = case.note("You asked for the same files three times in one week.", CASEWORKER)
    case.happen(Tag.REFUSAL_PROPOSED, ground="excessive", note=str(inside), text=str(told))
    case.send("refusal", number=case.sequence, note=told)
    text = text_of(office)
    assert "We do not act on it." in text
    assert "You asked for the same files three times in one week." in text
    assert "threatened" not in text
    assert "You can complain to us" in text
    assert "Information Commissioner" in text
    assert "go to court" in text


@pytest.mark.parametrize(
    ("ground", "said"),
    [
        ("compelling_grounds", "The ground is that we have compelling legitimate grounds, which override your interests"),
        ("manifestly_unfounded", "The ground is that the request is manifestly unfounded (Article 12(5))."),
    ],
)
def test_a_refusal_of_an_objection_begins_with_its_ground_and_says_that_marketing_stays_stopped(
    resources: Resources, office: PostOffice, ground: str, said: str
) -> None:
    case = CaseInHand(resources, rights=[Right.OBJECTION])
    case.proven()
    case.happen(Tag.MARKETING_STOPPED, addresses=1)
    told = case.note("We need these figures to see fraud.", CASEWORKER)
    case.happen(Tag.REFUSAL_PROPOSED, right="objection", ground=ground, text=str(told))
    case.send("refusal", number=case.sequence, note=told)
    text = text_of(office)
    assert text.index(said) < text.index("We need these figures to see fraud.")
    assert "that stopped when your objection came, and stays stopped (Article 21(3))." in text
    assert "Those who received the data" not in text, "nobody else sends for this controller"


def test_a_refusal_goes_to_nobody_who_is_not_known(case: CaseInHand, office: PostOffice) -> None:
    with pytest.raises(ApplicationError) as refusal:
        case.send("refusal", note=case.note(WORDS, CASEWORKER))
    assert refusal.value.type == "letter-refused"
    assert office.kept == []


def test_a_question_says_that_everything_is_an_answer(case: CaseInHand, office: PostOffice) -> None:
    case.send("clarification", note=case.note("Which of your two accounts do you mean?", CASEWORKER))
    assert "Which of your two accounts do you mean?" in text_of(office)
    assert '"Everything" is an answer too.' in text_of(office)


def test_a_partial_answer_says_what_comes_now_what_later_and_by_when(case: CaseInHand, office: PostOffice) -> None:
    note = case.note("This part has your account. The invoices follow.\nA supplier keeps them on paper.", CASEWORKER)
    case.proven()
    case.happen(Tag.COLLECTION_STARTED, run=1, keys=[str(case.mailbox)], systems=["shop"])
    case.happen(Tag.SYSTEM_SEARCHED, system="shop", records=12)
    case.happen(Tag.PARTIAL_PROPOSED, note=str(note), without=["shop"])
    built: dict[str, Any] = {"package": str(PACKAGE), "revision": 0, "sha256": SHA, "bytes": 10, "records": 12, "withheld": 0}
    case.happen(Tag.PARTIAL_BUILT, datamap=SHA, **built)
    case.happen(Tag.PARTIAL_APPROVED, sha256=SHA, binding=SHA)
    case.send("partial_answer", number=case.sequence, note=note)
    text = text_of(office)
    assert "This part has your account. The invoices follow. A supplier keeps them on paper." in text
    assert "The rest comes by Wed 23 December 2026" in text
    assert "Still to come: what we hold in" in text
    assert "You can complain to us" in text
    assert "/collect/hl1_" in text


def test_after_an_extension_letters_promise_the_new_date(case: CaseInHand, office: PostOffice) -> None:
    note = case.note(WORDS, CASEWORKER)
    case.happen(Tag.EXTENSION_DECIDED, ground="number", note=str(note))
    case.send("clarification", number=1, note=note)
    assert "We still aim to answer by Wed 23 December 2026" in text_of(office)  # decided is not told
    case.happen(Tag.EXTENSION_NOTIFIED)
    case.send("clarification", number=2, note=note)
    assert "We still aim to answer by Tue 23 February 2027" in text_of(office)


def test_the_record_shows_pause_extension_and_refusal_in_the_sum(case: CaseInHand) -> None:
    reader = CaseReader(case.resources)
    note = str(case.note(WORDS, CASEWORKER))
    case.proven()
    case.happen(Tag.CLARIFICATION_ASKED, note=note)
    stopped = reader.get(case.id).clock
    assert (stopped.state, stopped.legal_due) == ("stopped", None)
    case.happen(Tag.CLARIFICATION_ANSWERED, note=note)
    assert reader.get(case.id).clock.state == "running"
    case.happen(Tag.EXTENSION_DECIDED, ground="number", note=note)
    assert not reader.get(case.id).clock.extended
    case.happen(Tag.EXTENSION_NOTIFIED)
    extended = reader.get(case.id).clock
    assert extended.extended
    assert str(extended.legal_due).startswith("2027-02-2")
    assert all(line.source for line in extended.sum)
    case.happen(Tag.REFUSAL_PROPOSED, ground="excessive", note=note, text=note)
    assert reader.get(case.id).clock.state == "running"  # proposed is not told
    case.happen(Tag.REFUSAL_APPROVED)
    case.happen(Tag.REFUSAL_NOTIFIED)
    assert reader.get(case.id).clock.state == "met"
