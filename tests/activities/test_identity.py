"""Attempts are judged once, counted and consumed in one transaction. On SQLite and PostgreSQL."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlmodel import select
from temporalio.exceptions import ApplicationError

from activities.case_log import CaseLog
from adapters.codes import TRIES
from adapters.database.case_reader import CaseReader
from adapters.database.tables import Code, Link
from domain.errors import CodeRefusedError, SequenceConflictError
from domain.events import CaseEvent, Tag
from domain.messages import RecordAttempt, Verdict
from tests.activities.attempting import NOW, attempt, code, judged, link, wrong
from tests.case_in_hand import CaseInHand


def test_the_right_code_proves_the_address_it_was_sent_to(case: CaseInHand) -> None:
    digits = code(case)
    assert digits is not None
    typed = f" {digits[:4]} {digits[4:]} "
    assert judged(case, attempt(case, code=typed)) == Verdict(accepted=True, identifier=case.mailbox)


def test_a_judged_attempt_answers_the_same_again_and_counts_once(case: CaseInHand) -> None:
    digits = code(case)
    good, bad = attempt(case, code=digits), attempt(case, code=wrong(digits))
    assert [judged(case, bad).accepted for _ in range(3)] == [False] * 3
    assert [judged(case, good).identifier for _ in range(3)] == [case.mailbox] * 3
    with case.resources.database.read() as session:
        assert session.exec(select(Code.tries)).one() == 2


def test_a_code_works_once(case: CaseInHand) -> None:
    digits = code(case)
    first, second = attempt(case, code=digits), attempt(case, code=digits)
    assert [judged(case, first).accepted, judged(case, second).accepted] == [True, False]


def test_five_wrong_tries_end_a_code(case: CaseInHand) -> None:
    digits = code(case)
    right = attempt(case, code=digits)
    assert not any(judged(case, attempt(case, code=wrong(digits, shift))).accepted for shift in range(1, TRIES + 1))
    assert not judged(case, right).accepted
    with pytest.raises(CodeRefusedError):
        attempt(case, code=digits)


def test_a_newer_code_ends_the_one_before(case: CaseInHand) -> None:
    old = code(case)
    new = code(case, NOW + timedelta(seconds=30))
    late = NOW + timedelta(seconds=60)
    assert not judged(case, attempt(case, code=old, at=late)).accepted
    assert judged(case, attempt(case, code=new, at=late)).accepted


def test_what_was_typed_in_time_holds_however_late_it_is_judged(case: CaseInHand) -> None:
    issued = NOW - timedelta(days=2)  # the worker was down for a weekend
    digits = code(case, issued)
    assert judged(case, attempt(case, code=digits, at=issued + timedelta(minutes=9))).accepted


def test_a_link_proves_its_address_and_uses_up_the_code_beside_it(case: CaseInHand) -> None:
    digits, token = code(case), link(case)
    both = attempt(case, token=token), attempt(case, code=digits)
    assert judged(case, both[0]) == Verdict(accepted=True, identifier=case.mailbox)
    assert not judged(case, both[1]).accepted
    with pytest.raises(CodeRefusedError):
        attempt(case, token=token)


def test_each_address_of_a_case_has_its_own_code(case: CaseInHand) -> None:
    second = case.second_address("ruth@work.imaginella.example")
    code(case)
    digits = code(case, identifier=second)
    assert judged(case, attempt(case, code=digits)) == Verdict(accepted=True, identifier=second)
    with case.resources.database.read() as session:
        unused = session.exec(select(Code).where(Code.identifier == case.mailbox)).one()
    assert unused.used_at is None


def test_a_code_serves_its_one_purpose(case: CaseInHand) -> None:
    opening, verifying = code(case, purpose="open_package"), code(case)
    assert not judged(case, attempt(case, code=verifying, purpose="open_package")).accepted
    assert not judged(case, attempt(case, code=opening)).accepted
    assert judged(case, attempt(case, code=opening, purpose="open_package")).accepted
    with pytest.raises(CodeRefusedError):
        attempt(case, token=link(case), purpose="open_package")


def test_an_attempt_of_another_case_is_unknown(case: CaseInHand) -> None:
    elsewhere = attempt(case, code=code(case))
    for case_id, attempt_id in ((uuid4(), elsewhere), (case.id, uuid4())):
        message = RecordAttempt(case_id=case_id, attempt=attempt_id, command_id="c", outcomes={})
        with pytest.raises(ApplicationError) as refused:
            CaseLog(case.resources).record_attempt(message)
        assert refused.value.type == "not-found"
        assert refused.value.non_retryable


def test_an_expired_link_proves_nothing(case: CaseInHand) -> None:
    token = link(case)
    waiting = attempt(case, token=token)
    with case.resources.database.write() as session:
        session.exec(select(Link)).one().expires_at = NOW
    assert not judged(case, waiting).accepted


def proving(case: CaseInHand, attempt_id: UUID, *, sequence: int | None = None, command: str = "confirm") -> RecordAttempt:
    """The attempt with what it makes happen if it proves the mailbox."""
    facts = {"identifier": str(case.mailbox), "how": "code"}
    number = CaseReader(case.resources).get(case.id).state.sequence + 1 if sequence is None else sequence
    event = CaseEvent(sequence=number, tag=Tag.IDENTIFIER_PROVEN, at=NOW, actor="subject", facts={**facts})
    return RecordAttempt(case_id=case.id, command_id=command, attempt=attempt_id, outcomes={case.mailbox: [event]})


def test_a_code_that_holds_has_its_effect_in_the_same_step_and_once(case: CaseInHand) -> None:
    message = proving(case, attempt(case, code=code(case)))
    first, again = (CaseLog(case.resources).record_attempt(message) for _ in range(2))
    assert first.verdict.identifier == case.mailbox
    assert first == again
    proven = [event for event in CaseReader(case.resources).events(case.id) if event.tag == Tag.IDENTIFIER_PROVEN.value]
    assert len(proven) == 1


def test_a_code_that_does_not_hold_is_counted_and_records_nothing(case: CaseInHand) -> None:
    issued = code(case)
    before = CaseReader(case.resources).get(case.id).state
    judged = CaseLog(case.resources).record_attempt(proving(case, attempt(case, code=wrong(issued))))
    assert (judged.verdict.accepted, judged.recorded) == (False, None)
    assert CaseReader(case.resources).get(case.id).state == before
    with case.resources.database.read() as session:
        assert [row.tries for row in session.exec(select(Code)).all()] == [1]


def test_a_code_is_not_used_up_when_what_it_proves_could_not_be_recorded(case: CaseInHand) -> None:
    attempt_id = attempt(case, code=code(case))
    with pytest.raises(ApplicationError) as conflict:
        CaseLog(case.resources).record_attempt(proving(case, attempt_id, sequence=1))  # another command wrote that one
    assert conflict.value.type == SequenceConflictError.kind
    assert CaseLog(case.resources).record_attempt(proving(case, attempt_id)).verdict.accepted
