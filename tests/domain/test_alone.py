"""Solo mode: one person approves what they prepared only announced, after a night, and somebody looks at it afterwards."""

from datetime import timedelta
from uuid import uuid4

import pytest

from domain.alone import COOLING, check_cooling, unchecked
from domain.authority import Action
from domain.case import CaseState
from domain.commands import (
    AcceptIdentifier,
    AddIdentifier,
    AnnounceAlone,
    ApprovePackage,
    Close,
    CompleteWorkItem,
    ConfirmIdentity,
    PreparePackage,
    RecordAfterCheck,
    RecordDoubt,
    ReturnForRework,
)
from domain.decisions import allowed_actions, decide
from domain.errors import FourEyesError, InvalidInputError, NotAllowedNowError, NotPermittedError, StaleHashError
from domain.events import Tag
from domain.identity import Doubt
from domain.next_step import Step, next_step
from domain.rights import Outcome, Role, Status
from tests.factories import ANNA, BEN, LEAD, MONDAY, SHA, built, happen, in_review, perform


def announce(**changes: object) -> AnnounceAlone:
    given = {"actor": LEAD, "approval": "approve_package", "sha256": SHA, "checker": BEN.person, "note": uuid4()}
    return AnnounceAlone.model_validate(given | changes)


@pytest.fixture
def prepared() -> CaseState:
    """A package that the privacy lead built."""
    state = in_review()
    perform(state, PreparePackage(actor=LEAD))
    return built(state)


def test_without_an_announcement_nobody_approves_what_they_prepared(prepared: CaseState) -> None:
    with pytest.raises(FourEyesError):
        decide(prepared, ApprovePackage(actor=LEAD, sha256=SHA))


def test_what_was_announced_is_approved_after_twelve_hours_and_looked_at_by_somebody_else(prepared: CaseState) -> None:
    perform(prepared, announce())
    approve = ApprovePackage(actor=LEAD, sha256=SHA)
    at = prepared.alone[0].at
    with pytest.raises(NotAllowedNowError, match="12 hours"):
        check_cooling(prepared, approve, at + COOLING - timedelta(seconds=1))
    check_cooling(prepared, approve, at + COOLING)
    tags = [draft.tag for draft in perform(prepared, approve)]
    assert tags == [Tag.PACKAGE_APPROVED, Tag.APPROVED_ALONE]
    assert (prepared.status, next_step(prepared).about) == (Status.FULFILLING, "after_check")
    (task,) = prepared.open_work_items
    with pytest.raises(InvalidInputError):
        decide(prepared, CompleteWorkItem(actor=ANNA, work_item=task, result="found"))
    with pytest.raises(FourEyesError):
        decide(prepared, RecordAfterCheck(actor=LEAD, finding="in_order", note=uuid4()))
    perform(prepared, RecordAfterCheck(actor=BEN, finding="in_order", note=uuid4()))
    assert (unchecked(prepared), prepared.open_work_items) == ([], {})


def test_a_colleague_approves_at_once_all_the_same(prepared: CaseState) -> None:
    perform(prepared, announce())
    approve = ApprovePackage(actor=BEN, sha256=SHA)
    check_cooling(prepared, approve, MONDAY)
    assert [draft.tag for draft in perform(prepared, approve)] == [Tag.PACKAGE_APPROVED]


def test_the_look_afterwards_outlives_the_case_and_can_open_it_again(prepared: CaseState) -> None:
    perform(prepared, announce())
    perform(prepared, ApprovePackage(actor=LEAD, sha256=SHA))
    happen(prepared, Tag.PACKAGE_PUBLISHED)
    happen(prepared, Tag.DELIVERY_NOTIFIED)
    perform(prepared, Close(actor=LEAD, outcome=Outcome.FULFILLED, note=uuid4()))
    assert prepared.status is Status.CLOSED
    assert next_step(prepared).step is Step.DO_TASK
    assert Action.RECORD_AFTER_CHECK in allowed_actions(prepared)
    assert Action.REOPEN not in allowed_actions(prepared)
    perform(prepared, RecordAfterCheck(actor=BEN, finding="not_in_order", note=uuid4()))
    assert {Action.REOPEN, Action.COMPLETE_WORK_ITEM} <= {*allowed_actions(prepared)}
    assert [item.kind for item in prepared.open_work_items.values()] == ["after_check_disputed"]


@pytest.mark.parametrize("change", ["hash", "recipient", "rework"])
def test_an_announcement_is_of_exactly_what_it_was_given_for(prepared: CaseState, change: str) -> None:
    perform(prepared, announce())
    if change == "hash":
        perform(prepared, PreparePackage(actor=LEAD))
        built(prepared, sha256="b" * 64)
    elif change == "recipient":
        prepared.delivery_address = uuid4()
    else:
        perform(prepared, ReturnForRework(actor=BEN, note=uuid4()))
        perform(prepared, PreparePackage(actor=LEAD))
        built(prepared, sha256="b" * 64)
    with pytest.raises(FourEyesError):
        decide(prepared, ApprovePackage(actor=LEAD, sha256=prepared.package.sha256 if prepared.package else ""))


@pytest.mark.parametrize("change", ["risk", "by_hand", "key"])
def test_never_where_one_person_could_invent_who_asks_or_the_risk_is_high(change: str) -> None:
    state = in_review()
    if change == "risk":
        state.factors = ["sign_in", "held_contact"]  # type: ignore[list-item]
        perform(state, RecordDoubt(actor=ANNA, doubt=Doubt.PRIVATE_CONTENT))
    elif change == "by_hand":
        perform(state, RecordDoubt(actor=ANNA, doubt=Doubt.NEW_DEVICE))
        perform(state, ConfirmIdentity(actor=LEAD, note=uuid4()))
    else:
        key = uuid4()
        perform(state, AddIdentifier(actor=ANNA, identifier=key, kind="user_id"))
        perform(state, AcceptIdentifier(actor=LEAD, identifier=key, note=uuid4()))
        happen(state, Tag.COLLECTION_STARTED, run=2, keys=[str(each) for each in state.usable_keys])
        happen(state, Tag.COLLECTION_FINISHED)
    perform(state, PreparePackage(actor=LEAD))
    built(state)
    with pytest.raises(NotAllowedNowError, match="alone"):
        decide(state, announce())


def test_never_for_a_refusal_nor_by_anybody_but_a_privacy_lead(prepared: CaseState) -> None:
    with pytest.raises(ValueError, match="approval"):
        announce(approval="approve_refusal")
    with pytest.raises(NotPermittedError):
        decide(prepared, announce(actor=ANNA))


def test_it_needs_a_reason_a_colleague_and_what_there_is(prepared: CaseState) -> None:
    for wrong, error in (
        ({"note": None}, InvalidInputError),
        ({"checker": LEAD.person}, InvalidInputError),
        ({"sha256": "b" * 64}, StaleHashError),
        ({"actor": LEAD.model_copy(update={"person": "caseworker:00000000-0000-4000-8000-0000000000ff"})}, InvalidInputError),
    ):
        with pytest.raises(error):
            decide(prepared, announce(**wrong))
    assert Role.PRIVACY_LEAD is LEAD.role
