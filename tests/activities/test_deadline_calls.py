"""Who is told that a case comes due or was ended from outside, and that nothing in the mail says whom it is about."""

import pytest

from activities.deadline_calls import DeadlineCalls
from activities.resumption_calls import ResumptionCalls
from adapters.database import people
from adapters.database.queue import assign
from adapters.resources import Resources
from domain.call_messages import CaseDue, CaseResumed
from domain.rights import Role
from tests.case_in_hand import ADDRESS, CaseInHand
from tests.factories import MONDAY
from tests.post_office import PostOffice

pytestmark = pytest.mark.usefixtures("office")

OWNER, LEAD = "owner@office.example", "lead@office.example"


@pytest.fixture
def case(resources: Resources) -> CaseInHand:
    people.add_caseworker(resources.database, email=LEAD, name="Amara Lewis", role=Role.PRIVACY_LEAD)
    people.add_caseworker(resources.database, email="other@office.example", name="Priya Nair", role=Role.CASEWORKER)
    return CaseInHand(resources)


def tell(case: CaseInHand, *, number: int = 9, late: bool = False) -> None:
    message = CaseDue(case_id=case.id, number=number, due=case.receipt.safe_due, late=late)
    DeadlineCalls(case.resources).tell_of_due_case(message)


def owned(case: CaseInHand) -> None:
    owner = people.add_caseworker(case.resources.database, email=OWNER, name="Amira Osei", role=Role.CASEWORKER)
    with case.resources.database.write() as session:
        assign(session, [case.id], to=f"caseworker:{owner}", by="caseworker:x", at=MONDAY)


def recipients(office: PostOffice) -> list[list[str]]:
    return [letter.recipients for letter in office.kept]


def test_the_owner_is_told_and_nobody_else(case: CaseInHand, office: PostOffice) -> None:
    owned(case)
    tell(case)
    assert recipients(office) == [[OWNER]]
    text = " ".join(office.kept[0].text.split())
    assert "Amira Osei, this case is to be answered by Wed 23 December 2026" in text
    assert f"/console/cases/{case.reference}" in text
    assert ADDRESS not in office.kept[0].text


def test_where_nobody_owns_it_the_privacy_lead_is(case: CaseInHand, office: PostOffice) -> None:
    tell(case)
    assert recipients(office) == [[LEAD]]


def test_what_passed_is_escalated_to_the_privacy_lead_too(case: CaseInHand, office: PostOffice) -> None:
    owned(case)
    tell(case, late=True)
    assert sorted(recipients(office)) == [[LEAD], [OWNER]]
    assert all("the date has passed" in str(letter.message["Subject"]) for letter in office.kept)


def test_told_again_it_is_the_same_mail(case: CaseInHand, office: PostOffice) -> None:
    tell(case)
    tell(case)
    tell(case, number=10)
    ids = [str(letter.message["Message-ID"]) for letter in office.kept]
    assert (ids[0] == ids[1], ids[1] == ids[2]) == (True, False)


def test_the_data_protection_officer_hears_once_of_a_workflow_that_was_ended(case: CaseInHand, office: PostOffice) -> None:
    people.add_caseworker(case.resources.database, email="dpo@office.example", name="Ida Brandt", role=Role.DPO)
    for _attempt in range(2):
        ResumptionCalls(case.resources).tell_of_resumed_case(CaseResumed(case_id=case.id, number=12))
    assert {letter.recipients[0] for letter in office.kept} == {"dpo@office.example"}
    assert len({letter.message["Message-ID"] for letter in office.kept}) == 1
    assert case.reference in office.kept[0].text
    assert ADDRESS not in office.kept[0].text


def test_without_one_the_privacy_lead_hears_of_it(case: CaseInHand, office: PostOffice) -> None:
    ResumptionCalls(case.resources).tell_of_resumed_case(CaseResumed(case_id=case.id, number=12))
    assert recipients(office) == [[LEAD]]
