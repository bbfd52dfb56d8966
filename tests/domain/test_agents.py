"""Somebody who asks for the person; the same thing asked twice; and what may be called unfounded (Articles 12(2), 12(5))."""

from uuid import uuid4

import pytest

from domain.authority import Action
from domain.case import CaseState
from domain.commands import (
    ChangeDeliveryAddress,
    ConfirmIdentityCode,
    ProposeRefusal,
    RecordAuthority,
    RecordDoubt,
    RequestAuthority,
)
from domain.decisions import allowed_actions, decide
from domain.errors import InvalidInputError
from domain.events import Tag
from domain.identity import Doubt, Factor
from domain.messages import Verdict
from domain.reasons_to_refuse import Burden
from domain.rights import Right, Risk
from tests.factories import ANNA, MAILBOX, SECOND_MAILBOX, SUBJECT, happen, in_review, perform, received


def _by_agent() -> CaseState:
    state = received()
    perform(state, RecordDoubt(actor=ANNA, doubt=Doubt.AGENT))
    return state


def test_proof_that_came_with_the_request_is_recorded_and_never_asked_for() -> None:
    state = _by_agent()
    assert {Action.RECORD_AUTHORITY, Action.REQUEST_AUTHORITY} <= {*allowed_actions(state)}
    perform(state, RecordAuthority(actor=ANNA, note=uuid4()))
    assert state.authority == "sufficient"
    assert Factor.AUTHORITY in state.factors
    assert Action.REQUEST_AUTHORITY not in allowed_actions(state), "asked only when it is absent or doubtful"
    assert Action.RECORD_AUTHORITY not in allowed_actions(received()), "nobody acts for somebody here"


def test_doubtful_proof_is_asked_for_again_and_the_copy_goes_to_the_person() -> None:
    state = _by_agent()
    perform(state, RecordAuthority(actor=ANNA, standing="doubtful", note=uuid4()))
    assert Action.REQUEST_AUTHORITY in allowed_actions(state)
    perform(state, RequestAuthority(actor=ANNA, note=uuid4()))
    perform(state, ConfirmIdentityCode(actor=SUBJECT, attempt=uuid4()), Verdict(accepted=True, identifier=MAILBOX))
    assert state.knows(Right.ACCESS), "the person confirmed on a channel of their own"
    happen(state, Tag.IDENTIFIER_CLAIMED, identifier=str(SECOND_MAILBOX), kind="email")
    happen(state, Tag.IDENTIFIER_PROVEN, identifier=str(SECOND_MAILBOX), how="code")
    there = ChangeDeliveryAddress(actor=ANNA, identifier=SECOND_MAILBOX, note=uuid4())
    with pytest.raises(InvalidInputError, match="goes to the person"):
        decide(state, there)
    perform(state, RecordAuthority(actor=ANNA, note=uuid4()))
    perform(state, there)
    assert Doubt.OTHER_ADDRESS not in state.doubts, "the person let somebody act for them"


def test_an_agents_own_mailbox_says_nothing_of_the_person_and_is_searched_with_by_nobody() -> None:
    state = _by_agent()
    happen(state, Tag.IDENTIFIER_CLAIMED, identifier=str(SECOND_MAILBOX), kind="email", agent=True)
    perform(state, ConfirmIdentityCode(actor=SUBJECT, attempt=uuid4()), Verdict(accepted=True, identifier=SECOND_MAILBOX))
    assert state.identifiers[SECOND_MAILBOX].standing == "proven"
    assert (state.factors, state.identity_record, state.usable_keys) == ([], 0, [])
    assert state.delivery_address == MAILBOX, "the person's own, though it is only claimed so far"
    there = ChangeDeliveryAddress(actor=ANNA, identifier=SECOND_MAILBOX, note=uuid4())
    with pytest.raises(InvalidInputError, match="goes to the person"):
        decide(state, there)
    perform(state, RecordAuthority(actor=ANNA, note=uuid4()))
    assert state.usable_keys == [], "enough to go on, and still not theirs"
    perform(state, there)
    assert state.delivery_address == SECOND_MAILBOX


def test_an_agent_at_high_risk_alone_holds_no_copy_for_72_hours() -> None:
    state = _by_agent()
    assert state.risk is Risk.HIGH
    assert state.asking_risk is Risk.LOW


def test_that_a_request_comes_again_is_one_factor_and_never_the_whole_test() -> None:
    refusal = {"actor": ANNA, "ground": "excessive", "text": uuid4(), "note": uuid4()}
    alone = ProposeRefusal.model_validate(refusal | {"test": [Burden.REPETITIVE]})
    with pytest.raises(InvalidInputError, match="one factor"):
        decide(in_review(), alone)
    state = in_review()
    weighed = [Burden.REPETITIVE, Burden.NOTHING_NEW]
    (draft,) = perform(state, ProposeRefusal.model_validate(refusal | {"test": weighed}))
    assert draft.facts["test"] == ["repetitive", "nothing_new"], "the test is on record"
