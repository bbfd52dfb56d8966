"""What may happen to a case, who may make it happen, and what voids an approval."""

from typing import cast
from uuid import uuid4

import pytest

from domain.authority import ROLES, Action
from domain.case import binding_of
from domain.commands import (
    AcceptIdentifier,
    Actor,
    AddIdentifier,
    ApprovePackage,
    ChangeDeliveryAddress,
    Close,
    CompleteWorkItem,
    ConfirmIdentity,
    ConfirmIdentityCode,
    ContinueWithoutSystem,
    Hold,
    PreparePackage,
    RequestCode,
    RetrySystem,
    ReturnForRework,
    Withdraw,
)
from domain.decisions import allowed_actions, decide
from domain.errors import FourEyesError, InvalidInputError, NotAllowedNowError, NotPermittedError, StaleHashError
from domain.events import Tag
from domain.messages import Verdict
from domain.rights import Outcome, Role, Status
from tests.factories import (
    ANNA,
    BEN,
    LEAD,
    MAILBOX,
    SECOND_MAILBOX,
    SHA,
    SUBJECT,
    built,
    happen,
    identified,
    in_review,
    perform,
    received,
)


def test_every_action_has_its_roles() -> None:
    assert set(ROLES) == set(Action)


def test_code_proves_the_mailbox_and_starts_the_search() -> None:
    state = received()
    perform(state, ConfirmIdentityCode(actor=SUBJECT, attempt=uuid4()), Verdict(accepted=True, identifier=MAILBOX))
    assert state.status is Status.COLLECTING
    assert state.usable_keys == [MAILBOX]
    assert state.identity_record == state.sequence


def test_code_alone_does_not_settle_a_high_risk() -> None:
    state = received(risk="high")
    perform(state, ConfirmIdentityCode(actor=SUBJECT, attempt=uuid4()), Verdict(accepted=True, identifier=MAILBOX))
    assert state.status is Status.VERIFYING_IDENTITY
    assert state.identity_record == 0


def test_caseworker_confirms_identity_only_with_a_reason_and_counts_as_preparer() -> None:
    state = received()
    with pytest.raises(InvalidInputError):
        decide(state, ConfirmIdentity(actor=ANNA))
    perform(state, ConfirmIdentity(actor=ANNA, note=uuid4()))
    assert state.status is Status.COLLECTING
    assert state.preparers == [ANNA.person]


def test_a_hint_is_never_a_key_until_somebody_decides_so() -> None:
    state = identified()
    perform(state, AddIdentifier(actor=SUBJECT, identifier=SECOND_MAILBOX, kind="account_id"))
    assert state.usable_keys == [MAILBOX]
    perform(state, AcceptIdentifier(actor=ANNA, identifier=SECOND_MAILBOX, note=uuid4()))
    assert set(state.usable_keys) == {MAILBOX, SECOND_MAILBOX}
    assert state.hand_added_keys == [SECOND_MAILBOX]
    assert ANNA.person in state.preparers


def test_approval_binds_the_hash() -> None:
    state = in_review()
    with pytest.raises(StaleHashError):
        decide(state, ApprovePackage(actor=BEN, sha256="b" * 64))
    perform(state, ApprovePackage(actor=BEN, sha256=SHA))
    assert state.status is Status.FULFILLING
    assert state.package is not None
    assert state.package.binding == binding_of(state)


def test_whoever_prepared_cannot_approve_until_it_was_returned() -> None:
    state = in_review()
    lead_prepares = PreparePackage(actor=LEAD)
    perform(state, lead_prepares)
    built(state)
    with pytest.raises(FourEyesError):
        decide(state, ApprovePackage(actor=LEAD, sha256=SHA))
    perform(state, ReturnForRework(actor=BEN, note=uuid4()))
    assert state.preparers == []
    with pytest.raises(NotAllowedNowError):  # and not the same package again, which nobody has changed
        decide(state, ApprovePackage(actor=LEAD, sha256=SHA))
    perform(state, PreparePackage(actor=ANNA))
    built(state)
    perform(state, ApprovePackage(actor=LEAD, sha256=SHA))


def test_the_same_person_under_another_role_is_still_the_same_person() -> None:
    state = received()
    perform(state, ConfirmIdentity(actor=ANNA, note=uuid4()))
    happen(state, Tag.COLLECTION_STARTED, run=1, keys=[str(MAILBOX)])
    happen(state, Tag.COLLECTION_FINISHED)
    built(state)
    with pytest.raises(FourEyesError):
        decide(state, ApprovePackage(actor=Actor(person=ANNA.person, role=Role.REVIEWER), sha256=SHA))


def test_a_changed_recipient_voids_the_approval() -> None:
    state = in_review()
    happen(state, Tag.IDENTIFIER_CLAIMED, identifier=str(SECOND_MAILBOX), kind="email")
    perform(state, ApprovePackage(actor=BEN, sha256=SHA))
    with pytest.raises(InvalidInputError):  # not proven
        decide(state, ChangeDeliveryAddress(actor=ANNA, identifier=SECOND_MAILBOX, note=uuid4()))
    before = binding_of(state)
    perform(state, ChangeDeliveryAddress(actor=ANNA, identifier=MAILBOX, note=uuid4()))
    assert not state.approved
    assert state.status is Status.IN_REVIEW
    assert before == binding_of(state)  # the same address again: the approval is void all the same


def test_another_proven_address_searches_again_and_voids_the_approval() -> None:
    state = in_review()
    happen(state, Tag.IDENTIFIER_CLAIMED, identifier=str(SECOND_MAILBOX), kind="email")
    perform(state, ApprovePackage(actor=BEN, sha256=SHA))
    perform(state, ConfirmIdentityCode(actor=SUBJECT, attempt=uuid4()), Verdict(accepted=True, identifier=SECOND_MAILBOX))
    assert not state.approved
    assert state.status is Status.COLLECTING
    assert state.needs_search


def test_nothing_is_approved_while_the_case_is_held() -> None:
    state = in_review()
    perform(state, Hold(actor=LEAD, note=uuid4()))
    with pytest.raises(NotAllowedNowError) as refusal:
        decide(state, ApprovePackage(actor=BEN, sha256=SHA))
    assert "release" in cast("list[str]", refusal.value.facts["allowed_actions"])


def test_a_failed_system_is_retried_or_left_out_with_a_reason() -> None:
    state = identified()
    item = uuid4()
    happen(state, Tag.COLLECTION_STARTED, run=1, keys=[str(MAILBOX)])
    happen(state, Tag.SYSTEM_FAILED, system="billing", reason="unreachable")
    happen(state, Tag.WORK_ITEM_OPENED, work_item=str(item), kind="system_failed", system="billing")
    assert Action.RETRY_SYSTEM in allowed_actions(state)
    with pytest.raises(InvalidInputError):
        decide(state, ContinueWithoutSystem(actor=ANNA, system="billing"))
    with pytest.raises(InvalidInputError):
        decide(state, RetrySystem(actor=ANNA, system="platform"))
    perform(state, ContinueWithoutSystem(actor=ANNA, system="billing", note=uuid4()))
    assert state.systems["billing"].state == "skipped"
    assert not state.open_work_items
    assert not state.waits_for_systems


def test_a_manual_system_waits_for_a_person_and_counts_their_files() -> None:
    state = identified()
    item = uuid4()
    happen(state, Tag.COLLECTION_STARTED, run=1, keys=[str(MAILBOX)])
    happen(state, Tag.WORK_ITEM_OPENED, work_item=str(item), kind="search_by_hand", system="payments")
    assert state.waits_for_systems
    with pytest.raises(InvalidInputError):  # an exception needs its reason
        decide(state, CompleteWorkItem(actor=ANNA, work_item=item, result="exception"))
    perform(state, CompleteWorkItem(actor=ANNA, work_item=item, result="found", files=2))
    assert state.systems["payments"].records == 2
    with pytest.raises(NotAllowedNowError):
        decide(state, CompleteWorkItem(actor=ANNA, work_item=item, result="found"))


@pytest.mark.parametrize("actor", [SUBJECT, BEN, Actor(person="platform:0a1b2c3d", role=Role.PLATFORM)])
def test_only_their_roles_may_confirm_identity_by_hand(actor: Actor) -> None:
    with pytest.raises(NotPermittedError):
        decide(received(), ConfirmIdentity(actor=actor, note=uuid4()))


def test_silence_closes_nothing_before_closing_was_proposed() -> None:
    state = received()
    with pytest.raises(NotAllowedNowError):
        decide(state, Close(actor=LEAD, note=uuid4()))
    happen(state, Tag.CLOSING_PROPOSED)
    perform(state, Close(actor=LEAD, note=uuid4()))
    assert (state.status, state.outcome) == (Status.CLOSED, Outcome.IDENTITY_NOT_CONFIRMED)
    assert allowed_actions(state) == [Action.REOPEN]


def test_nobody_closes_as_fulfilled_what_was_not_delivered() -> None:
    with pytest.raises(InvalidInputError):
        decide(in_review(), Close(actor=LEAD, outcome=Outcome.FULFILLED, note=uuid4()))


def test_the_person_withdraws_at_any_time_and_staff_say_where_they_heard_it() -> None:
    with pytest.raises(InvalidInputError):
        decide(in_review(), Withdraw(actor=ANNA))
    state = in_review()
    perform(state, Withdraw(actor=SUBJECT))
    assert state.outcome is Outcome.WITHDRAWN


def test_a_code_can_be_asked_for_again_and_only_for_a_known_address() -> None:
    state = received()
    assert [draft.tag for draft in perform(state, RequestCode(actor=SUBJECT, identifier=MAILBOX))] == [Tag.CODE_REQUESTED]
    with pytest.raises(InvalidInputError):
        decide(state, RequestCode(actor=SUBJECT, identifier=uuid4()))


def test_nothing_goes_to_an_address_that_was_only_claimed() -> None:
    state = received()
    happen(state, Tag.IDENTIFIER_CLAIMED, identifier=str(SECOND_MAILBOX), kind="email")
    assert state.delivery_address == MAILBOX
    perform(state, ConfirmIdentityCode(actor=SUBJECT, attempt=uuid4()), Verdict(accepted=True, identifier=SECOND_MAILBOX))
    assert state.delivery_address == SECOND_MAILBOX
    perform(state, ConfirmIdentityCode(actor=SUBJECT, attempt=uuid4()), Verdict(accepted=True, identifier=MAILBOX))
    assert state.delivery_address == SECOND_MAILBOX
