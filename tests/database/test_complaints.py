"""A complaint is handled by somebody who was not involved, and nothing of the case complained of is destroyed meanwhile."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlmodel import select
from temporalio.exceptions import ApplicationError

from activities.case_log import CaseLog
from adapters.database.clock_figures import ClockFigures
from adapters.database.complaints import destruction_suspended
from adapters.database.tables import ComplaintLink
from adapters.resources import Resources
from domain.events import CaseEvent, Fact, Tag
from domain.messages import RecordEvents
from domain.rights import Right
from tests import opened
from tests.case_in_hand import CaseInHand
from tests.factories import ANNA, BEN, LEAD, MONDAY


@pytest.fixture
def resources(tmp_path: Path, database_url: str) -> Iterator[Resources]:
    with opened.resources(tmp_path / "home", database_url) as everything:
        yield everything


@pytest.fixture
def answered(resources: Resources) -> CaseInHand:
    """A case in which Anna confirmed who asked."""
    case = CaseInHand(resources)
    act(case, Tag.IDENTITY_CONFIRMED, ANNA.person, identifier=str(case.mailbox), how="caseworker")
    return case


@pytest.fixture
def complaint(resources: Resources, answered: CaseInHand) -> CaseInHand:
    case = CaseInHand(resources, rights=[Right.COMPLAINT])
    act(case, Tag.COMPLAINT_LINKED, LEAD.person, about=str(answered.id))
    return case


def act(case: CaseInHand, tag: Tag, actor: str, **facts: Fact) -> None:
    event = CaseEvent(sequence=case.sequence + 1, tag=tag, at=MONDAY, actor=actor, facts=facts)
    message = RecordEvents(case_id=case.id, command_id=f"test:{uuid4().hex}", events=[event])
    CaseLog(case.resources).record_case_event(message)
    case.sequence += 1


def suspended(case: CaseInHand) -> bool:
    with case.resources.database.read() as session:
        return destruction_suspended(session, case.id)


def about(case: CaseInHand) -> list[UUID]:
    with case.resources.database.read() as session:
        return list(session.exec(select(ComplaintLink.complaint).where(ComplaintLink.about == case.id)).all())


@pytest.mark.parametrize("tag", [Tag.COMPLAINT_PROGRESS, Tag.COMPLAINT_DECIDED])
def test_whoever_worked_on_the_case_complained_of_is_barred_also_when_they_did_so_later(
    complaint: CaseInHand, answered: CaseInHand, tag: Tag
) -> None:
    facts: dict[str, Fact] = {"note": str(complaint.note("So far.", BEN.person)), "finding": "upheld", "text": str(uuid4())}
    with pytest.raises(ApplicationError) as barred:
        act(complaint, tag, ANNA.person, **facts)
    assert barred.value.type == "four-eyes"
    act(complaint, Tag.COMPLAINT_PROGRESS, BEN.person, **facts)
    act(answered, Tag.PACKAGE_RETURNED, BEN.person)
    with pytest.raises(ApplicationError):
        act(complaint, tag, BEN.person, **facts)
    act(complaint, tag, LEAD.person, **facts)


def test_nothing_of_the_other_case_is_destroyed_while_the_complaint_is_open(complaint: CaseInHand, answered: CaseInHand) -> None:
    assert about(answered) == [complaint.id]
    assert (suspended(answered), suspended(complaint)) == (True, False)
    act(complaint, Tag.REQUEST_CLOSED, "system", outcome="fulfilled")
    assert not suspended(answered)


def test_complaints_are_counted_by_month(complaint: CaseInHand) -> None:
    act(complaint, Tag.COMPLAINT_DECIDED, BEN.person, finding="partly_upheld", note=str(uuid4()), text=str(uuid4()))
    (month,) = ClockFigures(complaint.resources).months(MONDAY.date(), MONDAY.date(), now=MONDAY)
    assert (month.received, month.complaints, month.complaints_decided, month.complaints_upheld) == (2, 1, 1, 1)
