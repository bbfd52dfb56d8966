"""What somebody reads who complained: that we have it, how far we are, what came of it and where else they can turn."""

import pytest

from adapters.resources import Resources
from domain.events import Tag
from domain.rights import Right
from tests.case_in_hand import CaseInHand
from tests.factories import BEN
from tests.post_office import PostOffice

pytestmark = pytest.mark.usefixtures("office")


@pytest.fixture
def case(resources: Resources) -> CaseInHand:
    return CaseInHand(resources, rights=[Right.COMPLAINT], country="IE")


def text_of(office: PostOffice) -> str:
    return " ".join(office.kept[-1].text.split())


def test_the_acknowledgement_goes_to_whoever_complained_without_asking_for_proof(case: CaseInHand, office: PostOffice) -> None:
    case.send("complaint_received")
    text = text_of(office)
    assert "We have your complaint. It reached us on Mon 23 November 2026." in text
    assert "Somebody who had nothing to do with what you complain about looks into it." in text
    assert "or to the Information Commissioner at any time" in text
    assert "code" not in text


def test_progress_says_what_a_person_wrote(case: CaseInHand, office: PostOffice) -> None:
    case.send("complaint_progress", number=3, note=case.note("We wait for the log of the search.", BEN.person))
    assert "We wait for the log of the search." in text_of(office)


@pytest.mark.parametrize(
    ("finding", "words"),
    [
        ("upheld", "You were right."),
        ("partly_upheld", "You were right in part."),
        ("not_upheld", "did not find that we did wrong"),
    ],
)
def test_the_outcome_names_what_was_found_and_every_route_but_the_one_taken(
    case: CaseInHand, office: PostOffice, finding: str, words: str
) -> None:
    inside, told = case.note("Only for us.", BEN.person), case.note("The archive was left out.", BEN.person)
    case.happen(Tag.COMPLAINT_DECIDED, finding=finding, note=str(inside), text=str(told))
    case.send("complaint_outcome", number=case.sequence, note=told)
    text = text_of(office)
    assert words in text
    assert "The archive was left out." in text
    assert "Only for us." not in text
    assert "You can complain to us" not in text
    assert "Information Commissioner" in text
    assert "Data Protection Commission" in text
    assert "go to court" in text
