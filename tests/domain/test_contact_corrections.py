"""Whoever moves the address of somebody gets all that goes there later: more has to be shown than for another correction."""

from uuid import uuid4

import pytest

from domain.authority import Action
from domain.case import CaseState
from domain.commands import ApproveRectification, ConfirmIdentity, ProposeRectification
from domain.decisions import allowed_actions, decide
from domain.errors import InvalidInputError, NotAllowedNowError
from domain.events import Tag
from domain.identity import Factor
from domain.rights import Risk
from tests.factories import ANNA, BEN, LEAD, MAILBOX, SHA, happen, perform, received


def proposed(*, contact: bool) -> CaseState:
    """Somebody with a code from the mailbox, and a correction that was looked at."""
    state = received(rights=("rectification",))
    happen(state, Tag.IDENTIFIER_PROVEN, identifier=str(MAILBOX), how="code")
    happen(state, Tag.IDENTITY_CONFIRMED, identifier=str(MAILBOX), how="code")
    places = ["platform.accounts.email"]
    command = ProposeRectification(actor=ANNA, changes=uuid4(), sha256=SHA, places=places, contact=contact, note=uuid4())
    perform(state, command)
    return happen(state, Tag.MEASURE_EXAMINED, number=state.measures[-1].number, rows=1)


def test_a_code_is_enough_for_a_name_and_not_for_the_address() -> None:
    assert Action.APPROVE_RECTIFICATION in allowed_actions(proposed(contact=False))
    state = proposed(contact=True)
    with pytest.raises(NotAllowedNowError):
        decide(state, ApproveRectification(actor=BEN, sha256=SHA))
    assert {Action.CONFIRM_IDENTITY, Action.REQUEST_MORE_IDENTITY} <= {*allowed_actions(state)}


@pytest.mark.parametrize(
    ("risk", "factors", "enough"),
    [
        ("low", [Factor.JUDGED], False),
        ("low", [Factor.SIGN_IN], True),
        ("low", [Factor.HELD_CONTACT], True),
        ("elevated", [Factor.SIGN_IN], False),
        ("elevated", [Factor.SIGN_IN, Factor.HELD_CONTACT], True),
        ("high", [Factor.SIGN_IN, Factor.HELD_CONTACT], False),
        ("high", [Factor.SIGN_IN, Factor.HELD_CONTACT, Factor.BY_PERSON], True),
    ],
)
def test_what_is_enough_beside_the_mailbox_stands_in_the_table(risk: str, factors: list[Factor], *, enough: bool) -> None:
    state = proposed(contact=True)
    state.risk = Risk(risk)
    if not enough:
        with pytest.raises(InvalidInputError, match="What would do"):
            decide(state, ConfirmIdentity(actor=LEAD, factors=factors, note=uuid4()))
        return
    perform(state, ConfirmIdentity(actor=LEAD, factors=factors, note=uuid4()))
    assert [draft.tag for draft in decide(state, ApproveRectification(actor=BEN, sha256=SHA))] == [Tag.MEASURE_APPROVED]
