"""What stays of a person only under a legal hold or a ground of Article 17(3) is the restricted role's to open (P50)."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from adapters.database.erasure_tables import ErasurePlanRow, LegalHold
from adapters.database.tables import AccessLog, CaseIdentifierRow, QueueEntry
from adapters.resources import Resources
from domain.datamap import ErasureAction
from domain.erasure import Entry, ErasurePlan
from domain.events import Fact, Tag
from domain.rights import Role
from tests.activities.package_case import MAILBOX, SearchedCase
from tests.at_console import AtConsole, text_of
from tests.factories import SHA

SignIn = Callable[..., AtConsole]
Key = Callable[..., dict[str, str]]
NOW = datetime.now(UTC)
CONTENT = ("package", "package/billing/invoices", "package/find", "schedule.csv", "preview/index.html")


def planned(case: SearchedCase, *, begun: bool) -> None:
    """An erasure that keeps invoices, as its activities leave it."""
    invoices = Entry(
        system="billing", collection="invoices", action=ErasureAction.RETAIN, rows=2, ground="17(3)(b)", until=date(2032, 4, 5)
    )
    plan = ErasurePlan(case_id=case.id, datamap=SHA, keys=(case.mailbox,), entries=(invoices,))
    said = plan.model_dump(mode="json")
    row = ErasurePlanRow(id=uuid4(), case_id=case.id, number=1, run=-1, sha256=SHA, plan=said, edits=[], sealed=None, made_at=NOW)
    row.begun_at = NOW if begun else None
    facts: dict[str, Fact] = {"plan": str(row.id), "number": 1, "sha256": SHA, "datamap": SHA, "keys": [str(case.mailbox)]}
    facts |= {"erase": 3, "change": 0, "keep": 2, "waiting_days": 3, "second_look_days": 30}
    with case.resources.database.write() as session:
        session.add(row)
    case.event(Tag.ERASURE_PLANNED, **facts, addressees=[], before=[], by_hand=[], public=[])


def held_back(case: SearchedCase, review: date) -> None:
    """A legal hold on the person, by two people's word."""
    with case.resources.database.write() as session:
        index = session.exec(select(CaseIdentifierRow.value_index).where(CaseIdentifierRow.id == case.mailbox)).one()
        hold = LegalHold(subject_index=index, ground="dispute", review_on=review, placed_by="caseworker:a", placed_at=NOW)
        hold.confirmed_by, hold.confirmed_at = "caseworker:b", NOW
        session.add(hold)


def answered(case: SearchedCase) -> None:
    with case.resources.database.write() as session:
        entry = session.get(QueueEntry, case.id)
        assert entry is not None
        entry.is_owed = False


def path(case: SearchedCase, what: str = "") -> str:
    return f"/console/cases/HAB-{case.id.hex[:8].upper()}" + (f"/{what}" if what else "")


def opens(person: AtConsole, case: SearchedCase) -> set[int]:
    return {person.get(path(case, what)).status_code for what in CONTENT}


def test_what_is_left_after_an_erasure_is_closed_to_whoever_worked_on_it(
    at_console: SignIn, searched: SearchedCase, web: TestClient, key: Key, resources: Resources
) -> None:
    worker, reviewer = at_console(Role.CASEWORKER, "Carl Work"), at_console(Role.REVIEWER, "Rea View")
    assert opens(worker, searched) == {200}, "while the answer is made, it is theirs"
    planned(searched, begun=True)
    assert opens(worker, searched) == opens(reviewer, searched) == {403}
    assert "A legal reviewer, a privacy lead or the DPO opens it" in worker.get(path(searched, "package")).text
    assert worker.get(path(searched)).status_code == 200, "the case itself goes on"
    assert worker.get(path(searched, "held")).status_code == 403
    api = f"/api/v1/cases/HAB-{searched.id.hex[:8].upper()}"
    assert web.get(f"{api}/package", headers=key(Role.REVIEWER)).status_code == 403
    assert web.get(f"{api}/items", headers=key()).status_code == 403
    assert web.get(f"{api}/package", headers=key(Role.PRIVACY_LEAD)).status_code == 200
    lead = at_console(Role.PRIVACY_LEAD, "Lena Lead")
    assert opens(lead, searched) == {200}
    with resources.database.read() as session:
        looks = session.exec(select(AccessLog.action).where(AccessLog.actor == lead.person)).all()
    assert "items" in looks, "each look is on record"


def test_a_legal_reviewer_sees_what_is_held_why_and_until_when_and_no_other_case(
    at_console: SignIn, searched: SearchedCase
) -> None:
    legal = at_console(Role.LEGAL_REVIEWER, "Lex Law")
    reference = f"HAB-{searched.id.hex[:8].upper()}"
    assert legal.get(path(searched, "held")).status_code == 404, "nothing is only held yet"
    planned(searched, begun=True)
    held_back(searched, NOW.date() + timedelta(days=60))
    assert reference in legal.get("/console/legal").text
    page = text_of(legal.get(path(searched, "held")))
    assert "Article 17(3)(b). Until" in page
    assert "a dispute, or a claim" in page
    assert "R-1" in page, "what was collected here"
    assert legal.get(path(searched, "package")).status_code == 403, "the desk is not theirs"
    worker = at_console(Role.CASEWORKER, "Carl Work")
    wall = {"person": legal.person.removeprefix("caseworker:"), "reason": "A friend of hers."}
    assert worker.post(path(searched, "walls"), wall).status_code == 303
    assert reference not in legal.get("/console/legal").text
    assert legal.get(path(searched, "held")).status_code == 404, "a wall stands here too"


@pytest.mark.parametrize(("days", "status"), [(60, 403), (-1, 200)])
def test_a_hold_that_stops_an_erasure_closes_its_content_until_its_review_day(
    at_console: SignIn, searched: SearchedCase, days: int, status: int
) -> None:
    planned(searched, begun=False)
    worker = at_console(Role.CASEWORKER)
    assert opens(worker, searched) == {200}
    held_back(searched, NOW.date() + timedelta(days=days))
    assert opens(worker, searched) == {status}


def test_the_copy_in_an_answered_case_of_the_same_person_is_held_and_an_open_one_is_worked_on(
    at_console: SignIn, searched: SearchedCase
) -> None:
    other = SearchedCase(searched.resources)
    planned(other, begun=True)
    worker = at_console(Role.CASEWORKER)
    assert opens(worker, searched) == {200}, "whoever asks again is answered by the same people"
    answered(searched)
    assert opens(worker, searched) == {403}
    assert MAILBOX not in worker.get(path(searched, "package")).text


def test_a_case_that_only_names_the_erased_person_is_not_held(at_console: SignIn, searched: SearchedCase) -> None:
    other = SearchedCase(searched.resources)
    planned(other, begun=True)
    with other.resources.database.write() as session:
        row = session.exec(select(ErasurePlanRow)).one()
        row.plan = {**row.plan, "keys": [str(uuid4())]}  # the erasure went by another identifier
    answered(searched)
    assert opens(at_console(Role.CASEWORKER), searched) == {200}
