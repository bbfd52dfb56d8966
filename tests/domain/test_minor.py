"""What may be done about a reported account, and when (the policy's children section; `security.md` I9)."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.authority import Action
from domain.case import CaseState
from domain.commands import AnswerSafeguarding, DecideAccount, NameAccount, ObjectToReport
from domain.decisions import allowed_actions, decide
from domain.errors import InvalidInputError, NotAllowedNowError
from domain.events import Tag
from domain.minor import HOLDER_HAS, check_ground
from tests.factories import ANNA, BEN, MONDAY, SUBJECT, happen, perform, received

ACCOUNT = UUID("00000000-0000-4000-8000-000000000003")


def _reported() -> CaseState:
    state = received(rights=("minor_report", "access"))
    perform(state, NameAccount(actor=ANNA, identifier=ACCOUNT, kind="email"))
    return happen(state, Tag.ACCOUNT_SUSPENDED, accounts=[str(ACCOUNT)], rows=3)


def _decision(**changes: Any) -> DecideAccount:  # noqa: ANN401 (fields of a command)
    return DecideAccount.model_validate({"actor": ANNA, "note": uuid4(), "decision": "delete", "ground": "shows_age", **changes})


def test_a_reported_account_is_never_a_search_key_and_is_erased_under_its_own_name_alone() -> None:
    state = _reported()
    assert state.usable_keys == []
    assert state.erasing_keys == [], "nothing was decided"
    perform(state, AnswerSafeguarding(actor=ANNA, concern=False, note=uuid4()))
    perform(state, _decision())
    assert state.usable_keys == [], "the reporter's own request for access finds nothing by it"
    assert state.erasing.value == "minor_report"
    assert state.erasing_keys == [ACCOUNT]
    assert ANNA.person in state.preparers, "somebody else approves the plan"
    happen(state, Tag.RIGHT_ANSWERED, right="minor_report")
    happen(state, Tag.RIGHT_DECIDED, right="minor_report", outcome="fulfilled")
    assert state.erasing.value == "erasure"
    assert state.erasing_keys == []


def test_the_safeguarding_question_comes_before_anything_is_destroyed() -> None:
    state = _reported()
    with pytest.raises(NotAllowedNowError, match="danger"):
        decide(state, _decision())
    perform(state, AnswerSafeguarding(actor=ANNA, concern=True, hold_evidence=True, note=uuid4()))
    assert state.minor is not None
    assert state.minor.evidence_held
    perform(state, _decision())
    assert Action.DECIDE_ACCOUNT not in allowed_actions(state), "decided once"


def test_giving_back_needs_no_such_answer_and_grounds_fit_their_decision() -> None:
    perform(_reported(), _decision(decision="reinstate", ground="adult"))
    with pytest.raises(InvalidInputError, match="fit"):
        decide(_reported(), _decision(decision="reinstate", ground="shows_age"))


def test_silence_lets_a_person_delete_after_seven_days_and_never_a_timer() -> None:
    state = happen(_reported(), Tag.ACCOUNT_HOLDER_TOLD, identifiers=[])
    silent, light = _decision(ground="no_objection"), _decision(ground="light_check")
    with pytest.raises(NotAllowedNowError, match="seven days"):
        check_ground(state, silent, MONDAY + HOLDER_HAS - timedelta(minutes=1))
    check_ground(state, silent, MONDAY + HOLDER_HAS)
    check_ground(state, light, MONDAY)


def test_an_objection_is_a_task_and_is_heard_once() -> None:
    state = _reported()
    perform(state, ObjectToReport(actor=SUBJECT))
    assert perform(state, ObjectToReport(actor=SUBJECT)) == []
    assert [item.kind for item in state.open_work_items.values()] == ["account_objection"]
    with pytest.raises(InvalidInputError):
        decide(_reported(), ObjectToReport(actor=ANNA))
    assert BEN.person not in state.preparers
