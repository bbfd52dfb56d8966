"""A restriction or a mark is about rows, and rows are somebody's: until it is known whose, nothing is called done."""

from uuid import uuid4

import pytest

from domain.case import CaseState
from domain.commands import AcceptIdentifier, ConfirmIdentity, MarkDisputed, RejectIdentifier, RestrictProcessing
from domain.decisions import decide
from domain.errors import FourEyesError, InvalidInputError, NotAllowedNowError
from domain.events import Tag
from domain.rights import Right, Status
from tests.factories import ANNA, LEAD, MAILBOX, MONDAY, happen, perform

RESTRICT = RestrictProcessing(actor=ANNA, ground="claims", note=uuid4())
DISPUTE = MarkDisputed(actor=ANNA, system="app", collection="accounts", text=uuid4(), note=uuid4())


def known_by_sight(right: Right) -> CaseState:
    """Who asks is known, and nothing that was named is a search key yet."""
    state = CaseState(case_id=uuid4())
    happen(
        state,
        Tag.REQUEST_RECEIVED,
        received_at=MONDAY.isoformat(),
        channel="phone",
        rights=[right.value],
        regimes=["UK"],
        risk="low",
    )
    happen(state, Tag.IDENTIFIER_CLAIMED, identifier=str(MAILBOX), kind="phone")
    happen(state, Tag.IDENTITY_ASKED)
    perform(state, ConfirmIdentity(actor=ANNA, note=uuid4()))
    assert state.stage(right) is Status.FULFILLING
    assert state.usable_keys == []
    return state


@pytest.mark.parametrize(("right", "command"), [(Right.RESTRICTION, RESTRICT), (Right.RECTIFICATION, DISPUTE)])
def test_nothing_is_restricted_or_marked_before_it_is_known_whose_records_these_are(
    right: Right, command: RestrictProcessing | MarkDisputed
) -> None:
    state = known_by_sight(right)
    with pytest.raises(InvalidInputError, match="We do not know yet whose records these are"):
        decide(state, command)
    perform(state, AcceptIdentifier(actor=ANNA, identifier=MAILBOX, note=uuid4()))
    with pytest.raises(FourEyesError, match="You said yourself whose records these are"):
        decide(state, command)
    by_another = command.model_copy(update={"actor": LEAD})
    assert [draft.tag for draft in decide(state, by_another)] == [Tag.MEASURE_PROPOSED]


def test_a_word_that_was_wrong_is_taken_back_before_anything_is_done_on_the_strength_of_it() -> None:
    state = known_by_sight(Right.RESTRICTION)
    perform(state, AcceptIdentifier(actor=ANNA, identifier=MAILBOX, note=uuid4()))
    wrong = RejectIdentifier(actor=LEAD, identifier=MAILBOX, note=uuid4())
    assert [draft.tag for draft in decide(state, wrong)] == [Tag.IDENTIFIER_REJECTED]
    perform(state, RESTRICT.model_copy(update={"actor": LEAD}))
    with pytest.raises(NotAllowedNowError):
        decide(state, wrong)
