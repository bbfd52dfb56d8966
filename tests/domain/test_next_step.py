"""The next move of a case, at every stage and after everything that can go another way."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from domain.case import CaseState, Identifier, Notice, Package, PartialAnswer, RightItem, SystemState, WorkItem
from domain.erasure_standing import ErasureStanding
from domain.measure_standing import Measure
from domain.next_step import Step, WaitsFor, next_step
from domain.rights import Outcome, Right, Status
from tests.factories import SHA

KEY = UUID(int=7)
NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
CLAIMED = {KEY: Identifier(kind="email")}
PROVEN = {KEY: Identifier(kind="email", standing="proven")}
RESTRICTING = Measure(number=1, right=Right.RESTRICTION, kind="restrict", approved=True)
CARRY_OUT = {UUID(int=8): WorkItem(kind="carry_out_right", right=Right.RESTRICTION)}
PACKAGE = Package(id=UUID(int=1), revision=0, sha256=SHA, bytes=1, records=1, datamap=SHA)


def _case(status: Status, **facts: object) -> CaseState:
    return CaseState.model_validate({"case_id": UUID(int=0), "status": status} | facts)


@pytest.mark.parametrize(
    ("state", "step", "waits_for"),
    [
        (_case(Status.RECEIVED), Step.START, WaitsFor.SYSTEM),
        (_case(Status.VERIFYING_IDENTITY, identifiers=CLAIMED), Step.AWAIT_CODE, WaitsFor.THEM),
        (_case(Status.VERIFYING_IDENTITY), Step.CONFIRM_IDENTITY, WaitsFor.US),
        (_case(Status.VERIFYING_IDENTITY, identifiers=PROVEN), Step.CONFIRM_IDENTITY, WaitsFor.US),
        (_case(Status.VERIFYING_IDENTITY, more_identity_asked=True), Step.AWAIT_PROOF, WaitsFor.THEM),
        (_case(Status.VERIFYING_IDENTITY, more_identity_asked=True, evidence=[KEY]), Step.LOOK_AT_PROOF, WaitsFor.US),
        (_case(Status.COLLECTING), Step.NAME_KEY, WaitsFor.US),
        (_case(Status.COLLECTING, identifiers=PROVEN), Step.SEARCHING, WaitsFor.SYSTEM),
        (_case(Status.COLLECTING, clarification_open=True), Step.AWAIT_ANSWER, WaitsFor.THEM),
        (_case(Status.IN_REVIEW), Step.BUILDING, WaitsFor.SYSTEM),
        (_case(Status.IN_REVIEW, run=1, package=PACKAGE), Step.APPROVE_PACKAGE, WaitsFor.US),
        (_case(Status.IN_REVIEW, run=1, package=PACKAGE, package_wanted=2), Step.BUILDING, WaitsFor.SYSTEM),
        (_case(Status.IN_REVIEW, refusal=Notice(sequence=1, text=KEY)), Step.APPROVE_REFUSAL, WaitsFor.US),
        (
            _case(
                Status.COLLECTING,
                partial=PartialAnswer(sequence=1, text=KEY, package=PACKAGE),
                work_items={KEY: WorkItem(kind="search_by_hand", system="paper")},
            ),
            Step.APPROVE_PARTIAL_ANSWER,
            WaitsFor.US,
        ),
        (_case(Status.FULFILLING), Step.SENDING, WaitsFor.SYSTEM),
        (_case(Status.FULFILLING, measures=[RESTRICTING], work_items=CARRY_OUT), Step.CHANGING, WaitsFor.SYSTEM),
        (
            _case(
                Status.FULFILLING,
                measures=[RESTRICTING],
                work_items=CARRY_OUT | {UUID(int=9): WorkItem(kind="nothing_marked", measure=1)},
            ),
            Step.CARRY_OUT,
            WaitsFor.US,
        ),
        (_case(Status.DELIVERED), Step.AWAIT_FETCH, WaitsFor.THEM),
        (_case(Status.CLOSED), Step.NOTHING, WaitsFor.NOBODY),
    ],
)
def test_every_stage_says_what_comes_next(state: CaseState, step: Step, waits_for: WaitsFor) -> None:
    found = next_step(state)
    assert (found.step, found.waits_for, found.attention) == (step, waits_for, False)


@pytest.mark.parametrize(
    ("reached", "step"),
    [
        ({}, Step.TELLING),
        ({"waiting_until": NOON}, Step.WAITING_DAYS),
        ({"waiting_until": NOON, "carried_out_at": NOON}, Step.ERASING),
        ({"waiting_until": NOON, "carried_out_at": NOON, "certified": 9}, Step.SENDING),
    ],
)
def test_an_approved_erasure_says_where_it_is_and_speaks_of_a_letter_only_at_its_end(
    reached: dict[str, object], step: Step
) -> None:
    rights = [RightItem(right=Right.ERASURE, status=Status.FULFILLING)]
    state = _case(Status.FULFILLING, rights=rights, erasure=ErasureStanding.model_validate(reached))
    assert next_step(state).step is step


def test_a_system_that_failed_comes_before_everything() -> None:
    systems = {"billing": SystemState(state="failed"), "accounts": SystemState(state="searched")}
    items = {KEY: WorkItem(kind="search_by_hand", system="paper")}
    found = next_step(_case(Status.COLLECTING, systems=systems, work_items=items))
    assert (found.step, found.about, found.attention) == (Step.RETRY_SYSTEM, "billing", True)


@pytest.mark.parametrize(
    ("kinds", "step", "attention"),
    [
        (["search_by_hand"], Step.SEARCH_BY_HAND, False),
        (["search_by_hand", "letter_failed"], Step.MEND_LETTER, True),
        (["consider_extension", "deadline_passed"], Step.ANSWER_LATE, True),
        (["something_new"], Step.DO_TASK, False),
    ],
)
def test_the_most_urgent_task_is_the_next_one(kinds: list[str], step: Step, attention: bool) -> None:  # noqa: FBT001
    items = {UUID(int=place): WorkItem(kind=kind) for place, kind in enumerate(kinds)}
    found = next_step(_case(Status.IN_REVIEW, run=1, package=PACKAGE, work_items=items))
    assert (found.step, found.waits_for, found.attention) == (step, WaitsFor.US, attention)
    assert found.tasks == len(kinds)


def test_to_stop_the_use_of_data_comes_before_what_is_searched_for_a_copy() -> None:
    items = {
        UUID(int=1): WorkItem(kind="search_by_hand", system="paper"),
        UUID(int=2): WorkItem(kind="carry_out_right", right=Right.RESTRICTION),
    }
    found = next_step(_case(Status.COLLECTING, run=1, work_items=items))
    assert (found.step, found.about, found.tasks) == (Step.CARRY_OUT, Right.RESTRICTION, 2)


def test_what_is_done_waits_for_us_while_a_message_has_no_answer() -> None:
    done = [RightItem(right=Right.ACCESS, status=Status.CLOSED, outcome=Outcome.FULFILLED, answered=True)]
    found = next_step(_case(Status.DELIVERED, rights=done, unanswered=NOON))
    assert (found.step, found.waits_for, found.attention) == (Step.ANSWER_MESSAGE, WaitsFor.US, True)


def test_what_is_held_or_asks_to_be_closed_needs_somebody() -> None:
    held = next_step(_case(Status.IN_REVIEW, run=1, package=PACKAGE, held=True))
    assert (held.step, held.attention) == (Step.ON_HOLD, True)
    proposed = next_step(_case(Status.VERIFYING_IDENTITY, identifiers=CLAIMED, closing_proposed=True))
    assert (proposed.step, proposed.attention) == (Step.DECIDE_CLOSING, True)
