"""Letters and mails make one conversation in the person's mail program, and no address learns of another."""

from tests.activities.sorting import Sorting, letter_to, reply
from tests.case_in_hand import CaseInHand
from tests.post_office import PostOffice


def test_a_letter_answers_the_last_message_with_its_address(room: Sorting, case: CaseInHand, office: PostOffice) -> None:
    first = letter_to(case, office)
    assert first["In-Reply-To"] is None
    case.send("identity_reminder")
    second = office.kept[-1].message
    assert second["In-Reply-To"] == first["Message-ID"]
    room.sort(reply(first))
    note = case.note("We have it.", "caseworker:00000000-0000-4000-8000-00000000000a")
    case.send("message", note=note)
    third = office.kept[-1].message
    assert third["In-Reply-To"] == "<1@post.example>"
    assert str(third["References"]).split() == [first["Message-ID"], second["Message-ID"], "<1@post.example>"]


def test_a_letter_to_another_address_begins_a_conversation_of_its_own(
    room: Sorting, case: CaseInHand, office: PostOffice
) -> None:
    letter_to(case, office)
    room.sort(reply(office.kept[-1].message))
    second = case.second_address("ruth.second@post.imaginella.example")
    case.send("verify_identity", identifier=second)
    letter = office.kept[-1].message
    assert letter["In-Reply-To"] is None
    assert letter["References"] is None
