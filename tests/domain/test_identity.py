"""What has to be shown of who asks, by the right and by the doubts on record (`security.md` section 3; Article 12(6))."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from domain.authority import Action
from domain.case import CaseState, Identifier
from domain.commands import (
    ChangeDeliveryAddress,
    CompleteWorkItem,
    ConfirmIdentity,
    ConfirmIdentityCode,
    DisputeIdentity,
    RecordDoubt,
    RequestMoreIdentity,
)
from domain.decisions import allowed_actions, decide
from domain.errors import InvalidInputError, NotAllowedNowError
from domain.events import Tag
from domain.identity import Doubt, Factor, risk_of, suffices, would_do
from domain.identity_decisions import check_wait, has_mailbox
from domain.messages import Verdict
from domain.next_step import Step, next_step
from domain.rights import Right, Risk, Status
from tests.factories import ANNA, BEN, MAILBOX, MONDAY, SECOND_MAILBOX, SUBJECT, happen, identified, in_review, perform, received

F, D = Factor, Doubt
CELLS = [
    # A row of security.md section 3 each: right, risk, what does, what does not.
    (Right.ACCESS, Risk.LOW, [{F.MAILBOX}, {F.SIGN_IN}], []),
    (Right.ACCESS, Risk.ELEVATED, [{F.SIGN_IN}, {F.MAILBOX, F.HELD_CONTACT}, {F.MAILBOX, F.RECENT_FACTS}], [{F.MAILBOX}]),
    (
        Right.ACCESS,
        Risk.HIGH,
        [{F.SIGN_IN, F.HELD_CONTACT}, {F.MAILBOX, F.HELD_CONTACT, F.BY_PERSON}, {F.DOCUMENT}],
        [{F.SIGN_IN}, {F.MAILBOX, F.HELD_CONTACT}, {F.JUDGED, F.MAILBOX}, {F.RECENT_FACTS, F.MAILBOX}],
    ),
    (Right.ERASURE, Risk.ELEVATED, [{F.SIGN_IN}, {F.MAILBOX, F.HELD_CONTACT}], [{F.MAILBOX}, {F.MAILBOX, F.RECENT_FACTS}]),
    (Right.ERASURE, Risk.HIGH, [{F.SIGN_IN, F.HELD_CONTACT}], [{F.SIGN_IN}, {F.JUDGED}]),
    (Right.RESTRICTION, Risk.HIGH, [{F.MAILBOX}], []),
    (Right.RECTIFICATION, Risk.ELEVATED, [{F.MAILBOX}], []),
    (Right.AUTOMATED_DECISION_REVIEW, Risk.HIGH, [{F.SIGN_IN}, {F.MAILBOX, F.HELD_CONTACT}], [{F.MAILBOX}]),
    (Right.WITHDRAW_CONSENT, Risk.HIGH, [set()], []),
    (Right.COMPLAINT, Risk.HIGH, [set()], []),
    (Right.MINOR_REPORT, Risk.HIGH, [set()], []),
]


@pytest.mark.parametrize(("right", "risk", "does", "does_not"), CELLS)
def test_the_ladder_is_the_specifications(right: Right, risk: Risk, does: list[set[Factor]], does_not: list[set[Factor]]) -> None:
    assert all(suffices(right, risk, shown) for shown in does)
    assert not any(suffices(right, risk, shown) for shown in does_not)
    assert all(would_do(right, risk, shown) for shown in does_not), "whoever is asked for more is told what would do"


def test_an_agent_is_settled_by_the_person_or_by_proof_and_by_nothing_the_agent_says() -> None:
    agent = {D.AGENT}
    assert risk_of(agent) is Risk.HIGH
    assert suffices(Right.ACCESS, Risk.HIGH, {F.MAILBOX}, agent), "the person, on a mailbox of their own"
    assert not suffices(Right.ACCESS, Risk.HIGH, {F.JUDGED}, agent)
    assert suffices(Right.ACCESS, Risk.HIGH, {F.JUDGED, F.AUTHORITY}, agent)
    assert not suffices(Right.ACCESS, Risk.HIGH, {F.MAILBOX}, {D.AGENT, D.CONTACT_CHANGED})


def test_a_case_has_a_mailbox_only_where_an_address_of_the_person_is_known() -> None:
    state = received()
    assert has_mailbox(state)
    state.identifiers[MAILBOX].agent = True
    assert not has_mailbox(state), "the mailbox of whoever acts for them says nothing of the person"
    state.identifiers[MAILBOX] = Identifier(kind="phone")
    assert not has_mailbox(state)
    state.identifiers[MAILBOX] = Identifier(kind="email", standing="rejected")
    assert not has_mailbox(state)


def _confirm(state: CaseState, identifier: UUID = MAILBOX) -> None:
    perform(state, ConfirmIdentityCode(actor=SUBJECT, attempt=uuid4()), Verdict(accepted=True, identifier=identifier))


def test_a_code_to_a_second_contact_that_was_held_is_the_second_factor() -> None:
    state = received(risk="elevated")
    _confirm(state)
    assert state.unsure == [Right.ACCESS], "the mailbox alone does not do with a doubt on record"
    happen(state, Tag.IDENTIFIER_FOUND, identifier=str(SECOND_MAILBOX), kind="email")
    _confirm(state, SECOND_MAILBOX)
    assert state.factors == [Factor.HELD_CONTACT, Factor.MAILBOX]
    assert state.status is Status.COLLECTING


def test_a_second_contact_that_nobody_held_or_that_was_changed_lately_is_no_factor() -> None:
    for event, recent in ((Tag.IDENTIFIER_CLAIMED, False), (Tag.IDENTIFIER_FOUND, True)):
        state = received(risk="elevated")
        _confirm(state)
        happen(state, event, identifier=str(SECOND_MAILBOX), kind="email", recent=recent)
        _confirm(state, SECOND_MAILBOX)
        assert state.factors == [Factor.MAILBOX]
        assert state.status is Status.VERIFYING_IDENTITY


def test_a_second_mailbox_that_is_proven_late_and_known_to_nothing_is_a_doubt_that_holds_the_release() -> None:
    late = in_review()
    assert late.package is not None
    happen(late, Tag.PACKAGE_APPROVED, sha256=late.package.sha256, binding="b" * 64)
    happen(late, Tag.IDENTIFIER_CLAIMED, identifier=str(SECOND_MAILBOX), kind="email")
    _confirm(late, SECOND_MAILBOX)
    assert late.doubts == [Doubt.SECOND_MAILBOX]
    assert late.identifiers[SECOND_MAILBOX].standing == "proven"
    assert not late.approved
    assert late.unsure == [Right.ACCESS]
    assert next_step(late).step is Step.CONFIRM_IDENTITY, "the case says that it waits for a colleague, and does not look busy"
    perform(late, ConfirmIdentity(actor=ANNA, note=uuid4()))
    assert late.unsure == [], "somebody looked"

    known = in_review()
    happen(known, Tag.IDENTIFIER_FOUND, identifier=str(SECOND_MAILBOX), kind="email")
    _confirm(known, SECOND_MAILBOX)
    assert known.doubts == [], "the person's own records name it"

    early = received()
    happen(early, Tag.IDENTIFIER_CLAIMED, identifier=str(SECOND_MAILBOX), kind="email")
    _confirm(early)
    _confirm(early, SECOND_MAILBOX)
    assert early.doubts == [], "before the search it is one of the addresses that are asked about"


def test_a_doubt_that_comes_up_late_makes_an_approval_void_and_moves_no_clock() -> None:
    state = in_review()
    assert state.package is not None
    happen(state, Tag.PACKAGE_APPROVED, sha256=state.package.sha256, binding="b" * 64)
    happen(state, Tag.PACKAGE_PUBLISHED)
    perform(state, RecordDoubt(actor=ANNA, doubt=Doubt.CONTACT_CHANGED))
    assert not state.approved
    assert state.fetchable is None
    assert state.stage(Right.ACCESS) is Status.IN_REVIEW
    assert Action.APPROVE_PACKAGE not in allowed_actions(state)
    with pytest.raises(InvalidInputError, match="held contact"):
        decide(state, ConfirmIdentity(actor=ANNA, note=uuid4()))
    factors = [Factor.HELD_CONTACT, Factor.BY_PERSON]
    perform(state, ConfirmIdentity(actor=ANNA, note=uuid4(), factors=factors))
    assert Action.APPROVE_PACKAGE in allowed_actions(state)


def test_at_high_risk_a_copy_waits_72_hours_for_every_held_contact() -> None:
    state = in_review()
    check_wait(state, Action.APPROVE_PACKAGE, MONDAY)
    perform(state, RecordDoubt(actor=ANNA, doubt=Doubt.NEW_DEVICE))
    check_wait(state, Action.APPROVE_PACKAGE, MONDAY)
    perform(state, RecordDoubt(actor=ANNA, doubt=Doubt.CONTACT_CHANGED))
    with pytest.raises(NotAllowedNowError, match="72 hours"):
        check_wait(state, Action.APPROVE_PACKAGE, MONDAY + timedelta(hours=71))
    check_wait(state, Action.APPROVE_PACKAGE, MONDAY + timedelta(hours=72))


def test_more_is_asked_for_only_with_a_doubt_on_record() -> None:
    state = received()
    drafts = perform(state, RequestMoreIdentity(actor=ANNA, note=uuid4()))
    assert [draft.tag for draft in drafts] == [Tag.IDENTITY_DOUBTED, Tag.IDENTITY_MORE_REQUESTED]
    assert state.doubts == [Doubt.STATED], "a doubt without a name is on record in the caseworker's words"
    drafts = perform(state, RequestMoreIdentity(actor=ANNA, note=uuid4()))
    assert [draft.tag for draft in drafts] == [Tag.IDENTITY_MORE_REQUESTED]


def test_the_owner_of_a_held_contact_holds_the_release_until_somebody_looked() -> None:
    state = in_review()
    perform(state, DisputeIdentity(actor=SUBJECT))
    assert state.disputed
    assert state.risk is Risk.HIGH
    assert perform(state, DisputeIdentity(actor=SUBJECT)) == [], "told twice is one task"
    perform(state, ConfirmIdentity(actor=ANNA, note=uuid4(), factors=[Factor.DOCUMENT]))
    assert Action.APPROVE_PACKAGE not in allowed_actions(state), "nobody has looked into it yet"
    item = next(iter(state.open_work_items))
    perform(state, CompleteWorkItem(actor=ANNA, work_item=item, result="found"))
    assert Action.APPROVE_PACKAGE in allowed_actions(state)


def test_an_answer_to_an_address_that_nobody_held_opens_the_question_anew() -> None:
    state = in_review()
    happen(state, Tag.IDENTIFIER_PROVEN, identifier=str(MAILBOX), how="code")
    happen(state, Tag.IDENTIFIER_CLAIMED, identifier=str(SECOND_MAILBOX), kind="email")
    happen(state, Tag.IDENTIFIER_PROVEN, identifier=str(SECOND_MAILBOX), how="code")
    perform(state, ChangeDeliveryAddress(actor=ANNA, identifier=SECOND_MAILBOX, note=uuid4()))
    assert Doubt.OTHER_ADDRESS in state.doubts
    assert not state.knows(Right.ACCESS)


def test_rights_that_need_less_go_on_while_others_wait() -> None:
    state = received(risk="elevated", rights=("access", "restriction"))
    _confirm(state)
    assert state.stage(Right.RESTRICTION) is Status.FULFILLING
    assert state.stage(Right.ACCESS) is Status.VERIFYING_IDENTITY
    assert state.unsure == [Right.ACCESS]


def test_a_found_contact_is_no_search_key() -> None:
    state = identified()
    happen(state, Tag.IDENTIFIER_FOUND, identifier=str(SECOND_MAILBOX), kind="email")
    assert state.usable_keys == [MAILBOX]
    assert state.untold == [SECOND_MAILBOX]
    happen(state, Tag.HOLDERS_TOLD, identifiers=[str(SECOND_MAILBOX)])
    assert state.untold == []
    assert BEN.person not in state.preparers
