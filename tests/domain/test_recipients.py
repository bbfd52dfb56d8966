"""Whoever received the data hears of what was stopped whatever becomes of the request (Articles 19, 21(3), 28(3))."""

from uuid import UUID, uuid4

import pytest

from domain.case import CaseState
from domain.erasure import Addressee
from domain.events import Tag
from domain.next_step import Step, next_step
from domain.recipients import OVERTAKEN, standing_of, untold
from domain.rights import Outcome, Right
from tests.factories import MAILBOX, MONDAY, happen


def objected(*addressees: str) -> CaseState:
    """Marketing has stopped for who objects, and these are to be told."""
    state = CaseState(case_id=uuid4())
    happen(
        state,
        Tag.REQUEST_RECEIVED,
        received_at=MONDAY.isoformat(),
        channel="web_form",
        rights=["objection"],
        regimes=["UK"],
        risk="low",
    )
    happen(state, Tag.IDENTIFIER_CLAIMED, identifier=str(MAILBOX), kind="email")
    happen(state, Tag.MARKETING_STOPPED, addresses=1, purposes=["marketing"], addressees=[*addressees])
    return state


def asked(state: CaseState, kind: str, recipient: str) -> UUID:
    item = uuid4()
    measure = str(state.measures[0].number)
    happen(state, Tag.WORK_ITEM_OPENED, work_item=str(item), kind=kind, recipient=recipient, measure=measure)
    return item


def test_a_stop_that_nobody_else_has_to_hear_of_leaves_nothing_to_do() -> None:
    state = objected()
    assert state.marketing_stopped
    assert state.measures == []


def test_a_refusal_of_the_rest_waits_for_who_sends_marketing_for_us() -> None:
    state = objected("instruct.mail")
    happen(state, Tag.REFUSAL_PROPOSED, right="objection", ground="compelling_grounds", text=str(uuid4()))
    happen(state, Tag.REFUSAL_APPROVED)
    happen(state, Tag.REFUSAL_NOTIFIED, right="objection")
    item = state.item(Right.OBJECTION)
    assert item is not None
    assert (item.outcome, item.answered, item.ended) == (Outcome.REFUSED, True, False)


@pytest.mark.parametrize("outcome", ["withdrawn", "duplicate"])
def test_whoever_was_to_be_told_is_told_also_when_the_case_was_closed_meanwhile(outcome: str) -> None:
    state = objected("instruct.mail")
    item = asked(state, "instruct_processor", "mail")
    other = uuid4()
    happen(state, Tag.WORK_ITEM_OPENED, work_item=str(other), kind="carry_out_right", right="objection")
    happen(state, Tag.REQUEST_CLOSED, outcome=outcome)
    assert {*state.open_work_items} == {item}
    assert next_step(state).step is Step.DO_TASK


def test_to_stop_a_use_elsewhere_comes_before_deciding_about_it() -> None:
    state = objected("instruct.mail")
    happen(state, Tag.WORK_ITEM_OPENED, work_item=str(uuid4()), kind="carry_out_right", right="objection")
    asked(state, "instruct_processor", "mail")
    step = next_step(state)
    assert (step.step, step.about, step.tasks) == (Step.DO_TASK, "instruct_processor", 2)


def test_each_recipient_is_where_the_answers_about_it_put_it() -> None:
    state = objected("instruct.mail", "instruct.desk", "inform.partner", "inform.press")
    answers = [("instruct_processor", "mail", "found"), ("processor_confirmation", "mail", "found")]
    answers += [("instruct_processor", "desk", "found"), ("processor_confirmation", "desk", "exception")]
    for kind, recipient, result in [*answers, ("inform_recipient", "press", "exception")]:
        item = asked(state, kind, recipient)
        happen(state, Tag.WORK_ITEM_COMPLETED, work_item=str(item), result=result)
    told = standing_of(state, state.measures)
    assert told == {"mail": "confirmed", "desk": "told", "partner": "to_tell", "press": "unreached"}
    assert [one.recipient for _, one in untold(state)] == ["partner"]


def test_a_restriction_that_is_over_is_told_to_nobody_and_its_end_to_whoever_heard_of_it() -> None:
    state, told = objected(), ["instruct.mail", "instruct.desk"]
    happen(state, Tag.MEASURE_PROPOSED, kind="restrict", right="objection", ground="objection", purposes=["analytics"])
    happen(state, Tag.MEASURE_CARRIED_OUT, number=state.sequence, rows=1, addressees=told)
    happen(state, Tag.WORK_ITEM_COMPLETED, work_item=str(asked(state, "instruct_processor", "mail")), result="found")
    never, word = asked(state, "instruct_processor", "desk"), asked(state, "processor_confirmation", "mail")
    happen(state, Tag.MEASURE_PROPOSED, kind="lift", right="objection", of=state.measures[0].number, purposes=["analytics"])
    happen(state, Tag.MEASURE_CARRIED_OUT, number=state.sequence, rows=1, addressees=told)
    assert [state.work_items[item].result for item in (never, word)] == [OVERTAKEN, OVERTAKEN]
    assert untold(state) == [(state.measures[1].number, Addressee(recipient="mail", track="instruct"))]
    assert "desk" not in standing_of(state, state.measures)
