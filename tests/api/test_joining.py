"""Joining two cases: by one person only where something proven is the same in both, and never so that somebody loses by it."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from adapters.database.case_reader import CaseReader
from adapters.database.identifiers import identifier_row
from adapters.resources import Resources
from domain.events import Tag
from domain.rights import Right, Role
from tests.api.conftest import FakeGateway
from tests.case_in_hand import CaseInHand
from tests.factories import MONDAY

Key = Callable[..., dict[str, str]]
VICTIM, OTHER = "victim@post.example", "somebody@else.example"


def join(web: TestClient, gone: CaseInHand, kept: CaseInHand, headers: dict[str, str]) -> Any:  # noqa: ANN401 (httpx's own type has two names)
    body = {"into": kept.reference, "reason": "Same words, same day."}
    return web.post(f"/api/v1/cases/{gone.reference}/actions/merge_duplicate", json=body, headers=headers)


def made(resources: Resources, email: str, *, proven: bool = True, **changes: object) -> CaseInHand:
    case = CaseInHand(resources, email=email, **changes)
    if proven:
        case.proven()
    return case


def account(case: CaseInHand, number: str, *, proven: bool) -> None:
    row = identifier_row(case.resources.vault, case.id, "account", number, added_by="subject", now=MONDAY)
    with case.resources.database.write() as session:
        session.add(row)
    case.happen(Tag.IDENTIFIER_CLAIMED, identifier=str(row.id), kind="account")
    if proven:
        case.happen(Tag.IDENTIFIER_PROVEN, identifier=str(row.id), how="assertion")


def last(resources: Resources, case: CaseInHand) -> dict[str, Any]:
    return [row.facts for row in CaseReader(resources).events(case.id) if row.tag == Tag.REQUEST_MERGED][-1]


@pytest.mark.parametrize("proven", [True, False])
def test_what_came_under_a_mailbox_that_is_proven_there_is_joined_by_one_person(
    web: TestClient, key: Key, resources: Resources, *, proven: bool
) -> None:
    kept, gone = made(resources, VICTIM), made(resources, VICTIM, proven=proven)
    assert join(web, gone, kept, key()).json()["outcome"] == "duplicate"
    assert last(resources, gone)["same"] == "mailbox"


def test_the_same_proven_account_in_both_is_one_person(web: TestClient, key: Key, resources: Resources) -> None:
    kept, gone = made(resources, VICTIM), made(resources, OTHER)
    account(kept, "4711", proven=True)
    account(gone, "4711", proven=True)
    assert join(web, gone, kept, key()).json()["outcome"] == "duplicate"
    assert last(resources, gone)["same"] == "subject"


def test_two_persons_decide_with_a_reason_each_where_nothing_proves_it(
    web: TestClient, key: Key, resources: Resources, gateway: FakeGateway
) -> None:
    """The attack: a case of one's own, in which somebody else's mailbox and account are only named."""
    victim, attacker = made(resources, VICTIM), made(resources, OTHER)
    account(victim, "4711", proven=True)
    account(attacker, "4711", proven=False)
    attacker.second_address(VICTIM)
    first, second = key(), key(name="ben")
    answer = join(web, victim, attacker, first)
    assert (answer.status_code, answer.json()["outcome"]) == (200, None)
    proposed = CaseReader(resources).events(victim.id)[-1]
    assert (proposed.tag, proposed.facts["into"]) == (Tag.REQUEST_JOIN_PROPOSED, str(attacker.id))
    again = join(web, victim, attacker, first)
    assert (again.status_code, again.json()["type"].rpartition("/")[2]) == (403, "four-eyes")
    third = made(resources, "third@else.example")
    assert join(web, victim, third, second).json()["outcome"] is None, "another case is another proposal"
    assert join(web, victim, third, first).json()["outcome"] == "duplicate"
    facts = last(resources, victim)
    assert (facts["same"], facts["into"]) == ("two_persons", str(third.id))
    assert facts["proposed_by"] == gateway.calls[2].command.actor.person
    notes = {row.facts.get("note") for row in CaseReader(resources).events(victim.id) if row.tag.startswith("case:request:")}
    assert len(notes - {None}) == 3, "each gave a reason of their own"


def test_whoever_proposed_it_sees_it_and_a_colleague_reads_who_wants_what_and_why(
    at_console: Callable[..., Any], web: TestClient, key: Key, resources: Resources
) -> None:
    gone, kept = made(resources, VICTIM), made(resources, OTHER)
    join(web, gone, kept, key())
    gone.sequence += 1
    gone.happen(Tag.WORK_ITEM_OPENED, work_item=str(uuid4()), kind="join_cases")
    page = " ".join(at_console(Role.CASEWORKER, "Ben Frank").get(f"/console/cases/{gone.reference}").text.split())
    assert "Decide whether two cases are of one person" in page
    assert kept.reference in page
    assert "Same words, same day." in page
    assert "Leave them apart" in page


@pytest.mark.parametrize(("here", "there"), [([Right.ACCESS, Right.ERASURE], [Right.ACCESS]), ([Right.ACCESS], [Right.ERASURE])])
def test_a_right_that_is_not_asked_there_is_not_lost(
    web: TestClient, key: Key, resources: Resources, here: list[Right], there: list[Right]
) -> None:
    kept, gone = made(resources, VICTIM, rights=there), made(resources, VICTIM, rights=here)
    answer = join(web, gone, kept, key())
    assert (answer.status_code, answer.json()["field"]) == (422, "into")
    assert "would be lost" in answer.json()["title"]


def test_nothing_goes_on_in_a_closed_case_nor_in_one_of_nobody_knows_whom(
    web: TestClient, key: Key, resources: Resources
) -> None:
    gone, closed = made(resources, VICTIM), made(resources, VICTIM)
    closed.happen(Tag.REQUEST_CLOSED, outcome="withdrawn")
    for other in (closed, made(resources, VICTIM, proven=False)):
        answer = join(web, gone, other, key(name=other.reference.lower()))
        assert (answer.status_code, answer.json()["field"]) == (422, "into")
